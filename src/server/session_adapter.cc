#include "server/session_adapter.h"

namespace firn::server {
namespace {

net::Format ToNet(sql::Format format) {
  return static_cast<net::Format>(format);
}
sql::Format ToSql(net::Format format) {
  return static_cast<sql::Format>(format);
}

/// Answers of the SQL session, sent by the protocol front.
class ResponderOutput final : public sql::Output {
 public:
  ResponderOutput(net::Responder& to, const sql::SessionSettings& settings)
      : to_(to), settings_(settings) {}

  Task<Status> Describe(const std::vector<columnar::Field>& fields, sql::Format format) override {
    return to_.Describe(fields, ToNet(format));
  }
  void UseStyle(std::shared_ptr<const columnar::TextStyle> style) override {
    to_.UseStyle(std::move(style));
  }
  Task<Status> Rows(const std::vector<columnar::Field>& fields,
                    std::shared_ptr<arrow::RecordBatch> batch) override {
    return to_.Rows(fields, std::move(batch));
  }
  Task<Status> Complete(std::string tag) override { return to_.Complete(std::move(tag)); }
  Task<Status> EmptyQuery() override { return to_.EmptyQuery(); }
  Task<Status> Suspended() override { return to_.Suspended(); }
  Task<Status> Notice(Error notice) override {
    // "There is no transaction in progress" and its like are warnings of class 25.
    const bool warning = notice.sqlstate.starts_with("01") || notice.sqlstate.starts_with("25");
    const auto least = settings_.Show("client_min_messages").value_or("notice");
    if (least == "error" || (least == "warning" && !warning)) return Nothing();
    return warning ? to_.Warning(std::move(notice)) : to_.Notice(std::move(notice));
  }
  Task<Status> ParameterStatus(std::string name, std::string value) override {
    return to_.ParameterStatus(std::move(name), std::move(value));
  }
  Task<Status> BeginCopyIn(sql::Format format, size_t columns) override {
    return to_.BeginCopyIn(ToNet(format), columns);
  }
  Task<Result<std::optional<std::string_view>>> ReadCopyData() override {
    return to_.ReadCopyData();
  }
  Task<Status> BeginCopyOut(sql::Format format, size_t columns) override {
    return to_.BeginCopyOut(ToNet(format), columns);
  }
  Task<Status> CopyOutData(std::string data) override { return to_.CopyOutData(std::move(data)); }
  Task<Status> EndCopyOut() override { return to_.EndCopyOut(); }

 private:
  static Task<Status> Nothing() { co_return Status(); }

  net::Responder& to_;
  const sql::SessionSettings& settings_;
};

class SqlSession final : public net::Session {
 public:
  explicit SqlSession(std::unique_ptr<sql::Session> session) : session_(std::move(session)) {}

  Task<Status> SimpleQuery(std::string sql, net::Responder& out) override {
    ResponderOutput output(out, session_->settings());
    co_return co_await session_->SimpleQuery(std::move(sql), output);
  }
  Task<Status> Parse(std::string statement, std::string sql,
                     std::vector<uint32_t> parameter_oids) override {
    return session_->Parse(std::move(statement), std::move(sql), std::move(parameter_oids));
  }
  Task<Result<net::StatementDescription>> DescribeStatement(std::string statement) override {
    auto described = co_await session_->DescribeStatement(std::move(statement));
    if (!described) co_return Failure(std::move(described.error()));
    net::StatementDescription description;
    description.parameter_oids = std::move(described->parameter_oids);
    description.fields = std::move(described->fields);
    co_return description;
  }
  Task<Status> Bind(std::string portal, std::string statement,
                    std::vector<net::ParameterValue> parameters) override {
    std::vector<sql::ParameterValue> values;
    values.reserve(parameters.size());
    for (auto& parameter : parameters) {
      values.push_back({ToSql(parameter.format), std::move(parameter.bytes)});
    }
    return session_->Bind(std::move(portal), std::move(statement), std::move(values));
  }
  Task<Result<std::optional<std::vector<columnar::Field>>>> DescribePortal(
      std::string portal) override {
    return session_->DescribePortal(std::move(portal));
  }
  Task<Status> Execute(std::string portal, int32_t max_rows, net::Responder& out) override {
    ResponderOutput output(out, session_->settings());
    co_return co_await session_->Execute(std::move(portal), max_rows, output);
  }
  Task<Status> CloseStatement(std::string statement) override {
    return session_->CloseStatement(std::move(statement));
  }
  Task<Status> ClosePortal(std::string portal) override {
    return session_->ClosePortal(std::move(portal));
  }
  Task<Status> Sync(bool failed) override { return session_->Sync(failed); }
  std::vector<std::pair<std::string, std::string>> parameters() const override {
    return session_->settings().Reported();
  }
  net::IdleLimit idle_limit() const override {
    const bool in_transaction = session_->transaction_status() != 'I';
    const auto& settings = session_->settings();
    const std::chrono::milliseconds time(in_transaction ? settings.idle_in_transaction_timeout_ms()
                                                        : settings.idle_timeout_ms());
    return {.time = time, .in_transaction = in_transaction};
  }
  char transaction_status() const override { return session_->transaction_status(); }
  void Cancel() override { session_->Cancel(); }

 private:
  const std::unique_ptr<sql::Session> session_;
};

}  // namespace

Task<Result<std::unique_ptr<net::Session>>> SqlSessionFactory::Open(net::SessionStart start) {
  // Named: g++ 12 destroys a temporary aggregate in a co_await twice.
  sql::SessionStart asked;
  asked.user = std::move(start.user);
  asked.database = std::move(start.database);
  asked.options = std::move(start.options);
  asked.client_address = std::move(start.client_address);
  asked.process_id = start.process_id;
  auto opened = co_await service_.Open(std::move(asked));
  if (!opened) co_return Failure(std::move(opened.error()));
  std::unique_ptr<net::Session> session = std::make_unique<SqlSession>(*std::move(opened));
  co_return session;
}

Result<std::optional<std::string>> SqlSessionFactory::PasswordOf(const net::SessionStart& start,
                                                                 bool loopback) const {
  return service_.PasswordOf(start.user, loopback);
}

}  // namespace firn::server
