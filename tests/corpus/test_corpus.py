"""What may be asked, asked of PostgreSQL 15 and of firn: over rows in memory, rows in
data files, and both. Values, types, names and SQLSTATEs agree, or firn refuses with 0A000."""

from __future__ import annotations

import collections
import json
import os
from pathlib import Path

import pytest

from corpus.comparison import FUNCTIONS, NO_FLUSH, STATES, Answer, Statement, count, sessions_on
from corpus.generated import sample, statements
from corpus.page import refusals

FIRN_SETTINGS = NO_FLUSH
SAMPLE = 910
REFUSED_MAX = 0.05
SHOWN = 20
ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(os.environ.get("FIRN_CORPUS_RESULT", ROOT / "build" / "corpus.json"))
KINDS = list(dict.fromkeys(statement.kind for statement in statements()))


@pytest.fixture(scope="module")
def sessions(firn):
    with sessions_on(firn) as opened:
        yield opened


@pytest.fixture(scope="module")
def sampled(sessions) -> list[Answer]:
    return [answer for statement in sample(SAMPLE) for answer in sessions.compare(statement)]


def fail_if_wrong(answers: list[Answer]) -> None:
    wrong = [answer for answer in answers if answer.verdict == "wrong"]
    shown = "\n\n".join(f"{answer.statement.sql}  -- {answer.state}\n{answer.said}"
                        for answer in wrong[:SHOWN])
    assert not wrong, f"{len(wrong)} answers of {len(answers)} are wrong:\n{shown}"


def fail_if_many_are_refused(answers: list[Answer]) -> None:
    """Of a sample: as many of all statements as it lets expect, kind by kind."""
    sizes = collections.Counter(statement.kind for statement in statements())
    counts = count(answers)
    refused = sum(sizes[kind] * said["refused"] / said.total() for kind, said in counts.items())
    assert refused <= REFUSED_MAX * sizes.total(), f"{refused:.0f} of {sizes.total()}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_answered_as_by_postgres(sampled, kind):
    fail_if_wrong([answer for answer in sampled if answer.statement.kind == kind])


def test_few_of_the_sample_are_refused(sampled):
    fail_if_many_are_refused(sampled)


# That they are right over rows in memory is test_sql_functions.py.
@pytest.mark.parametrize("path", sorted(FUNCTIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_functions_give_the_same_over_data_files(sessions, path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("--")]
    if path.name == "setup.sql":
        lines = [f"TABLE {table} ORDER BY 1" for table in ("t", "o", "empty", "w", "none", "chars")]
    lines = [line for line in lines if "public." not in line]  # each state is a schema of its own
    fail_if_wrong([answer for line in lines
                   for answer in sessions.compare(Statement(path.stem, line), STATES[1:])])


@pytest.mark.slow
def test_every_statement_is_answered_as_by_postgres_or_refused(sessions):
    """Leaves the counts in build/corpus.json, which tools/corpus-page makes docs/corpus.md of."""
    answers = [answer for statement in statements() for answer in sessions.compare(statement)]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"kinds": count(answers), "refusals": refusals(answers)}))
    fail_if_wrong(answers)
    fail_if_many_are_refused(answers)
