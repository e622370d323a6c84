"""A private PostgreSQL 15 in a temporary folder, for tests that compare with the real thing."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _as_postgres() -> list[str]:
    # The server refuses to run as root.
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@contextmanager
def private_postgres():
    """Yields a connection string; the server and its folder are gone afterwards.

    Where PostgreSQL is missing the test fails: what every test run installs is no reason to skip.
    """
    if not (BIN / "initdb").exists():
        raise FileNotFoundError(f"no PostgreSQL 15 in {BIN}: `tools/install-deps` installs it")
    folder = Path(tempfile.mkdtemp(prefix="firn-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    port = free_port()
    run = lambda *command: subprocess.run(
        [*_as_postgres(), *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/"
    )
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} "
        "-c fsync=off -c timezone=UTC -c datestyle=ISO,MDY -c log_min_messages=panic"
    )
    try:
        run(
            BIN / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        run(
            BIN / "pg_ctl",
            "-D",
            folder / "data",
            "-w",
            "-l",
            folder / "server.log",
            "-o",
            options,
            "start",
        )
        try:
            yield f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        finally:
            run(BIN / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
