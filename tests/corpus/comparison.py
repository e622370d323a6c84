"""The same tables on a PostgreSQL and, in three states, on firn; and what both answer.

Hot: every row is in memory. Flushed: every row is in data files. Mixed: the first half is in data
files, the rest in memory. Each state is a schema of firn's, so a statement is asked by search_path.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg

from corpus.generated import Statement
from postgres_server import private_postgres
from sql_wire import ask, check

STATES = ("hot", "flushed", "mixed")
NO_FLUSH = {"flush_interval": "1d", "flush_bytes": "1GB"}
FUNCTIONS = Path(__file__).parents[1] / "interop" / "functions"
SETUPS = (FUNCTIONS / "setup.sql", Path(__file__).with_name("setup.sql"))
# Each table, and which rows are its first half.
TABLES = {"t": "id <= 3", "w": "id <= 3", "o": "id <= 2", "empty": "true", "none": "true",
          "chars": "id <= 2", "fitted": "true"}
REFUSED = "0A000"
BEFORE_THE_ROWS = "42"  # errors of this class do not depend on what a table holds


class Answer(NamedTuple):
    """One statement over one state: "same", "refused" (by firn, 0A000), or "wrong"."""

    statement: Statement
    state: str
    verdict: str
    said: str  # why, unless the same


class Sessions(NamedTuple):
    """A session on PostgreSQL, and one on firn for each state."""

    postgres: psycopg.Connection
    firn: dict[str, psycopg.Connection]

    def compare(self, statement: Statement, states: Iterable[str] = STATES) -> Iterator[Answer]:
        theirs = ask(self.postgres, statement.sql)
        for state in states:
            yield verdict(statement, state, ask(self.firn[state], statement.sql), theirs)
            if theirs[0][:2] == BEFORE_THE_ROWS:
                return


def verdict(statement: Statement, state: str, ours, theirs) -> Answer:
    try:
        check(statement.sql, ours, theirs)
        return Answer(statement, state, "same", "")
    except AssertionError as difference:
        if ours[0] == REFUSED:
            return Answer(statement, state, "refused", str(ours[1]))
        return Answer(statement, state, "wrong", f"{difference}\n{ours}\n{theirs}")


def setup_statements() -> list[str]:
    text = "\n".join(path.read_text() for path in SETUPS)
    return [statement for statement in text.split(";\n") if statement.strip()]


def _copy(session: psycopg.Connection, schema: str, which: str) -> None:
    for table, first in TABLES.items():
        session.execute(f"INSERT INTO {schema}.{table} SELECT * FROM flushed.{table} "
                        f"WHERE {which.format(first)}")


def _fill(session: psycopg.Connection) -> None:
    for schema in STATES:
        session.execute(f"CREATE SCHEMA {schema}")
    session.execute("SET search_path = flushed")
    for statement in setup_statements():
        session.execute(statement)
    for schema in ("mixed", "hot"):
        for table in TABLES:
            session.execute(f"CREATE TABLE {schema}.{table} (LIKE flushed.{table})")
    _copy(session, "mixed", "{}")
    session.execute("CHECKPOINT")
    _copy(session, "mixed", "NOT ({})")
    _copy(session, "hot", "true")


@contextmanager
def sessions_on(firn) -> Iterator[Sessions]:
    """`firn`: a FirnProcess, started with NO_FLUSH, without tables of these names."""
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as filler:
        for statement in setup_statements():
            postgres.execute(statement)
        _fill(filler)
        states = {state: firn.connect(autocommit=True) for state in STATES}
        for state, session in states.items():
            session.execute(f"SET search_path = {state}")
        try:
            yield Sessions(postgres, states)
        finally:
            for session in states.values():
                session.close()


def count(answers: Iterable[Answer]) -> dict[str, collections.Counter]:
    """Of each kind how many statements are the same, refused, wrong: by the worst of the states."""
    worst: dict[Statement, str] = {}
    order = ("same", "refused", "wrong")
    for answer in answers:
        before = worst.get(answer.statement, "same")
        worst[answer.statement] = max(before, answer.verdict, key=order.index)
    counts: dict[str, collections.Counter] = {}
    for statement, said in worst.items():
        counts.setdefault(statement.kind, collections.Counter())[said] += 1
    return counts
