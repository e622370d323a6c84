select '{"a": 1, "b": [1, 2]}'::json, '{"b": 1, "a" : 2, "b": 3}'::jsonb, '[1, "x", null, true]'::jsonb, '"a"'::json, 'null'::jsonb, '1.50'::jsonb, '1e2'::jsonb
select '{a}'::json
select '{"a": 1'::jsonb
select '{"a": {"b": [10, 20]}}'::jsonb -> 'a', '{"a": 1}'::jsonb -> 'z', '[1, 2]'::jsonb -> 1, '[1, 2]'::jsonb -> -1, '[1]'::jsonb -> 5, '{"a": 1}'::json -> 'a', '{"a": "x"}'::jsonb ->> 'a', '{"a": null}'::jsonb ->> 'a', '{"a": null}'::jsonb -> 'a', '[1, {"b": 2}]'::json ->> 1
select '{"a": {"b": [10, 20]}}'::jsonb #> '{a,b}', '{"a": {"b": [10, 20]}}'::jsonb #>> '{a,b,1}', '{"a": 1}'::json #> '{a,b}', '{"a": {"b": "t"}}'::json #>> array['a', 'b']
select '{"a": 1, "b": 2}'::jsonb @> '{"a": 1}', '[1, 2]'::jsonb @> '[2]', '{"a": [1, {"b": 2}]}'::jsonb @> '{"a": [{"b": 2}]}', '{"a": 1}'::jsonb <@ '{"a": 1, "b": 2}', '[1]'::jsonb @> '1'
select '{"a": 1}'::jsonb ? 'a', '["x"]'::jsonb ? 'x', '{"a": 1}'::jsonb ?| array['b', 'a'], '{"a": 1}'::jsonb ?& array['a', 'b'], '{"a": 1}'::jsonb ? 'z'
select '{"a": 1}'::jsonb || '{"b": 2}', '[1]'::jsonb || '[2]', '[1]'::jsonb || '{"a": 1}', '1'::jsonb || '2'::jsonb, '{"a": 1}'::jsonb || '{"a": 2}'::jsonb
select '{"a": 1, "b": 2}'::jsonb - 'a', '["a", "b"]'::jsonb - 'a', '[1, 2, 3]'::jsonb - 1, '[1, 2]'::jsonb - -1, '{"a": 1, "b": 2}'::jsonb - '{a,b}'::text[], '{"a": {"b": 1}}'::jsonb #- '{a,b}', '[1, [2, 3]]'::jsonb #- '{1,0}'
select '1'::jsonb - 'a'
select json_build_object('a', 1, 'b', 'x', 'c', null, 'd', true, 'e', 1.50), jsonb_build_object('b', 1, 'aa', 2, 'a', array[1, 2]), json_build_array(1, 'a', null, 2.5), jsonb_build_array(), json_build_object()
select json_build_object('a')
select json_build_object(null, 1)
select jsonb_build_object(null, 1)
select json_build_object('d', d, 'ts', ts, 'tz', tz, 'u', u, 'n', n, 'f', f8, 's', s2) from t order by id
select to_json(1), to_json('a'::text), to_json(true), to_json(null::int), to_json(1.50), to_jsonb('x"y'::text), to_jsonb(1.50), to_json(array[1, null]), to_jsonb(array['a', 'b']), to_json('2020-01-31'::date), to_json('2020-01-31 10:00:00'::timestamp), to_json('NaN'::float8), to_json('{"a": 1}'::json), to_jsonb('{"a":1}'::json), array_to_json(array[1, 2])
select to_json(x), to_json(b), to_json(i8), to_jsonb(f8), to_json(y), to_jsonb(n4) from t order by id
select json_agg(id order by id), jsonb_agg(x order by id), json_agg(n order by id) filter (where id > 1) from t
select json_agg(id), jsonb_agg(id), json_object_agg(id, x) from t where id < 0
select json_object_agg(id, x order by id), jsonb_object_agg(id, i4) from t
select b, jsonb_agg(id order by id) from t group by b order by b
select * from json_array_elements('[1, [2], "a", null]')
select * from jsonb_array_elements_text('[1, [2, 3], "a", null]')
select value from jsonb_array_elements('[3, 1]') order by value::text
select jsonb_array_elements('[1, 2]'), 5
select * from jsonb_array_elements('{"a": 1}')
select * from jsonb_array_elements('1')
select * from jsonb_each('{"b": 1, "a": [1]}')
select * from jsonb_each_text('{"b": 1, "a": null, "c": "x"}')
select key, value from json_each('{"b": 1, "a": "x"}') as e order by key
select * from pg_options_to_table(array['a=1', 'b', 'c=x=y'])
select k, v from json_each_text('{"b": 1, "a": "x"}') as e(k, v)
select * from json_object_keys('{"b": 1, "a": 2}')
select * from jsonb_object_keys('{"b": 1, "a": 2}')
select * from jsonb_object_keys('[1]')
select jsonb_typeof('1'), jsonb_typeof('"a"'), jsonb_typeof('null'), jsonb_typeof('[]'), jsonb_typeof('{}'), jsonb_typeof('true'), json_typeof('1.5')
select jsonb_set('{"a": 1}', '{a}', '2'), jsonb_set('{"a": 1}', '{b}', '2'), jsonb_set('{"a": 1}', '{b}', '2', false), jsonb_set('[1, 2]', '{0}', '"x"'), jsonb_set('{"a": {"b": 1}}', '{a,b}', 'null')
select jsonb_set('1', '{a}', '2')
select jsonb_insert('[1, 2]', '{1}', '9'), jsonb_insert('[1, 2]', '{1}', '9', true), jsonb_insert('{"a": 1}', '{b}', '2')
select jsonb_pretty('{"a": [1, {"b": 2}], "c": {}}'), jsonb_strip_nulls('{"a": null, "b": 1}')
select json_array_length('[1, 2]'), jsonb_array_length('[]')
select jsonb_array_length('{}')
select '{"a": 1}'::jsonb = '{"a": 1.0}', '[1]'::jsonb < '[2]', '1'::jsonb <> '2', '{"a": 1}'::jsonb > '[1]', '"a"'::jsonb < '"b"', '{"a":1}'::jsonb = '{"a":2}'::jsonb
select '{"a": 1}'::json = '{"a": 1}'::json
select ('{"a": {"b": 1}}'::jsonb)['a']['b'], ('[1, 2]'::jsonb)[1], ('{"a": 1}'::jsonb)['z']
select '{"a": 1}'::jsonb::text, '{"a":1}'::json::text, '{"a":1}'::json::jsonb, '{"a": 1}'::jsonb::json
select jsonb_extract_path('{"a": {"b": 1}}', 'a', 'b'), json_extract_path_text('{"a": "x"}', 'a'), jsonb_extract_path_text('[1, 2]', '1')
select '{"a": 1}'::jsonb -> 1, '[1]'::jsonb -> 'a', '1'::jsonb -> 'a'
select json_extract_path('{"a": {"b": 1}}', 'a', 'b'), json_extract_path('[1, 2]', '1')
select value from json_array_elements_text('["x", null, 1.50, {"a": 1}]')
select row_to_json(o) from o order by id
select to_jsonb(o) from o order by 1
select json_agg(o order by t_id)::text from o
select json_agg(array[id, 2] order by id)::text from t
select jsonb_agg(x order by id) from (select id, x from t) x
select json_agg(row_to_json(q) order by id desc)::text from (select id, d, b, n from t) q
select row_to_json(row(1, 'a', null, 2.50))::text
select row_to_json(row(q.*, 'z'))::text from (select id, x from t) q order by id
select to_json(q.*)::text from (select id, ts, tz from t) q order by id
select a.id, json_agg(b.* order by b.id)::text from (select id, x from t) a join (select id, b from t) b on a.id = b.id group by a.id order by 1
select id, (select json_agg(w1)::text from (select id, x from t) w1 where w1.id = t.id) from t order by 1
select json_build_object('t', q, 'r', row(1, 2))::text, jsonb_build_array(q) from (select id, y, u from t) q order by id
select row_to_json(1)
select row_to_json(nosuch) from t
select num_nulls(x, n, 1, null), num_nonnulls(x, null, b) from t order by id
select num_nulls()
select json_object('{a,1,b,2}')::text, json_object('{a,b}', '{1,null}')::text, jsonb_object('{b,1,a,2}'), json_object('{}')::text
select json_object('{a,1,b}')
select json_object('{a,null,null,b}')
select json_object('{a,b}', '{1}')
select v from (values ('1'::jsonb), ('1.00'), ('"a"'), ('"ab"'), ('null'), ('[]'), ('[1]'), ('[1, 2]'), ('[[]]'), ('[null]'), ('true'), ('false'), ('{}'), ('{"a": 1}'), ('{"b": 0}'), ('{"aa": 0}'), ('{"a": 1, "b": 2}'), ('-5'), ('-12.5'), ('1e3'), ('0'), (null)) q(v) where v::text <> '1.00' order by v
select v from (values ('2'::jsonb), ('"a"'), ('null'), ('[]')) q(v) order by v desc nulls last
select count(*), count(distinct v), min(v::text) from (values ('1'::jsonb), ('1.0'), ('{"a": 1}'), ('{"a":1.00}'), (null)) q(v)
select count(*) from (values ('1'::jsonb), ('1.0'), ('{"a": 1}'), ('{"a":1.00}'), (null)) q(v) group by v order by 1
select v, count(*) from (values ('"x"'::jsonb), ('"x"'), ('{"a": 1}'), ('[2]')) q(v) group by v order by v
select distinct v from (values ('"x"'::jsonb), ('"x"'), ('{"a": 1}'), ('[2]')) q(v) order by v
select '"x"'::jsonb union select '"x"' union select '[1]' order by 1
select a.v, b.v from (values ('"x"'::jsonb), ('[2]')) a(v) join (values ('[2]'::jsonb), ('"x"')) b(v) on a.v = b.v order by 1
select '{"a": 1}'::jsonb in (select '{"a": 1}'::jsonb), '1'::jsonb in ('1.0', '2'), '1'::jsonb is distinct from '1.0', '[1]'::jsonb < '[2]', nullif('1'::jsonb, '1')
select v, row_number() over (order by v), count(*) over (partition by v) from (values ('"x"'::jsonb), ('[2]'), ('[2]')) q(v) order by 1, 2
select '1'::jsonb -> 0, '"a"'::jsonb ->> 0, 'true'::jsonb -> -1, '1'::jsonb -> 1, '1'::json -> 0, '{"a": 1}'::jsonb -> 0, 'null'::jsonb -> 0, 'null'::jsonb ->> 0
select '1.6'::jsonb::int, '1.50'::jsonb::numeric, '12.345'::jsonb::numeric(4,1), 'true'::jsonb::bool, '1e3'::jsonb::bigint, '0.1'::jsonb::real, '2.5'::jsonb::float8, '7'::jsonb::smallint
select ('{"a": 41, "b": [2.5]}'::jsonb -> 'a')::int + 1, ('{"b": [2.5]}'::jsonb #> '{b,0}')::numeric * 2, (('{"a": true}'::jsonb) -> 'a')::bool, (null::jsonb)::int, ('{}'::jsonb -> 'a')::float8
select '"a"'::jsonb::int
select 'null'::jsonb::int
select '[1]'::jsonb::bool
select '{}'::jsonb::numeric
select '1'::jsonb::bool
select 'true'::jsonb::float8
select '40000'::jsonb::smallint
select '1'::json::int
