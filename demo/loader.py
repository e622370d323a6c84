"""The demo's writers: COPY over several connections, with a ledger that survives a kill -9."""

from __future__ import annotations

import queue
import threading
import time

import psycopg

from firn_process import FirnProcess
from probe import Counts, Probe
from tpch import FIRST_KEY, TABLES, Chunk

CONNECTIONS = 4
PATIENCE_SECONDS = 1


class Disagreement(Exception):
    """The server does not hold what it acknowledged, or refused good input."""


class Loader:
    """Loads chunks, each in a transaction of its own; keeps those whose fate a kill left open."""

    def __init__(self, server: FirnProcess, counts: Counts, chunks: list[Chunk], probe: Probe):
        self.server = server
        self.counts = counts
        self.probe = probe
        self.total_rows = sum(chunk.rows for chunk in chunks)
        self.done: list[Chunk] = []
        self.unknown: list[Chunk] = []
        self.errors: list[Exception] = []
        self.expect_kill = False
        self.waits_for_reader = False
        self._rows = 0
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._waiting: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        for chunk in chunks:
            self._waiting.put(chunk)

    def start(self) -> None:
        self.probe.set_loading(True)
        self._threads = [threading.Thread(target=self._work) for _ in range(CONNECTIONS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, fraction: float) -> int:
        """Waits until this part of the rows is acknowledged; how many are."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._rows >= fraction * self.total_rows or self.errors)
        self._raise_errors()
        return self._rows

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        self.probe.set_loading(False)
        self._raise_errors()

    def _raise_errors(self) -> None:
        if self.errors:
            raise Disagreement(f"COPY failed: {self.errors[0]}")

    def _work(self) -> None:
        try:
            with self.server.connect() as session:
                while True:
                    self._load(session, self._waiting.get_nowait())
                    if self.waits_for_reader:
                        self._let_the_reader_ask()
        except queue.Empty:
            pass
        except (psycopg.Error, OSError) as error:
            lost = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
            if not (lost and self.expect_kill):
                with self._changed:
                    self.errors.append(error)
                    self._changed.notify_all()

    def _load(self, session: psycopg.Connection, chunk: Chunk, again: bool = False) -> None:
        if chunk.table == "lineitem" and not again:
            self.counts.send(chunk.rows, chunk.cents)
        try:
            with session.cursor().copy(f"COPY {chunk.table} FROM STDIN (FORMAT csv)") as copy:
                copy.write(chunk.data)
        except psycopg.Error:
            self.unknown.append(chunk)
            raise
        self._keep(chunk)

    def _let_the_reader_ask(self) -> None:
        """Waits until a probe begins that must see what this connection was told is there.

        The other connections load meanwhile, and this one again while the probe runs: so there
        is a probe for every few transactions, however fast the machine loads.
        """
        begun = self.probe.begun
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (self.probe.begun == begun and self.probe.alive and not self.expect_kill
               and time.monotonic() < deadline):
            time.sleep(0.0002)

    def _keep(self, chunk: Chunk) -> None:
        if chunk.table == "lineitem":
            self.counts.acknowledge(chunk.rows, chunk.cents)
        with self._changed:
            self.done.append(chunk)
            self._rows += chunk.rows
            self._changed.notify_all()

    def settle(self, session: psycopg.Connection) -> tuple[int, int]:
        """After a restart: which open chunks made it; the others are sent again.

        Returns how many did and how many did not. Raises Disagreement when an acknowledged row
        is missing, or a chunk is there in part.
        """
        found, missing = [], []
        for chunk in self.unknown:
            where = " AND ".join(f"{name} = %s" for name in FIRST_KEY[chunk.table])
            query = f"SELECT count(*) FROM {chunk.table} WHERE {where}"
            there = session.execute(query, chunk.first_key()).fetchone()[0]
            (found if there else missing).append(chunk)
        self.unknown.clear()
        for chunk in found:
            self._keep(chunk)
        for table in TABLES:
            want = sum(chunk.rows for chunk in self.done if chunk.table == table)
            got = session.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            if got != want:
                raise Disagreement(f"{table} after the kill: {want} rows acknowledged, {got} held")
        self.expect_kill = False
        for chunk in missing:
            self._load(session, chunk, again=True)
        return len(found), len(missing)
