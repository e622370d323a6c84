// lake/iceberg: reading one Avro record field by field, whatever its writer's schema looks like.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lake/avro/binary.h"

namespace firn::lake::iceberg {

/// The field's id, or by name where the writer left ids out; -1 when unknown.
template <typename Table>
int FieldNumber(const avro::RecordField& field, const Table& names) {
  if (field.id >= 0) return field.id;
  for (const auto& [name, id] : names) {
    if (name == field.name) return id;
  }
  return -1;
}

// Each reads one value of `schema`, or of the branch of it that was written; absent when null.
// A value of another type than asked for makes the decoder bad.
inline std::optional<int64_t> ReadLong(avro::Decoder& in, const avro::Schema& schema) {
  const auto& type = in.Branch(schema);
  if (type.kind == avro::Kind::kInt || type.kind == avro::Kind::kLong) return in.Long();
  if (type.kind != avro::Kind::kNull) in.SetBad();
  return std::nullopt;
}
inline std::optional<int32_t> ReadInt(avro::Decoder& in, const avro::Schema& schema) {
  const auto value = ReadLong(in, schema);
  if (!value) return std::nullopt;
  if (*value < INT32_MIN || *value > INT32_MAX) in.SetBad();
  return static_cast<int32_t>(*value);
}
inline std::optional<bool> ReadBool(avro::Decoder& in, const avro::Schema& schema) {
  const auto& type = in.Branch(schema);
  if (type.kind == avro::Kind::kBoolean) return in.Bool();
  if (type.kind != avro::Kind::kNull) in.SetBad();
  return std::nullopt;
}
inline std::optional<std::string> ReadBytes(avro::Decoder& in, const avro::Schema& schema) {
  const auto& type = in.Branch(schema);
  if (type.kind == avro::Kind::kBytes || type.kind == avro::Kind::kString) {
    return std::string(in.Bytes());
  }
  if (type.kind == avro::Kind::kFixed) return std::string(in.Raw(type.fixed_size));
  if (type.kind != avro::Kind::kNull) in.SetBad();
  return std::nullopt;
}

}  // namespace firn::lake::iceberg
