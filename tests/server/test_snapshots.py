"""Readers that keep what has gone to the lake: for how long, and what they are told."""

from __future__ import annotations

import threading
import urllib.request

import psycopg
import pytest

from firn_process import FirnProcess, wait_until
from raw_protocol import Connection, SYNC, bind, execute, parse, query

AGE = "400ms"
ROWS = 200_000
FILL = (f"INSERT INTO t SELECT i, repeat('x', 100) || i FROM generate_series(1, {ROWS}) AS s (i)")
MANY = "SELECT a.n, b.note FROM t a, t b"  # more than any socket's buffers


def pinned_bytes(server: FirnProcess) -> float:
    page = urllib.request.urlopen(server.http("/metrics"), timeout=10).read().decode()
    return next(float(line.split()[1]) for line in page.splitlines()
                if line.startswith("firn_pinned_bytes "))


@pytest.fixture
def server(firn_server) -> FirnProcess:
    return filled(firn_server, snapshot_age_max=AGE)


def filled(firn_server, **settings: str) -> FirnProcess:
    server = firn_server(settings=settings)
    with server.connect() as session:
        session.execute("CREATE TABLE t (n bigint, note text)")
        session.execute(FILL)
    return server


def flush(server: FirnProcess) -> None:
    with server.connect() as session:
        session.execute("CHECKPOINT")


def nothing_pinned(server: FirnProcess) -> None:
    wait_until(lambda: pinned_bytes(server) == 0, "readers keep nothing")


def too_old(failed) -> None:
    assert failed.value.sqlstate == "72000"
    assert failed.value.diag.message_primary == "snapshot too old"
    assert "snapshot_age_max" in failed.value.diag.message_hint


def test_an_open_cursor_loses_its_rows_and_is_told_so(server):
    with server.connect() as session:
        session.execute("BEGIN")
        session.execute(f"DECLARE c CURSOR FOR {MANY}")
        assert len(session.execute("FETCH 5 FROM c").fetchall()) == 5
        flush(server)
        nothing_pinned(server)
        with pytest.raises(psycopg.Error) as failed:
            while session.execute("FETCH 100000 FROM c").fetchall():
                pass
        too_old(failed)
        session.execute("ROLLBACK")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)


def test_an_idle_transaction_in_repeatable_read_is_told_so_by_its_next_statement(server):
    with server.connect() as session:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)
        session.execute("INSERT INTO t VALUES (0, 'mine')")
        flush(server)
        nothing_pinned(server)
        with pytest.raises(psycopg.Error) as failed:
            session.execute("SELECT count(*) FROM t")
        too_old(failed)
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            session.execute("SELECT 1")
        session.execute("ROLLBACK")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)


def test_what_it_has_written_can_still_be_committed(server):
    with server.connect() as session:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        session.execute("SELECT count(*) FROM t")
        session.execute("INSERT INTO t VALUES (0, 'mine')")
        flush(server)
        nothing_pinned(server)
        session.execute("COMMIT")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS + 1,)


def test_an_idle_transaction_in_read_committed_keeps_nothing_and_goes_on(server):
    with server.connect() as session:
        session.execute("BEGIN")
        session.execute("INSERT INTO t VALUES (0, 'mine')")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS + 1,)
        flush(server)
        nothing_pinned(server)
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS + 1,)
        session.execute("COMMIT")


@pytest.mark.parametrize("protocol", ["simple", "extended", "copy"])
def test_a_client_that_does_not_read_keeps_nothing(server, protocol):
    client = Connection(server.ports["pg"], user="firn", database="main")
    client.socket.sendall({"simple": query(MANY),
                           "extended": parse(MANY) + bind() + execute() + SYNC,
                           "copy": query(f"COPY ({MANY}) TO STDOUT")}[protocol])
    assert client.socket.recv(1)
    flush(server)
    nothing_pinned(server)
    got = bytearray()
    while b"C72000\0" not in got:
        part = client.socket.recv(1 << 20)
        assert part
        got = got[-64:] + part
    client.close()


def test_a_portal_that_is_not_read_to_its_end_keeps_nothing(server):
    client = Connection(server.ports["pg"], user="firn", database="main")
    client.socket.sendall(query("BEGIN"))
    client.until(b"Z")
    client.socket.sendall(parse(MANY) + bind() + execute(rows=3) + SYNC)
    client.until(b"Z")
    flush(server)
    nothing_pinned(server)
    client.socket.sendall(parse("", "other") + SYNC)
    client.until(b"Z")
    client.close()


def test_a_load_into_a_keyed_table_that_waits_for_its_client_keeps_nothing(server):
    with server.connect() as session:
        session.execute("CREATE TABLE keyed (id bigint PRIMARY KEY)")
        with pytest.raises(psycopg.Error) as failed:
            with session.cursor().copy("COPY keyed FROM STDIN") as copy:
                copy.write(b"1\n" * 1)
                flush(server)
                nothing_pinned(server)
                copy.write(b"2\n")
        too_old(failed)
        assert session.execute("SELECT count(*) FROM keyed").fetchone() == (0,)


def test_a_statement_that_runs_too_long_is_stopped(server):
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            with server.connect() as session:
                session.execute("SELECT count(*) FROM t a, t b WHERE a.n * b.n % 7 = 3")
        except psycopg.Error as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    with server.connect() as session:
        wait_until(lambda: session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'").fetchone() == (2,),
            "the statement runs")
    flush(server)
    nothing_pinned(server)
    thread.join()
    assert [error.sqlstate for error in outcome] == ["72000"]


def test_a_dropped_table_s_folder_goes_though_a_reader_has_it(server):
    folder = next((server.data / "warehouse").glob("*/*/t-*"))
    flush(server)
    with server.connect() as session, server.connect() as other:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)
        other.execute("DROP TABLE t")
        wait_until(lambda: not folder.exists(), "the folder of the dropped table is gone")
        with pytest.raises(psycopg.Error) as failed:
            session.execute("SELECT count(*) FROM t")
        too_old(failed)


def test_who_saw_the_same_rows_once_is_not_taken_for_who_keeps_them(server):
    with server.connect() as keeper, server.connect() as other:
        keeper.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        for session in (keeper, other):
            session.execute("SELECT count(*) FROM t")
        flush(server)
        other.execute("SELECT pg_sleep(1.2)")  # three times the age, at a snapshot of its own
        nothing_pinned(server)
        with pytest.raises(psycopg.errors.Error) as failed:
            keeper.execute("SELECT count(*) FROM t")
        too_old(failed)


def test_a_snapshot_that_costs_nothing_is_never_too_old(server):
    with server.connect() as session, server.connect() as other:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)
        for n in range(5):
            other.execute("INSERT INTO t VALUES (0, 'later')")
            other.execute(f"CREATE TABLE more{n} (n bigint)")
            session.execute("SELECT pg_sleep(0.2)")
        assert session.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)


def test_readers_keep_no_more_than_their_share_the_oldest_goes_first(firn_server):
    limit_mb = 128
    server = filled(firn_server, memory_limit=f"{limit_mb}MB")
    readers = [server.connect() for _ in range(12)]
    for number, reader in enumerate(readers):
        with server.connect() as session:
            for _ in range(2):
                session.execute("INSERT INTO t SELECT i, repeat('y', 60) || i "
                                "FROM generate_series(1, 100000) AS s (i)")
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        rows = ROWS + 200_000 * (number + 1)
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (rows,)
    flush(server)
    wait_until(lambda: pinned_bytes(server) <= limit_mb * 3 << 17, "three eighths of the limit")
    with pytest.raises(psycopg.Error) as failed:
        readers[0].execute("SELECT count(*) FROM t")
    too_old(failed)
    assert readers[-1].execute("SELECT count(*) FROM t").fetchone() == (ROWS + 2_400_000,)
    for reader in readers:
        reader.close()
