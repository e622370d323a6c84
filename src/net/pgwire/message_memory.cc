#include "net/pgwire/message_memory.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "net/pgwire/stream.h"

namespace firn::net::pgwire {
namespace {

// Measured: a literal of 100 MB in an INSERT takes 900 MB, one in a parameter 300 MB; of 200,000
// numbers in an IN list each takes 2 kB.
constexpr int64_t kCopiesOfText = 9;
constexpr int64_t kCopiesOfParameters = 3;
constexpr int64_t kBytesPerValue = 2048;

// Less is taken by every session now and then.
constexpr int64_t kOrdinaryBytes = int64_t{4} << 20;

constexpr auto kLook = std::chrono::milliseconds(5);

int64_t InMegabytes(int64_t bytes) {
  return (bytes + (1 << 20) - 1) >> 20;
}

Error TooLarge(int64_t bytes, int64_t most) {
  return MakeError(ErrorCode::kInvalidInput,
                   "the statement is too large: it would take about {} MB of memory, and all of "
                   "them together may take {} MB",
                   InMegabytes(bytes), InMegabytes(most))
      .WithSqlState("54000")
      .WithHint("Send many rows by COPY and large values as parameters, or raise memory_limit.");
}

Error WaitedInVain(int64_t bytes, std::chrono::milliseconds waited) {
  return MakeError(ErrorCode::kOverloaded,
                   "out of memory: the statement would take about {} MB, which other statements "
                   "did not give back within {} s",
                   InMegabytes(bytes), waited.count() / 1000)
      .WithSqlState("53200")
      .WithRemedy(Remedy::kRetry)
      .WithHint("Try again, or raise memory_limit.");
}

Error Cancelled() {
  return MakeError(ErrorCode::kCancelled, "canceling statement due to user request")
      .WithSqlState("57014");
}

size_t After(std::string_view sql, std::string_view mark, size_t from) {
  const size_t found = sql.find(mark, from);
  return found == std::string_view::npos ? sql.size() : found + mark.size();
}

// "$tag$" that begins at `at`, or nothing.
std::string_view DollarMark(std::string_view sql, size_t at) {
  size_t end = at + 1;
  while (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) != 0 ||
                              sql[end] == '_' || sql[end] < 0)) {
    ++end;
  }
  const bool number = end > at + 1 && sql[at + 1] >= '0' && sql[at + 1] <= '9';  // a parameter
  return end < sql.size() && sql[end] == '$' && !number ? sql.substr(at, end + 1 - at) : "";
}

// Behind the literal, the quoted name or the comment that begins at `at`; `at` where none does.
size_t EndOfQuoted(std::string_view sql, size_t at) {
  const char first = sql[at];
  const bool more = at + 1 < sql.size();
  if (first == '"') return After(sql, "\"", at + 1);
  if (first == '-' && more && sql[at + 1] == '-') return After(sql, "\n", at);
  if (first == '/' && more && sql[at + 1] == '*') return After(sql, "*/", at + 2);
  if (first == '$') {
    const auto mark = DollarMark(sql, at);
    return mark.empty() ? at : After(sql, mark, at + mark.size());
  }
  if (first != '\'') return at;
  const bool escapes = at > 0 && (sql[at - 1] == 'E' || sql[at - 1] == 'e');
  for (++at; at < sql.size() && sql[at] != '\''; ++at) {
    if (escapes && sql[at] == '\\') ++at;
  }
  return std::min(at + 1, sql.size());
}

}  // namespace

uint64_t MessageMemory::Queue() {
  const std::lock_guard lock(mutex_);
  waiting_.insert(next_place_);
  return next_place_++;
}

bool MessageMemory::TryTake(uint64_t place, int64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (*waiting_.begin() != place || taken_ + bytes > bytes_max_) return false;
  waiting_.erase(place);
  taken_ += bytes;
  return true;
}

void MessageMemory::Leave(uint64_t place) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(place);
}

void MessageMemory::GiveBack(int64_t bytes) {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
}

Task<Status> MessageShare::Grow(int64_t bytes) {
  if (bytes <= std::max(held_, kOrdinaryBytes) || memory_.bytes_max() == 0) co_return Status();
  if (bytes > memory_.bytes_max()) co_return Fail(TooLarge(bytes, memory_.bytes_max()));
  Return();
  const uint64_t place = memory_.Queue();
  const auto until = std::chrono::steady_clock::now() + memory_.longest_wait();
  asio::steady_timer timer(stream_.executor());
  stream_.BeginWait();
  while (!memory_.TryTake(place, bytes)) {
    const bool late = std::chrono::steady_clock::now() >= until;
    const bool interrupted = stream_.interruption() != Interruption::kNone;
    const bool cancelled = stream_.wait_cancelled();
    if (late || cancelled || interrupted) {
      memory_.Leave(place);
      if (interrupted) co_return Fail(stream_.InterruptionError());
      if (cancelled) co_return Fail(Cancelled());
      co_return Fail(WaitedInVain(bytes, memory_.longest_wait()));
    }
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable);
  }
  held_ = bytes;
  co_return Status();
}

void MessageShare::Return() {
  if (held_ == 0) return;
  memory_.GiveBack(std::exchange(held_, 0));
}

int64_t EstimateMemory(const Header& header) {
  const auto body = static_cast<int64_t>(header.body);
  const bool text = header.type == 'Q' || header.type == 'P';
  return body * (text ? kCopiesOfText : kCopiesOfParameters);
}

int64_t EstimateMemory(std::string_view sql) {
  int64_t values = 0;
  for (size_t at = 0; at < sql.size();) {
    const size_t end = EndOfQuoted(sql, at);
    if (end == at) values += sql[at] == ',' ? 1 : 0;
    at = std::max(end, at + 1);
  }
  return static_cast<int64_t>(sql.size()) * kCopiesOfText + values * kBytesPerValue;
}

}  // namespace firn::net::pgwire
