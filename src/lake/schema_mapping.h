// lake: a firn table's columns as an Iceberg schema and back.
//
// Iceberg has no smallint, no varchar(n): where its type does not say which Postgres type a column
// has, the table property `firn.type.<field id>` does.
#pragma once

#include "base/result.h"
#include "columnar/table_schema.h"
#include "lake/iceberg/schema.h"
#include "lake/iceberg/table_metadata.h"

namespace firn::lake {

/// "decimal(12, 2)", "string"; of an array the JSON object of a list.
std::string IcebergType(const columnar::Column& column);

/// `key`: its identifier fields.
iceberg::Schema IcebergSchema(const columnar::TableSchema& schema, int32_t schema_id,
                              const std::vector<FieldId>& key = {});

/// The `firn.type.<field id>` properties that this schema needs.
iceberg::Properties TypeProperties(const columnar::TableSchema& schema);

/// Makes `schema` the current one of the metadata: a new Iceberg schema, or one that was there.
/// A column that was optional stays so, whatever NOT NULL says now (the specification allows no
/// other way), unless it belongs to the key: identifier fields are required.
void EvolveSchema(const columnar::TableSchema& schema, const std::vector<FieldId>& key,
                  iceberg::TableMetadata* metadata);

/// The current schema, as columns. Iceberg counts schemas from 0 and firn from 1: the schema id is
/// one more. DEFAULT expressions live in the catalog only.
/// Errors: kUnsupported for a type that firn does not have.
Result<columnar::TableSchema> TableSchemaOf(const iceberg::TableMetadata& metadata);

}  // namespace firn::lake
