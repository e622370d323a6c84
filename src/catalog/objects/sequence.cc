#include "catalog/objects/sequence.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

Result<std::shared_ptr<Object>> ReadSequence(const Json& json) {
  auto sequence = std::make_shared<Sequence>();
  FIRN_TRY(const auto type, columnar::ParsePostgresName(json.at("type").get<std::string>()));
  sequence->type = type.kind;
  sequence->start = json.at("start").get<int64_t>();
  sequence->increment = json.at("increment").get<int64_t>();
  sequence->minimum = json.at("minimum").get<int64_t>();
  sequence->maximum = json.at("maximum").get<int64_t>();
  sequence->cache = json.at("cache").get<int64_t>();
  sequence->cycle = json.at("cycle").get<bool>();
  if (json.contains("owner")) {
    const auto& owner = json["owner"];
    FIRN_TRY(const auto table, ParseUuid(owner.at("table").get<std::string>()));
    sequence->owner = Sequence::Owner{.table = TableId(table),
                                      .column = FieldId(owner.at("column").get<int32_t>()),
                                      .identity = owner.value("identity", false)};
  }
  return sequence;
}

Result<std::shared_ptr<Object>> ReadState(const Json& json) {
  auto state = std::make_shared<SequenceState>();
  FIRN_TRY(state->sequence, ParseUuid(json.at("sequence").get<std::string>()));
  state->last_value = json.at("last_value").get<int64_t>();
  state->is_called = json.at("is_called").get<bool>();
  return state;
}

}  // namespace

const ObjectKind Sequence::kKind = {.name = "sequence",
                                    .noun = "relation",
                                    .name_space = kRelationNames,
                                    .taken = "42P07",
                                    .missing = "42P01",
                                    .read = ReadSequence};

void Sequence::WriteBody(Json& json) const {
  json["type"] = columnar::PostgresName({.kind = type});
  json["start"] = start;
  json["increment"] = increment;
  json["minimum"] = minimum;
  json["maximum"] = maximum;
  json["cache"] = cache;
  json["cycle"] = cycle;
  if (owner) {
    json["owner"] = {{"table", owner->table.value().ToString()},
                     {"column", owner->column.value()},
                     {"identity", owner->identity}};
  }
}

Uuid Sequence::BelongsTo() const {
  return owner ? owner->table.value() : Uuid();
}

const ObjectKind SequenceState::kKind = {.name = "sequence_state",
                                         .noun = "sequence state",
                                         .name_space = "",
                                         .taken = "42710",
                                         .missing = "42704",
                                         .counter = true,
                                         .read = ReadState};

void SequenceState::WriteBody(Json& json) const {
  json["sequence"] = sequence.ToString();
  json["last_value"] = last_value;
  json["is_called"] = is_called;
}

Uuid StateIdOf(const Uuid& sequence) {
  Uuid id = sequence;
  id.bytes.front() ^= 0x80;
  return id;
}

}  // namespace firn::catalog
