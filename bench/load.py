"""Under load: what a start reads back, what a flush costs those who write meanwhile, and loads
larger than memory. Each beside what the disk or Parquet's own writer does with the same bytes."""

from __future__ import annotations

import functools
import json
import shutil
import statistics
import struct
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pyarrow
import pyarrow.parquet

from firn_process import FirnProcess
from measures import pgbench
from process_figures import MostResident

# Nothing is flushed: what a start reads back is the whole log.
KEEP_LOG = {"memory_limit": "200GB", "flush_bytes": "1TB", "flush_log_bytes": "1TB",
            "flush_groups": "1000000000", "flush_interval": "10d", "log_bytes_max": "1TB"}
GROUP_ROWS = 8192
ROW_COLUMNS = "(id bigint, customer bigint, price float8, placed timestamp, note text)"
BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)


NOTE = "{:012d} is a note of some fifty letters, as notes often are."
PLACED_US = 820_000_000_000_000  # since 2000-01-01


def values_of(number: int) -> tuple[int, int, float, int, str]:
    """Row `number`: 101 bytes of Arrow."""
    return (number, number * 7919 % 100003, number % 9973 * 1.25, PLACED_US + number * 1000,
            NOTE.format(number * 2654435761 % 10**12))


@functools.cache
def binary_rows(count: int) -> bytes:
    """The first rows, as binary COPY takes them."""
    pack = struct.Struct("!hiqiqidiqi65s").pack
    rows = [BINARY_HEADER]
    for number in range(count):
        row_id, customer, price, placed, note = values_of(number)
        rows.append(pack(5, 8, row_id, 8, customer, 8, price, 8, placed, 65, note.encode()))
    return b"".join(rows) + b"\xff\xff"


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

    def __init__(self, binary: Path, folder: Path):
        self.server = FirnProcess(folder, binary, KEEP_LOG)
        self.server.start()

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

    def remove(self) -> None:
        self.server.kill9()
        shutil.rmtree(self.server.data)


def single_row_commits(kept: KeptLog, folder: Path, count: int) -> None:
    """Rows of one-row transactions, from clients enough to be quick about it."""
    with kept.server.connect() as session:
        session.execute("CREATE TABLE bench_insert (id bigint, price float8, note text)")

    class Named:
        name = "firn"
        client_environment = kept.server.client_environment

    pgbench(Named, folder, "-c", "32", "-j", "2", "-t", str(count // 32))
    with kept.server.connect() as session:
        (rows,) = session.execute("SELECT count(*) FROM bench_insert").fetchone()
        assert rows == count // 32 * 32


def stored_rows(binary: Path, folder: Path, rows: int) -> FirnProcess:
    """A server with so many rows in the lake, next to nothing in the log that is not there, and
    whatever log a server keeps by default."""
    server = FirnProcess(folder, binary, {}).start()
    with server.connect() as session:
        session.execute("CREATE TABLE stored (id bigint, x float8)")
        step = min(rows, 5_000_000)
        for first in range(0, rows, step):
            session.execute(f"INSERT INTO stored SELECT i, i / 7.0 FROM generate_series("
                            f"{first + 1}, {first + step}) AS s (i)")
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO stored SELECT i, 0 FROM generate_series(1, 1000) AS s (i)")
    return server


class Commits:
    """One client that commits a row at a time, for as long as the block runs."""

    def __init__(self, server):
        self.server = server
        self.times: list[tuple[float, float]] = []  # when begun, how long
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self.server.connect() as session:
            insert = "INSERT INTO bench_small VALUES (%s, 12.5, 'a row beside a flush')"
            while not self._end.is_set():
                begun = time.perf_counter()
                session.execute(insert, (len(self.times),), prepare=True)
                self.times.append((begun, time.perf_counter() - begun))

    def __enter__(self) -> Commits:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        self._thread.join()


def p99_ms(times: list[float]) -> float:
    return 1000 * sorted(times)[len(times) * 99 // 100]


def commit_p99_beside_flush(server, rows: int) -> tuple[float, float]:
    """p99 of one-row commits, in ms, with nothing else to do and while a flush round runs."""
    with server.connect() as session:
        session.execute(f"CREATE TABLE IF NOT EXISTS bench_flushed {ROW_COLUMNS}")
        session.execute("CREATE TABLE IF NOT EXISTS bench_small (id bigint, price float8, "
                        "note text)")
        with session.cursor().copy("COPY bench_flushed FROM STDIN (FORMAT binary)") as copy:
            piece = binary_rows(100_000)
            copy.write(BINARY_HEADER)
            for _ in range(rows // 100_000):
                copy.write(piece[len(BINARY_HEADER):-2])
            copy.write(b"\xff\xff")
        with Commits(server) as commits:
            time.sleep(2)
            begun = time.perf_counter()
            session.execute("CHECKPOINT")
            ended = time.perf_counter()
    idle = [took for at, took in commits.times if at < begun][10:]
    beside = [took for at, took in commits.times if begun <= at < ended]
    return p99_ms(idle), p99_ms(beside)


def encoding_speed(program: Path, folder: Path, rows: int, rounds: int) -> dict[str, dict]:
    """For each kind of rows and writer of lake_encode_bench: MB a second of the processor, and of
    the file. The first round is left out: its memory is new."""
    done = subprocess.run([str(program), str(folder), str(rows), str(rounds + 1)], check=True,
                          capture_output=True, text=True)
    figures: dict[str, dict] = {}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        kind = figures.setdefault(one["rows"], {"speed": {}, "size": {}})
        kind["speed"].setdefault(one["who"], []).append(one["mb_per_s"])
        kind["size"].setdefault(one["who"], []).append(one["file_mb"])
    for kind in figures.values():
        kind["speed"] = {who: values[1:] for who, values in kind["speed"].items()}
    return figures


class LargeLoad:
    """Ten times memory_limit by COPY, in transactions of 100,000 rows, and the same rows through
    Arrow's Parquet writer alone, in one thread as a flush round has."""

    PIECE = 100_000

    def __init__(self, binary: Path, folder: Path, limit_mb: int, times: int = 10):
        self.binary = binary
        self.folder = folder
        self.limit_mb = limit_mb
        self.rows = times * (limit_mb << 20) // 101 // self.PIECE * self.PIECE
        self.resident: list[float] = []
        self.piece = binary_rows(self.PIECE)
        self.batch = self._batch()

    def _batch(self) -> pyarrow.RecordBatch:
        ids, customers, prices, placed, notes = zip(*map(values_of, range(self.PIECE)))
        return pyarrow.record_batch({
            "id": pyarrow.array(ids, pyarrow.int64()),
            "customer": pyarrow.array(customers, pyarrow.int64()),
            "price": pyarrow.array(prices, pyarrow.float64()),
            "placed": pyarrow.array(placed, pyarrow.timestamp("us")),
            "note": pyarrow.array(notes, pyarrow.string()),
            "__lsn": pyarrow.array(ids, pyarrow.int64()),
            "__timestamp": pyarrow.array([1] * self.PIECE, pyarrow.timestamp("us", "UTC"))})

    def firn(self) -> float:
        """Rows a second, until the last is in the lake."""
        server = FirnProcess(self.folder / "firn-load", self.binary,
                             {"memory_limit": f"{self.limit_mb}MB", "time_travel_window": "1s"})
        server.start()
        try:
            with server.connect() as session, MostResident(server.pid) as resident:
                session.execute(f"CREATE TABLE loaded {ROW_COLUMNS}")
                begun = time.perf_counter()
                for _ in range(0, self.rows, self.PIECE):
                    with session.cursor().copy("COPY loaded FROM STDIN (FORMAT binary)") as copy:
                        copy.write(self.piece)
                session.execute("CHECKPOINT")
                seconds = time.perf_counter() - begun
                (count,) = session.execute("SELECT count(*) FROM loaded").fetchone()
            assert count == self.rows
            self.resident.append(resident.most / (1 << 20))
            return self.rows / seconds
        finally:
            server.kill9()
            shutil.rmtree(server.data)

    def encoding(self) -> float:
        """Rows a second of parquet::arrow with zstd 1, into files of the size of a round's."""
        path = self.folder / "encoded.parquet"
        begun = time.perf_counter()
        for first in range(0, self.rows, 1_000_000):
            with pyarrow.parquet.ParquetWriter(
                    path, self.batch.schema, compression="zstd", compression_level=1,
                    use_dictionary=["customer", "price"],
                    column_encoding={"id": "PLAIN", "placed": "PLAIN", "note": "PLAIN",
                                     "__lsn": "DELTA_BINARY_PACKED",
                                     "__timestamp": "DELTA_BINARY_PACKED"}) as writer:
                for _ in range(first, min(first + 1_000_000, self.rows), self.PIECE):
                    writer.write_batch(self.batch)
        seconds = time.perf_counter() - begun
        path.unlink()
        return self.rows / seconds
