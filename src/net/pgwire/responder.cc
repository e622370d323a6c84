#include "net/pgwire/responder.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>

#include "net/pgwire/message.h"
#include "net/pgwire/row_encoder.h"

namespace firn::net::pgwire {
namespace {

// Of one message, this much is handed on where it lies; smaller ones are gathered.
constexpr size_t kDirectPieceBytes = size_t{16} << 10;

}  // namespace

Task<Status> WireResponder::FlushIfFull() {
  if (!stream_.full()) co_return Status();
  co_return co_await stream_.Flush();
}

void WireResponder::TellHeld() {
  if (!held_) return;
  AppendCommandComplete(stream_.out(), *held_);
  held_.reset();
}

void WireResponder::EndStatement() {
  holding_ = false;
  if (copy_in_ == CopyIn::kNone) return;
  stream_.Consume(copy_left_);
  stream_.set_read_bytes(0);
  copy_left_ = 0;
  std::string().swap(copy_piece_);
  copy_in_ = CopyIn::kNone;
}

Task<Status> WireResponder::Describe(const std::vector<columnar::Field>& fields, Format format) {
  const auto code = static_cast<int16_t>(format);
  auto formats = ResultFormats::Make({&code, 1});
  if (!formats) co_return Fail(std::move(formats).error());
  formats_ = *std::move(formats);
  AppendRowDescription(out(), fields, formats_);
  co_return Status();
}

Task<Status> WireResponder::Rows(const std::vector<columnar::Field>& fields,
                                 std::shared_ptr<arrow::RecordBatch> batch) {
  FIRN_CO_RETURN_IF_ERROR(formats_.CheckColumns(fields.size()));
  RowEncoder rows(fields, std::move(batch), formats_, style_.get());
  while (!rows.done()) {
    FIRN_CO_RETURN_IF_ERROR(rows.Encode(out(), kFlushBytes));
    if (!stream_.full()) continue;
    auto flushed = co_await stream_.Flush();
    FIRN_CO_RETURN_IF_ERROR(std::move(flushed));
  }
  co_return Status();
}

Task<Status> WireResponder::Complete(std::string tag) {
  if (std::exchange(holding_, false)) {
    held_ = std::move(tag);
  } else {
    AppendCommandComplete(out(), tag);
  }
  co_return Status();
}

Task<Status> WireResponder::EmptyQuery() {
  AppendEmpty(out(), 'I');
  co_return Status();
}

Task<Status> WireResponder::Suspended() {
  AppendEmpty(out(), 's');
  co_return Status();
}

Task<Status> WireResponder::Notice(Error notice) {
  AppendError(out(), Severity::kNotice, notice);
  co_return co_await stream_.Flush();
}

Task<Status> WireResponder::Warning(Error warning) {
  AppendError(out(), Severity::kWarning, warning);
  co_return co_await stream_.Flush();
}

Task<Status> WireResponder::ParameterStatus(std::string name, std::string value) {
  AppendParameterStatus(out(), name, value);
  co_return Status();
}

Task<Status> WireResponder::BeginCopyIn(Format format, size_t columns) {
  FIRN_CHECK(copy_in_ != CopyIn::kRunning);
  AppendCopyResponse(out(), 'G', format, columns);
  copy_in_ = CopyIn::kRunning;
  stream_.set_read_bytes(kCopyPieceBytes);
  co_return co_await stream_.Flush();
}

Failure WireResponder::Violation(Error error) {
  violation_ = error;
  return Fail(std::move(error));
}

// The message at the front, which is not a part of CopyData. True: it was taken.
Result<bool> WireResponder::TakeCopyMessage(bool piece_empty) {
  const auto bytes = stream_.buffered();
  auto header = ParseHeader(bytes, message_bytes_max_);
  if (!header) return Violation(std::move(header).error());
  if (header->type == 'd') {
    stream_.Consume(Header::kBytes);
    copy_left_ = header->body;
    return true;
  }
  // What ends the COPY waits until the data before it has been handed over.
  const bool ends = header->type == 'c' || header->type == 'f';
  if (ends && !piece_empty) return false;
  if (bytes.size() < Header::kBytes + header->body) return false;
  const auto body = bytes.substr(Header::kBytes, header->body);
  if (header->type == 'f') {
    auto why = ParseString(body);
    if (!why) return Violation(std::move(why).error());
    stream_.Consume(Header::kBytes + header->body);
    copy_in_ = CopyIn::kDone;
    return Fail(
        MakeError(ErrorCode::kCancelled, "COPY from stdin failed: {}", *why).WithSqlState("57014"));
  }
  if (header->type == 'X') {
    return Fail(MakeError(ErrorCode::kIo, "the client is gone: Terminate during COPY from stdin")
                    .WithSqlState("08006"));
  }
  // Flush and Sync are taken and ignored: libraries send them without knowing that it is a COPY.
  if (header->type != 'c' && header->type != 'H' && header->type != 'S') {
    return Violation(ProtocolViolation(
        fmt::format("unexpected message during COPY from stdin: type='{}'", header->type)));
  }
  auto nothing = ParseNothing(body);
  if (!nothing) return Violation(std::move(nothing).error());
  stream_.Consume(Header::kBytes + header->body);
  if (header->type == 'c') copy_in_ = CopyIn::kDone;
  return true;
}

Result<std::string_view> WireResponder::TakeCopyData() {
  copy_piece_.clear();
  while (copy_in_ == CopyIn::kRunning && copy_piece_.size() < kCopyPieceBytes) {
    const auto bytes = stream_.buffered();
    if (copy_left_ > 0) {
      const size_t room = kCopyPieceBytes - copy_piece_.size();
      const auto part = bytes.substr(0, std::min(copy_left_, room));
      if (part.empty()) break;
      stream_.Consume(part.size());
      copy_left_ -= part.size();
      if (copy_piece_.empty() && part.size() >= kDirectPieceBytes) return part;
      copy_piece_ += part;
      continue;
    }
    if (bytes.size() < Header::kBytes) break;
    FIRN_TRY(const bool taken, TakeCopyMessage(copy_piece_.empty()));
    if (!taken) break;
  }
  return copy_piece_;
}

Task<Result<std::optional<std::string_view>>> WireResponder::ReadCopyData() {
  while (copy_in_ == CopyIn::kRunning) {
    auto piece = TakeCopyData();
    if (!piece) co_return Fail(std::move(piece).error());
    if (!piece->empty()) co_return std::optional(*piece);
    if (copy_in_ != CopyIn::kRunning) break;
    auto read = co_await stream_.ReadMore(0);
    if (!read) co_return Fail(std::move(read).error());
  }
  co_return std::optional<std::string_view>();
}

Task<Status> WireResponder::BeginCopyOut(Format format, size_t columns) {
  AppendCopyResponse(out(), 'H', format, columns);
  co_return Status();
}

Task<Status> WireResponder::CopyOutData(std::string data) {
  AppendCopyData(out(), data);
  co_return co_await FlushIfFull();
}

Task<Status> WireResponder::EndCopyOut() {
  AppendEmpty(out(), 'c');
  co_return Status();
}

}  // namespace firn::net::pgwire
