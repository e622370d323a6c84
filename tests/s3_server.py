"""A private S3 server (versitygw) on a folder, for tests: started, stopped by its process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

from firn_process import wait_until

DEPS = Path(os.environ.get("FIRN_DEPS", Path(__file__).resolve().parents[1] / "build/deps"))
HOW = "versitygw, an S3 server, is not installed: tools/install-deps clients"
ACCESS, SECRET = "testkey", "testsecret"


def versitygw() -> str | None:
    """$FIRN_VERSITYGW, what `tools/install-deps clients` leaves, or one in the path."""
    for found in (os.environ.get("FIRN_VERSITYGW"), str(DEPS / "s3/versitygw")):
        if found and Path(found).exists():
            return found
    return shutil.which("versitygw")


class S3Server:
    """Its buckets are folders below `folder`; the port stays the same over its lives."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port = held.getsockname()[1]
        self.process: subprocess.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What AWS's tools read to find it."""
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}", "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_EC2_METADATA_DISABLED": "true"}

    def bucket(self, name: str) -> str:
        (self.folder / name).mkdir()
        return f"s3://{name}"

    def start(self) -> S3Server:
        self.process = subprocess.Popen(
            [versitygw(), "--port", f"127.0.0.1:{self.port}", "--quiet", "posix", str(self.folder)],
            env={**os.environ, "ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, "versitygw ready")
        return self

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, "versitygw ended"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1)
        except urllib.error.HTTPError:
            return True  # it wants a signature
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class SlowRoad:
    """A port that leads to another one; what goes there goes so slowly. None: at once."""

    def __init__(self, port: int, bytes_per_second: int | None):
        self.bytes_per_second = bytes_per_second
        self.passed = 0  # bytes that went there
        self._there = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._there))
            except OSError:
                if self._closed.is_set():
                    return
                continue  # who is behind it is away
            threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, slow: bool) -> None:
        try:
            while data := source.recv(4096):
                if slow and self.bytes_per_second:
                    self._closed.wait(len(data) / self.bytes_per_second)
                target.sendall(data)
                self.passed += len(data) if slow else 0
        except OSError:
            pass
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
