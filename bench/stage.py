"""Where rows are measured: one machine, its folder, how large everything is, and the servers that
several rows share."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Callable, Iterator, TypeVar

from controls import Firn, NullResponder, Postgres
from firn_process import FirnProcess
from measures import interleaved

# Nothing is flushed: rows stay in memory, and a start reads the whole log back.
KEEP_HOT = {"memory_limit": "200GB", "flush_bytes": "1TB", "flush_log_bytes": "1TB",
            "flush_groups": "1000000000", "flush_interval": "10d", "log_bytes_max": "1TB",
            "transaction_memory": "1TB"}
Size = TypeVar("Size", int, float)


class Stage:
    def __init__(self, build: Path, folder: Path, rounds: int, quick: bool):
        self.binary = build / "bin" / "firn"
        self.limits = build / "bin" / "firn_limits"
        self.encoder = build / "bin" / "lake_encode_bench"
        self.folder = folder
        self.rounds = rounds
        self.quick = quick
        self.seconds = self.size(4, 0.2)  # of each run of a control that has no end of its own
        self.length = ("-t", "50") if quick else ("-T", "4")  # of each run of pgbench
        self.firn = Firn(self.binary, folder / "firn")
        self.postgres = Postgres(folder / "postgres")
        self.null = NullResponder(self.limits)

    def size(self, full: Size, quick: Size) -> Size:
        """How much of something: as much as the row says, or what proves that it runs."""
        return quick if self.quick else full

    def interleaved(self, most: int = 1000, **sides: Callable[[], float]) -> dict[str, list[float]]:
        return interleaved(min(self.rounds, most), **sides)

    @contextlib.contextmanager
    def server(self, name: str, settings: dict[str, str]) -> Iterator[FirnProcess]:
        """A firn of a row's own, gone with its folder at the end."""
        server = FirnProcess(self.folder / name, self.binary, settings)
        server.start()
        try:
            yield server
        finally:
            server.kill9()
            shutil.rmtree(server.data, ignore_errors=True)

    def stop(self) -> None:
        self.null.stop()
        self.firn.stop()
        self.postgres.stop()
