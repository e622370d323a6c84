"""What a run of the corpus came to, as data and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.comparison import Answer

TYPE_NAMES = re.compile(
    r"\b(smallint|integer|bigint|real|double precision|numeric|text|character varying|character|"
    r"bytea|date|timestamp without time zone|timestamp with time zone|timestamp|timestamptz|"
    r"time without time zone|time with time zone|time|timetz|interval|boolean|bool|uuid|jsonb?|"
    r"inet|cidr|oid|name|bpchar|any|int[248]|float[48])\b(\[\])*")
HEAD = """# What was asked of PostgreSQL 15 and of firn

Written by `tools/corpus-page` from a run of `tests/corpus/test_corpus.py` (`make test-slow`).
The statements are made by rule (`tests/corpus/generated.py`): every operator over every pair of
column types, every function over every type, every cast, and so on. Most of them are errors in
PostgreSQL, and firn must make the same ones. Each is asked over rows in memory, rows in data files,
and half and half. *Same*: values (floats to 12 digits), types, names and order, or the SQLSTATE.
*Refused*: firn says 0A000 where PostgreSQL answers or has another error. A third thing fails the
test.

| asked | statements | same | refused |
|---|--:|--:|--:|
"""
REFUSED_HEAD = """
## What is refused

By how many statements it met; … stands for a type.

| refused | hint | statements | for example |
|---|---|--:|---|
"""


def _part(said: str, name: str) -> str:
    found = re.search(rf"^{name}:\s+(.*)$", said, re.M)
    return found[1] if found else ""


def refusals(answers: Iterable[Answer]) -> list[dict]:
    """Each kind of refusal once: its message without types, its hint, how many, an example."""
    kinds: dict[tuple[str, str], dict[str, None]] = {}
    for answer in answers:
        if answer.verdict == "refused":
            what = TYPE_NAMES.sub("…", _part(answer.said, "ERROR"))
            key = (what, _part(answer.said, "HINT"))
            kinds.setdefault(key, {})[answer.statement.sql] = None
    found = [{"what": what, "hint": hint, "statements": len(asked), "example": next(iter(asked))}
             for (what, hint), asked in kinds.items()]
    return sorted(found, key=lambda one: (-one["statements"], one["what"]))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(result: dict) -> str:
    """The page of a run: {"kinds": {kind: {verdict: count}}, "refusals": …}."""
    lines = []
    total = {"same": 0, "refused": 0, "wrong": 0}
    for kind, counts in result["kinds"].items():
        for verdict, number in counts.items():
            total[verdict] += number
        lines.append(f"| {kind} | {sum(counts.values())} | {counts.get('same', 0)} | "
                     f"{counts.get('refused', 0)} |")
    if total["wrong"]:
        raise ValueError(f"{total['wrong']} answers are wrong: mend those first")
    lines.append(f"| **all** | **{sum(total.values())}** | **{total['same']}** | "
                 f"**{total['refused']}** |")
    said = [f"| {_cell(one['what'])} | {_cell(one['hint'])} | {one['statements']} | "
            f"`{_cell(one['example'])}` |" for one in result["refusals"]]
    return HEAD + "\n".join(lines) + "\n" + REFUSED_HEAD + "\n".join(said) + "\n"
