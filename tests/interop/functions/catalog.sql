select to_regtype('integer')::text, to_regtype('nosuch') is null, to_regtype('text[]')::text
select to_regnamespace('pg_catalog')::text, to_regnamespace('nosuch') is null, to_regrole('nobody') is null
select pg_type_is_visible(23), pg_type_is_visible(0), pg_collation_is_visible(100)
select pg_function_is_visible(0), pg_operator_is_visible(0), pg_opclass_is_visible(0), pg_opfamily_is_visible(0), pg_conversion_is_visible(0)
select pg_statistics_obj_is_visible(0), pg_ts_config_is_visible(0), pg_ts_dict_is_visible(0), pg_ts_parser_is_visible(0), pg_ts_template_is_visible(0)
select pg_get_functiondef(0), pg_get_function_arguments(0), pg_get_function_identity_arguments(0), pg_get_function_result(0), pg_get_function_sqlbody(0)
select pg_get_ruledef(0), pg_get_triggerdef(0), pg_get_partkeydef(0), pg_get_statisticsobjdef(0), pg_get_statisticsobjdef_columns(0)
select pg_get_indexdef(0), pg_get_viewdef(0), pg_is_other_temp_schema(0), pg_relation_is_publishable('t')
select pg_tablespace_location(1663), shobj_description(0, 'pg_database')
select has_language_privilege('sql', 'usage'), has_type_privilege('int4', 'usage'), has_tablespace_privilege('pg_default', 'create'), has_function_privilege('lower(text)', 'execute')
select pg_relation_size('empty'), pg_table_size('empty') >= 0, pg_total_relation_size('t') >= 0, pg_indexes_size('t'), pg_database_size(current_database()) > 0
select generate_subscripts(array['a', 'b', 'c'], 1), generate_subscripts(array[1, 2, 3], 1)
select s from generate_subscripts(array[]::int[], 1) s
select pg_typeof(1), pg_typeof(1.5), pg_typeof('x'::text), pg_typeof(now()), pg_typeof(array[1]), pg_typeof(null::date), pg_typeof(1 = 1)
select pg_typeof(a), pg_typeof(n), pg_typeof(x), pg_typeof(f) from empty right join (select 1) one on true
