"""COPY says of which line a row is that breaks a rule of its table, as PostgreSQL does."""

from __future__ import annotations

import random
import re
import struct

import psycopg
import pytest

from postgres_server import private_postgres

TABLE = """CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 1 CHECK (n >= 0), w text,
                           CHECK (w <> 'bad'))"""
ROWS = [10, 3000, 70_000]
BINARY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)


def rows(rng: random.Random, count: int, wrong: dict[int, tuple]) -> list[tuple]:
    words = ["", "two\nlines", "three\nwhole\nlines", "plain", 'a "quote"', "comma,", None]
    some = rng.random() < 0.5
    return [wrong.get(i) or (i, i % 7, rng.choice(words) if some else "plain")
            for i in range(count)]


def csv(row: tuple) -> str:
    def field(value: object) -> str:
        text = "" if value is None else str(value)
        odd = value == "" or any(c in text for c in '",\n')
        return '"' + text.replace('"', '""') + '"' if odd else text
    return ",".join(map(field, row)) + "\n"


def text(row: tuple) -> str:
    escaped = ["\\N" if v is None else str(v).replace("\n", "\\n") for v in row]
    return "\t".join(escaped) + "\n"


def binary(row: tuple) -> bytes:
    fields = [struct.pack("!ii", 4, row[0]), struct.pack("!ii", 4, row[1])]
    word = b"\xff\xff\xff\xff" if row[2] is None else (
        struct.pack("!i", len(row[2].encode())) + row[2].encode())
    return struct.pack("!h", 3) + b"".join(fields) + word


def asked(session: psycopg.Connection, options: str, data: bytes) -> tuple:
    try:
        with session.transaction(force_rollback=True), session.cursor() as cursor:
            with cursor.copy(f"COPY t FROM STDIN ({options})") as copy:
                for at in range(0, len(data), 50_000):
                    copy.write(data[at:at + 50_000])
            return ("fine",)
    except psycopg.Error as error:
        place = re.match(r"COPY t, line \d+", error.diag.context or "")
        return (error.sqlstate, error.diag.message_primary, error.diag.constraint_name,
                place and place.group(0))


@pytest.mark.parametrize("seed", range(2))
def test_places(firn_server, seed):
    rng = random.Random(seed)
    with private_postgres() as theirs, firn_server().connect(autocommit=True) as ours:
        postgres = psycopg.connect(theirs, autocommit=True)
        for session in (ours, postgres):
            session.execute(TABLE)
            session.execute("INSERT INTO t VALUES (-5, 1, 'there')")
        seen = set()
        for count in ROWS:
            for wrong in ((), (1, -1, "x"), (2, 1, "bad"), (-5, 1, "y"), (0, 3, "twice"),
                          (-7, -3, "bad")):
                at = rng.randrange(1, count)
                given = rows(rng, count, {at: wrong} if wrong else {})
                lines = "".join(map(csv, given)).encode()
                fields = BINARY_HEAD + b"".join(map(binary, given)) + b"\xff\xff"
                for options, data in (
                        ("FORMAT csv", lines), ("FORMAT csv, HEADER", b"id,n,w\n" + lines),
                        ("FORMAT text", "".join(map(text, given)).encode()),
                        ("FORMAT binary", fields)):
                    told = asked(ours, options, data)
                    assert told == asked(postgres, options, data), (options, count, at, wrong)
                    seen.add(told[0])
        assert seen == {"fine", "23505", "23514"}
        postgres.close()


def test_null_in_a_column_that_the_file_leaves_out(firn_server):
    with firn_server().connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (a int, b int NOT NULL)")
        with pytest.raises(psycopg.errors.NotNullViolation) as caught:
            with session.cursor().copy("COPY t (a) FROM STDIN") as copy:
                copy.write("1\n2\n")
        assert caught.value.diag.context == "COPY t, line 1"
