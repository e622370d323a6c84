// server: firn's own command line as a Postgres client of a running server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

struct pg_conn;

namespace firn::server {

struct QueryAnswer {
  std::vector<std::string> columns;  // empty: the statement returns no rows
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::string tag;  // "INSERT 0 1"
};

/// Threads: one. Errors carry the server's SQLSTATE, detail, hint and position.
class PgClient {
 public:
  /// As the role firn. `password` empty: what libpq finds (PGPASSWORD, ~/.pgpass).
  /// Errors: 28P01 where the server wants one, or another one; kIo for what else is in the way.
  static Result<PgClient> Connect(const std::string& host, int port, const std::string& database,
                                  const std::string& password);
  /// Runs every statement of the text and hands each answer out as it comes; stops at the first
  /// error. COPY from or to the client is refused.
  Status RunEach(const std::string& sql, const std::function<void(const QueryAnswer&)>& answer);
  /// The answer of the last statement.
  Result<QueryAnswer> Run(const std::string& sql);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  explicit PgClient(pg_conn* connection) : connection_(connection) {}

  std::unique_ptr<pg_conn, Close> connection_;
};

/// An aligned table with a header and a row count, as psql prints it.
std::string FormatTable(const QueryAnswer& answer);

}  // namespace firn::server
