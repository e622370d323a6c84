select 1::numeric/3, 10::numeric/3, 1.0/3, 1.00/3.000, 2/3.0, 100000000.0/7, 0.0001/7, 1e-10/3, 123456789012345678901234567890.5/3, 1/0.3
select -1::numeric/3, -2.5/0.5, 7.5/2, 0.00/3, 1e20/1e-5, 1e-20/1e5, 99999999999999999999/3
select 1.0/0
select 1::numeric/0
select n/3, n/n4, 10/n, i4/n, n/i4 from t where id in (1, 2, 6) order by id
select n/0 from t
select n % 2, n % n4, mod(n, 0.3), n % 0.07 from t where id in (1, 6) order by id
select n % 0 from t
select n + 1, n - 0.001, n * 2, n * n4, n4 * n4 * n4 * n4, -n, +n, @ n, abs(n) from t order by id
select n/3 + 1, n/3 - n, (n/3) * 2, -(n/3), abs(n/3), @ (n/3), (n/3) % 2 from t order by id
select 12345678901234567890123456789012345678 * 10.5, 99999999999999999999999999999999999999 + 1.0, 1e40, 1e40 + 1, 1.23456789012345678901234567890123456789012345
select 'NaN'::numeric, 'Infinity'::numeric, '-Infinity'::numeric, 'inf'::numeric + 1, 'NaN'::numeric = 'NaN'::numeric, 'NaN'::numeric > 1, 'Infinity'::numeric > 1e100
select 'Infinity'::numeric - 'Infinity'::numeric, 0 * 'Infinity'::numeric, 'Infinity'::numeric / 'Infinity'::numeric, 1 / 'Infinity'::numeric, 'Infinity'::numeric / 0
select 1.5::numeric, '1.50'::numeric, '1e3'::numeric, '1.5e-3'::numeric, ' 12.5 '::numeric, '.5'::numeric, '5.'::numeric, '+7'::numeric, '-0'::numeric
select 'abc'::numeric
select ''::numeric
select '1e'::numeric
select '1.2.3'::numeric
select '1e200000'::numeric
select 1.5::float8::numeric, 0.1::float8::numeric, 0.1::float4::numeric, 1e20::float8::numeric, 1.23456789012345678::float8::numeric, 'NaN'::float8::numeric, 'Infinity'::float8::numeric, 1e-10::float8::numeric
select f8::numeric, f4::numeric, i4::numeric, x::text from t order by id
select (n/3)::int, (n/3)::bigint, (n/3)::smallint, (n/3)::float8, (n/3)::float4, (n/3)::text, (n/3)::numeric(10,2), (n/3)::varchar(5) from t order by id
select (1e10::numeric/3)::int
select (1e20::numeric/3)::bigint
select 'NaN'::numeric::int
select 'NaN'::numeric::float8, 'Infinity'::numeric::float8, 1e300::numeric::float8
select 1e400::numeric::float8
select (10::numeric/3)::numeric(3,2), (10::numeric/3)::numeric(2,1), (99.995::numeric/1)::numeric(5,2)
select (1000::numeric/3)::numeric(3,2)
select sqrt(2::numeric), sqrt(2.0), sqrt(4::numeric), sqrt(0.0001), sqrt(1e20), sqrt(123456789.123456789), sqrt(0::numeric), sqrt(1e-20), sqrt(99999999999999999999.5), sqrt('NaN'::numeric), sqrt(15241578750190521::numeric)
select sqrt(-1::numeric)
select exp(1::numeric), exp(0::numeric), exp(-1::numeric), exp(10.5), exp(100::numeric), exp(-50.0), exp(0.00001), exp(-1000.0), exp('Infinity'::numeric), exp('-Infinity'::numeric)
select exp(10000::numeric)
select ln(2::numeric), ln(10.0), ln(0.5), ln(1::numeric), ln(1.0001), ln(0.999), ln(1e20), ln(1e-20), ln(123456789012345678901234567890.0), ln('Infinity'::numeric)
select ln(0::numeric)
select ln(-1::numeric)
select log(100::numeric), log(2::numeric), log(0.001), log(1e30), log10(1000::numeric), log(2, 1024), log(2.0, 10), log(10, 0.5), log(1.5, 1.5), log(0.5, 8), log(3::numeric, 1e30)
select log(1::numeric, 2)
select log(0::numeric, 2)
select power(2::numeric, 10), power(2.0, 0.5), 2::numeric ^ 3, 1.5 ^ 2, power(2::numeric, -2), power(10::numeric, -5), power(0::numeric, 0), power(0::numeric, 5), power(1.0000001, 1000000), power(2::numeric, 100), power(-2::numeric, 3), power(-2::numeric, 4)
select power(9::numeric, 0.5), power(2.5, 3.7), power(0.001, 2.5), power(1e10, 2.5), power(1e-10, 1.5), power(10.0, 0.30103), power(123.456, -3.2), 0.5 ^ 0.5, power(0::numeric, 1.5), 1.1 ^ 100, 7.0 ^ -1, 3.14 ^ 1
select power(-8::numeric, 0.5)
select power(0::numeric, -1)
select power(1e10::numeric, 100000)
select power('NaN'::numeric, 0), power(1::numeric, 'NaN'::numeric), power('Infinity'::numeric, 2), power(2::numeric, 'Infinity'::numeric), power(0.5, 'Infinity'::numeric), power(2::numeric, '-Infinity'::numeric), power('-Infinity'::numeric, 3), power('-Infinity'::numeric, 2)
select round(2.567, 2), round(2.565, 2), round(-2.565, 2), round(1234.5, -2), round(1250::numeric, -2), round(2.5, 0), round(1.5), round(-0.5), round(2.567, 5), round(15.5, -3), round(n, id) from t where id in (1, 2) order by 1
select trunc(2.567, 2), trunc(-2.567, 1), trunc(1234.5, -2), trunc(2.9), trunc(-2.9), trunc(2.5, 5), trunc(n/3, 3), round(n/3, 3), trunc(n/3), round(n/3) from t where id in (1, 2) order by 7
select ceil(2.1), ceil(-2.1), floor(2.9), floor(-2.1), ceil(n/3), floor(n/3), ceiling(n/3), sign(n/3), sign(-3.5), sign(0.0) from t order by id
select div(9, 4), div(-9, 4), div(9.5, 2), div(7::numeric, 0.3), div(n, 0.7), gcd(12, 18), gcd(12.5, 5), gcd(-4, 6), gcd(0, 5), lcm(4, 6), lcm(2.5, 1.5), lcm(0, 5), gcd(123456789012::bigint, 987654321098), lcm(123456::bigint, 7890) from t where id = 1
select div(1, 0)
select gcd(-2147483648, 0)
select lcm(2147483647, 2147483646)
select factorial(0), factorial(5), factorial(20), factorial(30)
select factorial(-1)
select scale(1.50), scale(1), scale(n), min_scale(1.500), min_scale(100), trim_scale(1.500), trim_scale(100.00), trim_scale(n), scale(n/3), trim_scale(n/4) from t order by id
select width_bucket(5.35, 0.024, 10.06, 5), width_bucket(0, 1, 10, 3), width_bucket(10, 1, 10, 3), width_bucket(3.5::float8, 0, 10, 4), width_bucket(5, 10, 0, 5), width_bucket(n, 0, 10, 5) from t order by id
select width_bucket(1, 2, 2, 3)
select width_bucket(1, 2, 3, 0)
select avg(s2), avg(i4), avg(i8), avg(n), avg(n4), avg(n/3), avg(f8), avg(f4), avg(id), avg(distinct i4) from t
select sum(s2), sum(i4), sum(i8), sum(n), sum(n4), sum(n/3), sum(n * n4), min(n/3), max(n/3), count(n/3), count(distinct n/3) from t
select stddev(i4), stddev_pop(i4), variance(i4), var_pop(i4), var_samp(i8), stddev_samp(n), stddev_pop(n4), variance(n/3), stddev(s2) from t
select stddev(i4), variance(n), var_pop(id), stddev_pop(i8) from t where id = 1
select avg(a), sum(a), avg(n), sum(n), stddev(a), variance(n), max(n/3), sum(n/3) from empty
select b, avg(i4), avg(n), sum(n/7), max(n/3) from t group by b order by b
select n/3 as q, count(*) from t group by n/3 order by q
select n/3 as q, count(*) from t group by 1 order by 1 desc
select q from (values (1.0/4), (0.25), (0.250)) v(q) group by q having count(*) = 3
select (n/3) * 2, max(id) from t group by n/3 order by max(id)
select distinct n/3 from t order by 1
select distinct q::text = '0.25' or true from (values (1.0/4), (0.250)) v(q)
select count(*) from (select distinct q from (values (1.0/4), (0.25), (0.3)) v(q)) w
select distinct on (n/2) n/2, id from t order by n/2, id
select id from t order by n/3, id
select id from t order by n/3 desc nulls last, id
select id, rank() over (order by n/3), sum(id) over (partition by n/3 order by id), avg(n) over (order by id), sum(n/3) over (order by id rows 1 preceding) from t order by id
select n/3 > 0.5, n/3 = 0.5, n/3 <> 0.50, n/3 between 0 and 1, n/3 in (0.5, 0.50, 7), n/3 is distinct from 0.5, nullif(n/3, 0.5), n/3 < f8, n/3 > i4 from t order by id
select a.id, b.id from t a join t b on a.n/2 = b.n/2 order by 1, 2
select id from t where n/3 = (select max(n)/3 from t)
select id from t where n/3 in (select n/3 from t where id < 3) order by id
select id from t where n/3 > all (select n/3 from t where id = 2) order by id
select n/3 from t where id = 1 union all select 0.25 union all select 1 order by 1
select count(*) from (select 0.5 union select 1.0/2 union select 0.50) u
select coalesce(n, 0), coalesce(n/3, 0), coalesce(null, 1.50), coalesce(n, 0.123), greatest(n, 1), least(n, 1.234), greatest(n/3, 0.5), least(1, 2.50), greatest(1.50, 1.5), case when id = 1 then 1 else 2.50 end, case when id = 1 then n else n4 end from t order by id
select sum(case when id < 3 then n else 0 end), avg(case when id < 3 then n else 0 end), sum(coalesce(n, 0)), sum(case when id > 100 then n else 0 end), max(case when id < 3 then n else 0 end) from t
select sum(case when b then n else 0 end), sum(coalesce(n, 1)) from t group by b order by b
values (1), (2.50), (null)
select * from (values (1, 2.5), (2.25, 3)) v(a, b) order by a
select 0.1 + 0.2, 1.10 * 1.10, 3 * 0.33, 1 - 0.9, 1e3, 1.0e3, 1.5e-2, -1.5e0, 100.00, .5
select n::numeric, i8::numeric, 5::numeric, n::numeric(20,5), n4::numeric(18,2), n::numeric(5) from t where id in (1, 2) order by id
select 12345.678::numeric(5,2)
select sum(i8 * i8), sum(i8::numeric * 1e20) from t
select cast(n as numeric) / cast(n4 as numeric) from t where id = 1
select round(avg(i4), 2), round(sum(n) / count(*), 3), avg(n)::numeric(10,2), sum(n) / 7 from t
select 5 / 2.0, 5.0 / 2, 7 % 2.5, -7.5 % 2, 2.5 * 2.5, 10 ^ 2.5, 2 ^ 0.5, 2.0 ^ 3
select 1.0::numeric = 1.00::numeric, 1.1 > 1.09, 2 > 1.5, -0.0 = 0
select n::text, (n * 2)::text || 'x', n || 'y', concat(n, n / 4), (1/3.0)::varchar from t where id = 1
select max(n4), min(n4), max(n + n4), sum(n) filter (where b), avg(n) filter (where id > 100) from t
select string_agg((n/3)::text, ',' order by n/3) from t
select extract(epoch from ts) / 3, extract(second from ts) * 2 from t order by id
select n from t where n < 1e30 order by 1
select n4 from t where n4 between -1e35 and 123456789012345678901234567890.5 order by 1
select n from t where n in (1.5, 1e36) or n = '1e40' or n > 12345678901234567890123456789012345678 order by 1
select n4 < 1e36, n4 = 1e36, n4 is distinct from 1e36, n4 not in (1e36, 1.2345) from t order by id
select id from t where n in (1.5::real, 99999.99::real) order by 1
select id from t where n in (1.5::real) or n = 99999.99::real order by 1
select id from t where n = any(array[99999.99::real]) or n4 in (12345.6789::float8) order by 1
select id from t where f4 in (0.1) order by 1
select id from t where f4 in (0.1, 0.2) order by 1
select id from t where f4 = '0.1' order by 1
select id from t where f4 = any('{0.1}') or f4 in ('0.1', '1.5') order by 1
select id from t where f4 not in (0.1, 1.5) order by 1
select id from t where i8 in (-3999999999997129, '1'::real, 9007199254740992::float8) order by 1
select id from t where i8 in (9007199254740992, 1.0) or i8 not in (9007199254740992::real, null) order by 1
select -3999999999997129::bigint in (-3999999999997129, '1'::real), 1.01 in (1.01::real), 1.01 in (1.01::real, 1.01), 0.1::real in (0.1, 0.2::float8), 16777217 in (16777217::real), 16777217 in (16777217, 1::real)
select percentile_cont(array[0, 0.25, 1]) within group (order by f8), percentile_disc(array[0.5, null, 1]) within group (order by n), percentile_disc('{0.5}'::float8[]) within group (order by x desc), percentile_cont('{}'::float8[]) within group (order by i4), percentile_cont(null::float8[]) within group (order by i4) from t
select percentile_cont(array[0.5, 2]) within group (order by i4) from t
select percentile_cont(array[0.5]) within group (order by f), percentile_disc(array[0.5, 1]) within group (order by a) from empty
select b, percentile_disc(array[0, 1]) within group (order by i4) from t group by b order by 1
