// sql: a query that is being written for the engine, in parts that can still change.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sql/scope_internal.h"
#include "sql/value_type_internal.h"
#include "sql/written_text_internal.h"

namespace firn::sql {

struct WrittenOutput {
  std::string name;
  Expr expr;
  bool returns_set = false;  // it has several rows for one
  bool stored = false;       // VisibleColumn::stored
};

/// A value that rows are grouped by by a key.
struct GroupedValue {
  Expr value;
  std::string shown;  // of a group
};

/// A query whose outputs can still be cast.
struct WrittenBlock {
  std::string with;
  std::string head = "SELECT ";
  std::vector<WrittenOutput> outputs;
  std::string tail;  // FROM … HAVING
  std::string order;
  std::string limit;
  bool distinct = false;                 // SELECT DISTINCT
  std::vector<std::string> distinct_on;  // what is compared of DISTINCT ON
  std::vector<std::string> keys;         // what GROUP BY has
  bool grouping_sets = false;            // it has ROLLUP, CUBE or GROUPING SETS
  std::vector<GroupedValue> grouped;     // the values that are not their own keys
  std::set<std::string> columns;         // of integers, that GROUP BY has
  std::vector<std::vector<Expr>> rows;   // VALUES, instead of head and tail
};

/// A block as text, its columns' types settled.
struct FinishedBlock {
  std::string sql;
  std::vector<ValueType> types;
};

/// A FROM item: its text and the names it brings.
struct WrittenFromItem {
  std::string sql;
  Scope names;
};

/// The numbers of a column of few texts.
struct TextNumbers {
  std::string sql;
  std::vector<std::string> texts;  // from number 1
};

}  // namespace firn::sql
