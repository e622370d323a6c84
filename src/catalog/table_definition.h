// catalog: what firn knows of a table besides its rows.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/table_schema.h"

namespace firn::catalog {

inline constexpr std::string_view kDefaultDatabase = "main";
inline constexpr std::string_view kDefaultSchema = "public";

/// A named rule over a table's rows.
struct Constraint {
  enum class Kind : uint8_t { kCheck, kPrimaryKey, kUnique, kForeignKey };
  Kind kind = Kind::kCheck;
  std::string name;
  std::vector<FieldId> columns;  // of a key, in its order; of a check: those it names
  std::string expression;        // a check's, or a foreign key's REFERENCES …, as written
  bool enforced = true;          // false: recorded only

  bool operator==(const Constraint&) const = default;
};

/// A column whose DEFAULT is the next value of a sequence.
struct ColumnSequence {
  enum class Form : uint8_t { kDefault, kAlways, kByDefault };  // the last two: identity
  Uuid sequence;
  Form form = Form::kDefault;

  bool operator==(const ColumnSequence&) const = default;
};

/// A table's columns::ArrowSchema, made when first asked for. It is no part of the definition: a
/// copy, which may be changed, makes its own, and comparing does not look at it.
class SharedArrowSchema {
 public:
  SharedArrowSchema() = default;
  ~SharedArrowSchema() = default;
  SharedArrowSchema(const SharedArrowSchema& /*other*/) {}
  SharedArrowSchema& operator=(const SharedArrowSchema& other);
  bool operator==(const SharedArrowSchema& /*other*/) const { return true; }

  std::shared_ptr<arrow::Schema> Of(const columnar::TableSchema& columns) const;

 private:
  mutable std::mutex mutex_;
  mutable std::shared_ptr<arrow::Schema> schema_;
};

struct TableDefinition {
  TableId id;
  std::string schema = std::string(kDefaultSchema);
  std::string name;
  columnar::TableSchema columns;
  std::map<std::string, std::string> options;  // WITH (…), as given
  std::string folder;  // below the warehouse: "main/public/orders-1a2b3c4d"; kept on rename
  std::vector<Constraint> constraints;  // in alphabetical order
  std::map<FieldId, ColumnSequence> sequences;
  SharedArrowSchema shared_schema;

  /// Of a definition that is not changed any more, always the same object.
  std::shared_ptr<arrow::Schema> ArrowSchema() const { return shared_schema.Of(columns); }
  bool operator==(const TableDefinition&) const = default;
  /// "public.orders"
  std::string QualifiedName() const { return schema + "." + name; }
  /// Null without one.
  const Constraint* PrimaryKey() const;
  const Constraint* FindConstraint(std::string_view constraint) const;
  /// Index of a column by id, or -1.
  int IndexOf(FieldId column) const;
};

/// "main/public/orders-1a2b3c4d"; characters that are not safe in a path become '_'.
std::string TableFolder(std::string_view database, const TableDefinition& table);

std::string ToJson(const TableDefinition& table);
Result<TableDefinition> TableDefinitionFromJson(std::string_view json);

}  // namespace firn::catalog
