#!/usr/bin/env python3
"""Measures firn beside its controls, interleaved: A, B, A, B … in the same minute, medians, ratios.

  bench/run.py --build build/release [--row 3] [--rounds 5] [--quick]

Durable means fdatasync before the answer, on both sides. Clients share the machine's cores with
the servers, and stay in the figure. Nothing is pinned. Writes a table to standard output and
build/bench.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "bench"))

from controls import Firn, Postgres, limits  # noqa: E402
from load import (  # noqa: E402
    KeptLog, LargeLoad, commit_p99_beside_flush, encoding_speed, load_groups, single_row_commits,
    start_again, stored_rows)
from measures import (  # noqa: E402
    Measure, copy_rows_per_s, hot_query_ms, insert_latency, insert_rate)
from wire import (  # noqa: E402
    fill_results, idle_connections_mb, resolution_us, result_rows_per_s, select_rate)


ROWS = ["1", "2", "3", "5", "7", "11", "11e", "14", "14b", "14c", "17", "18", "19", "20"]
BUSY_SHARE = 0.1  # of all processors, by other work, from where figures are not to be trusted


def rounds(count: int, **sides) -> dict[str, list]:
    """Runs every side once a round, so that all meet the same noise."""
    figures: dict[str, list] = {name: [] for name in sides}
    for _ in range(count):
        for name, measure in sides.items():
            figures[name].append(measure())
    return figures


class Bench:
    def __init__(self, build: Path, folder: Path, count: int, quick: bool):
        self.count = count
        self.seconds = 1 if quick else 5
        self.copy_rows = 50_000 if quick else 1_000_000
        self.result_rows = 50_000 if quick else 1_000_000
        self.idle_connections = 50 if quick else 500
        self.hot_rows = 100_000 if quick else 5_000_000
        self.load_mb = 64 if quick else 512
        self.flushed_rows = 100_000 if quick else 3_000_000
        self.log_mb = 64 if quick else 4096
        self.commits = 3_200 if quick else 1_000_000
        self.few_rows = 10_000 if quick else 1_000_000
        self.folder = folder
        self.limits = build / "bin" / "firn_limits"
        self.encoder = build / "bin" / "lake_encode_bench"
        self.encoded_rows = 50_000 if quick else 1_000_000
        self.firn = Firn(build / "bin" / "firn", folder / "firn")
        self.postgres = Postgres(folder / "postgres")

    def row_1(self) -> list[Measure]:
        """Loading ten times memory_limit by COPY, and what is resident meanwhile."""
        load = LargeLoad(self.firn.process.binary, self.folder, self.load_mb)
        figures = rounds(min(self.count, 3), firn=load.firn, parquet=load.encoding)
        what = f"COPY of 10 x {self.load_mb} MB: rows/s"
        resident = {"firn": load.resident, "memory_limit": [float(self.load_mb)]}
        return [Measure("1", what, figures, "parquet"),
                Measure("1", "  resident at the most: MB", resident, "memory_limit", True)]

    def row_11(self) -> list[Measure]:
        """One-row commits while a flush round runs, and while none does."""
        pairs = [commit_p99_beside_flush(self.firn, self.flushed_rows) for _ in range(self.count)]
        figures = {"firn": [beside for _, beside in pairs], "idle": [idle for idle, _ in pairs]}
        return [Measure("11", "1-row commit beside a flush: p99 ms", figures, "idle", True)]

    def row_11e(self) -> list[Measure]:
        """Flush encoding: one thread's Parquet beside Arrow's writer with its defaults."""
        figures = encoding_speed(self.encoder, self.folder, self.encoded_rows, self.count)
        measures = []
        for kind, values in figures.items():
            speed = f"flush encoding, {kind}: MB/CPU s"
            measures += [Measure("11e", speed, values["speed"], "arrow"),
                         Measure("11e", "  size of the file: MB", values["size"], "arrow", True)]
        return measures

    def row_14(self) -> list[Measure]:
        """Starts after a kill: large groups in the log."""
        measures = []
        binary, times = self.firn.process.binary, min(self.count, 5)
        for key in (False, True):
            kept = KeptLog(binary, self.folder / "kept")
            load_groups(kept.server, self.log_mb, key)
            figures = rounds(times, firn=kept.start_mb_per_s,
                             disk=lambda k=kept: k.read_mb_per_s(self.limits),
                             memory=lambda k=kept: k.keep_mb_per_s(self.limits))
            what = f"start, {self.log_mb} MB of log{', key' if key else ''}: MB/s"
            measures.append(Measure("14", what, figures, "disk"))
            kept.remove()
        return measures

    def row_14b(self) -> list[Measure]:
        """Starts after a kill: one-row commits in the log."""
        kept = KeptLog(self.firn.process.binary, self.folder / "kept")
        single_row_commits(kept, self.folder, self.commits)
        figures = rounds(self.count, firn=lambda: start_again(kept.server),
                         disk=lambda: kept.read_seconds(self.limits))
        kept.remove()
        return [Measure("14b", f"start, {self.commits:,} 1-row commits: s", figures, "disk", True)]

    def row_14c(self) -> list[Measure]:
        """Starts after a kill: few rows and many in the lake, and in the log that is kept."""
        binary = self.firn.process.binary
        few = stored_rows(binary, self.folder / "few", self.few_rows)
        many = stored_rows(binary, self.folder / "many", 100 * self.few_rows)
        figures = rounds(self.count, firn=lambda: start_again(many), few=lambda: start_again(few))
        what = f"start, {100 * self.few_rows // 1000:,}k rows in the lake: s"
        few.kill9()
        many.kill9()
        return [Measure("14c", what, figures, "few", True)]

    def row_2(self) -> list[Measure]:
        """One-row durable commit, one client."""
        figures = rounds(
            self.count,
            firn=lambda: insert_latency(self.firn, self.folder, self.seconds),
            postgres=lambda: insert_latency(self.postgres, self.folder, self.seconds),
            disk=lambda: limits(self.limits, self.folder, 2000)["p50_us"])
        return [Measure("2", "1-row commit, 1 client: p50 us", figures, control="postgres",
                        lower_is_better=True)]

    def row_3(self) -> list[Measure]:
        """One-row durable commits, 32 clients."""
        figures = rounds(
            self.count,
            firn=lambda: insert_rate(self.firn, self.folder, self.seconds, clients=32),
            postgres=lambda: insert_rate(self.postgres, self.folder, self.seconds, clients=32))
        return [Measure("3", "1-row commits/s, 32 clients", figures, control="postgres")]

    def row_5(self) -> list[Measure]:
        """COPY csv without a key."""
        figures = rounds(
            self.count,
            firn=lambda: copy_rows_per_s(self.firn, self.copy_rows),
            postgres=lambda: copy_rows_per_s(self.postgres, self.copy_rows))
        return [Measure("5a", "COPY csv, 72 B rows/s, no key", figures, control="postgres")]

    def row_7(self) -> list[Measure]:
        """Hot scans against a native DuckDB table of the same rows."""
        return hot_query_ms(self.firn, self.folder, self.hot_rows, self.count)

    def row_17(self) -> list[Measure]:
        """SELECT 1, prepared."""
        measures = []
        for clients in (1, 8):
            figures = rounds(
                self.count,
                firn=lambda n=clients: select_rate(self.firn, self.folder, self.seconds, n),
                postgres=lambda n=clients: select_rate(self.postgres, self.folder, self.seconds, n))
            measures.append(Measure("17", f"SELECT 1 prepared/s, {clients} clients", figures))
        return measures

    def row_18(self) -> list[Measure]:
        """A large result, drained by a socket."""
        measures = []
        rows = self.result_rows
        for server in (self.firn, self.postgres):
            fill_results(server, rows)
        for name, binary in (("text", False), ("binary", True)):
            figures = rounds(
                self.count,
                firn=lambda b=binary: result_rows_per_s(self.firn, rows, b),
                postgres=lambda b=binary: result_rows_per_s(self.postgres, rows, b))
            measures.append(Measure("18", f"result of {rows:,}, {name}: rows/s", figures))
        return measures

    def row_19(self) -> list[Measure]:
        """Memory of idle connections."""
        figures = rounds(
            min(self.count, 3),
            firn=lambda: idle_connections_mb(self.firn, self.idle_connections),
            postgres=lambda: idle_connections_mb(self.postgres, self.idle_connections))
        return [Measure("19", f"{self.idle_connections} idle connections: MB", figures,
                        lower_is_better=True)]

    def row_20(self) -> list[Measure]:
        """Grammar, names, types and rights of a statement over two tables: Parse and Describe."""
        figures = rounds(
            self.count,
            firn=lambda: resolution_us(self.firn),
            postgres=lambda: resolution_us(self.postgres))
        return [Measure("20", "resolve two tables: us", figures, control="postgres",
                        lower_is_better=True)]

    def stop(self) -> None:
        self.firn.stop()
        self.postgres.stop()


def others_share(seconds: float = 0.5) -> float:
    """What part of all processors other work takes, 0 to 1, while the benchmark waits."""
    def times() -> list[int]:
        return [int(n) for n in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]

    before = times()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(times(), before)]
    return 1 - (spent[3] + spent[4]) / max(sum(spent), 1)  # idle and iowait


def print_table(measures: list[Measure]) -> None:
    print(f"\n{'row':<4} {'what':<36} {'firn':>12} {'control':>22} {'ratio':>7}")
    for measure in measures:
        median = statistics.median(measure.figures["firn"])
        control = statistics.median(measure.figures[measure.control])
        print(f"{measure.row:<4} {measure.what:<36} {median:>12,.2f} "
              f"{measure.control + ' ' + format(control, ',.2f'):>22} {measure.ratio():>6.2f}x")
        for name, values in measure.figures.items():
            if name not in ("firn", measure.control):
                print(f"     {'  limit: ' + name:<36} {statistics.median(values):>12,.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--row", action="append", help=f"of {', '.join(ROWS)}; all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="only prove that it runs")
    options = parser.parse_args()
    options.build = options.build.resolve()  # pgbench runs in a folder of its own
    folder = Path(tempfile.mkdtemp(prefix="firn-bench-", dir=options.build))
    bench = Bench(options.build, folder, 1 if options.quick else options.rounds, options.quick)
    measures: list[Measure] = []
    busy = 0.0
    try:
        for row in options.row or ROWS:
            print(f"row {row}: {getattr(bench, f'row_{row}').__doc__}", flush=True)
            busy = max(busy, others_share())
            measures += getattr(bench, f"row_{row}")()
    finally:
        bench.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print_table(measures)
    if busy > BUSY_SHARE:
        print(f"\nOther work took {busy:.0%} of this machine: a thread that the disk wakes waits\n"
              "for the scheduler's next tick; no figure here says more than that it runs.")
    report = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
              "rounds": bench.count, "pinned": False, "others_share": round(busy, 2),
              "measures": [measure.as_json() for measure in measures]}
    (options.build / "bench.json").write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
