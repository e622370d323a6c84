"""The same bytes to PostgreSQL 15 and to firn: message by message the same answers."""

from __future__ import annotations

import struct

import pytest

from exchanges import EXCHANGES
from raw_protocol import Connection, meaning

SETUP = ["DROP TABLE IF EXISTS numbers", "DROP TABLE IF EXISTS empty",
         "CREATE TABLE numbers (n int, t text)", "CREATE TABLE empty (n int, t text)",
         "INSERT INTO numbers SELECT n, 'row ' || n FROM generate_series(1, 10) AS s (n)"]


@pytest.fixture(scope="module")
def servers(firn, postgres_server):
    """Connection parameters of both, with the same tables."""
    with postgres_server() as session:
        for statement in SETUP:
            session.execute(statement)
        postgres = {"port": session.info.port, "user": "postgres", "database": "postgres"}
    with firn.connect() as session:
        for statement in SETUP:
            session.execute(statement)
    return postgres, {"port": firn.ports["pg"], "user": "firn", "database": "main"}


def play(server, rounds) -> list[list[tuple]]:
    """What the server answers in each round."""
    connection = Connection(**server)
    answers = []
    try:
        for one in rounds:
            sent, until = one if isinstance(one, tuple) else (one, "Z")
            connection.socket.sendall(sent)
            got = (connection.count(until) if isinstance(until, int)
                   else connection.until(until.encode(), b"Z"))
            answers.append([meaning(*answer) for answer in got])
    finally:
        connection.close()
    return answers


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_answers_are_those_of_postgresql(servers, name):
    postgres, firn = (play(server, EXCHANGES[name]) for server in servers)
    assert firn == postgres


def test_what_two_servers_must_agree_on_is_compared():
    # A comparison that cannot fail would guard nothing.
    error = lambda state: (b"E", b"SERROR\0VERROR\0C" + state + b"\0Mno\0\0")
    assert meaning(*error(b"42601")) != meaning(*error(b"42703"))
    row = lambda value: (b"D", struct.pack("!hi", 1, len(value)) + value)
    assert meaning(*row(b"1")) != meaning(*row(b"2"))
    assert meaning(b"C", b"SELECT 1\0") != meaning(b"C", b"SELECT 2\0")
    assert meaning(b"Z", b"I") != meaning(b"Z", b"T")
