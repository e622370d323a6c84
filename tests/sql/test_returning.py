"""INSERT … RETURNING, LOCK TABLE, VACUUM, WITH ORDINALITY: the same here as on PostgreSQL 15."""

from __future__ import annotations

import psycopg
import pytest

DDL = ["DROP TABLE IF EXISTS kept", "CREATE TABLE kept (id serial, a text NOT NULL, b numeric(8,2) "
       "DEFAULT 1.5, c timestamptz, PRIMARY KEY (id))"]
STATEMENTS = [
    "INSERT INTO kept (a) VALUES ('x'), ('y') RETURNING id, a",
    "INSERT INTO kept (a, b) VALUES ('z', 2) RETURNING *",
    "INSERT INTO kept AS k (a) SELECT 'q' || i FROM generate_series(1, 3) i RETURNING k.id AS n, b",
    "INSERT INTO kept (a) SELECT 'none' WHERE false RETURNING id",
    "INSERT INTO kept (a) VALUES ('v') RETURNING nothing",
    "INSERT INTO kept (a) VALUES ('v') RETURNING other.id",
    "INSERT INTO kept (id, a) VALUES (1, 'twice') RETURNING id",
    "INSERT INTO kept (a) VALUES (NULL) RETURNING id",
    "SELECT count(*) FROM kept",
    "LOCK TABLE kept IN ACCESS SHARE MODE",
    "VACUUM", "VACUUM ANALYZE kept", "VACUUM (FULL, VERBOSE) kept", "VACUUM (nonsense) kept",
    "VACUUM nowhere", "ANALYZE (nonsense) kept",
    "SELECT * FROM unnest(ARRAY['a', 'b', NULL]) WITH ORDINALITY ORDER BY 2",
    "SELECT x, n FROM unnest('{5,4}'::int[]) WITH ORDINALITY AS t(x, n) ORDER BY n",
    "SELECT c.relname, k.n FROM pg_class c, unnest(ARRAY[3, 1]) WITH ORDINALITY k(x, n) WHERE "
    "c.oid = 1259 ORDER BY n",
    "SELECT * FROM generate_series(7, 9) WITH ORDINALITY ORDER BY 2",
    "SELECT ('abc'::name)[0], ('abc'::name)[2], ('abc'::name)[5], ('abc'::name)[64]",
    "SELECT * FROM pg_options_to_table(ARRAY['a=1', 'b', 'c=x=y'])",
    "SELECT set_config(name, 'x', false) FROM pg_settings WHERE name = 'no such setting'",
]


def told(session: psycopg.Connection, statement: str) -> object:
    try:
        cursor = session.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    if cursor.description is None:
        return cursor.statusmessage
    columns = [(one.name, one.type_code) for one in cursor.description]
    return columns, cursor.fetchall(), cursor.statusmessage


@pytest.mark.parametrize("prepare", [False, True])
def test_statements_answer_as_in_postgres(session, postgres_server, prepare):
    session.autocommit = True
    with postgres_server() as postgres:
        for statement in DDL:
            session.execute(statement)
            postgres.execute(statement)
        for statement in STATEMENTS:
            for one in (session, postgres):
                one.prepare_threshold = 0 if prepare else None
            assert told(session, statement) == told(postgres, statement), statement


def test_returned_rows_belong_to_the_transaction(session):
    session.execute("DROP TABLE IF EXISTS kept2")
    session.execute("CREATE TABLE kept2 (id serial, a text)")
    with session.transaction(force_rollback=True):
        assert session.execute("INSERT INTO kept2 (a) VALUES ('x') RETURNING id").fetchall() == [
            (1,)]
    assert session.execute("SELECT count(*) FROM kept2").fetchone() == (0,)


def test_a_lock_in_a_block(session):
    session.autocommit = True
    session.execute("CREATE TABLE locked (a int)")
    session.execute("BEGIN READ ONLY")
    assert session.execute("LOCK TABLE locked IN ACCESS SHARE MODE").statusmessage == "LOCK TABLE"
    session.execute("COMMIT")


def test_names_with_the_database(session):
    session.execute("CREATE TABLE main.public.named (a int)")
    assert session.execute("SELECT count(*) FROM main.public.named").fetchone() == (0,)
    session.execute("DROP TABLE main.public.named")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        session.execute("SELECT * FROM other.public.named")
