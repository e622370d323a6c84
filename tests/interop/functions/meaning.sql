select 1, -1, 1.5, -2.50, 3000000000, 12345678901234567890, 1e3, 'a', true, null
select 1 as a, 2 as a, 3 "B c"
select i4 + s2, i4 - i8, i4 * i4, s2 + s2, i4 + 1, i8 - 1, 1 - i4, n + 1, n * 2, n - n4, n * n4, n4 * n4 from t where id <= 2
select f4 + 1, f8 * 2, f4 + f8, i4 + f8, n + f8, f4 * i4 from t
select i4 / 3, i8 / s2, s2 / s2, -7 / 2, 7 / -2, i4 % 4, i8 % 7, -i4 % 3, mod(i4, 6) from t where id in (1, 2, 3)
select n / 3, n / n4, 10 / n, 1.0 / 3, 100.0 / 7, n / i4, -n / 7 from t where id in (1, 2, 6)
select n % 2, n % n4, 5.5 % 2, -5.5 % 2, mod(n, 0.3) from t where id in (1, 6)
select i4 / 0 from t
select i4 % 0 from t
select n / 0 from t
select n % 0 from t
select f8 / 0 from t
select i4 / i4 from t
select null::int / 0, null::numeric / 0
select 2147483647 + 1
select 9223372036854775807 + 1
select s2 * 32767::smallint from t where id = 1
select abs(i4), abs(n), abs(f8), abs(s2), abs(-5), @ -5, -(-5) from t
select ceil(n), ceiling(n), floor(n), round(n), trunc(n), sign(n), ceil(f8), floor(f8), round(f8), trunc(f8), sign(f8), sign(i4), ceil(i4) from t
select round(2.5), round(-2.5), round(0.5), round(1.5), round(2.5::float8), round(3.5::float8), round(-0.5::float8), round(15)
select round(n, 1), round(n4, 2), round(n, 0), round(n, 4), round(i4, 1), round(1.005, 2), round(-1.255, 2) from t
select sqrt(f8), sqrt(4), |/ 16, ||/ 27, cbrt(27), exp(1), ln(2), log(100), log10(1000), power(2, 3), pow(2, 0.5::float8), 2 ^ 10, pi(), degrees(1), radians(180), sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, 2) from t where id = 1
select sqrt(-1)
select ln(0)
select power(0, -1)
select power(-8, 0.5::float8)
select exp(1000)
select asin(2)
select i4 & 6, i4 | 1, i4 # 3, ~i4 from t
select i4 = 10, i4 <> 10, i4 != 10, i4 < i8, i4 <= 10.0, n > 1, f8 >= 2.5, x = 'abc', v < 'b', d = '2020-01-31', d < ts, ts < tz, b = true, u = '00000000-0000-0000-0000-000000000001', y = '\x0102', i4 = f4, f4 = 0.1, f8 = 0.1, n = 0.05 from t
select b and true, b or false, not b, b is true, b is not true, b is false, b is not false, b is unknown, b is not unknown, x is null, x is not null from t
select i4 between 1 and 10, i4 not between 1 and 10, n between 0 and 1.5, x between 'a' and 'b', i4 in (1, 10, 7), i4 not in (1, 10), i4 in (1, 2.5), x in ('abc', 'q'), i4 in (1, null), i4 not in (1, null) from t
select i4 is distinct from 10, x is distinct from null, i4 is not distinct from i8 from t
select case when i4 > 5 then 'big' when i4 < 0 then 'neg' else 'small' end, case i4 when 10 then 1 when 7 then 2.5 end, case when b then i4 else i8 end, case x when 'abc' then 1 else 0 end from t
select coalesce(i4, 0), coalesce(n, 0), coalesce(null, x, 'z'), coalesce(i4, 1.5), nullif(i4, 10), nullif(x, ''), nullif(1, 2.0), greatest(i4, 5, null), least(i4, 5), greatest(1, 2.5), least(x, 'b') from t
select lower(x), upper(x), length(x), char_length(x), octet_length(x), bit_length(x), reverse(x), md5(x), ascii(x), length(y), octet_length(y), md5(y) from t
select lower(v), upper(v), v || '!', length(v), v = 'x', coalesce(v, 'none') from t
select upper('ßaß'), upper('é'), lower('ÀÉ'), upper(''), reverse('aé€'), length('é€𝄞')
select substring(x, 2), substring(x, 0, 3), substring(x, -1, 4), substring(x from 2 for 2), substr(x, 2), substr(x, 1, 1), substring(x, 2, 0), substring(x, null, 2), substring(x, 2, null) from t
select substring('abc', 1, -1)
select left(x, 2), left(x, -1), left(x, 0), right(x, 2), right(x, -1), right(x, 0), left(x, -100), right(x, -100), left(x, 100) from t
select lpad(x, 5), lpad(x, 5, 'xy'), lpad(x, 2), rpad(x, 6, 'é'), rpad(x, 1), lpad(x, -1), lpad(x, 4, ''), rpad(x, null) from t
select trim(v), ltrim(v), rtrim(v), btrim(v, 'x'), trim(both 'h' from v), trim(leading ' ' from v), trim(trailing 'o' from v), ltrim('xxabxx', 'x'), trim(e'\ta\t'), trim(x, 'a') from t
select replace(x, 'b', 'XX'), replace(x, '', 'q'), translate(x, 'abc', 'xy'), repeat(x, 2), repeat(x, 0), repeat(x, -1), strpos(x, 'b'), strpos(x, ''), position('c' in x), starts_with(x, 'a'), x ^@ 'ab' from t
select split_part('a,b,c', ',', 1), split_part('a,b,c', ',', 3), split_part('a,b,c', ',', 4), split_part('a,b,c', ',', -1), split_part('a,b,c', ',', -3), split_part('abc', '', 1), split_part('abc', '', 2), split_part('', ',', 1), split_part(null, ',', 1), split_part('a', null, 1)
select split_part('a', ',', 0)
select chr(65), chr(233), chr(8364), chr(128512)
select chr(0)
select chr(-1)
select ascii('é'), ascii(''), ascii('abc')
select x || 'z', x || 1, 1 || x, x || null, x || n, b || x, d || x, x || id || 'q', 'a' || 'b', v || x from t
select concat(x, 1, null, b, n, d), concat(null), concat('a'), concat_ws(',', x, null, 2, b), concat_ws('', 'a', 'b'), concat_ws(null, 'a', 'b') from t
select x like 'a%', x like '_bc', x not like '%b%', x like 'a\\b', x like 'a\b', v like 'a\%b\_', v like 'a!%%' escape '!', v like 'a\%b_' escape '', x ilike 'ABC', x not ilike 'A%', v like v, x like null, 'ß' like '_', x ilike 'ün%' from t
select x ~ 'b', x ~ '^a.c$', x !~ 'b', x ~* 'ABC', x !~* '^A', x ~ '[a-c]+', x ~ 'a|z', x ~ '^$', x ~ '(ab)+c?', e'a\nb' ~ 'a.b', 'a.b' ~ 'a\.b', x ~ '[^a]' from t
select string_agg(x, ',' order by id), string_agg(x, '' order by id desc), string_agg(distinct v, '|' order by v), string_agg(x, null order by id) from t
select count(*), count(i4), count(distinct i4), count(distinct x), count(all id) from t
select sum(s2), sum(i4), sum(i8), sum(n), sum(n4), sum(f8), sum(distinct i4), sum(f4) from t
select avg(s2), avg(i4), avg(n), avg(n4), avg(f8), avg(distinct i4), avg(id) from t
select avg(a), sum(a), min(a), max(a), count(a), count(*), avg(n), sum(n), string_agg(x, ','), bool_and(a = 1) from empty
select min(i4), max(i4), min(n), max(n), min(x), max(x), min(v), max(v), min(d), max(d), min(ts), max(ts), min(tz), max(tz), min(f8), max(f4), min(s2), max(i8) from t
select bool_and(b), bool_or(b), every(b), bit_and(i4), bit_or(i4), bit_xor(s2) from t
select stddev(f8), stddev_pop(f8), stddev_samp(f8), variance(f8), var_pop(f8), var_samp(f8) from t
select count(*) filter (where b), sum(i4) filter (where i4 > 0), avg(i4) filter (where b is false) from t
select b, count(*) from t group by b order by b
select b, count(*) c from t group by 1 having count(*) > 1 order by c desc, 1
select i4 % 2 as odd, sum(i8) from t group by odd order by odd nulls first
select x, count(*) from t group by x order by count(*) desc, x
select i4 as id, count(*) from t group by id order by 2, 1
select b, s2, count(*), grouping(b), grouping(b, s2) from t group by rollup (b, s2) order by 1, 2, 3, 4, 5
select b, s2, count(*) from t group by grouping sets ((b), (s2), ()) order by 1, 2, 3
select b, s2, count(*) from t group by cube (b, s2) order by 1, 2, 3
select distinct b from t order by b
select distinct on (b) b, id from t order by b, id desc
select distinct i4 % 2, b from t order by 1, 2
select id, row_number() over (order by id desc), rank() over (order by s2), dense_rank() over (order by s2), percent_rank() over (order by s2), cume_dist() over (order by s2), ntile(2) over (order by id) from t order by id
select id, sum(i4) over (order by id), sum(n) over (partition by b order by id), avg(i4) over (partition by b), count(*) over () from t order by id
select id, lag(i4) over (order by id), lag(i4, 2) over (order by id), lag(i4, 1, 0) over (order by id), lead(x) over (order by id), lead(x, 1, 'none') over (order by id), first_value(id) over (partition by b order by id), last_value(id) over (order by id), nth_value(id, 2) over (order by id) from t order by id
select id, sum(id) over (order by id rows between 1 preceding and 1 following), sum(id) over (order by id rows unbounded preceding), sum(id) over (order by id rows between current row and unbounded following), count(*) over (order by s2 groups between 1 preceding and current row), sum(id) over (order by s2 range between unbounded preceding and unbounded following) from t order by id
select id, sum(id) over w, max(id) over (w order by id desc), count(*) over (w) from t window w as (partition by b) order by id
select b, sum(count(*)) over (order by b) from t group by b order by b
select row_number() over ()
select true::int, 1::bool, 0::bool, 'on'::bool, 'f'::bool, true::text, 5::text, 1.50::text, '12'::int, ' 12 '::int, '-5'::smallint, '1.5'::numeric, '1e2'::numeric, '1.005'::numeric(10,2), 2.5::int, 3.5::int, -2.5::int, 2.5::float8::int, 3.5::float8::int, 1.9::bigint
select i4::bigint, i4::numeric, i4::numeric(10,1), i4::float8, i4::text, n::int, n::float8, n::numeric(10,1), n::text, f8::int, f8::numeric(10,2), f4::float8, f8::float4, i8::float8, n4::float8, n::float4, s2::text, b::text, b::int, d::text, ts::text, u::text, ts::date, d::timestamp, tz::date, tz::timestamp, ts::timestamptz, d::timestamptz, v::text, x::varchar(2), i4::varchar(2) from t where id in (1, 2)
select 0.285::float8::numeric(3,2), 1e15::float8::numeric(20,2), 0.1::float4::numeric(5,3)
select 'abc'::int
select '1e3'::int
select '99999999999'::int
select 300000::smallint
select '2020-02-30'::date
select 'x'::bool
select x::int from t where x = 'abc'
select (id::text || '0')::int, (id::text)::bigint, (n::text)::numeric(12,2), (f.t)::float8, (b::text)::bool, (d::text)::date, (ts::text)::timestamp from t, (select '1.25'::text as t) f where id in (1, 2)
select date '2020-01-31' + 1, date '2020-01-31' - 1, date '2020-03-01' - date '2020-02-01', d - date '2020-01-01', 1 + d, d + interval '1 month', d - interval '1 day', ts + interval '1 hour 30 minutes', tz - interval '2 days', interval '1 day' + ts, date '2020-01-31' + interval '1' month from t
select d + interval '1 year 2 months 3 days', ts - interval '1 mon', ts + interval '00:00:01.5', ts + interval '-1 day', ts + interval '1 day ago', ts + interval '2 weeks', ts + interval '90', date '1998-12-01' - interval '90' day, date '1994-01-01' + interval '1' year from t
select ts - timestamp '2020-01-01' > interval '30 days', ts - ts = interval '0', interval '1 month' = interval '30 days', interval '1 day' < interval '25 hours', -interval '1 day' < interval '0' from t
select extract(year from d), extract(month from d), extract(day from d), extract(quarter from d), extract(dow from d), extract(isodow from d), extract(doy from d), extract(week from d), extract(isoyear from d), extract(epoch from d), extract(decade from d), extract(century from d), extract(millennium from d) from t
select extract(year from ts), extract(hour from ts), extract(minute from ts), extract(second from ts), extract(milliseconds from ts), extract(microseconds from ts), extract(epoch from ts), extract(epoch from tz), extract(hour from tz), extract(week from ts), extract(epoch from ts - timestamp '2020-01-01') from t
select date_part('year', d), date_part('hour', d), date_part('second', ts), date_part('epoch', ts), date_part('dow', tz), date_part('month', ts), date_part('epoch', interval '1 month 2 days'), extract(epoch from interval '1 year') from t
select extract(hour from d) from t
select extract(nosuch from ts) from t
select date_trunc('month', ts), date_trunc('day', tz), date_trunc('year', d), date_trunc('hour', ts), date_trunc('week', ts), date_trunc('quarter', ts), date_trunc('decade', ts), date_trunc('second', ts), date_trunc('milliseconds', ts), date_trunc('MONTH', ts) from t
select date_trunc('nosuch', ts) from t
select ts at time zone 'UTC', tz at time zone 'UTC', ts at time zone 'Europe/Berlin', tz at time zone 'America/New_York', date(ts), date(tz) from t
select d, ts, tz, u, y, v, x, n, f4, f8, i8 from t order by id
select timestamp '2020-01-01', timestamp '2020-01-01 10:00', timestamptz '2020-01-01 10:00+02', date 'January 8, 1999', date '20200101', timestamp '2020-01-01T10:00:00.123456'
select date '0044-03-15 BC' < date '0001-01-01', date '10000-01-01' > date '9999-12-31', timestamp 'infinity' > timestamp '2020-01-01', date '-infinity' < date '0001-01-01'
select * from t order by id
select t.* , o.q from t join o on t.id = o.t_id order by o.id
select id, at from o order by at
select o.at at, at.at from o, o at where o.id = at.id order by 1
select * from o join t using (id) order by id
select * from o natural join empty
select id, o.id, t.id from o full join t using (id) order by 1, 2, 3
select t.id, o.id from t left join o on o.t_id = t.id order by 1, 2
select t.id, o.id from t right join o on o.t_id = t.id order by 2
select count(*) from t cross join o
select count(*) from t, o where t.id = o.t_id
select a.id, b.id, c.id from t a join t b on a.id = b.id left join o c on c.t_id = b.id and c.q > 5 order by 1, 3
select j.id, j.q from (t join o using (id)) as j order by j.id
select j.a, j.b from (select id, x from t) as j(a, b) order by a
select r.z from t as r(z) where z < 3 order by z
select * from (values (1, 'a'), (2, 'b'), (3, null)) v(n, s) order by n desc
values (1, 2.5, 'a'), (2, 3, null)
values (3), (1), (2) order by 1 limit 2
select column1, column2 from (values (1, 'x'), (2.5, 'y')) v order by 1
select 1 union select 2 union all select 2 order by 1
select 1 union all select 2.5 order by 1
select 'a' union select null order by 1 nulls first
select id from t intersect select t_id from o order by id
select id from t except select t_id from o order by id
select i4 from t union all select i8 from t order by 1 limit 5 offset 1
(select id from t order by id desc limit 2) union all (select 100) order by id
select null union select 1 union select 2.5 order by 1
select * from (select id from t union select id + 3 from t) u where id > 4 order by id
select id from t where id in (select t_id from o where q is not null) order by id
select id from t where id not in (select t_id from o) order by id
select id from t where exists (select 1 from o where o.t_id = t.id) order by id
select id from t where not exists (select * from o where o.t_id = t.id and q > 5) order by id
select id, (select count(*) from o where o.t_id = t.id), (select sum(q) from o where o.t_id = t.id) from t order by id
select id from t where i4 > (select avg(i4) from t) order by id
select id from t where i4 > all (select 5) order by id
select id from t where i4 = any (select q::int from o) order by id
select id from t where n < any (select q from o) order by id
select (select id from t)
select (select 1 where false)
select id, l.c from t, lateral (select count(*) as c from o where o.t_id = t.id) l order by id
select id, l.m from t left join lateral (select max(q) as m from o where o.t_id = t.id) l on true order by id
with a as (select id from t where b), c as (select id from a where id > 1) select * from c order by 1
with t as (select 1 as id) select * from t
with t as (select id from t where id < 3), u as (with t as (select 99 as id) select * from t) select t.id, u.id from t, u order by 1
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select sum(n), count(*) from r
with recursive r as (select 1 as n, 'a' as s union select n + 1, s || 'b' from r where n < 3) select * from r order by n
with recursive r(i) as (values (1) union all select i * 2 from r where i < 50) select * from r order by i
with a(x, y) as materialized (select 1, 2), b as not materialized (select * from a) select y, x from b
select * from generate_series(1, 5) g
select g.i * 2 from generate_series(10, 1, -3) as g(i) order by 1
select count(*) from generate_series(1, 0)
select i from generate_series(1::bigint, 3) i order by i desc
select * from generate_series(timestamp '2020-01-01', timestamp '2020-01-03', interval '1 day') g order by 1
select * from generate_series(1, 2, 0)
select t.id, g.i from t, generate_series(1, t.id) g(i) where t.id < 4 order by 1, 2
select id from t order by i4 desc, id
select id from t order by i4 desc nulls last, id limit 3
select id, -i4 as neg from t order by neg, id
select id, i4 as id2 from t order by i4 + id, id
select i4 as id, id as i4 from t order by id nulls first, i4
select -i4 as i4 from t order by -i4
select id from t where i4 = '10'
select id from t where d = '2020-01-31' or ts > '2020-02-01' order by id
select id as q from t where id = 1 and exists (select id as zz from o where q is null)
select t1.id from t t1 where exists (select t2.i4 as id from t t2 where id = 3) order by 1
select sum(case when x = 'abc' then n else 0 end) / sum(n), 100.00 * sum(case when x like 'a%' then n * (1 - n4) else 0 end) / sum(n * (1 - n4)) from t
select 0.2 * avg(n), sum(n) / 7.0, avg(n) * avg(i4), sum(i4) / count(*), sum(n) / count(*) from t
select count(*) from t where x collate "C" > 'a'
select id from t limit 0
select id from t order by id limit null offset 4
select id from t order by id offset 2 rows fetch first 2 rows only
select id from t limit -1
select x y, v as "V" from t where id = 1
select "t"."id" from "t" where "t"."id" = 1
select public.t.id from public.t where id = 2
select id, id from t order by id limit 1
select nosuch from t
select t.nosuch from t
select u.id from t
select id from t, o
select 'é', nosuch from t
select nosuch(1)
select lower(1)
select length(1, 2)
select 1 + 'a'
select 1 + true
select true + true
select x + 1 from t
select i4 || i4 from t
select d + d from t
select sum(x) from t
select max(b) from t
select sum('1')
select max('a'), min(null), count(null), count('x')
select * from generate_series('1', '2') g
select date_trunc('day', '2020-01-01')
select date_trunc('day', null::date), extract(year from null::date), lower(null), length(null), null || 'a', null + 1, -null::int, null = null, null like 'a', not null
select abs(null), round(null), 1 + null, null is null, coalesce(null, null), case when null then 1 end, nullif(null, 1), greatest(null, null)
select round('2.5'), abs('-1')
select 1 = '1', 'a' = 'a', '1' < 2, 1.5 > '1', true = 't', '2020-01-01' = date '2020-01-01', '10' = 10.0
select 1 in ('1', '2'), 'a' in ('a'), 1.5 between '1' and '2', x = any (array['abc', 'q']), i4 <> all (array[10, 7]) from t
select i4 = '1.5' from t
select -n, +n, - f8, -(-i4), - -5, -(-(-5)), -(5), - /* x */ 7, 2 - -2, +5
select 1.0, 1., .5, 1e0, 1.5e-3, 00012, 1e10, 123456789.123456789
select 9223372036854775807, 9223372036854775808, -9223372036854775808, -2147483648, 2147483648
select 'it''s', e'a\nb\t\x41\u00e9', $$dollar 'quoted'$$, U&'d\0061t\+000061', 'con' 'cat', ''
select 1 where null
select 'x' where not null
select count(*) from t where b
select distinct x, v from t order by v desc, x limit 3
select count(distinct (i4)) from t
select id, b from t order by b desc, id
select id, f8 from t order by f8 desc nulls first, id
select x from t order by x desc
select id from t group by id having sum(i4) is null order by id
select t.b, o.at, count(*) from t join o on o.t_id = t.id group by t.b, o.at order by 2
select sum(q) filter (where at <> 'x') over (order by id) from o order by id
select upper(x) as u, count(*) from t group by u order by u
select length(x) + 1 as l, max(id) from t group by length(x) + 1 order by l
select (select max(id) from o where o.t_id = t.id) as m, id from t order by m, id
select t.id from t where t.id = (select max(o.t_id) from o where o.t_id <= t.id) order by 1
select a.id from t a where not exists (select 1 from t b where b.id > a.id)
select * from (select id, rank() over (partition by b order by n desc) as r from t) s where r = 1 order by id
select x.a, y.b from (select 1 as a) x left join (select 2 as b) y on x.a = y.b
select * from (values (1), (2)) a(i) full join (values (2), (3)) b(j) on i = j order by i, j
select * from (values (1, 'a')) a(i, s) natural full join (values (2, 'b')) b(i, t) order by i
select i, a.i, b.i from (values (1)) a(i) right join (values (2)) b(i) using (i)
with recursive fib(a, b) as (select 0::bigint, 1::bigint union all select b, a + b from fib where b < 1000) select max(a) from fib
with a as (select id from t), b as (select count(*) as c from a) select a.id, b.c from a cross join b order by 1
select cast(1 as numeric(5,2)) + 0.001, 1.5::numeric(10,4), 2::numeric, '7'::numeric(3,1) * 2
select n::numeric(5,1), n4::numeric(9,2), (n * n4)::numeric(12,3) from t where id <> 3 order by id
select n::numeric(3,1) from t where id = 3
select 100::numeric(4,2)
select sum(n) > 1, avg(n) < 100000, sum(n) = 100000 from t
select 1 where 1
select 1 where 'x'
select id from t where count(*) > 1
select sum(sum(i4)) from t
select 1 group by 5
select 1 order by 5
select 'a' order by 'a'
select x from t group by id
select id, count(*) from t
select case when true then 1 else 'a' end
select case when true then 1 else true end
select coalesce(1, 'x')
select 1 union select 'a'
select 1 union select true
select 1, 2 union select 1
select * from t join o using (nosuch)
select * from t t1, t t1
select * from nosuch
select * from t as r(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
select (select 1, 2)
select 1 in (select 1, 2)
values (1), (2, 3)
select 1::nosuch
select null::nosuch from t
select row_number() from t
select lower(x) over () from t
select id from t where row_number() over () = 1
select sum(id) over nosuch from t
select 1 from t having i4 > 1
with a as (select 1), a as (select 2) select 1
with recursive r as (select 1 union all select 'a' from r) select 1
select $1
select *
select cast('2020-01-01' as date) = d, cast(d as timestamp) from t
select extract(epoch from '2020-01-01'::timestamp), date_trunc('day', '2020-01-01 10:00'::timestamp)
select position('é' in 'aé'), strpos('aé€', '€'), substring('aé€x', 3, 1)
select i4 between 1.5 and 10, i8 not between i4 and 200, f8 between n and 3, d between '2020-01-01' and ts, null between 1 and 2 from t
select id from t where random() between 0 and 1 order by id
select id, (select count(*) from o where o.t_id = t.id and o.id > t.id) from t order by id
select id from t where id = (select min(o.t_id) from o where o.q > t.n) order by id
select a.d::text, (a.d + 1)::text, (a.d::timestamp)::text, (a.d::timestamp + interval '12:30:00.5')::text, (a.d::timestamptz)::text, a.d::text || '!' from (values (date '0044-03-15 BC'), ('0001-12-31 BC'), ('0001-01-01'), ('12345-06-07'), ('infinity'), ('-infinity'), (null)) a(d)
select extract(year from a.d), extract(isoyear from a.d), extract(decade from a.d), extract(century from a.d), extract(millennium from a.d), extract(week from a.d), extract(doy from a.d), extract(dow from a.d), extract(quarter from a.d), extract(epoch from a.d), date_part('year', a.d), date_part('decade', a.d::timestamp) from (values (date '0044-03-15 BC'), ('0001-01-01 BC'), ('0100-12-31 BC'), ('0101-01-01 BC'), ('1000-01-01 BC'), ('1001-06-01 BC'), ('0010-05-05 BC'), ('0011-05-05 BC'), ('0009-05-05'), ('0010-05-05'), ('2000-12-31'), ('2001-01-01'), (null)) a(d)
select date_part('year', a.d), date_part('epoch', a.d), date_part('month', a.d), date_part('century', a.d::timestamp), date_part('hour', a.d::timestamp), extract(month from a.d), extract(second from a.d::timestamptz) from (values (date 'infinity'), ('-infinity'), ('2020-05-06'), (null)) a(d)
select nullif(s2, 2), nullif(s2, i8), nullif(f4, 2), nullif(f4, f8), nullif(i4, i8), nullif(i4, 2.0), nullif(n, 1), nullif(d, ts), nullif(v, 'x') from t
select sum(v) from (values (1e308::float8), (1e308)) s(v)
select avg(v) from (values (1e308::float8), (1e308)) s(v)
select sum(v), avg(v) from (values (1e308::float8), ('infinity')) s(v)
select sum(v), avg(v) from (values ('-infinity'::float8), ('infinity')) s(v)
select sum(v), avg(v) from (values (1.5::float8), ('nan'), (null)) s(v)
select sum(v) over (order by v) from (values (1e308::float8), (1.1e308)) s(v)
select sum(v) from (values (3e38::float4), (3e38)) s(v)
select d::timestamp from (values (date '294277-01-01')) s(d)
SELECT time '12:00' = interval '12:00', time '12:00' < interval '1 day', interval '1 day' IN (time '12:00', time '13:00'), time '1:00' BETWEEN interval '0' AND interval '2 hours'
SELECT ARRAY[1] = ARRAY[1.0]
SELECT ARRAY[1] IN (ARRAY[1.0])
SELECT isfinite(a) FROM (VALUES (null::interval), ('1 day')) AS v(a)
SELECT a @> null::int[], null::int[] @> a, a <@ null::int[] FROM (VALUES (ARRAY[1, null])) AS v(a)
SELECT '1' @> 1
SELECT 'ab'::char(4) = 'ab     ', 'ab'::char(4) < 'abcdefgh', 'abc  ' = 'abc'::char(4)
SELECT '\x01'::bytea || '\x02', '\x01' || '\x02'::bytea
SELECT '{1.50}'::numeric(8,2)[] || '{1,2}', '{1,2}' || '{1.50}'::numeric(8,2)[]
SELECT nullif('10.0.0.0/8'::cidr, '10.0.0.0/9'::cidr), '10.0.0.0/8'::cidr = '10.0.0.1/8'
SELECT time '12:00' UNION SELECT timestamp '2020-01-01'
SELECT coalesce(date '2020-01-01', time '12:00')
SELECT a FROM (VALUES ('1'::json)) AS v(a) UNION SELECT '2'::json
SELECT greatest('1'::json, '2')
SELECT array_prepend(ARRAY[1], 'a')
SELECT ARRAY[1] @> ARRAY[1.0]
SELECT a IS DISTINCT FROM null, null IS NOT DISTINCT FROM a FROM (VALUES ('1'::json), (null)) AS v(a)
select nspname from pg_namespace where nspname ilike 'PG\_CATA%' order by 1
select 'Äbc'::name ilike 'äBC', 'Abc'::name ilike 'aB_', 'abc'::name not ilike 'A%', 'Abc'::name ilike any (array['x', 'ABC'])
select upper('Äbc'::name), lower('ÄBC'::name), upper(nspname) = upper('pg_catalog') from pg_namespace where nspname = 'pg_catalog'
select 123abc
select 0x1F
select 1_000
select 1e
select 1.5abc from t
select 1 as a, 2b
SELECT pg_typeof('a'), pg_typeof('a'::text), pg_typeof(NULL)
