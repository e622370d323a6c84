#!/usr/bin/env python3
"""A mixed load for some minutes: what grows that should not?

  bench/soak.py --firn build/release/bin/firn [--seconds 540]

Writers of single rows and of batches, a keyed table with conflicts, readers, open cursors, DDL,
clients that come and go, cancels, flush rounds. Samples the server's memory, files, threads and
log, prints them, and fails when one grows: over the second half the line through its samples must
not rise by more than a tenth of its level and an allowance.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from firn_process import FirnProcess  # noqa: E402
from process_figures import open_files, resident_bytes, status_number  # noqa: E402

SAMPLES = 120
# The log is kept for seconds only, so that its size comes to rest within the run.
SETTINGS = {"memory_limit": "512MB", "flush_interval": "5s", "flush_bytes": "8MB",
            "time_travel_window": "5s", "segment_bytes_max": "16MB", "snapshot_age_max": "3s",
            "log_level": "warn"}
GROWTH = 0.10  # of the level, over the second half
ALLOWANCE = {"memory_mb": 24.0, "files": 8.0, "threads": 4.0, "log_mb": 32.0, "temp_mb": 4.0}
EXPECTED = {"72000", "57014", "40001", "42P01", "42P07", "23505"}


class Load:
    """Threads that do one thing each, again and again, on connections of their own."""

    def __init__(self, server: FirnProcess, seconds: float):
        self.server = server
        self.until = time.monotonic() + seconds
        self.done: dict[str, int] = {}
        self.told: dict[str, int] = {}  # errors that such a load meets, by SQLSTATE
        self.broken: list[str] = []
        self._mutex = threading.Lock()

    def work(self, name: str, turn) -> None:
        """Runs turn(session, number) until the end; a new session after each error."""
        number = 0
        while time.monotonic() < self.until and not self.broken:
            try:
                with self.server.connect() as session:
                    while time.monotonic() < self.until and not self.broken:
                        turn(session, number)
                        number += 1
                        with self._mutex:
                            self.done[name] = self.done.get(name, 0) + 1
                        if number % 500 == 0:
                            break  # on another connection
            except psycopg.Error as error:
                number += 1
                with self._mutex:
                    if error.sqlstate in EXPECTED:
                        self.told[error.sqlstate] = self.told.get(error.sqlstate, 0) + 1
                    else:
                        self.broken.append(f"{name}: {error.sqlstate}: {error}")

    def threads(self) -> list[threading.Thread]:
        turns = {"insert": insert, "batch": batch, "keyed": keyed, "read": read,
                 "lookup": lookup, "cursor": cursor, "ddl": ddl, "connect": self.connect,
                 "cancel": self.cancel, "idle": idle}
        return [threading.Thread(target=self.work, args=(name, turn), name=name)
                for name, turn in turns.items()]

    def connect(self, _session: psycopg.Connection, _number: int) -> None:
        with self.server.connect() as other:
            other.execute("SELECT 1")
        time.sleep(0.01)

    def cancel(self, session: psycopg.Connection, _number: int) -> None:
        stop = threading.Timer(0.2, session.cancel)
        stop.start()
        try:
            session.execute("SELECT count(*) FROM rows a, rows b WHERE a.n * b.n % 7 = 3")
        finally:
            stop.join()
            time.sleep(0.3)


def insert(session: psycopg.Connection, number: int) -> None:
    session.execute("INSERT INTO rows VALUES (%s, %s)", (number, f"row {number}"))


def batch(session: psycopg.Connection, number: int) -> None:
    with session.cursor().copy("COPY rows FROM STDIN") as copy:
        copy.write("".join(f"{number}\t{i * 7919 % 10007} a note\n" for i in range(2000)).encode())
    if number % 20 == 19:
        session.execute("TRUNCATE rows")  # the amount of data comes to rest too
    time.sleep(0.05)


def keyed(session: psycopg.Connection, number: int) -> None:
    if number % 1000 == 0:
        session.execute("TRUNCATE keyed")
    session.execute("INSERT INTO keyed VALUES (%s, 1)",
                    (number % 1000 if number % 50 else random.randrange(1000),))


def read(session: psycopg.Connection, number: int) -> None:
    session.execute("SELECT n % 10, count(*), max(note) FROM rows GROUP BY 1 ORDER BY 2 DESC")
    time.sleep(0.02)


def lookup(session: psycopg.Connection, number: int) -> None:
    session.execute("SELECT * FROM keyed WHERE id = %s", (number % 2000,))


def cursor(session: psycopg.Connection, _number: int) -> None:
    with session.transaction(), session.cursor("held") as held:
        held.execute("SELECT * FROM rows ORDER BY note")
        held.fetchmany(10)
        time.sleep(random.choice((0.1, 0.5, 4)))
        held.fetchmany(10)


def ddl(session: psycopg.Connection, number: int) -> None:
    session.execute("DROP TABLE IF EXISTS made")
    session.execute("CREATE TABLE made (n bigint, x text)")
    session.execute("INSERT INTO made SELECT i, 'x' FROM generate_series(1, 1000) AS s (i)")
    session.execute(f"ALTER TABLE made ADD COLUMN more{number % 9} int")
    session.execute("DROP TABLE made")
    time.sleep(0.1)


def idle(session: psycopg.Connection, _number: int) -> None:
    with session.transaction():
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        session.execute("SELECT count(*) FROM rows")
        time.sleep(5)


def folder_mb(folder: Path) -> float:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total / (1 << 20)


def sample(server: FirnProcess) -> dict[str, float]:
    return {"memory_mb": resident_bytes(server.pid) / (1 << 20),
            "files": float(open_files(server.pid)),
            "threads": float(status_number(server.pid, "Threads")),
            "log_mb": folder_mb(server.data / "log"),
            "temp_mb": folder_mb(server.data / "tmp")}


def rise(values: list[float]) -> float:
    """By how much the line through the second half goes up, from its start to its end."""
    half = values[len(values) // 2:]
    return statistics.linear_regression(range(len(half)), half).slope * (len(half) - 1)


def report(samples: list[dict[str, float]], load: Load) -> list[str]:
    """Prints the table; what grew."""
    grew = []
    print(f"\n{'':<12}{'first':>10}{'half':>10}{'last':>10}{'most':>10}{'rise':>10}{'allowed':>10}")
    for name in ALLOWANCE:
        values = [one[name] for one in samples]
        half = values[len(values) // 2:]
        allowed = ALLOWANCE[name] + GROWTH * statistics.mean(half)
        up = rise(values)
        print(f"{name:<12}{values[0]:>10.1f}{half[0]:>10.1f}{values[-1]:>10.1f}{max(values):>10.1f}"
              f"{up:>10.1f}{allowed:>10.1f}{'  GROWS' if up > allowed else ''}")
        if up > allowed:
            grew.append(name)
    print("done:   " + ", ".join(f"{name} {count:,}" for name, count in sorted(load.done.items())))
    print("errors: " + (", ".join(f"{state} {count}" for state, count in sorted(load.told.items()))
                        or "none"))
    return grew


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firn", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=540)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="firn-soak-"))
    server = FirnProcess(folder / "data", options.firn.resolve(), SETTINGS).start()
    try:
        with server.connect() as session:
            session.execute("CREATE TABLE rows (n bigint, note text)")
            session.execute("CREATE TABLE keyed (id bigint PRIMARY KEY, x int)")
        load = Load(server, options.seconds)
        threads = load.threads()
        for thread in threads:
            thread.start()
        samples = []
        while time.monotonic() < load.until and not load.broken:
            samples.append(sample(server))
            time.sleep(options.seconds / SAMPLES)
        for thread in threads:
            thread.join()
        grew = report(samples, load)
        stopped = server.stop()
        for line in load.broken:
            print(f"broken: {line}")
        idle_ones = [thread.name for thread in threads if not load.done.get(thread.name)]
        print(f"{options.seconds:.0f} s: " + (
            "flat" if not (grew or load.broken or stopped or idle_ones) else
            f"grew: {grew}, broken: {len(load.broken)}, exit {stopped}, never done: {idle_ones}"))
        return 1 if grew or load.broken or stopped or idle_ones else 0
    finally:
        server.kill9()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
