"""Values of every type: into firn as text and as binary, out of hot rows, after kill -9 and after
a flush, as PyIceberg and DuckDB read the lake. PostgreSQL 15 says what each value is."""

from __future__ import annotations

import re
import struct
import uuid
from decimal import Decimal

import psycopg
import pyarrow
import pytest
from psycopg import sql
from pyiceberg.table import StaticTable

from lake_readers import duckdb_relation, duckdb_with_iceberg, newest_metadata, table_folder
from type_values import TYPES, values

QUICK = 200
MANY = 10_000
BINARY = 1
ROWS_PER_INSERT = 100

ASK = """
create or replace function ask(read text, send text, value text) returns text[]
language plpgsql as $$
declare answer text[];
begin
  execute format('select array[format(''%%s'', x), encode(%s(x), ''hex'')]
                  from (select %s as x) as q', send, read) into answer using value;
  return answer;
exception when others then
  return null;
end $$;
"""


def send_function(type_name: str) -> str:
    if type_name.endswith("[]"):
        return "array_send"
    names = {"boolean": "boolsend", "smallint": "int2send", "integer": "int4send",
             "bigint": "int8send", "real": "float4send", "double precision": "float8send",
             "text": "textsend", "bytea": "byteasend", "date": "date_send", "uuid": "uuid_send",
             "time without time zone": "time_send", "time with time zone": "timetz_send",
             "timestamp without time zone": "timestamp_send", "interval": "interval_send",
             "timestamp with time zone": "timestamptz_send", "json": "json_send",
             "jsonb": "jsonb_send", "inet": "inet_send", "cidr": "cidr_send", "oid": "oidsend",
             "name": "namesend", '"char"': "charsend"}
    if type_name.startswith("numeric"):
        return "numeric_send"
    if type_name.startswith("character"):
        return "varcharsend" if "varying" in type_name else "bpcharsend"
    return names[type_name]


def asked(postgres, type_name: str, count: int, seed: int) -> list[tuple[str, bytes]]:
    """What PostgreSQL prints and sends for each value that it takes."""
    texts = values(type_name, count, seed)
    # A numeric column without a scale keeps no zeros at the end (docs/guide/types.md).
    trimmed = {"numeric": "trim_scale($1::numeric)",
               "numeric[]": "coalesce((select array_agg(trim_scale(e) order by n) from unnest("
                            "$1::numeric[]) with ordinality u(e, n)), '{}')"}
    read = trimmed.get(type_name, f"$1::{type_name}")
    rows = postgres.execute(
        "select ask(%s, %s, value) from unnest(%s::text[]) with ordinality u(value, n) order by n",
        (read, send_function(type_name), texts)).fetchall()
    return [(answer[0], bytes.fromhex(answer[1])) for (answer,) in rows if answer is not None]


def is_kept(type_name: str, text: str) -> bool:
    """What firn refuses at the door, as docs/guide/types.md says."""
    plain = type_name.removesuffix("[]")
    if plain.startswith("numeric"):
        return not any(word in text for word in ("NaN", "Infinity"))
    return True


def insert_binary(session, table: str, oid: int, rows: list[tuple[int, bytes]]) -> None:
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = rows[start:start + ROWS_PER_INSERT]
        marks = ", ".join(f"({n}, ${i})" for i, (n, _) in enumerate(part, 1))
        result = session.pgconn.exec_params(
            f"INSERT INTO {table} VALUES {marks}".encode(), [value for _, value in part],
            param_types=[oid] * len(part), param_formats=[BINARY] * len(part))
        assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, result.error_message


def check(session, table: str, expected: dict[int, tuple[str, bytes] | None]) -> None:
    for result_format in (0, 1):
        result = session.pgconn.exec_params(f"SELECT n, v FROM {table} ORDER BY n".encode(), [],
                                            result_format=result_format)
        assert result.status == psycopg.pq.ExecStatus.TUPLES_OK, result.error_message
        assert result.ntuples == len(expected)
        for row, (n, want) in enumerate(sorted(expected.items())):
            got = result.get_value(row, 1)
            wanted = None if want is None else want[1] if result_format else want[0].encode()
            assert got == wanted, (n, got, wanted)


def fill(session, postgres, table: str, type_name: str, answers) -> dict[int, tuple]:
    """Half the values by COPY in text, half as binary parameters, and a NULL."""
    oid = postgres.execute(sql.SQL("select %s::regtype::oid"),
                           (re.sub(r"\(.*\)", "", type_name),)).fetchone()[0]
    session.execute(f"CREATE TABLE {table} (n int NOT NULL, v {type_name})")
    half = len(answers) // 2
    with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for n in range(half):
            copy.write_row((n, answers[n][0]))
    insert_binary(session, table, oid, [(n, answers[n][1]) for n in range(half, len(answers))])
    session.execute(f"INSERT INTO {table} VALUES ({len(answers)}, NULL)")
    return dict(enumerate([*answers, None]))


def run(firn_server, postgres_server, type_names: list[str], count: int, seed: int) -> None:
    server = firn_server()
    tables = {}
    with postgres_server() as postgres:
        postgres.execute(ASK)
        with server.connect(autocommit=True) as session:
            for index, type_name in enumerate(type_names):
                answers = [answer for answer in asked(postgres, type_name, count, seed)
                           if is_kept(type_name, answer[0])]
                assert len(answers) > count * 0.8, type_name
                tables[f"t{index}"] = fill(session, postgres, f"t{index}", type_name, answers)
                check(session, f"t{index}", tables[f"t{index}"])
        server.kill9()
        server.start()
        with server.connect(autocommit=True) as session:
            for table, expected in tables.items():
                check(session, table, expected)
            session.execute("CHECKPOINT")
            for table, expected in tables.items():
                check(session, table, expected)
        for (table, expected), type_name in zip(tables.items(), type_names):
            check_lake(server, postgres, table, type_name, expected)


def parts_of_interval(value: str) -> str:
    """P14M3DT-4.000005S as months, days and microseconds."""
    parts = re.fullmatch(r"P(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(-?[\d.]+)S)?", value).groups()
    return f"{parts[0] or 0} {parts[1] or 0} {int(Decimal(parts[2] or 0) * 1_000_000)}"


# What PostgreSQL computes of a value x, for what readers of the lake hold as a number.
MICROSECONDS = "trunc(extract(epoch from x) * 1000000)"
NUMBER = {"date": "x - date '1970-01-01'",
          "time without time zone": MICROSECONDS,
          "timestamp without time zone": MICROSECONDS, "timestamp with time zone": MICROSECONDS,
          "interval": "(extract(year from x) * 12 + extract(month from x)) || ' ' || "
                      "extract(day from x) || ' ' || "
                      "trunc((extract(hour from x) * 3600 + extract(minute from x) * 60 + "
                      "extract(second from x)) * 1000000)"}
# How a reader's value is written to be the text that PostgreSQL prints, or computes.
SEEN = {"boolean": lambda value: "t" if value else "f",
        "bytea": lambda value: "\\x" + value.hex(),
        "character(8)": lambda value: value.ljust(8),
        "interval": parts_of_interval,
        "uuid": lambda value: str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else value,
        "real": float,
        "double precision": float}
INFINITE = ("infinity", "-infinity")


def as_numbers(column: pyarrow.Array) -> pyarrow.Array:
    """Dates and times as days and microseconds, for Python's have fewer years."""
    kind = column.type
    if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
        return type(column).from_arrays(column.offsets, as_numbers(column.values),
                                        mask=column.is_null() if column.null_count else None)
    if pyarrow.types.is_date32(kind):
        return column.cast(pyarrow.int32())
    if pyarrow.types.is_temporal(kind):
        return column.cast(pyarrow.int64())
    return column.storage if isinstance(column, pyarrow.ExtensionArray) else column


def expected_in_lake(postgres, type_name: str, texts: list[str]) -> list[list]:
    """For each value the list of its elements (itself, if it is no array), None where infinite."""
    element = type_name.removesuffix("[]")
    lists = [[text] for text in texts]
    if element != type_name:
        lists = [row[0] for row in postgres.execute(
            "select value::text[] from unnest(%s::text[]) with ordinality u(value, n) order by n",
            (texts,)).fetchall()]
    if element in NUMBER:
        asked = sorted({text for texts in lists for text in texts if text not in (None, *INFINITE)})
        number = dict(postgres.execute(
            f"select value, ({NUMBER[element]})::text from unnest(%s::text[]) u(value), "
            f"lateral (select value::{element} as x) q", (asked,)).fetchall())
        number.update(dict.fromkeys(INFINITE, "infinite"))
        lists = [[number.get(text) for text in texts] for texts in lists]
    if element in ("real", "double precision"):
        write = float if element != "real" else lambda text: struct.unpack(
            "f", struct.pack("f", float(text)))[0]
        lists = [[text and write(text) for text in texts] for texts in lists]
    if element.startswith("numeric"):
        lists = [[text and Decimal(text) for text in texts] for texts in lists]
    return lists


def in_lake(type_name: str, column: pyarrow.Array) -> list[list]:
    """The same of a column as a reader gives it."""
    element = type_name.removesuffix("[]")
    write = SEEN.get(element, lambda v: v if isinstance(v, (str, Decimal)) else str(v))
    return [None if value is None else [None if each is None else write(each) for each in
                                        (value if element != type_name else [value])]
            for value in as_numbers(column).to_pylist()]


def same(seen, expected) -> bool:
    return expected == "infinite" or seen == expected or (seen != seen and expected != expected)


def check_lake(server, postgres, table: str, type_name: str, expected) -> None:
    folder = table_folder(server.data, table)
    metadata = str(newest_metadata(folder))
    arrow = StaticTable.from_metadata(metadata).scan().to_arrow().combine_chunks().sort_by("n")
    assert arrow["n"].to_pylist() == sorted(expected)
    kept = {n: value[0] for n, value in expected.items() if value is not None}
    wanted = dict(zip(kept, expected_in_lake(postgres, type_name, list(kept.values()))))
    read = in_lake(type_name, arrow["v"].combine_chunks())
    for n, seen in zip(arrow["n"].to_pylist(), read):
        want = wanted.get(n)
        assert (seen is None) == (want is None), (n, seen, want)
        assert seen is None or len(seen) == len(want) and all(map(same, seen, want)), (
            type_name, n, seen, want)
    connection = duckdb_with_iceberg()
    found = connection.execute(
        f"SELECT count(*), count(v) FROM {duckdb_relation(folder)}").fetchone()
    assert found == (len(expected), len(kept))


@pytest.mark.parametrize("share", range(3))
def test_a_few_values_of_every_type_come_back(firn_server, postgres_server, seed, share):
    run(firn_server, postgres_server, sorted(TYPES)[share::3], QUICK, seed)


@pytest.mark.slow
@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_many_values_of_a_type_come_back(firn_server, postgres_server, seed, type_name):
    run(firn_server, postgres_server, [type_name], MANY, seed)
