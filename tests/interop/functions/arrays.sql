select array[1, 2, 3], array['a', 'b c', null, 'NULL', ''], array[1.5, 2], array[true, null], array[]::int[], '{}'::text[], '{1,NULL,3}'::int8[], '{"a,b","c\"d"}'::text[]
select array[i4, i8] from t order by id
select array[x, v] from t order by id
select array[d, null], array[ts], array[u] from t order by id
select array[1, 2]::text[], array['1', '2']::int[], array[1, 2]::int8[], '{1.50,2}'::numeric[], array[1.5, 2]::numeric(5,2)[]
select array[]
select array[1, 'x']
select '{1,2'::int[]
select '{a}'::int[]
select (array[10, 20, 30])[1], (array[10, 20, 30])[3], (array[10, 20, 30])[0], (array[10, 20, 30])[4], (array[10, 20, 30])[-1], (array[10, 20, 30])[null::int]
select (array[10, 20, 30])[1:2], (array[10, 20, 30])[2:], (array[10, 20, 30])[:2], (array[10, 20, 30])[3:2], (array[10, 20, 30])[0:1], (array[10, 20, 30])[5:9], (array[10, 20, 30])[-3:-1]
select (array[i4, s2])[id] from t order by id
select array[1, 2] || array[3], array[1, 2] || 3, 0 || array[1, 2], array[1] || null, null::int[] || array[1], null::int[] || null::int[], array[1] || '{2,3}', array['a'] || 'b'::text
select array[1] || array[2.5], array[1.5] || 2, array['a']::text[] || array['b']::varchar[]
select array[1, 2, 3] @> array[2], array[1, 2] @> array[3], array[1] @> '{}', array[null::int] @> array[null::int], array[1, 2] <@ array[1, 2, 3], array[1, 2] && array[2, 3], array[1] && array[2], array[1] && '{}'::int[], array['a', 'b'] @> array['b']
select 1 = any(array[1, 2]), 3 = any(array[1, 2]), 3 = any(array[1, null]), 1 = any(array[1, null]), null::int = any(array[1]), 1 = any('{}'::int[]), 1 = any(null::int[]), null::int = any('{}'::int[])
select 1 <> all(array[2, 3]), 1 <> all(array[1, 2]), 1 <> all(array[2, null]), 2 > all(array[1, 0]), 2 > any(array[3, 4]), 2 > any(array[1, null]), 2 > all(array[1, null]), 2 < all('{}'::int[])
select id from t where id = any('{1,3}') order by id
select id from t where id = any('{1,3}'::bigint[]) order by id
select id from t where x like any(array['a%', '%z']) order by id
select id from t where not x like all('{a%,b%}'::text[]) order by id
select n = any(array[1.50, 2]), n = any('{0.05,7}'::numeric[]) from t order by id
select * from unnest(array[3, 1, null, 2])
select x from unnest('{a,b}'::text[]) as x order by x desc
select unnest(array[1, 2]), unnest(array['a', 'b', 'c'])
select u from t, unnest(array[id, i4]) as u order by id, u
select array_agg(id order by id desc), array_agg(x order by id), array_agg(id order by id) filter (where id > 1) from t
select array_agg(id) from t where id < 0
select array_agg(distinct s2) from t
select b, array_agg(id order by id) from t group by b order by b
select array(select id from t order by id), array(select id from t where id < 0), array(select x from t order by id desc limit 2)
select array_length(array[1, 2], 1), array_length(array[1, 2], 2), array_length('{}'::int[], 1), cardinality(array[1, 2]), cardinality('{}'::int[]), array_ndims(array[1]), array_ndims('{}'::int[]), array_dims(array[4, 5]), array_lower(array[1], 1), array_upper(array[1, 2], 1), array_lower('{}'::int[], 1)
select array_position(array[1, 2, 1], 1), array_position(array[1, 2], 3), array_position(array[1, null], null), array_remove(array[1, 2, 1, null], 1), array_remove(array[1, null], null), array_replace(array[1, 2, 1], 1, 9), array_replace(array[1, null], null, 0)
select array_append(array[1], 2), array_append(null::int[], 2), array_prepend(0, array[1]), array_cat(array[1], array[2]), array_cat(null::int[], array[2]), array_append(array['a'], null)
select array_to_string(array[1, null, 3], ','), array_to_string(array[1, null, 3], ',', '*'), array_to_string('{}'::int[], ','), array_to_string(array['a', 'b'], null), array_to_string(array[true, false], '-'), array_to_string(array[1.50, 2], '/'), array_to_string(array['2020-01-31'::date], '')
select string_to_array('a,b,c', ','), string_to_array('a,b', ',', 'b'), string_to_array('', ','), string_to_array('abc', null), string_to_array(null, ','), string_to_array('abc', '')
select regexp_split_to_array('a1b22c', '\d+'), regexp_match('foobar', '(o+)(b)'), regexp_match('x', 'y'), (regexp_match('abc', 'b'))[1]
select regexp_matches('foobarbaz', '(b)(a)')
select regexp_matches('x', 'y')
select array[1, 2]::text, '{}'::int[]::text, array['a b', null, 'x']::text, array[true]::text, array[1.50]::text, array['2020-01-31 10:00:00'::timestamp]::text
select array[1, 2] = array[1, 2], array[1, 2] < array[1, 3], array[1] < array[1, 0], array[2] > array[1, 9], array[1, null] = array[1, null], array[1] <> array[2], array[1, null] > array[1, 5]
select a from (values (array[2, 1]), (array[1, 9]), (array[1]), (null), ('{}')) as v(a) order by a
select a, count(*) from (values (array[1]), (array[1]), (array[2])) as v(a) group by a order by a
select distinct a from (values (array['x']), (array['x'])) as v(a)
select coalesce(null, array[1]), case when true then array[1] else null end, nullif(array[1], array[1]), greatest(array[1], array[2])
select array_length(1, 1)
select array[1] @> 1
select array[1] || 'x'
select 1 = any(2)
select id[1] from t
select 1.5::float8::text, 1e20::float8::text, 'NaN'::float8::text, 0.1::float4::text, 100::float8 || '', '1 day 02:00'::interval::text, '\x01ff'::bytea::text, (f8)::text from t order by id
SELECT array_fill(7, ARRAY[3]), array_fill('x'::text, ARRAY[2]), array_fill(1, '{}'::int[]), array_fill(NULL::int, ARRAY[2])
SELECT array_fill(1, ARRAY[NULL]::int[])
SELECT array_positions(ARRAY[1,2,1,NULL], 1), array_positions(ARRAY[1,2,1,NULL], NULL), array_positions(ARRAY['a','b'], 'c'), array_positions(ARRAY[1.0,1.00,2], 1)
SELECT trim_array(ARRAY[1,2,3], 2), trim_array(ARRAY[1,2,3], 0), trim_array(ARRAY['a'], 1)
SELECT trim_array(ARRAY[1,2,3], 4)
SELECT trim_array(ARRAY[1,2,3], -1)
