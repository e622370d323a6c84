#include <algorithm>
#include <array>
#include <set>

#include "sql/ddl_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/server_calls.h"
#include "sql/user_types.h"
#include "sql/value_type_internal.h"
#include "sql/views.h"

namespace firn::sql {
namespace {

Result<catalog::View::Reference> ReferenceTo(const SessionContext& session, const TableName& name,
                                             const ResolvedTable& resolved) {
  catalog::View::Reference reference;
  const auto relation = FindRelation(session, name);
  if (!relation) {
    reference.name = name.schema.empty() ? name.name : name.schema + "." + name.name;
    return reference;
  }
  if (relation.schema() == kTempSchema) {
    return Fail(MakeError(ErrorCode::kUnsupported, "views of temporary tables are not supported")
                    .WithSqlState("0A000")
                    .WithHint("Use an ordinary table."));
  }
  reference.relation = relation.id();
  reference.name = relation.name();
  for (size_t i = 0; i < resolved.columns.size(); ++i) {
    const auto id = relation.table != nullptr ? relation.table->columns.columns[i].id
                                              : FieldId(static_cast<int32_t>(i) + 1);
    reference.columns.push_back({id, resolved.columns[i].name});
  }
  return reference;
}

Status NameColumns(const CreateViewCommand& command, catalog::View& view) {
  if (command.column_names.size() > view.columns.size()) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "CREATE VIEW specifies more column names than columns")
            .WithSqlState("42601"));
  }
  for (size_t i = 0; i < command.column_names.size(); ++i) {
    view.columns[i].name = command.column_names[i];
  }
  return CheckColumnNames(NamesOf(view.columns));
}

Status CheckReplaces(const catalog::View& before, const catalog::View& next) {
  const auto wrong = [](std::string message) {
    Error error;
    error.code = ErrorCode::kInvalidInput;
    error.message = std::move(message);
    return Fail(std::move(error).WithSqlState("42P16"));
  };
  if (next.columns.size() < before.columns.size()) {
    return wrong("cannot drop columns from view");
  }
  for (size_t i = 0; i < before.columns.size(); ++i) {
    const auto& had = before.columns[i];
    const auto& has = next.columns[i];
    if (had.name != has.name) {
      auto failure = wrong(
          fmt::format("cannot change name of view column \"{}\" to \"{}\"", had.name, has.name));
      failure.value().hint =
          "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.";
      return failure;
    }
    if (had.type != has.type) {
      return wrong(fmt::format("cannot change data type of view column \"{}\" from {} to {}",
                               had.name, columnar::PostgresName(had.type),
                               columnar::PostgresName(has.type)));
    }
  }
  return {};
}

std::vector<catalog::View::SeenType> TypesIn(const References& references,
                                             const UserTypes& user_types) {
  std::vector<catalog::View::SeenType> all;
  for (const auto& type : references.types) {
    const bool built_in = type.schema.empty() && columnar::TypeFromName(type.name, {}).has_value();
    const auto found = built_in ? nullptr : user_types.Find(type.schema, type.name);
    if (found == nullptr) continue;
    catalog::View::SeenType seen{found->id, type.schema, type.name};
    if (std::find(all.begin(), all.end(), seen) == all.end()) all.push_back(std::move(seen));
  }
  return all;
}

Result<std::shared_ptr<catalog::View>> MakeView(SessionContext& session,
                                                const CreateViewCommand& command) {
  auto view = std::make_shared<catalog::View>();
  FIRN_TRY(const auto references, FindReferences(command.query));
  constexpr std::array<std::string_view, 6> kRefused = {
      "nextval", "setval", "currval", "lastval", "pg_cancel_backend", "pg_terminate_backend"};
  for (const auto& call : references.calls) {
    if (std::find(kRefused.begin(), kRefused.end(), call.name) == kRefused.end()) continue;
    return Fail(MakeError(ErrorCode::kUnsupported, "{}() in a view is not supported", call.name)
                    .WithSqlState("0A000")
                    .WithPosition(call.position)
                    .WithHint("Ask for values where the view is used."));
  }
  for (const auto& reference : references.tables) {
    if (!reference.past_value) continue;
    return Fail(MakeError(ErrorCode::kUnsupported, "the past of a table in a view is not supported")
                    .WithSqlState("0A000")
                    .WithPosition(reference.table.position)
                    .WithHint("Leave AT out, and SET firn.as_of where the view is read."));
  }
  view->references.resize(references.tables.size());
  QueryContext context;
  context.user_types = UserTypes::Of(session);
  view->types = TypesIn(references, *context.user_types);
  context.answer_call = DescribeServerCall;
  context.resolve_table = [&](const TableReference& reference) -> Result<ResolvedTable> {
    FIRN_TRY(auto resolved, DescribeRelation(session, reference.table));
    FIRN_TRY(view->references[reference.index], ReferenceTo(session, reference.table, resolved));
    return resolved;
  };
  FIRN_TRY(auto written, WriteQuery(command.query, context));
  view->columns = std::move(written.fields);
  for (auto& column : view->columns) column.type = PlainNumeric(column.type);
  view->query = command.query_text;
  FIRN_RETURN_IF_ERROR(NameColumns(command, *view));
  return view;
}

/// Whether the view reads the relation, itself or by way of others.
bool IsMadeOf(const SessionContext& session, const catalog::View& view, const Uuid& relation) {
  const auto& catalog = *session.transaction.view().catalog;
  std::vector<Uuid> next = view.DependsOn();
  std::set<Uuid> seen(next.begin(), next.end());
  for (size_t i = 0; i < next.size(); ++i) {
    if (next[i] == relation) return true;
    const auto object = catalog.FindObject(next[i]);
    if (object == nullptr) continue;
    for (const auto& needed : object->DependsOn()) {
      if (seen.insert(needed).second) next.push_back(needed);
    }
  }
  return false;
}

}  // namespace

Task<Status> Run(SessionContext& session, const CreateViewCommand& command, Output& /*out*/) {
  auto schema = SchemaForNewTable(session, command.view);
  if (!schema) co_return Failure(std::move(schema).error());
  auto made = MakeView(session, command);
  if (!made) co_return Failure(std::move(made).error());
  auto& view = **made;
  view.id = NewUuidV7();
  view.schema = *schema;
  view.name = command.view.name;
  const auto relation = FindRelation(session, {.schema = view.schema, .name = view.name});
  if (relation && command.replace) {
    const auto* before = dynamic_cast<const catalog::View*>(relation.object.get());
    if (before == nullptr) {
      co_return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a view", view.name)
                         .WithSqlState("42809"));
    }
    if (auto owner = RequireOwner(session, relation); !owner) co_return owner;
    auto replaces = CheckReplaces(*before, view);
    if (!replaces) co_return replaces;
    view.id = before->id;
    view.revision = before->revision + 1;
    if (IsMadeOf(session, view, view.id)) co_return EndlessView(view.name);
  }
  co_return session.transaction.AddChange(catalog::PutObject{*std::move(made)});
}

Result<std::vector<Dependent>> ViewsOverColumn(SessionContext& session,
                                               const catalog::TableDefinition& table,
                                               FieldId column) {
  const auto describe = [&](const TableName& name) { return DescribeRelation(session, name); };
  const auto& catalog = session.transaction.view().catalog;
  const auto& name = table.columns.columns[static_cast<size_t>(table.IndexOf(column))].name;
  std::vector<Dependent> all;
  for (const auto& view : catalog->All<catalog::View>()) {
    const AsOwnerOf owner(session, view->id);
    const auto needs = view->DependsOn();
    if (std::find(needs.begin(), needs.end(), table.id.value()) == needs.end()) continue;
    // A view that is the same without the column does not need it.
    auto without = *view;
    for (auto& reference : without.references) {
      if (reference.relation != table.id.value()) continue;
      std::erase_if(reference.columns, [&](const auto& one) { return one.id == column; });
    }
    session.views.count = 0;  // each view by itself
    if (ExpandView(session, without, describe, DescribeServerCall)) continue;
    const NamedRelation relation{.table = nullptr, .object = view};
    all.push_back({.relation = relation,
                   .type = nullptr,
                   .what = Described(session, relation),
                   .on = fmt::format("column {} of table {}", name,
                                     ShownName(session, table.schema, table.name))});
    for (auto& above : DependentsOf(session, relation)) all.push_back(std::move(above));
  }
  return all;
}

}  // namespace firn::sql
