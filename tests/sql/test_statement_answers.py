"""Statements about statements: what is refused, with which SQLSTATE and words, and what is only
told of, is as PostgreSQL 15 has it. Each script runs on both."""

from __future__ import annotations

import pytest

from ddl_script import answer

MADE = """
CREATE SCHEMA w;
CREATE TABLE w.t (id int PRIMARY KEY, b text);
CREATE VIEW w.v AS SELECT id FROM w.t;
CREATE SEQUENCE w.q;
CREATE TYPE w.mood AS ENUM ('a');
SET search_path = w;
"""
SCRIPTS = {
    "indexes": """
CREATE INDEX t_pkey ON t (b);
CREATE INDEX t ON t (b);
CREATE INDEX ON t (nosuch);
CREATE INDEX ON t (lower(nosuch));
CREATE INDEX ON t (b) WHERE nosuch > 1;
CREATE INDEX ON t (b) INCLUDE (nosuch);
CREATE INDEX ON v (id);
CREATE INDEX ON q (id);
CREATE INDEX ON nosuch (id);
REINDEX TABLE v;
REINDEX TABLE nosuch;
CLUSTER v USING x;
CLUSTER nosuch;
ANALYZE t (nosuch);
ANALYZE t (id);
ANALYZE nosuch;
VACUUM ANALYZE t (nosuch);
DROP INDEX t_pkey;
DROP INDEX w.t_pkey;
DROP INDEX nosuch;
""",
    "plans": """
EXPLAIN (NOSUCH) SELECT 1;
EXPLAIN (FORMAT) SELECT 1;
EXPLAIN (FORMAT nosuch) SELECT 1;
EXPLAIN (ANALYZE 5) SELECT 1;
EXPLAIN (ANALYZE foo) SELECT 1;
EXPLAIN (VERBOSE 7) SELECT 1;
EXPLAIN (TIMING) SELECT 1;
EXPLAIN (WAL) SELECT 1;
""",
    "names that are taken": """
ALTER TABLE t RENAME TO t;
ALTER VIEW v RENAME TO v;
ALTER SEQUENCE q RENAME TO q;
ALTER TYPE mood RENAME TO mood;
ALTER TABLE t RENAME COLUMN b TO b;
ALTER SCHEMA w RENAME TO w;
ALTER TABLE t SET SCHEMA w;
""",
    "temporary tables": """
CREATE TEMP TABLE w.z (a int);
CREATE TEMP TABLE nosuch.z (a int);
CREATE TEMP TABLE w.z AS SELECT 1 AS a;
CREATE TEMP TABLE pg_temp.z (a int);
CREATE TEMP TABLE pg_class (relname text);
SELECT count(*) FROM pg_class;
INSERT INTO pg_class VALUES ('x');
SELECT relname FROM pg_class;
SELECT count(*) > 1 FROM pg_catalog.pg_class;
DROP TABLE pg_temp.pg_class;
SELECT count(*) > 1 FROM pg_class;
BEGIN READ ONLY;
INSERT INTO z VALUES (1);
INSERT INTO z SELECT 2;
SELECT * FROM z ORDER BY 1;
INSERT INTO t VALUES (1, 'x');
ROLLBACK;
BEGIN READ ONLY;
CREATE TEMP TABLE z2 (a int);
ROLLBACK;
DROP TABLE z;
""",
    "types": """
CREATE TABLE p (a anyelement);
CREATE TABLE p (a record);
CREATE TABLE p (a void);
CREATE TABLE p (a anyarray);
CREATE TABLE p (a "any");
CREATE TABLE p (a cstring);
CREATE TABLE p (a pg_catalog.trigger);
CREATE TABLE p (a nosuch);
DROP TYPE int4;
DROP TYPE pg_catalog.int4;
DROP TYPE IF EXISTS text;
DROP TYPE _int4;
DROP DOMAIN int4;
DROP TYPE t;
DROP TYPE nosuch;
""",
    "oids by name": """
SELECT '99999999999'::regclass;
SELECT ''::regclass;
SELECT 'a b'::regclass;
SELECT '99999999999'::regtype;
SELECT ''::regnamespace;
SELECT ''::regrole;
SELECT '99999999999'::regrole;
SELECT '12'::regclass;
SELECT 't'::regclass;
""",
    "modes of a transaction": """
BEGIN READ ONLY;
SELECT 1;
SET TRANSACTION READ WRITE;
ROLLBACK;
BEGIN READ ONLY;
SET TRANSACTION READ WRITE;
COMMIT;
BEGIN READ ONLY;
SELECT 1;
SELECT set_config('transaction_read_only', 'off', false);
ROLLBACK;
BEGIN READ ONLY;
SELECT 1;
SET transaction_read_only = off;
ROLLBACK;
BEGIN READ ONLY;
SAVEPOINT a;
SET TRANSACTION READ WRITE;
ROLLBACK;
BEGIN;
SAVEPOINT a;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
ROLLBACK;
BEGIN;
SELECT 1;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
ROLLBACK;
START TRANSACTION;
COMMIT;
BEGIN;
SELECT set_config('search_path', NULL, true);
SHOW search_path;
ROLLBACK;
SHOW search_path;
""",
    "recursive views": """
CREATE RECURSIVE VIEW nums (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM nums WHERE n < 5;
SELECT * FROM nums;
CREATE OR REPLACE RECURSIVE VIEW nums (n) AS
  VALUES (1) UNION ALL SELECT n + 2 FROM nums WHERE n < 5;
SELECT sum(n) FROM nums;
CREATE RECURSIVE VIEW "N S" ("a b") AS SELECT 1 UNION SELECT "a b" + 1 FROM "N S" WHERE "a b" < 3;
SELECT "a b" FROM "N S" ORDER BY 1;
CREATE VIEW over AS SELECT max(n) AS most FROM nums;
SELECT * FROM over;
""",
    "copies": """
GRANT CONNECT ON DATABASE nosuch TO PUBLIC;
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_statements_are_answered_as_by_postgres(firn_server, postgres_server, name):
    wrong = []
    with firn_server().connect(dbname="postgres") as ours, postgres_server() as theirs:
        ours.prepare_threshold = theirs.prepare_threshold = None
        theirs.execute("DROP SCHEMA IF EXISTS w CASCADE")
        try:
            for statement in MADE.strip().split(";\n"):
                ours.execute(statement)
                theirs.execute(statement)
            for statement in SCRIPTS[name].strip().split(";\n"):
                firn, postgres = answer(ours, statement), answer(theirs, statement)
                # What firn has no need of it says in a notice of its own.
                if postgres[0][0] == "tag" and firn[0][0] == "tag":
                    firn, postgres = firn[0], postgres[0]
                if firn != postgres:
                    wrong.append(f"{statement}\n  firn:     {firn}\n  postgres: {postgres}")
        finally:
            theirs.execute("ROLLBACK")
            theirs.execute("DROP SCHEMA IF EXISTS w CASCADE")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("relation", ["v", "q", "nosuch"])
def test_only_tables_are_copied_by_name(firn_server, postgres_server, relation):
    said = []
    with firn_server().connect(dbname="postgres") as ours, postgres_server() as theirs:
        for session in (ours, theirs):
            session.execute("CREATE TEMP TABLE kept (a int)")
            for drop in ("VIEW IF EXISTS v", "SEQUENCE IF EXISTS q", "TABLE IF EXISTS t0"):
                session.execute(f"DROP {drop}")
            session.execute("CREATE TABLE t0 (a int)")
            session.execute("CREATE VIEW v AS SELECT a FROM t0")
            session.execute("CREATE SEQUENCE q")
            said.append(answer(session, f"COPY {relation} TO STDOUT")[0])
        theirs.execute("DROP VIEW v; DROP SEQUENCE q; DROP TABLE t0")
    assert said[0] == said[1]
