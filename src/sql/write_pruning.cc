// What keeps the engine from leaving rows of files out where it must not.
//
// While a query runs the engine learns two things that it takes down to the files and compares with
// their minima and maxima: the bound of ORDER BY … LIMIT, and the range of the keys that a join
// waits for. It takes both through what changes their meaning:
//
// - the bound through casts between integers, as the bytes of another type: it is compared with
//   what is stored only where that is the very column, or an integer for a smallint, which files
//   have as one;
// - the bound through an outer join: a row loses the partner that was left out and comes first,
//   where NULLs do;
// - the range through LIMIT and DISTINCT ON: other rows are among those that are kept.
//
// It sees through no call: least(x, NULL) is x, and a wall.
#include <algorithm>

#include "sql/query_writer_internal.h"

namespace firn::sql {
using enum TypeTag;

bool QueryWriter::IsStored(const Scope* scope, const std::string& sql, bool may_be_missing) {
  if (scope == nullptr) return false;
  return std::any_of(
      scope->relations.begin(), scope->relations.end(), [&](const Relation& relation) {
        if (relation.nullable && !may_be_missing) return false;
        const auto& columns = relation.columns;
        return std::any_of(columns.begin(), columns.end(), [&](const VisibleColumn& column) {
          return column.stored && column.sql == sql;
        });
      });
}

std::string QueryWriter::BoundKey(const Expr& expr, const Scope* scope, bool nulls_first) {
  if (IsStored(scope, expr.sql, !nulls_first)) {
    return expr.type.tag == kInt2 ? fmt::format("CAST({} AS INTEGER)", expr.sql) : expr.sql;
  }
  const bool has_bound = !IsArray(expr.type.tag) && expr.sql.find("SELECT ") == std::string::npos;
  return has_bound ? fmt::format("least({}, NULL)", expr.sql) : expr.sql;
}

void QueryWriter::MarkStored(const Scope& scope, Block& block) {
  for (auto& output : block.outputs) output.stored = IsStored(&scope, output.expr.sql, false);
}

std::string Walled(const std::string& sql, const std::string& alias, size_t columns) {
  std::string list;
  std::string names;
  for (size_t i = 1; i <= columns; ++i) {
    list += fmt::format("{}least(c{}, NULL)", i > 1 ? ", " : "", i);
    names += fmt::format("{}c{}", i > 1 ? ", " : "", i);
  }
  return fmt::format("SELECT {} FROM ({}) AS {}({})", list, sql, alias, names);
}

Result<QueryWriter::Finished> QueryWriter::FinishInside(
    Block&& block, std::span<const std::optional<ValueType>> wanted) {
  const bool cut = !block.limit.empty() || !block.distinct_on.empty();
  FIRN_TRY(auto finished, Finish(std::move(block), wanted));
  if (cut) finished.sql = Walled(finished.sql, NewAlias('r'), finished.types.size());
  return finished;
}

}  // namespace firn::sql
