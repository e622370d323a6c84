// sql: what names mean inside a query: relations of FROM clauses, common table expressions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/parse.h"
#include "sql/tree_internal.h"
#include "sql/value_type_internal.h"

namespace firn::sql {

/// A column that can be named, and the engine's text for it ("r1"."c2").
struct VisibleColumn {
  std::string name;
  std::string sql;
  ValueType type;
  bool hidden = false;  // by name only, not by *
  std::string denied;   // the table that its role may not read it of; empty: it may
  bool outer = false;   // as found: of a query around the one that names it
  bool stored = false;  // as files hold it: the engine may compare it with what they say of it
};

/// A FROM item as seen by alias.column.
struct Relation {
  std::string alias;
  std::string schema;  // of a table without an alias: schema.table.column works too
  std::vector<VisibleColumn> columns;
  std::vector<std::string> key;  // names of the columns of a table's PRIMARY KEY; empty: none
  bool nullable = false;         // an outer join may have no row of it
  bool scalar = false;           // of a function without columns: its name is also its value's
};

/// The names of one FROM clause; `columns` are what a bare name and * mean (a column merged by
/// USING is there once).
struct Scope {
  const Scope* outer = nullptr;
  std::vector<Relation> relations;
  std::vector<VisibleColumn> columns;

  /// Joins the names of another FROM item. Errors: 42712 for an alias used twice.
  Status Add(Scope&& other, const Statement& statement, int location);
};

struct CommonTable {
  std::string engine_name;
  std::vector<std::pair<std::string, ValueType>> columns;
  std::vector<bool> stored = {};  // VisibleColumn::stored, of its first columns
};

/// The common table expressions that can be named here, inner ones first.
struct CommonTables {
  const CommonTables* outer = nullptr;
  std::map<std::string, CommonTable, std::less<>> tables;

  const CommonTable* Find(std::string_view name) const;
};

/// A column by "c", "t.c" or "s.t.c", from the inside out.
/// Errors: 42703, 42702, 42P01; 0A000 for a whole row.
/// 42501 for a column that may not be read.
Status CheckReadable(const VisibleColumn& column, const Statement& statement, int location);

Result<VisibleColumn> FindColumn(const Scope* scope, const Statement& statement, int location,
                                 const std::vector<std::string>& names);
/// The relation of "t.*" or "s.t.*", or null.
const Relation* FindRelation(const Scope* scope, const std::vector<std::string>& names);

/// Where an expression stands.
struct Place {
  const Scope* scope = nullptr;
  const CommonTables* tables = nullptr;
  const tree::Json* windows = nullptr;  // the WINDOW clause
  std::string_view no_aggregates;       // "WHERE": why there can be none; empty: there can
  std::string_view no_windows;
  bool sets = false;     // a select list, where a function may return several rows
  bool one_row = false;  // in a query without GROUP BY that is all of the statement
};

}  // namespace firn::sql
