#include "net/tests/echo_session.h"

#include <charconv>

#include <arrow/api.h>

#include "base/scram_verifier.h"

namespace firn::net {
namespace {

using columnar::Field;
using columnar::Type;
using columnar::TypeKind;

constexpr int64_t kBatchRows = 1000;

std::optional<int64_t> NumberAfter(const std::string& sql, std::string_view prefix) {
  if (!sql.starts_with(prefix)) return std::nullopt;
  int64_t number = 0;
  std::from_chars(sql.data() + prefix.size(), sql.data() + sql.size(), number);
  return number;
}

bool IsOneOf(const std::string& sql, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), sql) != all.end();
}

bool ReturnsRows(const std::string& sql) {
  return !sql.empty() && !sql.starts_with("copy ") &&
         !IsOneOf(sql, {"fail", "notice", "wait", "terminate", "ddl", "lose", "begin", "commit",
                        "rollback", "BEGIN", "COMMIT", "ROLLBACK"});
}

std::vector<Field> FieldsOf(const std::string& sql) {
  if (sql.starts_with("rows ")) {
    return {{"n", Type{TypeKind::kInt8}}, {"name", Type{TypeKind::kText}}};
  }
  return {{"echo", Type{TypeKind::kText}}};
}

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t from, int64_t count) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder names;
  for (int64_t n = from; n < from + count; ++n) {
    FIRN_CHECK(numbers.Append(n).ok());
    const auto name = fmt::format("row {}", n);
    FIRN_CHECK((n % 7 == 6 ? names.AppendNull() : names.Append(name)).ok());
  }
  return arrow::RecordBatch::Make(
      arrow::schema({arrow::field("n", arrow::int64()), arrow::field("name", arrow::utf8())}),
      count, {*numbers.Finish(), *names.Finish()});
}

std::shared_ptr<arrow::RecordBatch> OneText(const std::string& text) {
  arrow::StringBuilder builder;
  FIRN_CHECK(builder.Append(text).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("echo", arrow::utf8())}), 1,
                                  {*builder.Finish()});
}

std::string Trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \n") + 1 - from));
}

}  // namespace

void EchoLog::Add(std::string line) {
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  added_.notify_all();
}

bool EchoLog::WaitFor(const std::string& line, int times) {
  std::unique_lock lock(mutex_);
  return added_.wait_for(lock, std::chrono::seconds(5),
                         [&] { return std::count(lines_.begin(), lines_.end(), line) >= times; });
}

std::vector<std::string> EchoLog::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

EchoSession::~EchoSession() {
  log_.Add("closed");
}

bool EchoSession::Transact(const std::string& sql) {
  if (IsOneOf(sql, {"begin", "BEGIN"})) {
    transaction_ = 'T';
  } else if (IsOneOf(sql, {"commit", "rollback", "COMMIT", "ROLLBACK"})) {
    transaction_ = 'I';
  } else {
    return false;
  }
  return true;
}

Task<Status> EchoSession::SimpleQuery(std::string sql, Responder& out) {
  bool any = false;
  for (size_t from = 0; from <= sql.size();) {
    const auto end = std::min(sql.find(';', from), sql.size());
    Portal portal;
    portal.sql = Trim(std::string_view(sql).substr(from, end - from));
    from = end + 1;
    if (portal.sql.empty()) continue;
    any = true;
    auto done = co_await RunPortal(portal, 0, true, out);
    if (!done && transaction_ == 'T') transaction_ = 'E';
    FIRN_CO_RETURN_IF_ERROR(std::move(done));
  }
  if (!any) co_return co_await out.EmptyQuery();
  co_return Status();
}

Task<Status> EchoSession::Parse(std::string statement, std::string sql,
                                std::vector<uint32_t> parameter_oids) {
  log_.Add("parse " + statement);
  if (sql == "parse fails") {
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "syntax error").WithSqlState("42601").WithPosition(7));
  }
  statements_[statement] = {Trim(sql), std::move(parameter_oids)};
  co_return Status();
}

Task<Result<StatementDescription>> EchoSession::DescribeStatement(std::string statement) {
  const auto found = statements_.find(statement);
  if (found == statements_.end()) {
    co_return Fail(
        MakeError(ErrorCode::kNotFound, "prepared statement \"{}\" does not exist", statement)
            .WithSqlState("26000"));
  }
  StatementDescription description;
  description.parameter_oids = found->second.parameter_oids;
  if (ReturnsRows(found->second.sql)) description.fields = FieldsOf(found->second.sql);
  co_return description;
}

Task<Status> EchoSession::Bind(std::string portal, std::string statement,
                               std::vector<ParameterValue> parameters) {
  log_.Add("bind " + portal);
  const auto found = statements_.find(statement);
  if (found == statements_.end()) {
    co_return Fail(
        MakeError(ErrorCode::kNotFound, "prepared statement \"{}\" does not exist", statement)
            .WithSqlState("26000"));
  }
  Portal& bound = portals_[portal];
  bound = Portal();
  bound.sql = found->second.sql;
  bound.parameters = std::move(parameters);
  co_return Status();
}

Task<Result<std::optional<std::vector<Field>>>> EchoSession::DescribePortal(std::string portal) {
  const auto found = portals_.find(portal);
  std::optional<std::vector<Field>> fields;
  if (found != portals_.end() && ReturnsRows(found->second.sql)) {
    fields = FieldsOf(found->second.sql);
  }
  co_return fields;
}

Task<Status> EchoSession::Execute(std::string portal, int32_t max_rows, Responder& out) {
  const auto found = portals_.find(portal);
  if (found == portals_.end()) {
    co_return Fail(MakeError(ErrorCode::kNotFound, "portal \"{}\" does not exist", portal)
                       .WithSqlState("34000"));
  }
  log_.Add("execute " + found->second.sql);
  co_return co_await RunPortal(found->second, max_rows, false, out);
}

Task<Status> EchoSession::CloseStatement(std::string statement) {
  statements_.erase(statement);
  co_return Status();
}

Task<Status> EchoSession::ClosePortal(std::string portal) {
  portals_.erase(portal);
  co_return Status();
}

Task<Status> EchoSession::Sync(bool failed) {
  log_.Add(failed ? "sync failed" : "sync");
  if (failed && transaction_ == 'T') transaction_ = 'E';
  if (transaction_ == 'I') portals_.clear();
  if (std::exchange(loses_, false) && !failed) {
    co_return Fail(MakeError(ErrorCode::kConflict, "lost a race").WithSqlState("40001"));
  }
  co_return Status();
}

void EchoSession::Cancel() {
  std::lock_guard lock(mutex_);
  if (cancel_) std::exchange(cancel_, nullptr)(0);
}

Task<Status> EchoSession::Wait() {
  auto start = [this](std::function<void(int)> done) {
    {
      std::lock_guard lock(mutex_);
      cancel_ = std::move(done);
    }
    log_.Add("waiting");
  };
  co_await AwaitCallback<int>(start);
  co_return Fail(ErrorCode::kCancelled, "canceling statement due to user request");
}

Task<Status> EchoSession::CopyIn(bool fail, Responder& out) {
  auto begun = co_await out.BeginCopyIn(Format::kText, 2);
  FIRN_CO_RETURN_IF_ERROR(std::move(begun));
  size_t bytes = 0;
  while (true) {
    auto piece = co_await out.ReadCopyData();
    if (!piece) {
      log_.Add(fmt::format("copy {}", piece.error().SqlState()));
      co_return Fail(std::move(piece).error());
    }
    if (!*piece) break;
    if ((*piece)->size() > kCopyPieceBytes) co_return Fail(ErrorCode::kInternal, "large piece");
    bytes += (*piece)->size();
    if (fail) co_return Fail(ErrorCode::kInvalidInput, "bad line");
  }
  co_return co_await out.Complete(fmt::format("COPY {}", bytes));
}

Task<Status> EchoSession::CopyOut(int64_t lines, Responder& out) {
  auto begun = co_await out.BeginCopyOut(Format::kText, 1);
  FIRN_CO_RETURN_IF_ERROR(std::move(begun));
  for (int64_t line = 0; line < lines; ++line) {
    auto sent = co_await out.CopyOutData(fmt::format("line {}\n", line));
    FIRN_CO_RETURN_IF_ERROR(std::move(sent));
  }
  auto ended = co_await out.EndCopyOut();
  FIRN_CO_RETURN_IF_ERROR(std::move(ended));
  co_return co_await out.Complete(fmt::format("COPY {}", lines));
}

Task<Status> EchoSession::RunPortal(Portal& portal, int32_t max_rows, bool describe,
                                    Responder& out) {
  const auto& sql = portal.sql;
  if (sql.empty()) co_return co_await out.EmptyQuery();
  if (sql == "fail") {
    co_return Fail(MakeError(ErrorCode::kInvalidInput, "division by zero")
                       .WithSqlState("22012")
                       .WithDetail("a detail")
                       .WithHint("a hint")
                       .WithWhere("a place")
                       .WithPosition(3));
  }
  if (sql == "throw") throw std::runtime_error("thrown by a session");
  if (sql == "terminate") {
    co_return Fail(MakeError(ErrorCode::kCancelled, "gone for good").WithSqlState("57P01"));
  }
  if (sql == "wait") co_return co_await Wait();
  if (sql.starts_with("copy in")) co_return co_await CopyIn(sql == "copy in fail", out);
  if (auto lines = NumberAfter(sql, "copy out ")) co_return co_await CopyOut(*lines, out);
  if (sql == "notice") {
    auto sent = co_await out.Notice(MakeError(ErrorCode::kInternal, "look here"));
    FIRN_CO_RETURN_IF_ERROR(std::move(sent));
    co_return co_await out.Complete("NOTICE");
  }
  if (Transact(sql)) co_return co_await out.Complete("TRANSACTION");
  if (sql == "lose") {
    loses_ = true;
    co_return co_await out.Complete("LOSE");
  }
  if (sql == "ddl") co_return co_await out.Complete("CREATE TABLE");
  co_return co_await RunRows(portal, max_rows, describe, out);
}

Task<Status> EchoSession::RunRows(Portal& portal, int32_t max_rows, bool describe, Responder& out) {
  const auto fields = FieldsOf(portal.sql);
  if (describe) {
    auto described = co_await out.Describe(fields, Format::kText);
    FIRN_CO_RETURN_IF_ERROR(std::move(described));
  }
  const auto count = NumberAfter(portal.sql, "rows ");
  const int64_t total = count.value_or(1);
  int64_t left = max_rows == 0 ? total : max_rows;
  while (left > 0 && portal.position < total) {
    const int64_t rows = std::min({left, kBatchRows, total - portal.position});
    std::string text = portal.sql;
    if (text == "params") text.clear();
    for (const auto& parameter : portal.parameters) {
      text += fmt::format("{}{}:{}", text.empty() ? "" : " ",
                          parameter.format == Format::kText ? 't' : 'b',
                          parameter.bytes.value_or("NULL"));
    }
    auto batch = count ? Numbers(portal.position, rows) : OneText(text);
    auto sent = co_await out.Rows(fields, batch);
    FIRN_CO_RETURN_IF_ERROR(std::move(sent));
    portal.position += rows;
    left -= rows;
  }
  if (max_rows != 0 && left == 0) co_return co_await out.Suspended();
  co_return co_await out.Complete(fmt::format("SELECT {}", total));
}

Task<Result<std::unique_ptr<Session>>> EchoFactory::Open(SessionStart start) {
  if (start.user == "nobody") {
    co_return Fail(
        MakeError(ErrorCode::kDenied, "role \"nobody\" does not exist").WithSqlState("28000"));
  }
  if (start.database == "nowhere") {
    co_return Fail(MakeError(ErrorCode::kNotFound, "database \"nowhere\" does not exist")
                       .WithSqlState("3D000"));
  }
  log_.Add(fmt::format("open {}@{}", start.user, start.database));
  for (const auto& [name, value] : start.options) log_.Add(fmt::format("{}={}", name, value));
  co_return std::make_unique<EchoSession>(log_);
}

Result<std::optional<std::string>> EchoFactory::PasswordOf(const SessionStart& start,
                                                           bool loopback) const {
  if (start.user == "secret") {
    return std::optional(ScramVerifier::Of("sesame", "a salt of 16 byt", 4096).ToString());
  }
  if (!loopback) {
    return Fail(MakeError(ErrorCode::kDenied, "no password").WithSqlState("28000"));
  }
  return std::optional<std::string>();
}

std::vector<std::pair<std::string, std::string>> EchoSession::parameters() const {
  return {{"server_version", "15.0 (echo)"},
          {"server_encoding", "UTF8"},
          {"client_encoding", "UTF8"},
          {"DateStyle", "ISO, MDY"},
          {"standard_conforming_strings", "on"},
          {"integer_datetimes", "on"},
          {"TimeZone", "UTC"}};
}

}  // namespace firn::net
