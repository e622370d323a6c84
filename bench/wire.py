"""The wire alone: short prepared reads, large results, idle connections. The client is a socket, so
that what it costs is the same for both servers and small."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from commits import transactions_per_s
from controls import tree
from measures import Measure, row
from raw_protocol import Connection, SYNC, bind, describe, execute, parse
from stage import Stage

ENDS = (b"Z\0\0\0\x05I",)
RECEIVE_BYTES = 1 << 20
RESULT_TABLE = ("CREATE TABLE bench_result (id bigint, customer integer, price double precision, "
                "placed timestamp, status text, note text)")
RESULT_ROWS = """
  INSERT INTO bench_result
  SELECT i, i % 100003, i / 7.0, timestamp '2026-01-01' + i * interval '1 second',
         CASE i % 3 WHEN 0 THEN 'open' WHEN 1 THEN 'paid' ELSE NULL END,
         'a note of thirty-odd letters ' || i
  FROM generate_series(1, {rows}) AS s (i)
"""


def raw_connection(server) -> Connection:
    environment = server.client_environment()
    return Connection(int(environment["PGPORT"]), user=environment["PGUSER"],
                      database=environment["PGDATABASE"])


def fill_results(server, rows: int) -> None:
    with server.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_result")
        connection.execute(RESULT_TABLE)
        connection.execute(RESULT_ROWS.format(rows=rows))
        connection.execute("SELECT count(*) FROM bench_result")


def result_rows_per_s(server, rows: int, binary: bool) -> float:
    """From the request to the last byte of a result of all rows and columns."""
    connection = raw_connection(server)
    sent = (parse("SELECT * FROM bench_result") + bind(results=[1] if binary else []) + execute() +
            SYNC)
    tag = b"SELECT %d\0" % rows
    buffer = bytearray(RECEIVE_BYTES)
    tail = b""
    try:
        begun = time.perf_counter()
        connection.socket.sendall(sent)
        while not tail.endswith(ENDS):
            got = connection.socket.recv_into(buffer)
            if got == 0:
                raise EOFError(f"{server.name} has closed the connection")
            tail = (tail + buffer[max(got - 64, 0):got])[-64:]
        seconds = time.perf_counter() - begun
    finally:
        connection.close()
    if tag not in tail:
        raise RuntimeError(f"{server.name}: the result ended with {tail!r}")
    return rows / seconds


def resolution_us(server, times: int) -> float:
    """Microseconds of Parse and Describe of a statement over two tables, less those of an empty
    Parse and the Describe of the same statement prepared: the messages and replies are alike."""
    with server.connect() as session:
        for name in ("bench_a", "bench_b"):
            session.execute(f"CREATE TABLE IF NOT EXISTS {name} "
                            "(id bigint, x text, y numeric(10,2), z timestamptz)")
    sql = "SELECT a.x, b.y FROM bench_a a JOIN bench_b b ON a.id = b.id WHERE a.id = 7"
    connection = raw_connection(server)

    def seconds(message: bytes) -> float:
        begun = time.perf_counter()
        connection.socket.sendall(message)
        connection.until(b"Z")
        return time.perf_counter() - begun

    resolved = parse(sql) + describe("S") + SYNC
    prepared = parse("") + describe("S", "two") + SYNC
    try:
        seconds(parse(sql, "two") + SYNC)
        spent = [(seconds(resolved), seconds(prepared)) for _ in range(times)]
        return 1e6 * (statistics.median(one for one, _ in spent)
                      - statistics.median(other for _, other in spent))
    finally:
        connection.close()


def _resident_mb(pid: int) -> float:
    """What the server and its children hold; pages they share count once."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a child that has ended since it was listed
        for line in lines:
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def idle_connections_mb(server, count: int) -> float:
    """By how much connections that have run one statement and are idle make the server grow."""
    run = parse("SELECT 1") + bind() + execute() + SYNC
    with server.connect() as first:
        first.execute("SELECT 1")
        before = _resident_mb(server.pid())
        opened = []
        for _ in range(count):
            opened.append(raw_connection(server))
            opened[-1].socket.sendall(run)
            opened[-1].until(b"Z")
        grown = _resident_mb(server.pid()) - before
        for one in opened:
            one.close()
    return grown


@row("17")
def short_reads(stage: Stage) -> list[Measure]:
    """SELECT 1, prepared."""
    measures = []
    for clients in (1, 8):
        def rate(server, count=clients) -> float:
            return transactions_per_s(server, stage, "SELECT 1;\n", count)

        figures = stage.interleaved(firn=lambda r=rate: r(stage.firn),
                                    postgres=lambda r=rate: r(stage.postgres),
                                    null=lambda r=rate: r(stage.null))
        measures.append(Measure("17", f"SELECT 1 prepared, {clients} clients", "/s", figures,
                                "postgres"))
    return measures


@row("18")
def large_results(stage: Stage) -> list[Measure]:
    """A large result, drained by a socket."""
    rows = stage.size(1_000_000, 20_000)
    measures = []
    for server in (stage.firn, stage.postgres):
        fill_results(server, rows)
    for name, binary in (("text", False), ("binary", True)):
        figures = stage.interleaved(
            firn=lambda b=binary: result_rows_per_s(stage.firn, rows, b),
            postgres=lambda b=binary: result_rows_per_s(stage.postgres, rows, b))
        measures.append(Measure("18", f"result of {rows:,} rows, {name}", "rows/s", figures,
                                "postgres"))
    return measures


@row("19")
def idle_connections(stage: Stage) -> list[Measure]:
    """Memory of idle connections."""
    count = stage.size(500, 20)
    figures = stage.interleaved(3, firn=lambda: idle_connections_mb(stage.firn, count),
                                postgres=lambda: idle_connections_mb(stage.postgres, count))
    return [Measure("19", f"{count} idle connections", "MB", figures, "postgres", True)]


@row("20")
def resolution(stage: Stage) -> list[Measure]:
    """Grammar, names, types and rights of a statement over two tables: Parse and Describe."""
    times = stage.size(2000, 50)
    figures = stage.interleaved(firn=lambda: resolution_us(stage.firn, times),
                                postgres=lambda: resolution_us(stage.postgres, times))
    return [Measure("20", "resolve two tables", "µs", figures, "postgres", True)]
