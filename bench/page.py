#!/usr/bin/env python3
"""The page of one run, docs/benchmarks.md with its pictures, from bench.json; where the time goes
is told by bench/profile.md, which is written by hand and put at its end.

  bench/page.py build/release/bench.json [--docs docs]     writes it again
"""

from __future__ import annotations

import argparse
import json
import shutil
from importlib.metadata import version
from pathlib import Path

import plot
from measures import POSTGRES_SETTINGS, Goal, Measure

ROOT = Path(__file__).resolve().parent.parent
PROFILE = ROOT / "bench" / "profile.md"
HEAD = """# Benchmarks

One run of `make bench`, written by it; no figure but those of the last section is by hand.
{at}, commit {commit}, {minutes:.0f} minutes.

- The machine: {processor}, {processors} processors, {memory_gb} GB, {disk}, Linux {kernel}. Other
  work took {others_share:.0%} of it at the most.
- firn and its control run in turn, {rounds} times (long loads less often), in the same minutes;
  figures are medians, `spread` is the least and the most of the rounds' ratios. Only ratios say
  much: another machine has other figures.
- Durable means fdatasync before the answer, on both sides. Clients share the processors with the
  servers, and what they take is in the figure. Nothing is pinned but where it says so.
- What firn must come to was written down before; a dream is what would be more than that.
- Controls: PostgreSQL 15 with {postgres} and its defaults for the rest, DuckDB {duckdb}, Arrow
  {arrow}.

{warning}"""
NOTES = {
    "2": "`disk` is a bare write and fdatasync of the same size, `wire` the same client's round "
         "trip to a server that answers at once and does nothing, `limit` the sum of the two.",
    "3": "`bare` is a group commit with nothing to it: a mutex, a condition variable, records of "
         "128 bytes, 32 threads, no network.",
    "4": "DuckLake keeps such rows in its catalog, a DuckDB file; its client and PyIceberg's "
         "are in the process, firn's (pgbench) is behind the wire.",
    "5b": "`parquet` is one thread of Arrow's writer over the same rows, nothing else.",
    "7": "firn's time is the client's without the wire's share, which is the median round trip of "
         "the same client to a server that does nothing. `native` is DuckDB's own table in memory, "
         "`parquet` DuckDB over a file with the same rows, both in the client's process.",
    "7c": "Made-up rows (bench/clickbench/hits.sql), timed as row 7.",
    "8a": "`read_parquet` is DuckDB over firn's own data files and one with the rows that firn has "
          "in memory.",
    "tpch": "Answers are compared with DuckDB's. Timed as row 7.",
    "9": "Eight pairs of connections: one commits, the other then counts, beside larger commits "
         "and flush rounds.",
    "11e": "Per second of the processor; Arrow's writer has its defaults.",
    "14": "`disk` is an O_DIRECT read of the same files, `memory` one into fresh memory.",
}
ENGINES = {"native": "DuckDB's own table", "parquet": "DuckDB on Parquet",
           "read_parquet": "DuckDB's read_parquet"}


def came_to(measure: Measure, goal: Goal) -> str:
    value = measure.value(goal)
    return f"{value:.2f} ×" if goal.of else plot.number(value)


def table(measures: list[Measure]) -> list[str]:
    lines = ["| what | firn | control | ratio | spread | goal | |", "|---|---|---|---|---|---|---|"]
    for measure in measures:
        control, ratio, spread = "", "", ""
        if measure.control:
            side = measure.control
            control = f"{side} {plot.number(measure.median(side))}"
            ratio = f"{measure.ratio():.2f} ×"
            rounds = [one / other for one, other in
                      zip(measure.figures["firn"], measure.figures[side]) if other]
            if len(rounds) > 1:
                spread = f"{min(rounds):.2f}–{max(rounds):.2f}"
        goals = measure.goals or (None,)
        for at, goal in enumerate(goals):
            says, verdict = "", ""
            if goal:
                says = ("dream " if goal.dream else "") + measure.says(goal)
                met = "met" if measure.met(goal) else "not met" if goal.dream else "**missed**"
                verdict = f"{met} ({came_to(measure, goal)})"
            own = [f"{measure.what.strip()}, {measure.unit}", plot.number(measure.median()),
                   control, ratio, spread] if at == 0 else [""] * 5
            lines.append("| " + " | ".join([*own, says, verdict]) + " |")
    return lines


def section(name: str, title: str, measures: list[Measure], folder: Path) -> list[str]:
    """A row: its pictures, its table."""
    shown = [measure for measure in measures if not measure.detail]
    details = [measure for measure in measures if measure.detail]
    (folder / f"{name}.svg").write_text(plot.bars(shown, title))
    lines = [f"## {name}. {title}", "", f"![{title}](benchmarks/{name}.svg)", ""]
    for side, called in ENGINES.items():
        if not details or side not in details[0].figures:
            continue
        (folder / f"{name}-{side}.svg").write_text(plot.queries(details, side, called))
        lines += [f"![each query beside {called}](benchmarks/{name}-{side}.svg)", ""]
    if name in NOTES:
        lines += [NOTES[name], ""]
    return [*lines, *table(shown), ""]


def write_page(report: dict, docs: Path) -> None:
    """docs/benchmarks.md and docs/benchmarks/*.svg; pictures of another run go."""
    folder = docs / "benchmarks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    measures = [Measure.from_json(one) for one in report["measures"]]
    warning = report.get("warning", "")
    said = {**report, **report["machine"], "postgres": ", ".join(POSTGRES_SETTINGS),
            "duckdb": version("duckdb"), "arrow": version("pyarrow"),
            "warning": f"**{warning}**\n\n" if warning else ""}
    lines = HEAD.format(**said).splitlines()
    goals = [(measure, goal) for measure in measures if not measure.detail
             for goal in plot.musts(measure)]
    missed = [(measure, goal) for measure, goal in goals if not measure.met(goal)]
    (folder / "overview.svg").write_text(plot.overview(measures, "What must be, and how far it is"))
    lines += [f"{len(goals) - len(missed)} of {len(goals)} goals are met.", ""]
    if missed:
        lines += ["| missed | goal | came to |", "|---|---|---|"]
        lines += [f"| {one.row}. {one.what.strip()}, {one.unit} | {one.says(goal)} | "
                  f"{came_to(one, goal)} |" for one, goal in missed]
        lines.append("")
    lines += ["![what must be, and how far it is](benchmarks/overview.svg)", ""]
    for name, title in report["rows"].items():
        own = [measure for measure in measures if measure.row == name]
        lines += section(name, title, own, folder)
    lines.append(PROFILE.read_text())
    (docs / "benchmarks.md").write_text("\n".join(lines).rstrip() + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json", type=Path)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    write_page(json.loads(options.json.read_text()), options.docs)


if __name__ == "__main__":
    main()
