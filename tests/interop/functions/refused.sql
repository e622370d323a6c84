SELECT 'ab' LIKE 'a\'
SELECT x LIKE 'a\' FROM t
SELECT x LIKE 'a' ESCAPE 'xx' FROM t
SELECT 'a' ~ '[b-a]'
SELECT x ~ '[b-a]' FROM t
SELECT regexp_replace('a', '\1(a)', 'b')
SELECT 'a' ~ '\1(a)'
SELECT 'a' ~ '(a\1)'
SELECT 'aa' ~ '(a)\1', regexp_match('abab', '(ab)\1')
SELECT regexp_match('a"b', '("\2)')
SELECT E'\xff'
SELECT grouping(id) FROM t
SELECT string_agg(DISTINCT x, ',' ORDER BY id) FROM t
SELECT to_jsonb('a')
SELECT array_to_string('{1}', ',')
SELECT array_agg('2')
SELECT make_interval(days => 1, 2)
SELECT CASE WHEN id = 1 THEN generate_series(1, 2) ELSE 0 END FROM t
SELECT coalesce(generate_series(1, 2), 0)
SELECT * FROM t RIGHT JOIN LATERAL (SELECT t.id) s ON true
SELECT 1::float(0)
SELECT 1::float(54)
SELECT id FROM t LIMIT id
SELECT id FROM t LIMIT nope
SELECT id FROM t OFFSET id
SELECT '1' ||
SELECT x || FROM t
SELECT 123456789012.1::numeric(10,2)
SELECT v::numeric(10,2) FROM (VALUES (123456789012.1)) s (v)
