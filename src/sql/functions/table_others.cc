#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[scalar]
abbrev(inet) text : $1
abbrev(cidr) text : -
broadcast(inet) inet : sql_broadcast($1)
family(inet) int4 : (CASE WHEN contains($1, ':') THEN 6 WHEN $1 IS NOT NULL THEN 4 END)
host(inet) text : split_part($1, '/', 1)
hostmask(inet) inet : sql_hostmask($1)
inet_merge(inet inet) cidr : -
inet_same_family(inet inet) bool : (contains($1, ':') = contains($2, ':'))
masklen(inet) int4 : sql_masklen($1)
netmask(inet) inet : sql_netmask($1)
network(inet) cidr : sql_network($1)
num_nonnulls(...) int4 : !count_nulls
num_nulls(...) int4 : !count_nulls
set_masklen(cidr int4) cidr : -
set_masklen(inet int4) inet : sql_set_masklen($1, $2)

[table]
generate_series(int4 int4) int4
generate_series(int4 int4 int4) int4
generate_series(int8 int8) int8
generate_series(int8 int8 int8) int8
generate_series(numeric numeric) numeric : sql_num_series($1, $2, CAST(1 AS SMALLINT))
generate_series(numeric numeric numeric) numeric : sql_num_series($1, $2, $3)
regexp_split_to_table(text text) text : sql_regexp_split($1, $2, '')
regexp_split_to_table(text text text) text : sql_regexp_split($1, $2, $3)
string_to_table(text text) text : sql_string_to_array($1, $2, NULL)
string_to_table(text text text) text : sql_string_to_array($1, $2, $3)
generate_series(timestamp timestamp interval) timestamp
generate_series(timestamptz timestamptz interval) timestamptz : sql_tz_series($1, $2, $3, $zone)

-- Answered by the session; their types are its affair.
[server]
clock_timestamp() timestamptz
current_catalog() name
current_database() name
current_date() date
current_role() name
current_schema() name
current_setting(text) text
current_setting(text bool) text
current_timestamp() timestamptz
current_user() name
currval(text) int8
firn.last_commit_lsn() int8
firn.wait_for(int8) bool
lastval() int8
localtimestamp() timestamp
nextval(text) int8
now() timestamptz
pg_backend_pid() int4
pg_cancel_backend(int4) bool
pg_is_in_recovery() bool
pg_terminate_backend(int4) bool
pg_terminate_backend(int4 int8) bool
session_user() name
set_config(text text bool) text
setval(text int8) int8
setval(text int8 bool) int8
statement_timestamp() timestamptz
transaction_timestamp() timestamptz
user() name
version() text
)";

}  // namespace

std::string_view Others() {
  return kTable;
}

}  // namespace firn::sql::table
