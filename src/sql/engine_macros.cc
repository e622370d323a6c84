#include <array>

#include "sql/query.h"

namespace firn::sql {
namespace {

// An argument of a macro is copied wherever it stands: ExpandedBytes in write_result.cc bounds what
// that adds up to. Errors are told as engine::RaiseSql does.
constexpr std::array<std::string_view, 19> kMacros = {
    "CREATE OR REPLACE MACRO firn_quotient(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') ELSE a // b END",
    "CREATE OR REPLACE MACRO firn_remainder(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') ELSE a % b END",
    "CREATE OR REPLACE MACRO firn_int_remainder(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') WHEN b = -1 THEN a - a ELSE a % b END",
    // A sum of finite numbers is finite, or there is none.
    "CREATE OR REPLACE MACRO firn_float_sum(total, finite) AS CASE WHEN finite AND NOT "
    "isfinite(total) THEN error('firn:22003:value out of range: overflow') ELSE total END",
    // Of values that are not finite the engine has no variance, PostgreSQL has NaN: they are kept
    // from the aggregate, `finite` says whether there were none.
    "CREATE OR REPLACE MACRO firn_moment(finite, moment) AS CASE WHEN finite THEN moment WHEN NOT "
    "finite THEN CAST('nan' AS DOUBLE) END",
    "CREATE OR REPLACE MACRO firn_finite(a) AS CASE WHEN isfinite(a) THEN a END",
    // Of two values the pair counts, where both are known.
    "CREATE OR REPLACE MACRO firn_finite_pair(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL "
    "THEN isfinite(a) AND isfinite(b) END",
    "CREATE OR REPLACE MACRO firn_finite_beside(a, b) AS CASE WHEN b IS NOT NULL THEN isfinite(a) "
    "END",
    "CREATE OR REPLACE MACRO firn_of_pair(a, b) AS CASE WHEN isfinite(a) AND isfinite(b) THEN a "
    "END",
    "CREATE OR REPLACE MACRO firn_beside_finite(a, b) AS CASE WHEN isfinite(b) THEN a END",
    // bpchar: the blanks at its end are shown, but not compared.
    "CREATE OR REPLACE MACRO firn_char_key(a) AS rtrim(a, ' ')",
    "CREATE OR REPLACE MACRO firn_substring_from(t, s) AS CASE WHEN s < 1 THEN t ELSE substring(t, "
    "s) END",
    // Dates and timestamps: the engine's "(BC)" stands before the time, Postgres's BC at the end.
    "CREATE OR REPLACE MACRO firn_time_text(x) AS CASE WHEN contains(CAST(x AS VARCHAR), ' (BC)') "
    "THEN replace(CAST(x AS VARCHAR), ' (BC)', '') || ' BC' ELSE CAST(x AS VARCHAR) END",
    // There is no year 0: the engine counts 1 BC as 0, Postgres as -1.
    "CREATE OR REPLACE MACRO firn_year(y) AS CASE WHEN y > 0 THEN y ELSE y - 1 END",
    "CREATE OR REPLACE MACRO firn_decade(y) AS CASE WHEN y >= 0 THEN y // 10 ELSE -((9 - y) // 10) "
    "END",
    "CREATE OR REPLACE MACRO firn_finite_part(x, part) AS CASE WHEN isinf(x) THEN "
    "error('firn:0A000:extract of infinity is not supported\x1fUse isfinite() to leave it out, or "
    "date_part().') ELSE part END",
    // The engine's calendar begins earlier: PostgreSQL's first timestamp is 4714-11-24 BC.
    "CREATE OR REPLACE MACRO firn_stamp(x) AS CASE WHEN isfinite(x) AND x < make_timestamp(CAST("
    "-210866803200000000 AS BIGINT)) THEN error('firn:22008:timestamp out of range') ELSE x END",
    "CREATE OR REPLACE MACRO firn_days(a, b) AS CASE WHEN isinf(a) OR isinf(b) THEN "
    "error('firn:22008:cannot subtract infinite dates') ELSE CAST((a - b) AS INTEGER) END",
    "CREATE OR REPLACE MACRO firn_any_part(x, part) AS CASE WHEN isinf(x) THEN CASE WHEN x > DATE "
    "'2000-01-01' THEN CAST('inf' AS DOUBLE) ELSE CAST('-inf' AS DOUBLE) END ELSE part END",
};

}  // namespace

std::vector<std::string_view> EngineMacros() {
  return {kMacros.begin(), kMacros.end()};
}

}  // namespace firn::sql
