"""What a start reads back after a kill: large groups, one-row commits, and what is in the lake."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from commits import INSERT, INSERT_TABLE, pgbench
from firn_process import FirnProcess
from ingest import ROW_COLUMNS
from measures import Goal, Measure, row
from stage import KEEP_HOT, Stage

GROUP_ROWS = 8192


def load_groups(server: FirnProcess, megabytes: int, key: bool) -> None:
    """Transactions of GROUP_ROWS rows, each a group of the log, until it has so many MB."""
    columns = ROW_COLUMNS.replace("id bigint", "id bigint PRIMARY KEY") if key else ROW_COLUMNS
    with server.connect() as session:
        session.execute(f"CREATE TABLE kept {columns}")
        first = 0
        while log_bytes(server) < megabytes << 20:
            for _ in range(16):
                session.execute(
                    "INSERT INTO kept SELECT i, i * 7919 % 100003, i % 9973 * 1.25, timestamp "
                    "'2026-01-01' + i * interval '1 ms', lpad((i * 2654435761 % 1000000000000)"
                    "::text, 12, '0') || ' is a note of some fifty letters, as notes often are.' "
                    f"FROM generate_series({first}::bigint, {first + GROUP_ROWS - 1}) AS s (i)")
                first += GROUP_ROWS


def log_files(server: FirnProcess) -> list[Path]:
    return sorted((server.data / "log").glob("segment_*.arrow"))


def log_bytes(server: FirnProcess) -> int:
    return sum(path.stat().st_blocks * 512 for path in log_files(server))


def read_speed(program: Path, files: list[Path], how: str = "read") -> dict[str, float]:
    done = subprocess.run([str(program), how, *map(str, files)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def start_again(server: FirnProcess) -> float:
    """Seconds from the start of the program after a kill to its first answer."""
    server.kill9()
    begun = time.perf_counter()
    server.start(300)
    with server.connect() as session:
        session.execute("SELECT 1")
    return time.perf_counter() - begun


class KeptLog:
    """A server whose log is not flushed: starts again and again on the same."""

    def __init__(self, server: FirnProcess):
        self.server = server

    def start_mb_per_s(self) -> float:
        size = sum(path.stat().st_size for path in log_files(self.server)) / 1e6
        return size / start_again(self.server)

    def read_mb_per_s(self, program: Path) -> float:
        return read_speed(program, log_files(self.server))["mb_per_s"]

    def keep_mb_per_s(self, program: Path) -> float:
        """Into memory that stays, as a start needs it."""
        return read_speed(program, log_files(self.server), "keep")["mb_per_s"]

    def read_seconds(self, program: Path) -> float:
        return read_speed(program, log_files(self.server))["seconds"]


def single_row_commits(stage: Stage, server: FirnProcess, count: int) -> None:
    """Rows of one-row transactions, from clients enough to be quick about it."""
    with server.connect() as session:
        session.execute(INSERT_TABLE)

    class Named:
        name = "firn"
        client_environment = server.client_environment

    pgbench(Named, stage.folder, INSERT, "-c", "32", "-j", "2", "-t", str(count // 32))
    with server.connect() as session:
        (rows,) = session.execute("SELECT count(*) FROM bench_insert").fetchone()
        assert rows == count // 32 * 32


def store_rows(server: FirnProcess, rows: int) -> None:
    """So many rows in the lake, next to nothing in the log that is not there."""
    with server.connect() as session:
        session.execute("CREATE TABLE stored (id bigint, x float8)")
        step = min(rows, 5_000_000)
        for first in range(0, rows, step):
            session.execute(f"INSERT INTO stored SELECT i, i / 7.0 FROM generate_series("
                            f"{first + 1}, {first + step}) AS s (i)")
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO stored SELECT i, 0 FROM generate_series(1, 1000) AS s (i)")


@row("14")
def large_groups(stage: Stage) -> list[Measure]:
    """Starts after a kill: large groups in the log."""
    megabytes = stage.size(4096, 32)
    measures = []
    for key in (False, True):
        with stage.server("kept", KEEP_HOT) as server:
            kept = KeptLog(server)
            load_groups(server, megabytes, key)
            figures = stage.interleaved(
                firn=kept.start_mb_per_s, disk=lambda k=kept: k.read_mb_per_s(stage.limits),
                memory=lambda k=kept: k.keep_mb_per_s(stage.limits))
        what = f"start, {megabytes:,} MB of log{', key' if key else ''}"
        measures.append(Measure("14", what, "MB/s", figures, "disk",
                                goals=(Goal(0.7, "disk"), Goal(1000))))
    return measures


@row("14b")
def small_groups(stage: Stage) -> list[Measure]:
    """Starts after a kill: one-row commits in the log."""
    commits = stage.size(1_000_000, 1_600)
    with stage.server("kept", KEEP_HOT) as server:
        kept = KeptLog(server)
        single_row_commits(stage, server, commits)
        figures = stage.interleaved(firn=lambda: start_again(server),
                                    disk=lambda: kept.read_seconds(stage.limits))
    return [Measure("14b", f"start, {commits:,} 1-row commits", "s", figures, "disk", True,
                    (Goal(4),))]


@row("14c")
def rows_in_the_lake(stage: Stage) -> list[Measure]:
    """Starts after a kill: few rows and a hundred times as many in the lake."""
    few_rows = stage.size(1_000_000, 5_000)
    with stage.server("few", {}) as few, stage.server("many", {}) as many:
        store_rows(few, few_rows)
        store_rows(many, 100 * few_rows)
        figures = stage.interleaved(firn=lambda: start_again(many), few=lambda: start_again(few))
    what = f"start, {100 * few_rows:,} rows in the lake"
    return [Measure("14c", what, "s", figures, "few", True, (Goal(1.2, "few"),))]
