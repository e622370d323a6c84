"""Fixtures over the real server: `firn` shared by a file's tests, `firn_server()` for one's own."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import subprocess
import zlib
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess
from postgres_server import private_postgres

LOG_LINES_SHOWN = 60
REPORTS = os.environ.get("FIRN_SANITIZER_REPORTS")  # set by tools/run-tests for such a build
UNDEFINED = "runtime error: "
UNSANITIZED = {"resident": "a sanitizer has memory of its own",
               "descriptors": "a sanitizer makes a pipe to see whether memory can be read"}
_numbers = itertools.count(1)
_living: list[FirnProcess] = []
_reports_seen: set[Path] = set()


def _new_reports() -> str:
    """What sanitizers said since the last call, in any process of this run."""
    files = set(Path(REPORTS).iterdir()) - _reports_seen if REPORTS else set()
    _reports_seen.update(files)
    return "\n".join(file.read_text(errors="replace") for file in sorted(files))


def pytest_collection_modifyitems(items):
    """What a build with sanitizers cannot show is left out, and told."""
    for item in items if REPORTS else []:
        for marker, reason in UNSANITIZED.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows the end of what its servers printed. A sanitizer's report fails a test
    whatever came of it otherwise."""
    report = (yield).get_result()
    if said := _new_reports():
        report.outcome = "failed"
        report.longrepr = f"{report.longrepr or ''}\n{said}"
    if report.failed:
        for server in _living:
            tail = "\n".join(server.output().splitlines()[-LOG_LINES_SHOWN:])
            report.sections.append((f"firn on {server.data}", tail))


def _report_undefined(server: FirnProcess) -> None:
    """What undefined behaviour a server was ended for: the one report that is not in a file."""
    _, found, said = server.output().partition(UNDEFINED)
    if found:
        Path(REPORTS, f"undefined.{os.getpid()}.{next(_numbers)}").write_text(found + said)


def _end(server: FirnProcess) -> None:
    if REPORTS:
        server.stop()  # what leaks is told at a program's end
        _report_undefined(server)
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


@pytest.fixture
def small_disk(tmp_path):
    """small_disk(megabytes) mounts a file system of that size and gives its folder."""
    mounted = []

    def make(megabytes: int):
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        ran = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder],
                             capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            pytest.skip(f"no right to mount a small file system: {ran.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=False)


@pytest.fixture(scope="module")
def postgres_server():
    """A private PostgreSQL 15; postgres_server() opens a session on it."""
    with private_postgres() as where:
        yield lambda: psycopg.connect(where, autocommit=True)
