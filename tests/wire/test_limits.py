"""Too many clients, idle ones and half-open ones."""

from __future__ import annotations

import socket

import psycopg
import pytest

IDLE = 500


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def test_one_client_too_many_is_told_so(firn_server):
    server = firn_server(settings={"max_connections": "3"})
    held = [server.connect() for _ in range(3)]
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        server.connect()
    held.pop().close()
    held.append(server.connect())
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
