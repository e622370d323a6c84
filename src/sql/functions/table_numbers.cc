#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[scalar]
abs(T) T | T = int2 int4 int8 float4 float8
abs(numeric) =1 : abs($1) ~ sql_num_abs($1)
acos(float8) float8 : sql_acos($1)
acosd(float8) float8 : sql_acosd($1)
acosh(float8) float8 : sql_acosh($1)
asin(float8) float8 : sql_asin($1)
asind(float8) float8 : sql_asind($1)
asinh(float8) float8 : sql_asinh($1)
atan(float8) float8
atan2(float8 float8) float8
atan2d(float8 float8) float8 : sql_atan2d($1, $2)
atand(float8) float8 : sql_atand($1)
atanh(float8) float8 : sql_atanh($1)
cbrt(float8) float8
ceil(float8) float8
ceil(numeric) numeric:whole : ceil($1) ~ sql_num_ceil($1)
ceiling(float8) float8 : ceil($1)
ceiling(numeric) numeric:whole : ceil($1) ~ sql_num_ceil($1)
cos(float8) float8 : sql_cos($1)
cosd(float8) float8 : sql_cosd($1)
cosh(float8) float8 : sql_cosh($1)
cot(float8) float8 : sql_cot($1)
cotd(float8) float8 : sql_cotd($1)
degrees(float8) float8 : sql_degrees($1)
div(numeric numeric) numeric : sql_num_div($1, $2)
exp(float8) float8 : sql_exp($1)
exp(numeric) numeric : sql_num_exp($1)
factorial(int8) numeric : sql_num_factorial($1)
floor(float8) float8
floor(numeric) numeric:whole : floor($1) ~ sql_num_floor($1)
gcd(int4 int4) int4 : sql_gcd4($1, $2)
gcd(int8 int8) int8 : sql_gcd8($1, $2)
gcd(numeric numeric) numeric : sql_num_gcd($1, $2)
lcm(int4 int4) int4 : sql_lcm4($1, $2)
lcm(int8 int8) int8 : sql_lcm8($1, $2)
lcm(numeric numeric) numeric : sql_num_lcm($1, $2)
ln(float8) float8 : sql_ln($1)
ln(numeric) numeric : sql_num_ln($1)
log(float8) float8 : sql_log10($1)
log(numeric) numeric : sql_num_log(CAST(10 AS SMALLINT), $1)
log(numeric numeric) numeric : sql_num_log($1, $2)
log10(float8) float8 : sql_log10($1)
log10(numeric) numeric : sql_num_log(CAST(10 AS SMALLINT), $1)
min_scale(numeric) int4 : sql_num_min_scale($1)
mod(T T) T : firn_int_remainder($1, $2) | T = int2 int4 int8
mod(numeric numeric) numeric:mod : firn_remainder($1, $2) ~ sql_num_mod($1, $2)
pi() float8
pow(float8 float8) float8 : sql_power($1, $2)
pow(numeric numeric) numeric : sql_num_power($1, $2)
power(float8 float8) float8 : sql_power($1, $2)
power(numeric numeric) numeric : sql_num_power($1, $2)
radians(float8) float8 : sql_radians($1)
random() float8
round(float8) float8 : round_even($1, 0)
round(numeric) numeric:whole : round($1) ~ sql_num_round($1, 0)
round(numeric int4) numeric : !round
scale(numeric) int4 : sql_num_scale($1)
setseed(float8) void : -
sign(float8) float8 : CAST(sign($1) AS DOUBLE)
sign(numeric) numeric:unit : CAST(sign($1) AS DECIMAL(1,0)) ~ sql_num_sign($1)
sin(float8) float8 : sql_sin($1)
sind(float8) float8 : sql_sind($1)
sinh(float8) float8 : sql_sinh($1)
sqrt(float8) float8 : sql_sqrt($1)
sqrt(numeric) numeric : sql_num_sqrt($1)
tan(float8) float8 : sql_tan($1)
tand(float8) float8 : sql_tand($1)
tanh(float8) float8 : sql_tanh($1)
trim_scale(numeric) numeric : sql_num_trim_scale($1)
trunc(float8) float8
trunc(numeric) numeric:whole : trunc($1) ~ sql_num_trunc($1, 0)
trunc(numeric int4) numeric : sql_num_trunc($1, $2)
width_bucket(float8 float8 float8 int4) int4 : sql_width_bucket($1, $2, $3, $4)
width_bucket(numeric numeric numeric int4) int4 : sql_num_width_bucket($1, $2, $3, $4)
width_bucket(any any[]) int4 : -
)";

}  // namespace

std::string_view Numbers() {
  return kTable;
}

}  // namespace firn::sql::table
