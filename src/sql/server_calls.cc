#include "sql/server_calls.h"

#include <atomic>
#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "sql/ident.h"
#include "sql/parameter_value.h"
#include "sql/relation_names.h"
#include "sql/relations.h"
#include "sql/roles.h"
#include "sql/sequences.h"
#include "sql/session_ending.h"
#include "sql/text_rows.h"
#include "sql/utility.h"

namespace firn::sql {
namespace {

using columnar::Type;
using columnar::TypeKind;
using Text = std::optional<std::string>;

struct CallContext {
  SessionContext& session;
  std::vector<Text> arguments;
  size_t index = 0;
};
using Answer = Result<Text> (*)(const CallContext&);

std::string CurrentSchema(const SessionContext& session) {
  const auto path = UsablePath(session);
  return path.empty() ? std::string() : path.front();
}

Result<Text> Version(const CallContext& call) {
  return Text(
      fmt::format("PostgreSQL {} (firn {})", kServerVersion, call.session.services.version));
}
Result<Text> Database(const CallContext& call) {
  return Text(call.session.identity.database);
}
Result<Text> User(const CallContext& call) {
  FIRN_TRY(const auto role, CurrentRole(call.session));
  return Text(role->name);
}
Result<Text> UserOfSession(const CallContext& call) {
  FIRN_TRY(const auto role, SessionRole(call.session));
  return Text(role->name);
}
Result<Text> Schema(const CallContext& call) {
  auto schema = CurrentSchema(call.session);
  if (schema.empty()) return Text();
  return Text(std::move(schema));
}
Result<Text> Schemas(const CallContext& call) {
  const bool implicit = !call.arguments.empty() && call.arguments[0] && *call.arguments[0] != "f" &&
                        *call.arguments[0] != "false";
  std::string list = implicit ? "'pg_catalog'" : "";
  for (const auto& schema : UsablePath(call.session)) {
    list += (list.empty() ? "" : ", ") + QuoteLiteral(schema);
  }
  return Text("[" + list + "]");
}
Result<Text> Zero(const CallContext& /*call*/) {
  return Text("0");
}
Result<Text> Pid(const CallContext& call) {
  return Text(std::to_string(call.session.identity.pid));
}
Result<Text> No(const CallContext& /*call*/) {
  return Text("false");
}
Result<Text> Yes(const CallContext& /*call*/) {
  return Text("true");
}
Result<Text> TransactionTime(const CallContext& call) {
  return TimestampText(call.session.transaction.start_us());
}
Result<Text> Clock(const CallContext& call) {
  return TimestampText(call.session.services.clock.NowMicros());
}
/// What a clock in the session's zone showed when the transaction began.
std::string LocalTime(const CallContext& call) {
  int64_t us = call.session.transaction.start_us();
  const auto& zone = call.session.settings.text_style()->zone;
  if (zone) us += int64_t{zone->OffsetAt(us)} * 1'000'000;
  auto text = TimestampText(us).value_or("");
  if (text.ends_with("+00")) text.resize(text.size() - 3);
  return text;
}
Result<Text> LocalTimestamp(const CallContext& call) {
  return Text(LocalTime(call));
}
Result<Text> Today(const CallContext& call) {
  return Text(LocalTime(call).substr(0, 10));
}
Result<Text> LastCommit(const CallContext& call) {
  const auto lsn = call.session.transaction.last_commit();
  if (lsn == Lsn()) return Text();
  return Text(std::to_string(lsn.value()));
}
Result<Text> CurrentSetting(const CallContext& call) {
  if (call.arguments.empty() || !call.arguments[0]) return Text();
  auto value = call.session.settings.Show(*call.arguments[0]);
  if (value) return Text(*std::move(value));
  const bool missing_ok = call.arguments.size() > 1 && call.arguments[1] &&
                          (*call.arguments[1] == "true" || *call.arguments[1] == "t");
  if (missing_ok) return Text();
  return Failure(std::move(value).error());
}
Result<Text> SetConfig(const CallContext& call) {
  if (call.arguments.size() != 3) return Text();
  if (!call.arguments[0]) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "SET requires parameter name").WithSqlState("22004"));
  }
  const bool local =
      call.arguments[2] && (*call.arguments[2] == "true" || *call.arguments[2] == "t");
  FIRN_RETURN_IF_ERROR(
      RunSet(call.session,
             {.name = LowerCase(*call.arguments[0]), .value = call.arguments[1], .local = local}));
  FIRN_TRY(auto value, call.session.settings.Show(*call.arguments[0]));
  return Text(std::move(value));
}

Result<Text> SequenceAnswer(const CallContext& call) {
  const auto& answers = call.session.call_answers;
  const auto found = answers.find(call.index);
  return found == answers.end() ? Text() : Text(std::to_string(found->second));
}
Result<Text> EndingAnswer(const CallContext& call) {
  const auto& answers = call.session.call_answers;
  const auto found = answers.find(call.index);
  return found == answers.end() ? Text() : Text(found->second != 0 ? "true" : "false");
}
struct ServerFunction {
  std::string_view name;
  TypeKind result;
  Answer answer;
  bool array = false;  // the answer is then the engine's text of a list
};
constexpr std::array kFunctions = {
    ServerFunction{"version", TypeKind::kText, Version},
    ServerFunction{"current_database", TypeKind::kName, Database},
    ServerFunction{"current_catalog", TypeKind::kName, Database},
    ServerFunction{"current_user", TypeKind::kName, User},
    ServerFunction{"current_role", TypeKind::kName, User},
    ServerFunction{"session_user", TypeKind::kName, UserOfSession},
    ServerFunction{"user", TypeKind::kName, User},
    ServerFunction{"current_schema", TypeKind::kName, Schema},
    ServerFunction{"pg_backend_pid", TypeKind::kInt4, Pid},
    ServerFunction{"pg_is_in_recovery", TypeKind::kBool, No},
    ServerFunction{"now", TypeKind::kTimestamptz, TransactionTime},
    ServerFunction{"transaction_timestamp", TypeKind::kTimestamptz, TransactionTime},
    ServerFunction{"current_timestamp", TypeKind::kTimestamptz, TransactionTime},
    ServerFunction{"statement_timestamp", TypeKind::kTimestamptz, Clock},
    ServerFunction{"clock_timestamp", TypeKind::kTimestamptz, Clock},
    ServerFunction{"localtimestamp", TypeKind::kTimestamp, LocalTimestamp},
    ServerFunction{"current_date", TypeKind::kDate, Today},
    ServerFunction{"current_setting", TypeKind::kText, CurrentSetting},
    ServerFunction{"set_config", TypeKind::kText, SetConfig},
    ServerFunction{"firn.last_commit_lsn", TypeKind::kInt8, LastCommit},
    ServerFunction{"firn.wait_for", TypeKind::kBool, Yes},
    ServerFunction{"nextval", TypeKind::kInt8, SequenceAnswer},
    ServerFunction{"currval", TypeKind::kInt8, SequenceAnswer},
    ServerFunction{"setval", TypeKind::kInt8, SequenceAnswer},
    ServerFunction{"lastval", TypeKind::kInt8, SequenceAnswer},
    ServerFunction{"pg_cancel_backend", TypeKind::kBool, EndingAnswer},
    ServerFunction{"pg_terminate_backend", TypeKind::kBool, EndingAnswer},
    ServerFunction{"current_schemas", TypeKind::kName, Schemas, true},
    ServerFunction{"pg_my_temp_schema", TypeKind::kOid, Zero},
};

Result<const ServerFunction*> Find(const ServerCall& call) {
  for (const auto& function : kFunctions) {
    if (function.name == call.name) return &function;
  }
  return Fail(MakeError(ErrorCode::kNotFound, "function {} does not exist", call.name)
                  .WithSqlState("42883")
                  .WithPosition(call.position));
}

CallAnswer Constant(const Text& text, const Type& type) {
  const auto name = columnar::DuckDbName(type);
  if (!text) return {fmt::format("CAST(NULL AS {})", name), type};
  const auto value = type.array ? *text : QuoteLiteral(*text);
  return {fmt::format("CAST({} AS {})", value, name), type};
}

Result<std::vector<Text>> Arguments(SessionContext& session, const ServerCall& call,
                                    const std::vector<BoundParameter>* parameters) {
  std::vector<Text> arguments;
  for (const auto& cell : call.arguments) {
    if (cell.kind == Cell::Kind::kNull) {
      arguments.emplace_back();
    } else if (cell.kind == Cell::Kind::kCall) {
      FIRN_TRY(const auto* inner, Find({.name = cell.text, .position = cell.position}));
      const CallContext context{.session = session, .arguments = {}};
      FIRN_TRY(arguments.emplace_back(), inner->answer(context));
    } else if (cell.kind != Cell::Kind::kParameter) {
      arguments.emplace_back(cell.text);
    } else if (parameters != nullptr && static_cast<size_t>(cell.parameter) <= parameters->size()) {
      const auto& bound = (*parameters)[static_cast<size_t>(cell.parameter) - 1];
      arguments.push_back(TextOfValue(bound.type, *bound.value, 0, {}));
    } else {
      arguments.emplace_back();
    }
  }
  return arguments;
}

}  // namespace

Result<CallAnswer> DescribeServerCall(const ServerCall& call) {
  FIRN_TRY(const auto* function, Find(call));
  return Constant(std::nullopt, Type{.kind = function->result, .array = function->array});
}

namespace {

/// Calls `done` once: when the LSN is visible, or when the statement is cancelled.
void WaitForLsn(SessionContext& session, Lsn lsn, std::function<void(bool)> done) {
  auto called = std::make_shared<std::atomic<bool>>(false);
  const auto once = [called, done = std::move(done)] {
    if (!called->exchange(true)) done(true);
  };
  session.cancellation->SetInterrupt(once);
  session.services.database.WaitFor(lsn, once);
}

}  // namespace

Task<Result<bool>> AwaitServerCalls(SessionContext& session, const std::vector<ServerCall>& calls,
                                    const std::vector<BoundParameter>* parameters) {
  bool waited = false;
  session.call_answers.clear();
  for (const auto& call : calls) {
    auto given = Arguments(session, call, parameters);
    if (!given) co_return Failure(std::move(given).error());
    const auto& arguments = *given;
    auto value = co_await CallSequenceFunction(session, call.name, arguments);
    if (!value) {
      auto error = std::move(value).error();
      co_return Fail(std::move(error));
    }
    if (!*value) {
      value = CallEndingFunction(session, call.name, arguments);
      if (!value) co_return Failure(std::move(value).error());
    }
    if (*value) session.call_answers[call.index] = **value;
    if (call.name != "firn.wait_for") continue;
    if (arguments.size() != 1 || !arguments[0]) continue;
    uint64_t lsn = 0;
    const auto& text = *arguments[0];
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, lsn);
    if (read.ec != std::errc{} || read.ptr != end) {
      co_return Fail(MakeError(ErrorCode::kInvalidInput, "not an LSN: \"{}\"", text)
                         .WithSqlState("22023")
                         .WithPosition(call.position));
    }
    FIRN_CO_RETURN_IF_ERROR(session.cancellation->Check());
    const auto wait = [&session, lsn](auto done) { WaitForLsn(session, Lsn(lsn), done); };
    co_await AwaitCallback<bool>(wait);
    session.cancellation->SetInterrupt(nullptr);
    FIRN_CO_RETURN_IF_ERROR(session.cancellation->Check());
    waited = true;
  }
  co_return waited;
}

Result<CallAnswer> AnswerServerCall(SessionContext& session, const ServerCall& call,
                                    const std::vector<BoundParameter>* parameters) {
  FIRN_TRY(const auto* function, Find(call));
  FIRN_TRY(auto arguments, Arguments(session, call, parameters));
  const CallContext context{
      .session = session, .arguments = std::move(arguments), .index = call.index};
  auto text = function->answer(context);
  if (!text) {
    auto error = std::move(text).error();
    if (error.position == 0) error.position = call.position;
    return Fail(std::move(error));
  }
  return Constant(*text, Type{.kind = function->result, .array = function->array});
}

}  // namespace firn::sql
