"""What is measured, and what it is measured against: servers with the same methods, connect(),
client_environment() and pid(), started when first asked and stopped by who started them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import duckdb
import psycopg

from firn_process import FirnProcess
from measures import POSTGRES_SETTINGS

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")


class Firn:
    name = "firn"

    def __init__(self, binary: Path, data: Path):
        self.process = FirnProcess(data, binary)

    def started(self) -> FirnProcess:
        if not self.process.running:
            self.process.start()
        return self.process

    def connect(self) -> psycopg.Connection:
        return self.started().connect()

    def client_environment(self) -> dict[str, str]:
        return self.started().client_environment()

    def pid(self) -> int:
        return self.started().pid

    def stop(self) -> None:
        if self.process.running:
            self.process.stop()


class Postgres:
    """A private PostgreSQL 15 that is durable: fsync on, synchronous_commit on."""

    name = "postgres"

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = 0

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder.mkdir(parents=True)
        # PostgreSQL does not run as root, and its user must reach the folder.
        for parent in (self.folder.parent, self.folder):
            parent.chmod(0o755)
        shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "firn", "--auth=trust", "-E",
                 "UTF8", "--locale=C.UTF-8")
        options = (f"-c listen_addresses=127.0.0.1 -c port={port} "
                   f"-c unix_socket_directories={self.folder} "
                   + " ".join(f"-c {setting}" for setting in POSTGRES_SETTINGS))
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l",
                 str(self.folder / "log"), "-o", options, "start")
        self.port = port
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "firn", "main")

    def run(self, program: str, *arguments: str) -> None:
        command = [str(POSTGRES_BIN / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                       *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def connect(self) -> psycopg.Connection:
        if not self.port:
            self.start()
        return psycopg.connect(host="127.0.0.1", port=self.port, user="firn", dbname="main",
                               autocommit=True)

    def client_environment(self) -> dict[str, str]:
        if not self.port:
            self.start()
        return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "firn",
                "PGDATABASE": "main"}

    def pid(self) -> int:
        """The postmaster's."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        if self.port:
            self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


class NullResponder:
    """Answers every query at once with the same few bytes (bench/null_responder.cc): what is left
    of a round trip when the server does nothing."""

    name = "null"

    def __init__(self, program: Path):
        self.program = program
        self.process: subprocess.Popen | None = None
        self.port = 0

    def started(self) -> int:
        """Its port."""
        if self.process is None:
            self.process = subprocess.Popen([str(self.program), "respond"], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.port = json.loads(self.process.stdout.readline())["port"]
        return self.port

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.started(), user="firn", dbname="main",
                               autocommit=True)

    def client_environment(self) -> dict[str, str]:
        return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.started()),
                "PGUSER": "firn", "PGDATABASE": "main"}

    def pid(self) -> int:
        self.started()
        return self.process.pid

    def stop(self) -> None:
        if self.process is not None:
            self.process.communicate()  # it ends with its input
            self.process = None


def limits(program: Path, *arguments: str | int | float | Path) -> dict:
    """What bench/limits.cc says of this machine."""
    done = subprocess.run([str(program), *map(str, arguments)], check=True, capture_output=True,
                          text=True)
    return json.loads(done.stdout)


def extension_path(name: str) -> Path:
    """A DuckDB extension, from its package."""
    for path in sys.path:
        for file in Path(path).glob(f"duckdb_extension_{name}/**/*.duckdb_extension"):
            return file
    raise FileNotFoundError(f"the package duckdb-extension-{name} is not there: "
                            "`tools/install-deps bench` installs it")


def duckdb_engine(*extensions: str) -> duckdb.DuckDBPyConnection:
    """An engine in memory with as many threads as processors."""
    engine = duckdb.connect()
    engine.execute(f"SET threads = {os.cpu_count()}")
    for name in extensions:
        engine.execute(f"LOAD '{extension_path(name)}'")
    return engine


def tree(pid: int) -> list[int]:
    """A process and its children, theirs too."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []  # ended since it was listed
    return [pid, *(one for child in children for one in tree(int(child)))]


@contextlib.contextmanager
def pinned(pid: int, processors: set[int]) -> Iterator[None]:
    """A server, its children and this process (whose children follow) on some processors only."""
    before = os.sched_getaffinity(0)

    def place(where: set[int]) -> None:
        os.sched_setaffinity(0, where)
        for process in tree(pid):
            with contextlib.suppress(FileNotFoundError):  # it has ended
                for task in os.listdir(f"/proc/{process}/task"):
                    with contextlib.suppress(ProcessLookupError):
                        os.sched_setaffinity(int(task), where)

    place(processors)
    try:
        yield
    finally:
        place(before)
