// net: what a protocol front speaks to. net owns these interfaces; the server adapts the SQL
// session to them. Statements are answered through a Responder, so that results stream.
//
// What is only wire stays in the front: message framing, pipelining, skipping to Sync after an
// error, the result formats a Bind asked for, ReadyForQuery.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::net {

enum class Format : int16_t { kText = 0, kBinary = 1 };

/// What ReadCopyData returns at most at once.
inline constexpr size_t kCopyPieceBytes = size_t{256} << 10;

/// How a session's answers reach its client. Each call may suspend while the client is slow.
///
/// Threads:  called by the session's own coroutine only, one call at a time.
/// Failure:  any error means that the client cannot be answered any more (gone, or it broke the
///           protocol) or refuses what it is sent (57014 after CopyFail): undo, and return it.
class Responder {
 public:
  virtual ~Responder() = default;
  /// Before the first rows of a simple query; not called for Execute (Describe told the client).
  /// The format is that of the rows that follow.
  virtual Task<Status> Describe(const std::vector<columnar::Field>& fields, Format format) = 0;
  /// How the values of rows that follow are written as text; null: as the default.
  virtual void UseStyle(std::shared_ptr<const columnar::TextStyle> style) = 0;
  /// Columns have the Arrow types of `fields` (columnar::ArrowType).
  virtual Task<Status> Rows(const std::vector<columnar::Field>& fields,
                            std::shared_ptr<arrow::RecordBatch> batch) = 0;
  /// "INSERT 0 5", "SELECT 10", "COPY 7", "CREATE TABLE".
  virtual Task<Status> Complete(std::string tag) = 0;
  virtual Task<Status> EmptyQuery() = 0;
  /// Execute stopped at its row limit.
  virtual Task<Status> Suspended() = 0;
  /// Sent at once. The SQLSTATE is 00000 unless given.
  virtual Task<Status> Notice(Error notice) = 0;
  /// The same with severity WARNING; 01000 unless given.
  virtual Task<Status> Warning(Error warning) = 0;
  virtual Task<Status> ParameterStatus(std::string name, std::string value) = 0;

  /// COPY FROM STDIN: CopyInResponse, then CopyData until the end (nullopt). The pieces are cut
  /// anywhere, not at the client's messages, are at most kCopyPieceBytes long, and valid until the
  /// next call. A CopyFail of the client is an error with SQLSTATE 57014; a client that went away
  /// is kIo.
  virtual Task<Status> BeginCopyIn(Format format, size_t columns) = 0;
  virtual Task<Result<std::optional<std::string_view>>> ReadCopyData() = 0;
  /// COPY TO STDOUT.
  virtual Task<Status> BeginCopyOut(Format format, size_t columns) = 0;
  virtual Task<Status> CopyOutData(std::string data) = 0;
  virtual Task<Status> EndCopyOut() = 0;
};

/// One parameter value of Bind; nullopt is NULL.
struct ParameterValue {
  Format format = Format::kText;
  std::optional<std::string> bytes;
};

/// How long the client may say nothing before its session ends; 0: for ever.
struct IdleLimit {
  std::chrono::milliseconds time{0};
  bool in_transaction = false;
};

struct StatementDescription {
  std::vector<uint32_t> parameter_oids;
  std::optional<std::vector<columnar::Field>> fields;  // none: returns no rows
};

/// One client's session. An error answers the one message; the protocol front sends it and skips
/// to Sync. An error with a SQLSTATE of class 57P (57P01 admin shutdown …) ends the session.
///
/// Threads:  methods are called one at a time; Cancel() from any thread, at any time.
/// Lifetime: destroyed when the client is gone, in whatever state: an open transaction is undone.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs every statement in the text; stops at the first error (already completed statements
  /// have been answered through `out`). Ends the implicit transaction itself: no Sync follows.
  /// The text is valid UTF-8.
  virtual Task<Status> SimpleQuery(std::string sql, Responder& out) = 0;

  /// The text is valid UTF-8; names may be empty (the unnamed statement, portal).
  virtual Task<Status> Parse(std::string statement, std::string sql,
                             std::vector<uint32_t> parameter_oids) = 0;
  virtual Task<Result<StatementDescription>> DescribeStatement(std::string statement) = 0;
  virtual Task<Status> Bind(std::string portal, std::string statement,
                            std::vector<ParameterValue> parameters) = 0;
  virtual Task<Result<std::optional<std::vector<columnar::Field>>>> DescribePortal(
      std::string portal) = 0;
  /// max_rows 0: all.
  virtual Task<Status> Execute(std::string portal, int32_t max_rows, Responder& out) = 0;
  virtual Task<Status> CloseStatement(std::string statement) = 0;
  virtual Task<Status> ClosePortal(std::string portal) = 0;
  /// Sync: ends the implicit transaction, committing it unless `failed`: a message since the last
  /// Sync was answered with an error, by the session or by the front itself. An open transaction
  /// block is then failed. An error is sent before ReadyForQuery.
  virtual Task<Status> Sync(bool failed) = 0;

  /// Parameter status pairs sent at the start (server_version, client_encoding …).
  virtual std::vector<std::pair<std::string, std::string>> parameters() const = 0;
  /// 'I' idle, 'T' in a transaction, 'E' in a failed transaction.
  virtual char transaction_status() const = 0;
  /// Asked when a cycle of messages is over.
  virtual IdleLimit idle_limit() const = 0;
  /// Interrupts the statement that runs now, if any. Must not block or call back.
  virtual void Cancel() = 0;
};

struct SessionStart {
  std::string user;
  std::string database;
  /// Other startup parameters, and what `options` (`-c name=value`) said, which comes first.
  std::vector<std::pair<std::string, std::string>> options;
  std::string client_address;
  bool tls = false;
  uint16_t client_port = 0;
  int32_t process_id = 0;  // as told in BackendKeyData
};

/// Makes sessions; refuses with the error the client should see (3D000 unknown database,
/// 28000 unknown role, 53300 too many connections).
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;
  /// What a client must prove before Open: a password with this verifier
  /// (base/scram_verifier.h), or nothing. 28000 for a role that may not sign in, or from there.
  virtual Result<std::optional<std::string>> PasswordOf(const SessionStart& start,
                                                        bool loopback) const = 0;
  virtual Task<Result<std::unique_ptr<Session>>> Open(SessionStart start) = 0;
};

}  // namespace firn::net
