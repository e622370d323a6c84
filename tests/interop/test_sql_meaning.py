"""The same query, on PostgreSQL 15 and as firn writes it for DuckDB: value and type must agree.

Over the same rows; the queries are in sql_meaning.sql.
"""

import pathlib
import re

import duckdb
import psycopg
import pytest

from postgres_server import private_postgres
from sql_engine import Probe, by_value, fetch, open_engine, same

CASES = pathlib.Path(__file__).with_name("sql_meaning.sql")

TABLES = {
    "t": [("id", "integer"), ("s2", "smallint"), ("i4", "integer"), ("i8", "bigint"),
          ("f4", "real"), ("f8", "double precision"), ("n", "numeric(12,2)"),
          ("n4", "numeric(18,4)"), ("x", "text"), ("v", "character varying(5)"),
          ("d", "date"), ("ts", "timestamp without time zone"),
          ("tz", "timestamp with time zone"), ("b", "boolean"), ("u", "uuid"), ("y", "bytea")],
    "o": [("id", "integer"), ("t_id", "integer"), ("at", "text"), ("q", "numeric(15,2)")],
    "empty": [("a", "integer"), ("n", "numeric(10,3)"), ("x", "text")],
}
ROWS = {
    "t": ["1,1,10,100,1.5,2.5,1.50,1.2345,'abc','hello','2020-01-31','2020-01-31 10:20:30.5',"
          "'2020-01-31 10:20:30+00',true,'00000000-0000-0000-0000-000000000001','\\x0102'",
          "2,-2,-20,-200,-1.25,-2.5,-2.50,-0.0001,'Ünïcödé ß','a%b_','2024-02-29',"
          "'1999-12-31 23:59:59.999999','2021-06-01 00:00:00+00',false,"
          "'ffffffff-ffff-ffff-ffff-ffffffffffff','\\x'",
          "3,3,7,9007199254740993,0.1,0.1,99999.99,12345.6789,'','x','0001-01-01',"
          "'2020-12-31 00:00:00','2020-12-31 23:59:59.5+00',true,"
          "'12345678-1234-1234-1234-123456789abc','\\xff00'",
          "4,null,null,null,null,null,null,null,null,null,null,null,null,null,null,null",
          "5,0,0,0,0,0,0.00,0.0000,'a\\b','  sp ','2000-03-01','2000-03-01 12:00:00',"
          "'2000-03-01 12:00:00+00',null,'00000000-0000-0000-0000-000000000000','\\x61'",
          "6,3,3,3,3.5,3.5,0.05,100.0000,'abc','abc','2020-01-31','2020-02-29 00:00:00',"
          "'2020-02-29 01:00:00+00',false,'00000000-0000-0000-0000-000000000001','\\x0102'"],
    "o": ["1,1,'x',10.00", "2,1,'y',20.50", "3,2,null,null", "4,9,'z',0.01"],
    "empty": [],
}
@pytest.fixture(scope="module")
def servers():
    probe = Probe()
    engine = open_engine(probe)
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres:
        for name, columns in TABLES.items():
            # The engine stores varchar(n) as VARCHAR and spells bytea BLOB.
            postgres.execute("CREATE TABLE %s (%s)" % (name, ", ".join(
                f'"{column}" {kind}' for column, kind in columns)))
            engine.execute("CREATE TABLE %s (%s)" % (name, ", ".join(
                f'"{column}" {engine_type(kind)}' for column, kind in columns)))
            for row in ROWS[name]:
                postgres.execute(f"INSERT INTO {name} VALUES ({row})")
                engine.execute(f"INSERT INTO {name} VALUES ({engine_row(row)})")
        yield probe, engine, postgres


def engine_type(kind):
    kind = re.sub(r"character varying\(\d+\)|text", "VARCHAR", kind)
    return kind.replace("bytea", "BLOB").replace("timestamp without time zone", "TIMESTAMP")


def engine_row(row):
    return re.sub(r"'\\x([0-9a-f]*)'", lambda hexes: "'" + "".join(
        "\\x" + hexes[1][i:i + 2] for i in range(0, len(hexes[1]), 2)) + "'::BLOB", row)


def plain(kind):
    return re.sub(r"\(.*\)", "", kind)


POSTGRES_TYPES = {"int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
                  "float8": "double precision", "bool": "boolean",
                  "varchar": "character varying", "timestamp": "timestamp without time zone",
                  "timestamptz": "timestamp with time zone", "name": "text"}


def cases():
    text = CASES.read_text()
    return [case.strip() for case in text.split(";\n")
            if case.strip() and not case.strip().startswith("-- end")]


def statement_of(case):
    return "\n".join(line for line in case.split("\n") if not line.startswith("--"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: "-".join(re.findall(r"\w+", case))[:60])
def test_value_and_type_agree(servers, case):
    probe, engine, postgres = servers
    sql = statement_of(case)
    written = probe.write(sql, TABLES)
    try:
        cursor = postgres.execute(sql)
        theirs = cursor.fetchall()
    except psycopg.Error as error:
        # What Postgres refuses is refused here or there, with the same SQLSTATE.
        if "sql" not in written:
            assert written["sqlstate"] == error.sqlstate, (written, error)
            if error.diag.statement_position and written["position"]:
                assert written["position"] == int(error.diag.statement_position), error
            return
        with pytest.raises(duckdb.Error) as failure:
            engine.execute(written["sql"]).fetchall()
        raised = re.search(r"firn:(\w{5}):", str(failure.value))
        assert raised is None or raised[1] == error.sqlstate, (failure.value, error)
        return
    assert "sql" in written, written
    names = [column.name for column in cursor.description]
    types = [POSTGRES_TYPES.get(plain(c.type_display), plain(c.type_display))
             for c in cursor.description]
    assert [field[0] for field in written["fields"]] == names
    assert [plain(field[1]) for field in written["fields"]] == types, written["sql"]
    relation = engine.execute(written["sql"])
    kinds = [str(column[1]) for column in relation.description]
    ours = fetch(relation)
    for kind, field in zip(kinds, written["fields"]):
        assert kind == engine_name(field[1]), (kind, field)
    assert len(ours) == len(theirs), (ours, theirs)
    if "order by" not in sql.lower():
        ours, theirs = sorted(ours, key=by_value), sorted(theirs, key=by_value)
    for mine, other in zip(ours, theirs):
        shown = f"\nfirn     {mine}\npostgres {other}\n{written['sql']}"
        assert all(map(same, mine, other, types)), shown


def engine_name(kind):
    names = {"text": "VARCHAR", "bytea": "BLOB", "real": "FLOAT", "double precision": "DOUBLE",
             "timestamp without time zone": "TIMESTAMP"}
    kind = names.get(kind, kind.upper())
    return re.sub(r"^NUMERIC", "DECIMAL", re.sub(r"^CHARACTER VARYING(\(\d+\))?", "VARCHAR", kind))
