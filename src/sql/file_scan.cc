#include "sql/file_scan.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "columnar/table_schema.h"
#include "engine/scan_source.h"
#include "lake/file_uri.h"
#include "sql/ident.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;

struct HiddenColumn {
  columnar::Field field;
  FieldId id;
};
std::vector<HiddenColumn> HiddenColumns() {
  return {{{std::string(columnar::kLsnColumn), {TypeKind::kInt8}}, columnar::kLsnFieldId},
          {{std::string(columnar::kTimestampColumn), {TypeKind::kTimestamptz}},
           columnar::kTimestampFieldId}};
}

bool IsFloat(const columnar::Column& column) {
  return !column.type.array &&
         (column.type.kind == TypeKind::kFloat4 || column.type.kind == TypeKind::kFloat8);
}

/// Whether a column of the file holds a NaN, or nobody knows.
bool MayHoldNaN(const catalog::TableDefinition& table, const lake::DataFile& file) {
  const auto& columns = table.columns.columns;
  return std::any_of(columns.begin(), columns.end(), [&](const columnar::Column& column) {
    if (!IsFloat(column)) return false;
    const auto* stats = file.Find(column.id);
    return stats == nullptr || stats->nans.value_or(1) > 0;
  });
}

/// How a column is had from a file. The engine cannot take the filters of joins down to a file
/// through a cast of its own (0A000, Bloom filters): a file older than its column's widening is
/// read in its own type and cast outside, where filters on constants still reach the file.
enum class Reading : char {
  kAsIs,
  kNarrow,   // int or real in the file, bigint or double precision in the table
  kShielded  // nobody knows the file's type: no filter reaches the file
};

Reading ReadingOf(const catalog::TableDefinition& table, const columnar::Column& column,
                  const lake::DataFile& file) {
  const auto kind = column.type.kind;
  if (column.type.array) return Reading::kAsIs;
  if (kind == TypeKind::kInt2) return Reading::kNarrow;        // Iceberg has no smallint
  if (table.columns.id == SchemaId(1)) return Reading::kAsIs;  // never altered
  if (kind == TypeKind::kNumeric) return Reading::kShielded;
  if (kind != TypeKind::kInt8 && kind != TypeKind::kFloat8) return Reading::kAsIs;
  const auto* stats = file.Find(column.id);
  if (stats == nullptr || !stats->lower) return Reading::kShielded;
  return stats->lower->size() == 4 ? Reading::kNarrow : Reading::kAsIs;
}

columnar::Type TypeInFile(const columnar::Column& column, Reading reading) {
  if (reading != Reading::kNarrow) return column.type;
  return {column.type.kind == TypeKind::kFloat8 ? TypeKind::kFloat4 : TypeKind::kInt4};
}

/// The engine's name of what files hold of a column.
std::string StoredName(const columnar::Type& type) {
  if (type.kind != TypeKind::kInterval) return columnar::DuckDbName(columnar::Stored(type));
  return type.array ? "VARCHAR[]" : "VARCHAR";
}

/// Whether every file has every column under the name and the type that it has now. The engine then
/// looks into the first one when it plans: it knows how many rows there are about, which the order
/// of joins hangs on, and that a single file has parts for several threads. With a schema given it
/// looks into none: joins of TPC-H took up to three times as long, scans of one file twice.
bool AreAlike(const catalog::TableDefinition& table) {
  if (table.columns.id != SchemaId(1)) return false;  // altered
  std::set<std::string> names = {"file_row_number", "file_index", "filename"};
  for (const auto& column : table.columns.columns) {
    auto name = column.name;  // the engine's names have no case
    for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!names.insert(std::move(name)).second) return false;
  }
  return true;
}

/// Data files that one read_parquet reads.
struct FileLeg {
  bool may_hold_nan = false;
  bool has_hidden = true;         // or they are computed: all rows of a file are of one transaction
  bool by_name = false;           // every column is in the files, under its name
  std::vector<Reading> readings;  // of the table's columns
  std::vector<const lake::DataFile*> files;
};

/// The files of a table, by how they are read.
std::vector<FileLeg> FileLegs(const catalog::TableDefinition& table,
                              const std::vector<const lake::DataFile*>& files) {
  const bool alike = AreAlike(table);
  std::map<std::tuple<bool, bool, bool, std::vector<Reading>>, FileLeg> legs;
  for (const auto* file : files) {
    FileLeg leg{.may_hold_nan = MayHoldNaN(table, *file), .has_hidden = !file->commit_us};
    // A file of a transaction that has not committed has no LSNs, in it or anywhere.
    leg.by_name = alike && (!leg.has_hidden || file->first_lsn != Lsn());
    for (const auto& column : table.columns.columns) {
      leg.readings.push_back(ReadingOf(table, column, *file));
    }
    const auto key = std::tuple(leg.may_hold_nan, !leg.has_hidden, leg.by_name, leg.readings);
    legs.try_emplace(key, std::move(leg)).first->second.files.push_back(file);
  }
  std::vector<FileLeg> found;
  for (auto& [key, leg] : legs) found.push_back(std::move(leg));
  return found;
}

/// In engine text a file's column is named for its field id: a user's may be "file_row_number".
std::string FieldName(FieldId id) {
  return fmt::format("f{}", id);
}

std::string Value(const columnar::Column& column, const std::string& name, Reading reading,
                  bool may_hold_nan) {
  const auto type = columnar::DuckDbName(column.type);
  // A NaN is in no Parquet minimum or maximum, but is above every number to `>`: the engine must
  // not prune such a column by them, and does not see that this expression is one.
  if (may_hold_nan && IsFloat(column)) {
    return fmt::format("CASE WHEN isnan({0}) THEN CAST('nan' AS {1}) ELSE CAST({0} AS {1}) END",
                       name, type);
  }
  if (reading == Reading::kNarrow) return fmt::format("CAST({} AS {})", name, type);
  if (reading == Reading::kAsIs) return FromStored(column.type, name);
  return FromStored(column.type, fmt::format("CASE WHEN {0} IS NULL THEN NULL ELSE {0} END", name));
}

std::string ComputedHidden(const FileLeg& leg) {
  std::string lsns;
  std::string times;
  for (const auto* file : leg.files) {
    const std::string_view comma = lsns.empty() ? "" : ", ";
    lsns += fmt::format("{}{}", comma, file->first_lsn);
    times += fmt::format("{}{}", comma, *file->commit_us);
  }
  constexpr std::string_view kFile = "[CAST(file_index AS BIGINT) + 1]";
  // A list is one constant to the planner when it is given as text.
  return fmt::format(
      "CAST(CAST('[{}]' AS BIGINT[]){} + file_row_number AS BIGINT) AS {}, "
      "make_timestamp(CAST('[{}]' AS BIGINT[]){}) AT TIME ZONE 'UTC' AS {}",
      lsns, kFile, columnar::kLsnColumn, times, kFile, columnar::kTimestampColumn);
}

/// read_parquet by name, or by field id, where a column's name in the file does not matter.
Result<std::string> ScanLeg(const catalog::TableDefinition& table, const FileLeg& leg) {
  auto list = fmt::format("true AS {}, ", QuoteIdentifier(engine::kPresentColumn));
  std::string fields;
  // Returns what a column is called in the engine's text.
  const auto add = [&](FieldId id, const std::string& name, const columnar::Type& type) {
    // Nothing to the engine where the type is the file's; __lsn and smallint[] are others there.
    if (leg.by_name) return fmt::format("CAST({} AS {})", QuoteIdentifier(name), StoredName(type));
    fields += fmt::format("{}{}: {{name: {}, type: {}, default_value: NULL}}",
                          fields.empty() ? ", schema = MAP {" : ", ", id,
                          QuoteLiteral(FieldName(id)), QuoteLiteral(StoredName(type)));
    return FieldName(id);
  };
  for (size_t i = 0; i < table.columns.columns.size(); ++i) {
    const auto& column = table.columns.columns[i];
    const auto name = add(column.id, column.name, TypeInFile(column, leg.readings[i]));
    list += fmt::format("{} AS {}, ", Value(column, name, leg.readings[i], leg.may_hold_nan),
                        QuoteIdentifier(column.name));
  }
  if (leg.has_hidden) {
    std::string_view comma;
    for (const auto& hidden : HiddenColumns()) {
      const auto name = add(hidden.id, hidden.field.name, hidden.field.type);
      list += fmt::format("{}{} AS {}", comma, name, hidden.field.name);
      comma = ", ";
    }
  } else {
    list += ComputedHidden(leg);
  }
  std::string paths;
  for (const auto* file : leg.files) {
    FIRN_TRY(const auto path, lake::LocalPath(file->path));
    paths += (paths.empty() ? "" : ", ") + QuoteLiteral(path);
  }
  if (!fields.empty()) fields += "}";
  return fmt::format("SELECT {} FROM read_parquet([{}]{})", list, paths, fields);
}

}  // namespace

std::string FromStored(const columnar::Type& type, const std::string& value) {
  const bool bare = columnar::IsBare(type);
  if (!bare && type.kind != TypeKind::kInterval) return value;
  if (bare && type.scale == columnar::kAsText) return value;
  const auto one = [&](std::string_view stored) {
    if (!bare) return fmt::format("sql_stored_interval({})", stored);
    if (type.scale == 0) return fmt::format("rtrim(rtrim(CAST({} AS VARCHAR), '0'), '.')", stored);
    // Zeros beyond those that are shown.
    const int beyond = columnar::Stored(type).scale - type.scale;
    auto text = fmt::format("CAST({} AS VARCHAR)", stored);
    if (beyond == 0) return text;
    return fmt::format("(left({0}, -{1}) || rtrim(right({0}, {1}), '0'))", text, beyond);
  };
  if (!type.array) return one(value);
  return fmt::format("list_transform({}, lambda x: {})", value, one("x"));
}

std::vector<std::string> WidenedColumns(const catalog::TableDefinition& table) {
  std::vector<std::string> names;
  if (table.columns.id == SchemaId(1)) return names;  // never altered
  for (const auto& column : table.columns.columns) {
    if (column.type.kind == TypeKind::kInt8) names.push_back(column.name);
  }
  return names;
}

std::vector<columnar::Field> HiddenFields() {
  std::vector<columnar::Field> fields;
  for (auto& hidden : HiddenColumns()) fields.push_back(std::move(hidden.field));
  return fields;
}

Result<std::string> ScanOfFiles(const catalog::TableDefinition& table,
                                const std::vector<const lake::DataFile*>& files) {
  std::string text;
  for (const auto& leg : FileLegs(table, files)) {
    FIRN_TRY(const auto scan, ScanLeg(table, leg));
    text += (text.empty() ? "" : " UNION ALL ") + scan;
  }
  return text;
}

}  // namespace firn::sql
