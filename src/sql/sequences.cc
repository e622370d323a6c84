#include "sql/sequences.h"

#include <charconv>

#include <arrow/api.h>
#include <arrow/compute/cast.h>

#include "sql/relation_names.h"
#include "sql/rights.h"
#include "sql/session_context.h"

namespace firn::sql {
namespace {

using catalog::Sequence;
using catalog::SequenceState;
using Held = SequenceCache::Held;

// Values that one record in the log reserves at least.
constexpr int64_t kReserve = 32;

Result<int64_t> Step(const Sequence& sequence, const Held& held) {
  if (!held.is_called) return held.last_value;
  const bool up = sequence.increment > 0;
  int64_t next = 0;
  const bool beyond = __builtin_add_overflow(held.last_value, sequence.increment, &next) ||
                      (up ? next > sequence.maximum : next < sequence.minimum);
  if (!beyond) return next;
  if (sequence.cycle) return up ? sequence.minimum : sequence.maximum;
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "nextval: reached {} value of sequence \"{}\" ({})",
                up ? "maximum" : "minimum", sequence.name, up ? sequence.maximum : sequence.minimum)
          .WithSqlState("2200H"));
}

/// How many of `count` values there are, and the state behind them.
std::pair<int64_t, Held> Ahead(const Sequence& sequence, Held held, int64_t count) {
  int64_t steps = 0;
  for (; steps < count; ++steps) {
    const auto next = Step(sequence, held);
    if (!next) break;
    held.last_value = *next;
    held.is_called = true;
  }
  return {steps, held};
}

std::shared_ptr<const SequenceState> Committed(const SessionContext& session,
                                               const Uuid& sequence) {
  const auto snapshot = session.services.database.TakeSnapshot();
  return snapshot.root->catalog->Find<SequenceState>(catalog::StateIdOf(sequence));
}

Task<Status> CommitState(SessionContext& session, const Uuid& sequence, const Held& held) {
  auto state = std::make_shared<SequenceState>();
  state->id = catalog::StateIdOf(sequence);
  state->sequence = sequence;
  state->revision = held.revision;
  state->last_value = held.last_value;
  state->is_called = held.is_called;
  table::CommitRequest request;
  request.changes.push_back(catalog::PutObject{std::move(state)});
  request.session = "sequence";
  const auto commit = [&](auto done) {
    session.services.database.Commit(std::move(request), std::move(done));
  };
  auto receipt = co_await AwaitCallback<Result<table::CommitReceipt>>(commit);
  if (!receipt) co_return Failure(std::move(receipt).error());
  co_return Status();
}

/// What is held, brought up to a RESTART that was committed since.
void Refresh(const SessionContext& session, const Uuid& sequence, Held& held) {
  const auto state = Committed(session, sequence);
  if (state == nullptr || state->revision == held.revision) return;
  held = {.revision = state->revision,
          .last_value = state->last_value,
          .is_called = state->is_called,
          .reserved = 0};
}

Task<Result<std::vector<int64_t>>> TakeShared(SessionContext& session, const Sequence& sequence,
                                              Held& held, int64_t count) {
  Refresh(session, sequence.id, held);
  if (held.reserved < count) {
    const auto [steps, behind] = Ahead(sequence, held, std::max(count, kReserve));
    if (steps > held.reserved) {
      auto committed = co_await CommitState(session, sequence.id, behind);
      if (!committed) co_return Failure(std::move(committed).error());
      held.reserved = steps;
    }
  }
  std::vector<int64_t> values;
  while (static_cast<int64_t>(values.size()) < count) {
    auto next = Step(sequence, held);
    if (!next) co_return Failure(std::move(next).error());
    held.last_value = *next;
    held.is_called = true;
    --held.reserved;
    values.push_back(*next);
  }
  co_return values;
}

Result<std::vector<int64_t>> TakeOwn(const Sequence& sequence, SequenceState& state,
                                     int64_t count) {
  Held held{.last_value = state.last_value, .is_called = state.is_called};
  std::vector<int64_t> values;
  while (static_cast<int64_t>(values.size()) < count) {
    FIRN_TRY(const auto next, Step(sequence, held));
    held.last_value = next;
    held.is_called = true;
    values.push_back(next);
    state.last_value = next;
    state.is_called = true;
  }
  return values;
}

SequenceState* OwnState(SessionContext& session, const Uuid& sequence) {
  auto& own = session.transaction.own_sequences();
  const auto found = own.find(sequence);
  return found == own.end() ? nullptr : &found->second;
}

}  // namespace

void SequenceCache::Acquire(const Uuid& sequence, std::function<void(bool)> done) {
  {
    std::lock_guard lock(mutex_);
    auto& entry = entries_[sequence];
    if (entry.busy) {
      entry.waiting.push_back(std::move(done));
      return;
    }
    entry.busy = true;
  }
  done(true);
}

void SequenceCache::Release(const Uuid& sequence) {
  std::function<void(bool)> next;
  {
    std::lock_guard lock(mutex_);
    auto& entry = entries_[sequence];
    entry.busy = !entry.waiting.empty();
    if (entry.busy) {
      next = std::move(entry.waiting.front());
      entry.waiting.pop_front();
    }
  }
  if (next) next(true);
}

SequenceCache::Held& SequenceCache::Of(const Uuid& sequence) {
  std::lock_guard lock(mutex_);
  auto& entry = entries_[sequence];
  entry.used = true;
  return entry.held;
}

std::optional<SequenceCache::Held> SequenceCache::Look(const Uuid& sequence) const {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(sequence);
  if (found == entries_.end() || !found->second.used) return std::nullopt;
  return found->second.held;
}

Result<std::shared_ptr<const Sequence>> RequireSequence(const SessionContext& session,
                                                        std::string_view text) {
  FIRN_TRY(const auto name, ParseRelationName(text));
  const auto relation = FindRelation(session, name);
  if (auto sequence = std::dynamic_pointer_cast<const Sequence>(relation.object)) return sequence;
  if (!relation) return NoSuchRelation(session, name);
  return Fail(MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a sequence", name.name)
                  .WithSqlState("42809"));
}

Task<Result<std::vector<int64_t>>> NextValues(SessionContext& session, const Uuid& id,
                                              int64_t count) {
  using Values = Result<std::vector<int64_t>>;
  const auto sequence = session.transaction.view().catalog->Find<Sequence>(id);
  if (sequence == nullptr) {
    co_return Fail(MakeError(ErrorCode::kNotFound, "the sequence does not exist any more")
                       .WithSqlState("42P01"));
  }
  Values values;
  if (auto* own = OwnState(session, id)) {
    values = TakeOwn(*sequence, *own, count);
  } else {
    auto& cache = session.services.sequences;
    const auto acquire = [&](auto done) { cache.Acquire(id, std::move(done)); };
    co_await AwaitCallback<bool>(acquire);
    values = co_await TakeShared(session, *sequence, cache.Of(id), count);
    cache.Release(id);
  }
  if (values && !values->empty()) {
    session.sequences.values[id] = values->back();
    session.sequences.last = id;
  }
  co_return values;
}

Task<Result<std::shared_ptr<arrow::Array>>> SequenceColumn(SessionContext& session,
                                                           const Uuid& sequence,
                                                           const columnar::Type& type,
                                                           int64_t count) {
  auto values = co_await NextValues(session, sequence, count);
  if (!values) co_return Failure(std::move(values).error());
  arrow::Int64Builder builder;
  auto status = builder.AppendValues(*values);
  if (!status.ok()) co_return Fail(ErrorCode::kOverloaded, "{}", status.message());
  std::shared_ptr<arrow::Array> array = builder.Finish().ValueOrDie();
  auto cast = arrow::compute::Cast(*array, columnar::ArrowType(type));
  if (!cast.ok()) {
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "{} out of range", columnar::PostgresName(type))
            .WithSqlState("22003"));
  }
  co_return *std::move(cast);
}

Task<Status> SetValue(SessionContext& session, const Sequence& sequence, int64_t value,
                      bool is_called) {
  if (value < sequence.minimum || value > sequence.maximum) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput,
                             "setval: value {} is out of bounds for sequence \"{}\" ({}..{})",
                             value, sequence.name, sequence.minimum, sequence.maximum)
                       .WithSqlState("22003"));
  }
  if (is_called) session.sequences.values[sequence.id] = value;
  if (auto* own = OwnState(session, sequence.id)) {
    own->last_value = value;
    own->is_called = is_called;
    co_return Status();
  }
  auto& cache = session.services.sequences;
  const auto acquire = [&](auto done) { cache.Acquire(sequence.id, std::move(done)); };
  co_await AwaitCallback<bool>(acquire);
  auto& held = cache.Of(sequence.id);
  Refresh(session, sequence.id, held);
  auto next = held;
  next.last_value = value;
  next.is_called = is_called;
  next.reserved = 0;
  auto committed = co_await CommitState(session, sequence.id, next);
  if (committed) held = next;
  cache.Release(sequence.id);
  co_return committed;
}

SequenceState StateOf(const SessionContext& session, const Uuid& sequence) {
  auto& own = const_cast<SessionContext&>(session).transaction.own_sequences();
  const auto found = own.find(sequence);
  if (found != own.end()) return found->second;
  SequenceState state;
  if (const auto committed = Committed(session, sequence)) state = *committed;
  const auto held = session.services.sequences.Look(sequence);
  if (held && held->revision == state.revision) {
    state.last_value = held->last_value;
    state.is_called = held->is_called;
  }
  return state;
}

Task<Result<std::optional<int64_t>>> CallSequenceFunction(
    SessionContext& session, std::string_view name,
    const std::vector<std::optional<std::string>>& arguments) {
  using Answer = std::optional<int64_t>;
  auto& memory = session.sequences;
  if (name == "lastval") {
    if (memory.last) co_return Answer(memory.values[*memory.last]);
    co_return Fail(MakeError(ErrorCode::kConflict, "lastval is not yet defined in this session")
                       .WithSqlState("55000"));
  }
  const bool setting = name == "setval";
  if (name != "nextval" && name != "currval" && !setting) co_return Answer();
  if (setting ? arguments.size() < 2 || arguments.size() > 3 : arguments.size() != 1) {
    co_return Fail(MakeError(ErrorCode::kNotFound, "function {} with {} arguments does not exist",
                             name, arguments.size())
                       .WithSqlState("42883"));
  }
  for (const auto& argument : arguments) {
    if (!argument) co_return Answer();
  }
  auto sequence = RequireSequence(session, *arguments[0]);
  if (!sequence) co_return Failure(std::move(sequence).error());
  const auto id = (*sequence)->id;
  auto may = RequireSequenceRight(session, *sequence, name);
  if (!may) co_return Failure(std::move(may).error());
  if (name == "currval") {
    const auto found = memory.values.find(id);
    if (found != memory.values.end()) co_return Answer(found->second);
    co_return Fail(MakeError(ErrorCode::kConflict,
                             "currval of sequence \"{}\" is not yet defined in this session",
                             (*sequence)->name)
                       .WithSqlState("55000"));
  }
  auto allowed = session.transaction.CheckWritable(std::string(name) + "()");
  if (!allowed) co_return Failure(std::move(allowed).error());
  if (name == "nextval") {
    auto values = co_await NextValues(session, id, 1);
    if (!values) co_return Failure(std::move(values).error());
    co_return Answer(values->front());
  }
  int64_t value = 0;
  const auto& text = *arguments[1];
  std::from_chars(text.data(), text.data() + text.size(), value);
  const bool called = arguments.size() < 3 || *arguments[2] == "true" || *arguments[2] == "t";
  auto set = co_await SetValue(session, **sequence, value, called);
  if (!set) co_return Failure(std::move(set).error());
  co_return Answer(value);
}

}  // namespace firn::sql
