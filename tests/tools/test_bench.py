"""The benchmark runs, in its quick form, which measures nothing; its page says what it found."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from firn_process import PATIENCE, firn_binary

BENCH = Path(__file__).resolve().parents[2] / "bench"
ORDER = ["2", "3", "4", "5a", "5b", "7", "7c", "8a", "tpch", "files", "9", "11", "11e", "14", "14b",
         "14c", "hot", "wide", "17", "18", "19", "20"]
MORE = ("duckdb_extension_ducklake", "sqlalchemy")  # `tools/install-deps bench`


def load(name: str):
    sys.path.insert(0, str(BENCH))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCH))


@pytest.mark.alone
def test_every_row_runs(tmp_path):
    rows = [row for row in ORDER if row != "4" or all(map(importlib.util.find_spec, MORE))]
    told = tmp_path / "bench.json"
    ran = subprocess.run(
        [sys.executable, str(BENCH / "run.py"), "--quick", "--page",
         "--build", str(firn_binary().parents[1]), "--docs", str(tmp_path / "docs"),
         "--json", str(told), *(part for row in rows for part in ("--row", row))],
        capture_output=True, text=True, timeout=300 * PATIENCE, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    report = json.loads(told.read_text())
    assert list(report["rows"]) == rows
    assert {one["row"] for one in report["measures"]} == set(rows)
    page = (tmp_path / "docs" / "benchmarks.md").read_text()
    pictures = sorted((tmp_path / "docs" / "benchmarks").iterdir())
    for picture in pictures:
        ElementTree.parse(picture)
        assert f"(benchmarks/{picture.name})" in page
    assert len(pictures) >= len(rows) + 1


def test_a_goal_is_met_or_missed():
    measures = load("measures")
    less = measures.Measure("2", "commit", "µs", {"firn": [120, 130, 90], "limit": [100, 100]},
                            "limit", True, (measures.Goal(1.2, "limit"), measures.Goal(110)))
    assert [less.met(goal) for goal in less.goals] == [True, False]
    assert [round(less.score(goal), 3) for goal in less.goals] == [1, 0.917]
    assert [less.says(goal) for goal in less.goals] == ["≤ 1.2 × limit", "≤ 110 µs"]
    goals = (measures.Goal(2, "postgres"), measures.Goal(4, "postgres", True))
    more = measures.Measure("3", "rate", "/s", {"firn": [300], "postgres": [100]}, "postgres",
                            goals=goals)
    assert [more.met(goal) for goal in more.goals] == [True, False]
    assert measures.Measure.from_json(more.as_json()) == more
    none = measures.Measure("9", "stale", "reads", {"firn": [0]}, lower_is_better=True,
                            goals=(measures.Goal(0),))
    assert none.met(none.goals[0])


def test_numbers_have_three_digits_that_count():
    number = load("plot").number
    assert [number(value) for value in (0, 0.01234, 4.567, 131.4, 26_123.4, 2_612_345)] == [
        "0", "0.0123", "4.57", "131", "26,120", "2,612,000"]
