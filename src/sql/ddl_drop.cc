#include <algorithm>
#include <set>

#include "catalog/objects/schema.h"
#include "catalog/objects/user_type.h"
#include "sql/ddl_internal.h"
#include "sql/ident.h"
#include "sql/relations.h"
#include "sql/rights.h"

namespace firn::sql {
namespace {

struct Missing {
  std::string_view sqlstate;
  std::string_view word;
};
Missing MissingOf(ObjectType type) {
  if (type == ObjectType::kSchema) return {"3F000", "schema"};
  const bool relation = type == ObjectType::kTable || type == ObjectType::kView ||
                        type == ObjectType::kSequence || type == ObjectType::kMaterializedView;
  return {relation ? "42P01" : "42704", WordOf(type)};
}

std::string NameAsSaid(const TableName& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

Task<Status> NotThere(SessionContext& session, const DropCommand& command, const TableName& name,
                      Output& out) {
  if (!name.schema.empty()) {
    auto may = RequireOnSchema(session, name.schema, catalog::Right::kUsage);
    if (!may) co_return may;
  }
  const auto [sqlstate, word] = MissingOf(command.type);
  const bool no_schema =
      !name.schema.empty() && !session.transaction.view().catalog->HasSchema(name.schema);
  auto message = no_schema ? fmt::format("schema \"{}\" does not exist", name.schema)
                           : fmt::format("{} \"{}\" does not exist", word, NameAsSaid(name));
  if (command.if_exists) co_return co_await Tell(out, "00000", message + ", skipping");
  Error error;
  error.code = ErrorCode::kNotFound;
  error.message = std::move(message);
  co_return Fail(std::move(error).WithSqlState(no_schema ? "3F000" : sqlstate));
}

Failure WrongType(const NamedRelation& relation, ObjectType wanted) {
  const auto word = [](ObjectType type) {
    return std::string(type == ObjectType::kSequence           ? "a sequence"
                       : type == ObjectType::kView             ? "a view"
                       : type == ObjectType::kMaterializedView ? "a materialized view"
                       : type == ObjectType::kIndex            ? "an index"
                                                               : "a table");
  };
  auto upper = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
  };
  const auto right = word(relation.type());
  return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not {}", relation.name(), word(wanted))
                  .WithSqlState("42809")
                  .WithHint(fmt::format("Use DROP {} to remove {}.",
                                        upper(std::string(WordOf(relation.type()))), right)));
}

bool Protected(const TableName& name) {
  return name.schema == "firn" || name.schema == "pg_catalog" ||
         name.schema == "information_schema";
}

/// What PostgreSQL says of an index that a key has: it goes with the key.
Status CheckNoKeysIndex(const SessionContext& session, const TableName& name) {
  auto path = name.schema.empty() ? UsablePath(session) : std::vector<std::string>{name.schema};
  for (const auto& schema : path) {
    for (const auto& [id, table] : session.transaction.view().catalog->tables()) {
      const auto* constraint = table->schema == schema ? table->FindConstraint(name.name) : nullptr;
      const bool key =
          constraint != nullptr && (constraint->kind == catalog::Constraint::Kind::kPrimaryKey ||
                                    constraint->kind == catalog::Constraint::Kind::kUnique);
      if (!key) continue;
      FIRN_RETURN_IF_ERROR(RequireOwner(session, {.table = table, .object = nullptr}));
      const auto of = fmt::format("constraint {} on table {}", DisplayIdentifier(constraint->name),
                                  ShownName(session, table->schema, table->name));
      return Fail(MakeError(ErrorCode::kConflict, "cannot drop index {} because {} requires it",
                            ShownName(session, table->schema, constraint->name), of)
                      .WithSqlState("2BP01")
                      .WithHint(fmt::format("You can drop {} instead.", of)));
    }
  }
  return {};
}

Task<Status> DropOne(SessionContext& session, const DropCommand& command, const TableName& name,
                     Output& out) {
  const auto relation = FindRelation(session, name);
  if (!relation && Protected(name)) {
    co_return Fail(MakeError(ErrorCode::kDenied,
                             "permission denied: \"{}.{}\" is a system relation", name.schema,
                             name.name)
                       .WithSqlState("42501"));
  }
  if (!relation) co_return co_await NotThere(session, command, name, out);
  if (relation.type() != command.type) co_return WrongType(relation, command.type);
  if (auto owner = RequireOwner(session, relation); !owner) {
    // Who owns the schema may empty it.
    if (!RequireSchemaOwner(session, relation.schema())) co_return owner;
  }
  const auto sequence = std::dynamic_pointer_cast<const catalog::Sequence>(relation.object);
  if (sequence != nullptr && sequence->owner && sequence->owner->identity) {
    const auto table = session.transaction.view().catalog->FindTable(sequence->owner->table);
    const auto& column =
        table->columns.columns[static_cast<size_t>(table->IndexOf(sequence->owner->column))];
    const auto owner = fmt::format("column {} of table {}", DisplayIdentifier(column.name),
                                   ShownName(session, table->schema, table->name));
    co_return Fail(MakeError(ErrorCode::kConflict, "cannot drop {} because {} requires it",
                             Described(session, relation), owner)
                       .WithSqlState("2BP01")
                       .WithHint(fmt::format("You can drop {} instead.", owner)));
  }
  auto dropped = co_await DropDependents(session, Described(session, relation),
                                         DependentsOf(session, relation), command.cascade, out);
  if (!dropped) co_return dropped;
  co_return DropRelation(session, relation);
}

std::vector<Dependent> InSchema(const SessionContext& session, const catalog::Schema& schema) {
  const auto& catalog = *session.transaction.view().catalog;
  std::vector<Dependent> all;
  std::vector<Dependent> of_types;
  std::set<Uuid> seen;
  const auto on = Described(session, schema);
  const auto add = [&](const NamedRelation& relation) {
    if (!seen.insert(relation.id()).second) return;
    auto more = DependentsOf(session, relation);
    all.push_back(
        {.relation = relation, .type = nullptr, .what = Described(session, relation), .on = on});
    for (auto& one : more) {
      if (!one.relation || seen.insert(one.relation.id()).second) all.push_back(std::move(one));
    }
  };
  for (const auto& [id, table] : catalog.tables()) {
    if (table->schema == schema.name) add({.table = table, .object = nullptr});
  }
  for (const auto& [id, object] : catalog.objects()) {
    if (object->schema != schema.name || !object->BelongsTo().is_nil()) continue;
    if (&object->kind() == &catalog::UserType::kKind) {
      all.push_back(
          {.relation = {}, .type = object, .what = Described(session, *object), .on = on});
      for (auto& one : DependentsOf(session, static_cast<const catalog::UserType&>(*object))) {
        of_types.push_back(std::move(one));
      }
    } else {
      add({.table = nullptr, .object = object});
    }
  }
  // Columns of tables that stay, and views elsewhere.
  for (auto& one : of_types) {
    const bool goes =
        one.relation ? !seen.insert(one.relation.id()).second : seen.contains(one.table.value());
    if (!goes) all.push_back(std::move(one));
  }
  return all;
}

Task<Status> DropIndex(SessionContext& session, const DropCommand& command, const TableName& name,
                       Output& out) {
  if (const auto relation = FindRelation(session, name)) {
    co_return WrongType(relation, ObjectType::kIndex);
  }
  auto free = CheckNoKeysIndex(session, name);
  if (!free) co_return free;
  co_return co_await NotThere(session, command, name, out);
}

Task<Status> DropSchema(SessionContext& session, const DropCommand& command, const TableName& name,
                        Output& out) {
  const auto schema = session.transaction.view().catalog->Find<catalog::Schema>("", name.name);
  if (schema == nullptr) {
    if (Protected({.schema = name.name})) {
      co_return Fail(MakeError(ErrorCode::kDenied,
                               "cannot drop schema {} because it is required by the database "
                               "system",
                               name.name)
                         .WithSqlState("2BP01"));
    }
    co_return co_await NotThere(session, command, name, out);
  }
  if (auto owner = RequireSchemaOwner(session, schema->name); !owner) co_return owner;
  auto dropped = co_await DropDependents(session, Described(session, *schema),
                                         InSchema(session, *schema), command.cascade, out);
  if (!dropped) co_return dropped;
  co_return session.transaction.AddChange(catalog::DropObject{schema->id});
}

Task<Status> DropType(SessionContext& session, const DropCommand& command, const TableName& name,
                      Output& out) {
  const auto type = FindInNameSpace(session, catalog::UserType::kKind.name_space, name);
  const bool own = name.schema.empty() || name.schema == "pg_catalog";
  const auto array = name.name.starts_with('_') ? std::string_view(name.name).substr(1)
                                                : std::string_view(name.name);
  const auto known = columnar::TypeFromName(array, {});
  if (own && known) {
    if (command.type == ObjectType::kDomain) {
      co_return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a domain", name.name)
                         .WithSqlState("42809"));
    }
    co_return Fail(MakeError(ErrorCode::kConflict,
                             "cannot drop type {}{} because it is required by the database system",
                             columnar::PostgresName(*known),
                             array.size() == name.name.size() ? "" : "[]")
                       .WithSqlState("2BP01"));
  }
  if (type == nullptr && FindRelation(session, name).table != nullptr) {
    const auto table = FindRelation(session, name);
    co_return Fail(
        MakeError(ErrorCode::kConflict, "cannot drop type {} because {} requires it",
                  ShownName(session, table.schema(), table.name()), Described(session, table))
            .WithSqlState("2BP01")
            .WithHint(fmt::format("You can drop {} instead.", Described(session, table))));
  }
  if (type == nullptr) co_return co_await NotThere(session, command, name, out);
  if (auto owner = RequireTypeOwner(session, *type); !owner) co_return owner;
  const auto& user_type = static_cast<const catalog::UserType&>(*type);
  const bool domain = user_type.form == catalog::UserType::Form::kDomain;
  if (command.type == ObjectType::kDomain && !domain) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a domain", name.name)
                       .WithSqlState("42809"));
  }
  auto dropped = co_await DropDependents(session, Described(session, *type),
                                         DependentsOf(session, user_type), command.cascade, out);
  if (!dropped) co_return dropped;
  co_return session.transaction.AddChange(catalog::DropObject{type->id});
}

}  // namespace

std::vector<Dependent> DependentsOf(const SessionContext& session, const NamedRelation& relation) {
  const auto& catalog = *session.transaction.view().catalog;
  std::vector<Dependent> all;
  std::set<Uuid> seen{relation.id()};
  std::vector<NamedRelation> next{relation};
  for (size_t i = 0; i < next.size(); ++i) {
    const auto on = Described(session, next[i]);
    const auto id = next[i].id();
    for (const auto& view : catalog.All<catalog::View>()) {
      const auto needs = view->DependsOn();
      if (std::find(needs.begin(), needs.end(), id) == needs.end()) continue;
      if (!seen.insert(view->id).second) continue;
      next.push_back({.table = nullptr, .object = view});
      all.push_back({.relation = next.back(),
                     .type = nullptr,
                     .what = Described(session, next.back()),
                     .on = on});
    }
    for (const auto& [table_id, table] : catalog.tables()) {
      for (const auto& [column, use] : table->sequences) {
        if (use.sequence != id) continue;
        const auto& name = table->columns.columns[static_cast<size_t>(table->IndexOf(column))].name;
        all.push_back(
            {.relation = {},
             .type = nullptr,
             .table = table_id,
             .column = column,
             .what = fmt::format("default value for column {} of table {}", DisplayIdentifier(name),
                                 ShownName(session, table->schema, table->name)),
             .on = on});
      }
    }
  }
  return all;
}

Status DropRelation(SessionContext& session, const NamedRelation& relation) {
  if (relation.table != nullptr) return session.transaction.DropTable(*relation.table);
  return session.transaction.AddChange(catalog::DropObject{relation.object->id});
}

namespace {

Status DropDependent(SessionContext& session, const Dependent& dependent) {
  if (dependent.relation) {
    const auto& catalog = *session.transaction.view().catalog;
    const auto id = dependent.relation.id();
    // It may have gone with a column that was dropped before.
    if (catalog.FindObject(id) == nullptr && catalog.FindTable(TableId(id)) == nullptr) return {};
    return DropRelation(session, dependent.relation);
  }
  if (dependent.type != nullptr) {
    return session.transaction.AddChange(catalog::DropObject{dependent.type->id});
  }
  const auto table = session.transaction.view().catalog->FindTable(dependent.table);
  if (table == nullptr) return {};
  auto next = *table;
  next.sequences.erase(dependent.column);
  next.columns.columns[static_cast<size_t>(next.IndexOf(dependent.column))].default_sql.clear();
  return session.transaction.AlterTable(std::move(next));
}

/// From the last, but a view before all that it reads.
std::vector<const Dependent*> DropOrder(const std::vector<Dependent>& dependents) {
  std::vector<const Dependent*> left;
  for (auto one = dependents.rbegin(); one != dependents.rend(); ++one) left.push_back(&*one);
  const auto is_read = [&left](const Dependent& one) {
    if (!one.relation) return false;
    return std::any_of(left.begin(), left.end(), [&](const Dependent* other) {
      if (other == &one || other->relation.object == nullptr) return false;
      const auto needs = other->relation.object->DependsOn();
      return std::find(needs.begin(), needs.end(), one.relation.id()) != needs.end();
    });
  };
  std::vector<const Dependent*> order;
  while (!left.empty()) {
    auto next = std::find_if(left.begin(), left.end(),
                             [&](const Dependent* one) { return !is_read(*one); });
    if (next == left.end()) next = left.begin();
    order.push_back(*next);
    left.erase(next);
  }
  // Types after all that has values of them.
  std::stable_partition(order.begin(), order.end(),
                        [](const Dependent* one) { return one->type == nullptr; });
  return order;
}

Task<Status> DropColumnOf(SessionContext& session, const Dependent& dependent, Output& out) {
  const auto table = session.transaction.view().catalog->FindTable(dependent.table);
  if (table == nullptr || table->IndexOf(dependent.column) < 0) co_return Status();
  const auto& name = table->columns.columns[static_cast<size_t>(table->IndexOf(dependent.column))];
  AlterTableCommand command;
  command.table = {.schema = table->schema, .name = table->name};
  command.actions.emplace_back(DropColumn{.name = name.name, .cascade = true});
  co_return co_await Run(session, command, out);
}

}  // namespace

Task<Status> DropDependents(SessionContext& session, const std::string& what,
                            const std::vector<Dependent>& dependents, bool cascade, Output& out) {
  if (dependents.empty()) co_return Status();
  std::string lines;
  if (!cascade) {
    for (const auto& one : dependents) {
      lines += fmt::format("{}{} depends on {}", lines.empty() ? "" : "\n", one.what, one.on);
    }
    co_return Fail(
        MakeError(ErrorCode::kConflict, "cannot drop {} because other objects depend on it", what)
            .WithSqlState("2BP01")
            .WithDetail(lines)
            .WithHint("Use DROP ... CASCADE to drop the dependent objects too."));
  }
  const auto order = DropOrder(dependents);
  for (const auto* one : order) {
    Status dropped;
    if (one->drops_column) {
      dropped = co_await DropColumnOf(session, *one, out);
    } else {
      dropped = DropDependent(session, *one);
    }
    if (!dropped) co_return dropped;
  }
  if (dependents.size() == 1) {
    co_return co_await Tell(out, "00000", "drop cascades to " + dependents.front().what);
  }
  for (const auto& one : dependents) {
    lines += (lines.empty() ? "" : "\n") + ("drop cascades to " + one.what);
  }
  auto message = fmt::format("drop cascades to {} other objects", dependents.size());
  co_return co_await Tell(out, "00000", std::move(message), std::move(lines));
}

Task<Status> Run(SessionContext& session, const DropCommand& command, Output& out) {
  for (const auto& name : command.names) {
    Status done;
    switch (command.type) {
      case ObjectType::kTable:
      case ObjectType::kView:
      case ObjectType::kSequence:
        done = co_await DropOne(session, command, name, out);
        break;
      case ObjectType::kSchema:
        done = co_await DropSchema(session, command, name, out);
        break;
      case ObjectType::kType:
      case ObjectType::kDomain:
        done = co_await DropType(session, command, name, out);
        break;
      case ObjectType::kIndex:
        done = co_await DropIndex(session, command, name, out);
        break;
      default:
        done = co_await NotThere(session, command, name, out);
        break;
    }
    if (!done) co_return done;
  }
  co_return Status();
}

Task<Status> Run(SessionContext& session, const TruncateCommand& command, Output& /*out*/) {
  std::vector<std::shared_ptr<const catalog::TableDefinition>> tables;
  for (const auto& name : command.tables) {
    const auto relation = FindRelation(session, name);
    if (relation && relation.table == nullptr) {
      co_return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a table", name.name)
                         .WithSqlState("42809"));
    }
    auto table = RequireTable(session, name);
    if (!table) co_return Failure(std::move(table).error());
    auto may = RequireRight(session, relation, catalog::Right::kTruncate);
    if (!may) co_return may;
    tables.push_back(*std::move(table));
  }
  for (const auto& table : tables) {
    auto truncated = co_await session.transaction.TruncateTable(table);
    if (!truncated) co_return truncated;
    if (!command.restart_identity) continue;
    for (const auto& sequence : OwnedSequences(session, table->id)) {
      auto restarted = RestartSequence(session, *sequence, sequence->start);
      if (!restarted) co_return restarted;
    }
  }
  co_return Status();
}

}  // namespace firn::sql
