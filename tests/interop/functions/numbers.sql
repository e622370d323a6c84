select sind(30), cosd(60), tand(45), cotd(45), asind(0.5), acosd(0.5), atand(1), atan2d(1, 1), sind(0), cosd(90), tand(180), sind(-30), cosd(120), cotd(135)
select sinh(1), cosh(1), tanh(1), asinh(1), acosh(2), atanh(0.5), cot(1), sin(1), cos(1), tan(1), asin(1), acos(0), atan(1), atan2(1, 2), degrees(1), radians(180)
select asin(2)
select acosh(0.5)
select atanh(2)
select sin('Infinity')
select sqrt(-1::float8)
select ln(0::float8)
select log(-1::float8)
select exp(1000::float8)
select power(0::float8, -1)
select power(-8::float8, 0.5::float8)
select power(1e200::float8, 2)
select 1e308::float8 * 10
select 1e308::float8 + 1e308::float8
select 1e-308::float8 * 1e-308::float8
select 1::float8 / 0
select 1::float4 / 0
select 3e38::float4 * 10
select f8 / f4, f8 * f4, f8 + 1, f4 - 1, f8 / 3, f4 / 3, -f8, abs(f8), @ f4, f8 ^ 2, |/ abs(f8), ||/ f8 from t where id <> 5 order by id
select 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 'Infinity'::float8, 'Infinity'::float8 - 'Infinity'::float8, '-Infinity'::float8 * 0, 1 / 'Infinity'::float8
select 1::int / 0
select 5 % 0
select 5::bigint / 0
select -7 / 2, -7 % 2, 7 / -2, 7 % -2, -2147483648 % -1, 5::smallint / 2::smallint, 10::bigint / 3
select 2147483647 + 1
select -2147483648 - 1
select 2147483647 * 2
select 9223372036854775807 + 1
select 9223372036854775807 * 2
select 32767::smallint + 1::smallint
select (-2147483648) / (-1)
select abs(-2147483648)
select -(-2147483648)
select 1 << 4, 256 >> 4, -8 >> 1, 1 << 32, 1::bigint << 40, 5 & 3, 5 | 3, 5 # 3, ~5, 1::smallint << 3, -1::bigint >> 60
select gcd(12, 18), lcm(4, 6), mod(10, 3), mod(-10, 3), mod(10::bigint, 4), div(10, 3), sign(-5), sign(0.0), sign(-2.5::float8)
select round(2.5::float8), round(3.5::float8), round(-2.5::float8), trunc(2.9::float8), trunc(-2.9::float8), ceil(2.1::float8), floor(-2.1::float8), round(0.5::float8), ceil(-0.5::float8)
select pi(), exp(1::float8), ln(2::float8), log(100::float8), log10(1000::float8), cbrt(27), sqrt(2::float8), power(2::float8, 10), 2::float8 ^ 0.5
select random() between 0 and 1, random() <> random()
select 2.5::int, 3.5::int, -2.5::int, 2.5::float8::int, 3.5::float8::int, 0.5::float8::int, 1.5::float4::bigint, 100::smallint::int, 1.4::bigint
select 1e10::float8::int
select 'NaN'::float8::int
select 40000::smallint
select 1e10::int
select greatest(1, 2, null), least(3, 1.5, 2), greatest(null, null::int), coalesce(null, 1, 2), nullif(1, 1), nullif(1, 2), greatest('a', 'b')
select s2 + i4, i4 + i8, s2 * s2, i8 - s2, i4 / s2, i8 % i4 from t where id in (1, 2, 3, 6) order by id
select corr(f8, i4), covar_pop(f8, i4), covar_samp(f8, i4), regr_avgx(f8, i4), regr_avgy(f8, i4), regr_count(f8, i4), regr_intercept(f8, i4), regr_r2(f8, i4), regr_slope(f8, i4), regr_sxx(f8, i4), regr_sxy(f8, i4), regr_syy(f8, i4) from t
select corr(f, f), regr_slope(f, f), regr_count(f, f), covar_samp(f, f), stddev(f), avg(f), sum(f) from empty
select stddev(f8), stddev_pop(f8), variance(f4), var_pop(f8), avg(f4), sum(f4), sum(f8), min(f4), max(f8) from t
select bit_and(i4), bit_or(i4), bit_xor(i4), bool_and(b), bool_or(b), every(b), count(*), count(b), bit_and(s2) from t
-- moments of what is constant or not finite
SELECT corr(a, b), regr_slope(a, b), regr_intercept(a, b), regr_r2(a, b), regr_sxx(a, b), regr_syy(a, b), regr_sxy(a, b), regr_avgx(a, b), regr_avgy(a, b), regr_count(a, b), covar_pop(a, b), covar_samp(a, b) FROM (VALUES (1.5::float8, 2::float8)) AS v(a, b)
SELECT g, corr(a, b), regr_slope(a, b), regr_intercept(a, b), regr_r2(a, b), regr_sxx(a, b), regr_syy(a, b), regr_sxy(a, b), regr_avgx(a, b), regr_avgy(a, b), regr_count(a, b), covar_pop(a, b), covar_samp(a, b) FROM (VALUES (1, 1.5::float8, 2::float8), (1, 2.5, 2), (2, 4, 1), (2, 4, 3), (3, 7, 7), (4, NULL, 1), (4, 1, NULL), (5, 1, 2), (5, 2, 4), (5, 4, 7), (5, NULL, 8), (6, 'nan', 1), (6, 1, 2), (7, 1, 'inf'), (7, 2, 1), (8, 'inf', NULL), (8, 1, 2), (8, 2, 5), (9, 'nan', 3), (10, 3, '-inf'), (11, 'inf', 1), (11, 'inf', 1), (12, 2, 'inf'), (12, 2, 3)) AS v(g, a, b) GROUP BY g ORDER BY g
SELECT corr(a, 1), regr_slope(a, 1), regr_intercept(a, 1), regr_r2(1, a), corr(1, a), regr_slope(1, a), regr_r2(a, 1) FROM (VALUES (1), (2), (4)) AS v(a)
SELECT corr(i4, f8) OVER (ORDER BY id), regr_slope(i4, f8) OVER (PARTITION BY id % 2 ORDER BY id), covar_samp(i4, f8) OVER (ORDER BY id), stddev(f8) OVER (ORDER BY id), var_pop(f4) OVER (ORDER BY id) FROM t ORDER BY id
SELECT corr(i4, f8) FILTER (WHERE id < 3), regr_slope(DISTINCT i4, f8), corr(a, a), regr_r2(f, f) FROM t, empty
SELECT corr(i4, f8) FILTER (WHERE id < 4), regr_slope(DISTINCT i4, f8), regr_r2(i4, f8), regr_intercept(i4, f8) FROM t
SELECT corr(a, a), regr_r2(f, f), regr_count(f, f), regr_sxx(f, f), covar_pop(f, f), stddev(f), var_pop(f), variance(f) FROM empty
SELECT g, stddev(a), stddev_pop(a), stddev_samp(a), variance(a), var_pop(a), var_samp(a) FROM (VALUES (1, 'nan'::float8), (1, 1), (2, 'inf'), (2, 1), (3, 'nan'), (4, '-inf'), (5, 1), (6, NULL), (7, 'inf'), (7, NULL), (8, 1), (8, 4), (8, 9), (9, 'inf'), (9, '-inf'), (10, 2), (10, 2)) AS v(g, a) GROUP BY g ORDER BY g
SELECT g, stddev(a), stddev_pop(a), stddev_samp(a), variance(a), var_pop(a), var_samp(a) FROM (VALUES (1, 'nan'::float4), (1, 1), (2, 'inf'), (2, 1), (3, 'nan'), (4, '-inf'), (5, 1), (6, NULL), (7, 'inf'), (7, NULL), (8, 1), (8, 4), (8, 9)) AS v(g, a) GROUP BY g ORDER BY g
SELECT stddev(DISTINCT a), var_pop(DISTINCT a), stddev(a) FILTER (WHERE a < 'inf') FROM (VALUES ('inf'::float8), (1), (1), (3)) AS v(a)
SELECT stddev(a) OVER (ORDER BY g), variance(a) OVER (ORDER BY g ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 1::float8), (2, 2), (3, 'nan'), (4, 1), (5, 1)) AS v(g, a) ORDER BY g
SELECT var_pop(a) FROM (VALUES (1e300::float8), (-1e300)) AS v(a)
SELECT regr_sxx(a, a) FROM (VALUES (1e300::float8), (-1e300)) AS v(a)
