"""docs/guide/operations.md names every setting, metric and relation as the server has them."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "operations.md"


def rows(columns: int, prefix: str = "") -> list[tuple[str, ...]]:
    """The page's table rows of that many columns whose first one is a name in backquotes."""
    found = re.findall(rf"^\| `({re.escape(prefix)}[\w.]+)` \|(.*)\|$", PAGE.read_text(), re.M)
    split = [(name, *(cell.strip() for cell in rest.split(" | "))) for name, rest in found]
    return [row for row in split if len(row) == columns]


def test_every_setting_is_there_with_its_default(firn, tmp_path):
    shown = firn.command("config", "--data", str(tmp_path)).stdout.splitlines()[2:]
    cells = [tuple(cell.strip() for cell in line.split(" | ")) for line in shown if " | " in line]
    settings = [(name, "./firn-data" if name == "data" else value, words)
                for name, value, _, words in cells]
    assert len(settings) > 20
    assert [(name, value, words) for name, value, words in rows(3)] == settings


def test_every_metric_is_there(firn_server, tmp_path):
    (tmp_path / "archive").mkdir()
    server = firn_server(arguments=("--log-archive", f"file://{tmp_path}/archive"))
    with urllib.request.urlopen(server.http("/metrics"), timeout=20) as answer:
        helps = re.findall(r"^# HELP (\w+) (.*)$", answer.read().decode(), re.M)
    assert [tuple(row) for name in ("firn_", "process_") for row in rows(2, name)] == helps


def test_every_relation_is_there(firn):
    named = [name for name, _ in rows(2, "firn.")]
    with firn.connect() as session:
        for name in named:
            session.execute(f"SELECT * FROM {name}")
    assert len(named) == 7
