"""Sums of floats: what is infinite and what is an error because it became so; averages of groups
of which a LIMIT leaves some."""

from __future__ import annotations

import psycopg
import pytest


@pytest.fixture(scope="module")
def session(firn):
    with firn.connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE f (kind text, x double precision, y real)")
        connection.execute(
            "INSERT INTO f VALUES ('plain', 1.5, 0.25), ('plain', 2, NULL), ('plain', NULL, 2), "
            "('large', 1e308, 3e38), ('large', 1e308, 3e38), ('infinite', 'Infinity', 'Infinity'), "
            "('infinite', 1e308, 1), ('negative', '-Infinity', '-Infinity'), "
            "('both', '-Infinity', 1), ('both', 'Infinity', 1), ('nan', 'NaN', 'NaN'), "
            "('nan', 1, 1)")
        yield connection


SUMS = {"plain": "3.5 1.75 2.25 1.125", "infinite": "Infinity Infinity Infinity Infinity",
        "negative": "-Infinity -Infinity -Infinity -Infinity", "both": "NaN NaN 2 1",
        "nan": "NaN NaN NaN NaN", "none": "None None None None"}


@pytest.mark.parametrize("kind", SUMS)
def test_what_is_infinite_may_be(session, kind):
    query = "SELECT sum(x)::text, avg(x)::text, sum(y)::text, avg(y)::text FROM f WHERE kind = %s"
    for cursor in (session, psycopg.ClientCursor(session)):
        assert " ".join(map(str, cursor.execute(query, (kind,)).fetchone())) == SUMS[kind]
    grouped = session.execute(query + " GROUP BY kind", (kind,)).fetchall()
    assert [" ".join(map(str, row)) for row in grouped] == ([] if kind == "none" else [SUMS[kind]])
    inside = session.execute(
        "SELECT 'a' || s FROM (SELECT sum(x)::text AS s FROM f WHERE kind = %s) AS q", (kind,))
    total = SUMS[kind].split()[0]
    assert inside.fetchone() == (None if total == "None" else "a" + total,)


@pytest.mark.parametrize("query", [
    "SELECT sum(x) FROM f WHERE kind = 'large'",
    "SELECT count(*), avg(x) FROM f WHERE kind = 'large'",
    "SELECT sum(x) + 1 FROM f WHERE kind = 'large' LIMIT 1",
    "SELECT sum(x) FROM f WHERE kind = 'large' GROUP BY kind",
    "SELECT * FROM (SELECT sum(x) FROM f WHERE kind = 'large') AS q",
    "CREATE TABLE g AS SELECT sum(x) AS s FROM f WHERE kind = 'large'",
])
def test_what_becomes_infinite_is_an_error(session, query):
    with pytest.raises(psycopg.errors.NumericValueOutOfRange, match="value out of range: overflow"):
        session.execute(query)
    assert session.execute("SELECT count(*) FROM f").fetchone() == (12,)


def test_a_cursor_of_an_infinite_sum(session):
    with session.transaction():
        session.execute("DECLARE c CURSOR FOR SELECT sum(x) FROM f WHERE kind = 'infinite'")
        assert session.execute("FETCH ALL FROM c").fetchall() == [(float("inf"),)]


def test_averages_of_the_rows_that_a_limit_leaves(session):
    one = session.execute
    one("CREATE TABLE a (k int, n int, p numeric(8,2))")
    one("INSERT INTO a SELECT i % 7, i, i / 100.0 FROM generate_series(1, 100) AS s (i)")
    plain = ("SELECT k, avg(n), avg(p), count(*), avg(n) + 1, sum(n), avg(DISTINCT n) FROM a "
             "GROUP BY k ORDER BY {}")
    for order in ("1", "6 DESC, 1", "avg(n)", "avg(n) DESC, k", "2", "3 DESC", "count(*), k"):
        rows = one(plain.format(order)).fetchall()
        assert len(rows) == 7
        for limit in (0, 1, 3, 7, 9):
            assert one(plain.format(order) + f" LIMIT {limit}").fetchall() == rows[:limit]
        assert one(plain.format(order) + " LIMIT 2 OFFSET 3").fetchall() == rows[3:5]
        assert one(plain.format(order) + " OFFSET 5").fetchall() == rows[5:]
    assert one("WITH b AS (SELECT * FROM a WHERE k < 3) SELECT avg(n)::text AS m, k FROM b "
               "GROUP BY k ORDER BY k DESC LIMIT 2").fetchall() == [("51.0000000000000000", 2),
                                                         ("50.0000000000000000", 1)]
    assert one("SELECT n, avg(n) OVER (ORDER BY n ROWS 1 PRECEDING) AS m FROM a ORDER BY n LIMIT 3"
               ).fetchall() == one("SELECT n, CASE n WHEN 1 THEN 1 ELSE n - 0.5 END AS m FROM a "
                                   "WHERE n < 4 ORDER BY n").fetchall()
    few = one("SELECT DISTINCT avg(n) AS m FROM a GROUP BY k ORDER BY m LIMIT 2").fetchall()
    assert few == one("SELECT avg(n) AS m FROM a GROUP BY k ORDER BY m").fetchall()[:2]
    assert one("SELECT avg(n) FROM a LIMIT 1").fetchone() == one("SELECT avg(n) FROM a").fetchone()
