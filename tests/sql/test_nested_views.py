"""Views over views: in a circle, too deep, and so many that a statement would never be written."""

from __future__ import annotations

import threading

import psycopg
import pytest

DEEPEST = 100


@pytest.fixture
def session(connect, table):
    """A session whose unqualified names are in a schema of the test's own."""
    session = connect()
    session.execute(f"CREATE SCHEMA {table}")
    session.execute(f"SET search_path = {table}")
    session.execute("CREATE TABLE t (k bigint)")
    session.execute("INSERT INTO t VALUES (1), (2)")
    return session


def test_a_view_is_not_made_of_itself(session):
    session.execute("CREATE VIEW a AS SELECT k FROM t")
    session.execute("CREATE VIEW b AS SELECT k FROM a")
    session.execute("CREATE VIEW c AS SELECT k FROM b JOIN t USING (k)")
    for statement in ("CREATE OR REPLACE VIEW a AS SELECT k FROM a",
                      "CREATE OR REPLACE VIEW a AS SELECT k FROM b",
                      "CREATE OR REPLACE VIEW a AS SELECT k FROM t WHERE k IN (SELECT k FROM c)"):
        with pytest.raises(psycopg.errors.InvalidObjectDefinition) as refused:
            session.execute(statement)
        assert "infinite recursion" in refused.value.diag.message_primary
    assert session.execute("SELECT sum(k) FROM c").fetchone() == (3,)


def test_two_sessions_that_make_a_circle_together(connect, session, table):
    """Neither sees what the other does: it is told when the views are read, and can be mended."""
    session.execute("CREATE VIEW a AS SELECT k FROM t")
    session.execute("CREATE VIEW b AS SELECT k FROM t")
    other = connect()
    other.execute(f"SET search_path = {table}")
    for each, statement in ((session, "CREATE OR REPLACE VIEW a AS SELECT k FROM b"),
                            (other, "CREATE OR REPLACE VIEW b AS SELECT k FROM a")):
        each.execute("BEGIN")
        each.execute(statement)
    session.execute("COMMIT")
    try:
        other.execute("COMMIT")
    except psycopg.errors.SerializationFailure:
        return  # as well
    for statement in ("SELECT * FROM a", "SELECT * FROM b, t", "CREATE VIEW c AS SELECT k FROM a",
                      "DROP VIEW nobody, a"):
        with pytest.raises(psycopg.Error):
            session.execute(statement)
    with pytest.raises(psycopg.errors.InvalidObjectDefinition):
        session.execute("SELECT * FROM a")
    session.execute("CREATE OR REPLACE VIEW a AS SELECT k FROM t")
    assert session.execute("SELECT sum(k) FROM b").fetchone() == (3,)


def test_views_that_lie_too_deep(session):
    session.execute("CREATE VIEW v0 AS SELECT * FROM t")
    for level in range(1, DEEPEST):
        session.execute(f"CREATE VIEW v{level} AS SELECT * FROM v{level - 1}")
    assert session.execute(f"SELECT sum(k) FROM v{DEEPEST - 1}").fetchone() == (3,)
    session.execute(f"CREATE VIEW v{DEEPEST} AS SELECT * FROM v{DEEPEST - 1}")
    for statement in (f"SELECT sum(k) FROM v{DEEPEST}",
                      f"CREATE VIEW deeper AS SELECT * FROM v{DEEPEST}"):
        with pytest.raises(psycopg.errors.StatementTooComplex) as refused:
            session.execute(statement)
        assert "v0" in refused.value.diag.message_hint
    assert session.execute("SELECT count(*) FROM information_schema.views "
                           "WHERE table_schema = current_schema").fetchone() == (DEEPEST + 1,)
    session.execute("ALTER TABLE t ADD COLUMN more int")


def test_trees_of_views_hold_nobody_up(connect, session):
    session.execute("CREATE VIEW w0 AS SELECT k FROM t")
    refused = None
    for level in range(1, 24):
        try:
            session.execute(f"CREATE VIEW w{level} AS SELECT a.k FROM w{level - 1} a, "
                            f"w{level - 1} b WHERE a.k = b.k")
        except psycopg.Error as error:
            refused = error
            break
    assert refused is not None and refused.diag.sqlstate == "54000", refused
    assert "1000 times" in refused.diag.message_primary
    assert session.execute("SELECT sum(k) FROM w5").fetchone() == (3,)
    many = ", ".join(f"w6 AS x{i}" for i in range(40))
    others = [connect() for _ in range(4)]
    path = session.execute("SELECT current_schema").fetchone()[0]

    def ask(other: psycopg.Connection) -> None:
        other.execute(f"SET search_path = {path}")
        with pytest.raises(psycopg.errors.ProgramLimitExceeded):
            other.execute(f"SELECT count(*) FROM {many}")

    asking = [threading.Thread(target=ask, args=(other,)) for other in others]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    # Many views in one statement are well, and in one session after another statement too.
    flat = " UNION ALL ".join(["SELECT k FROM w0 JOIN w0 AS again USING (k)"] * 90)
    for _ in range(8):
        assert session.execute(f"SELECT sum(k) FROM ({flat}) AS u").fetchone() == (270,)
