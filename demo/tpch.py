"""The demo's input: TPC-H orders and lineitem from DuckDB's tpch extension, cut into chunks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Iterator, NamedTuple

import duckdb

from lake_readers import load_extensions, summary

TABLES = {
    "orders": """
        o_orderkey bigint NOT NULL, o_custkey bigint NOT NULL, o_orderstatus varchar(1) NOT NULL,
        o_totalprice numeric(15,2) NOT NULL, o_orderdate date NOT NULL,
        o_orderpriority varchar(15) NOT NULL, o_clerk varchar(15) NOT NULL,
        o_shippriority integer NOT NULL, o_comment varchar(79) NOT NULL""",
    "lineitem": """
        l_orderkey bigint NOT NULL, l_partkey bigint NOT NULL, l_suppkey bigint NOT NULL,
        l_linenumber bigint NOT NULL, l_quantity numeric(15,2) NOT NULL,
        l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL,
        l_tax numeric(15,2) NOT NULL, l_returnflag varchar(1) NOT NULL,
        l_linestatus varchar(1) NOT NULL, l_shipdate date NOT NULL, l_commitdate date NOT NULL,
        l_receiptdate date NOT NULL, l_shipinstruct varchar(25) NOT NULL,
        l_shipmode varchar(10) NOT NULL, l_comment varchar(44) NOT NULL""",
}
FIRST_KEY = {"orders": ("o_orderkey",), "lineitem": ("l_orderkey", "l_linenumber")}
PRICE_FIELD = 5  # of lineitem; no field before it is quoted


class Chunk(NamedTuple):
    """Some CSV lines of one table, loaded by one COPY in one transaction."""

    table: str
    data: bytes
    rows: int
    cents: int  # sum(l_extendedprice) of these rows in cents; 0 for orders

    def first_key(self) -> list[int]:
        """The values of FIRST_KEY of its first line: enough to ask whether it is there."""
        fields = self.data.split(b"\n", 1)[0].split(b",")
        return [int(fields[0])] + ([int(fields[3])] if self.table == "lineitem" else [])


class Source:
    """The generated rows, in DuckDB: what every answer is compared with."""

    def __init__(self, scale: float):
        self.connection = duckdb.connect()
        load_extensions(self.connection, "tpch")
        self.connection.execute(f"CALL dbgen(sf = {scale})")
        for table, columns in TABLES.items():
            # The types are firn's, so that sums, hashes and checksums compare like with like.
            self.connection.execute(f"CREATE TABLE typed_{table} ({columns})")
            self.connection.execute(f"INSERT INTO typed_{table} SELECT * FROM {table}")

    def rows(self, table: str) -> int:
        return self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def summary(self, table: str) -> dict:
        return summary(self.connection, f"typed_{table}")

    def chunks(self, table: str, rows: int) -> Iterator[Chunk]:
        """The whole table as CSV, so many lines at a time."""
        with tempfile.TemporaryDirectory(prefix="firn-demo-") as folder:
            path = Path(folder) / f"{table}.csv"
            self.connection.execute(f"COPY {table} TO '{path}' (FORMAT csv, HEADER false)")
            with path.open("rb") as lines:
                while part := [line for _, line in zip(range(rows), lines)]:
                    yield Chunk(table, b"".join(part), len(part), sum(map(cents_of, part))
                                if table == "lineitem" else 0)


def cents_of(line: bytes) -> int:
    """l_extendedprice of a line of lineitem, in cents."""
    units, _, fraction = line.split(b",", PRICE_FIELD + 1)[PRICE_FIELD].partition(b".")
    return int(units) * 100 + int(fraction.ljust(2, b"0"))
