#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[scalar]
array_append(any[] any) =1 : list_append($1, $2)
array_cat(any[] any[]) =1 : !array_concat
array_dims(any[]) text : (CASE WHEN len($1) > 0 THEN '[1:' || len($1) || ']' END)
array_fill(any int4[]) =a1 :
  (CASE WHEN $2 IS NULL THEN
  error('firn:22004:dimension array or low bound array cannot be null')
  WHEN len($2) = 0 THEN [] WHEN len($2) > 1 THEN
  error('firn:0A000:arrays of more than one dimension are not supported')
  WHEN $2[1] IS NULL THEN error('firn:22004:dimension values cannot be null')
  WHEN $2[1] < 0 OR $2[1] > 16777216 THEN
  error('firn:54000:array size exceeds the maximum allowed (16777216)')
  ELSE list_transform(range($2[1]), lambda i: $1) END)
array_fill(any int4[] int4[]) =a1 : -
array_length(any[] int4) int4 : (CASE WHEN $2 = 1 THEN nullif(CAST(len($1) AS INTEGER), 0) END)
array_lower(any[] int4) int4 : (CASE WHEN $2 = 1 AND len($1) > 0 THEN 1 END)
array_ndims(any[]) int4 : (CASE WHEN len($1) > 0 THEN 1 END)
array_position(any[] any) int4 : !array_position
array_position(any[] any int4) int4 : -
array_positions(any[] any) int4[] : !array_positions
array_prepend(any any[]) =2 : list_prepend($1, $2)
array_remove(any[] any) =1 : !array_remove
array_replace(any[] any any) =1 : !array_replace
array_to_json(any[]) json : !json
array_to_json(any[] bool) json : -
array_to_string(any[] text) text : !array_text
array_to_string(any[] text text) text : !array_text
array_upper(any[] int4) int4 : (CASE WHEN $2 = 1 THEN nullif(CAST(len($1) AS INTEGER), 0) END)
cardinality(any[]) int4 : CAST(len($1) AS INTEGER)
trim_array(any[] int4) =1 :
  (CASE WHEN $2 < 0 OR $2 > len($1) THEN
  error('firn:2202E:number of elements to trim must be between 0 and ' || len($1))
  ELSE $1[1:len($1) - $2] END)
json_array_length(json) int4 : sql_json_array_length($1)
json_build_array(...) json : !json_build
json_build_object(...) json : !json_build
json_extract_path(json text) json : sql_json_path($1, [$2])
json_extract_path(json text text) json : sql_json_path($1, [$2, $3])
json_extract_path(json text text text) json : sql_json_path($1, [$2, $3, $4])
json_extract_path_text(json text) text : sql_json_path_text($1, [$2])
json_extract_path_text(json text text) text : sql_json_path_text($1, [$2, $3])
json_extract_path_text(json text text text) text : sql_json_path_text($1, [$2, $3, $4])
json_object(text[]) json : sql_json_object($1)
json_object(text[] text[]) json : sql_json_object_of($1, $2)
json_strip_nulls(json) json : -
json_typeof(json) text : sql_json_typeof($1)
jsonb_array_length(jsonb) int4 : sql_json_array_length($1)
jsonb_build_array(...) jsonb : !json_build
jsonb_build_object(...) jsonb : !json_build
jsonb_extract_path(jsonb text) jsonb : sql_json_path($1, [$2])
jsonb_extract_path(jsonb text text) jsonb : sql_json_path($1, [$2, $3])
jsonb_extract_path(jsonb text text text) jsonb : sql_json_path($1, [$2, $3, $4])
jsonb_extract_path_text(jsonb text) text : sql_json_path_text($1, [$2])
jsonb_extract_path_text(jsonb text text) text : sql_json_path_text($1, [$2, $3])
jsonb_extract_path_text(jsonb text text text) text : sql_json_path_text($1, [$2, $3, $4])
jsonb_insert(jsonb text[] jsonb) jsonb : sql_jsonb_insert($1, $2, $3, false)
jsonb_insert(jsonb text[] jsonb bool) jsonb : sql_jsonb_insert($1, $2, $3, $4)
jsonb_object(text[]) jsonb : sql_jsonb(sql_json_object($1))
jsonb_object(text[] text[]) jsonb : sql_jsonb(sql_json_object_of($1, $2))
jsonb_pretty(jsonb) text : sql_jsonb_pretty($1)
jsonb_set(jsonb text[] jsonb) jsonb : sql_jsonb_set($1, $2, $3, true)
jsonb_set(jsonb text[] jsonb bool) jsonb : sql_jsonb_set($1, $2, $3, $4)
jsonb_strip_nulls(jsonb) jsonb : sql_jsonb_strip_nulls($1)
jsonb_typeof(jsonb) text : sql_json_typeof($1)
row_to_json(json) json : $1
row_to_json(json bool) json : -
to_json(any) json : !json
to_jsonb(any) jsonb : !json

[aggregate]
array_agg(any) =a1 : @list
array_agg(any[]) =1 : -
json_agg(any) json : ('[' || array_to_string(@list, ', ') || ']')
json_object_agg(any any) json : ('{ ' || array_to_string(@list, ', ') || ' }')
jsonb_agg(any) jsonb : sql_jsonb('[' || array_to_string(@list, ', ') || ']')
jsonb_object_agg(any any) jsonb : sql_jsonb('{' || array_to_string(@list, ', ') || '}')

[table]
generate_subscripts(any[] int4) int4 :
  (CASE WHEN $2 = 1 THEN range(1, CAST(len($1) AS INTEGER) + 1) END)
generate_subscripts(any[] int4 bool) int4 :
  (CASE WHEN $2 = 1 AND $3 THEN list_reverse(range(1, CAST(len($1) AS INTEGER) + 1))
        WHEN $2 = 1 AND NOT $3 THEN range(1, CAST(len($1) AS INTEGER) + 1) END)
json_array_elements(json) json : sql_json_elements($1)
json_array_elements_text(json) text : sql_json_elements_text($1)
json_object_keys(json) text : sql_json_keys($1)
jsonb_array_elements(jsonb) jsonb : sql_json_elements($1)
jsonb_array_elements_text(jsonb) text : sql_json_elements_text($1)
jsonb_object_keys(jsonb) text : sql_json_keys($1)
json_each(json) json : sql_json_values($1)
json_each_text(json) text : sql_json_values_text($1)
jsonb_each(jsonb) jsonb : sql_json_values($1)
jsonb_each_text(jsonb) text : sql_json_values_text($1)
regexp_matches(text text) text[] : list_filter([sql_regexp_match($1, $2, '')],
  lambda m: m IS NOT NULL)
regexp_matches(text text text) text[] : list_transform([sql_regexp_matches($1, $2, $3)],
  lambda m: list_transform(range(2, len(m) + 1, CAST(m[1] AS INTEGER)),
                           lambda i: m[i : i + CAST(m[1] AS INTEGER) - 1]))[1]
unnest(any[]) =e1 : $1
pg_options_to_table(text[]) text : list_transform($1, lambda o: CASE WHEN contains(o, '=') THEN
  substr(o, strpos(o, '=') + 1) END)
)";

}  // namespace

std::string_view Nested() {
  return kTable;
}

}  // namespace firn::sql::table
