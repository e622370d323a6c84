// sql: data files as engine text, the cold legs of a table's scan.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "columnar/types.h"
#include "lake/footer.h"

namespace firn::sql {

/// What every stored row has besides its own columns: __lsn and __timestamp.
std::vector<columnar::Field> HiddenFields();

/// Columns that some files may hold in another type.
std::vector<std::string> WidenedColumns(const catalog::TableDefinition& table);

/// What queries see of a column, as engine text, from what tables and files hold of it.
std::string FromStored(const columnar::Type& type, const std::string& value);

/// The rows of data files by field id: the table's columns and the hidden ones. Nothing for no
/// files. Errors: a path that is not local.
Result<std::string> ScanOfFiles(const catalog::TableDefinition& table,
                                const std::vector<const lake::DataFile*>& files);

}  // namespace firn::sql
