// sql: a name as a statement says it.
#pragma once

#include <string>

namespace firn::sql {

/// A table as named in a statement; names are already folded to lower case by the grammar.
struct TableName {
  std::string schema;  // empty: not said
  std::string name;
  int position = 0;  // character in the whole text

  bool operator==(const TableName&) const = default;
};

}  // namespace firn::sql
