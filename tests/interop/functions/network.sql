SELECT a, b, a << b, a <<= b, a >> b, a >>= b, a && b FROM (VALUES ('10.1.2.3'::inet, '10.1.0.0/16'::inet), ('10.1.0.0/16', '10.1.2.3'), ('10.1.0.0/16', '10.1.0.0/16'), ('::1', '10.0.0.0/8'), ('2001:db8::5', '2001:db8::/32'), (null, '::1'), ('10.2.0.0/15', '10.3.0.0/16')) AS v(a, b)
SELECT a, host(a), masklen(a), family(a), network(a), netmask(a), hostmask(a), broadcast(a), abbrev(a) FROM (VALUES ('10.1.2.3/20'::inet), ('10.1.2.3'), ('2001:db8::ff/40'), ('::1'), (null), ('0.0.0.0/0')) AS v(a)
SELECT ~ '10.1.2.3/20'::inet, ~ '::ff'::inet, '10.1.2.3/8'::inet & '255.255.0.0'::inet, '10.1.2.3'::inet | '0.0.0.255/4'::inet, '::1:2'::inet & '::ffff'::inet
SELECT set_masklen('10.1.2.3/20'::inet, 8), set_masklen('::1'::inet, -1), inet_same_family('10.0.0.1', '::1'), inet_same_family('10.0.0.1', '10.0.0.0/8')
SELECT set_masklen('10.1.2.3/20'::inet, 33)
SELECT '10.1.2.3'::inet & '::1'::inet
SELECT '10.0.0.0/8'::cidr >> '10.1.2.3'::inet, network('10.1.2.3/8'::inet) = '10.0.0.0/8'::cidr, host('10.0.0.0/8'::cidr), broadcast('10.0.0.0/8'::cidr)
SELECT a, b, a < b, a <= b, a > b, a >= b, a = b, a BETWEEN '10.0.0.0/8' AND b FROM (VALUES ('10.1.2.3'::inet, '9.255.0.0'::inet), ('10.0.0.0/8', '10.0.0.0/16'), ('::1', '255.0.0.0'), ('10.1.2.3/8', '10.1.2.4/8'), ('10.1.2.3', '10.1.2.3/32')) AS v(a, b)
SELECT min(a), max(a) FROM (VALUES ('10.1.2.3'::inet), ('9.0.0.0/8'), ('10.0.0.0/8'), (null), ('100.0.0.1')) AS v(a)
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY a) FROM (VALUES ('10.1.2.3'::inet), ('9.0.0.0/8'), ('100.0.0.1')) AS v(a)
SELECT greatest('10.0.0.2'::inet, '10.0.0.10'), least('10.0.0.2'::inet, NULL, '10.0.0.10'::inet), greatest(NULL::inet, NULL)
