#include "sql/table_scan.h"

#include <algorithm>
#include <atomic>
#include <map>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "columnar/table_schema.h"
#include "sql/file_scan.h"
#include "sql/ident.h"
#include "table/distinct_values.h"

namespace firn::sql {
namespace {

// So many values have a byte's place each.
constexpr uint64_t kNarrowValues = 256;
// Of a column, by the session's own thread, to know what it holds: some 2 ms.
constexpr int64_t kRowsReadAtOnce = 2 << 20;
constexpr int64_t kTextsReadAtOnce = 256 << 10;

/// Every leg of a scan has the same columns: one that costs nothing, because the engine reads the
/// first where a query needs none; the table's own, then the hidden ones.
std::string ColumnList(const catalog::TableDefinition& table) {
  auto list = QuoteIdentifier(engine::kPresentColumn) + ", ";
  for (const auto& column : table.columns.columns) {
    const auto name = QuoteIdentifier(column.name);
    const auto value = FromStored(column.type, name);
    list += value == name ? name : fmt::format("{} AS {}", value, name);
    list += ", ";
  }
  return list + fmt::format("{}, {}", columnar::kLsnColumn, columnar::kTimestampColumn);
}

/// One row of these values, by column, and of NULLs.
std::string RowLeg(const catalog::TableDefinition& table,
                   const std::map<std::string, std::string>& values) {
  auto list = "true AS " + QuoteIdentifier(engine::kPresentColumn);
  const auto add = [&](const std::string& name, const columnar::Type& type) {
    const auto value = values.find(name);
    list += fmt::format(", CAST({} AS {}) AS {}", value == values.end() ? "NULL" : value->second,
                        columnar::DuckDbName(type), QuoteIdentifier(name));
  };
  for (const auto& column : table.columns.columns) add(column.name, column.type);
  for (const auto& hidden : HiddenFields()) add(hidden.name, hidden.type);
  return "SELECT " + list;
}

/// A value as Arrow has it.
std::string EngineValue(const columnar::Type& type, int64_t value) {
  switch (type.kind) {
    case columnar::TypeKind::kDate:
      return fmt::format("DATE '1970-01-01' + CAST({} AS INTEGER)", value);
    case columnar::TypeKind::kTimestamp:
      return fmt::format("make_timestamp({})", value);
    case columnar::TypeKind::kTimestamptz:
      return fmt::format("make_timestamp({}) AT TIME ZONE 'UTC'", value);
    default:
      return std::to_string(value);
  }
}

/// Two rows that have what all the rows have at the least and at the most.
std::string ExtremesLeg(const catalog::TableDefinition& table,
                        const std::vector<ColumnExtremes>& extremes) {
  std::map<std::string, std::string> least;
  std::map<std::string, std::string> greatest;
  for (const auto& over : extremes) {
    if (over.zone.least > over.zone.greatest) continue;
    const auto& column = *over.column;
    least[column.name] = EngineValue(column.type, over.zone.least);
    greatest[column.name] = EngineValue(column.type, over.zone.greatest);
  }
  return RowLeg(table, least) + " UNION ALL " + RowLeg(table, greatest);
}

/// Each value of a column of integers once, where the engine finds those in a table of so few
/// places that it needs no hashes.
std::string DistinctLeg(const columnar::Column& column, const table::ZoneMap::Zone& zone,
                        const std::string& rows) {
  const bool narrow =
      zone.least <= zone.greatest &&
      static_cast<uint64_t>(zone.greatest) - static_cast<uint64_t>(zone.least) < kNarrowValues;
  const auto name = QuoteIdentifier(column.name);
  if (!narrow) return fmt::format("SELECT {} FROM ({})", name, rows);
  // Neither sum nor difference leaves the column's type.
  const auto type = columnar::DuckDbName(column.type);
  return fmt::format(
      "SELECT CAST(n + {0} AS {1}) AS {2} FROM (SELECT CAST({2} - {0} AS UTINYINT) AS n FROM ({3}) "
      "GROUP BY 1)",
      fmt::format("CAST('{}' AS {})", zone.least, type), type, name, rows);
}

std::vector<const lake::DataFile*> Pointers(const std::vector<lake::DataFile>& files) {
  std::vector<const lake::DataFile*> pointers;
  for (const auto& file : files) pointers.push_back(&file);
  return pointers;
}

/// Of these rows those that were there then.
std::string Until(const PastPoint& past, const std::string& rows) {
  return past.kind == PastPoint::Kind::kLsn
             ? fmt::format("SELECT * FROM ({}) WHERE {} <= {}", rows, columnar::kLsnColumn,
                           past.value)
             : fmt::format("SELECT * FROM ({}) WHERE {} <= make_timestamp({}) AT TIME ZONE 'UTC'",
                           rows, columnar::kTimestampColumn, past.value);
}

bool IsText(const columnar::Type& type) {
  const bool text =
      type.kind == columnar::TypeKind::kText || type.kind == columnar::TypeKind::kVarchar;
  return text && !type.array && type.user_type == 0;
}

bool IsInteger(const columnar::Type& type) {
  const bool whole = type.kind == columnar::TypeKind::kInt2 ||
                     type.kind == columnar::TypeKind::kInt4 ||
                     type.kind == columnar::TypeKind::kInt8;
  return whole && !type.array && type.user_type == 0;
}

/// Whether rows in memory may have each of the values once.
bool IsCounted(const columnar::Type& type) {
  const bool date = type.kind == columnar::TypeKind::kDate && !type.array && type.user_type == 0;
  return IsInteger(type) || date;
}

}  // namespace

std::string EmptyScan(const catalog::TableDefinition& table) {
  return RowLeg(table, {}) + " WHERE false";
}

SeenTable::SeenTable(SessionContext& session,
                     std::shared_ptr<const catalog::TableDefinition> definition,
                     const TableReference& reference, const std::vector<BoundParameter>* parameters,
                     std::shared_ptr<const PastPoint> past)
    : session_(session),
      definition_(std::move(definition)),
      past_(std::move(past)),
      summary_(past_ == nullptr && reference.only ? &*reference.only : nullptr) {
  std::tie(version_, snapshot_) = session.transaction.VersionOf(definition_);
  const auto& style = *session.settings.text_style();
  files_ = FilesThatMayMatch(*definition_, AllFiles(), reference.conditions, parameters, style);
  ranges_ = RangesThatMatch(*definition_, reference.conditions, parameters, style);
  const auto* own = session.transaction.FindBuffer(definition_->id);
  if (past_ == nullptr && own != nullptr) own_rows_ = own->batches();
  coded_ = FindCoded(reference.grouped);
  if (summary_ != nullptr && !summary_->distinct.empty()) distinct_ = IndexOf(summary_->distinct);
  if (distinct_ >= 0 && !IsCounted(ColumnAt(distinct_).type)) distinct_ = -1;
  if (summary_ != nullptr && !summary_->extremes.empty() && !files_.empty()) {
    file_extremes_ = ExtremesOfFiles(*definition_, summary_->extremes, files_);
  }
}

std::vector<const lake::DataFile*> SeenTable::AllFiles() const {
  if (!has_hot_rows()) return Pointers(past_->files);
  std::vector<const lake::DataFile*> files;
  for (const auto& file : version_->lake_files) files.push_back(file.get());
  for (const auto& file : version_->added_files) files.push_back(file.get());
  const auto* own = session_.transaction.FindBuffer(definition_->id);
  if (past_ != nullptr || own == nullptr) return files;
  for (const auto& file : own->files()) files.push_back(&file);
  return files;
}

Result<std::string> SeenTable::ScanFiles() const {
  if (file_extremes_) return ExtremesLeg(*definition_, *file_extremes_);
  auto rows = ScanOfFiles(*definition_, files_);
  if (distinct_ < 0 || !rows || rows->empty()) return rows;
  const auto& column = ColumnAt(distinct_);
  const auto known =
      IsInteger(column.type) ? ExtremesOfFiles(*definition_, {column.name}, files_) : std::nullopt;
  return DistinctLeg(column, known ? known->front().zone : table::ZoneMap::Zone(), *rows);
}

Result<std::string> SeenTable::ScanRows(std::vector<engine::ScanHandle>& handles) const {
  FIRN_TRY(auto text, ScanFiles());
  const bool hot = !own_rows_.empty() || !table::HotRowsEmpty(snapshot_, *version_);
  if (has_hot_rows() && hot) {
    const bool extremes = summary_ != nullptr && !summary_->extremes.empty();
    handles.push_back(session_.services.engine.Register(table::HotRows(
        snapshot_, version_, own_rows_,
        {.ranges = ranges_, .extremes = extremes, .coded = coded_, .distinct = HotDistinct()})));
    if (!text.empty()) text += " UNION ALL ";
    auto columns =
        distinct_ < 0 ? ColumnList(*definition_) : QuoteIdentifier(ColumnAt(distinct_).name);
    for (const auto& coded : coded_) {
      const auto name = QuoteIdentifier(table::CodeColumn(ColumnAt(coded.column).name));
      columns += fmt::format(", CAST({0} AS UTINYINT) AS {0}", name);
    }
    text += fmt::format("SELECT {} FROM {}", columns, handles.back().sql());
  }
  if (text.empty()) return EmptyScan(*definition_);
  return past_ == nullptr || !has_hot_rows() ? text : Until(*past_, text);
}

Result<std::string> SeenTable::Scan(std::vector<engine::ScanHandle>& handles) const {
  const bool counted = summary_ != nullptr && summary_->distinct.empty();
  if (counted && summary_->extremes.empty()) return std::string("SELECT 1");
  return ScanRows(handles);
}

// Only rows in memory have numbers: files have dictionaries, which the engine reads as such.
std::vector<table::NeededRows::Coded> SeenTable::FindCoded(
    const std::vector<std::string>& grouped) const {
  std::vector<table::NeededRows::Coded> found;
  if (past_ != nullptr || summary_ != nullptr || !files_.empty()) return found;
  for (const auto& name : grouped) {
    const int column = IndexOf(name);
    const auto known = [column](const auto& coded) { return coded.column == column; };
    if (column < 0 || std::any_of(found.begin(), found.end(), known)) continue;
    if (!IsText(ColumnAt(column).type) || IndexOf(table::CodeColumn(name)) >= 0) continue;
    const auto texts = HotTexts(column);
    if (texts != nullptr && !texts->texts().empty()) found.push_back({column, texts});
  }
  return found;
}

std::vector<ResolvedTable::Coded> SeenTable::Coded() const {
  std::vector<ResolvedTable::Coded> all;
  for (const auto& coded : coded_) {
    const auto& name = ColumnAt(coded.column).name;
    all.push_back({name, table::CodeColumn(name), coded.texts->texts()});
  }
  return all;
}

int SeenTable::IndexOf(const std::string& name) const {
  const auto& columns = definition_->columns.columns;
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const auto& column) { return column.name == name; });
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

std::optional<table::ZoneMap::Zone> SeenTable::HotZone(int column) const {
  if (!table::HaveZones(*version_, own_rows_, column)) return {};
  int64_t rows_left = kRowsReadAtOnce;
  for (const auto& batch : own_rows_) rows_left -= batch->num_rows();
  if (rows_left < 0) return {};  // nobody remembers what these hold
  rows_left = kRowsReadAtOnce;
  auto zone = table::HotZone(snapshot_, *version_, own_rows_, column, &rows_left);
  if (!zone) {
    Learn([snapshot = snapshot_, version = version_, column] {
      (void)table::HotZone(snapshot, *version, {}, column);
    });
  }
  return zone;
}

std::shared_ptr<const table::TextCodes> SeenTable::HotTexts(int column) const {
  if (table::HotRowsEmpty(snapshot_, *version_) && own_rows_.empty()) return nullptr;
  int64_t rows_left = kTextsReadAtOnce;
  auto texts = table::HotTexts(snapshot_, *version_, own_rows_, column, &rows_left);
  // Not where they are too many.
  if (texts == nullptr && rows_left < 0) {
    Learn([snapshot = snapshot_, version = version_, column] {
      (void)table::HotTexts(snapshot, *version, {}, column);
    });
  }
  return texts;
}

void SeenTable::Learn(std::function<void()> learn) const {
  static std::atomic<bool> learning{false};  // one at a time, of all sessions
  if (learning.exchange(true)) return;
  asio::post(session_.services.workers.pool(), [learn = std::move(learn)] {
    learn();
    learning = false;
  });
}

std::optional<table::NeededRows::Distinct> SeenTable::HotDistinct() const {
  const auto zone = distinct_ < 0 ? std::nullopt : HotZone(distinct_);
  if (!zone || !table::DistinctValues::Fit(*zone)) return {};
  return table::NeededRows::Distinct{.column = distinct_, .zone = *zone};
}

bool SeenTable::AllFinite(const std::string& name) const {
  const int column = IndexOf(name);
  if (column < 0 || past_ != nullptr) return false;
  if (!sql::AllFinite(ColumnAt(column), files_)) return false;
  const auto hot = HotZone(column);
  return hot && table::AllFinite(*hot, *definition_->ArrowSchema()->field(column)->type());
}

std::map<std::string, std::shared_ptr<arrow::Array>> SeenTable::KnownExtremes() const {
  std::map<std::string, std::shared_ptr<arrow::Array>> known;
  if (!files_.empty() && !file_extremes_) return known;
  for (const auto& name : summary_->extremes) {
    const int index = IndexOf(name);
    if (index < 0 || ColumnAt(index).type.user_type != 0) continue;
    const auto type = definition_->ArrowSchema()->field(index)->type();
    auto zone = table::ZoneMap::Has(*type) ? HotZone(index) : std::nullopt;
    if (!zone) continue;
    for (const auto& files : file_extremes_.value_or(std::vector<ColumnExtremes>())) {
      if (files.column->name == name) zone->Join(files.zone);
    }
    known[name] = table::ValuesOf(*zone, type);
  }
  return known;
}

int64_t SeenTable::CountRows() const {
  int64_t rows = table::HotRowCount(snapshot_, *version_);
  for (const auto* file : files_) rows += file->rows;
  for (const auto& batch : own_rows_) rows += batch->num_rows();
  return rows;
}

}  // namespace firn::sql
