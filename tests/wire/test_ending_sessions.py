"""pg_cancel_backend and pg_terminate_backend: who may, and what the other session is told."""

from __future__ import annotations

import threading

import psycopg
import pytest

from firn_process import wait_until

LONG = "SELECT count(*) FROM generate_series(1, 30000) AS a (n), generate_series(1, 30000) AS b (n)"


class Running(threading.Thread):
    """A statement that runs in a session of its own, until somebody ends it."""

    def __init__(self, session: psycopg.Connection, statement: str = LONG):
        super().__init__()
        self.session = session
        self.statement = statement
        self.error: psycopg.Error | None = None
        self.start()

    def run(self) -> None:
        try:
            self.session.execute(self.statement)
        except psycopg.Error as error:
            self.error = error

    def ended(self) -> psycopg.Error:
        self.join(60)
        assert self.error is not None, "the statement ran to its end"
        return self.error


def pid_of(session: psycopg.Connection) -> int:
    return session.execute("SELECT pg_backend_pid()").fetchone()[0]


def wait_active(session: psycopg.Connection, pid: int) -> None:
    def active() -> bool:
        return session.execute("SELECT state FROM firn.sessions WHERE pid = %s",
                               (pid,)).fetchone() == ("active",)

    wait_until(active, f"session {pid} at work")


def test_a_statement_is_cancelled_and_its_session_goes_on(connect):
    other, session = connect(), connect()
    pid = pid_of(other)
    running = Running(other)
    wait_active(session, pid)
    assert session.execute(f"SELECT pg_cancel_backend({pid})").fetchone() == (True,)
    assert running.ended().diag.sqlstate == "57014"
    assert other.execute("SELECT 1").fetchone() == (1,)
    # An idle session has nothing to cancel.
    assert session.execute("SELECT pg_cancel_backend(%s)", (pid,), prepare=True).fetchone() == (
        True,)
    assert other.execute("SELECT 1").fetchone() == (1,)


def test_a_session_is_ended_with_what_it_had_begun(connect, table):
    session = connect()
    session.execute(f"CREATE TABLE {table} (n int)")
    working, waiting = connect(), connect(autocommit=False)
    waiting.execute(f"INSERT INTO {table} VALUES (1)")
    running = Running(working)
    wait_active(session, pid := running.session.info.backend_pid)
    assert session.execute(f"SELECT pg_terminate_backend({pid})").fetchone() == (True,)
    assert running.ended().diag.sqlstate == "57P01"
    idle = waiting.info.backend_pid
    assert session.execute("SELECT pg_terminate_backend(%s, %s)", (idle, 5000)).fetchone() == (
        True,)

    def gone() -> bool:
        return session.execute("SELECT count(*) FROM firn.sessions WHERE pid IN (%s, %s)",
                               (pid, idle)).fetchone() == (0,)

    wait_until(gone, "both sessions gone")
    with pytest.raises(psycopg.OperationalError):
        waiting.commit()
    assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_nobody_and_nothing(connect):
    session = connect()
    assert session.execute("SELECT pg_cancel_backend(2147483647)").fetchone() == (False,)
    assert session.execute("SELECT pg_terminate_backend(-1)").fetchone() == (False,)
    assert session.execute("SELECT pg_terminate_backend(NULL)").fetchone() == (None,)
    for statement in ("SELECT pg_terminate_backend(pid) FROM firn.sessions",
                      "CREATE VIEW ends AS SELECT pg_terminate_backend(1)"):
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            session.execute(statement)
    with pytest.raises(psycopg.errors.UndefinedFunction):
        session.execute("SELECT pg_cancel_backend(1, 2, 3)")
    with pytest.raises(psycopg.Error):
        session.execute("SELECT pg_cancel_backend('seven')")


def test_one_ends_what_one_has_the_rights_of(connect):
    session = connect()
    for statement in ("CREATE ROLE ender LOGIN", "CREATE ROLE ended LOGIN",
                      "CREATE ROLE chief LOGIN", "GRANT ended TO chief"):
        session.execute(statement)
    ender, ended, chief = (connect(user=name) for name in ("ender", "ended", "chief"))
    for call in ("pg_cancel_backend", "pg_terminate_backend"):
        for other in (session, ended):
            with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
                ender.execute(f"SELECT {call}({other.info.backend_pid})")
            assert refused.value.diag.message_primary.startswith("must be a ")
    again = connect(user="ender")
    pid = again.info.backend_pid
    assert ender.execute(f"SELECT pg_terminate_backend({pid})").fetchone() == (True,)
    pid = ended.info.backend_pid
    assert chief.execute(f"SELECT pg_terminate_backend({pid})").fetchone() == (True,)
    with pytest.raises(psycopg.OperationalError):
        ended.execute("SELECT 1")
    assert session.execute("SELECT 1").fetchone() == (1,)
