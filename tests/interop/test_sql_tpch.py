"""TPC-H's 22 queries, on PostgreSQL 15 and over the wire on firn, over the same rows."""

import glob
import pathlib
import sys

import duckdb
import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

QUERIES = sorted(pathlib.Path(__file__).with_name("tpch").glob("q*.sql"))
SCALE = 0.01
TYPES = {"INTEGER": "integer", "BIGINT": "bigint", "VARCHAR": "text", "DATE": "date",
         "DECIMAL(15,2)": "numeric(15,2)"}


@pytest.fixture(scope="module")
def sessions(tmp_path_factory, firn):
    packages = [path for path in sys.path if path.endswith("site-packages")]
    found = [name for path in packages for name in glob.glob(
        path + "/duckdb_extension_tpch/**/tpch.duckdb_extension", recursive=True)]
    assert found, "the package duckdb-extension-tpch is not installed"
    folder = tmp_path_factory.mktemp("tpch")
    made = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    made.execute(f"LOAD '{found[0]}'")
    made.execute(f"CALL dbgen(sf = {SCALE})")
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        for (name,) in made.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            columns = ", ".join(f"{row[0]} {TYPES[row[1]]}"
                                for row in made.execute(f"DESCRIBE {name}").fetchall())
            made.execute(f"COPY {name} TO '{folder}/{name}.csv' (HEADER false)")
            rows = (folder / f"{name}.csv").read_bytes()
            for session in (postgres, ours):
                session.execute(f"CREATE TABLE {name} ({columns})")
                with session.cursor().copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
                    copy.write(rows)
        # Without it query 20 takes PostgreSQL a minute and a half.
        postgres.execute("CREATE INDEX ON lineitem (l_partkey)")
        postgres.execute("ANALYZE")
        yield ours, postgres


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_tpch_query_agrees(sessions, path):
    sql = path.read_text().strip().rstrip(";")
    ours, theirs = (ask(session, sql) for session in sessions)
    check(sql, ours, theirs)


def test_all_22_are_here():
    assert [path.stem for path in QUERIES] == [f"q{n:02}" for n in range(1, 23)]
