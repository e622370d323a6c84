// sql: which data files a query need not open.
#pragma once

#include <vector>

#include "catalog/table_definition.h"
#include "columnar/text_style.h"
#include "lake/footer.h"
#include "sql/parameters.h"
#include "sql/query.h"

namespace firn::sql {

/// Of a table's files those whose bounds do not say that no row fulfils the conditions. Bounds say
/// nothing about columns of most types (only integers, text, dates, timestamps and UUIDs are
/// looked at), nor does a value of another type than the column's. `parameters` may be null.
std::vector<const lake::DataFile*> FilesThatMayMatch(const catalog::TableDefinition& table,
                                                     std::vector<const lake::DataFile*> files,
                                                     const std::vector<ColumnCondition>& conditions,
                                                     const std::vector<BoundParameter>* parameters,
                                                     const columnar::TextStyle& style);

}  // namespace firn::sql
