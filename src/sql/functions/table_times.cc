#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[scalar]
date(timestamp) date : CAST($1 AS DATE)
date(timestamptz) date : CAST(sql_tz_local($1, $zone) AS DATE)
date_part(text date) float8 : !extract
date_part(text timestamp) float8 : !extract
date_part(text timestamptz) float8 : !extract
date_part(text interval) float8 : !extract
date_part(text time) float8 : !extract
date_part(text timetz) float8 : -
date_trunc(text timestamp) timestamp : !date_trunc
date_trunc(text timestamptz) timestamptz : !date_trunc
date_trunc(text timestamptz text) timestamptz : sql_tz_trunc_at($1, $2, $3)
date_trunc(text interval) interval : sql_interval_trunc($1, $2)
extract(text date) numeric : !extract
extract(text timestamp) numeric : !extract
extract(text timestamptz) numeric : !extract
extract(text interval) numeric : !extract
extract(text time) numeric : !extract
extract(text timetz) numeric : -
timezone(text timestamp) timestamptz : !timezone
timezone(text timestamptz) timestamp : !timezone
timezone(text timetz) timetz : -
timezone(interval timetz) timetz : -
timezone(interval timestamp) timestamptz : sql_tz_moment_by($2, $1)
timezone(interval timestamptz) timestamp : sql_tz_local_by($2, $1)
age(timestamp timestamp) interval : sql_age($1, $2)
age(timestamptz timestamptz) interval :
  sql_age(sql_tz_local($1, $zone), sql_tz_local($2, $zone))
age(xid) int4 : -
age(T) interval : !age | T = timestamp timestamptz
date_bin(interval timestamp timestamp) timestamp : sql_date_bin($1, $2, $3)
date_bin(interval timestamptz timestamptz) timestamptz : sql_date_bin_tz($1, $2, $3)
isfinite(date) bool : sql_isfinite_date($1)
isfinite(timestamp) bool : sql_isfinite_timestamp($1)
isfinite(timestamptz) bool : sql_isfinite_timestamptz($1)
isfinite(interval) bool : (CASE WHEN $1 IS NOT NULL THEN true END)
justify_days(interval) interval : sql_justify_days($1)
justify_hours(interval) interval : sql_justify_hours($1)
justify_interval(interval) interval : sql_justify_interval($1)
make_date(int4 int4 int4) date : sql_make_date($1, $2, $3)
make_interval() interval : sql_make_interval(0, 0, 0, 0, 0, 0, 0.0)
make_interval(int4) interval : sql_make_interval($1, 0, 0, 0, 0, 0, 0.0)
make_interval(int4 int4) interval : sql_make_interval($1, $2, 0, 0, 0, 0, 0.0)
make_interval(int4 int4 int4) interval : sql_make_interval($1, $2, $3, 0, 0, 0, 0.0)
make_interval(int4 int4 int4 int4) interval : sql_make_interval($1, $2, $3, $4, 0, 0, 0.0)
make_interval(int4 int4 int4 int4 int4) interval : sql_make_interval($1, $2, $3, $4, $5, 0, 0.0)
make_interval(int4 int4 int4 int4 int4 int4) interval :
  sql_make_interval($1, $2, $3, $4, $5, $6, 0.0)
make_interval(int4 int4 int4 int4 int4 int4 float8) interval :
  sql_make_interval($1, $2, $3, $4, $5, $6, $7)
make_timestamp(int4 int4 int4 int4 int4 float8) timestamp :
  sql_make_timestamp($1, $2, $3, $4, $5, $6)
make_time(int4 int4 float8) time : sql_make_time($1, $2, $3)
make_timestamptz(int4 int4 int4 int4 int4 float8) timestamptz :
  sql_tz_moment(sql_make_timestamp($1, $2, $3, $4, $5, $6), $zone)
make_timestamptz(int4 int4 int4 int4 int4 float8 text) timestamptz :
  sql_tz_moment_at(sql_make_timestamp($1, $2, $3, $4, $5, $6), $7)
overlaps(timestamp timestamp timestamp timestamp) bool : sql_overlaps($1, $2, $3, $4)
overlaps(timestamp interval timestamp interval) bool : sql_overlaps($1, $1 + $2, $3, $3 + $4)
overlaps(timestamp timestamp timestamp interval) bool : sql_overlaps($1, $2, $3, $3 + $4)
overlaps(timestamp interval timestamp timestamp) bool : sql_overlaps($1, $1 + $2, $3, $4)
overlaps(timestamptz timestamptz timestamptz timestamptz) bool : sql_overlaps_tz($1, $2, $3, $4)
overlaps(timestamptz interval timestamptz interval) bool :
  sql_overlaps_tz($1, sql_tz_plus($1, $2, $zone), $3, sql_tz_plus($3, $4, $zone))
overlaps(timestamptz timestamptz timestamptz interval) bool :
  sql_overlaps_tz($1, $2, $3, sql_tz_plus($3, $4, $zone))
overlaps(timestamptz interval timestamptz timestamptz) bool :
  sql_overlaps_tz($1, sql_tz_plus($1, $2, $zone), $3, $4)
overlaps(time time time time) bool : -
overlaps(time interval time interval) bool : -
overlaps(time time time interval) bool : -
overlaps(time interval time time) bool : -
overlaps(timetz timetz timetz timetz) bool : -
to_char(timestamp text) text : sql_to_char_timestamp($1, $2)
to_char(timestamptz text) text : sql_to_char_timestamptz(sql_tz_local($1, $zone), $1, $2)
to_char(interval text) text : sql_to_char_interval($1, $2)
to_char(numeric text) text : sql_to_char_numeric($1, $2)
to_char(int4 text) text : sql_to_char_numeric($1, $2)
to_char(int8 text) text : sql_to_char_numeric($1, $2)
to_char(float4 text) text : sql_to_char_float8(CAST($1 AS DOUBLE), $2)
to_char(float8 text) text : sql_to_char_float8($1, $2)
to_date(text text) date : sql_to_date($1, $2)
to_number(text text) numeric : sql_to_number($1, $2)
to_timestamp(float8) timestamptz : sql_to_timestamp_epoch($1)
to_timestamp(text text) timestamptz : sql_tz_moment(sql_to_timestamp($1, $2), $zone)
gen_random_uuid() uuid
pg_sleep(float8) text : sql_sleep($1)
pg_sleep_for(interval) text : sql_sleep(CAST(epoch_us($1) AS DOUBLE) / 1000000)
)";

}  // namespace

std::string_view Times() {
  return kTable;
}

}  // namespace firn::sql::table
