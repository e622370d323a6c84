#include "server/pg_client.h"

#include <algorithm>
#include <cstdlib>

#include <libpq-fe.h>

namespace firn::server {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

std::string Trimmed(const char* text) {
  std::string trimmed = text == nullptr ? "" : text;
  while (!trimmed.empty() && trimmed.back() == '\n') trimmed.pop_back();
  return trimmed;
}

std::string FieldOf(const PGresult* result, int field) {
  return Trimmed(PQresultErrorField(result, field));
}

Failure QueryFailure(const PGresult* result) {
  Error error;
  error.code = ErrorCode::kInvalidInput;
  error.message = FieldOf(result, PG_DIAG_MESSAGE_PRIMARY);
  if (error.message.empty()) error.message = Trimmed(PQresultErrorMessage(result));
  error.sqlstate = FieldOf(result, PG_DIAG_SQLSTATE);
  error.detail = FieldOf(result, PG_DIAG_MESSAGE_DETAIL);
  error.hint = FieldOf(result, PG_DIAG_MESSAGE_HINT);
  error.where = FieldOf(result, PG_DIAG_CONTEXT);
  const auto position = FieldOf(result, PG_DIAG_STATEMENT_POSITION);
  if (!position.empty()) error.position = std::atoi(position.c_str());
  return Failure(std::move(error));
}

QueryAnswer AnswerOf(PGresult* result) {
  QueryAnswer answer;
  answer.tag = PQcmdStatus(result);
  for (int column = 0; column < PQnfields(result); ++column) {
    answer.columns.emplace_back(PQfname(result, column));
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    auto& cells = answer.rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        cells.emplace_back();
      } else {
        cells.emplace_back(PQgetvalue(result, row, column));
      }
    }
  }
  return answer;
}

// Characters, not bytes: good enough for a table on a terminal.
size_t Width(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

void PgClient::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Result<PgClient> PgClient::Connect(const std::string& host, int port, const std::string& database,
                                   const std::string& password) {
  const std::string port_text = std::to_string(port);
  const bool found_by_libpq = password.empty() || std::getenv("PGPASSWORD") != nullptr;
  const char* names[] = {"host", "port", "dbname", "user", "application_name", "password", nullptr};
  const char* values[] = {host.c_str(),     port_text.c_str(),
                          database.c_str(), "firn",
                          "firn",           found_by_libpq ? nullptr : password.c_str(),
                          nullptr};
  PgClient client(PQconnectdbParams(names, values, 0));
  PGconn* connection = client.connection_.get();
  if (PQstatus(connection) == CONNECTION_OK) return client;
  auto error = MakeError(ErrorCode::kIo, "{}", Trimmed(PQerrorMessage(connection)));
  const bool by_password =
      PQconnectionNeedsPassword(connection) != 0 || PQconnectionUsedPassword(connection) != 0;
  if (!by_password) return Fail(std::move(error));
  return Fail(std::move(error).WithSqlState("28P01").WithHint(
      "The password of the role firn is read from FIRN_PASSWORD, firn.toml or PGPASSWORD."));
}

Result<QueryAnswer> PgClient::Run(const std::string& sql) {
  QueryAnswer last;
  FIRN_RETURN_IF_ERROR(RunEach(sql, [&](const QueryAnswer& answer) { last = answer; }));
  return last;
}

Status PgClient::RunEach(const std::string& sql,
                         const std::function<void(const QueryAnswer&)>& answer) {
  PGconn* connection = connection_.get();
  if (PQsendQuery(connection, sql.c_str()) == 0) {
    return Fail(ErrorCode::kIo, "{}", Trimmed(PQerrorMessage(connection)));
  }
  Status status;
  while (const ResultPtr result{PQgetResult(connection)}) {
    const auto kind = PQresultStatus(result.get());
    if (kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT) {
      return Fail(MakeError(ErrorCode::kUnsupported, "COPY with the client is not done here")
                      .WithHint("Use psql: \\copy t from 'file.csv' with (format csv)"));
    }
    if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK && kind != PGRES_EMPTY_QUERY) {
      status = QueryFailure(result.get());
    } else if (status) {
      answer(AnswerOf(result.get()));
    }
  }
  return status;
}

std::string FormatTable(const QueryAnswer& answer) {
  std::vector<size_t> widths;
  for (const auto& name : answer.columns) widths.push_back(Width(name));
  for (const auto& row : answer.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row[i].value_or("")));
    }
  }
  std::string out;
  const auto add_row = [&](const auto& cell) {
    for (size_t i = 0; i < widths.size(); ++i) {
      const std::string text = cell(i);
      out += i == 0 ? " " : " | ";
      out += text;
      if (i + 1 < widths.size()) out.append(widths[i] - Width(text), ' ');
    }
    out += '\n';
  };
  add_row([&](size_t i) { return answer.columns[i]; });
  for (size_t i = 0; i < widths.size(); ++i) {
    out += (i == 0 ? "-" : "-+-") + std::string(widths[i], '-');
  }
  out += "-\n";
  for (const auto& row : answer.rows) {
    add_row([&](size_t i) { return row[i].value_or(""); });
  }
  out += fmt::format("({} row{})\n", answer.rows.size(), answer.rows.size() == 1 ? "" : "s");
  return out;
}

}  // namespace firn::server
