// lake/avro: an Avro schema as a value.
//
// Only what binary decoding needs, and the `field-id` attribute that Iceberg adds to fields (and
// Debian's Avro library drops, which is why this exists). Names of named types are resolved when
// the schema is parsed; docs, defaults, aliases and logical types are not kept.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::lake::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion,
};

struct Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

struct RecordField {
  std::string name;
  int id = -1;  // "field-id", -1: none
  SchemaPtr type;
};

struct Schema {
  Kind kind = Kind::kNull;
  size_t fixed_size = 0;
  std::vector<RecordField> fields;  // of a record
  std::vector<SchemaPtr> branches;  // of a union
  SchemaPtr items;                  // of an array, or the values of a map
};

/// Parses a schema as Avro writes it in JSON (Avro 1.11, "Schema Declaration").
/// Errors: kCorrupt. A type that contains itself is refused; Iceberg has none.
Result<SchemaPtr> ParseSchema(std::string_view json);

}  // namespace firn::lake::avro
