"""Fixtures over the real server: `firn` shared by a file's tests, `firn_server()` for one's own."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import zlib
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess
from postgres_server import private_postgres

LOG_LINES_SHOWN = 60
_numbers = itertools.count(1)
_living: list[FirnProcess] = []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of what its servers printed."""
    report = (yield).get_result()
    if report.failed:
        for server in _living:
            tail = "\n".join(server.output().splitlines()[-LOG_LINES_SHOWN:])
            report.sections.append((f"firn on {server.data}", tail))


def _end(server: FirnProcess) -> None:
    server.kill9()
    _living.remove(server)
    shutil.rmtree(server.data, ignore_errors=True)


def _new(folder: Path, **options) -> FirnProcess:
    server = FirnProcess(folder / f"firn{next(_numbers)}", **options)
    _living.append(server)
    return server


@pytest.fixture
def firn_server(tmp_path):
    """firn_server(settings=…, arguments=…, data=…, start=False) makes a server of one's own."""
    made: list[FirnProcess] = []

    def make(start: bool = True, data: Path | None = None, **options) -> FirnProcess:
        server = _new(tmp_path, **options)
        made.append(server)
        if data is not None:
            server.data = data
        return server.start() if start else server

    yield make
    for server in made:
        _end(server)


@pytest.fixture(scope="module")
def firn(request, tmp_path_factory):
    """A server for all tests of a file; they keep apart by the names of their tables. The file may
    say FIRN_SETTINGS."""
    settings = getattr(request.module, "FIRN_SETTINGS", None)
    server = _new(tmp_path_factory.mktemp("firn"), settings=settings)
    server.start()
    yield server
    _end(server)


@pytest.fixture
def connect(firn):
    """connect() opens sessions on the file's server and closes them after the test."""
    opened: list[psycopg.Connection] = []

    def make(**options) -> psycopg.Connection:
        opened.append(firn.connect(**options))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def session(connect):
    """One session on the file's server."""
    return connect()


@pytest.fixture
def table():
    """A table name that no other test uses."""
    return f"t{next(_numbers)}_{os.getpid()}"


@pytest.fixture
def seed(request):
    """The seed of a random test: $FIRN_SEED, or always the test's own (its name's checksum), or a
    new one for a slow test. Printed, so shown when it fails."""
    own = zlib.crc32(request.node.name.encode())
    if request.node.get_closest_marker("slow"):
        own = random.SystemRandom().randrange(1 << 31)
    value = int(os.environ.get("FIRN_SEED", own))
    print(f"FIRN_SEED={value}  # {request.node.name}")
    return value


@pytest.fixture
def free_port():
    """A port that was free a moment ago, held by nobody."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.fixture(scope="session")
def postgres_server():
    """A private PostgreSQL 15; postgres_server() opens a session on it."""
    with private_postgres() as where:
        yield lambda: psycopg.connect(where, autocommit=True)
