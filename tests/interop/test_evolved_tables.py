"""Tables that were altered, as PyIceberg and DuckDB read them from the warehouse."""

from __future__ import annotations

from pathlib import Path

import psycopg
from lake_readers import duckdb_relation, duckdb_with_iceberg, pyiceberg_rows, table_folder

Rows = tuple[list[str], list[tuple]]


def by_pyiceberg(folder: Path) -> Rows:
    arrow = pyiceberg_rows(folder)
    return arrow.column_names, sorted((tuple(row.values()) for row in arrow.to_pylist()), key=repr)


def by_duckdb(folder: Path) -> Rows:
    cursor = duckdb_with_iceberg().execute(f"SELECT * FROM {duckdb_relation(folder)}")
    return [column[0] for column in cursor.description], sorted(cursor.fetchall(), key=repr)


def by_firn(session: psycopg.Connection, table: str) -> Rows:
    cursor = session.execute(f"SELECT * FROM {table}")
    return [column.name for column in cursor.description], sorted(cursor.fetchall(), key=repr)


def test_an_altered_table_is_read_alike_by_everybody(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.autocommit = True
        for statement in (
            "CREATE TABLE t (id int, price numeric(6,2), name varchar(4), gone int)",
            "INSERT INTO t VALUES (1, 1.25, 'a', 10), (2, NULL, 'b', 20)",
            "CHECKPOINT",
            "ALTER TABLE t ADD COLUMN added text, ALTER COLUMN id TYPE bigint",
            "ALTER TABLE t ALTER COLUMN price TYPE numeric(12,2), ALTER COLUMN name TYPE text",
            "ALTER TABLE t RENAME COLUMN name TO label",
            "INSERT INTO t VALUES (3000000000, 1234567.50, 'longer', 30, 'new')",
            "ALTER TABLE t DROP COLUMN gone",
            "ALTER TABLE t ADD PRIMARY KEY (id)",
            "INSERT INTO t VALUES (4, 4, 'd', 'four')",
            "CHECKPOINT",
        ):
            session.execute(statement)
        folder = table_folder(server.data, "t")
        expected = by_firn(session, "t")
        assert len(expected[1]) == 4
        assert by_pyiceberg(folder) == expected
        assert by_duckdb(folder) == expected
        session.execute("INSERT INTO t VALUES (5, 5, 'e', 'five')")
        session.execute("TRUNCATE t")
        session.execute("INSERT INTO t VALUES (6, 6, 'f', 'six')")
        session.execute("CHECKPOINT")
        expected = by_firn(session, "t")
        assert len(expected[1]) == 1
        assert by_pyiceberg(folder) == expected
        assert by_duckdb(folder) == expected
