"""What Linux tells of a running process: memory, threads, files."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def status_number(pid: int, field: str) -> int:
    """Of /proc/PID/status: "Threads", "VmRSS" (kB)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    raise ValueError(f"no {field} in the status of process {pid}")


def resident_bytes(pid: int) -> int:
    return status_number(pid, "VmRSS") * 1024


def processor_seconds(pid: int) -> float:
    """What its threads have had of the processors so far, in the kernel too."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


class MostResident:
    """The most bytes that a process held in memory while the block ran."""

    def __init__(self, pid: int):
        self.most = 0
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._end.wait(0.02):
            self.most = max(self.most, resident_bytes(self._pid))

    def __enter__(self) -> MostResident:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        self._thread.join()
