"""What is measured, and what it is measured against: servers with the same two methods, connect()
and client_environment(), started when first asked and stopped by who started them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg

from firn_process import FirnProcess

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
    """A private PostgreSQL 15 with its defaults: fsync on, synchronous_commit on."""

    name = "postgres"

    def __init__(self, folder: Path):
        self.folder = folder
        self.port = 0

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder.mkdir(parents=True)
        # PostgreSQL does not run as root, and its user must reach the folder.
        for parent in (self.folder.parent, self.folder):
            parent.chmod(0o755)
        shutil.chown(self.folder, "postgres", "postgres")
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "firn", "--auth=trust", "-E",
                 "UTF8", "--locale=C.UTF-8")
        options = (f"-c listen_addresses=127.0.0.1 -c port={self.port} "
                   f"-c unix_socket_directories={self.folder} -c shared_buffers=1GB "
                   "-c max_wal_size=8GB -c max_connections=600")
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l",
                 str(self.folder / "log"), "-o", options, "start")
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


def limits(program: Path, folder: Path, count: int, size: int = 4096) -> dict[str, float]:
    """Durable overwrites of prepared blocks by bench/limits.cc on the same disk."""
    done = subprocess.run([str(program), str(folder), str(count), str(size)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)
