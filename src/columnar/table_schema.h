// columnar: a table's columns at one schema id.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "base/result.h"
#include "columnar/types.h"

namespace firn::columnar {

/// The columns every stored row has besides its own, and their field ids: they are in the log
/// and in data files, never in the Iceberg schema.
inline constexpr std::string_view kLsnColumn = "__lsn";
inline constexpr std::string_view kTimestampColumn = "__timestamp";
inline constexpr std::string_view kChangeTypeColumn = "__change_type";
inline constexpr FieldId kLsnFieldId{2147480001};
inline constexpr FieldId kTimestampFieldId{2147480002};

/// Arrow field metadata key that Parquet and the log share.
inline constexpr std::string_view kFieldIdKey = "PARQUET:field_id";

struct Column {
  FieldId id;
  std::string name;
  Type type;
  bool not_null = false;
  std::string default_sql;  // the DEFAULT expression as written, or empty
  // Of the elements of an array: given out once as `id` is, from TableSchema::last_field_id.
  FieldId element_id{0};

  bool operator==(const Column&) const = default;
};

struct TableSchema {
  SchemaId id{1};
  std::vector<Column> columns;
  int32_t last_field_id = 0;  // highest ever given out

  bool operator==(const TableSchema&) const = default;
  /// Index of a column by exact name, or -1.
  int Find(std::string_view name) const;
};

/// One column as an Arrow field: what a table keeps of its type (Stored), nullability,
/// PARQUET:field_id, that of an array's element in the list's own field.
std::shared_ptr<arrow::Field> ArrowField(const Column& column);
std::shared_ptr<arrow::Schema> ArrowSchema(const std::vector<Column>& columns);
/// The columns as Arrow fields.
std::shared_ptr<arrow::Schema> ArrowSchema(const TableSchema& schema);
/// The same with __lsn (uint64) and __timestamp (timestamp[us, UTC]) behind: what a data file
/// holds.
std::shared_ptr<arrow::Schema> StoredArrowSchema(const TableSchema& schema);

std::string ToJson(const TableSchema& schema);
Result<TableSchema> TableSchemaFromJson(std::string_view json);

}  // namespace firn::columnar
