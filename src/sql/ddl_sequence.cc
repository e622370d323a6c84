#include <limits>

#include "sql/ddl_internal.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/sequences.h"

namespace firn::sql {
namespace {

using catalog::Sequence;
using columnar::TypeKind;

std::pair<int64_t, int64_t> RangeOf(TypeKind type) {
  if (type == TypeKind::kInt2) return {INT16_MIN, INT16_MAX};
  if (type == TypeKind::kInt4) return {INT32_MIN, INT32_MAX};
  return {INT64_MIN, INT64_MAX};
}

template <typename... Args>
Status Wrong(fmt::format_string<Args...> text, Args&&... args) {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, text, std::forward<Args>(args)...).WithSqlState("22023"));
}

Status CheckRange(const Sequence& sequence) {
  const auto [low, high] = RangeOf(sequence.type);
  const auto type = columnar::PostgresName({.kind = sequence.type});
  if (sequence.maximum > high || sequence.maximum < low) {
    return Wrong("MAXVALUE ({}) is out of range for sequence data type {}", sequence.maximum, type);
  }
  if (sequence.minimum < low || sequence.minimum > high) {
    return Wrong("MINVALUE ({}) is out of range for sequence data type {}", sequence.minimum, type);
  }
  if (sequence.minimum >= sequence.maximum) {
    return Wrong("MINVALUE ({}) must be less than MAXVALUE ({})", sequence.minimum,
                 sequence.maximum);
  }
  if (sequence.start < sequence.minimum) {
    return Wrong("START value ({}) cannot be less than MINVALUE ({})", sequence.start,
                 sequence.minimum);
  }
  if (sequence.start > sequence.maximum) {
    return Wrong("START value ({}) cannot be greater than MAXVALUE ({})", sequence.start,
                 sequence.maximum);
  }
  return {};
}

Status SetOwner(SessionContext& session, const SequenceOptions& options, Sequence& sequence) {
  if (!options.owned_by) return {};
  if (sequence.owner && sequence.owner->identity) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "cannot change ownership of identity sequence")
                    .WithSqlState("0A000"));
  }
  const auto& [name, column] = *options.owned_by;
  sequence.owner.reset();
  if (name.name.empty()) return {};
  FIRN_TRY(const auto table, RequireTable(session, name));
  const int index = table->columns.Find(column);
  if (index < 0) {
    return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                          column, table->name)
                    .WithSqlState("42703"));
  }
  if (table->schema != sequence.schema) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "sequence must be in same schema as table it is linked to")
                    .WithSqlState("55000"));
  }
  sequence.owner = Sequence::Owner{.table = table->id,
                                   .column = table->columns.columns[static_cast<size_t>(index)].id};
  return {};
}

}  // namespace

Status ApplyOptions(const SequenceOptions& options, bool made, Sequence& sequence) {
  const auto before = RangeOf(sequence.type);
  const bool retyped = options.type && *options.type != sequence.type;
  // Bounds that were the old type's become the new one's.
  bool low_is_default = made || (retyped && sequence.minimum == before.first);
  bool high_is_default = made || (retyped && sequence.maximum == before.second);
  if (options.type) sequence.type = *options.type;
  if (options.increment) sequence.increment = *options.increment;
  if (sequence.increment == 0) return Wrong("INCREMENT must not be zero");
  if (options.cycle) sequence.cycle = *options.cycle;
  if (options.minimum) low_is_default = !*options.minimum;
  if (options.maximum) high_is_default = !*options.maximum;
  const bool up = sequence.increment > 0;
  const auto [low, high] = RangeOf(sequence.type);
  if (low_is_default) {
    sequence.minimum = up ? 1 : low;
  } else if (options.minimum) {
    sequence.minimum = **options.minimum;
  }
  if (high_is_default) {
    sequence.maximum = up ? high : -1;
  } else if (options.maximum) {
    sequence.maximum = **options.maximum;
  }
  if (options.start) {
    sequence.start = *options.start;
  } else if (made) {
    sequence.start = up ? sequence.minimum : sequence.maximum;
  }
  if (options.cache && *options.cache <= 0) {
    return Wrong("CACHE ({}) must be greater than zero", *options.cache);
  }
  if (options.cache) sequence.cache = *options.cache;
  return CheckRange(sequence);
}

catalog::Change InitialState(const Sequence& sequence) {
  auto state = std::make_shared<catalog::SequenceState>();
  state->id = catalog::StateIdOf(sequence.id);
  state->sequence = sequence.id;
  state->last_value = sequence.start;
  return catalog::PutObject{std::move(state)};
}

Status RestartSequence(SessionContext& session, const Sequence& sequence, int64_t value) {
  auto state = std::make_shared<catalog::SequenceState>(StateOf(session, sequence.id));
  state->id = catalog::StateIdOf(sequence.id);
  state->sequence = sequence.id;
  state->revision += 1;
  state->last_value = value;
  state->is_called = false;
  return AddChanges(session, {catalog::PutObject{std::move(state)}});
}

std::vector<std::shared_ptr<const Sequence>> OwnedSequences(const SessionContext& session,
                                                            TableId table,
                                                            std::optional<FieldId> column) {
  std::vector<std::shared_ptr<const Sequence>> owned;
  for (auto& sequence : session.transaction.view().catalog->All<Sequence>()) {
    if (!sequence->owner || sequence->owner->table != table) continue;
    if (!column || sequence->owner->column == *column) owned.push_back(std::move(sequence));
  }
  return owned;
}

Task<Status> Run(SessionContext& session, const CreateSequenceCommand& command, Output& out) {
  auto schema = SchemaForNewTable(session, command.sequence);
  if (!schema) co_return Failure(std::move(schema).error());
  const TableName whole{.schema = *schema, .name = command.sequence.name};
  if (command.if_not_exists && FindRelation(session, whole)) {
    co_return co_await Tell(out, "42P07",
                            fmt::format("relation \"{}\" already exists, skipping", whole.name));
  }
  auto sequence = std::make_shared<Sequence>();
  sequence->id = NewUuidV7();
  sequence->schema = *schema;
  sequence->name = command.sequence.name;
  auto applied = ApplyOptions(command.options, true, *sequence);
  if (applied) applied = SetOwner(session, command.options, *sequence);
  if (!applied) co_return applied;
  std::vector<catalog::Change> changes;
  changes.emplace_back(catalog::PutObject{sequence});
  changes.push_back(InitialState(*sequence));
  co_return AddChanges(session, std::move(changes));
}

Task<Status> Run(SessionContext& session, const AlterSequenceCommand& command, Output& out) {
  const auto relation = FindRelation(session, command.sequence);
  if (!relation && command.if_exists) {
    co_return co_await Tell(
        out, "00000",
        fmt::format("relation \"{}\" does not exist, skipping", command.sequence.name));
  }
  if (!relation) co_return NoSuchRelation(session, command.sequence);
  if (auto owner = RequireOwner(session, relation); !owner) co_return owner;
  const auto found = std::dynamic_pointer_cast<const Sequence>(relation.object);
  if (found == nullptr) {
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "\"{}\" is not a sequence", command.sequence.name)
            .WithSqlState("42809"));
  }
  auto next = std::make_shared<Sequence>(*found);
  next->revision += 1;
  auto applied = ApplyOptions(command.options, false, *next);
  if (applied) applied = SetOwner(session, command.options, *next);
  if (applied) applied = session.transaction.AddChange(catalog::PutObject{next});
  if (!applied || !command.options.restart) co_return applied;
  const auto value = command.options.restart_with.value_or(next->start);
  if (value < next->minimum || value > next->maximum) {
    const bool low = value < next->minimum;
    co_return Wrong("RESTART value ({}) cannot be {} than {} ({})", value, low ? "less" : "greater",
                    low ? "MINVALUE" : "MAXVALUE", low ? next->minimum : next->maximum);
  }
  co_return RestartSequence(session, *next, value);
}

}  // namespace firn::sql
