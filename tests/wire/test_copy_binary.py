"""COPY in binary format: PostgreSQL reads what firn writes, and the reverse, to the byte."""

from __future__ import annotations

import struct

import psycopg
import pytest

COLUMNS = ("b bool, s smallint, i int, l bigint, f real, d double precision, n numeric(20,5), "
           "t text, v varchar(20), y bytea, day date, ts timestamp, tz timestamptz, u uuid")
ROWS = """
  (true, -1, 2147483647, -9223372036854775808, 1.5, -2.25e100, 12345.67890, 'it''s é', 'v',
   '\\x00ff', '2026-11-21', '2026-11-21 10:20:30.123456', '2026-11-21 10:20:30+02',
   '018f2d5e-7c3a-7def-8a12-0123456789ab'),
  (false, 32767, 0, 0, 'NaN', 'Infinity', -0.00001, '', '', '', 'infinity', '-infinity',
   'infinity', '00000000-0000-0000-0000-000000000000'),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (true, 0, 1, 2, '-0', 3, 0, 'tab\tnewline
back\\slash', 'x', '\\x5c', '0044-03-15 BC', '0001-01-01', '1000-01-01 00:00:00+00',
   'ffffffff-ffff-ffff-ffff-ffffffffffff')
"""
HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)


@pytest.fixture
def both(session, postgres_server, table):
    """The same rows in both servers; (firn, postgres, table)."""
    with postgres_server() as postgres:
        for one in (session, postgres):
            one.execute(f"CREATE TABLE {table} ({COLUMNS})")
            one.execute(f"INSERT INTO {table} VALUES {ROWS}")
        yield session, postgres, table
        postgres.execute(f"DROP TABLE {table}")


def copy_out(connection, query: str) -> list[bytes]:
    with connection.cursor().copy(query) as copy:
        return [bytes(part) for part in copy]


def copy_in(connection, query: str, data: bytes, piece: int = 1 << 20) -> None:
    with connection.cursor().copy(query) as copy:
        for at in range(0, len(data), piece):
            copy.write(data[at:at + piece])


@pytest.mark.parametrize("source", ["{t}", "{t} (i, t)", "(SELECT * FROM {t} WHERE false)",
                                    "(SELECT i, v FROM {t} ORDER BY i)"])
def test_what_firn_writes_is_what_postgresql_writes(both, source):
    firn, postgres, table = both
    query = f"COPY {source.format(t=table)} TO STDOUT (FORMAT binary)"
    ours, theirs = copy_out(firn, query), copy_out(postgres, query)
    if "ORDER" in source or "false" in source:
        assert ours == theirs  # message by message
    assert sorted(ours[1:]) == sorted(theirs[1:])
    assert len(b"".join(ours)) == len(b"".join(theirs))


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_each_reads_what_the_other_wrote(both, piece):
    firn, postgres, table = both
    text = f"COPY (SELECT * FROM {table} ORDER BY l, t) TO STDOUT"
    expected = copy_out(postgres, text)
    for writer, reader in ((firn, postgres), (postgres, firn), (firn, firn)):
        data = b"".join(copy_out(writer, f"COPY {table} TO STDOUT (FORMAT binary)"))
        reader.execute(f"CREATE TABLE {table}_copy ({COLUMNS})")
        copy_in(reader, f"COPY {table}_copy FROM STDIN (FORMAT binary)", data, piece)
        got = copy_out(reader, text.replace(table, f"{table}_copy"))
        reader.execute(f"DROP TABLE {table}_copy")
        assert got == expected


def row(*values: bytes | None) -> bytes:
    out = struct.pack("!h", len(values))
    for value in values:
        out += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return out


END = struct.pack("!h", -1)
INTEGER = struct.pack("!i", 7)
BAD_FILES = {
    "empty": b"",
    "no signature": b"1\t2\n",
    "half a signature": HEAD[:8],
    "critical flags": HEAD[:11] + struct.pack("!Ii", 1 << 20, 0),
    "with oids": HEAD[:11] + struct.pack("!Ii", 1 << 16, 0),
    "negative extension": HEAD[:11] + struct.pack("!Ii", 0, -1),
    "an extension that ends early": HEAD[:11] + struct.pack("!Ii", 0, 10) + b"abc",
    "too few fields": HEAD + row(INTEGER) + END,
    "too many fields": HEAD + row(INTEGER, b"a", b"b") + END,
    "a negative length": HEAD + struct.pack("!hi", 2, -5),
    "half a row": HEAD + row(INTEGER, b"a")[:-1],
    "half a number of fields": HEAD + b"\0",
    "a short integer": HEAD + row(b"\0\1", b"a") + END,
    "a long integer": HEAD + row(bytes(8), b"a") + END,
    "text that is not UTF-8": HEAD + row(INTEGER, b"\xff") + END,
    "null where there is none": HEAD + row(None, b"a") + END,
    "data behind the end": HEAD + END + row(INTEGER, b"a"),
    # The first row that is wrong is told of, whatever is wrong with it.
    "a bad value, then a bad row": HEAD + row(INTEGER, b"a") + row(INTEGER, b"\xff") + row(INTEGER),
    "a bad value, then one of a column before": HEAD + row(INTEGER, b"\xff") + row(b"\0", b"a"),
    "a null, then a bad value": HEAD + row(None, b"a") + row(INTEGER, b"\xff") + END,
    "a bad value, then a null": HEAD + row(INTEGER, b"\xff") + row(None, b"a") + END,
    "a null and a bad value": HEAD + row(None, b"\xff") + END,
    "a bad value behind many": HEAD + 700 * row(INTEGER, None) + row(b"\0", b"a") + END,
}
GOOD_FILES = {
    "no rows": HEAD + END,
    "no end marker": HEAD + row(INTEGER, b"a"),
    "a header with an extension": HEAD[:11] + struct.pack("!Ii", 0, 3) + b"abc" +
                                  row(INTEGER, None) + END,
}


@pytest.mark.parametrize("name", [*BAD_FILES, *GOOD_FILES])
def test_odd_files_are_taken_or_refused_as_by_postgresql(session, postgres_server, table, name):
    data = {**BAD_FILES, **GOOD_FILES}[name]
    outcomes = []
    with postgres_server() as postgres:
        for one in (postgres, session):
            one.execute(f"CREATE TABLE {table} (i int NOT NULL, t text)")
            try:
                copy_in(one, f"COPY {table} FROM STDIN (FORMAT binary)", data)
                outcomes.append(one.execute(f"SELECT * FROM {table}").fetchall())
            except psycopg.Error as error:
                outcomes.append((error.sqlstate, error.diag.context))
            one.execute(f"DROP TABLE {table}")
    assert outcomes[0] == outcomes[1]


def test_options_of_csv_are_complete(both):
    firn, postgres, table = both
    for options in ("FORMAT csv, HEADER", "FORMAT csv, FORCE_QUOTE *", "FORMAT csv, QUOTE ''''",
                    "FORMAT csv, FORCE_QUOTE (t), ESCAPE '\\'", "FORMAT csv, NULL 'nil'",
                    "FORMAT csv, DELIMITER ';', ENCODING 'UTF8'", "NULL 'x', DELIMITER '|'"):
        query = f"COPY (SELECT t, v, i FROM {table} ORDER BY i, t) TO STDOUT ({options})"
        assert copy_out(firn, query) == copy_out(postgres, query), options


@pytest.mark.parametrize("header", ["i,t", "t,i", "i", "I,t", "i,t,x"])
def test_a_header_that_must_match(session, postgres_server, table, header):
    outcomes = []
    with postgres_server() as postgres:
        for one in (postgres, session):
            one.execute(f"CREATE TABLE {table} (i int, t text)")
            try:
                copy_in(one, f"COPY {table} FROM STDIN (FORMAT csv, HEADER match)",
                        f"{header}\n1,a\n".encode())
                outcomes.append(one.execute(f"SELECT * FROM {table}").fetchall())
            except psycopg.Error as error:
                outcomes.append((error.sqlstate, error.diag.message_primary))
            one.execute(f"DROP TABLE {table}")
    assert outcomes[0] == outcomes[1]
