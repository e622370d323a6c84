-- Each in sessions whose TimeZone is Europe/Berlin, America/New_York, Asia/Kolkata, Australia/Lord_Howe.
SELECT timestamptz '2024-04-01 00:00+00' - timestamptz '2024-03-30 00:00+00', timestamptz '2024-03-30 00:00+00' - timestamptz '2024-04-01 00:00:00.5+00', timestamptz '2024-11-05 12:00+00' - timestamptz '2024-10-20 00:00+00'
SELECT timestamptz 'infinity' - timestamptz '2024-03-30 00:00+00'
SELECT max(at) - min(at), extract(epoch FROM max(at) - min(at)) FROM moments
SELECT n, at - lag(at) OVER (ORDER BY n) FROM moments ORDER BY n
SELECT sum(at - timestamptz '2024-01-01 00:00+00'), avg(at - timestamptz '2024-01-01 00:00+00'), count(*) FILTER (WHERE at - timestamptz '2024-03-30 00:00+00' > interval '1 day') FROM moments
SELECT n, age(at, timestamptz '2024-03-30 00:00+00'), extract(epoch FROM at - timestamptz '2024-03-30 00:00+00') FROM moments ORDER BY n
SELECT timestamptz '2024-03-30 21:45:46+01' + interval '24 hours', timestamptz '2024-03-30 12:00+01' + interval '1 day -12:00', timestamptz '2024-03-30 03:30+01' + interval '-1 day 28:00', interval '1 day' + timestamptz '2024-03-30 02:30+01'
SELECT timestamptz '2024-10-26 02:30' + interval '1 day', timestamptz '2024-03-30 02:30' + interval '1 day', timestamptz '2024-11-02 01:30' + interval '1 day', timestamptz '2024-04-06 01:45' + interval '1 day', timestamptz '2024-10-28 02:30' - interval '1 day'
SELECT timestamptz '2024-01-31 10:00' + interval '1 month 1 day', timestamptz '2024-01-30 10:00' + interval '1 month 1 day', timestamptz '2024-03-31 10:00' - interval '1 month', timestamptz '2024-02-29 10:00' + interval '1 year', timestamptz '2024-12-31 10:00' + interval '2 months', timestamptz '2024-01-15 02:30' - interval '-9 months -12 days'
SELECT timestamptz 'infinity' + interval '1 day', timestamptz '-infinity' - interval '1 month', null::timestamptz + interval '1 day'
SELECT timestamptz '2024-01-01' + interval '178000000 years'
SELECT timestamptz '2024-01-01' - interval '7000 years'
SELECT n, at + interval '1 day', at - interval '1 month', at + interval '36 hours', interval '1 mon -1 day 03:30' + at FROM moments ORDER BY n
SELECT n FROM moments WHERE at > timestamptz '2024-03-31 12:00' - interval '1 day' ORDER BY n
SELECT generate_series(timestamptz '2024-03-30 00:00', timestamptz '2024-04-02 00:00', interval '1 day')
SELECT * FROM generate_series(timestamptz '2024-10-26 12:00', timestamptz '2024-10-28 00:00', interval '6 hours') AS g
SELECT * FROM generate_series(timestamptz '2024-10-31 02:30', timestamptz '2024-01-01 00:00', interval '-1 month') WITH ORDINALITY AS g
SELECT * FROM generate_series(timestamptz '2024-10-31', timestamptz '2024-01-01', interval '0') AS g
SELECT * FROM generate_series(null::timestamptz, timestamptz '2024-01-01', interval '1 day') AS g
SELECT date_trunc('hour', timestamptz '2024-10-27 00:10+00'), date_trunc('hour', timestamptz '2024-10-27 01:10+00'), date_trunc('hour', timestamptz '2024-11-03 05:10+00'), date_trunc('hour', timestamptz '2024-11-03 06:10+00'), date_trunc('hour', timestamptz '2024-04-06 15:10+00'), date_trunc('minute', timestamptz '2024-10-27 00:10:20+00'), date_trunc('milliseconds', timestamptz '2024-10-27 00:10:20.123456+00'), date_trunc('microseconds', timestamptz '2024-10-27 00:10:20.123456+00')
SELECT date_trunc('day', timestamptz '2024-10-27 12:10+00'), date_trunc('week', timestamptz '2024-10-27 12:10+00'), date_trunc('month', timestamptz '2024-03-31 12:10+00'), date_trunc('quarter', timestamptz '2024-05-27 12:10+00'), date_trunc('year', timestamptz '2024-05-27 12:10+00'), date_trunc('decade', timestamptz '2024-05-27 12:10+00'), date_trunc('century', timestamptz '2024-05-27 12:10+00'), date_trunc('millennium', timestamptz '2024-05-27 12:10+00'), date_trunc('hour', timestamptz 'infinity'), date_trunc('DAY', timestamptz '1880-05-27 12:10+00')
SELECT date_trunc('hour', timestamptz '2024-10-27 00:10+00', 'Europe/Berlin'), date_trunc('day', timestamptz '2024-10-27 12:10+00', 'America/New_York'), date_trunc('second', timestamptz '2024-10-27 00:10:20.5+00', 'Europe/Berlin')
SELECT date_trunc('hour', at), count(*) FROM moments GROUP BY 1 ORDER BY 1
SELECT n, date_trunc('day', at), date_trunc('hour', at, 'Europe/Berlin') FROM moments ORDER BY n
SELECT date_trunc('fortnight', timestamptz '2024-05-27')
SELECT date_trunc('timezone', timestamptz '2024-05-27')
SELECT timestamptz '1892-01-01'::text, to_json(timestamptz '1892-01-01'), 'at ' || timestamptz '1892-01-01', timestamptz '0044-03-15 12:00 BC'::text, timestamptz 'infinity'::text, timestamptz '2024-07-01 12:00:00.120+00'::text, array[timestamptz '1892-01-01']::text, timestamptz '1850-01-01 12:00+00'::text
SELECT n, at::text, to_json(at), concat(at), format('%s', at) FROM moments ORDER BY n
SELECT timestamp '2024-10-27 02:30'::timestamptz, timestamp '2024-03-31 02:30'::timestamptz, date '2024-03-31'::timestamptz, timestamptz '1880-05-27 12:00+00'::timestamp, timestamptz '2024-10-27 00:30+00'::date, timestamptz '2024-10-27 23:30+00'::time, date(timestamptz '2024-10-27 23:30+00'), timestamp 'infinity'::timestamptz, date '-infinity'::timestamptz
SELECT n, at::timestamp, at::date, at::time, at::timestamp::timestamptz = at, at::date::timestamptz, date_trunc('day', at) = at::date FROM moments ORDER BY n
SELECT n, extract(hour FROM at), extract(day FROM at), extract(epoch FROM at), extract(second FROM at), extract(dow FROM at), extract(week FROM at), date_part('year', at) FROM moments ORDER BY n
SELECT extract(minute FROM timestamptz '1880-05-27 12:00+00'), extract(second FROM timestamptz '1880-05-27 12:00+00'), date_part('year', timestamptz 'infinity')
SELECT n FROM moments WHERE at >= date '2024-10-27' AND at < timestamp '2024-10-28' ORDER BY n
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Europe/Berlin', timestamp '2024-10-27 02:30' AT TIME ZONE 'Europe/Berlin', timestamp '2024-03-31 02:30' AT TIME ZONE 'europe/berlin', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'CET', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'UTC', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'America/Port-au-Prince', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Etc/GMT+3'
SELECT n, at AT TIME ZONE zone, timezone(zone, at::timestamp) FROM moments ORDER BY n
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'Europe/Nowhere'
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE 'x'
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE interval '1 day'
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE interval '-1 month'
SELECT at AT TIME ZONE interval '02:30:00.7', at::timestamp AT TIME ZONE interval '-03:00:00.7', timestamptz 'infinity' AT TIME ZONE interval '1 hour' FROM moments ORDER BY n
SELECT date_trunc('day', timestamptz '2024-07-01 12:00+00', 'x')
SELECT make_timestamptz(2024, 7, 1, 12, 0, 0, 'Europe/Nowhere')
SELECT n, count(*) OVER (ORDER BY at RANGE BETWEEN interval '24 hours' PRECEDING AND interval '61 minutes' FOLLOWING), first_value(n) OVER (ORDER BY at DESC RANGE BETWEEN interval '30:00' PRECEDING AND CURRENT ROW), sum(n) OVER w FROM moments WINDOW w AS (ORDER BY at RANGE interval '00:50' PRECEDING) ORDER BY n
SELECT make_timestamptz(2024, 10, 27, 2, 30, 0), make_timestamptz(2024, 10, 27, 2, 30, 0, 'Europe/Berlin'), to_timestamp('2024-10-27 02:30', 'YYYY-MM-DD HH24:MI'), to_char(timestamptz '2024-10-27 00:30+00', 'YYYY-MM-DD HH24:MI:SS OF')
SELECT n, to_char(at, 'YYYY-MM-DD HH24:MI OF') FROM moments ORDER BY n
SELECT extract(timezone FROM timestamptz '2024-07-01 12:00+00'), extract(timezone_hour FROM timestamptz '2024-07-01 12:00+00'), extract(timezone_minute FROM timestamptz '2024-07-01 12:00+00'), date_part('timezone', timestamptz '1880-01-01'), extract(timezone FROM timestamptz 'infinity')
SELECT n, extract(timezone FROM at), extract(timezone_hour FROM at), extract(timezone_minute FROM at) FROM moments ORDER BY n
SELECT pg_typeof(current_time), current_time::text = substr(now()::text, 12), localtime = localtimestamp::time, extract(microseconds FROM current_timestamp(0)) % 1000000 = 0, current_timestamp(3) - now() BETWEEN interval '-0.0005 s' AND interval '0.0005 s', localtimestamp(0) = current_timestamp(0)::timestamp, current_timestamp(6) = now()
SELECT make_interval(days => 3), make_interval(1, 2, days => 4, secs => 1.5), make_interval(mins => 5, hours => -1), make_interval(weeks => n) FROM moments WHERE n < 3 ORDER BY n
SELECT make_interval(fortnights => 3)
SELECT (timestamptz '2024-03-30 12:00', interval '1 day') OVERLAPS (timestamptz '2024-03-31 11:30', interval '1 hour'), (timestamptz '2024-03-30 12:00', timestamptz '2024-03-30 13:00') OVERLAPS (timestamptz '2024-03-29 12:30', interval '24:00')
