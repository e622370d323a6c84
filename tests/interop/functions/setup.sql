CREATE TABLE t (id integer, s2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision, n numeric(12,2), n4 numeric(18,4), x text, v varchar(5), d date, ts timestamp, tz timestamptz, b boolean, u uuid, y bytea);
INSERT INTO t VALUES
 (1,1,10,100,1.5,2.5,1.50,1.2345,'abc','hello','2020-01-31','2020-01-31 10:20:30.5','2020-01-31 10:20:30+00',true,'00000000-0000-0000-0000-000000000001','\x0102'),
 (2,-2,-20,-200,-1.25,-2.5,-2.50,-0.0001,'Ünïcödé ß','a%b_','2024-02-29','1999-12-31 23:59:59.999999','2021-06-01 00:00:00+00',false,'ffffffff-ffff-ffff-ffff-ffffffffffff','\x'),
 (3,3,7,9007199254740993,0.1,0.1,99999.99,12345.6789,'','x','0001-01-01','2020-12-31 00:00:00','2020-12-31 23:59:59.5+00',true,'12345678-1234-1234-1234-123456789abc','\xff00'),
 (4,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null),
 (5,0,0,0,0,0,0.00,0.0000,'a\b','  sp ','2000-03-01','2000-03-01 12:00:00','2000-03-01 12:00:00+00',null,'00000000-0000-0000-0000-000000000000','\x61'),
 (6,3,3,3,3.5,3.5,0.05,100.0000,'abc','abc','2020-01-31','2020-02-29 00:00:00','2020-02-29 01:00:00+00',false,'00000000-0000-0000-0000-000000000001','\x0102');
CREATE TABLE o (id integer, t_id integer, at text, q numeric(15,2));
INSERT INTO o VALUES (1,1,'x',10.00), (2,1,'y',20.50), (3,2,null,null), (4,9,'z',0.01);
CREATE TABLE empty (a integer, n numeric(10,3), x text, f float8);
CREATE TABLE chars (id integer, c char(3), v varchar(5), x text, n name, c5 char(5));
INSERT INTO chars VALUES (1,'ab','ab ','ab ','ab','a'), (2,'ab','ab','ab','ab',null), (3,'b','a','a','b','ab'), (4,null,null,null,null,'b');
CREATE TABLE fitted (v varchar(4), c char(4));
