"""A real PostgreSQL's postgres_fdw on a server. Usage: client_fdw.py postgresql://… postgresql://…

The first is the server that is asked; the second the PostgreSQL that asks.
"""

from __future__ import annotations

import sys
import urllib.parse

import psycopg
from checks import Checks, equal, statements

check = Checks()
AT = urllib.parse.urlparse(sys.argv[1])
NEAR = sys.argv[2]

FAR_TABLES = """
DROP SCHEMA IF EXISTS fdw CASCADE;
CREATE SCHEMA fdw;
CREATE TABLE fdw.person (id bigint PRIMARY KEY, name varchar(40) NOT NULL, born date, note text);
CREATE TABLE fdw.sale (id integer, person bigint, paid numeric(12,2), at timestamptz);
INSERT INTO fdw.person VALUES (1, 'Ada', '1985-12-10', NULL), (2, 'Björn', NULL, 'x'),
 (3, 'Çelik', '2000-02-29', E'two\\nlines');
INSERT INTO fdw.sale SELECT i, 1 + i % 3, i / 4.0, timestamptz '2024-01-01 00:00:00+00' +
 i * interval '1 hour' FROM generate_series(1, 2000) i;
"""
NEAR_TABLES = f"""
DROP SCHEMA IF EXISTS far CASCADE;
DROP EXTENSION IF EXISTS postgres_fdw CASCADE;
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{AT.hostname}', port '{AT.port}',
 dbname '{AT.path[1:]}', fdw_startup_cost '1000');
CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user '{AT.username}',
 password_required 'false');
CREATE SCHEMA far;
IMPORT FOREIGN SCHEMA fdw FROM SERVER far INTO far OPTIONS (import_default 'true');
ANALYZE far.person;
ANALYZE far.sale;
"""


def near() -> psycopg.Connection:
    return psycopg.connect(NEAR, autocommit=True)


def remote(session: psycopg.Connection, query: str) -> str:
    """The query that the plan sends; it must be one, for the whole."""
    plan = [row[0] for row in session.execute(f"EXPLAIN (VERBOSE, COSTS off) {query}")]
    sent = [line.split("Remote SQL: ")[1] for line in plan if "Remote SQL: " in line]
    assert len(sent) == 1, plan
    return sent[0]


@check("import foreign schema")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session:
        for statement in statements(FAR_TABLES):
            session.execute(statement)
    with near() as session:
        for statement in statements(NEAR_TABLES):
            session.execute(statement)
        rows = session.execute(
            "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull"
            " FROM pg_attribute WHERE attrelid IN ('far.person'::regclass, 'far.sale'::regclass) "
            "AND attnum > 0 ORDER BY attrelid::regclass::text, attnum").fetchall()
        equal(rows, [("far.person", "id", "bigint", True),
                     ("far.person", "name", "character varying(40)", True),
                     ("far.person", "born", "date", False), ("far.person", "note", "text", False),
                     ("far.sale", "id", "integer", False), ("far.sale", "person", "bigint", False),
                     ("far.sale", "paid", "numeric(12,2)", False),
                     ("far.sale", "at", "timestamp with time zone", False)])


@check("read, with conditions, order and limit")
def _(_where: str) -> None:
    with near() as session:
        rows = session.execute("SELECT id, name, note FROM far.person ORDER BY id").fetchall()
        equal(rows, [(1, "Ada", None), (2, "Björn", "x"), (3, "Çelik", "two\nlines")])
        query = "SELECT id FROM far.sale WHERE paid > 499 AND at IS NOT NULL ORDER BY id LIMIT 2"
        assert "LIMIT" in remote(session, query), remote(session, query)
        equal(session.execute(query).fetchall(), [(1997,), (1998,)])
        equal(session.execute("SELECT id FROM far.sale WHERE at = '2024-01-02 00:00:00+00'")
              .fetchall(), [(24,)])
        equal(session.execute("SELECT name FROM far.person WHERE name LIKE 'B%' AND id IN (1, 2)")
              .fetchall(), [("Björn",)])


@check("a join is pushed down")
def _(_where: str) -> None:
    with near() as session:
        query = ("SELECT p.name, s.paid FROM far.person p JOIN far.sale s ON s.person = p.id "
                 "WHERE s.paid > 499.5 ORDER BY s.paid")
        assert "JOIN" in remote(session, query), remote(session, query)
        equal([(name, str(paid)) for name, paid in session.execute(query)],
              [("Björn", "499.75"), ("Çelik", "500.00")])
        query = ("SELECT p.id, s.id FROM far.person p LEFT JOIN far.sale s ON s.person = p.id AND "
                 "s.paid > 499.9 ORDER BY p.id")
        assert "LEFT JOIN" in remote(session, query)
        equal(len(session.execute(query).fetchall()), 3)


@check("an aggregate is pushed down")
def _(_where: str) -> None:
    with near() as session:
        query = ("SELECT p.name, count(*), sum(s.paid), max(s.at) FROM far.person p "
                 "JOIN far.sale s ON s.person = p.id GROUP BY p.name HAVING count(*) > 1 "
                 "ORDER BY p.name")
        assert "GROUP BY" in remote(session, query), remote(session, query)
        rows = [(name, count, str(total)) for name, count, total, _ in session.execute(query)]
        equal(rows, [("Ada", 666, "166583.25"), ("Björn", 667, "166750.00"),
                     ("Çelik", 667, "166916.75")])


@check("insert, one, many, returning")
def _(_where: str) -> None:
    with near() as session:
        session.execute("INSERT INTO far.person (id, name) VALUES (10, 'Zoë')")
        rows = session.execute("INSERT INTO far.person (id, name, born) VALUES (11, 'Y', "
                               "'2001-02-03'), (12, 'X', NULL) RETURNING id, born::text")
        equal(rows.fetchall(), [(11, "2001-02-03"), (12, None)])
        session.execute("INSERT INTO far.sale (id, person) SELECT i, 10 FROM "
                        "generate_series(5001, 5250) i")
        equal(session.execute("SELECT count(*) FROM far.sale WHERE person = 10").fetchone(), (250,))


@check("a transaction that is rolled back, and a cursor")
def _(_where: str) -> None:
    with near() as session:
        session.execute("BEGIN")
        session.execute("INSERT INTO far.person (id, name) VALUES (99, 'gone')")
        session.execute("ROLLBACK")
        equal(session.execute("SELECT count(*) FROM far.person WHERE id = 99").fetchone(), (0,))
        session.execute("BEGIN")
        session.execute("DECLARE c CURSOR FOR SELECT id FROM far.sale ORDER BY id")
        equal(session.execute("FETCH 3 FROM c").fetchall(), [(1,), (2,), (3,)])
        session.execute("COMMIT")


@check("analyze, and errors")
def _(_where: str) -> None:
    with near() as session:
        session.execute("ANALYZE far.sale")
        estimate = session.execute("SELECT reltuples FROM pg_class WHERE oid = "
                                   "'far.sale'::regclass").fetchone()
        equal(estimate, (2250.0,))
        try:
            session.execute("INSERT INTO far.person (id, name) VALUES (1, 'twice')")
        except psycopg.errors.UniqueViolation:
            return
        raise AssertionError("no error")


@check("estimates are those of the far server")
def _(_where: str) -> None:
    with near() as session:
        session.execute("ALTER SERVER far OPTIONS (ADD use_remote_estimate 'true')")
        query = ("SELECT p.name, count(*) FROM far.person p JOIN far.sale s ON s.person = p.id "
                 "WHERE s.paid > 100 GROUP BY p.name ORDER BY p.name")
        assert "GROUP BY" in remote(session, query), remote(session, query)
        rows = session.execute("SELECT count(*) FROM far.sale WHERE id > 10 AND person = 2")
        assert rows.fetchone()[0] > 600
        session.execute("ALTER SERVER far OPTIONS (DROP use_remote_estimate)")


check.run()
