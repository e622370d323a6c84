// sql: which data files, and which rows in memory, a query need not look at.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catalog/table_definition.h"
#include "columnar/text_style.h"
#include "lake/footer.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "table/zone_map.h"

namespace firn::sql {

/// Of a table's files those whose bounds do not say that no row fulfils the conditions. Bounds say
/// nothing about columns of most types (only integers, text, dates, timestamps and UUIDs are
/// looked at), nor does a value of another type than the column's. `parameters` may be null.
std::vector<const lake::DataFile*> FilesThatMayMatch(const catalog::TableDefinition& table,
                                                     std::vector<const lake::DataFile*> files,
                                                     const std::vector<ColumnCondition>& conditions,
                                                     const std::vector<BoundParameter>* parameters,
                                                     const columnar::TextStyle& style);

/// In what ranges the values of rows in memory must be to fulfil the conditions: of columns whose
/// values order as numbers, all of which a row must be in.
std::vector<table::ColumnRange> RangesThatMatch(const catalog::TableDefinition& table,
                                                const std::vector<ColumnCondition>& conditions,
                                                const std::vector<BoundParameter>* parameters,
                                                const columnar::TextStyle& style);

/// The least and the greatest value of a column, as table::ColumnRange has values.
struct ColumnExtremes {
  const columnar::Column* column;
  table::ZoneMap::Zone zone;
};

/// Of these columns over all the files, as their bounds say. Nothing unless every file tells.
std::optional<std::vector<ColumnExtremes>> ExtremesOfFiles(
    const catalog::TableDefinition& table, const std::set<std::string>& columns,
    const std::vector<const lake::DataFile*>& files);

/// Whether no value of a column of floats is infinite or NaN, as the files' bounds and counts say.
bool AllFinite(const columnar::Column& column, const std::vector<const lake::DataFile*>& files);

}  // namespace firn::sql
