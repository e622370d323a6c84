#include <algorithm>

#include "catalog/objects/comment.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/user_type.h"
#include "sql/ddl_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/ident.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/roles.h"

namespace firn::sql {
namespace {

template <typename T>
std::shared_ptr<T> NextRevision(const T& object) {
  auto next = std::make_shared<T>(object);
  next->revision += 1;
  return next;
}

/// The object under its next revision, changed by `change`.
Status PutChanged(SessionContext& session, const catalog::ObjectPtr& object,
                  const std::function<void(catalog::Object&)>& change) {
  std::shared_ptr<catalog::Object> next;
  if (const auto* view = dynamic_cast<const catalog::View*>(object.get())) {
    next = NextRevision(*view);
  } else if (const auto* sequence = dynamic_cast<const catalog::Sequence*>(object.get())) {
    next = NextRevision(*sequence);
  } else if (const auto* type = dynamic_cast<const catalog::UserType*>(object.get())) {
    next = NextRevision(*type);
  } else {
    return Fail(ErrorCode::kInternal, "cannot rename a {}", object->kind().name);
  }
  change(*next);
  return session.transaction.AddChange(catalog::PutObject{std::move(next)});
}

Failure NoColumn(std::string_view column) {
  return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" does not exist", column)
                  .WithSqlState("42703"));
}

void ColumnPlaces(const tree::Json& node, const std::string& name, std::vector<int>& places) {
  if (node.is_array()) {
    for (const auto& item : node) ColumnPlaces(item, name, places);
  }
  if (!node.is_object()) return;
  const auto open = tree::Open(node);
  if (open.Is("ColumnRef")) {
    const auto parts = tree::Names(tree::List(*open.body, "fields"));
    if (parts.size() == 1 && parts[0] == name) places.push_back(tree::Location(*open.body));
    return;
  }
  for (const auto& [key, child] : node.items()) ColumnPlaces(child, name, places);
}

/// The expression with a column's new name.
Result<std::string> WithColumnRenamed(const std::string& expression, const std::string& from,
                                      const std::string& to) {
  const std::string prefix = "SELECT ";
  auto text = prefix + expression;
  FIRN_TRY(const auto statements, Parse(text));
  std::vector<int> places;
  ColumnPlaces(statements.front().node(), from, places);
  std::sort(places.rbegin(), places.rend());
  FIRN_TRY(const auto tokens, statements.front().Tokens());
  for (const int place : places) {
    const auto token = std::find_if(tokens.begin(), tokens.end(),
                                    [&](const Token& one) { return one.begin == place; });
    if (token == tokens.end()) continue;
    text.replace(static_cast<size_t>(place), static_cast<size_t>(token->end - place),
                 DisplayIdentifier(to));
  }
  return text.substr(prefix.size());
}

Status RenameColumn(SessionContext& session, const RenameCommand& command) {
  FIRN_TRY(const auto table, RequireTable(session, command.target));
  const int index = table->columns.Find(command.part);
  if (index < 0) return NoColumn(command.part);
  if (table->columns.Find(command.new_name) >= 0) {
    return Fail(MakeError(ErrorCode::kAlreadyExists,
                          "column \"{}\" of relation \"{}\" already exists", command.new_name,
                          table->name)
                    .WithSqlState("42701"));
  }
  auto next = *table;
  next.columns.columns[static_cast<size_t>(index)].name = command.new_name;
  for (auto& constraint : next.constraints) {
    if (constraint.kind != catalog::Constraint::Kind::kCheck) continue;
    FIRN_TRY(constraint.expression,
             WithColumnRenamed(constraint.expression, command.part, command.new_name));
  }
  return session.transaction.AlterTable(std::move(next));
}

Status RenameConstraint(SessionContext& session, const RenameCommand& command) {
  FIRN_TRY(const auto table, RequireTable(session, command.target));
  auto next = *table;
  const auto found = std::find_if(next.constraints.begin(), next.constraints.end(),
                                  [&](const auto& one) { return one.name == command.part; });
  if (found == next.constraints.end()) {
    return Fail(MakeError(ErrorCode::kNotFound, "constraint \"{}\" for table \"{}\" does not exist",
                          command.part, table->name)
                    .WithSqlState("42704"));
  }
  if (next.FindConstraint(command.new_name) != nullptr) {
    return Fail(MakeError(ErrorCode::kAlreadyExists,
                          "constraint \"{}\" for relation \"{}\" already exists", command.new_name,
                          table->name)
                    .WithSqlState("42710"));
  }
  found->name = command.new_name;
  SortConstraints(next);
  return session.transaction.AlterTable(std::move(next));
}

Task<Status> RenameSchema(SessionContext& session, const RenameCommand& command) {
  const auto& catalog = session.transaction.view().catalog;
  const auto schema = catalog->Find<catalog::Schema>("", command.target.name);
  if (schema == nullptr) {
    co_return Fail(
        MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", command.target.name)
            .WithSqlState("3F000"));
  }
  if (auto owner = RequireSchemaOwner(session, schema->name); !owner) co_return owner;
  // What is inside names its schema: the new one is made, all of it moves, the old one goes.
  auto next = NextRevision(*schema);
  next->id = NewUuidV7();
  next->revision = 1;
  next->name = command.new_name;
  auto done = session.transaction.AddChange(catalog::PutObject{next});
  const auto tables = catalog->tables();
  for (const auto& [id, table] : tables) {
    if (!done) co_return done;
    if (table->schema != schema->name) continue;
    auto moved = *table;
    moved.schema = next->name;
    done = session.transaction.AlterTable(std::move(moved));
  }
  const auto objects = catalog->objects();
  for (const auto& [id, object] : objects) {
    if (!done) co_return done;
    if (object->schema != schema->name) continue;
    done = PutChanged(session, object, [&](auto& one) { one.schema = next->name; });
  }
  const auto before = catalog::RightsOf(*catalog, schema->id);
  if (done && before->revision > 0) {
    auto rights = catalog::NextRightsOf(*session.transaction.view().catalog, next->id);
    rights->owner = before->owner;
    rights->grants = before->grants;
    done = session.transaction.AddChange(catalog::PutObject{std::move(rights)});
  }
  if (done) done = session.transaction.AddChange(catalog::DropObject{schema->id});
  co_return done;
}

Task<Status> NotThere(const SessionContext& session, const TableName& name, bool if_exists,
                      Output& out) {
  auto missing = NoSuchRelation(session, name);
  if (!if_exists || missing.value().SqlState() != "42P01") co_return missing;
  co_return co_await Tell(out, "00000",
                          fmt::format("relation \"{}\" does not exist, skipping", name.name));
}

Failure NotA(const std::string& name, ObjectType type) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a {}", name, WordOf(type))
                  .WithSqlState("42809"));
}

/// A type of the user's, and of the role's.
Result<catalog::ObjectPtr> OwnType(const SessionContext& session, const TableName& name) {
  auto type = FindInNameSpace(session, catalog::UserType::kKind.name_space, name);
  if (type == nullptr) {
    return Fail(MakeError(ErrorCode::kNotFound, "type \"{}\" does not exist", name.name)
                    .WithSqlState("42704"));
  }
  FIRN_RETURN_IF_ERROR(RequireTypeOwner(session, *type));
  return type;
}

bool MayBe(ObjectType said, ObjectType is) {
  // ALTER TABLE works on views and sequences too.
  return said == is || said == ObjectType::kTable;
}

}  // namespace

Task<Status> Run(SessionContext& session, const RenameCommand& command, Output& out) {
  if (command.type == ObjectType::kSchema) co_return co_await RenameSchema(session, command);
  if (command.type == ObjectType::kType || command.type == ObjectType::kDomain) {
    auto type = OwnType(session, command.target);
    if (!type) co_return Failure(std::move(type).error());
    if ((*type)->name == command.new_name) {
      co_return Fail(
          MakeError(ErrorCode::kAlreadyExists, "type \"{}\" already exists", command.new_name)
              .WithSqlState("42710"));
    }
    co_return PutChanged(session, *type, [&](auto& one) { one.name = command.new_name; });
  }
  const auto relation = FindRelation(session, command.target);
  if (!relation) co_return co_await NotThere(session, command.target, command.if_exists, out);
  if (auto owner = RequireOwner(session, relation); !owner) co_return owner;
  if (command.type == ObjectType::kColumn) {
    if (relation.table != nullptr) co_return RenameColumn(session, command);
    co_return Fail(MakeError(ErrorCode::kUnsupported, "renaming columns of a {} is not supported",
                             WordOf(relation.type()))
                       .WithSqlState("0A000")
                       .WithHint("Drop the view and create it again."));
  }
  if (command.type == ObjectType::kConstraint) co_return RenameConstraint(session, command);
  if (!MayBe(command.type, relation.type())) co_return NotA(command.target.name, command.type);
  if (relation.name() == command.new_name) {
    co_return Fail(
        MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", command.new_name)
            .WithSqlState("42P07"));
  }
  if (relation.table == nullptr) {
    co_return PutChanged(session, relation.object, [&](auto& one) { one.name = command.new_name; });
  }
  auto next = *relation.table;
  next.name = command.new_name;
  co_return session.transaction.AlterTable(std::move(next));
}

Task<Status> Run(SessionContext& session, const SetSchemaCommand& command, Output& out) {
  if (!session.transaction.view().catalog->HasSchema(command.schema)) {
    co_return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", command.schema)
                       .WithSqlState("3F000"));
  }
  if (command.type == ObjectType::kType || command.type == ObjectType::kDomain) {
    auto type = OwnType(session, command.target);
    if (!type) co_return Failure(std::move(type).error());
    auto may = RequireOnSchema(session, command.schema, catalog::Right::kCreate);
    if (!may) co_return may;
    co_return PutChanged(session, *type, [&](auto& one) { one.schema = command.schema; });
  }
  const auto relation = FindRelation(session, command.target);
  if (!relation) co_return co_await NotThere(session, command.target, command.if_exists, out);
  if (auto owner = RequireOwner(session, relation); !owner) co_return owner;
  if (auto may = RequireOnSchema(session, command.schema, catalog::Right::kCreate); !may) {
    co_return may;
  }
  if (!MayBe(command.type, relation.type())) co_return NotA(command.target.name, command.type);
  if (relation.schema() == command.schema) co_return Status();
  const auto move = [&](auto& one) { one.schema = command.schema; };
  if (relation.table == nullptr) co_return PutChanged(session, relation.object, move);
  auto next = *relation.table;
  next.schema = command.schema;
  auto done = session.transaction.AlterTable(std::move(next));
  for (const auto& sequence : OwnedSequences(session, relation.table->id)) {
    if (done) done = PutChanged(session, sequence, move);
  }
  co_return done;
}

namespace {

/// CREATE SCHEMA … AUTHORIZATION: for oneself, or for a role one is a member of.
Result<catalog::RolePtr> OwnerOfNew(const SessionContext& session,
                                    const CreateSchemaCommand& command) {
  FIRN_TRY(const auto me, ActingRole(session));
  auto owner = me;
  if (command.owner) {
    FIRN_TRY(owner, FindNamedRole(session, *command.owner));
  }
  FIRN_RETURN_IF_ERROR(RequireOnDatabase(session, catalog::Right::kCreate));
  const auto& catalog = *session.transaction.view().catalog;
  if (catalog::MayBecome(catalog, *me, *owner)) return owner;
  return Fail(MakeError(ErrorCode::kDenied, "must be member of role \"{}\"", owner->name)
                  .WithSqlState("42501"));
}

}  // namespace

Task<Status> Run(SessionContext& session, const CreateSchemaCommand& command, Output& out) {
  auto owner = OwnerOfNew(session, command);
  if (!owner) co_return Failure(std::move(owner).error());
  const auto name = command.name.empty() ? (*owner)->name : command.name;
  const bool system = name == "firn" || name == "information_schema";
  if (name.starts_with("pg_")) {
    co_return Fail(MakeError(ErrorCode::kDenied, "unacceptable schema name \"{}\"", name)
                       .WithSqlState("42939")
                       .WithDetail("The prefix \"pg_\" is reserved for system schemas."));
  }
  const bool taken = system || session.transaction.view().catalog->HasSchema(name);
  if (taken && command.if_not_exists) {
    co_return co_await Tell(out, "42P06",
                            fmt::format("schema \"{}\" already exists, skipping", name));
  }
  if (taken) {
    co_return Fail(MakeError(ErrorCode::kAlreadyExists, "schema \"{}\" already exists", name)
                       .WithSqlState("42P06"));
  }
  auto schema = std::make_shared<catalog::Schema>();
  schema->id = NewUuidV7();
  schema->name = name;
  auto made = session.transaction.AddChange(catalog::PutObject{schema});
  if (!made || !command.owner) co_return made;
  auto rights = catalog::NextRightsOf(*session.transaction.view().catalog, schema->id);
  for (auto& grant : rights->grants) grant.grantor = (*owner)->id;
  rights->owner = (*owner)->id;
  co_return session.transaction.AddChange(catalog::PutObject{std::move(rights)});
}

namespace {

Result<std::pair<Uuid, FieldId>> CommentTarget(SessionContext& session,
                                               const CommentCommand& command) {
  const auto& catalog = *session.transaction.view().catalog;
  const auto& name = command.target;
  if (command.type == ObjectType::kSchema) {
    if (const auto schema = catalog.Find<catalog::Schema>("", name.name)) {
      FIRN_RETURN_IF_ERROR(RequireSchemaOwner(session, name.name));
      return std::pair(schema->id, FieldId());
    }
    return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", name.name)
                    .WithSqlState("3F000"));
  }
  if (command.type == ObjectType::kType || command.type == ObjectType::kDomain) {
    if (const auto type = FindInNameSpace(session, "type", name)) {
      FIRN_RETURN_IF_ERROR(RequireTypeOwner(session, *type));
      return std::pair(type->id, FieldId());
    }
    return Fail(MakeError(ErrorCode::kNotFound, "type \"{}\" does not exist", name.name)
                    .WithSqlState("42704"));
  }
  const auto relation = FindRelation(session, name);
  if (!relation) return NoSuchRelation(session, name);
  FIRN_RETURN_IF_ERROR(RequireOwner(session, relation));
  if (command.type != ObjectType::kColumn) {
    if (command.type != relation.type()) return NotA(name.name, command.type);
    return std::pair(relation.id(), FieldId());
  }
  if (relation.table != nullptr) {
    const int index = relation.table->columns.Find(command.column);
    if (index >= 0) {
      return std::pair(relation.id(),
                       relation.table->columns.columns[static_cast<size_t>(index)].id);
    }
  } else if (const auto* view = dynamic_cast<const catalog::View*>(relation.object.get())) {
    for (size_t i = 0; i < view->columns.size(); ++i) {
      if (view->columns[i].name == command.column) {
        return std::pair(relation.id(), FieldId(static_cast<int32_t>(i) + 1));
      }
    }
  }
  return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                        command.column, relation.name())
                  .WithSqlState("42703"));
}

}  // namespace

Task<Status> Run(SessionContext& session, const CommentCommand& command, Output& /*out*/) {
  const bool known = command.type == ObjectType::kSchema || command.type == ObjectType::kType ||
                     command.type == ObjectType::kDomain || command.type == ObjectType::kTable ||
                     command.type == ObjectType::kView || command.type == ObjectType::kSequence ||
                     command.type == ObjectType::kColumn;
  if (!known) {
    co_return Fail(
        MakeError(ErrorCode::kUnsupported, "COMMENT ON {} is not supported", WordOf(command.type))
            .WithSqlState("0A000")
            .WithHint("Tables, columns, views, sequences, schemas, types and domains "
                      "take comments."));
  }
  auto target = CommentTarget(session, command);
  if (!target) co_return Failure(std::move(target).error());
  const auto id = catalog::CommentIdOf(target->first, target->second);
  const auto before = session.transaction.view().catalog->FindObject(id);
  if (!command.text) {
    if (before == nullptr) co_return Status();
    co_return session.transaction.AddChange(catalog::DropObject{id});
  }
  auto comment = std::make_shared<catalog::Comment>();
  comment->id = id;
  comment->target = target->first;
  comment->column = target->second;
  comment->text = *command.text;
  co_return session.transaction.AddChange(catalog::PutObject{std::move(comment)});
}

namespace {

using For = NothingToDoCommand::For;

/// The columns it names, and the name it wants to be free.
Status CheckParts(const SessionContext& session, const NothingToDoCommand& command,
                  const NamedRelation& relation, size_t at) {
  if (at < command.columns.size() && relation.table != nullptr) {
    for (const auto& column : command.columns[at]) {
      if (relation.table->columns.Find(column) >= 0) continue;
      const bool index = command.tables_only && command.whom == For::kOwners;
      return Fail((index ? MakeError(ErrorCode::kNotFound, "column \"{}\" does not exist", column)
                         : MakeError(ErrorCode::kNotFound,
                                     "column \"{}\" of relation \"{}\" does not exist", column,
                                     relation.name()))
                      .WithSqlState("42703"));
    }
  }
  if (command.index.empty() || command.if_not_exists) return {};
  const TableName name{.schema = relation.schema(), .name = command.index};
  const auto& catalog = *session.transaction.view().catalog;
  bool taken = static_cast<bool>(FindRelation(session, name));
  for (const auto& [id, table] : catalog.tables()) {
    const auto* constraint =
        table->schema == name.schema ? table->FindConstraint(name.name) : nullptr;
    taken = taken ||
            (constraint != nullptr && (constraint->kind == catalog::Constraint::Kind::kPrimaryKey ||
                                       constraint->kind == catalog::Constraint::Kind::kUnique));
  }
  if (!taken) return {};
  return Fail(MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", name.name)
                  .WithSqlState("42P07"));
}

/// What there is to warn of; empty: nothing. Errors: why it may not be said.
Result<std::string> CheckNothingToDo(const SessionContext& session,
                                     const NothingToDoCommand& command, size_t at) {
  const auto& name = command.tables[at];
  const auto relation = FindRelation(session, name);
  if (!relation) return NoSuchRelation(session, name);
  if (command.tables_only && relation.table == nullptr) {
    auto wrong = command.columns.empty()
                     ? MakeError(ErrorCode::kInvalidInput,
                                 "\"{}\" is not a table or materialized view", name.name)
                     : MakeError(ErrorCode::kInvalidInput, "cannot create index on relation \"{}\"",
                                 name.name);
    if (!command.columns.empty()) {
      wrong.detail =
          fmt::format("This operation is not supported for {}s.", WordOf(relation.type()));
    }
    return Fail(std::move(wrong).WithSqlState("42809"));
  }
  if (command.whom != For::kAnyone) {
    auto owner = RequireOwner(session, relation);
    if (!owner && command.whom == For::kWarn && owner.error().message.starts_with("must be")) {
      return fmt::format("skipping \"{}\" --- only table or database owner can {} it",
                         relation.name(), command.what);
    }
    if (!owner) return Failure(std::move(owner).error());
  }
  FIRN_RETURN_IF_ERROR(CheckParts(session, command, relation, at));
  return std::string();
}

}  // namespace

Task<Status> Run(SessionContext& session, const NothingToDoCommand& command, Output& out) {
  if (command.whom == For::kSuperusers) {
    auto role = ActingRole(session);
    if (!role) co_return Failure(std::move(role).error());
    if (!(*role)->superuser) {
      co_return Fail(MakeError(ErrorCode::kDenied, "permission denied to {}", command.what)
                         .WithSqlState("42501"));
    }
  }
  if (!command.outside_block.empty() && session.transaction.state() == Transaction::State::kBlock) {
    co_return Fail(MakeError(ErrorCode::kConflict, "{} cannot run inside a transaction block",
                             command.outside_block)
                       .WithSqlState("25001"));
  }
  for (size_t i = 0; i < command.tables.size(); ++i) {
    auto warning = CheckNothingToDo(session, command, i);
    if (!warning) co_return Failure(std::move(warning).error());
    if (warning->empty()) continue;
    auto told = co_await Tell(out, "01000", *std::move(warning));
    if (!told) co_return told;
  }
  if (command.notice.empty()) co_return Status();
  co_return co_await Tell(out, "00000", command.notice);
}

}  // namespace firn::sql
