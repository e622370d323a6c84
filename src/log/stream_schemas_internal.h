// log: the schemas of the streams in a group and the marks by which a reader tells them apart.
//
// Every stream's schema metadata has the key "firn":
//   "group/1", "table <uuid> <schema id> <name>", "catalog", "transactions", "state".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/type.h>

#include "base/ids.h"
#include "base/result.h"

namespace firn::log {

inline constexpr std::string_view kStreamKey = "firn";
inline constexpr std::string_view kVictimLsnColumn = "__victim_lsn";
inline constexpr std::string_view kVictimFileColumn = "__victim_file";
inline constexpr std::string_view kVictimPositionColumn = "__victim_position";
inline constexpr int kVictimColumns = 3;

enum class StreamKind : uint8_t { kTable, kCatalog, kTransactions, kState };

/// What the mark says; the last three are of table streams only.
struct StreamMark {
  StreamKind kind = StreamKind::kTable;
  TableId table;
  SchemaId schema_id{0};
  std::string name;
};
std::string MarkText(const StreamMark& mark);
Result<StreamMark> ParseMark(std::string_view text);

const std::shared_ptr<arrow::Schema>& CatalogStreamSchema();
const std::shared_ptr<arrow::Schema>& TransactionsStreamSchema();
const std::shared_ptr<arrow::Schema>& StateStreamSchema();

/// dictionary<int8, utf8>; in memory the codes alone are used (ChangeType).
const std::shared_ptr<arrow::DataType>& ChangeTypeArrowType();
const std::shared_ptr<arrow::Array>& ChangeTypeNames();

/// What a table stream is in the file, from what a row batch is in memory: uuids are marked as
/// arrow.uuid, __change_type is put before __timestamp, victims (if any) go to the end.
std::shared_ptr<arrow::Schema> FileSchema(const arrow::Schema& rows, const StreamMark& mark,
                                          bool victims);
/// arrow.uuid said with field metadata, and that undone, whether or not Arrow knows the type.
std::shared_ptr<arrow::Field> MarkUuid(const std::shared_ptr<arrow::Field>& field);
std::shared_ptr<arrow::Field> UnmarkUuid(const std::shared_ptr<arrow::Field>& field);
std::shared_ptr<arrow::Schema> MarkUuids(const arrow::Schema& schema);
std::shared_ptr<arrow::Schema> UnmarkUuids(const arrow::Schema& schema);

}  // namespace firn::log
