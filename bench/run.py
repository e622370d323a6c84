#!/usr/bin/env python3
"""Measures firn beside its controls, interleaved: A, B, A, B … in the same minute, medians, ratios.

  bench/run.py --build build/release [--row 3 --row 5a] [--rounds 5] [--quick] [--page]

Durable means fdatasync before the answer, on both sides. Clients share the machine's cores with
the servers, and stay in the figure. Nothing is pinned but where a row says so. Prints a table as it
goes; a run of all rows also writes bench.json into the build folder and docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
for folder in ("tools", "tests", "bench"):
    sys.path.insert(0, str(ROOT / folder))

import clickbench  # noqa: E402, F401 (rows enter themselves)
import files  # noqa: E402, F401
import queries  # noqa: E402, F401
import starts  # noqa: E402, F401
import tpch  # noqa: E402, F401
import wire  # noqa: E402, F401
from measures import ROWS, Measure  # noqa: E402
from page import write_page  # noqa: E402
from stage import Stage  # noqa: E402

ORDER = ["2", "3", "4", "5a", "5b", "7", "7c", "8a", "tpch", "files", "9", "11", "11e", "14", "14b",
         "14c", "hot", "wide", "17", "18", "19", "20"]
BUSY_SHARE = 0.1  # of all processors, by other work, from where figures are not to be trusted
QUIET_SECONDS = 30  # a row waits so long for what the row before has left at work
BUSY = (
    "Up to {busy:.0%} of this machine was taken by something else when a row began: a thread that "
    "the disk wakes waits for the scheduler's next tick, and small differences say nothing.")


def others_share(seconds: float = 0.5) -> float:
    """What part of all processors other work takes, 0 to 1, while the benchmark waits."""
    def times() -> list[int]:
        return [int(n) for n in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]

    before = times()
    time.sleep(seconds)
    spent = [now - then for now, then in zip(times(), before)]
    return 1 - (spent[3] + spent[4]) / max(sum(spent), 1)  # idle and iowait


def quiet_share() -> float:
    """others_share() when it is low, or when it is time to begin all the same."""
    end = time.monotonic() + QUIET_SECONDS
    while (share := others_share()) > BUSY_SHARE / 2 and time.monotonic() < end:
        pass
    return share


def machine(folder: Path) -> dict[str, str | int]:
    """What the figures belong to."""
    def told(path: str, name: str) -> str:
        lines = Path(path).read_text().splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")

    disk = subprocess.run(["findmnt", "-no", "FSTYPE", "-T", str(folder)], capture_output=True,
                          text=True, check=False).stdout.strip()
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"processor": told("/proc/cpuinfo", "model name"), "processors": os.cpu_count() or 1,
            "memory_gb": round(int(told("/proc/meminfo", "MemTotal").split()[0]) / 1e6),
            "disk": disk, "kernel": platform.release(), "commit": commit}


def print_figures(measures: list[Measure]) -> None:
    for measure in measures:
        if measure.detail:
            continue
        control, ratio = "", ""
        if measure.control:
            control = f"{measure.control} {measure.median(measure.control):,.2f}"
            ratio = f"{measure.ratio():.2f}x"
        goals = ", ".join(
            f"{'dream ' if goal.dream else ''}{measure.says(goal)}: "
            f"{'met' if measure.met(goal) else 'MISSED' if not goal.dream else 'not met'}"
            for goal in measure.goals)
        print(f"{measure.row:<5} {measure.what + ', ' + measure.unit:<46} "
              f"{measure.median():>13,.2f} {control:>24} {ratio:>8}  {goals}")
        for side in measure.figures:
            if side not in ("firn", measure.control):
                print(f"{'':<5} {'  ' + side:<46} {measure.median(side):>13,.2f}")


def measure_rows(stage: Stage, names: list[str], path: Path | None) -> dict:
    """The report; its figures are printed, and written to `path`, as soon as they are there."""
    measures: list[Measure] = []
    busy, began = 0.0, time.time()
    print(f"{'row':<5} {'what':<46} {'firn':>13} {'control':>24} {'firn/it':>8}  must")
    for at, name in enumerate(names):
        busy = max(busy, others_share(0.1) if stage.quick else quiet_share())
        begun = time.monotonic()
        measures += (new := ROWS[name].measure(stage))
        print(f"\n{name}: {ROWS[name].title}, {time.monotonic() - begun:.0f} s")
        print_figures(new)
        sys.stdout.flush()
        if path is not None:
            report = report_of(stage, names[:at + 1], measures, busy, began)
            path.write_text(json.dumps(report, indent=1) + "\n")
    return report_of(stage, names, measures, busy, began)


def report_of(stage: Stage, names: list[str], measures: list[Measure], busy: float,
              began: float) -> dict:
    report = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "minutes": round((time.time() - began) / 60, 1), "rounds": stage.rounds,
        "quick": stage.quick, "pinned": False, "others_share": round(busy, 2),
        "machine": machine(stage.folder),
        "rows": {name: ROWS[name].title for name in names},
        "measures": [measure.as_json() for measure in measures]}
    if busy > BUSY_SHARE:
        report["warning"] = BUSY.format(busy=busy)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--row", action="append", choices=ORDER, metavar="ROW",
                        help=f"of {', '.join(ORDER)}; all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="only prove that it runs")
    parser.add_argument("--page", action="store_true",
                        help="write the page and the JSON for a run of some rows too")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the page goes")
    parser.add_argument("--json", type=Path, help="where the figures go; bench.json of the build")
    options = parser.parse_args()
    build = options.build.resolve()  # pgbench runs in a folder of its own
    folder = Path(tempfile.mkdtemp(prefix="firn-bench-", dir=build))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are stopped then too
    stage = Stage(build, folder, 1 if options.quick else options.rounds, options.quick)
    keep = options.page or not (options.row or options.quick)
    path = options.json or build / "bench.json" if keep else None
    try:
        report = measure_rows(stage, options.row or ORDER, path)
    finally:
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if "warning" in report:
        print("\n" + report["warning"])
    if keep:
        write_page(report, options.docs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
