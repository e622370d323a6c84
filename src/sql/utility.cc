#include "sql/utility.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/api.h>

#include "sql/parameter_value.h"
#include "sql/read.h"
#include "sql/relation_names.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/roles.h"
#include "sql/text_rows.h"
#include "table/second_copy.h"

namespace firn::sql {
namespace {

constexpr columnar::Type kText{.kind = columnar::TypeKind::kText};

Result<std::unique_ptr<RowStream>> TextStream(std::vector<columnar::Field> fields,
                                              const std::vector<TextRow>& rows) {
  FIRN_TRY(auto batch, BatchOfTextRows(fields, rows));
  return std::make_unique<FixedRows>(std::move(fields), std::move(batch));
}

Task<Status> FlushAll(SessionContext& session) {
  const auto flush = [&session](auto done) { session.services.database.Flush(std::move(done)); };
  co_return co_await AwaitCallback<Status>(flush);
}

}  // namespace

Status RunSet(SessionContext& session, const SetCommand& command) {
  const auto* parameter = FindParameter(command.name);
  if (parameter != nullptr && parameter->kind == ParameterKind::kRole) {
    return SetUser(session, command);
  }
  auto by = SetBy::kAnyone;
  if (parameter != nullptr && parameter->superuser) {
    FIRN_TRY(const auto role, CurrentRole(session));
    if (role->superuser) by = SetBy::kSuperuser;
  }
  if (!command.value) return session.settings.Reset(command.name, command.local, by);
  if (command.name == "transaction_isolation") {
    return SetModes(session, {.isolation = command.value, .read_only = {}}, false);
  }
  if (command.name == "transaction_read_only") {
    FIRN_TRY(const auto value, ReadParameter(*parameter, *command.value));
    return SetModes(session, {.isolation = {}, .read_only = value == "on"}, false);
  }
  return session.settings.Set(command.name, *command.value, command.local, by);
}

namespace {

Failure TooLate(std::string message) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState("25001"));
}

/// Modes of a transaction that has begun only become stricter.
Status CheckModes(const SessionContext& session, const TransactionModes& modes) {
  const auto& transaction = session.transaction;
  const auto now = session.settings.Show("transaction_isolation");
  if (modes.isolation && (!now || *now != LowerCase(*modes.isolation))) {
    if (transaction.has_looked()) {
      return TooLate("SET TRANSACTION ISOLATION LEVEL must be called before any query");
    }
    if (transaction.savepoints() > 0) {
      return TooLate("SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
    }
  }
  if (modes.read_only == false && session.settings.read_only()) {
    if (transaction.savepoints() > 0) {
      return TooLate("cannot set transaction read-write mode inside a read-only transaction");
    }
    if (transaction.has_looked()) {
      return TooLate("transaction read-write mode must be set before any query");
    }
  }
  return {};
}

}  // namespace

Status SetModes(SessionContext& session, const TransactionModes& modes, bool of_session) {
  const std::string prefix = of_session ? "default_" : "";
  auto& settings = session.settings;
  if (!of_session) FIRN_RETURN_IF_ERROR(CheckModes(session, modes));
  if (modes.isolation) {
    FIRN_RETURN_IF_ERROR(settings.Set(prefix + "transaction_isolation", *modes.isolation,
                                      !of_session, SetBy::kAnyone));
  }
  if (modes.read_only) {
    FIRN_RETURN_IF_ERROR(settings.Set(prefix + "transaction_read_only",
                                      *modes.read_only ? "on" : "off", !of_session,
                                      SetBy::kAnyone));
  }
  return {};
}

Result<std::vector<columnar::Field>> DescribeShow(const ShowCommand& command) {
  if (command.name == "all") {
    return std::vector<columnar::Field>{
        {"name", kText}, {"setting", kText}, {"description", kText}};
  }
  const auto* definition = FindParameter(command.name);
  return std::vector<columnar::Field>{
      {definition != nullptr ? std::string(definition->name) : command.name, kText}};
}

Result<std::unique_ptr<RowStream>> RunShow(SessionContext& session, const ShowCommand& command) {
  FIRN_TRY(auto fields, DescribeShow(command));
  std::vector<TextRow> rows;
  if (command.name == "all") {
    for (const auto& parameter : AllParameters()) {
      FIRN_TRY(auto value, session.settings.Show(parameter.name));
      rows.push_back(
          {std::string(parameter.name), std::move(value), std::string(parameter.description)});
    }
  } else {
    FIRN_TRY(auto value, session.settings.Show(command.name));
    rows.push_back({std::move(value)});
  }
  return TextStream(std::move(fields), rows);
}

std::vector<columnar::Field> ExplainFields() {
  return {{"QUERY PLAN", kText}};
}

namespace {

/// "│   ~1,000 rows   │": 1000.
std::optional<int64_t> EstimateIn(std::string_view line) {
  const auto at = line.find('~');
  if (at == line.npos || line.find(" row", at) == line.npos) return std::nullopt;
  int64_t value = 0;
  for (const char c : line.substr(at + 1)) {
    if (c == ',') continue;
    if (c < '0' || c > '9') break;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// The line that PostgreSQL's plans begin with; postgres_fdw reads its estimates from it. What
/// is first in the plan gives the rows; each row that an operator makes costs 0.01, as there.
std::string SummaryOf(const std::vector<int64_t>& estimates) {
  constexpr double kRowCost = 0.01;
  constexpr int kWidth = 32;
  double cost = 1;
  for (const auto rows : estimates) cost += kRowCost * static_cast<double>(rows);
  const int64_t rows = estimates.empty() ? 1 : std::max<int64_t>(estimates.front(), 1);
  return fmt::format("Query  (cost=1.00..{:.2f} rows={} width={})", cost, rows, kWidth);
}

}  // namespace

namespace {

std::vector<std::string> LinesOfText(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

/// Byte offsets of a line's characters, and its end.
std::vector<size_t> PlacesOf(std::string_view line) {
  std::vector<size_t> places;
  for (size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) != 0x80) places.push_back(i);
  }
  places.push_back(line.size());
  return places;
}

constexpr std::string_view kWall = "│";

/// The names of files in a box: from the line that says so to the box's next empty line.
void HideFiles(std::vector<std::string>& lines) {
  constexpr std::string_view kTitle = "Filename(s):";
  for (size_t i = 0; i < lines.size(); ++i) {
    for (auto at = lines[i].find(kTitle); at != std::string::npos; at = lines[i].find(kTitle, at)) {
      const auto wall = lines[i].rfind(kWall, at);
      if (wall == std::string::npos) break;
      const auto left = PlacesOf(std::string_view(lines[i]).substr(0, wall)).size();
      const auto close = lines[i].find(kWall, at);
      if (close == std::string::npos) break;
      const auto right = PlacesOf(std::string_view(lines[i]).substr(0, close)).size() - 1;
      for (size_t below = i; below < lines.size(); ++below) {
        const auto places = PlacesOf(lines[below]);
        if (places.size() <= right) break;
        const auto cell = lines[below].substr(places[left], places[right] - places[left]);
        const bool empty = cell.find_first_not_of(' ') == std::string::npos;
        if (empty || cell.find("─") != std::string::npos) break;
        lines[below].replace(places[left], cell.size(), std::string(right - left, ' '));
      }
    }
  }
}

/// A plan without what is the engine's and the server's own business: the text the engine was
/// given (the user's stands in its place) and the paths of files.
std::vector<std::string> ShownPlan(std::string_view plan, std::string_view query) {
  constexpr std::string_view kEngineText = "EXPLAIN ANALYZE ";
  std::vector<std::string> shown;
  bool in_text = false;
  for (auto& line : LinesOfText(plan)) {
    if (line.starts_with(kEngineText)) {
      in_text = true;
      for (auto& own : LinesOfText(std::string(kEngineText) + std::string(query))) {
        shown.push_back(std::move(own));
      }
      continue;
    }
    in_text = in_text && !line.starts_with("┌");
    if (!in_text) shown.push_back(std::move(line));
  }
  HideFiles(shown);
  return shown;
}

}  // namespace

Task<Result<std::unique_ptr<RowStream>>> RunExplain(SessionContext& session,
                                                    const ExplainCommand& command,
                                                    const std::vector<BoundParameter>& parameters) {
  RunningRead::Request request;
  request.query = &command.query;
  request.parameters = &parameters;
  request.explain = true;
  request.analyze = command.analyze;
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  std::vector<TextRow> rows;
  std::vector<int64_t> estimates;
  while (true) {
    auto batch = co_await (*read)->Next();
    if (!batch) co_return Failure(std::move(batch).error());
    if (!*batch) break;
    // Two columns: the kind of plan, and its picture.
    const auto& plans = static_cast<const arrow::StringArray&>(*(*batch)->column(1));
    for (int64_t row = 0; row < plans.length(); ++row) {
      for (auto& line : ShownPlan(plans.GetView(row), command.query.text())) {
        if (const auto estimate = EstimateIn(line)) estimates.push_back(*estimate);
        rows.push_back({std::move(line)});
      }
    }
  }
  if (!command.analyze) rows.insert(rows.begin(), {SummaryOf(estimates)});
  co_return TextStream(ExplainFields(), rows);
}

Result<std::string> RunLock(const SessionContext& session, const LockCommand& command) {
  for (const auto& name : command.tables) {
    const auto relation = FindRelation(session, name);
    if (!relation) return NoSuchRelation(session, name);
    FIRN_RETURN_IF_ERROR(RequireRight(session, relation, catalog::Right::kSelect));
  }
  return std::string("LOCK TABLE");
}

Result<std::string> RunSetConstraints(const SessionContext& session,
                                      const SetConstraintsCommand& command) {
  const auto& catalog = *session.transaction.view().catalog;
  for (const auto& name : command.names) {
    const catalog::Constraint* found = nullptr;
    for (const auto& [id, table] : catalog.tables()) {
      if (!name.schema.empty() && table->schema != name.schema) continue;
      if (const auto* one = table->FindConstraint(name.name)) found = one;
    }
    if (found == nullptr) {
      return Fail(MakeError(ErrorCode::kNotFound, "constraint \"{}\" does not exist", name.name)
                      .WithSqlState("42704"));
    }
    // What may be deferred is recorded with the text of its clause.
    if (found->expression.find(" DEFERRABLE") == std::string::npos) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "constraint \"{}\" is not deferrable", name.name)
              .WithSqlState("42809"));
    }
  }
  return std::string("SET CONSTRAINTS");
}

Task<Result<std::string>> RunCheckpoint(SessionContext& session) {
  auto allowed = RequireSuperuser(session, "CHECKPOINT");
  if (!allowed) co_return Failure(std::move(allowed).error());
  auto flushed = co_await FlushAll(session);
  if (!flushed) co_return Failure(std::move(flushed).error());
  co_return std::string("CHECKPOINT");
}

namespace {

/// firn.backup('url').
Task<Result<std::string>> RunBackup(SessionContext& session, const CallCommand& command) {
  auto allowed = RequireSuperuser(session, "firn.backup()");
  if (!allowed) co_return Failure(std::move(allowed).error());
  const auto& argument = command.arguments[0];
  if (argument.kind != Cell::Kind::kString || argument.text.empty()) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput, "firn.backup() wants the address of a store")
                       .WithSqlState("22023")
                       .WithHint("Write CALL firn.backup('s3://bucket/prefix') or "
                                 "CALL firn.backup('file:///folder').")
                       .WithPosition(argument.position));
  }
  using Report = Result<table::BackupReport>;
  const auto begin = [&session, &argument](auto done) {
    table::SecondCopyOf(session.services.database).Backup(argument.text, std::move(done));
  };
  auto report = co_await AwaitCallback<Report>(begin);
  if (!report) co_return Failure(std::move(report).error());
  co_return std::string("CALL");
}

}  // namespace

Task<Result<std::string>> RunCall(SessionContext& session, const CallCommand& command) {
  if (command.schema == "firn" && command.name == "backup" && command.arguments.size() == 1) {
    auto done = co_await RunBackup(session, command);
    co_return done;
  }
  if (command.schema != "firn" || command.name != "flush" || command.arguments.size() > 1) {
    co_return Fail(
        MakeError(ErrorCode::kNotFound, "procedure {}{}{} does not exist", command.schema,
                  command.schema.empty() ? "" : ".", command.name)
            .WithSqlState("42883")
            .WithHint("The procedures there are: firn.flush('table') and firn.backup('url').")
            .WithPosition(command.position));
  }
  if (!command.arguments.empty()) {
    const auto& argument = command.arguments[0];
    auto names = argument.kind == Cell::Kind::kString ? SplitQualified(argument.text)
                                                      : std::vector<std::string>();
    if (names.empty() || names.size() > 2) {
      co_return Fail(
          MakeError(ErrorCode::kInvalidInput, "not the name of a table: \"{}\"", argument.text)
              .WithSqlState("42602")
              .WithPosition(argument.position));
    }
    TableName name;
    name.name = names.back();
    if (names.size() == 2) name.schema = names[0];
    name.position = argument.position;
    auto table = RequireTable(session, name);
    if (!table) co_return Failure(std::move(table).error());
    auto allowed = RequireOwner(session, {.table = *table, .object = nullptr});
    if (!allowed) co_return Failure(std::move(allowed).error());
  } else {
    auto allowed = RequireSuperuser(session, "firn.flush() of every table");
    if (!allowed) co_return Failure(std::move(allowed).error());
  }
  auto flushed = co_await FlushAll(session);
  if (!flushed) co_return Failure(std::move(flushed).error());
  co_return std::string("CALL");
}

}  // namespace firn::sql
