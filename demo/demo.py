#!/usr/bin/env python3
"""The two-minute tour: TPC-H orders and lineitem go in, are seen at once, survive a kill -9, and
come out as Iceberg tables that PyIceberg and DuckDB read. Exits non-zero when anything disagrees.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
from firn_process import FirnProcess  # noqa: E402
from lake_readers import (data_files, differences, summary_by_duckdb,  # noqa: E402
                          summary_by_pyiceberg, table_folder)
from loader import CONNECTIONS, Disagreement, Loader  # noqa: E402
from probe import QUERY, Counts, Probe  # noqa: E402
from tpch import TABLES, Chunk, Source, cents_of  # noqa: E402

# The first half is loaded as fast as it goes; the second in small transactions, a few for each
# question of the reader.
FAST_ROWS, ASKED_ROWS, SINGLE_CHUNKS = 2000, 125, 48
MIN_PROBES, MIN_INSERTS, INSERT_SECONDS = 1000, 500, 60
STARTED = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


@dataclass
class Figures:
    """What the demo measured, and everything that disagreed."""

    rows: int = 0
    bytes: int = 0
    fast_rows: int = 0
    fast_seconds: float = 0
    commits: list[float] = field(default_factory=list)
    probes: int = 0
    probes_loading: int = 0
    stale: int = 0
    lake_files: int = 0
    lake_bytes: int = 0
    agree: dict[str, bool] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def percentile(self, part: float) -> float:
        """Of the commit times, in milliseconds."""
        ordered = sorted(self.commits)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0

    def table(self) -> str:
        lines = [
            ("rows", f"{self.rows:,}"),
            ("MB", f"{self.bytes / 1e6:.1f}"),
            ("rows/s", f"{self.fast_rows / self.fast_seconds:,.0f}" if self.fast_seconds else "-"),
            ("commit p50", f"{self.percentile(0.5):.2f} ms"),
            ("commit p99", f"{self.percentile(0.99):.2f} ms"),
            ("stale reads", f"{self.stale} of {self.probes:,}"),
            ("asked during COPY", f"{self.probes_loading:,}"),
            ("lake files", f"{self.lake_files}"),
            ("lake MB", f"{self.lake_bytes / 1e6:.1f}"),
            *((f"{reader} agrees", "yes" if agrees else "NO")
              for reader, agrees in self.agree.items()),
        ]
        return "\n".join(f"  {name:<18} {value:>14}" for name, value in lines)


class Demo:
    """The steps of the tour, in order."""

    def __init__(self, server: FirnProcess, scale: float):
        self.server = server
        self.figures = Figures()
        self.counts = Counts()
        self.probe = Probe(server.ports_path, self.counts)
        say(f"generating TPC-H orders and lineitem, scale factor {scale:g}")
        self.source = Source(scale)

    def run(self) -> Figures:
        fast, asked, single = self._cut()
        self.server.start()
        say(f"firn is ready after {self.server.seconds_to_ready:.2f} s; "
            f"its Postgres port is {self.server.ports['pg']}")
        with self.server.connect() as session:
            for table, columns in TABLES.items():
                session.execute(f"CREATE TABLE {table} ({columns})")
        self.probe.start()
        try:
            self._load(fast, asked)
            self._insert(single)
            if not self.probe.alive:
                self.figures.wrong.append("the reader failed")
        finally:
            self.probe.stop()
            self.figures.probes, self.figures.stale = self.probe.probes, self.probe.stale
            self.figures.probes_loading = self.probe.while_loading
        self._judge_probe()
        self._compare_sums()
        self._compare_lake()
        return self.figures

    def _cut(self) -> tuple[list[Chunk], list[Chunk], list[Chunk]]:
        """Chunks for COPY, the tables mixed, in large and in small ones; and some of lineitem for
        single-row INSERTs."""
        halves: dict[str, tuple[list[Chunk], list[Chunk]]] = {}
        for table in ("orders", "lineitem"):
            large = list(self.source.chunks(table, FAST_ROWS))
            fast = large[:len(large) // 2]
            small = list(self.source.chunks(table, ASKED_ROWS))
            halves[table] = fast, small[len(fast) * FAST_ROWS // ASKED_ROWS:]
        lines = halves["lineitem"][1]
        held_back = min(SINGLE_CHUNKS, len(lines) // 4)
        single = [lines.pop() for _ in range(held_back)]
        return (self._mixed(halves["orders"][0], halves["lineitem"][0]),
                self._mixed(halves["orders"][1], lines), single)

    @staticmethod
    def _mixed(orders: list[Chunk], lines: list[Chunk]) -> list[Chunk]:
        step = max(1, len(lines) // max(1, len(orders)))
        mixed: list[Chunk] = []
        while orders or lines:
            mixed += orders[:1] + lines[:step]
            orders, lines = orders[1:], lines[step:]
        return mixed

    def _load(self, fast: list[Chunk], asked: list[Chunk]) -> None:
        say(f"COPY over {CONNECTIONS} connections, {FAST_ROWS:,} rows a transaction, while a "
            "reader asks count(*) and sum(l_extendedprice)")
        loader = Loader(self.server, self.counts, fast + asked, self.probe)
        begun = time.monotonic()
        loader.start()
        self._progress(loader, 0.1, 0.2)
        self._checkpoint("CHECKPOINT under load")
        self.figures.fast_rows = self._progress(loader, 0.3, 0.4)
        self.figures.fast_seconds = time.monotonic() - begun
        loader.expect_kill = True
        self.server.kill9()
        loader.join()
        say("kill -9; starting again on the same folder")
        self.server.start()
        say(f"  ready after {self.server.seconds_to_ready:.2f} s")
        with self.server.connect() as session:
            found, missing = loader.settle(session)
        say(f"  every acknowledged row is there; of {found + missing} transactions on the way "
            f"{found} made it, {missing} left no trace")
        say(f"COPY goes on with {ASKED_ROWS} rows a transaction, a few for each question")
        loader.waits_for_reader = True
        loader.start()
        self._progress(loader, 0.6, 0.7, 0.8, 0.9, 1.0)
        loader.join()
        self.figures.rows = loader.total_rows
        self.figures.bytes = sum(len(chunk.data) for chunk in fast + asked)

    def _progress(self, loader: Loader, *fractions: float) -> int:
        for fraction in fractions:
            rows = loader.wait_for(fraction)
            say(f"  {rows:>9,} rows acknowledged, {self.probe.probes:,} probes, "
                f"{self.probe.stale} stale")
        return rows

    def _checkpoint(self, title: str) -> None:
        begun = time.monotonic()
        with self.server.connect() as session:
            session.execute("CHECKPOINT")
        say(f"  {title}: {time.monotonic() - begun:.2f} s")

    def _insert(self, chunks: list[Chunk]) -> None:
        """Single-row INSERTs, each timed, until the reader has asked often enough."""
        say("single-row INSERTs, each a transaction")
        lines = [line for chunk in chunks for line in chunk.data.splitlines(keepends=True)]
        query = f"INSERT INTO lineitem VALUES ({', '.join(['%s'] * 16)})"
        deadline = time.monotonic() + INSERT_SECONDS
        sent = 0
        with self.server.connect() as session:
            for line, values in zip(lines, csv.reader(line.decode() for line in lines)):
                self.counts.send(1, cents_of(line))
                begun = time.monotonic()
                session.execute(query, values)
                self.figures.commits.append(time.monotonic() - begun)
                self.counts.acknowledge(1, cents_of(line))
                sent += 1
                if sent >= MIN_INSERTS and self._probed_enough(deadline):
                    break
            rest = lines[sent:]
            cents = sum(map(cents_of, rest))
            self.counts.send(len(rest), cents)
            with session.cursor().copy("COPY lineitem FROM STDIN (FORMAT csv)") as copy:
                copy.write(b"".join(rest))
            self.counts.acknowledge(len(rest), cents)
        say(f"  {sent:,} rows, p50 {self.figures.percentile(0.5):.2f} ms, "
            f"p99 {self.figures.percentile(0.99):.2f} ms")

    def _probed_enough(self, deadline: float) -> bool:
        """True when the reader is done; else when it has asked about the latest row."""
        before = self.probe.probes
        while self.probe.probes < MIN_PROBES and time.monotonic() < deadline:
            if self.probe.probes > before:
                return False
            if not self.probe.alive:
                return True
            time.sleep(0.0005)
        return True

    def _judge_probe(self) -> None:
        say(f"the reader asked {self.probe.probes:,} times, each after an acknowledgement: "
            f"{self.probe.stale} stale answers")
        if 2 * self.probe.while_loading < MIN_PROBES:
            self.figures.wrong.append(f"only {self.probe.while_loading} probes while COPY was "
                                      f"loading, want {MIN_PROBES // 2}")
        if self.probe.probes < MIN_PROBES:
            self.figures.wrong.append(f"only {self.probe.probes} probes, want {MIN_PROBES}")
        if self.probe.stale or self.probe.impossible:
            self.figures.wrong.append(f"{self.probe.stale} stale answers, {self.probe.impossible} "
                                      "with more rows than were sent")

    def _compare_sums(self) -> None:
        """With nothing under way the answers are exact."""
        with self.server.connect() as session:
            rows, total = session.execute(QUERY).fetchone()
            orders = session.execute("SELECT count(*) FROM orders").fetchone()[0]
        got = (rows, int(total * 100), orders)
        want = (*self.counts.acknowledged(), self.source.rows("orders"))
        if got != want or rows != self.source.rows("lineitem"):
            self.figures.wrong.append(f"over SQL: want {want}, got {got}")
        self._checkpoint("CHECKPOINT")

    def _compare_lake(self) -> None:
        for reader, read in (("PyIceberg", summary_by_pyiceberg), ("DuckDB", summary_by_duckdb)):
            wrong = []
            for table in TABLES:
                folder = table_folder(self.server.data, table)
                wrong += [f"{reader}, {table}: {line}"
                          for line in differences(self.source.summary(table), read(folder))]
            self.figures.agree[reader] = not wrong
            self.figures.wrong += wrong
            say(f"{reader} reads the tables: {'they agree' if not wrong else 'THEY DIFFER'}")
        for table in TABLES:
            files = data_files(table_folder(self.server.data, table))
            self.figures.lake_files += len(files)
            self.figures.lake_bytes += sum(path.stat().st_size for path in files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firn", type=Path, help="the program (build/release/bin/firn)")
    parser.add_argument("--scale", type=float, default=0.1, help="TPC-H scale factor")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    options = parser.parse_args()

    scratch = Path(tempfile.mkdtemp(prefix="firn-demo-"))
    server = FirnProcess(scratch / "data", binary=options.firn and options.firn.resolve())
    try:
        figures = Demo(server, options.scale).run()
        code = server.stop()
        if code != 0:
            figures.wrong.append(f"SIGTERM ended in exit code {code}")
    except (Disagreement, psycopg.Error, RuntimeError, TimeoutError, OSError) as error:
        print(f"\n{error}\n{server.output()[-3000:]}", file=sys.stderr)
        return 1
    finally:
        server.kill9()
        if options.keep:
            say(f"kept: {server.data}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)
    say("done\n")
    print(figures.table())
    for line in figures.wrong:
        print(f"  WRONG: {line}")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
