"""DDL: every statement of these scripts is answered as PostgreSQL 15 answers it: rows, types, tags,
notices, SQLSTATEs, messages and details. With and without flushes in between."""

from __future__ import annotations

import threading

import psycopg
import pytest

from ddl_script import differences

SCRIPTS = {
    "expressions_of_one_row": """
CREATE TABLE t (a int, b int);
CREATE TABLE c1 (b int CHECK (sum(b) > 1));
CREATE TABLE c1 (b int, CHECK ((SELECT true)));
CREATE TABLE c1 (b int, CHECK (EXISTS (SELECT 1 FROM t)));
CREATE TABLE c1 (b int, CHECK (row_number() OVER () > 0));
CREATE TABLE c1 (b int, CHECK (sum(b) OVER () > 0));
CREATE TABLE c1 (b int, CHECK (generate_series(1, 2) > 0));
CREATE TABLE c1 (b int DEFAULT (SELECT 1));
CREATE TABLE c1 (b int DEFAULT max(1));
CREATE TABLE c1 (b int DEFAULT rank() OVER ());
CREATE TABLE c1 (b int DEFAULT generate_series(1, 2));
ALTER TABLE t ADD CHECK (count(*) > 0);
ALTER TABLE t ADD CHECK (a IN (SELECT 1));
ALTER TABLE t ADD CONSTRAINT w CHECK (rank() OVER (ORDER BY a) > 0);
ALTER TABLE t ALTER a SET DEFAULT avg(1);
ALTER TABLE t ALTER a SET DEFAULT (SELECT 1);
ALTER TABLE t ADD COLUMN d int DEFAULT (SELECT 1);
CREATE DOMAIN dom AS int CHECK (max(VALUE) > 0);
CREATE DOMAIN dom AS int CHECK (VALUE IN (SELECT 1));
CREATE DOMAIN dom AS int DEFAULT (SELECT 1);
CREATE DOMAIN dom AS int CHECK (unnest(ARRAY[VALUE]) > 0);
CREATE TABLE c1 (b int DEFAULT greatest(1, 2) CHECK (b > length('a')));
INSERT INTO c1 VALUES (DEFAULT), (1);
""",
    "sizes_of_what_is_computed": """
CREATE TABLE t (id int, n numeric(10,2), m numeric(10,2), k numeric(12,3), v varchar(5),
  a numeric(10,2)[]);
INSERT INTO t VALUES (1, 1.5, 2.5, 1.5, 'ab', '{1.5}'), (2, -3.25, NULL, 2.125, 'x', NULL);
CREATE TABLE made AS SELECT 1.5 AS x, 1.25 + 1.5 AS y, n, n + m AS sum, -n AS minus, n::numeric AS
  bare, coalesce(n, m) AS same, coalesce(n, k) AS other, v, min(v) OVER () AS least, a, a[1] AS one,
  n::numeric(5,1) AS cast, nullif(n, m) AS nullif, greatest(n, m), sum(id) OVER () AS of FROM t;
INSERT INTO made (x) VALUES (1.26), (12.26), (-0.125);
SELECT x FROM made ORDER BY 1;
CREATE VIEW shown AS SELECT 1.5 AS x, n, n + 1 AS y, CASE WHEN id = 1 THEN n END AS z,
  CASE WHEN id = 1 THEN n ELSE m END AS w, v, CASE WHEN id = 1 THEN v ELSE 'zz' END AS u FROM t;
SELECT attrelid::regclass::text AS of, attname, format_type(atttypid, atttypmod), atttypmod
  FROM pg_attribute WHERE attrelid IN ('made'::regclass, 'shown'::regclass) AND attnum > 0
  ORDER BY 1, attnum;
SELECT * FROM shown ORDER BY n;
!flush;
SELECT x, n, sum, minus, other FROM made ORDER BY 1, 2;
CREATE OR REPLACE VIEW shown AS SELECT 1.75 AS x, n, n + 2 AS y, CASE WHEN id = 1 THEN n END AS z,
  CASE WHEN id = 1 THEN n ELSE m END AS w, v, CASE WHEN id = 1 THEN v ELSE 'zz' END AS u FROM t;
SELECT * FROM shown ORDER BY n;
CREATE TABLE bad (n numeric(0));
CREATE TABLE bad (n numeric(1001, 2));
CREATE TABLE bad (n numeric(3, -1001));
""",
    "add_drop_rename": """
CREATE TABLE t (id int, note text);
INSERT INTO t VALUES (1, 'a'), (2, NULL);
!flush;
ALTER TABLE t ADD COLUMN extra bigint;
INSERT INTO t VALUES (3, 'c', 30);
SELECT * FROM t ORDER BY id;
ALTER TABLE t ADD COLUMN extra int;
ALTER TABLE t ADD COLUMN IF NOT EXISTS extra int;
!flush;
ALTER TABLE t RENAME COLUMN note TO remark;
INSERT INTO t (id, remark) VALUES (4, 'd');
SELECT id, remark, extra FROM t ORDER BY id;
SELECT note FROM t;
ALTER TABLE t RENAME COLUMN note TO x;
ALTER TABLE t RENAME COLUMN id TO remark;
ALTER TABLE t DROP COLUMN extra;
SELECT * FROM t ORDER BY id;
ALTER TABLE t ADD COLUMN extra bigint;
SELECT * FROM t ORDER BY id;
ALTER TABLE t DROP COLUMN nope;
ALTER TABLE t DROP COLUMN IF EXISTS nope;
ALTER TABLE nope ADD COLUMN a int;
ALTER TABLE IF EXISTS nope ADD COLUMN a int;
ALTER TABLE t RENAME TO u;
SELECT * FROM t;
SELECT count(*) FROM u;
ALTER TABLE u ADD COLUMN a int, ADD COLUMN b text, DROP COLUMN extra;
INSERT INTO u VALUES (5, 'e', 50, 'bb');
SELECT * FROM u ORDER BY id;
""",
    "not_null_and_defaults": """
CREATE TABLE t (a int, b text DEFAULT 'x');
INSERT INTO t (a) VALUES (1), (NULL);
ALTER TABLE t ALTER COLUMN a SET NOT NULL;
ALTER TABLE t ALTER COLUMN b SET NOT NULL;
INSERT INTO t VALUES (2, NULL);
ALTER TABLE t ALTER COLUMN b DROP NOT NULL;
INSERT INTO t VALUES (2, NULL);
ALTER TABLE t ALTER COLUMN a SET DEFAULT 7;
INSERT INTO t (b) VALUES ('seven');
ALTER TABLE t ALTER COLUMN a DROP DEFAULT;
INSERT INTO t (b) VALUES ('null again');
SELECT * FROM t ORDER BY b, a;
ALTER TABLE t ADD COLUMN c int NOT NULL;
ALTER TABLE t ADD COLUMN c int;
CREATE TABLE e (a int);
ALTER TABLE e ADD COLUMN b int NOT NULL DEFAULT 5;
INSERT INTO e VALUES (1);
SELECT * FROM e;
ALTER TABLE e ALTER COLUMN nope SET NOT NULL;
ALTER TABLE e ALTER COLUMN a SET DEFAULT 1 + 2 * 3;
INSERT INTO e DEFAULT VALUES;
SELECT * FROM e ORDER BY a;
""",
    "widening": """
CREATE TABLE t (a smallint, b int, c real, d numeric(5,2), e varchar(3));
INSERT INTO t VALUES (1, 2, 1.5, 3.25, 'abc');
!flush;
INSERT INTO t VALUES (-1, -2, -1.5, -3.25, 'xyz');
ALTER TABLE t ALTER COLUMN a TYPE int, ALTER COLUMN b TYPE bigint;
ALTER TABLE t ALTER COLUMN c TYPE double precision, ALTER COLUMN d TYPE numeric(12,2);
ALTER TABLE t ALTER COLUMN e TYPE text;
INSERT INTO t VALUES (100000, 3000000000, 2.25, 1234567890.12, 'a long text');
SELECT * FROM t ORDER BY a;
SELECT sum(a), sum(b), sum(c), sum(d) FROM t;
!flush;
SELECT * FROM t WHERE b > 0 ORDER BY a;
ALTER TABLE t ALTER COLUMN nope TYPE int;
ALTER TABLE t ALTER COLUMN e TYPE text;
""",
    "transactions": """
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
BEGIN;
ALTER TABLE t ADD COLUMN b text;
INSERT INTO t VALUES (2, 'two');
SELECT * FROM t ORDER BY a;
ROLLBACK;
SELECT * FROM t ORDER BY a;
BEGIN;
INSERT INTO t VALUES (3);
ALTER TABLE t ADD COLUMN b text;
SAVEPOINT s;
INSERT INTO t VALUES (4, 'four');
ALTER TABLE t DROP COLUMN a;
SELECT * FROM t ORDER BY b;
ROLLBACK TO s;
INSERT INTO t VALUES (5, 'five');
ALTER TABLE t RENAME COLUMN a TO n;
SELECT * FROM t ORDER BY n;
COMMIT;
SELECT * FROM t ORDER BY n;
BEGIN;
CREATE SCHEMA app;
CREATE TABLE app.x (id serial PRIMARY KEY, v text);
INSERT INTO app.x (v) VALUES ('p'), ('q');
ALTER TABLE app.x ADD COLUMN w int;
CREATE VIEW app.y AS SELECT id, v FROM app.x;
SELECT * FROM app.y ORDER BY id;
COMMIT;
SELECT * FROM app.x ORDER BY id;
BEGIN;
TRUNCATE app.x;
INSERT INTO app.x (v) VALUES ('r');
SELECT * FROM app.y;
ROLLBACK;
SELECT count(*) FROM app.y;
BEGIN;
DROP SCHEMA app CASCADE;
SELECT * FROM app.x;
ROLLBACK;
SELECT count(*) FROM app.x;
""",
    "checks": """
CREATE TABLE t (a int CHECK (a > 0), b int, CONSTRAINT sum_small CHECK (a + b < 100));
INSERT INTO t VALUES (1, 2), (5, NULL), (NULL, 3);
INSERT INTO t VALUES (2, 2), (0, 1);
INSERT INTO t VALUES (50, 60);
SELECT * FROM t ORDER BY a, b;
ALTER TABLE t ADD CONSTRAINT b_even CHECK (b % 2 = 0);
ALTER TABLE t ADD CONSTRAINT sum_small CHECK (b > 0);
ALTER TABLE t DROP CONSTRAINT nope;
ALTER TABLE t DROP CONSTRAINT IF EXISTS nope;
ALTER TABLE t RENAME COLUMN a TO first;
INSERT INTO t VALUES (0, 1);
ALTER TABLE t RENAME CONSTRAINT t_a_check TO first_positive;
INSERT INTO t VALUES (0, 1);
ALTER TABLE t DROP CONSTRAINT first_positive;
INSERT INTO t VALUES (0, 1);
SELECT * FROM t ORDER BY first, b;
ALTER TABLE t ADD CHECK (b IS NOT NULL);
ALTER TABLE t ADD CHECK (first >= 0), ADD CHECK (first < 1000);
INSERT INTO t VALUES (-1, 1);
ALTER TABLE t ADD CHECK (first);
ALTER TABLE t ADD CHECK (nope > 1);
ALTER TABLE t DROP COLUMN first;
INSERT INTO t VALUES (1000);
CREATE TABLE u (a int NOT NULL CHECK (a <> 3), b text);
INSERT INTO u VALUES (3, 'x'), (NULL, 'y');
INSERT INTO u VALUES (NULL, 'y'), (3, 'x');
INSERT INTO u SELECT n, 'row' FROM generate_series(1, 5) n;
SELECT count(*) FROM u;
""",
    "primary_key": """
CREATE TABLE t (id int PRIMARY KEY, v text);
INSERT INTO t VALUES (1, 'a'), (2, 'b');
INSERT INTO t VALUES (1, 'c');
INSERT INTO t VALUES (3, 'c'), (3, 'd');
INSERT INTO t VALUES (NULL, 'x');
!flush;
INSERT INTO t VALUES (4, 'd'), (2, 'again');
INSERT INTO t VALUES (4, 'd');
INSERT INTO t VALUES (4, 'e');
SELECT * FROM t ORDER BY id;
CREATE TABLE c (a text, b date, n int, PRIMARY KEY (a, b));
INSERT INTO c VALUES ('x', '2020-01-01', 1), ('x', '2020-01-02', 2), ('y', '2020-01-01', 3);
INSERT INTO c VALUES ('x', '2020-01-02', 4);
!flush;
INSERT INTO c VALUES ('y', '2020-01-01', 5);
INSERT INTO c VALUES ('y', NULL, 5);
ALTER TABLE c ADD PRIMARY KEY (n);
CREATE TABLE f (id bigint, v int);
INSERT INTO f SELECT n, n FROM generate_series(1, 100) n;
!flush;
INSERT INTO f VALUES (101, 1);
ALTER TABLE f ADD PRIMARY KEY (v);
ALTER TABLE f ADD PRIMARY KEY (id);
INSERT INTO f VALUES (50, 1);
INSERT INTO f VALUES (101, 1);
INSERT INTO f VALUES (102, 1);
ALTER TABLE f ALTER COLUMN id DROP NOT NULL;
ALTER TABLE f DROP CONSTRAINT f_pkey;
INSERT INTO f VALUES (50, 1);
SELECT count(*), count(DISTINCT id) FROM f;
CREATE TABLE bad (a int, PRIMARY KEY (b));
CREATE TABLE bad (a int, PRIMARY KEY (a, a));
CREATE TABLE bad (a int PRIMARY KEY, b int PRIMARY KEY);
CREATE TABLE bad (a int NULL PRIMARY KEY);
BEGIN;
INSERT INTO t VALUES (10, 'ten');
INSERT INTO t VALUES (10, 'ten');
ROLLBACK;
BEGIN;
INSERT INTO t VALUES (10, 'ten');
SAVEPOINT s;
INSERT INTO t VALUES (11, 'eleven');
ROLLBACK TO s;
INSERT INTO t VALUES (11, 'again');
TRUNCATE t;
INSERT INTO t VALUES (1, 'fresh');
COMMIT;
SELECT * FROM t;
CREATE TABLE fl (x double precision PRIMARY KEY);
INSERT INTO fl VALUES (0), ('nan');
INSERT INTO fl VALUES ('-0');
INSERT INTO fl VALUES ('nan');
""",
    "sequences": """
CREATE SEQUENCE s;
SELECT nextval('s'), nextval('s');
SELECT currval('s'), lastval();
SELECT setval('s', 10);
SELECT nextval('s');
SELECT setval('s', 20, false);
SELECT nextval('s');
SELECT last_value, is_called FROM s;
ALTER SEQUENCE s INCREMENT BY 5 MAXVALUE 30;
SELECT nextval('s'), nextval('s');
SELECT nextval('s');
ALTER SEQUENCE s CYCLE;
SELECT nextval('s');
ALTER SEQUENCE s RESTART WITH 7;
SELECT nextval('s');
ALTER SEQUENCE s RESTART;
SELECT nextval('s'::regclass);
SELECT setval('s', 1000);
SELECT nextval('nope');
CREATE SEQUENCE s;
CREATE SEQUENCE IF NOT EXISTS s;
CREATE SEQUENCE d INCREMENT -1;
SELECT nextval('d'), nextval('d');
CREATE SEQUENCE bad INCREMENT 0;
CREATE SEQUENCE bad MINVALUE 10 MAXVALUE 5;
CREATE SEQUENCE bad START 0;
CREATE SEQUENCE bad AS smallint MAXVALUE 100000;
CREATE TABLE t (id serial, v text);
INSERT INTO t (v) VALUES ('a'), ('b');
INSERT INTO t VALUES (DEFAULT, 'c'), (100, 'd');
INSERT INTO t (id, v) VALUES (DEFAULT, upper('e'));
SELECT * FROM t ORDER BY id;
SELECT pg_get_serial_sequence('t', 'id'), pg_get_serial_sequence('t', 'v');
SELECT currval('t_id_seq');
TRUNCATE t RESTART IDENTITY;
INSERT INTO t (v) VALUES ('again');
SELECT * FROM t;
TRUNCATE t;
INSERT INTO t (v) VALUES ('later');
SELECT * FROM t;
DROP SEQUENCE t_id_seq;
CREATE TABLE i (id bigint GENERATED ALWAYS AS IDENTITY,
  j int GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 5), v int);
INSERT INTO i (v) VALUES (1), (2);
INSERT INTO i (id, v) VALUES (7, 3);
INSERT INTO i (j, v) VALUES (7, 3);
INSERT INTO i VALUES (DEFAULT, DEFAULT, 4);
SELECT * FROM i ORDER BY id;
DROP SEQUENCE i_id_seq;
ALTER TABLE i ALTER COLUMN j DROP IDENTITY;
ALTER TABLE i ALTER COLUMN v ADD GENERATED BY DEFAULT AS IDENTITY;
ALTER TABLE i ALTER COLUMN id DROP NOT NULL;
ALTER TABLE i ALTER COLUMN id SET DEFAULT 3;
DROP TABLE t;
SELECT nextval('t_id_seq');
CREATE TABLE u (id int DEFAULT nextval('s'), v int);
DROP SEQUENCE s;
DROP SEQUENCE s CASCADE;
INSERT INTO u (v) VALUES (1);
SELECT * FROM u;
""",
    "schemas": """
CREATE SCHEMA app;
CREATE SCHEMA app;
CREATE SCHEMA IF NOT EXISTS app;
CREATE SCHEMA pg_mine;
CREATE TABLE app.t (a int);
CREATE TABLE nope.t (a int);
INSERT INTO app.t VALUES (1);
SELECT * FROM t;
SET search_path = app, public;
SELECT * FROM t;
CREATE TABLE here (b int);
SET search_path = public;
SELECT * FROM app.here;
ALTER TABLE app.here SET SCHEMA public;
SELECT * FROM here;
ALTER TABLE here SET SCHEMA nope;
DROP SCHEMA app;
ALTER SCHEMA app RENAME TO application;
SELECT * FROM application.t;
CREATE VIEW v AS SELECT a FROM application.t;
DROP SCHEMA application;
DROP SCHEMA application CASCADE;
SELECT * FROM v;
DROP SCHEMA nope;
DROP SCHEMA IF EXISTS nope;
DROP TABLE nope.x;
DROP TABLE IF EXISTS nope.x;
CREATE SCHEMA empty;
DROP SCHEMA empty;
""",
    "views": """
CREATE TABLE t (id int, name text, price numeric(8,2));
INSERT INTO t VALUES (1, 'a', 1.50), (2, 'b', 2.50), (3, 'c', NULL);
CREATE VIEW v AS SELECT * FROM t WHERE id > 1;
CREATE VIEW w (k, total) AS SELECT name, sum(price) FROM v GROUP BY name;
SELECT * FROM v ORDER BY id;
SELECT * FROM w ORDER BY k;
SELECT v.id, w.total FROM v JOIN w ON v.name = w.k ORDER BY 1;
ALTER TABLE t ADD COLUMN extra int;
SELECT * FROM v ORDER BY id;
ALTER TABLE t RENAME COLUMN price TO cost;
ALTER TABLE t RENAME TO goods;
SELECT * FROM v ORDER BY id;
SELECT * FROM w ORDER BY k;
CREATE VIEW v AS SELECT 1;
CREATE OR REPLACE VIEW v AS SELECT id FROM goods;
CREATE OR REPLACE VIEW v AS SELECT id AS x, name, cost FROM goods;
CREATE OR REPLACE VIEW v AS SELECT id::bigint AS id, name, cost AS price FROM goods;
CREATE OR REPLACE VIEW v AS SELECT id, name, cost AS price, id * 2 AS twice FROM goods;
SELECT * FROM v ORDER BY id;
CREATE VIEW dup AS SELECT id, id FROM goods;
CREATE VIEW many (a, b, c) AS SELECT 1, 2;
ALTER TABLE goods DROP COLUMN cost;
ALTER TABLE goods DROP COLUMN extra;
ALTER TABLE goods ADD COLUMN unused int;
CREATE VIEW named AS SELECT name FROM goods;
ALTER TABLE goods DROP COLUMN unused;
SELECT * FROM named ORDER BY name;
DROP VIEW named;
ALTER TABLE goods ALTER COLUMN id TYPE bigint;
DROP TABLE goods;
DROP VIEW v;
DROP VIEW goods;
DROP TABLE v;
DROP VIEW nope;
DROP VIEW IF EXISTS nope;
DROP VIEW v CASCADE;
SELECT * FROM w;
CREATE VIEW lonely AS SELECT count(*) AS n FROM goods;
DROP TABLE goods CASCADE;
SELECT * FROM lonely;
CREATE VIEW consts AS VALUES (1, 'a'), (2, 'b');
SELECT * FROM consts;
CREATE VIEW bad AS SELECT * FROM nope;
""",
    "truncate": """
CREATE TABLE a (x int);
CREATE TABLE b (y int);
INSERT INTO a VALUES (1), (2);
INSERT INTO b VALUES (3);
!flush;
INSERT INTO a VALUES (4);
TRUNCATE a, b;
SELECT count(*) FROM a;
SELECT count(*) FROM b;
INSERT INTO a VALUES (5);
SELECT * FROM a;
!flush;
SELECT * FROM a;
TRUNCATE TABLE nope;
CREATE VIEW v AS SELECT * FROM a;
TRUNCATE v;
BEGIN;
INSERT INTO a VALUES (6);
TRUNCATE a;
SAVEPOINT s;
INSERT INTO a VALUES (7);
ROLLBACK TO s;
SELECT * FROM a;
ROLLBACK;
SELECT * FROM a;
BEGIN;
INSERT INTO a VALUES (8);
SAVEPOINT s;
TRUNCATE a;
ROLLBACK TO s;
COMMIT;
SELECT * FROM a ORDER BY x;
""",
    "temporary_tables": """
CREATE TABLE t (a int);
INSERT INTO t VALUES (1);
CREATE TEMP TABLE t (b text);
INSERT INTO t VALUES ('mine');
SELECT * FROM t;
SELECT * FROM public.t;
ALTER TABLE t ADD COLUMN c int;
INSERT INTO t VALUES ('more', 2);
SELECT * FROM t ORDER BY b;
DROP TABLE t;
SELECT * FROM t;
CREATE TEMP TABLE k (id int PRIMARY KEY, v int CHECK (v > 0));
INSERT INTO k VALUES (1, 1);
INSERT INTO k VALUES (1, 2);
INSERT INTO k VALUES (2, 0);
BEGIN;
INSERT INTO k VALUES (2, 2);
ROLLBACK;
SELECT * FROM k;
TRUNCATE k;
SELECT * FROM k;
CREATE TEMP TABLE d (a int) ON COMMIT DELETE ROWS;
INSERT INTO d VALUES (1);
SELECT * FROM d;
BEGIN;
INSERT INTO d VALUES (2);
SELECT * FROM d;
COMMIT;
SELECT * FROM d;
BEGIN;
CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT 1 AS n;
SELECT * FROM gone;
COMMIT;
SELECT * FROM gone;
CREATE TABLE bad (a int) ON COMMIT DROP;
CREATE TEMP TABLE made AS SELECT a, a * 2 AS b FROM t;
SELECT * FROM made;
""",
    "create_table_forms": """
CREATE TABLE base (id int NOT NULL DEFAULT 3 CHECK (id < 10), name text,
  CONSTRAINT k PRIMARY KEY (id));
CREATE TABLE like_plain (LIKE base);
INSERT INTO like_plain (name) VALUES ('x');
INSERT INTO like_plain VALUES (30, 'x');
CREATE TABLE like_all (LIKE base INCLUDING ALL, extra int);
INSERT INTO like_all (name, extra) VALUES ('y', 1);
INSERT INTO like_all (name, extra) VALUES ('y', 1);
INSERT INTO like_all VALUES (11, 'z', 2);
SELECT * FROM like_all;
CREATE TABLE like_twice (name text, LIKE base);
CREATE TABLE base (a int);
CREATE TABLE IF NOT EXISTS base (a int);
CREATE TABLE made (x, y) AS SELECT 1, 'two';
SELECT * FROM made;
CREATE TABLE made2 AS SELECT * FROM made WITH NO DATA;
SELECT * FROM made2;
CREATE TABLE IF NOT EXISTS made AS SELECT 1;
CREATE TABLE made3 (a, b, c) AS SELECT 1, 2;
CREATE TABLE made4 AS SELECT 1 AS a, 2 AS a;
DROP TABLE base, made;
DROP TABLE nope;
DROP TABLE IF EXISTS nope, made2;
ANALYZE;
""",
    "comments": """
CREATE TABLE t (a int);
COMMENT ON TABLE t IS 'a table';
COMMENT ON COLUMN t.a IS 'its column';
COMMENT ON COLUMN t.nope IS 'x';
COMMENT ON TABLE nope IS 'x';
COMMENT ON TABLE t IS NULL;
COMMENT ON SCHEMA public IS 'the one';
COMMENT ON VIEW t IS 'no view';
CREATE VIEW v AS SELECT a FROM t;
COMMENT ON VIEW v IS 'a view';
COMMENT ON COLUMN v.a IS 'seen';
CREATE SEQUENCE s;
COMMENT ON SEQUENCE s IS 'counts';
DROP TABLE t CASCADE;
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_answers_are_those_of_postgresql(name, firn_server, postgres_server):
    firn = firn_server()
    with firn.connect() as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute(f"DROP DATABASE IF EXISTS {name}")
        theirs.execute(f"CREATE DATABASE {name}")
        where = psycopg.conninfo.make_conninfo(theirs.info.dsn, dbname=name)
        with psycopg.connect(where, autocommit=True) as fresh:
            found = differences(SCRIPTS[name], ours, fresh)
        assert not found, "\n".join(found)
        # The same state is there again after a crash.
        firn.kill9()
    firn.start()
    with firn.connect() as again:
        again.execute("CHECKPOINT")


def test_two_sessions_that_insert_one_key_at_once_leave_one_row(firn_server):
    firn = firn_server()
    with firn.connect(autocommit=False) as one, firn.connect(autocommit=False) as two:
        one.execute("CREATE TABLE t (id int PRIMARY KEY, who text)")
        one.commit()
        for flush in (False, True):
            key = 1 if flush else 0
            one.execute(f"INSERT INTO t VALUES ({key}, 'one')")
            two.execute(f"INSERT INTO t VALUES ({key}, 'two')")
            one.commit()
            if flush:
                with firn.connect() as third:
                    third.autocommit = True
                    third.execute("CHECKPOINT")
            with pytest.raises(psycopg.errors.UniqueViolation) as caught:
                two.commit()
            assert caught.value.diag.message_detail == f"Key (id)=({key}) already exists."
        assert one.execute("SELECT * FROM t ORDER BY id").fetchall() == [(0, "one"), (1, "one")]


def test_a_writer_that_began_before_an_alter_is_asked_to_run_again(firn_server):
    firn = firn_server()
    with firn.connect(autocommit=False) as one, firn.connect(autocommit=False) as two:
        one.execute("CREATE TABLE t (id int)")
        one.commit()
        one.execute("INSERT INTO t VALUES (1)")
        two.execute("ALTER TABLE t ADD COLUMN note text")
        two.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            one.commit()
        one.execute("INSERT INTO t VALUES (1, 'again')")
        one.commit()
        assert two.execute("SELECT * FROM t").fetchall() == [(1, "again")]


def test_statements_of_their_own_are_run_again_inside_the_server(firn_server):
    firn = firn_server()
    with firn.connect(autocommit=False) as one, firn.connect(autocommit=False) as two:
        one.autocommit = two.autocommit = True
        one.execute("CREATE TABLE t (id serial PRIMARY KEY, n int)")
        stop = threading.Event()

        def insert() -> None:
            while not stop.is_set():
                two.execute("INSERT INTO t (n) VALUES (1)")

        writer = threading.Thread(target=insert)
        writer.start()
        try:
            for number in range(30):
                one.execute(f"ALTER TABLE t ADD COLUMN c{number} int")
                one.execute(f"ALTER TABLE t ALTER COLUMN n SET {'NOT' if number % 2 else 'DEFAULT'}"
                            f" {'NULL' if number % 2 else '5'}")
        finally:
            stop.set()
            writer.join()
        count, keys, highest = two.execute(
            "SELECT count(*), count(DISTINCT id), max(id) FROM t").fetchone()
        assert count == keys and highest >= count > 0


def test_a_sequence_never_gives_a_value_twice_whatever_dies(firn_server):
    firn = firn_server()
    given: list[int] = []
    for _ in range(3):
        with firn.connect() as session:
            session.autocommit = True
            session.execute("CREATE SEQUENCE IF NOT EXISTS s")
            given += [session.execute("SELECT nextval('s')").fetchone()[0] for _ in range(40)]
            firn.kill9()
        firn.start()
    assert len(set(given)) == len(given) and given == sorted(given)


def test_copy_and_large_transactions_keep_the_key(firn_server):
    firn = firn_server(settings={"transaction_memory": "64kB"})
    with firn.connect() as session:
        session.autocommit = True
        session.execute("CREATE TABLE t (id int PRIMARY KEY, v text)")

        def load(first: int, count: int) -> None:
            with session.cursor().copy("COPY t FROM STDIN") as copy:
                for number in range(first, first + count):
                    copy.write_row((number, "x" * 50))

        load(0, 20000)
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            load(19999, 20000)
        assert caught.value.diag.message_detail == "Key (id)=(19999) already exists."
        load(20000, 20000)
        session.execute("CHECKPOINT")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO t VALUES (39999, 'y')")
        assert session.execute("SELECT count(*), count(DISTINCT id) FROM t").fetchone() == (
            40000, 40000)


def test_unenforced_constraints_are_recorded_only_when_asked_for(firn_server):
    firn = firn_server()
    with firn.connect() as session:
        session.autocommit = True
        session.execute("CREATE TABLE p (id int PRIMARY KEY)")
        for statement in ("CREATE TABLE c (a int UNIQUE)", "CREATE TABLE c (a int REFERENCES p)"):
            with pytest.raises(psycopg.errors.FeatureNotSupported) as caught:
                session.execute(statement)
            assert "firn.unenforced_constraints" in caught.value.diag.message_hint
        session.execute("SET firn.unenforced_constraints = accept")
        session.execute("CREATE TABLE c (a int UNIQUE REFERENCES p)")
        session.execute("INSERT INTO c VALUES (1), (1)")
        assert session.execute("SELECT count(*) FROM c").fetchone() == (2,)
