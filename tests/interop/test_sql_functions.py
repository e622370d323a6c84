"""Each query on PostgreSQL 15 and, over the wire, on firn: names, types, text of the values and
SQLSTATEs must agree. The queries are in functions/*.sql, one a line, over the same few rows."""

import pathlib
import re

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

FOLDER = pathlib.Path(__file__).with_name("functions")
SETUP = (FOLDER / "setup.sql").read_text().split(";\n")


def cases():
    for path in sorted(FOLDER.glob("*.sql")):
        if path.name == "setup.sql":
            continue
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("--"):
                words = "-".join(re.findall(r"\w+", line))
                yield pytest.param(line, id=f"{path.stem}-{words[:70]}")


@pytest.fixture(scope="module")
def sessions(firn):
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        for session in (postgres, ours):
            for statement in SETUP:
                session.execute(statement)
        yield ours, postgres


@pytest.mark.parametrize("sql", cases())
def test_value_and_type_agree(sessions, sql):
    ours, theirs = (ask(session, sql) for session in sessions)
    check(sql, ours, theirs)
