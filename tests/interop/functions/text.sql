select initcap('hello wORLD foo-bar 1st'), initcap('élan vital'), initcap(''), upper('straße é'), lower('ÀÉÎ'), upper('ǆ')
select overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abcdef' placing 'XY' from 3), overlay('abc' placing 'Z' from 10), overlay('abc' placing '' from 2 for 1)
select overlay('abc' placing 'x' from 0)
select quote_ident('a'), quote_ident('A b'), quote_ident('select'), quote_ident('name'), quote_ident(''), quote_ident('a"b'), quote_ident('1a'), quote_ident('_x'), quote_ident('user'), quote_ident('text')
select quote_literal('a'), quote_literal('it''s'), quote_literal('a\b'), quote_literal(''), quote_literal(null), quote_nullable(null), quote_nullable('x')
select quote_literal(12), quote_nullable(1.5), quote_literal(true)
select format('Hello %s', 'World'), format('%s %s %s', 1, 2.5, null), format('%I', 'a b'), format('%L', 'it''s'), format('%L', null), format('%%'), format('%2$s %1$s', 'a', 'b'), format('|%10s|%-10s|', 'x', 'y'), format('|%*s|', 5, 'z'), format('|%-*s|', 5, 'z'), format('|%2$*1$s|', 4, 'q'), format('%s', true), format('plain')
select format('%s')
select format('%q', 1)
select format('%I', null)
select format('%')
select format(null, 1), format('%s', n), format('%s %I', x, v) from t where id in (1, 3) order by 2
select concat('a', 1, null, true, 2.50), concat_ws('-', 'a', null, 'b', 3), concat_ws(null, 'a'), concat_ws('-', null), concat_ws(',', n, i4, b) from t where id = 1
select to_hex(255), to_hex(-1), to_hex(255::bigint), to_hex(-1::bigint), to_hex(0)
select translate('12345', '143', 'ax'), translate('abc', '', 'x'), translate('abc', 'abc', ''), translate('aéb', 'é', 'e')
select ascii('x'), ascii(''), ascii('é'), chr(65), chr(8364), chr(128512)
select chr(0)
select chr(-5)
select chr(55296)
select chr(1114112)
select unistr('d\0061t\+000061'), unistr('d\u0061t\U00000061'), unistr('\\x'), unistr('\D83D\DE00')
select unistr('\zz')
select unistr('\D83D')
select split_part('abc~@~def~@~ghi', '~@~', 2), split_part('a,b', ',', 5), split_part('a,b', ',', -1), split_part('', ',', 1), split_part('abc', '', 1), split_part('abc', '', 2)
select split_part('a', ',', 0)
select lpad('hi', 5, 'xy'), rpad('hi', 5, 'xy'), lpad('hello', 2), rpad('hello', 2), lpad('x', 3, ''), lpad('é', 3, 'ab'), lpad('hi', -1), rpad('hi', 0), lpad('hi', 5)
select substring('hello' from 2 for 3), substring('hello' from -1 for 3), substring('hello' for 2), substr('hello', 0), substring('héllo', 2, 2), substring('abc', 5), substring('abc', 1, 0)
select substring('abc' from 2 for -1)
select substring('abc', 2147483647, 2147483647)
select reverse('héllo'), repeat('ab', 3), repeat('x', -1), left('héllo', 2), right('héllo', -2), strpos('hello', 'l'), position('é' in 'hé'), replace('aaa', 'a', 'bb'), replace('abc', '', 'x')
select btrim('  a  '), btrim('xyaxy', 'yx'), ltrim('zzza', 'z'), rtrim('azzz', 'z'), trim(both 'x' from 'xax'), trim('  b '), trim(leading from '  c'), trim(trailing 'c' from 'abcc'), ltrim(null, 'x')
select length('héllo'), octet_length('héllo'), bit_length('abc'), char_length(''), character_length('€'), length(''::text)
select starts_with('abc', 'ab'), 'abc' ^@ 'b', starts_with('', ''), md5('abc'), md5('')
select 'abc' like 'a%', 'abc' like '_b_', 'abc' like 'a', 'a%c' like 'a\%c', 'abc' like 'a\bc', 'a\c' like 'a\\c', '' like '%', 'abc' not like '%d%', 'ABC' ilike 'a_c', 'ÄB' ilike 'äb', 'a!b' like 'a!!b' escape '!', 'a%b' like 'a!%b' escape '!', 'a\b' like 'a\b' escape ''
select like('abc', 'a%'), notlike('abc', 'b%'), like_escape('a#%', '#'), textlike('x', '_')
select 'abc' like null, null like 'a', 'a' like ''
select 'abc' similar to 'abc', 'abc' similar to 'a', 'abc' similar to '%(b|d)%', 'abc' similar to '(b|c)%', 'xabcx' similar to '%abc%', 'a.c' similar to 'a.c', 'abc' similar to 'a.c', 'abc' similar to '[a-c]{3}', 'a%' similar to 'a\%', 'abc' not similar to 'b%', 'a_c' similar to 'a#_c' escape '#', 'aaa' similar to 'a+'
select substring('foobar' similar '%#"o_b#"%' escape '#'), substring('foobar' similar '#"o_b#"%' escape '#'), substring('foobar' from '%#"o_b#"%' for '#')
select 'a' || 'b', 'a' || null, 1 || 'x', 'x' || 1.50, true || 'x', 'd' || date '2020-01-31', x || v from t where id = 1
select string_agg(x, ',' order by id), string_agg(distinct v, '|' order by v), string_agg(x, id::text order by id), string_agg(v, null order by id) from t
select string_agg(y, '\x00'::bytea order by id) from t
select 'x'::varchar(3), 'abcdef'::varchar(3), cast('abc' as varchar), ''::text = ''
select min(x), max(x), min(v), count(distinct x), max(x || v) from t
select 'B' < 'a', 'a' < 'é', 'a' < 'b', 'abc' < 'abd', '' < 'a', 'Z' > 'A'
select upper(null), lower(x), initcap(x), reverse(x), length(x) from t order by id
select texticlike('ABC', 'a%'), 'abc' ~ similar_to_escape('a%'), 'abc' ~ similar_to_escape('a#%', '#'), timezone('UTC', ts), timezone('Europe/Berlin', tz) from t order by id
SELECT 'ab'::char(4) LIKE 'ab', 'ab'::char(4) LIKE 'ab  ', 'ab'::char(4) LIKE 'ab%', 'ab' LIKE 'ab'::char(4), 'ab'::char(4) ~ '^ab$', 'ab'::char(4) ~ 'b  $', 'ab'::char(4) ILIKE 'AB'
SELECT concat('ab'::char(4), '|', true, '10.0.0.1'::inet, null), concat_ws('-', 'a'::char(2), 1.50, interval '1 day'), format('%s|%L', 'ab'::char(4), 'a'::char(2))
SELECT json_build_object('ab'::char(4), 1, true, 2, '10.0.0.1'::inet, 3), json_object_agg('k'::char(3), id) FROM (VALUES (1)) AS v(id)
