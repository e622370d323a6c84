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
    "error('firn:0A000:extract of infinity is not supported') ELSE part END",
    "CREATE OR REPLACE MACRO firn_any_part(x, part) AS CASE WHEN isinf(x) THEN CASE WHEN x > DATE "
    "'2000-01-01' THEN CAST('inf' AS DOUBLE) ELSE CAST('-inf' AS DOUBLE) END ELSE part END",
    "CREATE OR REPLACE MACRO firn_read_bool(x) AS CASE WHEN lower(trim(x, ' ')) IN ('t', 'tr', "
    "'tru', 'true', 'y', 'ye', 'yes', 'on', '1') THEN true WHEN lower(trim(x, ' ')) IN ('f', 'fa', "
    "'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0') THEN false WHEN x IS NOT NULL THEN "
    "error('firn:22P02:invalid input syntax for type boolean: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_int2(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?[0-9]+\\s*') THEN CAST(trim(x) AS SMALLINT) WHEN x IS NOT NULL THEN "
    "error('firn:22P02:invalid input syntax for type smallint: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_int4(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?[0-9]+\\s*') THEN CAST(trim(x) AS INTEGER) WHEN x IS NOT NULL THEN "
    "error('firn:22P02:invalid input syntax for type integer: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_int8(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?[0-9]+\\s*') THEN CAST(trim(x) AS BIGINT) WHEN x IS NOT NULL THEN "
    "error('firn:22P02:invalid input syntax for type bigint: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_float4(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*([-+]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:inf|infinity))|(?i:nan))"
    "\\s*') THEN CAST(trim(x) AS FLOAT) WHEN x IS NOT NULL THEN error('firn:22P02:invalid input "
    "syntax for type real: \"' || x || "
    "'\"') END",
    "CREATE OR REPLACE MACRO firn_read_float8(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*([-+]?(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:inf|infinity))|(?i:nan))"
    "\\s*') THEN CAST(trim(x) AS DOUBLE) WHEN x IS NOT NULL THEN error('firn:22P02:invalid input "
    "syntax for type double precision: "
    "\"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_numeric(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*') THEN trim(x) WHEN x IS NOT "
    "NULL THEN error('firn:22P02:invalid input syntax for type numeric: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_date(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\\s*') THEN CAST(trim(x) AS DATE) WHEN x IS NOT NULL THEN "
    "error('firn:22007:invalid input syntax for type date: \"' || x || '\"') END",
    "CREATE OR REPLACE MACRO firn_read_timestamp(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?)?\\s*') "
    "THEN CAST(trim(x) AS TIMESTAMP) WHEN x IS NOT NULL THEN "
    "error('firn:22007:invalid input syntax for type timestamp: \"' || x || '\"') END",
};

}  // namespace

std::vector<std::string_view> EngineMacros() {
  return {kMacros.begin(), kMacros.end()};
}

}  // namespace firn::sql
