// catalog: the whole catalog at one moment, and the changes that lead from one to the next.
//
// A change is a value: `sql` makes it, Apply validates it against a version (again by the commit
// leader, against the version of that moment), the log keeps it as (kind, json), SQLite applies
// it later. Versions are immutable and shared.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/table_definition.h"

namespace firn::catalog {

struct CreateTable {
  std::shared_ptr<const TableDefinition> table;
};
struct DropTable {
  TableId table;
};
using Change = std::variant<CreateTable, DropTable>;

/// The table a change is about.
TableId TableOf(const Change& change);
/// "create_table", "drop_table": the kind column of the log's catalog stream.
std::string_view KindOf(const Change& change);
/// {"v": 1, …}: the json column of the log's catalog stream.
std::string ToJson(const Change& change);
/// Inverse of KindOf + ToJson. kCorrupt for what this release does not know.
Result<Change> ChangeFromJson(std::string_view kind, TableId table, std::string_view json);

/// Threads: immutable.
class Version {
 public:
  using Tables = std::map<TableId, std::shared_ptr<const TableDefinition>>;

  Version() = default;
  explicit Version(Tables tables);

  /// By exact (already case-folded) names; null when there is none.
  std::shared_ptr<const TableDefinition> FindTable(std::string_view schema,
                                                   std::string_view name) const;
  std::shared_ptr<const TableDefinition> FindTable(TableId id) const;
  bool HasSchema(std::string_view schema) const;
  const Tables& tables() const { return tables_; }

  /// The version after `change`. Errors: 42P07 the name is taken, 3F000 no such schema,
  /// 42P01 no such table.
  Result<std::shared_ptr<const Version>> Apply(const Change& change) const;

 private:
  Tables tables_;
  std::map<std::pair<std::string, std::string>, TableId, std::less<>> by_name_;
};

}  // namespace firn::catalog
