select encode('\x0102ff'::bytea, 'hex'), encode('hello'::bytea, 'base64'), encode('\x00ff5c41'::bytea, 'escape'), encode(''::bytea, 'hex'), encode(y, 'hex'), encode(y, 'base64'), encode(y, 'escape') from t order by id
select encode('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'::bytea, 'base64'), encode('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'::bytea, 'base64')
select decode('0102FF', 'hex'), decode('aGVsbG8=', 'base64'), decode('a\\b\001', 'escape'), decode(' 01 02', 'hex'), decode('', 'base64')
select decode('0', 'hex')
select decode('zz', 'hex')
select decode('a', 'base64')
select decode('a?==', 'base64')
select decode('x', 'nosuch')
select encode('x', 'nosuch')
select sha224('abc'), sha256('abc'), sha384('abc'), sha512(''::bytea), md5('abc'::bytea), sha256(y) from t order by id
select substring('\x01020304'::bytea, 2, 2), substring('\x01020304'::bytea from 3), substr('\x01020304'::bytea, 0, 2), substr(y, 1) from t order by id
select substring('\x0102'::bytea, 1, -1)
select overlay('\x01020304'::bytea placing '\xffff'::bytea from 2 for 1), overlay('\x01020304'::bytea placing '\xff'::bytea from 2), position('\x02'::bytea in '\x010203'::bytea), position('\x09'::bytea in '\x01'::bytea), btrim('\x00010200'::bytea, '\x00'::bytea), ltrim('\x0001'::bytea, '\x00'::bytea), rtrim('\x0100'::bytea, '\x00'::bytea)
select get_byte('\x1234'::bytea, 1), set_byte('\x1234'::bytea, 0, 255), get_bit('\x01'::bytea, 0), set_bit('\x00'::bytea, 3, 1), bit_count('\xff01'::bytea), length('\x010203'::bytea), octet_length(y), bit_length('\x01'::bytea) from t order by id
select get_byte('\x12'::bytea, 5)
select get_bit('\x12'::bytea, 8)
select '\x01'::bytea || '\x02'::bytea, y || '\xff', '\x01'::bytea < '\x0101'::bytea, '\x'::bytea = ''::bytea, y = '\x0102' from t order by id
