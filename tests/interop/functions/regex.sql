select 'abc' ~ 'b', 'abc' ~ '^b', 'abc' !~ 'd', 'ABC' ~* 'b', 'ABC' !~* 'B', 'abc' ~ 'a.c', 'abc' ~ '(a|x)b', 'a' ~ '', '' ~ '^$'
select 'a1b' ~ '\d', 'a b' ~ '\s', 'foo bar' ~ '\mbar', 'foobar' ~ '\mbar', 'foo bar' ~ 'foo\M', 'foo' ~ '\yfoo\y', 'foo1' ~ 'foo\Y', 'abc' ~ '\Aabc\Z', 'é' ~ '\w', 'x-y' ~ '[[:punct:]]', 'X' ~ '[[:upper:]]', 'é' ~ '[[:alpha:]]', 'a.b' ~ 'a\.b', 'a+b' ~ 'a\+b'
select 'aaa' ~ 'a{2}', 'aaa' ~ '^a{4}$', 'aaa' ~ '^a{2,}$', 'aaa' ~ '^a{1,3}$', 'abab' ~ '^(ab){2}$', 'abab' ~ '(ab)\1', 'abc' ~ 'a(?=b)', 'abc' ~ 'a(?!b)', 'abc' ~ '(?<=a)b', 'abc' ~ '(?:a)b', 'ABC' ~ '(?i)abc', 'a]' ~ '[]]', 'a-' ~ '[a-]', 'a\b' ~ '\\', 'tab	x' ~ '\t'
select e'a\nb' ~ 'a.b', e'a\nb' ~ 'a$', e'a\nb' ~ '^b', e'a\nb' ~ '(?n)^b', e'a\nb' ~ '(?n)a.b', e'a\nb' ~ 'a[^x]b'
select x ~ v, x ~ 'a', v ~ '[a-z]' from t order by id
select 'abc' ~ '('
select 'abc' ~ '*a'
select 'abc' ~ 'a{2,1}'
select 'abc' ~ '[a'
select regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('Thomas', '.[mN]a.', 'M'), regexp_replace('abc', '', '-', 'g'), regexp_replace('abc', 'x*', '-', 'g'), regexp_replace('xab', 'x*', '-', 'g'), regexp_replace('abc', 'B', 'x', 'i'), regexp_replace('a.b', '\.', '\\'), regexp_replace('abc', 'b', '[\&]'), regexp_replace('abc', 'b', '\x')
select regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i'), regexp_replace('aaaa', 'a', 'b', 3), regexp_replace('aaaa', 'a', 'b', 2, 2)
select regexp_replace('abc', 'b', 'x', 'z')
select regexp_replace('abc', 'b', 'x', '1')
select regexp_replace('abc', 'b', 'x', 0)
select regexp_count('ABCABCAXYaxy', 'A.'), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i'), regexp_count('abc', ''), regexp_count('aaa', 'a', 2)
select regexp_instr('number of your street, town zip, FR', '[^,]+', 1, 2), regexp_instr('ABCDEFGHI', 'DEF', 1, 1, 1), regexp_instr('abc', 'z'), regexp_instr('ABCDEFGHI', '(DEF)(GHI)', 1, 1, 0, 'i', 2), regexp_instr('aXbX', 'x', 1, 2, 0, 'i')
select regexp_instr('abc', 'a', 0)
select regexp_like('Hello World', 'world$', 'i'), regexp_like('Hello', 'l+'), regexp_like('a', 'b')
select regexp_like('a', 'a', 'g')
select regexp_substr('ABCDEF', 'CDEF'), regexp_substr('number of your street, town zip, FR', '[^,]+', 1, 2), regexp_substr('ABCDEFGHI', '(...)(...)', 1, 1, 'i', 2), regexp_substr('a', 'b')
select substring('foobar' from 'o.b'), substring('foobar', 'o(.)b'), substring('foobar', 'z'), substring('abc', '(x)?b'), substring('Thomas' from '...$')
select substring('xyabcd', 'a|ab|abc'), substring('xyabcd', '(a|ab)(c|bcd)'), substring('aab', 'a*(ab)*'), substring('foo123', '[a-z]+'), substring('aaa', 'a+?'), substring('foo<b>bar</b>', '<.*?>')
select regexp_replace('aXbXc', '[A-Z]', '', 'g'), regexp_replace('  a  b ', '\s+', ' ', 'g'), regexp_replace('2020-01-31', '(\d+)-(\d+)-(\d+)', '\3/\2/\1'), regexp_replace('éàü', '[éü]', 'x', 'g'), regexp_replace('abc', '(?=b)', '-')
select regexp_matches('foobar boo', 'o(.)', 'g'), 1
select m from regexp_matches('foobar', 'x', 'g') m
select m from regexp_matches('a1b2', '([a-z])([0-9])', 'g') m
select m from regexp_matches('a1b2', '([A-Z])([0-9])', 'i') m
select id, regexp_matches(x, '.', 'g') from t order by id
select regexp_matches(null, 'a', 'g')
select regexp_matches('a', 'a', 'z')
