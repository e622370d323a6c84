select to_char(ts, 'YYYY-MM-DD HH24:MI:SS.US'), to_char(ts, 'YY Y,YYY YYY Y'), to_char(ts, 'Month|MONTH|month|Mon|MON|mon'), to_char(ts, 'FMMonth FMDay'), to_char(ts, 'Day|DAY|day|Dy|DY|dy'), to_char(ts, 'D ID DDD IDDD DD J Q W WW IW IYYY IYY IY I CC'), to_char(ts, 'HH12:MI AM a.m. PM p.m. pm'), to_char(ts, 'MS US FF1 FF2 FF3 FF4 FF5 FF6 SSSS SSSSS'), to_char(ts, 'RM rm AD B.C. bc'), to_char(ts, 'DDth Ddth DDTH FMDDth'), to_char(ts, '"quoted YYYY" yyyy'), to_char(ts, 'YYYYMMDD"T"HH24MISS') from t order by id
select to_char(tz, 'YYYY-MM-DD HH24:MI:SS TZ OF TZH:TZM'), to_char(tz, 'tz'), to_char(d, 'YYYY-MM-DD'), to_char(d, 'Day, DD Month YYYY'), to_char(d, 'FMDay, FMDD FMMonth YYYY') from t order by id
select to_char(timestamp '0044-03-15 BC', 'YYYY BC'), to_char(timestamp '2000-01-01', 'CC'), to_char(timestamp '2001-01-01', 'CC'), to_char(timestamp '2020-12-31', 'IYYY-IW-ID'), to_char(timestamp '2021-01-01', 'IYYY"W"IW'), to_char(timestamp '12345-01-02', 'YYYY-MM'), to_char(timestamp 'infinity', 'YYYY'), to_char(timestamp '2020-01-01', '')
select to_char(interval '1 year 2 months 3 days 04:05:06.789', 'YYYY MM DD HH24 HH12 MI SS MS US'), to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(interval '100 hours', 'HH24'), to_char(interval '-1 day -02:03:04', 'DD HH24:MI:SS')
select to_char(interval '1 day', 'Day')
select to_char(12345.678, '99999.99'), to_char(12345.678, '99,999.9'), to_char(-12.5, '999.99'), to_char(0, '9'), to_char(0.1, '9.9'), to_char(0.1, '0.9'), to_char(-0.5, '999.9'), to_char(12, '0000'), to_char(-12, '0000'), to_char(123, '99'), to_char(1234567, '9,999,999'), to_char(12, '9,999')
select to_char(12.5, 'FM999.99'), to_char(12.5, 'FM999.00'), to_char(0.5, 'FM9.99'), to_char(12, 'FM9.'), to_char(-12, 'FM999'), to_char(1200, 'FM9,999'), to_char(12, '999S'), to_char(-12, '999S'), to_char(12, 'S999'), to_char(-12, 'S999'), to_char(-12, '999MI'), to_char(12, '999MI'), to_char(12, 'PL999'), to_char(-12, '999PR'), to_char(12, '999PR'), to_char(-12, 'SG999'), to_char(12, 'FMSG999')
select to_char(1, '9th'), to_char(2, '9TH'), to_char(13, '99th'), to_char(485, 'RN'), to_char(485, 'FMRN'), to_char(4, 'rn'), to_char(12, '99V999'), to_char(12.4, '99V9'), to_char(485, '999"units"'), to_char(1485, '9D999'), to_char(148.5, '999D999'), to_char(3148.5, '9G999D999'), to_char(-485, '9 9 9'), to_char(148.5, 'L999.99'), to_char(0.0004859, '9.99EEEE'), to_char(125.8::float8, '999.9'), to_char(1e10::float8, '9.9EEEE')
select to_char(n, '99999.99'), to_char(i4, '9999'), to_char(i8, '9999999999999999999'), to_char(f8, '999.99'), to_char(f4, '99.9') from t order by id
select to_date('2020-01-31', 'YYYY-MM-DD'), to_date('31 Jan 2020', 'DD Mon YYYY'), to_date('20200131', 'YYYYMMDD'), to_date('05 Dec 2000', 'DD Mon YYYY'), to_date('2020-060', 'YYYY-DDD'), to_date('2020-W05-3', 'IYYY-"W"IW-ID'), to_date('January 5, 2021', 'Month DD, YYYY'), to_date('1/2/20', 'MM/DD/YY'), to_date('2020 1 2', 'YYYY MM DD'), to_date(' 2020-01-02', 'YYYY-MM-DD'), to_date('2020/01-02', 'YYYY-MM-DD'), to_date('44 BC', 'YYYY BC')
select to_timestamp('2020-01-31 10:20:30.5', 'YYYY-MM-DD HH24:MI:SS.MS'), to_timestamp('05 Dec 2000 03:04 PM', 'DD Mon YYYY HH12:MI PM'), to_timestamp('20200131102030', 'YYYYMMDDHH24MISS'), to_timestamp('2020-01-31 12:30', 'YYYY-MM-DD HH:MI'), to_timestamp(1580466030.5), to_timestamp(0)
select to_date('2020-02-30', 'YYYY-MM-DD')
select to_date('2020-13-01', 'YYYY-MM-DD')
select to_date('abc', 'YYYY')
select to_date('20x0', 'YYYY')
select to_timestamp('25:00', 'HH24:MI')
select to_timestamp('13:00 PM', 'HH12:MI AM')
select to_date('Foo 2020', 'Mon YYYY')
select to_number('12,454.8-', '99G999D9S'), to_number('12345', '99999'), to_number('-12.5', 'S99.9'), to_number('1,234', '9,999'), to_number('$1,234.50', 'L9,999.99')
select make_date(2013, 7, 15), make_timestamp(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'Europe/Berlin'), make_date(-44, 3, 15)
select make_date(2013, 2, 30)
select make_timestamp(2013, 1, 1, 25, 0, 0)
select extract(epoch from age(timestamp '2020-03-01', timestamp '2019-01-31')), extract(day from age(timestamp '2020-03-01', timestamp '2019-01-31')), extract(month from age(timestamp '2020-03-01', timestamp '2019-01-31')), extract(year from age(timestamp '2019-01-31', timestamp '2020-03-01')), extract(hour from age(ts, timestamp '2020-01-01 05:00')) from t order by id
select extract(hour from interval '100:20:30'), extract(minute from interval '1:20'), extract(second from interval '30.5 seconds'), extract(milliseconds from interval '1.5 seconds'), extract(microseconds from interval '1.5 seconds'), extract(year from interval '26 months'), extract(month from interval '26 months'), extract(quarter from interval '26 months'), extract(decade from interval '25 years'), extract(century from interval '250 years'), extract(millennium from interval '2500 years'), extract(epoch from interval '1 year 1 month 1 day 1 second'), date_part('day', interval '5 days 3 hours'), date_part('epoch', interval '1 month')
select extract(week from interval '1 day')
select extract(nosuch from interval '1 day')
select date_trunc('century', ts), date_trunc('millennium', ts), date_trunc('quarter', d), date_trunc('day', tz, 'Europe/Berlin'), date_trunc(v, ts) from t where id = 100
select date_trunc('century', timestamp '1985-05-05'), date_trunc('millennium', timestamp '2000-01-01'), date_trunc('decade', timestamp '1985-05-05'), date_trunc('day', timestamptz '2020-01-01 23:30+00', 'Europe/Berlin'), date_trunc('century', timestamptz '2020-01-01 00:00+00'), date_trunc('month', timestamptz '2020-05-15 12:00+00', 'America/New_York')
select date_trunc(x, ts) from (values ('month', timestamp '2020-05-15 12:13:14'), ('hour', timestamp '2020-05-15 12:13:14'), ('year', timestamp '2020-05-15')) v(x, ts) order by 1
select date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_bin('1 day', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01 02:30'), date_bin('1 hour', timestamptz '1999-02-11 15:44:17+00', timestamptz '2001-01-01 00:00:30+00'), date_bin('2 days', timestamp '2001-01-03', timestamp '2001-01-05')
select date_bin('1 month', timestamp '2020-01-01', timestamp '2001-01-01')
select date_bin('0 s', timestamp '2020-01-01', timestamp '2001-01-01')
select isfinite(date '2020-01-01'), isfinite(date 'infinity'), isfinite(timestamp '-infinity'), isfinite(timestamptz '2020-01-01'), isfinite(interval '1 day'), isfinite(d), isfinite(ts) from t order by id
select extract(epoch from interval '1 day' * 1.5), extract(epoch from interval '1 month' * 0.5), extract(epoch from 2 * interval '1 hour'), extract(epoch from interval '1 day' / 3), extract(epoch from justify_hours(interval '50 hours')), extract(day from justify_days(interval '65 days')), extract(month from justify_interval(interval '1 month -1 hour')), extract(epoch from make_interval(1, 2, 3, 4, 5, 6, 7.5)), extract(day from make_interval(0, 0, 2))
select extract(epoch from interval '1 day' / 0)
select (timestamp '2020-01-01', timestamp '2020-06-01') overlaps (timestamp '2020-05-01', timestamp '2020-07-01'), (date '2020-01-01', date '2020-02-01') overlaps (date '2020-02-01', date '2020-03-01'), (timestamp '2020-01-01', interval '10 days') overlaps (timestamp '2020-01-05', interval '1 day'), (timestamp '2020-01-01', null) overlaps (timestamp '2020-01-01', timestamp '2020-01-02')
select extract(epoch from sum(ts - timestamp '2020-01-01')), extract(epoch from avg(ts - timestamp '2020-01-01')), extract(epoch from max(ts - timestamp '2020-01-01')) from t
select ts + interval '1 month' * 2, d + 2 * interval '1 day', ts - interval '1 day' / 2, tz + make_interval(0, 1) from t order by id
select extract(year from d), extract(month from ts), extract(dow from ts), extract(isodow from ts), extract(doy from d), extract(week from ts), extract(quarter from ts), extract(decade from ts), extract(century from ts), extract(epoch from tz), extract(second from ts), extract(isoyear from d) from t order by id
select ts::date, tz::timestamp, d::timestamp, ts::text, d::text, tz::text, d - date '2020-01-01', d + 5, d - 5, ts > d, ts = timestamp '2020-12-31' from t order by id
select min(d), max(ts), min(tz), count(distinct d), max(d) - min(d) from t
select current_date = now()::date, now() = current_timestamp, now() = transaction_timestamp(), localtimestamp = now()::timestamp, clock_timestamp() >= now(), statement_timestamp() >= now()
select ts at time zone 'UTC', ts at time zone 'Europe/Berlin', tz at time zone 'America/New_York', ts at time zone interval '2 hours', tz at time zone interval '-3 hours' from t order by id
select d between symmetric date '2020-12-31' and date '2020-01-01', i4 between symmetric 10 and 0, i4 not between symmetric 10 and 0 from t order by id
SELECT time '23:30' + interval '1 month 1 hour', interval '-25:00' + time '00:30', time '10:00' - interval '11:00:00.5', time '10:00' - time '12:30:00.000001', time '24:00' + interval '0', time '24:00' - time '00:00'
SELECT date '2020-02-29' + time '10:20:30.5', time '24:00' + date '2020-02-29', date 'infinity' + time '01:00', date '0044-03-15 BC' + time '01:00'
SELECT date '5874897-12-31' + time '01:00'
SELECT time '10:20:30.5'::interval, interval '1 day 26:10'::time, interval '-00:00:01'::time, interval '-2 days -49:00'::time
SELECT extract(hour FROM time '24:00'), extract(minute FROM time '10:20:30.5'), extract(second FROM time '10:20:30.5'), extract(milliseconds FROM time '10:20:30.5'), extract(microseconds FROM time '10:20:30.5'), extract(epoch FROM time '10:20:30.5'), date_part('epoch', time '10:20:30.5'), date_part('hour', time '10:20')
SELECT extract(day FROM time '10:20')
SELECT extract(fortnight FROM time '10:20')
SELECT min(a), max(a) FROM (VALUES (time '10:20'), ('24:00'), ('00:00:00.5'), (null)) AS v(a)
SELECT min(a), max(a) FROM (VALUES (timetz '10:20+00'), ('11:20+02'), ('10:20+05:30'), (null)) AS v(a)
SELECT a, b, a < b, a >= b, a = b FROM (VALUES (timetz '10:20+00', timetz '11:20+01'), ('10:20+02', '10:20+01'), ('00:00+00', '23:59-12')) AS v(a, b)
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY a) FROM (VALUES (interval '1 mon'), ('31 days'), ('45 days'), ('2 mons')) AS v(a)
select make_time(1, 2, 3.5), make_time(24, 0, 0), make_time(0, 0, 59.9999999)
select make_time(25, 0, 0)
select make_time(1, 60, 0)
select age(current_date), age(current_date - 400) = age(current_date, current_date - 400), age(current_date::timestamptz - interval '1 hour')
select id, age(ts) = age(current_date, ts), age(tz) = age(current_date::timestamptz, tz), age(d) = age(current_date::timestamptz, d) from t order by id
select age(null::timestamp), age('2000-01-01') > interval '20 years'
-- intervals whose parts have mixed signs
SELECT interval '1 mon -1 day' = interval '29 days', interval '1 mon -1 day' > interval '28 days', interval '1 mon -1 day' < interval '29 days', interval '29 days' >= '1 mon -1 day', interval '1 day -1 hour' = '23:00', interval '1 year -12 mons' = '0', interval '-1 mon 30 days' = '00:00', interval '1 mon' <> '30 days', interval '1 mon' <> '31 days'
SELECT interval '1 mon -1 day' BETWEEN '29 days' AND '29 days', interval '1 mon -1 day' NOT BETWEEN '29 days' AND '30 days', interval '1 mon -1 day' IN ('29 days', '1 day'), interval '1 mon -1 day' NOT IN ('29 days', NULL), interval '1 mon -1 day' IS DISTINCT FROM interval '29 days', interval '1 mon -1 day' IS NOT DISTINCT FROM interval '29 days', interval '29 days' IS DISTINCT FROM NULL, interval '2 mons -1 day' BETWEEN SYMMETRIC '60 days' AND '58 days'
SELECT interval '1 mon -1 day' = ANY (ARRAY[interval '29 days', NULL]), interval '1 mon -1 day' <> ALL ('{29 days}'::interval[]), interval '1 mon -1 day' > ANY (ARRAY[interval '28 days']), interval '1 mon -1 day' < ALL (ARRAY[interval '30 days', '29 days'])
SELECT ARRAY[interval '1 mon -1 day'] = ARRAY[interval '29 days'], ARRAY[interval '1 mon -1 day'] <> ARRAY[interval '29 days'], ARRAY[interval '1 mon -1 day', NULL] < ARRAY[interval '29 days', '0'], ARRAY[interval '1 mon -1 day'] @> ARRAY[interval '29 days'], ARRAY[interval '1 mon -1 day'] && ARRAY[interval '29 days'], array_position(ARRAY[interval '0', '1 mon -1 day'], interval '29 days'), array_remove(ARRAY[interval '1 mon -1 day', '1 day'], interval '29 days'), array_replace(ARRAY[interval '1 mon -1 day', '1 day'], interval '29 days', interval '7 days')
SELECT a.i, b.i FROM (VALUES (interval '1 mon -1 day'), ('30 days')) AS a(i) JOIN (VALUES (interval '29 days'), ('1 mon'), ('2 mons')) AS b(i) ON a.i = b.i ORDER BY 1
SELECT i FROM (VALUES (interval '1 mon -1 day'), ('30 days')) AS a(i) JOIN (VALUES (interval '29 days'), ('1 mon')) AS b(i) USING (i) ORDER BY 1
SELECT i, n, m FROM (VALUES (interval '1 mon -1 day', 1), ('30 days', 2), ('1 day', 3)) AS a(i, n) FULL JOIN (VALUES (interval '29 days', 1), ('1 mon', 2), ('9 days', 4)) AS b(i, m) USING (i) ORDER BY 1
SELECT count(DISTINCT i), count(i), min(i), max(i), min(DISTINCT i), max(DISTINCT i) FROM (VALUES (interval '1 mon -1 day'), ('29 days'), ('28 days 24:00'), ('2 days'), ('1 mon -29 days'), ('1 mon 1 day -1 hour'), (NULL)) AS a(i)
SELECT count(*), sum(n), sum(i) FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days 24:00', 3), ('2 days', 4)) AS a(i, n) GROUP BY i ORDER BY 1
SELECT i, count(*), max(i), sum(n) FROM (VALUES (interval '1 mon -1 day', 1), ('1 mon -1 day', 2), ('2 days', 4), (NULL, 1)) AS a(i, n) GROUP BY i HAVING i > '1 day' OR i IS NULL ORDER BY i DESC
SELECT i + interval '1 hour', count(*), rank() OVER (ORDER BY i), sum(count(*)) OVER (ORDER BY i DESC) FROM (VALUES (interval '1 mon -1 day', 1), ('1 mon -1 day', 2), ('2 days', 4)) AS a(i, n) GROUP BY i ORDER BY i + interval '1 day'
SELECT extract(day FROM i) AS d, count(*) FILTER (WHERE i > '2 days') FROM (VALUES (interval '1 mon -1 day'), ('3 days'), ('3 days'), ('2 days')) AS a(i) GROUP BY i ORDER BY 1, 2
SELECT date_trunc('day', i), count(*) FROM (VALUES (interval '1 mon -1 day'), ('29 days'), ('2 days')) AS a(i) GROUP BY date_trunc('day', i) HAVING count(*) = 1
SELECT date_trunc('day', i), count(*) FROM (VALUES (interval '3 days 01:00'), ('3 days 02:00'), ('2 days')) AS a(i) GROUP BY 1 ORDER BY 1
SELECT count(*) FROM (SELECT DISTINCT i FROM (VALUES (interval '1 mon -1 day'), ('29 days'), ('28 days 24:00'), ('2 days')) AS a(i)) AS q
SELECT DISTINCT i FROM (VALUES (interval '2 days'), ('2 days'), ('1 mon -1 day')) AS a(i) ORDER BY i DESC
SELECT DISTINCT ON (i) n FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days', 3)) AS a(i, n) ORDER BY i, n DESC
SELECT n FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days 25:00', 3), ('-1 mon 1 day', 4), ('-29 days 1 sec', 5), ('1 year -1 year', 6)) AS a(i, n) ORDER BY i, n
SELECT n FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days 25:00', 3), (NULL, 4)) AS a(i, n) ORDER BY i DESC NULLS LAST, n
SELECT n FROM (VALUES (ARRAY[interval '1 mon -1 day'], 1), ('{29 days}', 2), ('{28 days}', 3)) AS a(i, n) ORDER BY i, n
SELECT count(*) FROM (VALUES (ARRAY[interval '1 mon -1 day'], 1), ('{29 days}', 2), ('{28 days}', 3)) AS a(i, n) GROUP BY i ORDER BY 1
SELECT i, count(*) FROM (VALUES (ARRAY[interval '1 mon -1 day'], 1), ('{1 mon -1 day}', 2), ('{28 days}', 3)) AS a(i, n) GROUP BY i ORDER BY 2
SELECT count(*) FROM (SELECT DISTINCT i FROM (VALUES (ARRAY[interval '1 mon -1 day'], 1), ('{29 days}', 2), ('{28 days}', 3)) AS a(i, n)) AS q
SELECT n, rank() OVER (ORDER BY i), dense_rank() OVER (ORDER BY i DESC), count(*) OVER (PARTITION BY i), max(i) OVER (ORDER BY i, n) = i, lag(i) OVER (ORDER BY i, n) FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days', 3)) AS a(i, n) ORDER BY n
SELECT n, count(*) OVER (ORDER BY i RANGE BETWEEN interval '1 day' PRECEDING AND interval '1 hour' FOLLOWING), sum(n) OVER (ORDER BY i RANGE BETWEEN CURRENT ROW AND '1 mon -29 days' FOLLOWING) FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days', 3), ('29 days 01:00', 4)) AS a(i, n) ORDER BY n
SELECT greatest(interval '1 mon -1 day', '28 days'), least(interval '1 mon -1 day', '28 days', NULL), greatest(interval '1 mon', '30 days'), greatest(interval '30 days', '1 mon'), least(interval '1 mon', '30 days'), least(interval '30 days', '1 mon'), greatest(NULL::interval, NULL)
SELECT nullif(interval '1 mon -1 day', '29 days'), nullif(interval '1 mon -1 day', '28 days'), nullif('29 days', interval '28 days'), nullif(time '12:00', interval '12:00'), pg_typeof(nullif(interval '1 day', '2 days'))
SELECT nullif('{"a": 1}'::jsonb, '{"a": 1.0}'), nullif('{"a": 1.50}'::jsonb, '{"a": 1}'), nullif('{"a": 1.50}', '{"a": 1}'::jsonb)
SELECT CASE interval '1 mon -1 day' WHEN '28 days' THEN 1 WHEN '29 days' THEN 2 END, (interval '1 mon -1 day', 1) = (interval '29 days', 1), (interval '1 mon -1 day', 1) < (interval '29 days', 2), (interval '1 mon -1 day', 1) IN ((interval '29 days', 1))
SELECT interval '1 mon -1 day' IN (SELECT interval '29 days'), interval '1 mon -1 day' > ALL (SELECT interval '28 days'), interval '1 mon -1 day' = ANY (VALUES (interval '29 days'), ('1 day')), EXISTS (SELECT 1 FROM (VALUES (interval '29 days')) AS v(i) WHERE i = interval '1 mon -1 day')
SELECT count(*) FROM (SELECT interval '1 mon -1 day' UNION SELECT interval '29 days' UNION SELECT '1 day') AS q
SELECT interval '1 mon -1 day' INTERSECT SELECT interval '1 mon -1 day'
SELECT count(*) FROM (SELECT interval '1 mon -1 day' INTERSECT SELECT interval '29 days') AS q
SELECT interval '1 mon -1 day' EXCEPT SELECT interval '29 days'
SELECT i FROM (VALUES (interval '1 mon -1 day'), ('2 days'), ('2 days')) AS v(i) EXCEPT SELECT interval '29 days'
SELECT i FROM (VALUES (interval '1 mon -1 day'), ('2 days'), ('2 days'), (NULL)) AS v(i) EXCEPT ALL SELECT i FROM (VALUES (interval '29 days'), ('48:00'), (NULL)) AS w(i)
SELECT i FROM (VALUES (interval '2 days'), ('2 days'), ('2 days'), (NULL)) AS v(i) INTERSECT ALL SELECT i FROM (VALUES (interval '2 days'), ('48:00'), (NULL)) AS w(i)
SELECT n FROM (VALUES (1.0::numeric), (2), (2.00)) AS v(n) EXCEPT SELECT 1
SELECT count(*) FROM (SELECT n FROM (VALUES (1.0::numeric), (2), (2.00)) AS v(n) EXCEPT ALL SELECT 2.000) AS q
SELECT '{"a": 1}'::jsonb INTERSECT SELECT '{"a": 1}'::jsonb
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY i), percentile_disc(0.9) WITHIN GROUP (ORDER BY i DESC) FROM (VALUES (interval '1 mon -1 day'), ('28 days'), ('29 days 01:00')) AS v(i)
SELECT array_agg(n ORDER BY i, n), string_agg(n::text, ',' ORDER BY i DESC, n) FROM (VALUES (interval '1 mon -1 day', 1), ('29 days', 2), ('28 days', 3)) AS a(i, n)
SELECT time '12:00' = interval '12:00', interval '1 day -12 hours' = time '12:00', time '12:00' IN (interval '1 day -12 hours')
SELECT interval '178956970 years 11 mons' > '178956970 years', -interval '178000000 years' < interval '0', interval '2147483647 mons 2147483647 days' > interval '2147483647 mons'
SELECT extract(day FROM i), n.r FROM (VALUES (interval '3 days')) AS v(i), (VALUES (1.0::numeric), (1.00)) AS n(r) GROUP BY i, n.r
SELECT n, sum(n), count(*) FROM (VALUES (1.0::numeric), (1.0), (2.00)) AS v(n) GROUP BY n ORDER BY n
SELECT c1, c10, count(*) FROM (VALUES (1.5::numeric, 2, 3, 4, 5, 6, 7, 8, 9, 10), (1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10)) AS v(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) GROUP BY c1, c10
select extract(minute from ts) as m, extract(year from ts) as y, count(*) from t group by m, y order by m, y
select sum(extract(doy from ts)), avg(extract(hour from ts)), max(extract(year from ts) * 1000000000), min(-extract(minute from ts)) from t
select extract(day from ts) + 99999.25, extract(hour from ts) * extract(minute from ts) * extract(year from ts) * extract(year from ts), extract(year from ts) / 7, extract(week from ts) ^ 3, extract(month from ts) % 5, round(extract(month from ts), -1) from t order by id
select coalesce(extract(hour from null::timestamp), 123456.5), case when id > 1 then 123456789 else extract(hour from ts) end, array[extract(day from ts), 1234567], greatest(extract(year from ts), 12345678.5) from t order by id
select extract(hour from ts) from t union select 123456789.25 union select id from t order by 1
select extract(year from date '294276-12-31'), extract(decade from timestamp '294246-12-31 23:59:59'), extract(year from timestamp '4713-01-01 BC'), extract(millennium from date '4000-01-01 BC'), extract(isoyear from date '2024-12-30'), extract(minute from timestamp 'infinity')
select extract(century from date '999901-01-01'), extract(century from date '5874897-12-31'), extract(decade from date '5874897-12-31'), extract(millennium from date '5874897-12-31'), extract(doy from date '5874896-12-31')
select extract(day from ts) = any('{123456,6}'), extract(day from ts) <> all('{123456,6.4}'), array[extract(day from ts)] = '{123456}', coalesce(array[extract(day from ts)], '{123456}'), extract(year from ts) < any('{2024.5,3000000000}') from t order by id
select array_agg(extract(day from ts)) = '{123456,6}', case when count(*) > 1000 then array_agg(extract(day from ts)) else '{123456.75}' end from t
select extract(day from date '2024-05-06') = any('{6.4}'), round(4.0, 1) = any('{4.04}'), i4::numeric(10,0) = any('{6.4}'), n = any('{6.25,1e20}'), n <> all('{}') from t order by id
