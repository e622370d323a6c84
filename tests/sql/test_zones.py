"""Conditions on rows in memory: what is left out by the least and greatest of 2,048 rows was not
wanted. The same conditions in a form that nothing is known of say what is right."""

from __future__ import annotations

import random

import pytest

ROWS = 20_000
COLUMNS = {"n": "bigint", "small": "smallint", "middle": "int", "wild": "int", "holes": "bigint",
           "day": "date", "at": "timestamp", "zoned": "timestamptz"}


@pytest.fixture(scope="module")
def session(firn):
    with firn.connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE z (" + ", ".join(
            f"{name} {kind}" for name, kind in COLUMNS.items()) + ")")
        chosen = ("SELECT i, i / 10, i * 3, i::bigint * 62710561 % 4294967296 - 2147483648, "
                  "CASE WHEN i % 5000 < 3000 THEN NULL ELSE i END, date '2020-01-01' + i / 10, "
                  "timestamp '2020-01-01' + i * interval '1 hour', "
                  "timestamptz '2020-01-01 00:00+00' + i * interval '1 minute' "
                  "FROM generate_series({}, {}) AS s (i)")
        # One large batch, many small ones, which share a batch that grows, and a large one again.
        connection.execute("INSERT INTO z " + chosen.format(0, 9_999))
        for first in range(10_000, 15_000, 500):
            connection.execute("INSERT INTO z " + chosen.format(first, first + 499))
        connection.execute("INSERT INTO z " + chosen.format(15_000, ROWS - 1))
        yield connection


def value(column: str, rng: random.Random) -> str:
    at = rng.choice([0, 2047, 2048, 4095, 9_999, 10_000, ROWS - 1, rng.randrange(ROWS), -5, 10**5])
    if column == "small":
        return str(at // 10)
    if column == "middle":
        return str(at * 3)
    if column == "wild":
        return str(rng.randrange(-2**31, 2**31))
    if column == "day":
        return f"(date '2020-01-01' + {at // 10})"
    if column == "at":
        return f"timestamp '2020-{1 + at % 12:02d}-{1 + at % 28:02d} 07:00'"
    if column == "zoned":
        return f"timestamptz '2020-01-{1 + at % 14:02d} {at % 24:02d}:00+02'"
    return str(at)


def condition(column: str, rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return f"{column} BETWEEN {value(column, rng)} AND {value(column, rng)}"
    if kind == 1:
        return f"{column} IN ({', '.join(value(column, rng) for _ in range(3))})"
    return f"{column} {rng.choice(['=', '<', '<=', '>', '>='])} {value(column, rng)}"


@pytest.mark.parametrize("turn", range(60))
def test_rows_left_out_were_not_wanted(session, turn):
    rng = random.Random(turn)
    columns = rng.sample(sorted(COLUMNS), rng.choice((1, 1, 2, 3)))
    wanted = " AND ".join(condition(column, rng) for column in columns)
    answer = session.execute(f"SELECT count(*), sum(n), min(at) FROM z WHERE {wanted}").fetchone()
    hidden = f"coalesce(({wanted}), random() < 0)"
    assert answer == session.execute(
        f"SELECT count(*), sum(n), min(at) FROM z WHERE {hidden}").fetchone(), wanted


def test_a_few_rows_are_looked_at_for_a_point(session):
    plan = "\n".join(line for line, in session.execute(
        "EXPLAIN ANALYZE SELECT sum(wild) FROM z WHERE n = 12345").fetchall())
    scanned = [int(line.replace("│", "").replace("rows", "").replace(",", "").strip())
               for line in plan.splitlines()
               if line.replace("│", "").strip().endswith(" rows")]
    assert max(scanned) <= 3 * 2048, plan


def test_rows_of_the_transaction_and_later_ones_are_there(session):
    with session.transaction(force_rollback=True):
        session.execute("INSERT INTO z (n) VALUES (12345), (99999)")
        assert session.execute("SELECT count(*) FROM z WHERE n = 12345").fetchone() == (2,)
        assert session.execute("SELECT count(*) FROM z WHERE n = 99999").fetchone() == (1,)
    session.execute("INSERT INTO z (n) VALUES (99998)")
    assert session.execute("SELECT n FROM z WHERE n > 99000").fetchall() == [(99998,)]


def test_columns_that_change_their_type_or_come_later(session):
    session.execute("CREATE TABLE c (n int, k int)")
    session.execute("INSERT INTO c SELECT i, i FROM generate_series(1, 6000) AS s (i)")
    session.execute("SELECT sum(k) FROM c WHERE n > 5")
    session.execute("ALTER TABLE c ALTER n TYPE bigint")
    session.execute("ALTER TABLE c DROP COLUMN k")
    session.execute("ALTER TABLE c ADD COLUMN k int")
    session.execute("INSERT INTO c SELECT i::bigint * 1000000000, i "
                    "FROM generate_series(1, 6000) AS s (i)")
    one = session.execute
    assert one("SELECT count(*), sum(k) FROM c WHERE n = 5000").fetchone() == (1, None)
    assert one("SELECT count(*) FROM c WHERE n = 5000000000").fetchone() == (1,)
    assert one("SELECT count(*), min(n) FROM c WHERE k = 5000").fetchone() == (1, 5000 * 10**9)
    assert one("SELECT count(*) FROM c WHERE n < 3000000001 AND k IS NULL").fetchone() == (6000,)
