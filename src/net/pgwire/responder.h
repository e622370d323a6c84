// pgwire: a session's answers as messages in the stream's output buffer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/pgwire/message_writer.h"
#include "net/pgwire/stream.h"
#include "net/session.h"

namespace firn::net::pgwire {

/// Answers one connection's statements.
///
/// Not here: what belongs to the cycle of messages (ParseComplete, ReadyForQuery): Connection.
class WireResponder final : public Responder {
 public:
  WireResponder(Stream& stream, size_t message_bytes_max)
      : stream_(stream), message_bytes_max_(message_bytes_max) {}

  /// The formats of the portal about to be executed; a simple query's are all text.
  void UseFormats(const ResultFormats& formats) { formats_ = formats; }
  /// The next Complete() is not told before TellHeld(): when Sync is what comes next, the statement
  /// is complete once its transaction has committed, and not at all when that fails.
  void HoldCompletion() { holding_ = true; }
  void TellHeld();
  void DropHeld() { held_.reset(); }
  /// Forgets what the client still sends of a COPY that the session did not read to its end.
  void EndStatement();
  /// What the client did against the protocol inside COPY; ends the connection.
  const std::optional<Error>& violation() const { return violation_; }

  Task<Status> Describe(const std::vector<columnar::Field>& fields, Format format) override;
  void UseStyle(std::shared_ptr<const columnar::TextStyle> style) override {
    style_ = std::move(style);
  }
  Task<Status> Rows(const std::vector<columnar::Field>& fields,
                    std::shared_ptr<arrow::RecordBatch> batch) override;
  Task<Status> Complete(std::string tag) override;
  Task<Status> EmptyQuery() override;
  Task<Status> Suspended() override;
  Task<Status> Notice(Error notice) override;
  Task<Status> Warning(Error warning) override;
  Task<Status> ParameterStatus(std::string name, std::string value) override;
  Task<Status> BeginCopyIn(Format format, size_t columns) override;
  Task<Result<std::optional<std::string_view>>> ReadCopyData() override;
  Task<Status> BeginCopyOut(Format format, size_t columns) override;
  Task<Status> CopyOutData(std::string data) override;
  Task<Status> EndCopyOut() override;

 private:
  enum class CopyIn : uint8_t { kNone, kRunning, kDone };

  /// The output, behind what was held back.
  std::string& out() {
    TellHeld();
    return stream_.out();
  }
  Task<Status> FlushIfFull();
  /// What has come, until the next call or ReadMore; empty: more has to come first, or it was all.
  Result<std::string_view> TakeCopyData();
  Result<bool> TakeCopyMessage(bool piece_empty);
  Failure Violation(Error error);

  Stream& stream_;
  const size_t message_bytes_max_;
  ResultFormats formats_;
  std::shared_ptr<const columnar::TextStyle> style_;
  CopyIn copy_in_ = CopyIn::kNone;
  size_t copy_left_ = 0;    // of the CopyData message at the front
  std::string copy_piece_;  // of several messages
  std::optional<Error> violation_;
  bool holding_ = false;
  std::optional<std::string> held_;
};

}  // namespace firn::net::pgwire
