"""Files and connections: the server takes what it may, and gets on where that is too little."""

from __future__ import annotations

import os
import resource
import socket
import time
from contextlib import ExitStack

import psycopg
import pytest

from firn_process import PATIENCE

SOFT, LOW = 256, 200


@pytest.fixture
def limited(firn_server, tmp_path):
    """limited("-Sn 256") makes a server that a shell with this ulimit begins."""

    def make(limit: str):
        server = firn_server(start=False)
        shell = tmp_path / "limited"
        shell.write_text(f'#!/bin/sh\nulimit {limit} && exec "{server.binary}" "$@"\n')
        shell.chmod(0o755)
        server.binary = shell
        return server.start()

    return make


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sessions_until_refused(server) -> list:
    held = []
    try:
        while len(held) <= LOW:
            held.append(server.connect(connect_timeout=2))
    except psycopg.OperationalError:
        pass
    return held


def test_a_low_soft_limit_is_raised(limited):
    server = limited(f"-Sn {SOFT}")
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    assert soft == hard > SOFT
    assert "max_connections" not in server.output()
    with ExitStack() as stack:
        sessions = [stack.enter_context(server.connect()) for _ in range(400)]
        assert all(one.execute("SELECT 1").fetchone() == (1,) for one in sessions)


@pytest.mark.descriptors
def test_out_of_descriptors_it_waits_without_spinning_and_goes_on(limited):
    server = limited(f"-n {LOW}")
    assert f"start: {LOW} files and connections may be open at once" in server.output()
    with server.connect() as first:
        first.execute("CREATE TABLE t (n int)")
        first.execute("INSERT INTO t VALUES (1)")
        held = sessions_until_refused(server)
        assert LOW / 2 < len(held) < LOW
        address = ("127.0.0.1", server.ports["pg"])
        held += [socket.create_connection(address) for _ in range(5)]  # these wait
        try:
            before = cpu_seconds(server.pid)
            time.sleep(3)
            assert cpu_seconds(server.pid) - before < 1
            assert 1 <= server.output().count("accept: ") <= 3  # and does not fill its log
            assert first.execute("SELECT n FROM t").fetchall() == [(1,)]
            first.execute("INSERT INTO t VALUES (2)")
        finally:
            for one in held:
                one.close()
        deadline = time.monotonic() + 20 * PATIENCE
        while True:
            try:
                with server.connect() as later:
                    later.execute("INSERT INTO t VALUES (3)")
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    server.kill9()
    server.start()
    with server.connect() as session:
        assert session.execute("SELECT n FROM t ORDER BY n").fetchall() == [(1,), (2,), (3,)]
