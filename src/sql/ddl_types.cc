#include <algorithm>
#include <set>

#include "base/uuid.h"
#include "sql/check_constraints.h"
#include "sql/ddl_internal.h"
#include "sql/ident.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using catalog::UserType;

// PostgreSQL's first oid for users. Those of other objects are above (pg_catalog/facts.cc).
constexpr uint32_t kFirstOid = 16'384;
constexpr uint32_t kLastOid = 99'998;

/// A free pair: of the type and of its array type.
Result<uint32_t> NewOid(const SessionContext& session) {
  uint32_t oid = kFirstOid;
  for (const auto& type : session.transaction.view().catalog->All<UserType>()) {
    oid = std::max(oid, type->oid + 2);
  }
  if (oid <= kLastOid) return oid;
  return Fail(MakeError(ErrorCode::kUnsupported, "there are no oids left for types")
                  .WithSqlState("54000")
                  .WithHint("Types that were made last give theirs back when they are dropped."));
}

Result<std::shared_ptr<UserType>> NewType(SessionContext& session, const TableName& name) {
  FIRN_TRY(auto schema, SchemaForNewTable(session, name));
  if (FindInNameSpace(session, UserType::kKind.name_space,
                      TableName{.schema = schema, .name = name.name})) {
    return Fail(MakeError(ErrorCode::kAlreadyExists, "type \"{}\" already exists", name.name)
                    .WithSqlState("42710"));
  }
  // A table's rows have a type by the table's name.
  if (FindRelation(session, TableName{.schema = schema, .name = name.name})) {
    return Fail(MakeError(ErrorCode::kAlreadyExists, "type \"{}\" already exists", name.name)
                    .WithSqlState("42710")
                    .WithHint("A relation has an associated type of the same name, so you must use "
                              "a name that doesn't conflict with any existing type."));
  }
  auto type = std::make_shared<UserType>();
  type->id = NewUuidV7();
  type->schema = std::move(schema);
  type->name = name.name;
  FIRN_TRY(type->oid, NewOid(session));
  return type;
}

std::shared_ptr<UserType> NextRevision(const UserType& type) {
  auto next = std::make_shared<UserType>(type);
  next->revision += 1;
  return next;
}

Failure NoSuchType(const TableName& name) {
  const auto said = name.schema.empty() ? name.name : name.schema + "." + name.name;
  return Fail(
      MakeError(ErrorCode::kNotFound, "type \"{}\" does not exist", said).WithSqlState("42704"));
}

Result<UserTypePtr> RequireEnum(SessionContext& session, const TableName& name) {
  const auto found = std::dynamic_pointer_cast<const UserType>(
      FindInNameSpace(session, UserType::kKind.name_space, name));
  if (found == nullptr) return NoSuchType(name);
  if (found->form != UserType::Form::kEnum) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not an enum", name.name)
                    .WithSqlState("42809"));
  }
  FIRN_RETURN_IF_ERROR(RequireTypeOwner(session, *found));
  return found;
}

Failure LabelExists(std::string_view label) {
  return Fail(MakeError(ErrorCode::kAlreadyExists, "enum label \"{}\" already exists", label)
                  .WithSqlState("42710"));
}

Failure NoLabel(std::string_view label) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not an existing enum label", label)
                  .WithSqlState("22023"));
}

/// A table with a column of the type.
std::shared_ptr<const catalog::TableDefinition> UserOf(const SessionContext& session,
                                                       const UserType& type) {
  for (const auto& [id, table] : session.transaction.view().catalog->tables()) {
    for (const auto& column : table->columns.columns) {
      if (column.type.user_type == type.oid) return table;
    }
  }
  return nullptr;
}

Status RenameLabel(SessionContext& session, const UserType& type, const AlterEnumCommand& command) {
  auto next = NextRevision(type);
  const auto found = std::find(next->labels.begin(), next->labels.end(), command.renamed);
  if (found == next->labels.end()) return NoLabel(command.renamed);
  if (std::find(next->labels.begin(), next->labels.end(), command.label) != next->labels.end()) {
    return LabelExists(command.label);
  }
  if (const auto table = UserOf(session, type)) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "renaming a label of an enum that table \"{}\" has columns of is not "
                          "supported",
                          table->name)
                    .WithHint("Files hold the labels: add the new one, and use that."));
  }
  *found = command.label;
  return session.transaction.AddChange(catalog::PutObject{std::move(next)});
}

/// Names checks as PostgreSQL does: domain_check, domain_check1 …
void NameChecks(UserType& domain) {
  std::set<std::string> taken;
  for (const auto& check : domain.checks) taken.insert(check.name);
  for (auto& check : domain.checks) {
    if (!check.name.empty()) continue;
    const auto plain = ObjectName(domain.name, "", "check");
    check.name = plain;
    for (int n = 1; taken.contains(check.name); ++n) check.name = plain + std::to_string(n);
    taken.insert(check.name);
  }
}

/// Tries the checks over a column of the base type.
Status TryChecks(SessionContext& session, const UserType& domain) {
  catalog::TableDefinition table;
  table.name = domain.name;
  table.columns.columns.push_back({.id = FieldId(1), .name = "value", .type = domain.base});
  for (const auto& check : domain.checks) {
    FIRN_RETURN_IF_ERROR(DescribeCheck(session, table, check.expression));
  }
  return {};
}

}  // namespace

Task<Status> Run(SessionContext& session, const CreateEnumCommand& command, Output& /*out*/) {
  auto type = NewType(session, command.type);
  if (!type) co_return Failure(std::move(type).error());
  std::set<std::string_view> seen;
  for (const auto& label : command.labels) {
    if (seen.insert(label).second) continue;
    co_return Fail(MakeError(ErrorCode::kAlreadyExists, "enum label \"{}\" is there twice", label)
                       .WithSqlState("23505"));
  }
  (*type)->labels = command.labels;
  co_return session.transaction.AddChange(catalog::PutObject{*std::move(type)});
}

Task<Status> Run(SessionContext& session, const AlterEnumCommand& command, Output& out) {
  auto type = RequireEnum(session, command.type);
  if (!type) co_return Failure(std::move(type).error());
  if (!command.renamed.empty()) co_return RenameLabel(session, **type, command);
  auto next = NextRevision(**type);
  auto& labels = next->labels;
  if (std::find(labels.begin(), labels.end(), command.label) != labels.end()) {
    if (!command.if_not_exists) co_return LabelExists(command.label);
    co_return co_await Tell(
        out, "42710", fmt::format("enum label \"{}\" already exists, skipping", command.label));
  }
  auto place = labels.end();
  if (!command.neighbour.empty()) {
    place = std::find(labels.begin(), labels.end(), command.neighbour);
    if (place == labels.end()) co_return NoLabel(command.neighbour);
    if (command.after) ++place;
  }
  labels.insert(place, command.label);
  co_return session.transaction.AddChange(catalog::PutObject{std::move(next)});
}

Task<Status> Run(SessionContext& session, const CreateDomainCommand& command, Output& /*out*/) {
  auto type = NewType(session, command.type);
  if (!type) co_return Failure(std::move(type).error());
  auto& domain = **type;
  domain.form = UserType::Form::kDomain;
  domain.base = command.domain.base;
  domain.not_null = command.domain.not_null;
  domain.default_sql = command.domain.default_sql;
  domain.checks = command.domain.checks;
  if (domain.base.user_type != 0 || domain.base.array) {
    co_return Fail(MakeError(ErrorCode::kUnsupported,
                             "a domain over an enum, an array or another domain is not supported")
                       .WithHint("Make it over a type that PostgreSQL has."));
  }
  NameChecks(domain);
  auto tried = TryChecks(session, domain);
  if (!tried) co_return tried;
  co_return session.transaction.AddChange(catalog::PutObject{*std::move(type)});
}

std::vector<Dependent> DependentsOf(const SessionContext& session, const UserType& type) {
  std::vector<Dependent> all;
  const auto on = Described(session, type);
  for (const auto& [id, table] : session.transaction.view().catalog->tables()) {
    for (const auto& column : table->columns.columns) {
      if (column.type.user_type != type.oid) continue;
      all.push_back({.relation = {},
                     .type = nullptr,
                     .table = id,
                     .column = column.id,
                     .drops_column = true,
                     .what = fmt::format("column {} of table {}", DisplayIdentifier(column.name),
                                         ShownName(session, table->schema, table->name)),
                     .on = column.type.array ? on + "[]" : on});
    }
  }
  // Arrays first, as PostgreSQL finds them.
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.on.size() < b.on.size(); });
  std::reverse(all.begin(), all.end());
  for (const auto& view : session.transaction.view().catalog->All<catalog::View>()) {
    const bool uses = std::any_of(view->columns.begin(), view->columns.end(),
                                  [&](const auto& one) { return one.type.user_type == type.oid; });
    if (!uses) continue;
    const NamedRelation relation{.table = nullptr, .object = view};
    all.push_back(
        {.relation = relation, .type = nullptr, .what = Described(session, relation), .on = on});
  }
  return all;
}

}  // namespace firn::sql
