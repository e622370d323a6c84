-- Intervals of one length and other parts are equal, and not the same.
SELECT id, ts + interval '1 month', ts + interval '30 days' FROM t ORDER BY id
SELECT id, ts + interval '30 days', ts + interval '1 month' FROM t ORDER BY id
SELECT id, ts - interval '1 month', ts - interval '30 days', ts - interval '720:00' FROM t ORDER BY id
SELECT id, d + interval '1 month', d + interval '30 days', d + interval '720 hours' FROM t ORDER BY id
SELECT id, tz + interval '1 month', tz + interval '30 days', tz + interval '1 day', tz + interval '24:00' FROM t ORDER BY id
SELECT id, ts + interval '1 month', ts + 30 * interval '1 day', ts + make_interval(days => 30) FROM t ORDER BY id
SELECT id, ts + interval '1 month', ts + (interval '15 days' + interval '15 days') FROM t ORDER BY id
SELECT id, ts + interval '1 month', ts + (timestamp '2024-03-02' - timestamp '2024-02-01') FROM t ORDER BY id
SELECT id, ts + interval '1 month', ts + justify_days(interval '60 days') - interval '30 days' FROM t ORDER BY id
SELECT id, ts + interval '1 day', ts + (time '24:00' - time '00:00'), ts + interval '24:00' FROM t ORDER BY id
SELECT id, ts - (- interval '1 month'), ts - interval '-30 days' FROM t ORDER BY id
SELECT id, ts + interval '1 mon -30 days', ts + interval '0' FROM t ORDER BY id
SELECT id, ts + '1 month'::interval, ts + '30 days'::text::interval FROM t ORDER BY id
SELECT id, ts + (array[interval '1 mon'])[1], ts + (array[interval '30 days'])[1] FROM t ORDER BY id
SELECT id, ts + coalesce(null, interval '1 mon'), ts + case when id > 0 then interval '30 days' end FROM t ORDER BY id
SELECT id, (ts - '2020-01-01') + interval '1 mon', (ts - '2020-01-01') + interval '30 days' FROM t ORDER BY id
SELECT id, (ts - '2020-01-01') = interval '1 mon', (ts - '2020-01-01') < interval '30 days' FROM t ORDER BY id
SELECT count(*) FROM t WHERE ts + interval '30 days' > '2020-03-01' AND ts + interval '1 month' <= '2020-03-01'
SELECT count(*) FROM t WHERE ts + interval '1 month' < '2020-03-30' OR ts + interval '30 days' < '2020-03-30'
SELECT count(*) FILTER (WHERE ts + interval '30 days' > '2020-03-29'), count(*) FILTER (WHERE ts + interval '1 mon' > '2020-03-29') FROM t
SELECT max(ts + interval '1 mon'), max(ts + interval '30 days'), min(tz - interval '1 mon'), min(tz - interval '30 days') FROM t
SELECT ts + interval '1 mon', ts + interval '30 days', count(*) FROM t GROUP BY ts + interval '1 mon', ts + interval '30 days' ORDER BY 1, 2
SELECT id, count(*) OVER (ORDER BY ts RANGE BETWEEN interval '30 days' PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY ts RANGE BETWEEN interval '1 mon' PRECEDING AND CURRENT ROW) FROM t ORDER BY id
SELECT a.id, b.id FROM t a JOIN t b ON a.ts + interval '1 mon' > b.ts AND a.ts + interval '30 days' <= b.ts ORDER BY 1, 2
SELECT id, s.a, s.b FROM (SELECT id, ts + interval '1 mon' AS a, ts + interval '30 days' AS b FROM t) s ORDER BY s.a, s.b, id
WITH s AS (SELECT id, ts, ts + interval '1 mon' AS a FROM t) SELECT id, a, ts + interval '30 days' FROM s ORDER BY id
SELECT id, ts + iv.a, ts + iv.b FROM t, (SELECT interval '1 mon' AS a, interval '30 days' AS b) iv ORDER BY id
SELECT id, ts + v.i FROM t, (VALUES (interval '1 mon'), (interval '30 days'), (interval '720:00')) v (i) ORDER BY id, ts + v.i
SELECT 'it''s (to_months(CAST(1 AS INTEGER))', ts + interval '1 mon' AS "CAST($1 AS INTERVAL)", ts + interval '30 days' FROM t ORDER BY id
SELECT g FROM generate_series(timestamp '2024-01-31', '2024-06-30', interval '1 month') g UNION ALL SELECT g FROM generate_series(timestamp '2024-01-31', '2024-03-30', interval '30 days') g
-- Zeros of either sign.
SELECT id, f8 * '0'::float8, f8 * '-0'::float8 FROM t ORDER BY id
SELECT id, f8 + '-0'::float8, f8 + '0'::float8 FROM t ORDER BY id
