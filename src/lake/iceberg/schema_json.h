// lake/iceberg: schemas, partition specs and sort orders as JSON ("Appendix C").
//
// These throw nlohmann::json::exception on a member of the wrong type; TableMetadataFromJson and
// the manifest codec, their only callers, turn that into kCorrupt.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "lake/iceberg/partitioning.h"
#include "lake/iceberg/schema.h"

namespace firn::lake::iceberg {

nlohmann::json ToJson(const Schema& schema);
Schema SchemaFromJson(const nlohmann::json& json);

nlohmann::json ToJson(const PartitionSpec& spec);
/// Only the fields, as a manifest's header carries them.
nlohmann::json FieldsToJson(const PartitionSpec& spec);
PartitionSpec PartitionSpecFromJson(const nlohmann::json& json);

nlohmann::json ToJson(const SortOrder& order);
SortOrder SortOrderFromJson(const nlohmann::json& json);

}  // namespace firn::lake::iceberg
