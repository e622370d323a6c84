// sql: facts of PostgreSQL 15's system relations as text; tools/catalog-data writes the sources.
#pragma once

#include <string_view>

namespace firn::sql::pg_catalog {

/// A relation per line: name oid relkind column:type… ("!" behind it: NOT NULL). A line that
/// begins with blanks goes on with the one before.
std::string_view PgCatalogColumns();
std::string_view StatisticsColumns();
std::string_view InformationSchemaColumns();
/// A type per line: oid typname typlen typbyval typtype typcategory typispreferred typdelim
/// typelem typarray typinput … as in the query of tools/catalog-data.
std::string_view Types();
/// The rows of relations that never change: a line "[pg_am]", then a row per line.
std::string_view FixedRows();

}  // namespace firn::sql::pg_catalog
