"""Rows in large amounts: COPY, loads larger than memory, what a flush costs and what it costs those
who write meanwhile, and what rows take in memory."""

from __future__ import annotations

import functools
import json
import shutil
import struct
import subprocess
import threading
import time
from pathlib import Path

import psycopg
import pyarrow
import pyarrow.parquet

from commits import fresh_table
from firn_process import FirnProcess
from measures import Goal, Measure, row
from process_figures import MostResident, status_number
from stage import KEEP_HOT, Stage

ROW_COLUMNS = "(id bigint, customer bigint, price float8, placed timestamp, note text)"
BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
BINARY_END = b"\xff\xff"
COPY_TABLE = ("CREATE TABLE bench_copy (id bigint, customer bigint, price numeric(12,2), "
              "placed timestamp, note text)")
COPY_PIECE = 10_000
PIECE = 100_000  # rows of a larger load's transaction
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
    return b"".join(rows) + BINARY_END


def record_batch(count: int) -> pyarrow.RecordBatch:
    """The same rows for Arrow."""
    ids, customers, prices, placed, notes = zip(*map(values_of, range(count)))
    return pyarrow.record_batch({
        "id": pyarrow.array(ids, pyarrow.int64()),
        "customer": pyarrow.array(customers, pyarrow.int64()),
        "price": pyarrow.array(prices, pyarrow.float64()),
        "placed": pyarrow.array(placed, pyarrow.timestamp("us")),
        "note": pyarrow.array(notes, pyarrow.string())})


def copy_pieces(session: psycopg.Connection, table: str, rows: int) -> None:
    """Loads so many rows in transactions of PIECE rows; what is less than one is left out."""
    for _ in range(rows // PIECE):
        with session.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
            copy.write(binary_rows(PIECE))


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


def commit_p99_beside_flush(server, rows: int, idle_seconds: float) -> tuple[float, float]:
    """p99 of one-row commits, in ms, with nothing else to do and while a flush round runs."""
    with server.connect() as session:
        session.execute(f"CREATE TABLE IF NOT EXISTS bench_flushed {ROW_COLUMNS}")
        session.execute("CREATE TABLE IF NOT EXISTS bench_small (id bigint, price float8, "
                        "note text)")
        copy_pieces(session, "bench_flushed", rows)
        with Commits(server) as commits:
            time.sleep(idle_seconds)
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
    """Several times memory_limit by COPY, in transactions of PIECE rows, and the same rows through
    Arrow's Parquet writer alone, in one thread as a flush round has."""

    def __init__(self, binary: Path, folder: Path, limit_mb: int, times: int):
        self.binary = binary
        self.folder = folder
        self.limit_mb = limit_mb
        self.times = times
        self.rows = times * (limit_mb << 20) // 101 // PIECE * PIECE
        self.resident: list[float] = []
        self.batch = self._batch()

    def _batch(self) -> pyarrow.RecordBatch:
        batch = record_batch(PIECE)
        lsns = batch.column("id")
        times = pyarrow.array([1] * PIECE, pyarrow.timestamp("us", "UTC"))
        return batch.append_column("__lsn", lsns).append_column("__timestamp", times)

    def firn(self) -> float:
        """Rows a second, until the last is in the lake."""
        server = FirnProcess(self.folder / "firn-load", self.binary,
                             {"memory_limit": f"{self.limit_mb}MB", "time_travel_window": "1s"})
        server.start()
        try:
            with server.connect() as session, MostResident(server.pid) as resident:
                session.execute(f"CREATE TABLE loaded {ROW_COLUMNS}")
                begun = time.perf_counter()
                copy_pieces(session, "loaded", self.rows)
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
                for _ in range(first, min(first + 1_000_000, self.rows), PIECE):
                    writer.write_batch(self.batch)
        seconds = time.perf_counter() - begun
        path.unlink()
        return self.rows / seconds


def csv_piece() -> bytes:
    """COPY_PIECE rows of 72 bytes."""
    return "".join(f"{i},{i * 7919 % 100003},{1 + i % 9973}.{i % 100:02d},2026-01-{1 + i % 28:02d} "
                   f"12:30:45,a note of thirty-odd letters {i % 1000}\n"
                   for i in range(COPY_PIECE)).encode()


def binary_piece() -> bytes:
    """The same rows in binary; a numeric is its digits to the base 10,000."""
    rows = []
    for i in range(COPY_PIECE):
        note = f"a note of thirty-odd letters {i % 1000}".encode()
        placed = PLACED_US + (i % 28 * 86_400 + 45_045) * 1_000_000
        rows.append(struct.pack(f"!hiqiqihhHhhhiqi{len(note)}s", 5, 8, i, 8, i * 7919 % 100003,
                                12, 2, 0, 0, 2, 1 + i % 9973, i % 100 * 100, 8, placed,
                                len(note), note))
    return b"".join(rows)


def copy_rows_per_s(server, rows: int, binary: bool) -> float:
    """COPY FROM STDIN in one transaction."""
    fresh_table(server, "bench_copy", COPY_TABLE)
    piece = binary_piece() if binary else csv_piece()
    pieces = rows // COPY_PIECE
    with server.connect() as connection, connection.cursor() as cursor:
        begun = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT "
                         f"{'binary' if binary else 'csv'})") as copy:
            if binary:
                copy.write(BINARY_HEADER)
            for _ in range(pieces):
                copy.write(piece)
            if binary:
                copy.write(BINARY_END)
        seconds = time.perf_counter() - begun
        (count,) = cursor.execute("SELECT count(*) FROM bench_copy").fetchone()
        if count != pieces * COPY_PIECE:
            raise RuntimeError(f"{server.name}: {count} rows after COPY of {rows}")
    return pieces * COPY_PIECE / seconds


@row("5a")
def copy_without_key(stage: Stage) -> list[Measure]:
    """COPY FROM of 72-byte rows, no key, csv and binary."""
    rows = stage.size(1_000_000, 20_000)
    measures = []
    for how, binary in (("csv", False), ("binary", True)):
        figures = stage.interleaved(
            firn=lambda b=binary: copy_rows_per_s(stage.firn, rows, b),
            postgres=lambda b=binary: copy_rows_per_s(stage.postgres, rows, b))
        measures.append(Measure("5a", f"COPY of {rows:,} rows, {how}", "rows/s", figures,
                                "postgres", goals=(Goal(3, "postgres"),)))
    return measures


@row("5b")
def large_load(stage: Stage) -> list[Measure]:
    """A load of ten times memory_limit, until the last row is in the lake."""
    limit_mb = stage.size(512, 64)
    load = LargeLoad(stage.binary, stage.folder, limit_mb, stage.size(10, 1))
    figures = stage.interleaved(3, firn=load.firn, parquet=load.encoding)
    resident = {"firn": load.resident, "memory_limit": [float(limit_mb)]}
    return [Measure("5b", f"COPY of {load.times} × {limit_mb} MB", "rows/s", figures, "parquet",
                    goals=(Goal(0.8, "parquet"),)),
            Measure("5b", "  resident at the most", "MB", resident, "memory_limit", True)]


@row("11")
def beside_a_flush(stage: Stage) -> list[Measure]:
    """One-row commits while a flush round runs, and while none does."""
    rows = stage.size(3_000_000, 100_000)
    idle_seconds = stage.size(2.0, 0.3)
    # All the rows wait for the round that is measured: commits beside it are enough for a p99.
    with stage.server("firn-flush", KEEP_HOT) as server:
        pairs = [commit_p99_beside_flush(server, rows, idle_seconds) for _ in range(stage.rounds)]
    figures = {"firn": [beside for _, beside in pairs], "idle": [idle for idle, _ in pairs]}
    return [Measure("11", "1-row commit beside a flush: p99", "ms", figures, "idle", True,
                    (Goal(2, "idle"),))]


@row("11e")
def flush_encoding(stage: Stage) -> list[Measure]:
    """Flush encoding: one thread's Parquet beside Arrow's writer with its defaults."""
    rows = stage.size(1_000_000, 20_000)
    measures = []
    for kind, values in encoding_speed(stage.encoder, stage.folder, rows, stage.rounds).items():
        measures += [
            Measure("11e", f"flush encoding, {kind}", "MB/CPU s", values["speed"], "arrow",
                    goals=(Goal(0.95, "arrow"), Goal(1.3, "arrow", True))),
            Measure("11e", "  size of the file", "MB", values["size"], "arrow", True,
                    (Goal(1.05, "arrow", True),))]
    return measures


@row("hot")
def hot_bytes(stage: Stage) -> list[Measure]:
    """What rows take in memory beside the bytes that Arrow gives them."""
    rows = stage.size(5_000_000, 200_000)
    batch = record_batch(PIECE)
    resident, counted = [], []
    for _ in range(min(stage.rounds, 3)):
        with stage.server("firn-hot", KEEP_HOT) as server, server.connect() as session:
            session.execute(f"CREATE TABLE held {ROW_COLUMNS}")
            copy_pieces(session, "held", PIECE)  # what the first use of anything takes
            before = status_number(server.pid, "RssAnon")
            for _ in range(rows // PIECE):
                copy_pieces(session, "held", PIECE)
            resident.append((status_number(server.pid, "RssAnon") - before) / 1024)
            (bytes_counted,) = session.execute(
                "SELECT hot_bytes FROM firn.tables WHERE name = 'held'").fetchone()
            counted.append(bytes_counted / (rows // PIECE + 1) * (rows // PIECE) / (1 << 20))
    arrow = [batch.nbytes * (rows // PIECE) / (1 << 20)] * len(resident)
    what = f"memory of {rows:,} hot rows"
    return [Measure("hot", what + ", resident", "MB", {"firn": resident, "arrow": arrow}, "arrow",
                    True, (Goal(1.15, "arrow"),)),
            Measure("hot", what + ", as it counts", "MB", {"firn": counted, "arrow": arrow},
                    "arrow", True, (Goal(1.15, "arrow"),))]
