SELECT power(10::numeric, 131072)
SELECT length((10::numeric ^ 100000)::text), 10::numeric ^ 50, 2::numeric ^ 0.5, length((2::numeric ^ 300000)::text)
SELECT substr((3.7::numeric ^ 20000)::text, 1, 60), (1.0000000001::numeric ^ 1000000), 0.5::numeric ^ 100000, (-3)::numeric ^ 40001 < 0
SELECT 1.000001::numeric ^ (-2000000), (1e1000::numeric) ^ 100 > 1e99999, 1e-200::numeric ^ 3
SELECT 1e1000::numeric ^ 200
SELECT length(sqrt(2 * 10::numeric ^ 100000)::text), sqrt(152415787532388367501905199875019052100::numeric), sqrt(2::numeric), sqrt(1e-20), sqrt(0.0)
SELECT length(exp(5000::numeric)::text), exp(-5000::numeric)
SELECT exp(7000::numeric)
SELECT length(factorial(30000)::text)
SELECT factorial(40000)
SELECT gcd(10::numeric ^ 50000, 15::numeric ^ 20000) = 5::numeric ^ 20000
SELECT ln(10::numeric ^ 100000), log(10::numeric ^ 100000), log(2::numeric, 10::numeric ^ 100000)
SELECT length(repeat('x', 1073741823))
SELECT length(lpad('x', 1073741824))
SELECT length(rpad('x', 1073741824, 'ab'))
SELECT length(repeat('xy', 1000000)), repeat('ab', 0), repeat('ab', -1), length(lpad('x', 1000000, 'abc')), right(rpad('x', 11, 'abc'), 5), lpad('abc', 5, 'äö')
SELECT length(format('%1000000s', 'x')), format('%-5s|', 'ab')
SELECT length(replace(repeat('a', 1000), 'a', 'bcd')), replace('abc', '', 'x'), replace('äbä', 'ä', 'o'), replace('aaa', 'aa', 'b')
SELECT length('1e100000'::numeric::text), '1e-16383'::numeric > 0
SELECT '1e-16384'::numeric
SELECT 1e-16384
SELECT '1e-20000'::numeric
SELECT '1e200000'::numeric
SELECT min_scale(1.500 * 1e-1000), trim_scale(10.100), min_scale(0.000), min_scale(1200)
SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' ~ '(a*)*b'
SELECT count(pg_sleep(0)), count(pg_sleep_for('0'))
