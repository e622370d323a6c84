#include "catalog/sqlite_connection.h"

#include "base/log.h"

namespace firn::catalog {
namespace {

constexpr std::string_view kRepair =
    "Put a sound copy of the file back, or restore a backup with 'firn restore'. Without the file, "
    "a log that still reaches back to LSN 1 makes it again at a start.";

bool IsOfFiles(int code) {
  return code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
         code == SQLITE_BUSY;
}
bool IsOfContent(int code) {
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_READONLY:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_IOERR:  // the file system said nothing of it
    case SQLITE_CANTOPEN:
      return true;
    default:
      return false;
  }
}

}  // namespace

Connection::~Connection() {
  sqlite3_close_v2(db_);
  WarnOfIgnored();
}

Status Connection::Open(const std::string& path) {
  path_ = path;
  const int code = sqlite3_open_v2(path.c_str(), &db_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   vfs_.name());
  if (code != SQLITE_OK) return Failed(fmt::format("open \"{}\"", path));
  return {};
}

Status Connection::Execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return Failed("run a statement");
  }
  return {};
}

void Connection::WarnOfIgnored() {
  if (const auto reason = vfs_.TakeError()) {
    FIRN_LOG_WARN("catalog: stays in its write-ahead log: {}", reason->message);
  }
}

Failure Connection::Failed(std::string_view doing) {
  const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(db_) & 0xff;
  const char* said = db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_);
  const auto reason = vfs_.TakeError();
  if (reason && IsOfFiles(code)) return OfFiles(*reason, doing, said);
  if (IsOfContent(code)) return Damaged(fmt::format("could not {}: {}", doing, said));
  return Fail(ErrorCode::kIo, "catalog: could not {}: {}", doing, said);
}

Failure Connection::OfFiles(const Error& reason, std::string_view doing, std::string_view said) {
  return Fail(
      MakeError(ErrorCode::kIo, "catalog: could not {}: {}: {}", doing, said, reason.message)
          .WithSqlState(std::string(reason.SqlState()))
          .WithHint(reason.hint));
}

Failure Connection::CheckFailed(std::string_view said) {
  if (const auto reason = vfs_.TakeError()) return OfFiles(*reason, "check the file", said);
  return Damaged(said);
}

Failure Connection::Damaged(std::string_view what) const {
  return Fail(MakeError(ErrorCode::kCorrupt, "the catalog \"{}\" is damaged: {}", path_, what)
                  .WithHint(std::string(kRepair)));
}

Query::Query(Connection& connection, const std::string& sql) : connection_(connection) {
  ok_ = sqlite3_prepare_v2(connection.db(), sql.c_str(), -1, &statement_, nullptr) == SQLITE_OK;
}
Query::~Query() {
  sqlite3_finalize(statement_);
}

Query& Query::Bind(int index, std::string_view text) {
  ok_ = ok_ && sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()),
                                 SQLITE_TRANSIENT) == SQLITE_OK;
  return *this;
}
Query& Query::Bind(int index, int64_t value) {
  ok_ = ok_ && sqlite3_bind_int64(statement_, index, value) == SQLITE_OK;
  return *this;
}
Result<bool> Query::Step() {
  const int code = ok_ ? sqlite3_step(statement_) : SQLITE_ERROR;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_.Failed("run a statement");
}
Status Query::Run() {
  FIRN_RETURN_IF_ERROR(Step());
  return {};
}
std::string Query::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string()
                         : std::string(text, sqlite3_column_bytes(statement_, column));
}
int64_t Query::Integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

}  // namespace firn::catalog
