// catalog: CREATE VIEW. The query is kept as written, with what each of its table names stood for:
// the columns as they were named and typed then. So a view outlives renames, and new columns of
// its tables do not enter it.
#pragma once

#include "base/ids.h"
#include "catalog/object.h"
#include "columnar/types.h"

namespace firn::catalog {

class View final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  std::vector<Uuid> DependsOn() const override;

  struct SeenColumn {
    FieldId id;        // of a table's column; of a view's: its number, from 1
    std::string name;  // when the view was made
    bool operator==(const SeenColumn&) const = default;
  };
  /// A relation in the query, in the order of sql::FindReferences.
  struct Reference {
    Uuid relation;     // a table or a view; nil: one of the system's, found by name
    std::string name;  // when the view was made, for messages
    std::vector<SeenColumn> columns;
    bool operator==(const Reference&) const = default;
  };

  std::string query;
  std::vector<columnar::Field> columns;
  std::vector<Reference> references;

  /// An enum or domain that the query casts to.
  struct SeenType {
    Uuid id;
    std::string schema;  // as the query writes it; empty: it was on search_path
    std::string name;
    bool operator==(const SeenType&) const = default;
  };
  std::vector<SeenType> types;
};

}  // namespace firn::catalog
