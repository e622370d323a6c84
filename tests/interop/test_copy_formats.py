"""COPY in text and csv: PostgreSQL 15 and firn's reader and writer must agree.

`codec_probe copy` reads a file with firn's CopyReader in chunks of some size and writes the rows
with CopyWriter; PostgreSQL does the same with COPY FROM STDIN and COPY TO STDOUT. Rows, SQLSTATE,
message and CONTEXT are compared.
"""

import json
import random
import subprocess

import psycopg
import pytest

from postgres_server import private_postgres
from test_value_codecs import PROBE, SEED


COLUMNS = [["a", "integer", True], ["b", "text", False], ["c", "numeric(12,2)", False]]
ONE = [["b", "text", False]]
CSV = [["format", "csv", []]]


def csv(*options):
    return CSV + [[name, value, list(columns)] for name, value, *columns in options]


def text(*options):
    return [[name, value, []] for name, value in options]


CASES = (
    [  # (columns, options of COPY FROM, options of COPY TO, data)
        (COLUMNS, text(), text(), data)
        for data in (
            b"",
            b"1\tx\t2\n",
            b"1\tx\t2",
            b"1\tx\t2\r\n2\ty\t3\r\n",
            b"1\tx\t2\r2\ty\t3\r",
            b"1\tx\t2\r2\ty\t3",
            b"1\tx\t2\n2\ty\t3\r\n",
            b"1\tx\t2\r\n2\ty\t3\n",
            b"1\tx\t2\r2\ty\t3\n",
            b"1\tx\t2\n\n",
            b"\n",
            b"1\tx\n",
            b"1\tx\t2\t3\n",
            b"1\tx\tabc\n",
            b"x\tx\t1\n",
            b"\\N\tx\t1\n",
            b"1\t\\N\t\\N\n",
            b"1\t\\N \t1\n",
            b"1\t\\n\t1\n",
            b"1\t\\t\\b\\f\\v\\r\\\\\\q\t1\n",
            b"1\t\\101\\x42\\x4a4\\8\\xg\t1\n",
            b"1\t\\x\t1\n",
            b"1\ta\\\nb\t1\n",
            b"1\ta\\\tb\t1\n",
            b"1\tx\t2\\",
            b"1\tx\\",
            b"1\tx\t2\n\\.\n3\tz\n",
            b"1\tx\t2\n\\.",
            b"1\tx\t2\n\\.\r\n",
            b"1\tx\t2\r\n\\.\r\nrubbish",
            b"1\tx\t2\r\n\\.\n",
            b"1\tx\t2\n\\.x\n",
            b"\\.\n",
            b"1\tx\t2\\.\n",
            b"1\tx\t2\\.",
            b"1\t\xff\t1\n",
            b"1\t\xc3\xa9\t1\n",
            b"1\t\xc3\t1\n",
            b"1\tx\t1\n1\t\xc3",
            b"1\t\\xff\t1\n",
            b"1\t\\xc3\\xa9\t1\n",
            b"1\t\\000\t1\n",
            b"1\t\x00\t1\n",
            b"1\t\xed\xa0\x80\t1\n",
            b"1\t\xf4\x90\x80\x80\t1\n",
            b"\xc3\xa9\tx\t1\n",
            b"1\t" + b"x" * 300 + b"\tz\n",
            b"1\tx\t" + "é".encode() * 80 + b"\n",
            b"1\tx\ta" + "é".encode() * 80 + b"\n",
            b"99999999999\tx\t1\n",
            b"1\tx\t99999999999\n",
            b"1\tx\t\n",
            b"\tx\t1\n",
            b"1\tx\t1\n2\ty\t2\n\tz\t3\n",
            b"1\\\n",
            b"\\N\tx\tabc\n",
            b"1\tx\t2\n\t\t\t\t\n",
            b'1\t"\t1\n',
            b"\\\r\n",
            b"1\tx\t2\r",
            b"\r\n",
            b"\r",
        )
    ]
    + [
        (
            COLUMNS,
            text(("delimiter", "|"), ("null", "")),
            text(("delimiter", "|"), ("header", "")),
            data,
        )
        for data in (
            b"1|x|2\n",
            b"1||\n",
            b"1|\\||2\n",
            b"|x|1\n",
            b"1|a\\N|1\n",
            b"1|x|2\n2|y|\\N\n",
        )
    ]
    + [
        (COLUMNS, text(("header", header)), text(("null", "nix")), data)
        for header in ("true", "match", "off")
        for data in (
            b"a\tb\tc\n1\tx\t2\n",
            b"a\tb\n1\tx\t2\n",
            b"a\tx\tc\n",
            b"a\tb\tc\td\n",
            b"\\N\tb\tc\n",
            b"",
            b"a\tb\tc",
            b"A\tb\tc\n",
            b"\xff\n1\tx\t2\n",
            b"\\.\n",
            b"a\tb\tc\n\\.\n",
        )
    ]
    + [
        (COLUMNS, csv(), csv(), data)
        for data in (
            b"",
            b"1,x,2\n",
            b"1,x,2",
            b'1,"x",2\r\n2,"a\r\nb",3\r\n',
            b'1,"a\nb",2\n2,y,x\n',
            b'1,"a\nb",x\n',
            b'1,"a\rb",x\r',
            b'1,"a""b",2\n',
            b'1,"",2\n',
            b"1,,\n",
            b'"1",x,"2"\n',
            b'1,a"b"c,2\n',
            b'1,"a"b,2\n',
            b'1,"a,2\n',
            b'1,"a\n\n\n',
            b"1,x\n",
            b"1,x,2,3\n",
            b'1,x,2,"3\n',
            b",x,2\n",
            b'"",x,2\n',
            b"1,x,2\n\\.\n3\n",
            b"1,x,2\n\\.",
            b"1,x,2\n\\.x,1,1\n",
            b"\\.\n",
            b"\\.\r\n1",
            b"1,x,2\r\n\\.\r\n",
            b"1,x,2\r\n\\.\n",
            b"1,\\.,2\n",
            b"1,\\N,2\n",
            b"1,x,2\r\n2,y,3\n",
            b"1,x,2\n2,y\r,3\n",
            b'1,"x\ny",2\r\n',
            b"1,x,2\r3,y,4\r",
            b'1,"a\n\\.\nb",2\n',
            b"1,a\\,2\n",
            b'1,"\xff",2\n',
            b'1,"\xc3\n",2\n',
            b"\n",
            b'"\n',
            b'1,"a\nb",2\n2,"c\nd\ne",3\nx,y,z\n',
            b"1, x ,2\n",
            b" 1 ,x, 2 \n",
            b"1,x,2\n\n",
            b'1,x,""\n',
        )
    ]
    + [
        (ONE, csv(), csv(), data)
        for data in (
            b"\n",
            b'""\n',
            b"a\n\n",
            b"\\.\n",
            b'"\\."\n',
            b'"\\.",\n',
            b"a",
            b'"a\nb',
            b"x\r\n\r\n",
        )
    ]
    + [
        (ONE, text(), text(), data)
        for data in (b"\n", b"\\N\n", b"a\\\n", b"a", b"\\\\.\n", b"\\\n.\n")
    ]
    + [
        (COLUMNS, csv(("escape", "\\")), csv(("escape", "\\")), data)
        for data in (
            b'1,"a\\"b",2\n',
            b'1,"a\\\\",2\n',
            b'1,"a\\nb",2\n',
            b'1,a\\"b",2\n',
            b'1,"a""b",2\n',
            b'1,"a\\",2\n',
            b'1,\\"a,2\n',
            b'1,"a\\\\\\"\nb",2\n',
            b'1,"\\\n",2\n',
            b'1,"\\\\"\n',
        )
    ]
    + [
        (
            COLUMNS,
            csv(("quote", "'"), ("delimiter", ";"), ("null", "NULL")),
            csv(("quote", "'"), ("force_quote", "*")),
            data,
        )
        for data in (
            b"1;'x;y';2\n",
            b"1;NULL;NULL\n",
            b"1;'NULL';2\n",
            b"NULL;x;2\n",
            b"1;'it''s';2\n",
            b"1;NULLx;2\n",
        )
    ]
    + [
        (
            COLUMNS,
            csv(("force_not_null", "", "b"), ("force_null", "", "c")),
            csv(("force_quote", "", "b"), ("header", "on")),
            data,
        )
        for data in (b"1,,\n", b'1,"",""\n', b'1,x,""\n')
    ]
    + [
        (COLUMNS, csv(("header", "match"), ("null", "b")), csv(("delimiter", "\t")), data)
        for data in (
            b"a,b,c\n1,x,2\n",
            b'a,"b",c\n1,x,2\n',
            b'"a","b","c"\n1,b,"2"\n',
            b'a,"b\nb",c\n',
            b'a,"b,c\n',
        )
    ]
)

BAD_OPTIONS = [
    text(("delimiter", "a")),
    text(("delimiter", "\n")),
    text(("delimiter", "||")),
    text(("delimiter", "")),
    text(("delimiter", ".")),
    text(("null", "a\nb")),
    text(("quote", "x")),
    text(("escape", "x")),
    text(("nonsense", "1")),
    text(("header", "maybe")),
    text(("delimiter", "|"), ("null", "a|b")),
    csv(("null", 'a"')),
    csv(("null", "a,b")),
    csv(("delimiter", '"')),
    csv(("quote", "ab")),
    csv(("escape", "ab")),
    csv(("quote", "")),
    csv(("force_quote", "*")),
    text(("format", "xml")),
    text(("header", "TRUE"), ("header", "off")),
    csv(("delimiter", "\r")),
    csv(("freeze", "what")),
    [["force_null", "", ["b"]]],
    [["force_not_null", "", ["b"]]],
    [["force_quote", "", ["b"]]],
    csv(("delimiter", "a")),
]


def quoted(value: str) -> str:
    return (
        "E'"
        + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
        + "'"
    )


def clause(options) -> str:
    parts = []
    for name, value, columns in options:
        if columns:
            parts.append(f"{name} ({', '.join(columns)})")
        elif name.startswith("force_"):
            parts.append(f"{name} *")
        else:
            parts.append(f"{name} {quoted(value)}" if value or name != "header" else name)
    return f" with ({', '.join(parts)})" if parts else ""


def create_table(connection, columns):
    declared = ", ".join(
        f"{name} {kind}{' not null' if not_null else ''}" for name, kind, not_null in columns
    )
    connection.execute("drop table if exists t")
    connection.execute(f"create table t ({declared})")


def ask_postgres(connection, options, to_options, data: bytes):
    try:
        with connection.transaction(force_rollback=True):
            with connection.cursor().copy(f"copy t from stdin{clause(options)}") as copy:
                copy.write(data)
            out = b""
            with connection.cursor().copy(f"copy t to stdout{clause(to_options)}") as copy:
                for piece in copy:
                    out += bytes(piece)
            return {"rows": out.hex()}
    except psycopg.Error as error:
        return {
            "state": error.diag.sqlstate,
            "message": error.diag.message_primary,
            "where": error.diag.context or "",
        }


def ask_firn(asked):
    lines = "".join(
        json.dumps(
            {
                "columns": columns,
                "options": options,
                "to_options": to_options,
                "data": data.hex(),
                "chunk": chunk,
            }
        )
        + "\n"
        for columns, options, to_options, data, chunk in asked
    )
    done = subprocess.run([PROBE, "copy"], input=lines.encode(), capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(answers) == len(asked)
    return answers


@pytest.fixture(scope="module")
def postgres():
    with private_postgres() as conninfo, psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set client_min_messages = error")
        yield connection


def compare(postgres, cases, chunks):
    asked = [(*case, chunk) for case in cases for chunk in chunks]
    wrong, expected, columns = [], {}, None
    for case in sorted(cases, key=lambda case: len(case[0])):
        if case[0] != columns:
            columns = case[0]
            create_table(postgres, columns)
        expected[repr(case)] = ask_postgres(postgres, *case[1:])
    for (*case, chunk), got in zip(asked, ask_firn(asked)):
        wanted = expected[repr(tuple(case))]
        if got != wanted:
            wrong.append(
                f"{case[3]!r} {case[1]} in chunks of {chunk}:\n"
                f"  PostgreSQL {wanted}\n  firn       {got}"
            )
    assert not wrong, f"{len(wrong)} (seed {SEED}):\n" + "\n".join(wrong[:30])


def test_files_are_read_and_written_as_postgres_does(postgres):
    compare(postgres, CASES, [1, 2, 3, 7, 1 << 20])


def test_options_are_refused_as_postgres_does(postgres):
    compare(postgres, [(COLUMNS, options, text(), b"") for options in BAD_OPTIONS], [1])


def test_random_files_are_read_as_postgres_does(postgres):
    random_ = random.Random(SEED)
    cases = []
    for _ in range(1500):
        if random_.random() < 0.5:
            options, pieces = text(), [
                "\t",
                "\n",
                "\r\n",
                "\\",
                "\\.",
                "\\N",
                "1",
                "x",
                "é",
                "\t2\n",
                "\n1\t",
                "1\tx\t2\n",
            ]
        else:
            options = random_.choice(
                (csv(), csv(), csv(("escape", "\\")), csv(("quote", "'"), ("null", "x")))
            )
            pieces = [
                ",",
                "\n",
                "\r\n",
                '"',
                "'",
                '""',
                "\\",
                "\\.",
                "1",
                "x",
                "é",
                ",2\n",
                "\n1,",
                "1,x,2\n",
                '1,"y\nz",2\n',
            ]
        data = "".join(random_.choices(pieces, k=random_.randint(1, 12)))
        if random_.random() < 0.5:
            data = "1\tx\t2\n" * (options == text()) + data
        cases.append((random_.choice((COLUMNS, ONE)), options, options, data.encode()))
    compare(postgres, cases, [1, 5])
