"""The wire alone: short prepared reads, large results, idle connections. The client is a socket, so
that what it costs is the same for both servers and small."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from pathlib import Path

from raw_protocol import Connection, SYNC, bind, describe, execute, parse

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


def select_rate(server, folder: Path, seconds: int, clients: int) -> float:
    """Prepared SELECT 1 a second."""
    script = folder / "select.sql"
    script.write_text("SELECT 1;\n")
    done = subprocess.run(
        ["pgbench", "-n", "-M", "prepared", "-f", str(script), "-c", str(clients), "-j",
         str(min(clients, 2)), "-T", str(seconds)],
        env=server.client_environment(), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pgbench on {server.name}: {done.stderr}")
    return float(re.search(r"tps = ([0-9.]+)", done.stdout).group(1))


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


def resolution_us(server, times: int = 2000) -> float:
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


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _tree(int(child)))]


def _resident_mb(pid: int) -> float:
    """What the server and its children hold; pages they share count once."""
    total = 0
    for one in _tree(pid):
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
