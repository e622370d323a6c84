// sql: values of sequences.
//
// A range of values is written to the log before the first of them is given out, so that a crash
// leaves a gap and never gives one twice. One statement at a time works on a sequence; a sequence
// that this transaction made or restarted is its own until the commit.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "base/uuid.h"
#include "catalog/objects/sequence.h"
#include "sql/decode.h"

namespace firn::sql {

struct SessionContext;

/// How far the sequences of this server are. Threads: any.
class SequenceCache {
 public:
  struct Held {
    uint32_t revision = 0;  // of the state it began with
    int64_t last_value = 0;
    bool is_called = false;
    int64_t reserved = 0;  // how many more values the log knows of
  };

  /// Calls `done` when the sequence is the caller's, until Release.
  void Acquire(const Uuid& sequence, std::function<void(bool)> done);
  void Release(const Uuid& sequence);
  /// Between Acquire and Release.
  Held& Of(const Uuid& sequence);
  /// For SELECT last_value FROM sequence; nothing when no value was asked for.
  std::optional<Held> Look(const Uuid& sequence) const;

 private:
  struct Entry {
    bool busy = false;
    std::deque<std::function<void(bool)>> waiting;
    Held held;
    bool used = false;
  };
  mutable std::mutex mutex_;
  std::map<Uuid, Entry> entries_;
};

/// What currval and lastval answer.
struct SequenceMemory {
  std::map<Uuid, int64_t> values;
  std::optional<Uuid> last;
};

/// By a regclass text: "s", "public.s", "\"S\"". Errors: 42P01, 42809.
Result<std::shared_ptr<const catalog::Sequence>> RequireSequence(const SessionContext& session,
                                                                 std::string_view text);
/// Errors: 2200H.
Task<Result<std::vector<int64_t>>> NextValues(SessionContext& session, const Uuid& sequence,
                                              int64_t count);
/// The same as a column of smallint, integer or bigint.
Task<Result<std::shared_ptr<arrow::Array>>> SequenceColumn(SessionContext& session,
                                                           const Uuid& sequence,
                                                           const columnar::Type& type,
                                                           int64_t count);
/// Errors: 22003.
Task<Status> SetValue(SessionContext& session, const catalog::Sequence& sequence, int64_t value,
                      bool is_called);
/// What has been given out, as seen by this transaction.
catalog::SequenceState StateOf(const SessionContext& session, const Uuid& sequence);

/// nextval, currval, setval, lastval. Nothing: another function.
Task<Result<std::optional<int64_t>>> CallSequenceFunction(
    SessionContext& session, std::string_view name,
    const std::vector<std::optional<std::string>>& arguments);

}  // namespace firn::sql
