#include "sql/views.h"

#include <algorithm>

#include "sql/ident.h"
#include "sql/pg_catalog/calls.h"
#include "sql/relation_names.h"
#include "sql/user_types.h"
#include "sql/written_text_internal.h"

namespace firn::sql {
namespace {

/// Number of the column a view saw, among those of the relation now; -1: gone.
int PlaceOf(const SessionContext& session, const Uuid& relation, FieldId column) {
  const auto& catalog = *session.transaction.view().catalog;
  if (const auto table = catalog.FindTable(TableId(relation))) return table->IndexOf(column);
  return column.value() - 1;
}

/// The relation with the columns the view knows, under the names it knows them by.
Result<ResolvedTable> AsSeen(const SessionContext& session, const catalog::View::Reference& seen,
                             ResolvedTable now) {
  ResolvedTable then;
  std::string list;
  // What the view's owner may not read is not read through the view either.
  const auto denied = [&](const columnar::Field& field) {
    return std::find(now.denied.begin(), now.denied.end(), field.name) != now.denied.end();
  };
  for (const auto& column : seen.columns) {
    const int place = PlaceOf(session, seen.relation, column.id);
    // Dropped since: nothing in the view names it.
    if (place < 0 || static_cast<size_t>(place) >= now.columns.size()) continue;
    const auto& field = now.columns[static_cast<size_t>(place)];
    list += fmt::format("{} AS {}, ", QuoteIdentifier(field.name), QuoteIdentifier(column.name));
    then.columns.push_back({column.name, field.type});
    const auto& computed = now.computed;
    if (std::find(computed.begin(), computed.end(), field.name) != computed.end()) {
      then.computed.push_back(column.name);
    }
    if (denied(field)) then.denied.push_back(column.name);
  }
  for (const auto& field : now.hidden) {
    list += QuoteIdentifier(field.name) + ", ";
    if (denied(field)) then.denied.push_back(field.name);
  }
  if (list.empty()) list = "1, ";
  list.resize(list.size() - 2);
  then.scan_sql = fmt::format("SELECT {} FROM ({})", list, now.scan_sql);
  then.hidden = std::move(now.hidden);
  return then;
}

/// Names of types mean what they meant when the view was made.
std::shared_ptr<const UserTypes> TypesAsSeen(const SessionContext& session,
                                             const catalog::View& view) {
  auto types = UserTypes::Of(session);
  if (view.types.empty()) return types;
  const auto& catalog = *session.transaction.view().catalog;
  std::vector<UserTypes::Pinned> pinned;
  for (const auto& seen : view.types) {
    pinned.push_back({seen.schema, seen.name, catalog.Find<catalog::UserType>(seen.id)});
  }
  return types->With(std::move(pinned));
}

// Views over views are expanded by recursion, each as often as it is mentioned.
constexpr size_t kLevelsMax = 100;
constexpr int kExpandedMax = 1'000;

/// One view being expanded.
class Expanding {
 public:
  Expanding(const SessionContext& session, const catalog::View& view) : session_(session) {
    session_.views.open.push_back(view.id);
    ++session_.views.count;
  }
  ~Expanding() { session_.views.open.pop_back(); }
  Expanding(const Expanding&) = delete;
  Expanding& operator=(const Expanding&) = delete;

  Status Check(const catalog::View& view) const {
    FIRN_RETURN_IF_ERROR(session_.cancellation->Check());
    const auto& open = session_.views.open;
    if (std::count(open.begin(), open.end(), view.id) > 1) return EndlessView(view.name);
    if (open.size() > kLevelsMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "stack depth limit exceeded")
                      .WithSqlState("54001")
                      .WithHint(fmt::format("View \"{}\" lies below {} others: that is as deep as "
                                            "views over views go.",
                                            view.name, kLevelsMax)));
    }
    if (session_.views.count > kExpandedMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "a statement may mention views {} times, within views too",
                            kExpandedMax)
                      .WithSqlState("54000")
                      .WithHint(fmt::format("View \"{}\" is mentioned once too often: make a "
                                            "table of one that others mention much.",
                                            view.name)));
    }
    return {};
  }

 private:
  const SessionContext& session_;
};

}  // namespace

Failure EndlessView(std::string_view name) {
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "infinite recursion detected in rules for relation \"{}\"", name)
                  .WithSqlState("42P17"));
}

std::optional<TableName> NameOf(const SessionContext& session, const Uuid& relation) {
  const auto& catalog = *session.transaction.view().catalog;
  if (const auto table = catalog.FindTable(TableId(relation))) {
    return TableName{.schema = table->schema, .name = table->name};
  }
  if (const auto object = catalog.FindObject(relation)) {
    return TableName{.schema = object->schema, .name = object->name};
  }
  return std::nullopt;
}

Result<ResolvedTable> ExpandView(
    const SessionContext& session, const catalog::View& view, const ResolveRelation& resolve,
    const std::function<Result<std::pair<std::string, columnar::Type>>(const ServerCall&)>&
        answer_call) {
  const Expanding expanding(session, view);
  FIRN_RETURN_IF_ERROR(expanding.Check(view));
  FIRN_TRY(const auto statements, Parse(view.query));
  QueryContext context;
  context.user_types = TypesAsSeen(session, view);
  context.answer_call = answer_call;
  context.catalog_token = [&session] { return pg_catalog::TokenOf(session); };
  context.resolve_table = [&](const TableReference& reference) -> Result<ResolvedTable> {
    if (reference.index >= view.references.size()) {
      return Fail(ErrorCode::kCorrupt, "view \"{}\" has more relations than it knows", view.name);
    }
    const auto& seen = view.references[reference.index];
    if (seen.relation.is_nil()) return resolve(reference.table);
    const auto name = NameOf(session, seen.relation);
    if (!name) return NoSuchRelation(session, {.schema = "", .name = seen.name});
    FIRN_TRY(auto now, resolve(*name));
    return AsSeen(session, seen, std::move(now));
  };
  auto written = WriteQuery(statements.front(), context);
  if (!written) {
    // Positions are those of the view's text, not the user's.
    auto error = std::move(written).error();
    error.position = 0;
    return Fail(std::move(error));
  }
  ResolvedTable resolved;
  std::string names;
  for (size_t i = 0; i < written->fields.size() && i < view.columns.size(); ++i) {
    names += (names.empty() ? "" : ", ") + QuoteIdentifier(view.columns[i].name);
    resolved.columns.push_back({view.columns[i].name, written->fields[i].type});
    if (!written->stored[i]) resolved.computed.push_back(view.columns[i].name);
  }
  if (written->fields.size() != view.columns.size()) {
    return Fail(
        MakeError(ErrorCode::kSchemaMismatch, "view \"{}\" no longer has its columns", view.name)
            .WithSqlState("42703"));
  }
  resolved.scan_sql = fmt::format(
      "SELECT * FROM ({}) AS v({})",
      written->cut ? Walled(written->sql, "w", view.columns.size()) : written->sql, names);
  return resolved;
}

}  // namespace firn::sql
