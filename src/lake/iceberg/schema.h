// lake/iceberg: a schema, as in the Iceberg specification ("Schemas and Data Types").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace firn::lake::iceberg {

/// A type as the specification writes it: "long", "decimal(9, 2)"; for a struct, list or map,
/// which firn does not make but must not lose, the JSON object it was given as.
struct Field {
  FieldId id;
  std::string name;
  bool required = false;
  std::string type;
  std::string
      extra;  // members this version does not know (doc, defaults …): a JSON object, or empty

  bool is_nested() const { return type.starts_with('{'); }
  bool operator==(const Field&) const = default;
};

struct Schema {
  int32_t schema_id = 0;
  std::vector<Field> fields;
  std::string extra;  // e.g. identifier-field-ids

  bool operator==(const Schema&) const = default;
};

}  // namespace firn::lake::iceberg
