#include "sql/relation_names.h"

#include <algorithm>

#include "catalog/objects/rights.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"
#include "catalog/objects/view.h"
#include "sql/ident.h"
#include "sql/parse.h"
#include "sql/rights.h"
#include "sql/roles.h"
#include "sql/tree_internal.h"

namespace firn::sql {

ObjectType NamedRelation::type() const {
  if (table != nullptr) return ObjectType::kTable;
  return &object->kind() == &catalog::View::kKind ? ObjectType::kView : ObjectType::kSequence;
}

namespace {

NamedRelation FindIn(const catalog::Version& catalog, std::string_view schema,
                     std::string_view name) {
  NamedRelation found{.table = catalog.FindTable(schema, name), .object = nullptr};
  if (!found) found.object = catalog.FindNamed(catalog::kRelationNames, schema, name);
  return found;
}

}  // namespace

const std::vector<std::string>& UsablePath(const SessionContext& session) {
  auto& [scope, path] = session.usable_path;
  auto now = NameScopeOf(session);
  if (scope != now) {
    path = UsablePath(session, *now.catalog);
    scope = std::move(now);
  }
  return path;
}

std::vector<std::string> UsablePath(const SessionContext& session,
                                    const catalog::Version& catalog) {
  // One that was dropped has what everybody has.
  const auto role = CurrentRole(session).value_or(std::make_shared<const catalog::Role>());
  auto path = session.settings.search_path();
  std::replace(path.begin(), path.end(), std::string("$user"), role->name);
  std::erase_if(path, [&](const std::string& name) {
    const auto schema = catalog.Find<catalog::Schema>("", name);
    return schema == nullptr ||
           !catalog::HasRight(catalog, *role, schema->id, catalog::Right::kUsage);
  });
  return path;
}

NamedRelation FindRelation(const SessionContext& session, const TableName& name) {
  const auto& catalog = *session.transaction.view().catalog;
  if (!name.schema.empty()) return FindIn(catalog, name.schema, name.name);
  if (auto found = FindIn(catalog, kTempSchema, name.name)) return found;
  for (const auto& schema : UsablePath(session)) {
    if (auto found = FindIn(catalog, schema, name.name)) return found;
  }
  return {};
}

catalog::ObjectPtr FindInNameSpace(const SessionContext& session, std::string_view name_space,
                                   const TableName& name) {
  const auto& catalog = *session.transaction.view().catalog;
  if (!name.schema.empty()) return catalog.FindNamed(name_space, name.schema, name.name);
  for (const auto& schema : UsablePath(session)) {
    if (auto found = catalog.FindNamed(name_space, schema, name.name)) return found;
  }
  return nullptr;
}

Failure NoSuchRelation(const SessionContext& session, const TableName& name) {
  if (!name.schema.empty()) {
    auto may = RequireOnSchema(session, name.schema, catalog::Right::kUsage);
    if (!may) return Failure(std::move(may).error());
  }
  return Fail(MakeError(ErrorCode::kNotFound, "relation \"{}\" does not exist",
                        name.schema.empty() ? name.name : name.schema + "." + name.name)
                  .WithSqlState("42P01")
                  .WithPosition(name.position));
}

Result<TableName> ParseRelationName(std::string_view text) {
  const auto wrong = [&] {
    return Fail(MakeError(ErrorCode::kInvalidInput, "invalid name syntax").WithSqlState("42602"));
  };
  auto statements = Parse("SELECT * FROM " + std::string(text));
  if (!statements || statements->size() != 1) return wrong();
  const auto& from = tree::List(statements->front().node(), "fromClause");
  if (from.size() != 1) return wrong();
  const auto node = tree::Open(from.front());
  if (!node.Is("RangeVar") || tree::Has(*node.body, "alias")) return wrong();
  return TableName{.schema = std::string(tree::Text(*node.body, "schemaname")),
                   .name = std::string(tree::Text(*node.body, "relname"))};
}

std::string ShownName(const SessionContext& session, const std::string& schema,
                      const std::string& name) {
  const auto path = UsablePath(session);
  const bool visible = schema.empty() || std::find(path.begin(), path.end(), schema) != path.end();
  return visible ? DisplayIdentifier(name)
                 : DisplayIdentifier(schema) + "." + DisplayIdentifier(name);
}

std::string_view WordOf(ObjectType type) {
  switch (type) {
    case ObjectType::kView:
      return "view";
    case ObjectType::kSequence:
      return "sequence";
    case ObjectType::kSchema:
      return "schema";
    case ObjectType::kType:
    case ObjectType::kDomain:
      return "type";
    case ObjectType::kColumn:
      return "column";
    case ObjectType::kConstraint:
      return "constraint";
    case ObjectType::kIndex:
      return "index";
    case ObjectType::kMaterializedView:
      return "materialized view";
    case ObjectType::kDatabase:
      return "database";
    case ObjectType::kExtension:
      return "extension";
    case ObjectType::kTable:
      break;
  }
  return "table";
}

std::string Described(const SessionContext& session, const NamedRelation& relation) {
  return fmt::format("{} {}", WordOf(relation.type()),
                     ShownName(session, relation.schema(), relation.name()));
}

std::string Described(const SessionContext& session, const catalog::Object& object) {
  return fmt::format("{} {}", object.kind().name, ShownName(session, object.schema, object.name));
}

}  // namespace firn::sql
