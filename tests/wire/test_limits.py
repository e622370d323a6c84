"""Too many clients, idle ones and half-open ones."""

from __future__ import annotations

import socket
import time

import psycopg
import pytest

from firn_process import PATIENCE
from process_figures import resident_bytes

IDLE = 500


def connect_when_free(server) -> psycopg.Connection:
    """A client that has gone is counted until the server has read so."""
    end_of_patience = time.monotonic() + 10 * PATIENCE
    while True:
        try:
            return server.connect()
        except psycopg.OperationalError as error:
            if "too many clients" not in str(error) or time.monotonic() > end_of_patience:
                raise


def test_one_client_too_many_is_told_so(firn_server):
    server = firn_server(settings={"max_connections": "3"})
    held = [server.connect() for _ in range(3)]
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        server.connect()
    held.pop().close()
    held.append(connect_when_free(server))
    for one in held:
        one.close()


def test_half_open_connections_keep_nobody_out(firn_server):
    server = firn_server(settings={"max_connections": "2"})
    port = server.ports["pg"]
    strangers = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(150)]
    # Whoever has been silent longest goes first, and hears why.
    for one in strangers[:40]:
        got = b""
        while part := one.recv(4096):
            got += part
        assert got.startswith(b"E") and b"C53300\0" in got
    held = [server.connect() for _ in range(2)]
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        server.connect()
    for one in [*held, *strangers]:
        one.close()


@pytest.mark.resident
def test_idle_connections_take_little_memory(firn_server):
    server = firn_server()
    with server.connect() as first:
        first.execute("SELECT 1")
        before = resident_bytes(server.pid)
        opened = []
        for _ in range(IDLE):
            opened.append(server.connect())
            opened[-1].execute("SELECT 1")
        grown = resident_bytes(server.pid) - before
        for one in opened:
            one.close()
        assert grown < 50 << 20


@pytest.mark.alone
@pytest.mark.parametrize("end", ["rollback", "error", "refused"])
def test_a_huge_field_that_came_to_nothing_leaves_nothing_resident(firn_server, end):
    server = firn_server()
    megabytes = 1025 if end == "refused" else 400
    block = b"x" * (1 << 20)
    with server.connect() as session:
        session.execute("CREATE TABLE big (n int, note text)")
        before = resident_bytes(server.pid)
        session.execute("BEGIN")
        try:
            with session.cursor().copy("COPY big FROM STDIN") as copy:
                copy.write(b"1\t")
                for _ in range(megabytes):
                    copy.write(block)
                copy.write(b"\nno number\tx\n" if end == "error" else b"\n")
            assert end == "rollback"
            assert resident_bytes(server.pid) - before > 300 << 20
        except psycopg.errors.ProgramLimitExceeded:
            assert end == "refused"
        except psycopg.errors.InvalidTextRepresentation:
            assert end == "error"
        session.execute("ROLLBACK")
        left = resident_bytes(server.pid) - before
        end_of_patience = time.monotonic() + 10  # another thread may let go of the last rows
        while left >= 100 << 20 and time.monotonic() < end_of_patience:
            session.execute("SELECT 1")
            left = resident_bytes(server.pid) - before
        print(f"{end}: {left >> 20} MB more than before")
        assert left < 100 << 20
