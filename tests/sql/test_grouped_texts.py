"""Rows in memory are grouped by the numbers of a column's texts where these are few. The same
questions by an expression over the column, of which no numbers are known, say what is right."""

from __future__ import annotations

import random
import threading

import psycopg
import pytest

from firn_process import wait_until

CODED = "code of"  # in a plan
# {0}: the column that is grouped by
SHAPES = [
    "SELECT {0}, count(*), sum(n) FROM t GROUP BY {0}",
    "SELECT {0} AS k, min({0}), max({0}), count(DISTINCT {0}) FROM t GROUP BY k",
    "SELECT upper({0}), {0} || '!', length({0}) FROM t GROUP BY {0}",
    "SELECT count(*), {0}, y FROM t GROUP BY 2, 3",
    "SELECT {0}, n % 3, count(*) FROM t GROUP BY {0}, n % 3 HAVING {0} > 'b' OR {0} IS NULL",
    "SELECT {0}, string_agg({0}, ',' ORDER BY {0}) FROM t WHERE n < 5 GROUP BY {0}",
    "SELECT {0}, count(*) FILTER (WHERE {0} = 'b') FROM t GROUP BY {0} ORDER BY lower({0}), 2, 1",
    "SELECT {0} FROM t GROUP BY {0} ORDER BY {0} DESC LIMIT 2",
    "SELECT DISTINCT left({0}, 1) FROM t GROUP BY {0}",
    "SELECT DISTINCT ON (length({0})) length({0}), {0} FROM t GROUP BY {0} "
    "ORDER BY length({0}), {0}",
    "SELECT {0}, rank() OVER (ORDER BY {0}), sum(count(*)) OVER (PARTITION BY {0} IS NULL) "
    "FROM t GROUP BY {0}",
    "SELECT coalesce({0}, 'none'), count(*) FROM t GROUP BY {0}, 1",
    "SELECT {0}, 'ROLLUP (' || y, count(*) FROM t GROUP BY {0}, 'ROLLUP (' || y",
    "SELECT {0} || y, {0}, count(*) FROM t GROUP BY {0} || y, {0}",
    "SELECT {0}, (SELECT max(t.{0} || u.y) FROM t AS u WHERE u.n = 1) FROM t GROUP BY {0}",
    "SELECT {0}, count(*) FROM t GROUP BY ROLLUP ({0}, y)",
    "SELECT k, count(*) FROM (SELECT {0} AS k FROM t GROUP BY {0}) s GROUP BY k",
    "SELECT t.{0}, u.{0}, count(*) FROM t LEFT JOIN t AS u ON u.n = t.n + 90 "
    "GROUP BY t.{0}, u.{0}",
    "SELECT CASE {0} WHEN 'b' THEN 1 END, count(*) FROM t GROUP BY {0}",
    "SELECT {0}, count(*) FROM t GROUP BY {0} UNION ALL SELECT 'x', 1",
    "WITH w AS (SELECT {0}, count(*) AS c FROM t GROUP BY {0}) SELECT * FROM w ORDER BY 2, 1",
]
TEXTS = ["b", "", "it's", "ünïcode", "12345678", "123456789", "b" * 64, "B", "a\nb", '"q"', None]


def plan(session: psycopg.Connection, query: str) -> str:
    return "\n".join(row for row, in session.execute("EXPLAIN " + query).fetchall())


def check(session: psycopg.Connection) -> None:
    for shape in SHAPES:
        query = shape.format("x")
        # The same texts by an expression, and in a table without the column itself.
        unknown = (f"WITH t AS (SELECT n, coalesce(x, NULL) AS x, coalesce(y, NULL) AS y FROM t) "
                   f"SELECT * FROM ({query}) q")
        mine, right = (session.execute(q).fetchall() for q in (query, unknown))
        assert sorted(mine, key=repr) == sorted(right, key=repr), query


def test_groups_are_right_whatever_became_of_the_rows(firn_server, seed):
    rng = random.Random(seed)
    server = firn_server()

    def some(count: int, texts: list) -> list[tuple]:
        return [(i, rng.choice(texts), rng.choice(texts[:3])) for i in range(count)]

    def insert(session: psycopg.Connection, count: int, texts: list) -> None:
        session.cursor().executemany("INSERT INTO t VALUES (%s, %s, %s)", some(count, texts))

    with server.connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (n int, x text, y varchar(70))")
        check(session)
        insert(session, 1, [None, None, None])
        check(session)
        insert(session, 40, TEXTS)
        assert CODED in plan(session, SHAPES[0].format("x"))
        check(session)
        with session.cursor().copy("COPY t FROM STDIN") as copy:
            for row in some(5000, TEXTS):
                copy.write_row(row)
        check(session)
        with session.transaction(force_rollback=True):
            insert(session, 5, [*TEXTS, "of the transaction's own"])
            check(session)
        with session.transaction(force_rollback=True):
            session.execute("TRUNCATE t")
            check(session)
            insert(session, 3, TEXTS)
            check(session)
        lsn, = session.execute("SELECT firn.last_commit_lsn()").fetchone()
        insert(session, 3, ["younger"] * 3)
        check(session)
        past = f"SELECT count(*) FROM (SELECT x FROM t AT (LSN => {lsn}) GROUP BY x) AS s"
        assert session.execute(past).fetchone() == (len(TEXTS),)
        session.execute("ALTER TABLE t ADD COLUMN z text")
        session.execute("ALTER TABLE t RENAME COLUMN z TO w")
        assert session.execute("SELECT w, count(*) FROM t GROUP BY w").fetchall() == [(None, 5044)]
        session.execute("INSERT INTO t (n, x, w) VALUES (1, 'b', 'late')")
        late = session.execute("SELECT w, count(*) FROM t GROUP BY w ORDER BY w").fetchall()
        assert late == [("late", 1), (None, 5044)]
        check(session)
        server.kill9()
    server.start()
    with server.connect(autocommit=True) as session:
        check(session)
        session.execute("CHECKPOINT")
        assert CODED not in plan(session, SHAPES[0].format("x"))
        check(session)
        insert(session, 10, TEXTS)
        check(session)


def test_many_texts_and_long_ones_have_no_numbers(firn_server):
    with firn_server().connect(autocommit=True) as session:
        query = "SELECT x, count(*) FROM t GROUP BY x"
        session.execute("CREATE TABLE t (x text, y text)")
        session.execute("INSERT INTO t SELECT i % 255, i FROM generate_series(0, 2999) s(i)")
        assert CODED in plan(session, query)
        assert len(session.execute(query).fetchall()) == 255
        assert CODED not in plan(session, query.replace("x", "y"))
        with session.transaction(force_rollback=True):
            session.execute("INSERT INTO t VALUES ('one more')")
            assert CODED not in plan(session, query)
            assert len(session.execute(query).fetchall()) == 256
        session.execute("TRUNCATE t")
        session.execute("INSERT INTO t VALUES (repeat('l', 64)), ('a')")
        assert CODED in plan(session, query)
        session.execute("INSERT INTO t VALUES (repeat('l', 65))")
        assert CODED not in plan(session, query)
        assert len(session.execute(query).fetchall()) == 3


def test_a_column_may_have_the_name_that_numbers_would_have(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute('CREATE TABLE t (x text, "(code of x)" text)')
        session.execute("INSERT INTO t VALUES ('a', 'b')")
        query = 'SELECT x, "(code of x)", count(*) FROM t GROUP BY x, "(code of x)"'
        assert session.execute(query).fetchall() == [("a", "b", 1)]


@pytest.mark.parametrize("kind", ["text", "interval"])  # few texts; shown otherwise than compared
def test_a_name_may_begin_as_another_one_does(firn_server, kind):
    with firn_server().connect(autocommit=True) as session:
        session.execute(f'CREATE TABLE t (a {kind}, "a""b" {kind}, "a""" {kind}, ab {kind})')
        session.execute("INSERT INTO t VALUES ('1', '2', '3', '4')")
        query = """SELECT ab::text, "a""b"::text, "a"::text, a::text FROM t
                   GROUP BY a, "a""b", ab HAVING "a""b" > '1' ORDER BY a, "a""b" """
        rows = session.execute(query).fetchall()
        assert [[value[-1] for value in row] for row in rows] == [list("4211")]
        with pytest.raises(psycopg.errors.GroupingError):
            session.execute('SELECT a, "a""b" FROM t GROUP BY a')


def test_many_writes_of_known_texts_are_known(firn_server):
    """What was read of earlier commits is not looked at again."""
    server = firn_server(settings={"flush_bytes": "1TB", "flush_interval": "1h"})
    with server.connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (x text)")
        rows = "".join(f"{i % 200}\n" for i in range(1100))
        for _ in range(1500):
            with session.cursor().copy("COPY t FROM STDIN") as copy:
                copy.write(rows)
        query = "SELECT x, count(*) FROM t GROUP BY x"
        wait_until(lambda: CODED in plan(session, query), "the texts are known")
        assert len(session.execute(query).fetchall()) == 200


def test_a_column_that_may_not_be_read_is_not_grouped_by(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (n int, x text)")
        session.execute("INSERT INTO t VALUES (1, 'secret')")
        session.execute("CREATE ROLE low LOGIN")
        session.execute("GRANT SELECT (n) ON t TO low")
        session.execute("SET ROLE low")
        for query in ("SELECT count(*) FROM t GROUP BY x", "EXPLAIN SELECT 1 FROM t GROUP BY x",
                      'SELECT "(code of x)" FROM t',
                      'SELECT n, "(code of x)" FROM t GROUP BY n, x'):
            with pytest.raises(psycopg.errors.Error) as refused:
                session.execute(query)
            assert "secret" not in str(refused.value)
            assert refused.value.sqlstate in ("42501", "42703"), query


def test_many_rows_are_learnt_meanwhile(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (x text)")
        session.execute("INSERT INTO t SELECT 'status ' || i % 5 FROM generate_series(1, 600000) "
                        "s(i)")
        query = "SELECT x, count(*) FROM t GROUP BY x"
        assert CODED not in plan(session, query)
        wait_until(lambda: CODED in plan(session, query), "the texts are known")
        assert sorted(session.execute(query).fetchall()) == [
            (f"status {i}", 120000) for i in range(5)]


def test_readers_see_whole_commits_while_texts_come(firn_server):
    """Each commit has one row of each of two texts that nobody had before."""
    server = firn_server()
    done = threading.Event()
    with server.connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (x text)")

    def read() -> int:
        reads = 0
        with server.connect(autocommit=True) as reader:
            while not done.is_set() or reads == 0:
                rows = dict(reader.execute("SELECT x, count(*) FROM t GROUP BY x").fetchall())
                assert all(count == 1 for count in rows.values())
                assert len(rows) % 2 == 0
                assert rows.keys() == {f"{i // 2}{'ab'[i % 2]}" for i in range(len(rows))}
                reads += 1
        return reads

    failures = []

    def guarded() -> None:
        try:
            read()
        except BaseException as error:  # shown by the test
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(2)]
    for thread in threads:
        thread.start()
    with server.connect(autocommit=True) as writer:
        for i in range(150):
            writer.execute(f"INSERT INTO t VALUES ('{i}a'), ('{i}b')")
    done.set()
    for thread in threads:
        thread.join()
    assert not failures, failures
