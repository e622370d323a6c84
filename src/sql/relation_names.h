// sql: what a relation's name stands for in the catalog, and how messages write names.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/version.h"
#include "sql/ddl_commands.h"
#include "sql/session_context.h"

namespace firn::sql {

/// A table, or an object that shares names with tables.
struct NamedRelation {
  std::shared_ptr<const catalog::TableDefinition> table;
  catalog::ObjectPtr object;

  explicit operator bool() const { return table != nullptr || object != nullptr; }
  Uuid id() const { return table != nullptr ? table->id.value() : object->id; }
  const std::string& schema() const { return table != nullptr ? table->schema : object->schema; }
  const std::string& name() const { return table != nullptr ? table->name : object->name; }
  ObjectType type() const;
};

/// The schemas of search_path that are there and that the current role may use: the others are
/// passed over, as by PostgreSQL. Good until the session's view or settings change.
const std::vector<std::string>& UsablePath(const SessionContext& session);
std::vector<std::string> UsablePath(const SessionContext& session, const catalog::Version& catalog);

/// Along UsablePath when the schema is not said.
NamedRelation FindRelation(const SessionContext& session, const TableName& name);
/// The same among the objects of another name space.
catalog::ObjectPtr FindInNameSpace(const SessionContext& session, std::string_view name_space,
                                   const TableName& name);
/// 42P01; 42501 where the role may not even know.
Failure NoSuchRelation(const SessionContext& session, const TableName& name);

/// "s", "public.s", "\"S\"" as a name. Errors: 42602.
Result<TableName> ParseRelationName(std::string_view text);

/// As PostgreSQL writes a name in messages: with its schema unless that is on search_path.
std::string ShownName(const SessionContext& session, const std::string& schema,
                      const std::string& name);
/// "table t", "view s.v", "sequence q", "schema s", "type t".
std::string Described(const SessionContext& session, const NamedRelation& relation);
std::string Described(const SessionContext& session, const catalog::Object& object);
/// "table", "view" …
std::string_view WordOf(ObjectType type);

}  // namespace firn::sql
