#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

// Functions that look into the catalog: "!catalog NAME" is an entry of pg_catalog/calls.cc.
constexpr std::string_view kTable = R"(
[scalar]
pg_get_userbyid(oid) name : !catalog pg_get_userbyid
format_type(oid int4) text : !catalog format_type
pg_get_expr(text oid) text : !catalog pg_get_expr
pg_get_expr(text oid bool) text : !catalog pg_get_expr
pg_get_constraintdef(oid) text : !catalog pg_get_constraintdef
pg_get_constraintdef(oid bool) text : !catalog pg_get_constraintdef
pg_get_indexdef(oid) text : !catalog pg_get_indexdef
pg_get_indexdef(oid int4 bool) text : !catalog pg_get_indexdef
pg_get_viewdef(oid) text : !catalog pg_get_viewdef
pg_get_viewdef(oid T) text : !catalog pg_get_viewdef | T = bool int4
pg_get_viewdef(text) text : !catalog pg_get_viewdef_by_name
pg_get_viewdef(text bool) text : !catalog pg_get_viewdef_by_name
pg_get_serial_sequence(text text) text : !catalog pg_get_serial_sequence
pg_get_ruledef(oid) text : !catalog nothing
pg_get_ruledef(oid bool) text : !catalog nothing
pg_get_triggerdef(oid) text : !catalog nothing
pg_get_triggerdef(oid bool) text : !catalog nothing
pg_get_functiondef(oid) text : !catalog nothing
pg_get_function_arguments(oid) text : !catalog nothing
pg_get_function_identity_arguments(oid) text : !catalog nothing
pg_get_function_result(oid) text : !catalog nothing
pg_get_function_sqlbody(oid) text : !catalog nothing
pg_get_partkeydef(oid) text : !catalog nothing
pg_get_statisticsobjdef(oid) text : !catalog nothing
pg_get_statisticsobjdef_columns(oid) text : !catalog nothing
pg_tablespace_location(oid) text : (CASE WHEN $1 IS NOT NULL THEN '' END)
pg_table_is_visible(oid) bool : !catalog pg_table_is_visible
pg_type_is_visible(oid) bool : !catalog pg_type_is_visible
pg_function_is_visible(oid) bool : !catalog nothing
pg_operator_is_visible(oid) bool : !catalog nothing
pg_opclass_is_visible(oid) bool : !catalog nothing
pg_opfamily_is_visible(oid) bool : !catalog nothing
pg_collation_is_visible(oid) bool : !catalog yes
pg_conversion_is_visible(oid) bool : !catalog nothing
pg_statistics_obj_is_visible(oid) bool : !catalog nothing
pg_ts_config_is_visible(oid) bool : !catalog nothing
pg_ts_dict_is_visible(oid) bool : !catalog nothing
pg_ts_parser_is_visible(oid) bool : !catalog nothing
pg_ts_template_is_visible(oid) bool : !catalog nothing
pg_relation_is_publishable(regclass) bool : !catalog yes
pg_is_other_temp_schema(oid) bool : !catalog no
pg_encoding_to_char(int4) name : !catalog pg_encoding_to_char
obj_description(oid) text : !catalog obj_description
obj_description(oid name) text : !catalog obj_description
col_description(oid int4) text : !catalog col_description
shobj_description(oid name) text : !catalog nothing
acldefault(char oid) aclitem[] : !catalog acldefault
has_table_privilege(T text) bool : !catalog has_table_privilege | T = oid text
has_table_privilege(name T text) bool : !catalog has_table_privilege | T = oid text
has_table_privilege(oid T text) bool : !catalog has_table_privilege | T = oid text
has_sequence_privilege(T text) bool : !catalog has_sequence_privilege | T = oid text
has_sequence_privilege(name T text) bool : !catalog has_sequence_privilege | T = oid text
has_sequence_privilege(oid T text) bool : !catalog has_sequence_privilege | T = oid text
has_any_column_privilege(T text) bool : !catalog has_any_column_privilege | T = oid text
has_any_column_privilege(name T text) bool : !catalog has_any_column_privilege | T = oid text
has_any_column_privilege(oid T text) bool : !catalog has_any_column_privilege | T = oid text
has_schema_privilege(T text) bool : !catalog has_schema_privilege | T = oid text
has_schema_privilege(name T text) bool : !catalog has_schema_privilege | T = oid text
has_schema_privilege(oid T text) bool : !catalog has_schema_privilege | T = oid text
has_database_privilege(T text) bool : !catalog has_database_privilege | T = oid text
has_database_privilege(name T text) bool : !catalog has_database_privilege | T = oid text
has_database_privilege(oid T text) bool : !catalog has_database_privilege | T = oid text
has_column_privilege(oid T text) bool : !catalog has_column_privilege | T = text int2
has_column_privilege(text T text) bool : !catalog has_column_privilege | T = text int2
has_column_privilege(name oid T text) bool : !catalog has_column_privilege | T = text int2
has_column_privilege(name text T text) bool : !catalog has_column_privilege | T = text int2
has_column_privilege(oid oid T text) bool : !catalog has_column_privilege | T = text int2
has_column_privilege(oid text T text) bool : !catalog has_column_privilege | T = text int2
has_function_privilege(T text) bool : !catalog yes | T = oid text
has_function_privilege(name T text) bool : !catalog yes | T = oid text
has_function_privilege(oid T text) bool : !catalog yes | T = oid text
has_type_privilege(T text) bool : !catalog yes | T = oid text
has_type_privilege(name T text) bool : !catalog yes | T = oid text
has_type_privilege(oid T text) bool : !catalog yes | T = oid text
has_language_privilege(T text) bool : !catalog yes | T = oid text
has_language_privilege(name T text) bool : !catalog yes | T = oid text
has_language_privilege(oid T text) bool : !catalog yes | T = oid text
has_tablespace_privilege(T text) bool : !catalog yes | T = oid text
has_tablespace_privilege(name T text) bool : !catalog yes | T = oid text
has_tablespace_privilege(oid T text) bool : !catalog yes | T = oid text
pg_has_role(T text) bool : !catalog pg_has_role | T = oid name
pg_has_role(name T text) bool : !catalog pg_has_role | T = oid name
pg_has_role(oid T text) bool : !catalog pg_has_role | T = oid name
pg_relation_size(regclass) int8 : !catalog pg_relation_size
pg_relation_size(regclass text) int8 : !catalog pg_relation_size
pg_stat_get_numscans(oid) int8 : CAST(CASE WHEN $1 IS NOT NULL THEN 0 END AS BIGINT)
pg_table_size(regclass) int8 : !catalog pg_relation_size
pg_total_relation_size(regclass) int8 : !catalog pg_relation_size
pg_indexes_size(regclass) int8 : !catalog pg_indexes_size
pg_database_size(T) int8 : !catalog pg_database_size | T = oid name
pg_size_pretty(T) text : !catalog pg_size_pretty | T = int8 numeric
pg_typeof(any) regtype : !typeof
to_regclass(text) regclass : !catalog to_regclass
to_regtype(text) regtype : !catalog to_regtype
to_regnamespace(text) regnamespace : !catalog to_regnamespace
to_regrole(text) regrole : !catalog to_regrole
array_upper(T int4) int4 : (CASE WHEN $2 = 1 THEN CAST(len($1) - 1 AS INTEGER) END)
  | T = int2vector oidvector
array_lower(T int4) int4 : (CASE WHEN len($1) > 0 AND $2 = 1 THEN 0 END) | T = int2vector oidvector

[table]
unnest(int2vector) int2 : $1
unnest(oidvector) oid : $1
pg_partition_ancestors(regclass) regclass : []
_pg_expandarray(T) int8 : list_transform($1, lambda x, i: CAST(x AS BIGINT) * 65536 + i)
  | T = int2vector int2[]
generate_subscripts(T int4) int4 : (CASE WHEN $2 = 1 THEN range(0, CAST(len($1) AS INTEGER)) END)
  | T = int2vector oidvector

[server]
current_schemas(bool) name[]
pg_my_temp_schema() oid
)";

}  // namespace

std::string_view CatalogLookups() {
  return kTable;
}

}  // namespace firn::sql::table
