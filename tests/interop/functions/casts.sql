SELECT a, a::float8, a::real, a::numeric FROM (VALUES (' 1.5e3 '::text), ('NaN'), ('infinity'), ('-inf'), ('.5'), ('5.'), ('1e-7'), (null)) AS v(a)
SELECT a::float8 FROM (VALUES ('0x10'::text)) AS v(a)
SELECT a::float8 FROM (VALUES ('1e400'::text)) AS v(a)
SELECT a::real FROM (VALUES ('1e39'::text)) AS v(a)
SELECT a::int FROM (VALUES ('0x10'::text)) AS v(a)
SELECT a::int FROM (VALUES ('2147483648'::text)) AS v(a)
SELECT a::int2, a::int, a::int8 FROM (VALUES (' 12'::text), ('-7 '), ('+3'), (E'\t4\n'), ('0012')) AS v(a)
SELECT a::int FROM (VALUES ('1.5'::text)) AS v(a)
SELECT a::int FROM (VALUES (''::text)) AS v(a)
SELECT a::numeric(6,2), a::numeric FROM (VALUES ('12.345'::text), (' -0.005'), ('1e3'), ('9999.994')) AS v(a)
SELECT a::numeric(4,2) FROM (VALUES ('99.995'::text)) AS v(a)
SELECT a::numeric(4,2) FROM (VALUES ('infinity'::text)) AS v(a)
SELECT a::boolean FROM (VALUES ('yes'::text), (' TRUE '), ('of'), ('0'), (E'\tt'), (null)) AS v(a)
SELECT a::boolean FROM (VALUES ('o'::text)) AS v(a)
SELECT a::date FROM (VALUES ('2020-02-29'::text), ('infinity'), ('Jan 5 2021'), ('20210105'), ('0044-03-15 BC'), ('2020-02-29 10:00'), ('10000-01-01'), ('epoch')) AS v(a)
SELECT a::date FROM (VALUES ('2020-02-30'::text)) AS v(a)
SELECT a::date FROM (VALUES ('abc'::text)) AS v(a)
SELECT a::timestamp FROM (VALUES ('2020-02-29 12:30:00.1234567'::text), ('2020-02-29T12:30:00Z'), ('-infinity'), ('2020-02-29'), ('2020-02-29 12:30 PM'), ('2020-02-29 24:00')) AS v(a)
SELECT a::timestamptz FROM (VALUES ('2020-02-29 12:30:00+05:30'::text), ('2020-02-29T12:30:00Z'), ('infinity'), ('2020-02-29 12:30')) AS v(a)
SELECT a::uuid FROM (VALUES ('00000000-0000-0000-0000-000000000001'::text), ('{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}'), (null)) AS v(a)
SELECT a::uuid FROM (VALUES ('abc'::text)) AS v(a)
SELECT a::bytea FROM (VALUES ('\x0a0B'::text), ('abc'), ('\001\\'), ('')) AS v(a)
SELECT a::bytea FROM (VALUES ('\x0'::text)) AS v(a)
SELECT a::oid FROM (VALUES ('12'::text), ('4294967295'), ('-1')) AS v(a)
SELECT x, v::varchar(2)::text, (i4::text)::int8, (n::text)::numeric, (f8::text)::float8, (d::text)::date, (ts::text)::timestamp, (tz::text)::timestamptz, (b::text)::bool, (u::text)::uuid, (y::text)::bytea FROM t ORDER BY id
SELECT octet_length('ab'::char(4)), length('ab'::char(4)), char_length('ab '::char(4)), octet_length('é'::char(3)), max('ab'::char(4))
SELECT time '10:20:30.5'::varchar(5), (interval '1 day')::varchar(3), '10.0.0.1'::inet::varchar(4), 12345::char(3), 1::char(3), ARRAY[1,2]::varchar(3), '{"a b",null}'::varchar(2)[], '{"a": 1}'::json::varchar(4)
SELECT date('2020-02-29'::text)
SELECT tz::time, ts::time FROM t ORDER BY id
SELECT '2020-02-30'::time
SELECT '2020-02-29T12:30:00'::time
SELECT '4294967296'::time
SELECT 'ab'::char(4)::bytea, true::name, '10.0.0.1'::inet::name, nullif('ab'::char(4), 'a'), nullif('ab'::char(4), 'ab   ')
SELECT i8::oid FROM t
SELECT s2::oid, i4::oid, (-1)::oid, 4294967295::oid FROM t ORDER BY id
SELECT 4294967296::oid
