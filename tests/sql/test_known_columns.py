"""What is known of a column's values before a query runs: integers and dates in a narrow range are
counted by their places, sums of finite floats are not looked at one by one. The same questions with
a FILTER or of rows that nothing is known of say what is right."""

from __future__ import annotations

import random
import re

import psycopg
import pytest

from firn_process import wait_until

DISTINCT = ("SELECT count(DISTINCT {0}), count(DISTINCT {0}) + 1 FROM t",
            "SELECT count(DISTINCT {0}) FILTER (WHERE true), "
            "count(DISTINCT {0}) FILTER (WHERE true) + 1 FROM t")
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
# least and greatest value, and the type
RANGES = [(0, 49, "int"), (-100, 155, "int"), (-100, 156, "int"), (-32768, -32513, "smallint"),
          (32512, 32767, "smallint"), (LOWEST, LOWEST + 255, "bigint"),
          (HIGHEST - 255, HIGHEST, "bigint"), (LOWEST, HIGHEST, "bigint"), (7, 7, "int"),
          (-2147483648, -2147483393, "int"), (2147483392, 2147483647, "int"),
          (0, 65535, "int"), (0, 65536, "bigint"), (-32768, 32767, "smallint"),
          (LOWEST, LOWEST + 65535, "bigint"), (HIGHEST - 65535, HIGHEST, "bigint"),
          (0, 2000, "date"), (-60000, 60000, "date")]


def check_distinct(session: psycopg.Connection, column: str = "n") -> None:
    known, told = (session.execute(q.format(column)).fetchone() for q in DISTINCT)
    assert known == told


@pytest.mark.parametrize("least, greatest, kind", RANGES)
def test_distinct_integers(firn_server, least, greatest, kind):
    rng = random.Random(least ^ greatest)

    def some() -> str:
        if rng.random() < 0.2:
            return "(NULL)"
        near = rng.choice((least, greatest, least + rng.randrange(min(greatest - least, 300) + 1)))
        return f"(date '2000-01-01' + {near})" if kind == "date" else f"('{near}')"

    with firn_server().connect(autocommit=True) as session:
        session.execute(f"CREATE TABLE t (n {kind})")
        check_distinct(session)
        session.execute("INSERT INTO t VALUES (NULL)")
        check_distinct(session)
        for rows in (1, 5, 400, 3000):
            session.execute("INSERT INTO t VALUES " + ", ".join(some() for _ in range(rows)))
            check_distinct(session)
            session.execute("CHECKPOINT" if rng.random() < 0.4 else "SELECT 1")
        with session.transaction(force_rollback=True):
            # Beyond what the others span.
            far = "'infinity', '-infinity'" if kind == "date" else "0, 300, -300"
            session.execute(f"INSERT INTO t SELECT unnest(ARRAY[{far}, NULL]::{kind}[])")
            check_distinct(session)
        with session.transaction(force_rollback=True):
            session.execute("TRUNCATE t")
            check_distinct(session)
            few = "'2020-02-29', 'epoch', 'epoch'" if kind == "date" else "1, 3, 3"
            session.execute(f"INSERT INTO t SELECT unnest(ARRAY[{few}]::{kind}[])")
            assert session.execute(DISTINCT[0].format("n")).fetchone() == (2, 3)
        if kind == "int":
            session.execute("ALTER TABLE t ALTER n TYPE bigint")
            check_distinct(session)
            session.execute("INSERT INTO t VALUES (9000000000)")
            check_distinct(session)


def test_distinct_of_what_is_no_plain_column(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE DOMAIN few AS int CHECK (VALUE < 100)")
        session.execute("CREATE TABLE t (n int, m int, f few, w text, d date, b boolean)")
        session.execute("INSERT INTO t SELECT i % 7, i % 11, i % 5, i % 3, "
                        "date '2020-01-01' + i % 9, i % 2 = 0 FROM generate_series(1, 5000) s(i)")
        one = session.execute
        for column, count in (("n", 7), ("f", 5), ("w", 3), ("d", 9), ("b", 2), ("n + m", 17),
                              ("t.n", 7), ("m", 11)):
            assert one(f"SELECT count(DISTINCT {column}) FROM t").fetchone() == (count,)
        assert one("SELECT count(DISTINCT n), count(DISTINCT m) FROM t").fetchone() == (7, 11)
        assert one("SELECT count(DISTINCT n), count(*) FROM t").fetchone() == (7, 5000)
        assert one("SELECT count(DISTINCT n), max(n) FROM t").fetchone() == (7, 6)
        assert one("SELECT count(DISTINCT n), sum(n) FROM t").fetchone()[0] == 7
        assert one("SELECT count(DISTINCT n) FROM t WHERE m < 3 AND n < 4").fetchone() == (4,)
        assert one("SELECT count(DISTINCT x) FROM t AS u (x, y)").fetchone() == (7,)
        assert one("SELECT count(DISTINCT n) FROM t AS u (x, n)").fetchone() == (11,)
        assert one("SELECT (SELECT count(DISTINCT n) FROM t), count(*) FROM t").fetchone() == (
            7, 5000)
        with pytest.raises(psycopg.errors.UndefinedColumn):
            one("SELECT count(DISTINCT missing) FROM t")
        lsn, = one("SELECT firn.last_commit_lsn()").fetchone()
        one("INSERT INTO t (n) VALUES (1000)")
        assert one(f"SELECT count(DISTINCT n) FROM t AT (LSN => {lsn})").fetchone() == (7,)
        assert one("SELECT count(DISTINCT n) FROM t").fetchone() == (8,)


SUMS = "SELECT g, sum(x), avg(x) FROM {} GROUP BY g ORDER BY g"
# The rows of which nothing is known: those of a subquery that computes them.
UNKNOWN = "(SELECT g, least(x, NULL) AS x FROM t) AS u"


def answer(session: psycopg.Connection, query: str) -> object:
    try:
        with session.transaction():
            return [tuple(map(str, row)) for row in session.execute(query).fetchall()]
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary


@pytest.mark.parametrize("kind", ["double precision", "real"])
@pytest.mark.parametrize("odd", [[], ["'NaN'"], ["'Infinity'"], ["'-Infinity'", "'Infinity'"],
                                 ["NULL"], ["'1.5e38'"] * 2, ["'3e38'"] * 2])
def test_sums_of_groups(firn_server, kind, odd):
    largest = {"double precision": "'1.7e308'", "real": "'3.3e38'"}[kind]
    with firn_server().connect(autocommit=True) as session:
        session.execute(f"CREATE TABLE t (g int, x {kind})")
        session.execute("INSERT INTO t SELECT i % 4, i / 8.0 FROM generate_series(1, 5000) s(i)")
        for value in odd:
            session.execute(f"INSERT INTO t VALUES (2, {value})")
        for _ in range(2):
            for query in (SUMS, "SELECT sum(x) OVER (PARTITION BY g) FROM {} ORDER BY 1 LIMIT 3",
                          "SELECT sum(x) FILTER (WHERE g = 1), avg(x) FROM {} GROUP BY g % 2 "
                          "ORDER BY 1"):
                told = answer(session, query.format("t"))
                assert told == answer(session, query.format(UNKNOWN)), query
            session.execute("CHECKPOINT")
        with session.transaction(force_rollback=True):
            session.execute(f"INSERT INTO t VALUES (3, {largest}), (3, {largest})")
            told = answer(session, SUMS.format("t"))
            if kind == "double precision":
                assert told == ("22003", "value out of range: overflow")
        with session.transaction(force_rollback=True):
            session.execute(f"INSERT INTO t VALUES (3, 'Infinity'), (3, {largest}), (3, {largest})")
            assert answer(session, SUMS.format("t")) == answer(session, SUMS.format(UNKNOWN))
        if kind == "real":
            session.execute("ALTER TABLE t ALTER x TYPE double precision")
            assert answer(session, SUMS.format("t")) == answer(session, SUMS.format(UNKNOWN))
            session.execute("INSERT INTO t VALUES (0, 'NaN')")
            assert answer(session, SUMS.format("t"))[0][1:] == ("nan", "nan")


def test_it_is_known(firn_server):
    with firn_server().connect(autocommit=True) as session:
        def plan(query: str) -> str:
            return "\n".join(str(row) for row in session.execute("EXPLAIN " + query).fetchall())

        session.execute("CREATE TABLE t (n int, x float8, g text)")
        session.execute("INSERT INTO t SELECT i % 256, i / 8.0, i % 3 "
                        "FROM generate_series(1, 5000) s(i)")
        def by_places() -> bool:
            return "PERFECT_HASH_GROUP_BY" in plan("SELECT count(DISTINCT n) FROM t")

        for in_files in (False, True):
            assert (by_places(), most_rows(session, "n") <= 512) == (in_files, not in_files)
            assert "bool_and" not in plan("SELECT g, sum(x), avg(x) FROM t GROUP BY g")
            session.execute("CHECKPOINT")
        session.execute("INSERT INTO t VALUES (256, 'NaN', 'x')")
        for in_files in (False, True):
            assert by_places() != in_files  # what only rows in memory have is no matter
            assert "bool_and" in plan("SELECT g, sum(x), avg(x) FROM t GROUP BY g")
            session.execute("CHECKPOINT")


def most_rows(session: psycopg.Connection, column: str) -> int:
    """That any step of the counting handled."""
    plan = session.execute(f"EXPLAIN ANALYZE SELECT count(DISTINCT {column}) FROM t").fetchall()
    return max(int(rows.replace(",", "")) for rows in re.findall(r"([\d,]+) rows?\b", str(plan)))


def test_rows_in_memory_have_each_value_once(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (n int, s smallint, b bigint, d date, w int)")
        session.execute("INSERT INTO t SELECT i % 300, i % 7, i % 65536, "
                        "date '2020-01-01' + i % 1000, i % 65537 "
                        "FROM generate_series(1, 150000) s(i)")
        for column, values in (("n", 300), ("s", 7), ("b", 65536), ("d", 1000)):
            assert most_rows(session, column) <= 4 * values, column
        assert most_rows(session, "w") == 150000
        for added in ("300", "NULL"):
            session.execute(f"INSERT INTO t (n) VALUES ({added})")
            assert most_rows(session, "n") <= 4 * 301
            check_distinct(session)
        session.execute("INSERT INTO t (n) VALUES (65536)")
        assert most_rows(session, "n") == 150003
        check_distinct(session)


def test_what_takes_long_is_learnt_meanwhile(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (n int)")
        session.execute("INSERT INTO t SELECT i % 50 FROM generate_series(1, 2200000) s(i)")

        def known() -> bool:
            return most_rows(session, "n") <= 200

        assert not known()
        wait_until(known, "what the column holds is known")
        assert session.execute("SELECT count(DISTINCT n) FROM t").fetchone() == (50,)
