// sql: a name as a statement says it.
#pragma once

#include <memory>
#include <string>

namespace firn::sql {

struct PastPoint;

/// A table as named in a statement; names are already folded to lower case by the grammar.
struct TableName {
  std::string schema;  // empty: not said
  std::string name;
  int position = 0;  // character in the whole text
  /// Null: as it is now.
  std::shared_ptr<const PastPoint> past;

  bool operator==(const TableName&) const = default;
};

}  // namespace firn::sql
