// table: what DDL does to a table's version in a root.
#pragma once

#include <memory>

#include "base/ids.h"
#include "table/root.h"

namespace firn::table {

/// The same rows under another definition. Rows from now on go to a generation with its columns;
/// those that are there stay as they are, and are read by field id.
std::shared_ptr<TableVersion> Altered(const TableVersion& table,
                                      std::shared_ptr<const catalog::TableDefinition> definition);

/// No rows; the lake learns of it with the next flush round.
std::shared_ptr<TableVersion> Truncated(const TableVersion& table, const lake::HistoryStart& at);

/// Makes the open generation one with the columns of the definition.
void OpenForDefinition(TableVersion& table);

/// LSN of the newest row or TRUNCATE; a flushed table's is at most its flush mark.
Lsn LastChange(const TableVersion& table);

}  // namespace firn::table
