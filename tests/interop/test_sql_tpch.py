"""TPC-H's 22 queries, on PostgreSQL 15 and as firn writes them for DuckDB, over the same rows."""

import glob
import pathlib
import sys

import duckdb
import psycopg
import pytest

from postgres_server import private_postgres
from sql_engine import Probe, fetch, open_engine, same

QUERIES = sorted(pathlib.Path(__file__).with_name("tpch").glob("q*.sql"))
SCALE = 0.01
TYPES = {"INTEGER": "integer", "BIGINT": "bigint", "VARCHAR": "text", "DATE": "date",
         "DECIMAL(15,2)": "numeric(15,2)"}


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    packages = [path for path in sys.path if path.endswith("site-packages")]
    found = [name for path in packages for name in glob.glob(
        path + "/duckdb_extension_tpch/**/tpch.duckdb_extension", recursive=True)]
    assert found, "the package duckdb-extension-tpch is not installed"
    probe = Probe()
    folder = tmp_path_factory.mktemp("tpch")
    engine = open_engine(probe)
    engine.execute(f"LOAD '{found[0]}'")
    engine.execute(f"CALL dbgen(sf = {SCALE})")
    tables = {}
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres:
        for (name,) in engine.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            described = engine.execute(f"DESCRIBE {name}").fetchall()
            tables[name] = [(row[0], TYPES[row[1]]) for row in described]
            columns = ", ".join(f"{column} {kind}" for column, kind in tables[name])
            postgres.execute(f"CREATE TABLE {name} ({columns})")
            engine.execute(f"COPY {name} TO '{folder}/{name}.csv' (HEADER false)")
            rows = (folder / f"{name}.csv").read_bytes()
            with postgres.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
                copy.write(rows)
        # Without it query 20 takes PostgreSQL a minute and a half.
        postgres.execute("CREATE INDEX ON lineitem (l_partkey)")
        postgres.execute("ANALYZE")
        yield probe, engine, postgres, tables


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_tpch_query_agrees(servers, path):
    probe, engine, postgres, tables = servers
    sql = path.read_text().strip().rstrip(";")
    written = probe.write(sql, tables)
    assert "sql" in written, written
    theirs = postgres.execute(sql).fetchall()
    ours = fetch(engine.execute(written["sql"]))
    kinds = [field[1] for field in written["fields"]]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        assert all(map(same, mine, other, kinds)), f"\nfirn     {mine}\npostgres {other}"


def test_all_22_are_here():
    assert [path.stem for path in QUERIES] == [f"q{n:02}" for n in range(1, 23)]
