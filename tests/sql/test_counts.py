"""SELECT count(*) FROM a table, which is answered from what is known of the table, not its rows."""

from __future__ import annotations

import psycopg
import pytest

from firn_process import FirnProcess


@pytest.fixture
def session(firn_server):
    with firn_server().connect() as connection:
        yield connection


def counted(session: psycopg.Connection, table: str, predicate: str = "") -> int:
    """By the answer, after seeing that the engine, asked for the rows, says the same."""
    (told,) = session.execute(f"SELECT count(*) FROM {table}").fetchone()
    (summed,) = session.execute(f"SELECT coalesce(sum(1), 0) FROM {table}").fetchone()
    assert told == summed
    return told


def test_rows_in_memory_in_files_and_of_the_transaction_are_counted(firn_server):
    server = firn_server(settings={"transaction_memory": "64kB"})
    with server.connect() as session, server.connect() as other:
        session.execute("CREATE TABLE t (n bigint, note text)")
        assert counted(session, "t") == 0
        session.execute("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 3000) AS s (i)")
        assert counted(session, "t") == 3000
        session.execute("CHECKPOINT")
        assert counted(session, "t") == 3000
        session.execute("INSERT INTO t VALUES (0, NULL), (1, NULL)")
        assert counted(session, "t") == 3002
        with session.transaction():
            for _ in range(3):  # more than fits: the rest are files of the transaction
                session.execute("INSERT INTO t SELECT i, repeat('y', 100) "
                                "FROM generate_series(1, 2000) AS s (i)")
            assert counted(session, "t") == 9002
            assert counted(other, "t") == 3002
            session.execute("SAVEPOINT before")
            session.execute("TRUNCATE t")
            assert counted(session, "t") == 0
            session.execute("INSERT INTO t VALUES (7, 'z')")
            assert counted(session, "t") == 1
            session.execute("ROLLBACK TO before")
            assert counted(session, "t") == 9002
        assert counted(other, "t") == 9002
        session.execute("ALTER TABLE t ADD COLUMN more int")
        session.execute("INSERT INTO t (n) VALUES (1)")
        assert counted(session, "t") == 9003


def test_files_are_not_opened(firn_server):
    server: FirnProcess = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t AS SELECT i AS n FROM generate_series(1, 500) AS s (i)")
        session.execute("CHECKPOINT")
        files = list(server.data.rglob("*.parquet"))
        assert files
        for file in files:
            file.unlink()
        assert session.execute("SELECT count(*) FROM t").fetchone() == (500,)
        with pytest.raises(psycopg.Error):
            session.execute("SELECT sum(n) FROM t")


def test_prepared_counts_follow_other_sessions(firn_server):
    server = firn_server()
    with server.connect() as session, server.connect() as writer:
        session.execute("CREATE TABLE t (n int)")
        for rows in range(1, 40):
            writer.execute("INSERT INTO t VALUES (1)")
            asked = session.execute("SELECT count(*) FROM t", prepare=True)
            assert asked.fetchone() == (rows,)


def test_a_repeatable_read_counts_what_it_began_with(firn_server):
    server = firn_server()
    with server.connect() as session, server.connect() as writer:
        session.execute("CREATE TABLE t (n int)")
        session.execute("INSERT INTO t SELECT i FROM generate_series(1, 100) AS s (i)")
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert counted(session, "t") == 100
        writer.execute("INSERT INTO t VALUES (1)")
        writer.execute("CHECKPOINT")
        assert counted(session, "t") == 100
        session.execute("COMMIT")
        assert counted(session, "t") == 101


@pytest.mark.parametrize(("query", "answer"), [
    ("SELECT count(*) FROM t", [(10,)]),
    ("SELECT count(*), count(*) AS again FROM t", [(10, 10)]),
    ("SELECT count(*), 'x', 1 FROM t", [(10, "x", 1)]),
    ("SELECT 'x', count(*) FROM t AS other (a)", [("x", 10)]),
    ("SELECT pg_catalog.count(*) FROM public.t", [(10,)]),
    ("SELECT count(*) FROM t LIMIT 0", []),
    ("SELECT count(*) FROM t LIMIT 1", [(10,)]),
    ("SELECT count(*) FROM t OFFSET 1", []),
    ("SELECT count(*) + 1 FROM t", [(11,)]),
    ("SELECT count(*) FILTER (WHERE n > 5) FROM t", [(5,)]),
    ("SELECT count(*) OVER () FROM t LIMIT 1", [(10,)]),
    ("SELECT count(*) FROM t WHERE n > 3", [(7,)]),
    ("SELECT count(*) FROM t GROUP BY n % 2 ORDER BY 1", [(5,), (5,)]),
    ("SELECT count(*) FROM t GROUP BY ()", [(10,)]),
    ("SELECT count(*) FROM t HAVING count(*) > 10", []),
    ("SELECT DISTINCT count(*) FROM t", [(10,)]),
    ("SELECT count(*) FROM t ORDER BY 1", [(10,)]),
    ("SELECT count(*) FROM t, t AS other", [(100,)]),
    ("SELECT count(*) FROM t JOIN t AS other USING (n)", [(10,)]),
    ("SELECT count(*) FROM (SELECT * FROM t LIMIT 3) AS few", [(3,)]),
    ("SELECT count(*) FROM v", [(4,)]),
    ("SELECT c FROM (SELECT count(*) AS c FROM t) AS s WHERE c > 9", [(10,)]),
    ("SELECT n FROM t WHERE n = (SELECT count(*) FROM t)", [(10,)]),
    ("SELECT count(*) FROM t UNION ALL SELECT count(*) FROM v", [(10,), (4,)]),
    ("WITH t AS (SELECT 1 UNION ALL SELECT 2) SELECT count(*) FROM t", [(2,)]),
    ("WITH w AS (SELECT count(*) AS c FROM t) SELECT c * 2 FROM w", [(20,)]),
    ("SELECT count(n), count(*) FROM t", [(10, 10)]),
    ("SELECT count(*), max(n) FROM t", [(10, 10)]),
    ("SELECT EXISTS (SELECT count(*) FROM t WHERE false)", [(True,)]),
    ("SELECT count(*) FROM empty", [(0,)]),
    ("SELECT count(*) FROM temporary", [(2,)]),
    ("SELECT count(*) > 0 FROM pg_class", [(True,)]),
    ("SELECT count(*) FROM generate_series(1, 6)", [(6,)]),
])
def test_every_form_of_it_says_the_same(session, query, answer):
    session.execute("CREATE TABLE t (n int)")
    session.execute("INSERT INTO t SELECT i FROM generate_series(1, 6) AS s (i)")
    session.execute("CHECKPOINT")
    session.execute("INSERT INTO t SELECT i FROM generate_series(7, 10) AS s (i)")
    session.execute("CREATE TABLE empty (n int)")
    session.execute("CREATE TEMPORARY TABLE temporary (n int)")
    session.execute("INSERT INTO temporary VALUES (1), (2)")
    session.execute("CREATE VIEW v AS SELECT n FROM t WHERE n > 6")
    assert sorted(session.execute(query).fetchall()) == sorted(answer)


def test_the_columns_name_and_type_are_postgresqls(session):
    session.execute("CREATE TABLE t (n int)")
    cursor = session.execute("SELECT count(*), count(*) AS c FROM t")
    assert [(column.name, column.type_code) for column in cursor.description] == [
        ("count", 20), ("c", 20)]


def test_cursors_and_explain_take_it(session):
    session.execute("CREATE TABLE t (n int)")
    session.execute("INSERT INTO t VALUES (1), (2)")
    with session.transaction():
        session.execute("DECLARE c CURSOR FOR SELECT count(*) FROM t")
        session.execute("INSERT INTO t VALUES (3)")
        assert session.execute("FETCH ALL FROM c").fetchall() == [(2,)]
    assert "QUERY" in str(session.execute("EXPLAIN SELECT count(*) FROM t").fetchall()).upper()


def test_a_count_that_is_written_is_of_the_column_it_goes_to(session):
    session.execute("CREATE TABLE t (n int)")
    session.execute("INSERT INTO t VALUES (1), (2)")
    session.execute("CREATE TABLE made AS SELECT count(*), count(*) AS c FROM t")
    session.execute("CREATE TABLE kept (a numeric(9,2), b text, c smallint)")
    session.execute("INSERT INTO kept SELECT count(*), count(*), count(*) FROM t")
    session.execute("INSERT INTO kept (c) SELECT count(*) FROM kept RETURNING c")
    assert session.execute("SELECT count, c FROM made").fetchall() == [(2, 2)]
    assert session.execute("SELECT a::text, b, c FROM kept ORDER BY c DESC").fetchall() == [
        ("2.00", "2", 2), (None, None, 1)]


def test_the_past_is_counted_by_its_rows(session):
    session.execute("CREATE TABLE t (n int)")
    session.execute("INSERT INTO t VALUES (1), (2)")
    (lsn,) = session.execute("SELECT firn.last_commit_lsn()").fetchone()
    session.execute("INSERT INTO t VALUES (3)")
    assert session.execute(f"SELECT count(*) FROM t AT (LSN => {lsn})").fetchone() == (2,)
    session.execute(f"SET firn.as_of = '{lsn}'")
    assert session.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_who_may_not_read_may_not_count(session):
    session.execute("CREATE TABLE t (n int)")
    session.execute("CREATE ROLE counter")
    session.execute("SET ROLE counter")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SELECT count(*) FROM t")
    session.execute("RESET ROLE")
    session.execute("GRANT SELECT (n) ON t TO counter")
    session.execute("SET ROLE counter")
    assert session.execute("SELECT count(*) FROM t").fetchone() == (0,)


@pytest.mark.parametrize("names", [
    ("file_row_number", "filename", "file_index"), ("Ä", "ä"), ('x"y', "x y", "x'y"),
    ("__file",), ("select", "Count")])
def test_columns_of_any_name_are_read_from_files(session, names):
    columns = ", ".join('"' + name.replace('"', '""') + '" int' for name in names)
    session.execute(f"CREATE TABLE t ({columns})")
    row = tuple(range(1, len(names) + 1))
    session.execute(f"INSERT INTO t VALUES ({', '.join(map(str, row))})")
    session.execute("CHECKPOINT")
    assert session.execute("SELECT * FROM t").fetchall() == [row]
    session.execute("INSERT INTO t SELECT * FROM t")
    session.execute("CHECKPOINT")
    assert session.execute("SELECT * FROM t").fetchall() == [row, row]
