// catalog: what leads from one version of the catalog to the next.
//
// A change is a value: `sql` makes it, Version::Apply validates it (again by the commit leader,
// against the version of that moment), the log keeps it as (kind, json), the store applies it
// later. Tables have changes of their own because rows hang on them; everything else is an Object
// that is put or dropped.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/object.h"
#include "catalog/table_definition.h"

namespace firn::catalog {

struct CreateTable {
  std::shared_ptr<const TableDefinition> table;
};
/// The definition that follows the one with the schema id below: columns, name, options …
struct AlterTable {
  std::shared_ptr<const TableDefinition> table;
};
struct DropTable {
  TableId table;
};
/// Its rows so far are gone.
struct TruncateTable {
  TableId table;
};
/// A new object, or the next revision of one.
struct PutObject {
  ObjectPtr object;
};
struct DropObject {
  Uuid object;
};
using Change =
    std::variant<CreateTable, AlterTable, DropTable, TruncateTable, PutObject, DropObject>;

/// The table a change is about, or the object's id.
TableId TableOf(const Change& change);
/// "create_table", "put_object" …: the kind column of the log's catalog stream.
std::string_view KindOf(const Change& change);
/// {"v": 1, …}: the json column of the log's catalog stream.
std::string ToJson(const Change& change);
/// Inverse of KindOf + ToJson. kCorrupt for what this release does not know.
Result<Change> ChangeFromJson(std::string_view kind, TableId table, std::string_view json);

}  // namespace firn::catalog
