#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

// Comparisons, LIKE and || are written by write_operator.cc: they take any type with itself.
constexpr std::string_view kTable = R"(
[scalar]
@>(any[] any[]) bool : !array_contains
@>(jsonb jsonb) bool : sql_jsonb_contains($1, $2)
<@(any[] any[]) bool : !array_contained
<@(jsonb jsonb) bool : sql_jsonb_contains($2, $1)
&&(any[] any[]) bool : !array_overlaps
->(T text) T : sql_json_get($1, $2) | T = json jsonb
->(json int4) json : sql_json_at($1, $2)
->(jsonb int4) jsonb : sql_jsonb_at($1, $2)
->>(T text) text : sql_json_get_text($1, $2) | T = json jsonb
->>(json int4) text : sql_json_at_text($1, $2)
->>(jsonb int4) text : sql_jsonb_at_text($1, $2)
#>(T text[]) T : sql_json_path($1, $2) | T = json jsonb
#>>(T text[]) text : sql_json_path_text($1, $2) | T = json jsonb
?(jsonb text) bool : sql_jsonb_exists($1, $2)
?|(jsonb text[]) bool : sql_jsonb_exists_any($1, $2)
?&(jsonb text[]) bool : sql_jsonb_exists_all($1, $2)
-(jsonb text) jsonb : sql_jsonb_delete($1, $2)
-(jsonb int4) jsonb : sql_jsonb_delete_at($1, $2)
-(jsonb text[]) jsonb : sql_jsonb_delete_all($1, $2)
#-(jsonb text[]) jsonb : sql_jsonb_delete_path($1, $2)
+(T T) T : ($1 + $2) | T = int2 int4 int8
+(int2 int4) int4 : ($1 + $2)
+(int2 int8) int8 : ($1 + $2)
+(int4 int2) int4 : ($1 + $2)
+(int4 int8) int8 : ($1 + $2)
+(int8 int2) int8 : ($1 + $2)
+(int8 int4) int8 : ($1 + $2)
+(float4 float4) float4 : sql_f4_add($1, $2)
+(float4 float8) float8 : sql_f8_add($1, $2)
+(float8 float4) float8 : sql_f8_add($1, $2)
+(float8 float8) float8 : sql_f8_add($1, $2)
+(numeric numeric) numeric:add : ($1 + $2) ~ sql_num_add($1, $2)
+(date int4) date : sql_date_plus($1, $2)
+(int4 date) date : sql_date_plus($2, $1)
+(date interval) timestamp : firn_stamp($1 + $2)
+(interval date) timestamp : firn_stamp($2 + $1)
+(timestamp interval) timestamp : firn_stamp($1 + $2)
+(interval timestamp) timestamp : firn_stamp($2 + $1)
+(timestamptz interval) timestamptz : sql_tz_plus($1, $2, $zone)
+(interval timestamptz) timestamptz : sql_tz_plus($2, $1, $zone)
+(interval interval) interval : sql_interval_plus($1, $2)
+(time interval) time : sql_time_plus($1, $2)
+(interval time) time : sql_time_plus($2, $1)
+(date time) timestamp : sql_date_at($1, $2)
+(time date) timestamp : sql_date_at($2, $1)
+(timetz interval) timetz : -
+(interval timetz) timetz : -
+(date timetz) timestamptz : -
+(timetz date) timestamptz : -
+(inet int8) inet : -
+(int8 inet) inet : -
+(T) T : $1 | T = int2 int4 int8
+(float4) float4 : $1
+(float8) float8 : $1
+(numeric) =1 : $1 ~ $1
-(T T) T : ($1 - $2) | T = int2 int4 int8
-(int2 int4) int4 : ($1 - $2)
-(int2 int8) int8 : ($1 - $2)
-(int4 int2) int4 : ($1 - $2)
-(int4 int8) int8 : ($1 - $2)
-(int8 int2) int8 : ($1 - $2)
-(int8 int4) int8 : ($1 - $2)
-(float4 float4) float4 : sql_f4_subtract($1, $2)
-(float4 float8) float8 : sql_f8_subtract($1, $2)
-(float8 float4) float8 : sql_f8_subtract($1, $2)
-(float8 float8) float8 : sql_f8_subtract($1, $2)
-(numeric numeric) numeric:add : ($1 - $2) ~ sql_num_subtract($1, $2)
-(date int4) date : sql_date_minus($1, $2)
-(date date) int4 : firn_days($1, $2)
-(date interval) timestamp : firn_stamp($1 - $2)
-(timestamp interval) timestamp : firn_stamp($1 - $2)
-(timestamptz interval) timestamptz : sql_tz_minus($1, $2, $zone)
-(timestamp timestamp) interval : ($1 - $2)
-(timestamptz timestamptz) interval : sql_tz_between($1, $2)
-(interval interval) interval : sql_interval_minus($1, $2)
-(time time) interval : sql_time_between($1, $2)
-(time interval) time : sql_time_minus($1, $2)
-(timetz interval) timetz : -
-(inet int8) inet : -
-(inet inet) int8 : -
-(T) T : (-$1) | T = int2 int4 int8
-(float4) float4 : (-$1)
-(float8) float8 : (-$1)
-(numeric) =1 : (-$1) ~ sql_num_negate($1)
-(interval) interval : (-$1)
*(T T) T : ($1 * $2) | T = int2 int4 int8
*(int2 int4) int4 : ($1 * $2)
*(int2 int8) int8 : ($1 * $2)
*(int4 int2) int4 : ($1 * $2)
*(int4 int8) int8 : ($1 * $2)
*(int8 int2) int8 : ($1 * $2)
*(int8 int4) int8 : ($1 * $2)
*(float4 float4) float4 : sql_f4_multiply($1, $2)
*(float4 float8) float8 : sql_f8_multiply($1, $2)
*(float8 float4) float8 : sql_f8_multiply($1, $2)
*(float8 float8) float8 : sql_f8_multiply($1, $2)
*(numeric numeric) numeric:multiply : ($1 * $2) ~ sql_num_multiply($1, $2)
*(interval float8) interval : sql_interval_multiply($1, $2)
*(float8 interval) interval : sql_interval_multiply($2, $1)
/(T T) T : firn_quotient($1, $2) | T = int2 int4 int8
/(int2 int4) int4 : firn_quotient($1, $2)
/(int2 int8) int8 : firn_quotient($1, $2)
/(int4 int2) int4 : firn_quotient($1, $2)
/(int4 int8) int8 : firn_quotient($1, $2)
/(int8 int2) int8 : firn_quotient($1, $2)
/(int8 int4) int8 : firn_quotient($1, $2)
/(float4 float4) float4 : sql_f4_divide($1, $2)
/(float4 float8) float8 : sql_f8_divide($1, $2)
/(float8 float4) float8 : sql_f8_divide($1, $2)
/(float8 float8) float8 : sql_f8_divide($1, $2)
/(numeric numeric) numeric : sql_num_divide($1, $2)
/(interval float8) interval : sql_interval_divide($1, $2)
%(T T) T : firn_int_remainder($1, $2) | T = int2 int4 int8
%(numeric numeric) numeric:mod : firn_remainder($1, $2) ~ sql_num_mod($1, $2)
^(float8 float8) float8 : sql_power($1, $2)
^(numeric numeric) numeric : sql_num_power($1, $2)
|/(float8) float8 : sql_sqrt($1)
||/(float8) float8 : cbrt($1)
@(T) T : abs($1) | T = int2 int4 int8
@(float4) float4 : abs($1)
@(float8) float8 : abs($1)
@(numeric) =1 : abs($1) ~ sql_num_abs($1)
&(T T) T : ($1 & $2) | T = int2 int4 int8
|(T T) T : ($1 | $2) | T = int2 int4 int8
#(T T) T : xor($1, $2) | T = int2 int4 int8
~(T) T : (~$1) | T = int2 int4 int8
^@(text text) bool : starts_with($1, $2)
<<(int2 int4) int2 : sql_shift_left2($1, $2)
<<(int4 int4) int4 : sql_shift_left4($1, $2)
<<(int8 int4) int8 : sql_shift_left8($1, $2)
>>(int2 int4) int2 : sql_shift_right2($1, $2)
>>(int4 int4) int4 : sql_shift_right4($1, $2)
>>(int8 int4) int8 : sql_shift_right8($1, $2)
<<(inet inet) bool : sql_inet_within($1, $2, false)
<<=(inet inet) bool : sql_inet_within($1, $2, true)
>>(inet inet) bool : sql_inet_within($2, $1, false)
>>=(inet inet) bool : sql_inet_within($2, $1, true)
&&(inet inet) bool : sql_inet_overlaps($1, $2)
&(inet inet) inet : sql_inet_and($1, $2)
|(inet inet) inet : sql_inet_or($1, $2)
~(inet) inet : sql_inet_not($1)
)";

}  // namespace

std::string_view Operators() {
  return kTable;
}

}  // namespace firn::sql::table
