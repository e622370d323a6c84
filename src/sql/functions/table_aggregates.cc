#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[aggregate]
avg(T) numeric : sql_num_divide(@sum, @count) | T = int2 int4 int8
avg(numeric) numeric : sql_num_divide(@sum, @count) ~ sql_num_avg(@list)
avg(T) float8 : firn_float_sum(@avg, @bool_and{isfinite($1)}) | T = float4 float8
avg(interval) interval : sql_interval_avg(@list)
bit_and(T) T : @bit_and | T = int2 int4 int8
bit_or(T) T : @bit_or | T = int2 int4 int8
bit_xor(T) T : @bit_xor | T = int2 int4 int8
bool_and(bool) bool : @bool_and
bool_or(bool) bool : @bool_or
corr(float8 float8) float8 :
  CASE WHEN firn_moment(@bool_and{firn_finite_beside($2, $1)},
  @regr_sxx{firn_beside_finite($1, $2), $2}) = 0 OR
  firn_moment(@bool_and{firn_finite_beside($1, $2)},
  @regr_syy{$1, firn_beside_finite($2, $1)}) = 0 THEN NULL ELSE
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @corr{firn_of_pair($1, $2), $2}) END
count() int8 : @count
count(any) int8 : @count
covar_pop(float8 float8) float8 :
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @covar_pop{firn_of_pair($1, $2), $2})
covar_samp(float8 float8) float8 :
  CASE WHEN @regr_count > 1 THEN
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @covar_samp{firn_of_pair($1, $2), $2}) END
every(bool) bool : @bool_and
max(T) T : @max | T = int2 int4 int8 float4 float8 text date timestamp timestamptz time oid
max(bpchar) =1 : @max ~ @arg_max{$1, firn_char_key($1)}
max(interval) interval : @arg_max{$1, sql_interval_key($1)}
max(timetz) timetz : @arg_max{$1, sql_timetz_key($1)}
max(inet) inet : @arg_max{$1, sql_inet_key($1)}
max(any[]) =1 : -
max(numeric) =1 : @max ~ @arg_max{$1, sql_num_key($1)}
min(T) T : @min | T = int2 int4 int8 float4 float8 text date timestamp timestamptz time oid
min(bpchar) =1 : @min ~ @arg_min{$1, firn_char_key($1)}
min(interval) interval : @arg_min{$1, sql_interval_key($1)}
min(timetz) timetz : @arg_min{$1, sql_timetz_key($1)}
min(inet) inet : @arg_min{$1, sql_inet_key($1)}
min(any[]) =1 : -
min(numeric) =1 : @min ~ @arg_min{$1, sql_num_key($1)}
mode(any) =1 : -
percentile_cont(float8) float8 : -
percentile_disc(float8) =1 : -
regr_avgx(float8 float8) float8 :
  firn_float_sum(@regr_avgx, @bool_and{firn_finite_pair($1, $2)})
regr_avgy(float8 float8) float8 :
  firn_float_sum(@regr_avgy, @bool_and{firn_finite_pair($1, $2)})
regr_count(float8 float8) int8 : CAST(@regr_count AS BIGINT)
regr_intercept(float8 float8) float8 :
  CASE WHEN firn_moment(@bool_and{firn_finite_beside($2, $1)},
  @regr_sxx{firn_beside_finite($1, $2), $2}) = 0 THEN NULL ELSE
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @regr_intercept{firn_of_pair($1, $2), $2}) END
regr_r2(float8 float8) float8 :
  CASE WHEN firn_moment(@bool_and{firn_finite_beside($2, $1)},
  @regr_sxx{firn_beside_finite($1, $2), $2}) = 0 THEN NULL WHEN
  firn_moment(@bool_and{firn_finite_beside($1, $2)},
  @regr_syy{$1, firn_beside_finite($2, $1)}) = 0 THEN 1 ELSE
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @regr_r2{firn_of_pair($1, $2), $2}) END
regr_slope(float8 float8) float8 :
  CASE WHEN firn_moment(@bool_and{firn_finite_beside($2, $1)},
  @regr_sxx{firn_beside_finite($1, $2), $2}) = 0 THEN NULL ELSE
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @regr_slope{firn_of_pair($1, $2), $2}) END
regr_sxx(float8 float8) float8 :
  firn_moment(@bool_and{firn_finite_beside($2, $1)}, @regr_sxx{firn_beside_finite($1, $2), $2})
regr_sxy(float8 float8) float8 :
  firn_moment(@bool_and{firn_finite_pair($1, $2)}, @regr_sxy{firn_of_pair($1, $2), $2})
regr_syy(float8 float8) float8 :
  firn_moment(@bool_and{firn_finite_beside($1, $2)}, @regr_syy{$1, firn_beside_finite($2, $1)})
stddev(T) float8 :
  CASE WHEN @count > 1 THEN
  firn_moment(@bool_and{isfinite($1)}, @stddev_samp{firn_finite($1)}) END | T = float4 float8
stddev(T) numeric : sql_num_stddev_samp(@list) | T = int2 int4 int8 numeric
stddev_pop(T) float8 :
  firn_moment(@bool_and{isfinite($1)}, @stddev_pop{firn_finite($1)}) | T = float4 float8
stddev_pop(T) numeric : sql_num_stddev_pop(@list) | T = int2 int4 int8 numeric
stddev_samp(T) float8 :
  CASE WHEN @count > 1 THEN
  firn_moment(@bool_and{isfinite($1)}, @stddev_samp{firn_finite($1)}) END | T = float4 float8
stddev_samp(T) numeric : sql_num_stddev_samp(@list) | T = int2 int4 int8 numeric
string_agg(text text) text : !string_agg
string_agg(bytea bytea) bytea : !string_agg
sum(T) int8 : CAST(@sum AS BIGINT) | T = int2 int4
sum(int8) numeric:sum : CAST(@sum AS DECIMAL(38,0))
sum(numeric) numeric:sum : @sum ~ sql_num_sum(@list)
sum(float4) float4 : CAST(firn_float_sum(@sum, @bool_and{isfinite($1)}) AS FLOAT)
sum(float8) float8 : firn_float_sum(@sum, @bool_and{isfinite($1)})
sum(interval) interval : sql_interval_sum(@list)
var_pop(T) float8 :
  firn_moment(@bool_and{isfinite($1)}, @var_pop{firn_finite($1)}) | T = float4 float8
var_pop(T) numeric : sql_num_var_pop(@list) | T = int2 int4 int8 numeric
var_samp(T) float8 :
  CASE WHEN @count > 1 THEN
  firn_moment(@bool_and{isfinite($1)}, @var_samp{firn_finite($1)}) END | T = float4 float8
var_samp(T) numeric : sql_num_var_samp(@list) | T = int2 int4 int8 numeric
variance(T) float8 :
  CASE WHEN @count > 1 THEN
  firn_moment(@bool_and{isfinite($1)}, @var_samp{firn_finite($1)}) END | T = float4 float8
variance(T) numeric : sql_num_var_samp(@list) | T = int2 int4 int8 numeric

[window]
cume_dist() float8 : @cume_dist
dense_rank() int8 : @dense_rank
first_value(any) =1 : @first_value
lag(any) =1 : @lag
lag(any int4) =1 : @lag
lag(any int4 any) =1 : @lag
last_value(any) =1 : @last_value
lead(any) =1 : @lead
lead(any int4) =1 : @lead
lead(any int4 any) =1 : @lead
nth_value(any int4) =1 : @nth_value
ntile(int4) int4 : CAST(@ntile AS INTEGER)
percent_rank() float8 : @percent_rank
rank() int8 : @rank
row_number() int8 : @row_number
)";

}  // namespace

std::string_view Aggregates() {
  return kTable;
}

}  // namespace firn::sql::table
