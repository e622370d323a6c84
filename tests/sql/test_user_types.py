"""Enums and domains: each statement is answered as PostgreSQL 15 answers it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from pyiceberg.table import StaticTable

from ddl_script import differences
from lake_readers import newest_metadata, table_folder

START = """
CREATE SCHEMA s;
SET search_path = s;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE "Odd Type" AS ENUM ('', 'it''s', 'a,b', '"q"');
CREATE TABLE p (id int, m mood, ms mood[], o "Odd Type" DEFAULT 'it''s');
INSERT INTO p VALUES (1, 'happy', '{sad,ok}', DEFAULT), (2, 'sad', NULL, ''),
  (3, 'ok', '{happy,NULL}', 'a,b');
!flush
INSERT INTO p (id, m, ms) VALUES (4, NULL, '{}'), (5, 'sad', ARRAY['ok', 'sad']::mood[]);
"""
SCRIPTS = {
    "values": """
SELECT * FROM p ORDER BY id;
SELECT id, m FROM p ORDER BY m, id;
SELECT id, m FROM p ORDER BY m DESC NULLS LAST, id;
SELECT id FROM p WHERE m = 'sad' ORDER BY id;
SELECT id FROM p WHERE m > 'sad' ORDER BY id;
SELECT id FROM p WHERE m BETWEEN 'ok' AND 'happy' ORDER BY id;
SELECT id FROM p WHERE m IN ('ok', 'happy') ORDER BY id;
SELECT id FROM p WHERE m <> ALL ('{ok,happy}') ORDER BY id;
SELECT id FROM p WHERE 'ok' = ANY (ms) ORDER BY id;
SELECT min(m), max(m), count(m), count(DISTINCT m) FROM p;
SELECT m, count(*) FROM p GROUP BY m ORDER BY m;
SELECT m, min(m) OVER (ORDER BY m), max(m) FILTER (WHERE id < 3) OVER () FROM p ORDER BY id;
SELECT DISTINCT m FROM p ORDER BY m;
SELECT m FROM p UNION SELECT 'happy' ORDER BY 1;
SELECT coalesce(m, 'ok'), CASE WHEN id = 1 THEN 'sad' ELSE m END FROM p ORDER BY id;
SELECT m::text || '!', m::varchar(2), length(m::text) FROM p ORDER BY id;
SELECT a.id, b.id FROM p a JOIN p b ON a.m = b.m ORDER BY 1, 2;
SELECT a.id, b.id FROM p a JOIN p b ON a.m < b.m ORDER BY 1, 2;
SELECT ms, ms[1], array_length(ms, 1), ms || 'ok'::mood FROM p ORDER BY id;
SELECT array_agg(m ORDER BY m), string_agg(m::text, ',' ORDER BY id) FROM p WHERE m IS NOT NULL;
SELECT row_number() OVER (ORDER BY m DESC, id), id FROM p ORDER BY 1;
SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range(NULL::mood);
SELECT enum_range('ok'::mood, NULL), enum_range(NULL, 'ok'::mood), enum_range('ok'::mood, 'sad');
SELECT 'sad'::mood, 'sad'::mood < 'ok'::mood, ('o' || 'k')::mood, NULL::mood;
SELECT m FROM (VALUES ('ok'::mood), ('sad')) v(m) ORDER BY m;
SELECT pg_typeof(m)::text, pg_typeof(ms)::text FROM p WHERE id = 1;
CREATE TABLE q AS SELECT id, m, ms FROM p;
SELECT * FROM q ORDER BY m, id;
INSERT INTO q SELECT id + 10, m, ms FROM p WHERE m > 'sad';
INSERT INTO q SELECT 20, 'ok'::text::mood;
SELECT id, m FROM q ORDER BY id;
CREATE VIEW v AS SELECT m, count(*) AS n FROM p GROUP BY m;
SELECT * FROM v ORDER BY m;
SELECT to_json(m), jsonb_build_object('m', m) FROM p WHERE id = 1;
""",
    "errors": """
INSERT INTO p VALUES (6, 'angry');
INSERT INTO p (id, ms) VALUES (6, '{sad,angry}');
INSERT INTO p SELECT 6, 'ang' || 'ry';
INSERT INTO p SELECT 6, ('ang' || 'ry')::mood;
SELECT 'angry'::mood;
SELECT * FROM p WHERE m = 'angry';
SELECT * FROM p WHERE m = 'sad'::text;
SELECT * FROM p WHERE m = 1;
SELECT m = o FROM p;
SELECT m::int FROM p;
SELECT 1::mood;
SELECT sum(m) FROM p;
SELECT upper(m) FROM p;
SELECT m FROM p UNION SELECT o FROM p;
SELECT coalesce(m, o) FROM p;
SELECT enum_range(NULL);
CREATE TYPE mood AS ENUM ('x');
CREATE TYPE p AS ENUM ('x');
CREATE TYPE nowhere.mood AS ENUM ('x');
CREATE TABLE r (a nosuch);
CREATE TABLE r (a mood(3));
DROP TYPE nosuch;
DROP TYPE IF EXISTS nosuch;
DROP TYPE mood;
DROP DOMAIN mood;
ALTER TYPE mood ADD VALUE 'ok';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';
ALTER TYPE mood ADD VALUE 'x' BEFORE 'nosuch';
ALTER TYPE nosuch ADD VALUE 'x';
ALTER TYPE mood RENAME VALUE 'nosuch' TO 'x';
SELECT count(*) FROM p;
""",
    "changes": """
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
ALTER TYPE mood ADD VALUE 'best';
ALTER TYPE mood ADD VALUE 'worst' AFTER 'sad';
INSERT INTO p (id, m) VALUES (6, 'meh'), (7, 'best'), (8, 'worst');
SELECT id, m FROM p ORDER BY m, id;
SELECT enum_range(NULL::mood);
ALTER TYPE mood RENAME TO feeling;
SELECT 'ok'::feeling;
SELECT 'ok'::mood;
INSERT INTO p (id, m) VALUES (9, 'nosuch');
CREATE TYPE lone AS ENUM ('a', 'b');
ALTER TYPE lone RENAME VALUE 'a' TO 'z';
SELECT 'z'::lone < 'b'::lone;
SELECT 'a'::lone;
CREATE SCHEMA s2;
ALTER TYPE lone SET SCHEMA s2;
SELECT 'b'::s2.lone;
SELECT 'b'::lone;
DROP SCHEMA s2 CASCADE;
ALTER TABLE p ADD COLUMN again feeling;
INSERT INTO p (id, again) VALUES (10, 'worst');
SELECT id, again FROM p ORDER BY again, id;
ALTER TABLE p DROP COLUMN again;
BEGIN;
CREATE TYPE brief AS ENUM ('x', 'y');
CREATE TABLE b (a brief);
INSERT INTO b VALUES ('y'), ('x');
SELECT * FROM b ORDER BY a;
ROLLBACK;
SELECT 'x'::brief;
DROP TABLE p;
DROP TYPE feeling;
SELECT 'ok'::feeling;
""",
    "views": """
CREATE VIEW happy AS SELECT id FROM p WHERE m = 'happy'::mood;
CREATE TYPE lone AS ENUM ('a', 'b');
CREATE VIEW alone AS SELECT 'a'::lone < 'b'::s.lone AS less;
DROP TYPE lone;
ALTER TYPE lone RENAME TO single;
ALTER TYPE mood RENAME TO feeling;
SET search_path = public;
SELECT id FROM s.happy;
SELECT less FROM s.alone;
SET search_path = s;
DROP TYPE single CASCADE;
SELECT less FROM alone;
SELECT id FROM happy;
""",
    "defaults": """
CREATE TABLE d (id int, x mood DEFAULT 'ok'::mood, xs mood[] DEFAULT '{sad}'::mood[],
  y mood DEFAULT 'sad', z s."Odd Type" DEFAULT 'a,b'::s."Odd Type");
INSERT INTO d (id) VALUES (1);
INSERT INTO d (id) SELECT 2;
SET search_path = public;
INSERT INTO s.d (id) VALUES (3);
INSERT INTO s.d (id) SELECT 4;
SET search_path = s;
SELECT * FROM d ORDER BY id;
SELECT attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute
  ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'd'::regclass ORDER BY attnum;
ALTER TABLE d ALTER y SET DEFAULT 'happy'::mood;
INSERT INTO d (id) VALUES (5);
SELECT y FROM d WHERE id = 5;
""",
    "schemas": """
CREATE SCHEMA s2;
CREATE TYPE s2.e AS ENUM ('a', 'b');
CREATE DOMAIN s2.dom AS int CHECK (VALUE > 0);
CREATE TABLE s2.t (a int, x s2.e);
CREATE TABLE s2.only (x s2.dom);
CREATE VIEW s2.v1 AS SELECT * FROM s2.t WHERE x >= 'b';
CREATE VIEW s2.v2 AS SELECT * FROM s2.v1;
CREATE TABLE stays (a int, x s2.e, xs s2.e[]);
CREATE VIEW w AS SELECT a FROM stays WHERE x = 'b';
INSERT INTO stays VALUES (1, 'a', '{b}');
SET client_min_messages = error;
DROP SCHEMA s2 CASCADE;
RESET client_min_messages;
SELECT * FROM stays;
SELECT * FROM w;
""",
    "catalog": """
SELECT typname, typtype, typcategory, typlen, typbyval, typelem <> 0, typarray <> 0, typinput::text
  FROM pg_type WHERE typname IN ('mood', '_mood', 'Odd Type') ORDER BY 1;
SELECT enumlabel, enumsortorder FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid
  WHERE typname = 'mood' ORDER BY enumsortorder;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
  WHERE attrelid = 'p'::regclass AND attnum > 0 ORDER BY attnum;
SELECT column_name, data_type, udt_schema, udt_name, column_default IS NULL
  FROM information_schema.columns WHERE table_schema = 's' AND table_name = 'p'
  ORDER BY ordinal_position;
SELECT 'mood'::regtype::text, 'mood[]'::regtype::text, to_regtype('s."Odd Type"')::text,
  to_regtype('nosuch') IS NULL;
SET search_path = public;
SELECT format_type('s.mood'::regtype, NULL), format_type('s.mood[]'::regtype, -1);
""",
    "domains": """
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE DOMAIN code AS varchar(5) NOT NULL DEFAULT 'none'
  CONSTRAINT upper CHECK (VALUE = upper(VALUE)) CONSTRAINT filled CHECK (VALUE <> '');
CREATE DOMAIN price AS numeric(10,2);
CREATE TABLE d (a posint, b code, c price);
INSERT INTO d VALUES (1, 'ONE', 1.005), (NULL, 'TWO', NULL);
INSERT INTO d VALUES (2, 'TOO', 1), (0, 'X', 1);
INSERT INTO d VALUES (1, 'low', 1);
INSERT INTO d VALUES (1, '', 1);
INSERT INTO d VALUES (1, NULL, 1);
INSERT INTO d VALUES (1, 'MUCH TOO LONG', 1);
INSERT INTO d SELECT -1, 'A', 1;
INSERT INTO d SELECT 5, 'FIVE', 5;
SELECT * FROM d ORDER BY a;
SELECT a + 1, b || '!', c * 2, sum(a) OVER () FROM d ORDER BY 1;
SELECT 1.239::price;
CREATE DOMAIN posint AS text;
DROP DOMAIN posint;
DROP TYPE code;
SELECT typname, typtype, typnotnull, format_type(typbasetype, typtypmod) FROM pg_type
  WHERE typname IN ('posint', 'code', 'price') ORDER BY 1;
SELECT column_name, data_type, udt_name, domain_name FROM information_schema.columns
  WHERE table_schema = 's' AND table_name = 'd' ORDER BY ordinal_position;
ALTER TABLE d ADD COLUMN e posint;
DROP DOMAIN posint CASCADE;
SELECT * FROM d ORDER BY c;
DROP TABLE d;
DROP DOMAIN code, price;
""",
}


@pytest.mark.service
@pytest.mark.parametrize("name", SCRIPTS)
def test_user_types_are_those_of_postgresql(firn_server, postgres_server, name):
    with firn_server().connect() as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute("DROP SCHEMA IF EXISTS s, s2 CASCADE")
        found = differences(START + SCRIPTS[name], ours, theirs)
        theirs.execute("RESET search_path")
    assert not found, "\n".join(found)


def test_values_outlive_a_kill_and_are_texts_in_the_lake(firn_server):
    firn = firn_server()
    with firn.connect(autocommit=True) as session:
        session.execute("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')")
        session.execute("CREATE DOMAIN posint AS int CHECK (VALUE > 0)")
        session.execute("CREATE TABLE t (id posint, m mood, ms mood[])")
        session.execute("INSERT INTO t VALUES (1, 'happy', '{ok,sad}'), (2, 'sad', NULL)")
    firn.kill9()
    firn.start()
    with firn.connect(autocommit=True) as session:
        assert session.execute("SELECT id, m::text FROM t ORDER BY t.m").fetchall() == [
            (2, "sad"), (1, "happy")]
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO t VALUES (3, 'ok', '{}')")
        assert session.execute("SELECT id FROM t ORDER BY m").fetchall() == [(2,), (3,), (1,)]
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            session.execute("INSERT INTO t VALUES (4, 'angry', '{}')")
        with pytest.raises(psycopg.errors.CheckViolation):
            session.execute("INSERT INTO t VALUES (-4, 'ok', '{}')")
    folder = table_folder(firn.data, "t")
    rows = StaticTable.from_metadata(str(newest_metadata(folder))).scan().to_arrow().sort_by("id")
    assert rows["m"].to_pylist() == ["happy", "sad"]
    assert rows["ms"].to_pylist() == [["ok", "sad"], None]


@pytest.mark.parametrize("binary", [False, True])
def test_a_client_that_knows_the_type_sends_and_reads_it(firn, table, binary):
    with firn.connect(autocommit=True) as session:
        session.execute(f"CREATE TYPE e_{table} AS ENUM ('a', 'b')")
        session.execute(f"CREATE TABLE {table} (v e_{table})")
        oid = session.execute(f"SELECT 'e_{table}'::regtype::oid").fetchone()[0]
        result = session.pgconn.exec_params(
            f"INSERT INTO {table} VALUES ($1)".encode(), [b"b"], param_types=[oid],
            param_formats=[int(binary)])
        assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, result.error_message
        result = session.pgconn.exec_params(f"SELECT v FROM {table} WHERE v = $1".encode(), [b"b"],
                                            result_format=int(binary))
        assert (result.ftype(0), result.get_value(0, 0)) == (oid, b"b")
        result = session.pgconn.exec_params(f"SELECT v FROM {table} WHERE v = $1".encode(), [b"x"])
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"22P02"


def test_copy_checks_every_value(firn, table):
    with firn.connect(autocommit=True) as session:
        session.execute(f"CREATE TYPE e_{table} AS ENUM ('a', 'b')")
        session.execute(f"CREATE TABLE {table} (n int, v e_{table})")
        with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for n in range(1000):
                copy.write_row((n, "ab"[n % 2]))
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                copy.write_row((1, "a"))
                copy.write_row((2, "c"))
        counted = session.execute(f"SELECT v::text, count(*) FROM {table} GROUP BY v ORDER BY v")
        assert counted.fetchall() == [("a", 500), ("b", 500)]
        with session.cursor().copy(f"COPY {table} TO STDOUT") as copy:
            assert b"".join(copy).count(b"\ta\n") == 500


def test_types_belong_to_who_made_them(firn_server):
    firn = firn_server()
    with firn.connect(autocommit=True) as session:
        session.execute("CREATE ROLE alice")
        session.execute("CREATE ROLE bob")
        session.execute("GRANT CREATE ON SCHEMA public TO alice, bob")
        session.execute("SET ROLE alice")
        session.execute("CREATE TYPE hers AS ENUM ('a')")
        session.execute("SET ROLE bob")
        for refused in ("DROP TYPE hers", "ALTER TYPE hers ADD VALUE 'b'",
                        "ALTER TYPE hers RENAME TO mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(sql.SQL(refused))
        session.execute("CREATE TABLE t (a hers)")
        session.execute("DROP TABLE t")
        session.execute("SET ROLE alice")
        session.execute("DROP TYPE hers")
