#include <array>

#include "sql/query.h"

namespace firn::sql {
namespace {

// An argument of a macro is copied wherever it stands: ExpandedBytes in write_result.cc bounds what
// that adds up to. Errors are told as engine::RaiseSql does.
constexpr std::array<std::string_view, 28> kMacros = {
    "CREATE OR REPLACE MACRO firn_quotient(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') ELSE a // b END",
    "CREATE OR REPLACE MACRO firn_remainder(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') ELSE a % b END",
    "CREATE OR REPLACE MACRO firn_ratio(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN "
    "error('firn:22012:division by zero') ELSE a / b END",
    // a / b for integers of the same scale, with 16 digits, rounded half away from zero.
    "CREATE OR REPLACE MACRO firn_divide(a, b) AS CASE WHEN a IS NULL THEN NULL WHEN b = 0 THEN "
    "error('firn:22012:division by zero') ELSE CAST((CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 "
    "END) * ((2 * abs(a) * CAST(10000000000000000 AS HUGEINT) + abs(b)) // (2 * abs(b))) AS "
    "DECIMAL(38,0)) * CAST(0.0000000000000001 AS DECIMAL(17,16)) END",
    "CREATE OR REPLACE MACRO firn_power(a, b) AS CASE WHEN a = 0 AND b < 0 THEN "
    "error('firn:2201F:zero raised to a negative power is undefined') WHEN a < 0 AND b <> floor(b) "
    "THEN error('firn:2201F:a negative number raised to a non-integer power yields a complex "
    "result') WHEN isinf(power(a, b)) AND NOT isinf(a) AND NOT isinf(b) THEN "
    "error('firn:22003:value out of range: overflow') ELSE power(a, b) END",
    "CREATE OR REPLACE MACRO firn_exp(a) AS CASE WHEN isinf(exp(a)) AND NOT isinf(a) THEN "
    "error('firn:22003:value out of range: overflow') ELSE exp(a) END",
    "CREATE OR REPLACE MACRO firn_upper(x) AS CASE WHEN contains(x, 'ß') THEN "
    "array_to_string(list_transform(string_split(x, 'ß'), lambda s: upper(s)), 'ß') ELSE upper(x) "
    "END",
    "CREATE OR REPLACE MACRO firn_reverse(x) AS "
    "array_to_string(list_reverse(regexp_extract_all(x, '(?s).')), '')",
    "CREATE OR REPLACE MACRO firn_chr(n) AS CASE WHEN n = 0 THEN "
    "error('firn:54000:null character not permitted') WHEN n < 0 THEN "
    "error('firn:22023:character number must be positive') WHEN n > 1114111 THEN "
    "error('firn:54000:requested character too large for encoding: ' || n) WHEN n BETWEEN 55296 "
    "AND 57343 THEN error('firn:54000:requested character not valid for encoding: ' || n) ELSE "
    "chr(n) END",
    "CREATE OR REPLACE MACRO firn_lpad(t, n, f) AS CASE WHEN f = '' THEN left(t, CASE WHEN n < 0 "
    "THEN 0 ELSE n END) ELSE lpad(t, CASE WHEN n < 0 THEN 0 ELSE n END, f) END",
    "CREATE OR REPLACE MACRO firn_rpad(t, n, f) AS CASE WHEN f = '' THEN left(t, CASE WHEN n < 0 "
    "THEN 0 ELSE n END) ELSE rpad(t, CASE WHEN n < 0 THEN 0 ELSE n END, f) END",
    "CREATE OR REPLACE MACRO firn_split_part(t, d, n) AS CASE WHEN n = 0 THEN "
    "error('firn:22023:field position must not be zero') WHEN d = '' THEN CASE WHEN n = 1 OR n = "
    "-1 THEN t WHEN t IS NOT NULL AND n IS NOT NULL THEN '' END ELSE split_part(t, d, n) END",
    "CREATE OR REPLACE MACRO firn_substring_from(t, s) AS CASE WHEN s < 1 THEN t ELSE substring(t, "
    "s) END",
    "CREATE OR REPLACE MACRO firn_substring(t, s, n) AS CASE WHEN s IS NULL OR n IS NULL THEN NULL "
    "WHEN n < 0 AND t IS NOT NULL THEN error('firn:22011:negative substring length not allowed') "
    "WHEN s >= 1 THEN substring(t, s, n) ELSE substring(t, 1, greatest(CAST(s AS BIGINT) + n - 1, "
    "0)) END",
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
    "'\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*') THEN CAST(trim(x) AS FLOAT) "
    "WHEN x IS NOT NULL THEN error('firn:22P02:invalid input syntax for type real: \"' || x || "
    "'\"') END",
    "CREATE OR REPLACE MACRO firn_read_float8(x) AS CASE WHEN regexp_full_match(x, "
    "'\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*') THEN CAST(trim(x) AS DOUBLE) "
    "WHEN x IS NOT NULL THEN error('firn:22P02:invalid input syntax for type double precision: "
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
