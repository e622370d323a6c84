"""A firn server as a child process, for tests and the demo: start, ask, stop, kill, start again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable, Mapping

import psycopg

POLL_SECONDS = 0.005
# How much longer than usual what is waited for may take: a build with sanitizers is slow.
PATIENCE = float(os.environ.get("FIRN_PATIENCE", 1))


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """The condition's first true value; TimeoutError naming what was waited for."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


def firn_binary() -> Path:
    """$FIRN_BINARY, or what `make build` leaves."""
    built = Path(__file__).resolve().parent.parent / "build" / "release" / "bin" / "firn"
    return Path(os.environ.get("FIRN_BINARY", built))


def program_beside(name: str) -> Path:
    """Another program of the same build, such as one that tests ask."""
    return firn_binary().with_name(name)


def preloaded(library: str) -> str:
    """LD_PRELOAD for a library beside the program; a sanitizer's own must be first."""
    linked = subprocess.run(["ldd", firn_binary()], text=True, capture_output=True, check=True)
    sanitizers = re.findall(r"=> (\S*/lib[at]san\.so\S*)", linked.stdout)
    return " ".join([*sanitizers, str(firn_binary().with_name(library))])


class FirnProcess:
    """One data folder and the server on it, over any number of lives.

    Ports are free ones; they change at every start. What the server prints in all its lives goes
    to one file beside the data folder.
    """

    def __init__(self, data: Path, binary: Path | None = None,
                 settings: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()):
        self.data = data
        self.binary = binary or firn_binary()
        self.settings = dict(settings or {})
        self.arguments = arguments
        self.output_path = data.with_name(data.name + ".out")
        self.process: subprocess.Popen | None = None
        self.seconds_to_ready = 0.0

    # --- life -----------------------------------------------------------------------------------

    def spawn(self) -> subprocess.Popen:
        """Starts the program and does not wait."""
        if not self.binary.exists():
            raise FileNotFoundError(f"{self.binary} is missing: run `make build`")
        with contextlib.suppress(OSError):
            self.ports_path.unlink()  # a killed server leaves its file behind
        environment = {**os.environ}
        environment.update({f"FIRN_{name.upper()}": value for name, value in self.settings.items()})
        command = [str(self.binary), "serve", "--data", str(self.data)]
        for flag in ("--pg-port", "--http-port", "--flight-port"):
            if flag not in self.arguments:
                command += [flag, "0"]
        with self.output_path.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *self.arguments], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=environment)
        return self.process

    def start(self, seconds: float = 60) -> FirnProcess:
        """Starts the server and waits until it is ready."""
        begun = time.monotonic()
        process = self.spawn()

        def ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"firn ended with exit code {process.returncode}:\n"
                                   f"{self.output()[-4000:]}")
            return self.ports_path.exists()

        wait_until(ready, "firn ready", seconds)
        self.seconds_to_ready = time.monotonic() - begun
        return self

    def stop(self, seconds: float = 60) -> int:
        """A clean stop (SIGTERM); returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise TimeoutError(f"firn still ran {seconds:g} s after SIGTERM") from None

    def kill9(self) -> None:
        """Power off, as far as a process can feel it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self, seconds: float = 60) -> FirnProcess:
        """Starts again on the same folder, after a stop or a kill."""
        self.stop()
        return self.start(seconds)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    # --- what it says ---------------------------------------------------------------------------

    @property
    def ports_path(self) -> Path:
        return self.data / "ports.json"

    @property
    def ports(self) -> dict[str, int]:
        return json.loads(self.ports_path.read_text(encoding="utf-8"))

    def output(self) -> str:
        """All it printed so far, of every life."""
        if not self.output_path.exists():
            return ""
        return self.output_path.read_text(encoding="utf-8", errors="replace")

    # --- clients --------------------------------------------------------------------------------

    def connect(self, **options: Any) -> psycopg.Connection:
        """A psycopg session in database main, autocommit unless told otherwise."""
        options = {"host": "127.0.0.1", "port": self.ports["pg"], "user": "firn", "dbname": "main",
                   "autocommit": True, "connect_timeout": 20, **options}
        return psycopg.connect(**options)

    def http(self, path: str) -> str:
        """The address of a path on its HTTP port."""
        return f"http://127.0.0.1:{self.ports['http']}{path}"

    def client_environment(self) -> dict[str, str]:
        """For psql and pgbench."""
        return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self.ports["pg"]),
                "PGUSER": "firn", "PGDATABASE": "main", "PGCONNECT_TIMEOUT": "20",
                "PGCLIENTENCODING": "UTF8"}

    def command(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess:
        """Runs another command of the same program: firn status, firn sql …"""
        return subprocess.run([str(self.binary), *arguments], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=seconds * PATIENCE, check=False)


def refused_start(server: FirnProcess) -> str:
    """Starts a server that must not come up; what it said. Its exit code is not 0."""
    process = server.spawn()
    try:
        code = process.wait(30 * PATIENCE)
    except subprocess.TimeoutExpired:
        raise AssertionError("it came up") from None
    assert code not in (0, -6, -11), "it stopped cleanly, or crashed"
    return server.output()
