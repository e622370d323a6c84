SELECT 'infinity'::date - '2020-01-01'::date
SELECT date '2020-01-01' - date '-infinity'
SELECT date '2020-03-01' - date '2020-02-01', date 'infinity' + 5, date '-infinity' - 5, 3 + date '2020-02-28'
SELECT date '5874897-12-31' + 1
SELECT date '5874897-12-31' + 0, date '4713-01-01 BC' - 3
SELECT date '4713-01-01 BC' - 1000000
SELECT date '2020-01-01' + 2147483647
SELECT d + 1000000000 FROM t
SELECT ('infinity'::timestamp)::time, ('-infinity'::timestamptz)::time, ts::time FROM t WHERE id = 1
SELECT date '4713-01-01 BC'::timestamp - interval '10 years'
SELECT date '4713-01-01 BC' - interval '10 years'
SELECT timestamp 'infinity' + interval '1 day', timestamp '-infinity' - interval '1 day', ts + interval '1 month' FROM t WHERE id = 1
SELECT make_timestamp(300000, 1, 1, 0, 0, 0)
SELECT * FROM generate_series(timestamp '2020-01-01', timestamp '2020-01-02', '0 day')
SELECT * FROM generate_series(timestamp '2020-01-01', timestamp '2020-01-02', interval '0')
SELECT interval '1.1234567' second, interval '1.1234564' second, interval '0.9999999' second
SELECT '10:20 Europe/Paris'::time
SELECT '2020-01-01 10:20 Europe/Paris'::time, '10:20 UTC'::time, '10:20 PST'::time
SELECT s::time FROM (VALUES ('10:20 Europe/Paris'::text)) z(s)
SELECT 'infinity allballs'::timestamptz
SELECT timestamptz '2020-07-01 10:00 PST', timestamptz '2020-07-01 10:00 PDT', timestamptz '2020-01-01 10:00 CEST', timestamptz '2020-01-01 10:00 CET', timestamptz '2020-01-01 10:00 JST', timestamptz '2020-01-01 10:00 BST', timestamptz '2020-01-01 10:00 NZDT', timestamptz '2020-01-01 10:00 ACST', timestamptz '2020-07-01 10:00 EST', timestamptz '2020-07-01 10:00 EEST', timestamptz '2020-07-01 10:00 IST'
SELECT timetz '10:00 PST', timetz '10:00 PDT', timetz '10:00 nst'
SELECT timestamptz '2020-07-01 10:00 XYZT'
SELECT '178000000 years'::interval + '178000000 years'::interval
SELECT '-178000000 years'::interval - '178000000 years'::interval
SELECT interval '1 mon' + interval '2 days', interval '1 mon' - interval '2 days 03:00'
SELECT timestamp 'infinity' - timestamp '2020-01-01'
SELECT timestamp '2020-01-01' - timestamp '-infinity'
SELECT date_part('y', timestamp '2020-05-06'), date_part('mon', date '2020-05-06'), date_part('d', timestamp '2020-05-06'), date_part('h', timestamp '2020-05-06 07:08:09'), date_part('m', timestamp '2020-05-06 07:08:09'), date_part('s', timestamp '2020-05-06 07:08:09.5'), date_part('ms', timestamp '2020-05-06 07:08:09.5'), date_part('usec', timestamp '2020-05-06 07:08:09.5'), date_part('qtr', timestamp '2020-05-06'), date_part('w', timestamp '2020-05-06'), date_part('dec', timestamp '2020-05-06'), date_part('c', timestamp '2020-05-06'), date_part('mil', timestamp '2020-05-06')
SELECT extract(years FROM timestamp '2020-05-06'), extract(hrs FROM time '07:08'), extract(days FROM date '2020-05-06')
