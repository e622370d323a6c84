// sql: a recorded foreign key's REFERENCES clause, read back from its text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sql/pg_catalog/facts.h"
#include "sql/table_name.h"

namespace firn::sql::pg_catalog {

struct ForeignKey {
  TableName table;
  std::vector<std::string> columns;  // empty: the table's key
  char on_update = 'a';              // as pg_constraint.confupdtype
  char on_delete = 'a';
  bool deferrable = false;
  bool deferred = false;
};

/// Of Constraint::expression. Nothing when it is no such clause.
std::optional<ForeignKey> ReadForeignKey(const std::string& expression);

/// What it refers to now; null: there is no such table.
const Class* TargetOf(const Facts& facts, const ForeignKey& key);
/// Numbers of the columns it refers to.
std::vector<int> TargetColumns(const Facts& facts, const ForeignKey& key, const Class& target);
/// "REFERENCES shop.item(code, shelf) ON DELETE CASCADE DEFERRABLE".
std::string ReferencesText(const Facts& facts, const ForeignKey& key);

}  // namespace firn::sql::pg_catalog
