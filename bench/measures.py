"""One figure each: what is done, and how it is timed."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

INSERT_SCRIPT = "INSERT INTO bench_insert VALUES (:client_id, 12.5, 'a row of the benchmark');\n"
INSERT_TABLE = "CREATE TABLE bench_insert (id bigint, price double precision, note text)"

# Ten queries over rows (id, customer, status, price, quantity, note).
HOT_QUERIES = {
    "count(*)": "SELECT count(*) FROM hot",
    "sum int": "SELECT sum(quantity) FROM hot",
    "sum double": "SELECT sum(price) FROM hot",
    "filtered sum": "SELECT sum(price) FROM hot WHERE quantity > 25 AND status = 'open'",
    "group by 5 strings": "SELECT status, count(*), sum(price) FROM hot GROUP BY status",
    "group by 100k keys": "SELECT count(*) FROM (SELECT customer, sum(price) FROM hot "
                          "GROUP BY customer) g",
    "like": "SELECT count(*) FROM hot WHERE note LIKE '%999%'",
    "top 10": "SELECT id, price FROM hot ORDER BY price DESC LIMIT 10",
    "min and max": "SELECT min(price), max(price), min(id), max(id) FROM hot",
    "distinct": "SELECT count(DISTINCT quantity) FROM hot",
}
HOT_ROWS = """
  SELECT i AS id, (hash(i) % 100000)::bigint AS customer,
         (['open', 'paid', 'sent', 'done', 'void'])[1 + (hash(i + 1) % 5)::int] AS status,
         (hash(i + 2) % 1000000)::double / 100 AS price,
         (hash(i + 3) % 50)::int AS quantity, 'note ' || (hash(i + 4) % 1000000) AS note
  FROM range({rows}) t(i)
"""
HOT_TABLE = ("CREATE TABLE hot (id bigint, customer bigint, status text, price double precision, "
             "quantity integer, note text)")


@dataclass
class Measure:
    row: str
    what: str
    figures: dict[str, list[float]] = field(default_factory=dict)
    control: str = "postgres"
    lower_is_better: bool = False

    def ratio(self) -> float:
        """How many times as good as the control."""
        ours = statistics.median(self.figures["firn"])
        control = statistics.median(self.figures[self.control])
        return control / ours if self.lower_is_better else ours / control

    def as_json(self) -> dict:
        return {"row": self.row, "what": self.what, "control": self.control,
                "ratio": round(self.ratio(), 3), "figures": self.figures,
                "medians": {name: statistics.median(v) for name, v in self.figures.items()}}


def pgbench(server, folder: Path, *arguments: str) -> str:
    script = folder / "insert.sql"
    script.write_text(INSERT_SCRIPT)
    done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", str(script), *arguments],
                          env=server.client_environment(), cwd=folder, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pgbench on {server.name}: {done.stderr}")
    return done.stdout


def fresh_table(server, name: str, create: str) -> None:
    with server.connect() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute(create)


def insert_latency(server, folder: Path, seconds: int) -> float:
    """Median of one client's single-row INSERTs in microseconds, from pgbench's own log."""
    fresh_table(server, "bench_insert", INSERT_TABLE)
    for old in folder.glob("latency.*"):
        old.unlink()
    pgbench(server, folder, "-c", "1", "-T", str(seconds), "-l", "--log-prefix=latency")
    times = [int(line.split()[2]) for log in folder.glob("latency.*")
             for line in log.read_text().splitlines()]
    return float(statistics.median(times))


def insert_rate(server, folder: Path, seconds: int, clients: int) -> float:
    """Single-row INSERTs per second of many clients."""
    fresh_table(server, "bench_insert", INSERT_TABLE)
    out = pgbench(server, folder, "-c", str(clients), "-j", "2", "-T", str(seconds))
    return float(re.search(r"tps = ([0-9.]+)", out).group(1))


def copy_rows_per_s(server, rows: int) -> float:
    """COPY FROM STDIN csv of 72-byte rows in one transaction."""
    fresh_table(server, "bench_copy", "CREATE TABLE bench_copy (id bigint, customer bigint, "
                "price numeric(12,2), placed timestamp, note text)")
    lines = [f"{i},{i * 7919 % 100003},{i % 9973}.{i % 100:02d},2026-01-{1 + i % 28:02d} "
             f"12:30:45,a note of thirty-odd letters {i % 1000}\n" for i in range(10_000)]
    chunk = "".join(lines).encode()
    with server.connect() as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv)") as copy:
            for _ in range(rows // len(lines)):
                copy.write(chunk)
        seconds = time.perf_counter() - begun
        (count,) = cursor.execute("SELECT count(*) FROM bench_copy").fetchone()
        if count != rows // len(lines) * len(lines):
            raise RuntimeError(f"{server.name}: {count} rows after COPY of {rows}")
    return rows / seconds


def hot_query_ms(firn, folder: Path, rows: int, count: int) -> list[Measure]:
    """Every hot query in firn (over the wire) and in a native DuckDB table, results compared."""
    native = duckdb.connect()
    native.execute("SET threads = 2")
    native.execute(f"CREATE TABLE hot AS {HOT_ROWS.format(rows=rows)}")
    csv = folder / "hot.csv"
    native.execute(f"COPY hot TO '{csv}' (FORMAT csv, HEADER false)")
    fresh_table(firn, "hot", HOT_TABLE)
    measures = []
    with firn.connect() as connection, connection.cursor() as cursor:
        with csv.open("rb") as source, cursor.copy("COPY hot FROM STDIN (FORMAT csv)") as copy:
            while block := source.read(1 << 20):
                copy.write(block)
        for name, sql in HOT_QUERIES.items():
            figures: dict[str, list[float]] = {"firn": [], "duckdb": []}
            for _ in range(count):
                for side, run in (("firn", lambda: cursor.execute(sql).fetchall()),
                                  ("duckdb", lambda: native.execute(sql).fetchall())):
                    begun = time.perf_counter()
                    run()
                    figures[side].append((time.perf_counter() - begun) * 1000)
            measures.append(Measure("7", f"{name}, {rows:,} rows: ms", figures, "duckdb", True))
    return measures
