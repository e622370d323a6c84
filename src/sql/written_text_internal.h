// sql: what was written for the engine: expressions, what is asked of their text, their names.
#pragma once

#include <string>
#include <string_view>

#include "sql/tree_internal.h"
#include "sql/value_type_internal.h"

namespace firn::sql {

/// A written expression. What has no type of its own yet keeps what it takes to give it one.
struct Expr {
  enum class Form : uint8_t { kValue, kLiteral, kNull, kParameter, kDefault };
  std::string sql;
  ValueType type;
  Form form = Form::kValue;
  std::string text;      // of a kLiteral, and of a constant text value
  int parameter = 0;     // of a kParameter
  int location = -1;     // byte in the user's text
  bool nonzero = false;  // a number constant other than 0
  bool is_row = false;   // the json object of a row
  /// Of an open numeric made of numerics of several scales, what a sum of it needs: the same as
  /// DECIMAL, and as text the scale it is shown with. Empty: it is not known.
  std::string decimal_sql;
  ValueType decimal_type;
  std::string scale_sql;
  /// Of an average, two aggregates: it is their quotient (QuotientOf) unless `sql` was changed
  /// since.
  std::vector<std::string> divided;
};

/// The numeric that PostgreSQL gives for a / b: text, and slow.
inline std::string QuotientOf(const std::string& a, const std::string& b) {
  return "sql_num_divide(" + a + ", " + b + ")";
}

/// ValueType::user_type of what _pg_expandarray gives, a row (x smallint, n integer) as one int8:
/// x * 65536 + n. JDBC's metadata asks for keys by it; only its fields have a meaning outside.
inline constexpr uint32_t kElementAndPlace = 1;

/// A query whose rows depend on all there are: no filter reaches what is below through it.
std::string Walled(const std::string& sql, const std::string& alias, size_t columns);

/// Written text with `shown` for `value` but in aggregates, where each row has its own, and in
/// what is a key itself.
std::string ShownOutsideAggregates(std::string_view text, std::string_view value,
                                   std::string_view shown, const std::vector<std::string>& keys);
/// Of a name, which has the letters of ASCII only.
std::string AsciiLower(std::string_view sql);
std::string AsciiUpper(std::string_view sql);
/// Whether written text calls one, not over a window.
bool HasAggregate(std::string_view text);
/// Whether a written expression gives another value each time it is evaluated.
bool IsVolatile(std::string_view sql);
/// The name Postgres gives a result column without AS (FigureColname); "?column?" for none.
std::string FigureName(const tree::Json& node);

/// The function whose results the engine orders as PostgreSQL orders these values; "" for none.
std::string_view SortKeyFunction(TypeTag tag);
/// Whether json_agg puts a newline before it, as before rows and arrays (not before NULL).
bool StartsALine(const Expr& value);
/// What ORDER BY is written with: `comparable`, or where the engine orders such values in another
/// way than PostgreSQL, a key.
std::string SortKey(const Expr& expr, const std::string& comparable);

}  // namespace firn::sql
