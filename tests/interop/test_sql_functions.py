"""Each query on PostgreSQL 15 and, over the wire, on firn: names, types, text of the values and
SQLSTATEs must agree. The queries are in functions/*.sql, one a line, over the same few rows."""

import math
import pathlib
import re

import psycopg
import pytest

from postgres_server import private_postgres

FOLDER = pathlib.Path(__file__).with_name("functions")
SETUP = (FOLDER / "setup.sql").read_text().split(";\n")


def cases():
    for path in sorted(FOLDER.glob("*.sql")):
        if path.name == "setup.sql":
            continue
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("--"):
                yield pytest.param(line, id=f"{path.stem}-" + "-".join(re.findall(r"\w+", line))[:70])


def ask(session, sql):
    """(names, types, rows as text), or the SQLSTATE."""
    result = session.pgconn.exec_(sql.encode())
    if result.status not in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK):
        return result.error_field(psycopg.pq.DiagnosticField.SQLSTATE).decode(), \
            result.error_message.decode()
    columns = range(result.nfields)
    text = [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]
    return ([result.fname(column).decode() for column in columns],
            [result.ftype(column) for column in columns],
            [[None if value is None else value.decode() for value in row] for row in text])


FLOATS = (700, 701)
SAME_TYPE = {19: 25, 18: 25, 1042: 25}  # name and "char" are text here


def same(ours, theirs, oid):
    if ours == theirs or ours is None or theirs is None or oid not in FLOATS:
        return ours == theirs
    return math.isclose(float(ours), float(theirs), rel_tol=1e-12)


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
    if isinstance(theirs[0], str):
        assert ours[0] == theirs[0], (ours, theirs)
        return
    assert not isinstance(ours[0], str), ours
    assert ours[0] == theirs[0]
    types = [SAME_TYPE.get(oid, oid) for oid in theirs[1]]
    assert ours[1] == types, (ours, theirs)
    rows, expected = ours[2], theirs[2]
    if "order by" not in sql.lower():
        rows, expected = sorted(rows, key=repr), sorted(expected, key=repr)
    assert len(rows) == len(expected), (rows, expected)
    for mine, other in zip(rows, expected):
        assert all(map(same, mine, other, theirs[1])), f"\nfirn     {mine}\npostgres {other}"
