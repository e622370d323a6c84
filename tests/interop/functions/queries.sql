select percentile_cont(0.5) within group (order by i4), percentile_cont(0.25) within group (order by f8 desc), percentile_disc(0.5) within group (order by i4), percentile_disc(0.9) within group (order by x), mode() within group (order by x), mode() within group (order by b), percentile_disc(0) within group (order by d), percentile_disc(0.5) within group (order by n/3) from t
select percentile_cont(1.5) within group (order by i4) from t
select b, percentile_cont(0.5) within group (order by i4) filter (where id < 5), mode() within group (order by s2 desc) from t group by b order by b
select percentile_cont(0.5) within group (order by f), mode() within group (order by a) from empty
select (1, 2) = (1, 2), (1, 2) <> (1, 3), (1, 2) < (1, 3), (2, 1) > (1, 9), (1, null) = (1, 2), (1, null) = (2, null), (1, null) < (2, 1), (1, 2) is distinct from (1, 2), (1, null) is not distinct from (1, null), (1, 'a') in ((1, 'a'), (2, 'b')), (1, 2) not in ((1, 3)), (1.0, 2) = (1, 2.00)
select id from t where (s2, b) = (3, false) or (id, x) in ((1, 'abc'), (3, 'zzz')) order by id
select (1, 2) = (1, 2, 3)
select generate_series(1, 3), 'x'
select generate_series(1, 3), generate_series(1, 2)
select id, generate_series(1, id) g from t where id < 4 order by id, g
select generate_series(1, 10, 4), generate_series(3, 1, -1)
select * from generate_series(1, 3) g(n) order by n
select * from generate_series(1.0, 2.5, 0.5) order by 1
select generate_series(1.5, 3)
select * from generate_series(timestamp '2020-01-01', '2020-01-02', '8 hours') g order by g
select g::date from generate_series(timestamptz '2020-01-30 00:00+00', '2020-02-02 00:00+00', '1 day') g order by g
select * from generate_series(5, 1)
select * from generate_series(null, 1)
select * from generate_series(1, 3, 0)
select * from generate_series(1.0, 3, 0)
select * from regexp_split_to_table('a1b2c', '\d') order by 1
select * from string_to_table('a,b,,c', ',', '') s order by s
select regexp_split_to_table('hello world', '\s+')
select count(*) from t where generate_series(1, 2) = 1
select id, sum(id) over (order by id range between 1 preceding and 1 following), count(*) over (order by f8 range between 1.5 preceding and current row), count(*) over (order by n range between 1 preceding and 1 following), count(*) over (order by ts range between '1 year' preceding and current row) from t order by id
select id, sum(id) over (order by id rows between 1 preceding and 1 following exclude current row), sum(id) over (order by s2 rows between unbounded preceding and unbounded following exclude ties), count(*) over (order by s2 groups between current row and 1 following exclude group) from t order by id
select id, first_value(x) over w, last_value(x) over w, nth_value(x, 2) over w, lag(id, 2, -1) over w, lead(n) over w, ntile(3) over w, cume_dist() over w, percent_rank() over w from t window w as (order by id) order by id
select b, s2, grouping(b, s2), count(*), sum(i4) from t group by cube (b, s2) order by 1, 2, 3, 4
select b, count(*) filter (where i4 > 0), sum(n) filter (where id < 4) from t group by rollup (b) order by 1, 2
select string_agg(x, ',' order by x desc), string_agg(distinct x, ',' order by x), count(distinct b) from empty
select max(x), min(x) from t having count(*) > 1
select sum(count(*)) over (), count(*) from t group by b order by 2
select id from t order by i4 desc nulls last limit 3 offset 1
select distinct on (b) b, id, x from t order by b, id desc
select count(*) from t a join t b using (s2) where a.id <> b.id
select t.id, s.c from t left join lateral (select count(*) c from o where o.t_id = t.id) s on true order by t.id
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select sum(n) from r
with recursive r(n) as (select 1.5 union all select n * 2 from r where n < 20) select n from r order by n
select id in (select t_id from o), exists (select 1 from o where o.t_id = t.id), i4 > all (select 5), i4 = any (select 10) from t order by id
select id from t where exists (select from o where o.t_id = t.id) order by id
select id from t where not exists (select from o where o.t_id = t.id and exists (select from t z where z.id = o.id)) order by id
select id from t where exists (select)
select id from t where (id, x) in (select t_id, 'abc' from o) order by id
select id, (id, b) in (select t_id, q > 5 from o) from t order by id
select id, (id, b) not in (select t_id, q > 5 from o) from t order by id
select id, (i4, i8) in (select i4, i8 from t) from t order by id
select id, (i4, i8) in (select 1, 2::bigint where false) from t order by id
select id from t where (id, n) in (select id, n4 from t union all select 1, 1.5) order by id
select (1, 2) in (select 1), (1, 2) in (select 1, 2, 3)
select id, lag(id, 1, 0.5) over (order by id), lead(n, 2, 0.00001) over (order by id), lag(n, 1, 0) over (order by id), lag(x, 1, 'none') over (order by id) from t order by id
select sum(x::int) filter (where x ~ '^[0-9]+$'), sum(10 / s2) filter (where s2 <> 0), count(10 / s2) filter (where s2 <> 0) from t
select id, sum(10 / s2) filter (where s2 <> 0) over (order by id) from t order by id
select string_agg((10 / s2)::text, ',' order by id) filter (where s2 <> 0), max(10 / s2) filter (where s2 > 0), avg(n / s2) filter (where s2 <> 0), array_agg(10 / s2 order by id) filter (where s2 <> 0) from t
select i from jsonb_array_elements('[{"q": 1}, {"q": "2"}]') i where i->>'q' = '2'
select i.value, i, to_jsonb(i) from jsonb_array_elements('[1, 2]') i
select g, g + 1, g.g from generate_series(1, 3) g
select id, k from t, jsonb_object_keys('{"a": 1, "b": 2}') k where id < 3 order by 1, 2
select unnest(array['a', 'b', 'a']) as k, count(*) from t group by 1 order by 1
select unnest(string_to_array(x, 'b')) as part, count(*) as n, min(id) from t group by part order by n desc, part
select jsonb_object_keys('{"a": 1, "b": 2}') k, b, count(*) from t group by 1, 2 order by 1, 2
select unnest(array[1, 2, 3]) x, count(*) group by x order by x
-- DISTINCT and ORDER BY
SELECT DISTINCT t_id FROM o ORDER BY at
SELECT DISTINCT t_id FROM o ORDER BY t_id, q
SELECT DISTINCT t_id AS k FROM o ORDER BY k DESC
SELECT DISTINCT t_id AS k FROM o ORDER BY t_id
SELECT DISTINCT t_id + 1 FROM o ORDER BY t_id + 1
SELECT DISTINCT t_id + 1 FROM o ORDER BY t_id
SELECT DISTINCT t_id, at FROM o ORDER BY 2, 1
SELECT DISTINCT t_id, count(*) FROM o GROUP BY t_id ORDER BY count(*), o.t_id
SELECT DISTINCT count(*) FROM o GROUP BY t_id ORDER BY t_id
SELECT DISTINCT o.t_id FROM o ORDER BY o.t_id, upper(at)
SELECT DISTINCT lower(at) AS at FROM o ORDER BY at
SELECT DISTINCT lower(at) AS at FROM o ORDER BY o.at
SELECT DISTINCT ON (t_id) id FROM o ORDER BY at
SELECT DISTINCT ON (t_id) id FROM o ORDER BY t_id, at DESC
SELECT DISTINCT ON (t_id) id FROM o ORDER BY at, t_id
SELECT DISTINCT ON (t_id, at) id FROM o ORDER BY at, t_id, id
SELECT DISTINCT ON (t_id, at) id FROM o ORDER BY at
SELECT DISTINCT ON (t_id, at) id, at FROM o ORDER BY at, id
SELECT DISTINCT ON (t_id, at) id FROM o ORDER BY at, id, t_id
SELECT DISTINCT ON (1) t_id FROM o ORDER BY t_id, id
SELECT DISTINCT ON (k) t_id AS k, id FROM o ORDER BY t_id, id
SELECT DISTINCT ON (t_id % 2) id FROM o ORDER BY t_id % 2, id
SELECT DISTINCT ON (t_id % 2) id FROM o ORDER BY id
SELECT DISTINCT ON (id) t_id AS id, at FROM o ORDER BY id, at
SELECT DISTINCT ON (3) t_id FROM o
SELECT DISTINCT ON ('x') t_id FROM o
SELECT DISTINCT t_id FROM o ORDER BY t_id LIMIT 1
SELECT DISTINCT n::numeric FROM t ORDER BY n::numeric
SELECT DISTINCT n::numeric + 1 FROM t ORDER BY n
SELECT DISTINCT ts - ts FROM t ORDER BY ts - ts
SELECT DISTINCT ts FROM t ORDER BY d
SELECT DISTINCT id FROM (SELECT DISTINCT id, at FROM o ORDER BY at) AS q ORDER BY id
(SELECT DISTINCT t_id FROM o ORDER BY at) UNION SELECT 1
SELECT DISTINCT b FROM t GROUP BY b ORDER BY b
SELECT DISTINCT row_number() OVER (ORDER BY id) FROM o ORDER BY 1
select unnest(a) a, count(*) from (values (array[1, 2]), (array[1, 2]), (array[3])) v(a) group by a order by 1
select unnest(a) b, count(*) from (values (array[1, 2]), (array[1, 2]), (array[3])) v(a) group by b order by 1
select 'unnest(' as k, count(*) from t group by k
select x || 'unnest(' as k, count(*) from t group by 1 order by 1
select upper(unnest(array['a', 'b'])) as k, count(*) from t group by k order by k
select 'a' as k, count(*) from t group by 1
select null as k, count(*) from t group by k
select distinct 'a' as k, 1.5 / 2 as n from t
select distinct on (k) 'a' as k, id from t order by k, id
select id, count(*) over (partition by 'a') from t order by id
select id, count(*) over (partition by null) from t order by id
select '{}'::json as j, count(*) from t group by j
select distinct '{}'::json from t where false
select '{}'::json as j from t where false order by j
select id from t where false order by '{}'::json
select count(*) over (partition by '{}'::json) from t where false
select array_agg(id order by '{}'::json) from t where false
select inet '10.0.0.2' > all (select inet '10.0.0.10'), inet '10.0.0.2' < any (select inet '10.0.0.10' union all select null), inet '10.0.0.9' = any (select inet '10.0.0.9')
select timetz '10:00+00' > all (select '12:00+05'::timetz), timetz '10:00+00' <= any (select '12:00+05'::timetz), timetz '10:00+00' <> all (select '12:00+02'::timetz)
select '{NULL,""}'::text[] = all (select '{a}'::text[] union all select '{NULL,""}'), '{NULL,""}'::text[] = any (select '{NULL,""}'::text[]), array[1, 2] = all (select null::int[]), array['a'] = all (select array[null]::text[]), array['a'] < any (select '{}'::text[]), array[1] > all (select array[2] where false), array[1] = any (select array[2] where false)
select array[1.0, 2] = any (select array[1.00, 2.0]), array[interval '1 day'] = any (select array[interval '24 hours']), array[1, 2] > all (select array[1, n] from generate_series(0, 1) n), null::int[] = any (select array[1])
select id, n > all (select q from o where t_id = t.id), n = any (select q::float8 from o), f4 in (select 0.1), f4 = any (select 0.1::real) from t order by id
select c = any (select 'ab '::text), c = any (select 'ab'::char(5)), c > all (select c5 from chars where c5 is not null), interval '1 day' = any (select interval '24 hours'), '1'::jsonb = any (select '1.0'::jsonb), c in (select v from chars) from chars order by id
select id, 1.50 = any (select n from t), 1.5 >= all (select n from t where n < 2), 1::numeric / 3 = any (select 1::numeric / 3) from o order by id
select t.id, l.q from t left join lateral (select q from o where o.t_id = t.id) l on l.q > 15 order by 1, 2
select t.id, l.g from t left join lateral generate_series(1, t.id) l(g) on l.g % 2 = 0 and t.id < 5 order by 1, 2
select t.id, l.q, m.n from t left join lateral (select q, id as i from o where o.t_id = t.id) l on l.q > 15 left join lateral (select l.i + 1 as n) m on m.n <> 3 order by 1, 2, 3
select x.id, t.x, o.at from t join o using (id) as x order by x.id
select x.* from t left join o using (id) as x where x.id > 2 order by 1
select x.at from t join o using (id) as x
select 1 from t join o using (id) as t
select '{}'::json in ('{}'::json, '1'::json)
select id from t where '{}'::json not in ('{}'::json) order by id
