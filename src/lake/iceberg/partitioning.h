// lake/iceberg: how a table's files are divided and ordered ("Partitioning", "Sorting").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace firn::lake::iceberg {

struct PartitionField {
  FieldId source_id;
  int32_t field_id = 0;  // from 1000 on
  std::string name;
  std::string transform;  // "identity", "day", "bucket[16]" …
  std::string extra;

  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  int32_t spec_id = 0;
  std::vector<PartitionField> fields;  // none: unpartitioned
  std::string extra;

  bool operator==(const PartitionSpec&) const = default;
};
/// last-partition-id of a table that was never partitioned.
inline constexpr int32_t kNoPartitionFieldId = 999;

struct SortField {
  FieldId source_id;
  std::string transform;
  std::string direction;   // "asc", "desc"
  std::string null_order;  // "nulls-first", "nulls-last"
  std::string extra;

  bool operator==(const SortField&) const = default;
};

/// Order 0 has no fields: unsorted.
struct SortOrder {
  int32_t order_id = 0;
  std::vector<SortField> fields;
  std::string extra;

  bool operator==(const SortOrder&) const = default;
};

}  // namespace firn::lake::iceberg
