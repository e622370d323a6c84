// net: a session that knows no SQL. What a statement says is what it does:
//
//   rows N          N rows (n bigint, name text), batches of 1,000; every seventh name is NULL
//   params          one row of text: the parameters of Bind, each as t:… or b:…, NULL
//   fail / notice   an error with every field, a notice
//   wait            until Cancel()
//   terminate       an error that ends the connection
//   copy in [fail]  reads COPY data and counts its bytes; fail: gives up after the first piece
//   copy out N      N lines
//   lose            says that it is done; the next Sync fails
//   begin commit rollback ddl
//   anything else   one row with its own text
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "net/session.h"

namespace firn::net {

/// What the doubles saw, for tests to look at. Threads: any.
class EchoLog {
 public:
  void Add(std::string line);
  /// Blocks until the line has been added `times` times or five seconds are over.
  bool WaitFor(const std::string& line, int times = 1);
  std::vector<std::string> lines() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

class EchoSession final : public Session {
 public:
  explicit EchoSession(EchoLog& log) : log_(log) {}
  ~EchoSession() override;

  Task<Status> SimpleQuery(std::string sql, Responder& out) override;
  Task<Status> Parse(std::string statement, std::string sql,
                     std::vector<uint32_t> parameter_oids) override;
  Task<Result<StatementDescription>> DescribeStatement(std::string statement) override;
  Task<Status> Bind(std::string portal, std::string statement,
                    std::vector<ParameterValue> parameters) override;
  Task<Result<std::optional<std::vector<columnar::Field>>>> DescribePortal(
      std::string portal) override;
  Task<Status> Execute(std::string portal, int32_t max_rows, Responder& out) override;
  Task<Status> CloseStatement(std::string statement) override;
  Task<Status> ClosePortal(std::string portal) override;
  Task<Status> Sync(bool failed) override;
  std::vector<std::pair<std::string, std::string>> parameters() const override;
  IdleLimit idle_limit() const override { return {}; }
  char transaction_status() const override { return transaction_; }
  void Cancel() override;

 private:
  struct Statement {
    std::string sql;
    std::vector<uint32_t> parameter_oids;
  };
  struct Portal {
    std::string sql;
    std::vector<ParameterValue> parameters;
    int64_t position = 0;
  };

  Task<Status> RunPortal(Portal& portal, int32_t max_rows, bool describe, Responder& out);
  Task<Status> RunRows(Portal& portal, int32_t max_rows, bool describe, Responder& out);
  Task<Status> Wait();
  Task<Status> CopyIn(bool fail, Responder& out);
  Task<Status> CopyOut(int64_t lines, Responder& out);
  bool Transact(const std::string& sql);

  EchoLog& log_;
  std::map<std::string, Statement> statements_;
  std::map<std::string, Portal> portals_;
  char transaction_ = 'I';
  bool loses_ = false;  // the commit that comes next
  std::mutex mutex_;
  std::function<void(int)> cancel_;  // guarded by mutex_
};

/// Refuses user "nobody" with 28000 and database "nowhere" with 3D000.
class EchoFactory final : public SessionFactory {
 public:
  Task<Result<std::unique_ptr<Session>>> Open(SessionStart start) override;
  /// User "secret" has the password "sesame"; "nobody" from elsewhere may not come in.
  Result<std::optional<std::string>> PasswordOf(const SessionStart& start,
                                                bool loopback) const override;
  EchoLog& log() { return log_; }

 private:
  EchoLog log_;
};

}  // namespace firn::net
