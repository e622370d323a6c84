"""Values of every type: into firn as text and as binary, out of hot rows, after kill -9 and after
a flush, as PyIceberg and DuckDB read the lake. PostgreSQL 15 says what each value is."""

from __future__ import annotations

import math
import os
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql
from pyiceberg.table import StaticTable

from lake_readers import duckdb_relation, duckdb_with_iceberg, newest_metadata, table_folder
from type_values import TYPES, values

SEED = int(os.environ.get("FIRN_TEST_SEED", "20261121"))
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


def asked(postgres, type_name: str, count: int) -> list[tuple[str, bytes]]:
    """What PostgreSQL prints and sends for each value that it takes."""
    texts = values(type_name, count, SEED)
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


def run(firn_server, postgres_server, type_names: list[str], count: int) -> None:
    server = firn_server()
    tables = {}
    types = {}
    with postgres_server() as postgres, server.connect(autocommit=True) as session:
        postgres.execute(ASK)
        for index, type_name in enumerate(type_names):
            table = f"t{index}"
            oid = postgres.execute(sql.SQL("select %s::regtype::oid"),
                                   (type_name.replace("(", " (").split(" (")[0] +
                                    ("[]" if type_name.endswith("[]") else ""),)).fetchone()[0]
            answers = [a for a in asked(postgres, type_name, count) if is_kept(type_name, a[0])]
            assert len(answers) > count * 0.8, type_name
            expected = dict(enumerate(answers))
            session.execute(f"CREATE TABLE {table} (n int NOT NULL, v {type_name})")
            half = len(answers) // 2
            with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for n in range(half):
                    copy.write_row((n, answers[n][0]))
            insert_binary(session, table, oid, [(n, answers[n][1])
                                                for n in range(half, len(answers))])
            session.execute(f"INSERT INTO {table} VALUES ({len(answers)}, NULL)")
            expected[len(answers)] = None
            check(session, table, expected)
            tables[table] = expected
            types[table] = type_name
    server.kill9()
    server.start()
    with server.connect(autocommit=True) as session:
        for table, expected in tables.items():
            check(session, table, expected)
        session.execute("CHECKPOINT")
        for table, expected in tables.items():
            check(session, table, expected)
    for table, expected in tables.items():
        check_lake(server, table, types[table], expected)


def same_float(value: float, text: str) -> bool:
    return math.isnan(value) if text == "NaN" else value == float(text)


# What readers of the lake see of a value that PostgreSQL prints so.
SEEN = {"boolean": lambda value, text: value == (text == "t"),
        "double precision": same_float,
        "numeric": lambda value, text: value == Decimal(text),
        "bytea": lambda value, text: value == bytes.fromhex(text[2:]),
        "character(8)": lambda value, text: value == text.rstrip(" "),
        **dict.fromkeys(["smallint", "integer", "bigint", "oid"],
                        lambda value, text: value == int(text)),
        **dict.fromkeys(["text", "character varying(20)", "json", "jsonb", "inet", "cidr", "name",
                         "time with time zone"], lambda value, text: value == text)}


def check_lake(server, table: str, type_name: str, expected) -> None:
    folder = table_folder(server.data, table)
    arrow = StaticTable.from_metadata(str(newest_metadata(folder))).scan().to_arrow()
    assert sorted(arrow["n"].to_pylist()) == sorted(expected)
    nulls = sum(want is None for want in expected.values())
    assert arrow["v"].null_count == nulls
    same = SEEN.get(type_name.split("(")[0] if "numeric" in type_name else type_name)
    if same is not None:
        for n, value in zip(arrow["n"].to_pylist(), arrow["v"].to_pylist()):
            assert value is None or same(value, expected[n][0]), (n, value, expected[n])
    connection = duckdb_with_iceberg()
    count, held = connection.execute(
        f"SELECT count(*), count(v) FROM {duckdb_relation(folder)}").fetchone()
    assert (count, held) == (len(expected), len(expected) - nulls)


@pytest.mark.parametrize("share", range(3))
def test_a_few_values_of_every_type_come_back(firn_server, postgres_server, share):
    run(firn_server, postgres_server, sorted(TYPES)[share::3], QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_many_values_of_a_type_come_back(firn_server, postgres_server, type_name):
    run(firn_server, postgres_server, [type_name], MANY)
