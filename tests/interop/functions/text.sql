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
-- character beside text, varchar and what is quoted
select c=c,c=v,c=x,v=c,x=c,v=x,x=v, c=n,n=c from chars order by id
select c<v,c<x,v<c,x<c, c<>v,c<>x,v<>c,x<>c, c<=v,c<=x,v<=c,x<=c from chars order by id
select c='ab ', 'ab '=c, v='ab ', 'ab '=v, x='ab ', c='ab', 'ab  '=c from chars order by id
select c IN (v), c in (x), v in (c), x in (c), c in (v,'zz'), c in ('ab ','zz'), v in ('ab'::char(3),'zz'), v in ('ab'::char(3)), v in ('ab '::char(3),'ab '::text), c in ('ab '::text,'zz'), c in ('ab '::text,'zz'::char(4)), c in ('ab '::varchar,'zz'), c in ('ab '::varchar) from chars order by id
select x in ('ab'::char(3),'zz'), x in (c,'zz'), x in (c,v), v in (c,x), c in (v,x) from chars order by id
select case c when v then 1 end, case v when c then 1 end, case c when x then 1 end, case x when c then 1 end, case c when 'ab ' then 1 end, case 'ab ' when c then 1 end, case 'ab' when c then 1 end from chars order by id
select c is distinct from v, v is distinct from c, c is distinct from x, x is distinct from c, 'ab ' is distinct from c from chars order by id
select nullif(c,v), nullif(v,c), nullif(c,x), nullif(x,c), nullif(c,'ab '), nullif('ab ',c), nullif(v,'ab'), nullif(x,v), nullif(v,x) from chars order by id
select pg_typeof(nullif(c,v)), pg_typeof(nullif(v,c)), pg_typeof(nullif(c,x)), pg_typeof(nullif(x,c)), pg_typeof(nullif(c,'ab ')), pg_typeof(nullif('ab ',c)), pg_typeof(nullif(v,'ab')), pg_typeof(nullif(v,v)) from chars order by id limit 1
select nullif(c,'zz')||'|', nullif(c,v)||'|', nullif(c,x)||'|', nullif(v,c)||'|', length(nullif(v,c)), octet_length(nullif(v,c)) from chars order by id
select a.x, b.c from chars a join chars b on a.x=b.c order by 1,2
select a.v, b.c from chars a join chars b on a.v=b.c order by 1,2
select k, k||'|' from (select c as k from chars) a join (select v as k from chars) b using (k) order by 1
select k, k||'|' from (select v as k from chars) a join (select c as k from chars) b using (k) order by 1
select k, k||'|' from (select x as k from chars) a join (select c as k from chars) b using (k) order by 1
select k, k||'|' from (select c as k from chars) a full join (select x as k from chars) b using (k) order by 1
select k, octet_length(k) from (select v as k from chars) a full join (select c as k from chars) b using (k) order by 1
select k, octet_length(k) from (select c as k from chars) a full join (select v as k from chars) b using (k) order by 1
select 'a'::char(3)='a  '::text, 'a'::char(3)='a  '::varchar, 'a  '::text='a'::char(3), 'a  '::varchar='a'::char(3), 'a'::char(3)='a ', 'a'::char(3)='a'::char(5), 'a'::bpchar='a  '::bpchar, 'a  '::bpchar = 'a'::text
select (c,1)=(x,1), (x,1)=(c,1), (v,1)=(c,1), c between x and x, x between c and c, v between c and c from chars order by id
select c = any(array['ab ','zz']), c = any(array['ab '::text,'zz']), x = any(array['ab'::char(3)]), v = any(array['ab'::char(3)]), c = any(array[v]), c = any(array[x]), c = any('{"ab "}') from chars order by id
select c in (select x from chars), x in (select c from chars), v in (select c from chars), c in (select v from chars), c = all (select x from chars) from chars order by id
select c from chars union select x from chars order by 1
select c, octet_length(c) from (select c from chars union select v from chars) q order by 1,2
select c, octet_length(c) from (select v as c from chars union select c from chars) q order by 1,2
select c from chars intersect select x from chars
select c from chars except select x from chars
select coalesce(c,'all') from chars order by id
select coalesce(c,'all')||'|', length(coalesce(c,'all')), octet_length(coalesce(c,'all')), upper(coalesce(c,'all ')), coalesce(c,'all') = 'U', coalesce(c,'all ') = 'all', coalesce(c, 'U  ') like 'U _' from chars order by id
select case when id = 1 then c else 'other' end, case id when 1 then 'x' when 2 then c else c5 end from chars order by id
select greatest(c,'F '), least(c,'F  '), greatest(c, c5), least(c5, v), greatest(v, c5), greatest('U ', c), greatest(c, 'U  ') from chars order by id
select c from chars union select 'all' order by 1
select c from chars union select c5 from chars order by 1
select c from chars union all select 'other' order by 1
select c from chars intersect select 'DE'
select c from chars intersect select 'b  '
select c from chars except select 'DE ' order by 1
select c from chars except all select c5 from chars order by 1
values ('a'::char(3)),('a')
values ('a'::char(3)),('abcde'),('a ')
select c, octet_length(c) from (values ('a'::char(3)),('abcde'),('a ')) as q(c) order by c, 2
select count(*), min(octet_length(c)) from (values ('a'::char(3)),('abcde'),('a ')) as q(c) group by c order by 1
select count(distinct c), max(c), min(c) from (values ('a'::char(3)),('abcde')) as q(c)
select c, count(*) from (values ('a'::char(3)),('abcde'),('a  ')) as q(c) group by c having count(*) > 1 order by c
select distinct c from (values ('a'::char(3)),('abcde'),('a  ')) as q(c) order by c
select coalesce(c,'all') as k, count(*) from chars group by coalesce(c,'all') order by 1
select coalesce(c,'all') as k, count(*) from chars group by 1 order by 1 desc
select 'a '::bpchar, octet_length('a '::bpchar), length('a '::bpchar), 'a '::bpchar||'|', 'ab'::char(4)::bpchar||'|', octet_length('ab'::char(4)::bpchar), 'a '::bpchar = 'a', 'a '::bpchar = 'a'::text, 'a '::bpchar::text||'|', 'a '::bpchar::varchar(5)||'|', octet_length('a  '::bpchar::char(2)), octet_length('a  '::bpchar::char(5))
select pg_typeof(coalesce(c,'all')), pg_typeof(case when true then c else 'x' end), to_json(coalesce(c,'all ')), array[c,'abc'], array[c, c5] from chars order by id
select c in ('DE','other'), c in ('DE ','U '), c not in ('DE','other'), c = any('{DE,other}'), c = any('{"DE "}'), c = 'DEX', c < 'DEX' from chars order by id
select c || coalesce(c5, 'longer word') from chars order by id
select concat(coalesce(c,'all '), '|'), format('%s|', coalesce(c,'all ')), left(coalesce(c,'all '), 4) || '|', replace(coalesce(c, 'a l '), ' ', '.') from chars order by id
select row_number() over (partition by coalesce(c,'U ') order by id), lag(c, 1, 'none') over (order by id), first_value(coalesce(c,'all')) over (order by id) from chars order by id
select nullif(coalesce(c,'all '), 'all'), nullif('all ', coalesce(c,'all')), nullif(c, 'U '), nullif(coalesce(c,'all '), 'DE') from chars order by id
select string_agg(coalesce(c,'all '), ',' order by id), array_agg(coalesce(c,'all ') order by id), max(coalesce(c, 'all ')) from chars
select a.id, b.id from chars a join chars b on coalesce(a.c,'U ') = coalesce(b.c5,'U') order by 1, 2
select (select c from chars where id = 3) = 'U', (select coalesce(c,'longer') from chars where id = 2)
select id from chars order by coalesce(c, 'U'), id
select id from chars where coalesce(c, 'zzz ') = 'zzz'
select distinct on (coalesce(c,'U ')) id from chars order by coalesce(c,'U '), id
select coalesce(v,'longer word'), coalesce(v, c5), coalesce(c5, v), octet_length(coalesce(c5, v)), coalesce(x, c5) from chars order by id
insert into fitted select 'abcd  '::text, 'abcd  '::text
insert into fitted select 'abcd  '::varchar, 'abcd  '::varchar
insert into fitted values ('abcd  ', 'abcd  ')
insert into fitted values ('abcdef'::varchar(4), 'abcdef'::char(4))
insert into fitted values ('abcdef'::varchar(4), 'abcdef'::varchar(4))
insert into fitted values ('abcd  '::text, 'abcd  '::text)
insert into fitted select 'abcdef'::varchar(4), 'abcdef'::char(4)
insert into fitted select x || '    ', x || '     ' from (values ('ab'), ('ä')) as w(x)
insert into fitted select a::char(8), a::char(8) from (values ('ab')) as w(a)
insert into fitted values (repeat('a', 2) || repeat(' ', 9), repeat('a', 2) || repeat(' ', 9))
select v, octet_length(v), c, octet_length(c) from fitted order by 1, 2
insert into fitted values ('abcdef', 'a')
insert into fitted values ('abcdef'::text, 'a')
insert into fitted values ('a', 'abcdef')
insert into fitted values ('a', 'abcd e'::text)
insert into fitted values ('abcde'::varchar(5), 'a')
insert into fitted values ('a', 'abcde'::char(5))
insert into fitted select 'abcd e'::text, 'a'
insert into fitted select 'a', 'abcd e'::text
insert into fitted select 'abcde'::varchar(5), 'a'
insert into fitted select v || 'abcd', 'a' from fitted
select count(*) from fitted
select 'a%b' like 'aé%b' escape 'é', 'aéb' like 'aéé_' escape 'é', 'a_b' ilike 'Aö_B' escape 'ö', 'ab' like 'a日_' escape '日', 'a\b' like 'a\b' escape ''
select x, x like v escape '!', x not like 'a' || '%' escape left('!', 1), x ilike 'A%' escape nullif(x, 'abc') from t order by id
select 'ab' like 'a%' escape 'xy'
select 'ab' like 'a%' escape 'éé'
select x from t where x like 'Ünïcödé%ß' or x like 'п_' or x like 'п%а%' order by 1
select x like 'п_', x like 'п%а', x not like 'п%%', x ilike 'п_', x like '¿_a', x similar to 'п_' from (values ('пa'), ('па'), ('п'), ('рa'), ('¿xa'), (null)) q(x) order by x
select count(*) from t where x like 'п_' or x like '日本%本_' or x like '¿%a%' or x like E'\x7f_'
SELECT concat(VARIADIC ARRAY[1, NULL, 2]), concat_ws(', ', VARIADIC ARRAY['a', NULL, 'b']), concat(VARIADIC '{}'::int[]), concat_ws('-', VARIADIC NULL::text[])
