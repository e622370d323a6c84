"""min and max of whole tables, answered from zones of rows in memory and from the bounds of files.
The same with a FILTER, which nothing is known of, says what is right."""

from __future__ import annotations

import random

import psycopg
import pytest

TYPES = {"small": "smallint", "middle": "int", "large": "bigint", "day": "date", "at": "timestamp",
         "zoned": "timestamptz", "single": "real", "double": "double precision", "word": "text",
         "price": "numeric(10,2)", "clock": "time", "name": "varchar(9)", "nothing": "bigint"}


def literal(kind: str, rng: random.Random) -> str:
    if rng.random() < 0.2 or kind == "nothing":
        return "NULL"
    number = rng.choice([0, 1, -1, 32767, -32768, rng.randrange(-30_000, 30_000)])
    day = f"{rng.randrange(1, 3000):04d}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    clock = f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:07.{rng.randrange(10**6):06d}"
    infinite = rng.random() < 0.02
    match kind:
        case "day":
            return f"'{rng.choice(['infinity', '-infinity']) if infinite else day}'"
        case "at" | "zoned":
            return f"'{rng.choice(['infinity', '-infinity']) if infinite else f'{day} {clock}'}'"
        case "single" | "double":
            return rng.choice(["'NaN'", "'-Infinity'", "'Infinity'", "'-0.25'"]) if infinite \
                else f"'{number / 8}'"
        case "price":
            return str(number / 100)
        case "clock":
            return f"'{clock}'"
        case "word" | "name":
            return f"'{number}'"
    return str(number)


def insert(session: psycopg.Connection, rng: random.Random, rows: int) -> None:
    values = ", ".join("(" + ", ".join(literal(c, rng) for c in TYPES) + ")" for _ in range(rows))
    session.execute("INSERT INTO t VALUES " + values)


def row_of(session: psycopg.Connection, sql: str, binary: bool) -> list[bytes | None]:
    """As it is on the wire: what is infinite has no value in Python."""
    result = session.execute(sql, binary=binary).pgresult
    assert result.ntuples == 1
    return [result.get_value(0, i) for i in range(result.nfields)]


def check(session: psycopg.Connection, rng: random.Random) -> None:
    wanted = rng.sample([f"{call}({column})" for call in ("min", "max") for column in TYPES
                         if column != "nothing"], rng.choice((1, 2, 3)))
    wanted += rng.choice([[], ["count(*)"], ["max(nothing)"], ["coalesce(max(large) + 1, 0)"]])
    hidden = [w if w.startswith("coalesce") else f"{w} FILTER (WHERE true)" for w in wanted]
    binary = rng.random() < 0.5
    known = row_of(session, f"SELECT {', '.join(wanted)} FROM t", binary)
    assert known == row_of(session, f"SELECT {', '.join(hidden)} FROM t", binary), wanted
    shown = row_of(session, f"SELECT {', '.join(f'{w}::text' for w in wanted)} FROM t", False)
    told = row_of(session, f"SELECT {', '.join(f'({w})::text' for w in hidden)} FROM t", False)
    assert shown == told, wanted


@pytest.mark.parametrize("turn", range(12))
def test_extremes_are_those_of_the_rows(firn_server, turn):
    rng = random.Random(turn)
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (" + ", ".join(f"{n} {k}" for n, k in TYPES.items()) + ")")
        check(session, rng)
        for _ in range(6):
            insert(session, rng, rng.choice((1, 40, 1500, 2500)))
            check(session, rng)
            if rng.random() < 0.4:
                session.execute("CHECKPOINT")
                check(session, rng)
        with session.transaction(force_rollback=True):
            insert(session, rng, 30)
            check(session, rng)
        session.execute("ALTER TABLE t ALTER small TYPE bigint")
        session.execute("ALTER TABLE t ADD COLUMN late int")
        assert session.execute("SELECT max(late), min(small) IS NULL FROM t").fetchone() == (
            None, False)
        session.execute("INSERT INTO t (small, late) VALUES (9000000000, 5), (-9000000000, 6)")
        check(session, rng)
        assert session.execute("SELECT max(late), min(small), max(small) FROM t").fetchone() == (
            6, -9_000_000_000, 9_000_000_000)
        session.execute("CHECKPOINT")
        assert session.execute("SELECT min(late), max(late), min(small) FROM t").fetchone() == (
            5, 6, -9_000_000_000)


def test_files_are_not_opened(firn_server):
    server = firn_server()
    with server.connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (n int, day date, at timestamptz, word text)")
        session.execute("INSERT INTO t SELECT i, date '2020-01-01' + i, "
                        "timestamptz '2020-01-01 00:00+00' + i * interval '1 day', i::text "
                        "FROM generate_series(1, 500) AS s (i)")
        session.execute("CHECKPOINT")
        for file in server.data.rglob("*.parquet"):
            file.unlink()
        session.execute("INSERT INTO t VALUES (501, '2019-01-01', '2030-01-01 00:00+00', 'x')")
        assert session.execute(
            "SELECT min(n), max(n), min(day)::text, count(*) FROM t").fetchone() == (
                1, 501, "2019-01-01", 501)
        assert session.execute("SELECT max(at) = '2030-01-01 00:00+00', min(at) = "
                               "'2020-01-02 00:00+00' FROM t").fetchone() == (True, True)
        with pytest.raises(psycopg.Error):
            session.execute("SELECT max(word) FROM t")


def test_nothing_but_extremes_however_they_are_asked_for(firn):
    with firn.connect(autocommit=True) as session:
        one = session.execute
        one("CREATE TABLE plain (n int, at timestamptz, f real, m numeric(9,2))")
        assert one("SELECT min(n), max(at), max(f), count(*) FROM plain").fetchone() == (
            None, None, None, 0)
        one("INSERT INTO plain VALUES (1, '2026-02-03 04:05:06+00', 'NaN', 7), "
            "(NULL, NULL, -0.5, 2)")
        one("ALTER TABLE plain ADD COLUMN late bigint")
        one("INSERT INTO plain (late) VALUES (-3), (12)")
        answer = one("SELECT max(late) AS top, min(late), min(n) FROM plain")
        assert [c.name for c in answer.description] == ["top", "min", "min"]
        assert [c.type_code for c in answer.description] == [20, 20, 23]
        assert answer.fetchall() == [(12, -3, 1)]
        assert one("SELECT max(f)::text, min(f) FROM plain").fetchone() == ("NaN", -0.5)
        assert str(one("SELECT max(f), min(f) FROM plain").fetchone()) == "(nan, -0.5)"
        assert one("SELECT max(n), max(m) FROM plain").fetchone() == (1, 7)
        for _ in range(8):  # prepared in between
            assert one("SELECT max(n), min(plain.n) FROM plain", binary=True).fetchone() == (1, 1)
        one("SET TimeZone = 'Asia/Tokyo'")
        assert one("SELECT max(at) FROM plain").fetchone()[0].isoformat() == (
            "2026-02-03T13:05:06+09:00")
        with session.transaction():
            one("DECLARE c CURSOR FOR SELECT max(late) FROM plain")
            one("INSERT INTO plain (late) VALUES (99)")
            assert one("FETCH ALL FROM c").fetchall() == [(12,)]
            assert one("FETCH ALL FROM c").fetchall() == []
            assert one("SELECT max(late) FROM plain").fetchone() == (99,)
        one("CREATE VIEW top AS SELECT max(late) AS most FROM plain")
        assert one("SELECT most FROM top").fetchone() == (99,)
        with session.cursor().copy("COPY (SELECT max(late), min(at) FROM plain) TO STDOUT") as out:
            assert b"".join(out) == b"99\t2026-02-03 13:05:06+09\n"


def test_what_asks_for_more_than_extremes_reads_rows(firn):
    with firn.connect(autocommit=True) as session:
        session.execute("CREATE TABLE e (n int, m int)")
        session.execute("INSERT INTO e SELECT i, 6000 - i FROM generate_series(1, 5000) AS s (i)")
        one = session.execute
        assert one("SELECT max(n) - min(m), count(*) FROM e").fetchone() == (4000, 5000)
        assert one("SELECT max(n + m) FROM e").fetchone() == (6000,)
        assert one("SELECT max(n), sum(m) FROM e").fetchone() == (5000, 17_497_500)
        assert one("SELECT max(n) FROM e WHERE m > 4000").fetchone() == (1999,)
        assert one("SELECT max(x.b) FROM e AS x (b, a)").fetchone() == (5000,)
        assert one("SELECT max(x.m) FROM e AS x (m, n)").fetchone() == (5000,)
        assert one("SELECT max(n) FROM e GROUP BY m % 2 ORDER BY 1").fetchall() == [
            (4999,), (5000,)]
        assert one("SELECT max(n), count(n), count(DISTINCT m) FROM e").fetchone() == (
            5000, 5000, 5000)
        assert one("SELECT m, (SELECT max(n) FROM e) FROM e ORDER BY m LIMIT 1").fetchone() == (
            1000, 5000)
        assert one("SELECT max(__lsn) > min(__lsn), max(n) FROM e").fetchone() == (True, 5000)
        assert one("SELECT min(n), count(*) FROM (SELECT * FROM e LIMIT 0) AS s").fetchone() == (
            None, 0)
        one("TRUNCATE e")
        assert one("SELECT min(n), count(*) FROM e").fetchone() == (None, 0)


def test_a_column_that_may_not_be_read_is_refused(firn):
    with firn.connect(autocommit=True) as session:
        session.execute("CREATE TABLE secret (open int, hidden int)")
        session.execute("INSERT INTO secret VALUES (1, 2)")
        session.execute("CREATE ROLE peeper LOGIN")
        session.execute("GRANT SELECT (open) ON secret TO peeper")
        with firn.connect(autocommit=True, user="peeper") as peeper:
            assert peeper.execute("SELECT max(open) FROM secret").fetchone() == (1,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                peeper.execute("SELECT max(hidden) FROM secret")
