"""Writers that remember what was acknowledged, and the check of what a server holds after a kill.

Every row carries (writer, n); a writer counts n upwards and never sends one twice, so "exactly
once" can be asked of the server. A unit is what one commit makes visible: one row, one COPY, or
the rows of one transaction over two tables.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

import psycopg

from firn_process import FirnProcess

TABLES = {
    "single_rows": "writer int NOT NULL, n bigint NOT NULL, note text",
    "bulk_rows": "writer int NOT NULL, n bigint NOT NULL, note text",
    "debits": "writer int NOT NULL, n bigint NOT NULL, amount numeric(12,2)",
    "credits": "writer int NOT NULL, n bigint NOT NULL, amount numeric(12,2)",
}


@dataclass
class Unit:
    """Rows [first, first + rows) of one writer in each of its tables."""

    tables: tuple[str, ...]
    writer: int
    first: int
    rows: int


@dataclass
class Ledger:
    """What was sent and what was acknowledged, by all writers and over all lives of the server."""

    acknowledged: list[Unit] = field(default_factory=list)
    unknown: list[Unit] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def begin(self, tables: tuple[str, ...], writer: int, rows: int) -> Unit:
        with self._changed:
            first = self._next.get(writer, 0)
            self._next[writer] = first + rows
        return Unit(tables, writer, first, rows)

    def end(self, unit: Unit, acknowledged: bool) -> None:
        with self._changed:
            (self.acknowledged if acknowledged else self.unknown).append(unit)
            self._changed.notify_all()

    def wait_for(self, units: int, seconds: float = 60) -> bool:
        """Waits until so many units are acknowledged in all."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.acknowledged) >= units, seconds)


class Load:
    """Writers and a flusher at work on a server, until they are stopped or it dies."""

    def __init__(self, server: FirnProcess, ledger: Ledger, seed: int):
        self.server = server
        self.ledger = ledger
        self.seed = seed
        self.errors: list[Exception] = []
        self._stop = threading.Event()
        jobs = [(self._insert, 1), (self._insert, 2), (self._copy, 3), (self._transfer, 4),
                (self._transfer, 5), (self._flush, 6)]
        self._threads = [threading.Thread(target=self._run, args=job) for job in jobs]

    def start(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def join(self, stop: bool = True) -> None:
        if stop:
            self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a writer hangs"

    def _run(self, job, writer: int) -> None:
        rng = random.Random(self.seed * 100 + writer)
        try:
            with self.server.connect() as session:
                while not self._stop.is_set():
                    job(session, writer, rng)
        except Exception as error:  # noqa: BLE001 - reported by the test
            killed = isinstance(error, psycopg.OperationalError) and (
                error.sqlstate in (None, "57P01"))
            if not killed:
                self.errors.append(error)

    def _send(self, tables: tuple[str, ...], writer: int, rows: int, send) -> None:
        unit = self.ledger.begin(tables, writer, rows)
        try:
            send(unit)
        except psycopg.Error:
            self.ledger.end(unit, acknowledged=False)
            raise
        self.ledger.end(unit, acknowledged=True)

    def _insert(self, session, writer: int, _rng) -> None:
        self._send(("single_rows",), writer, 1, lambda unit: session.execute(
            "INSERT INTO single_rows VALUES (%s, %s, %s)", (writer, unit.first, "x" * 40)))

    def _copy(self, session, writer: int, rng) -> None:
        def send(unit: Unit) -> None:
            with session.cursor().copy("COPY bulk_rows FROM STDIN") as copy:
                for n in range(unit.first, unit.first + unit.rows):
                    copy.write(f"{writer}\t{n}\tnote {n} {'y' * 60}\n")

        self._send(("bulk_rows",), writer, rng.choice((10, 500, 3000)), send)

    def _transfer(self, session, writer: int, rng) -> None:
        def send(unit: Unit) -> None:
            with session.transaction():
                for n in range(unit.first, unit.first + unit.rows):
                    session.execute("INSERT INTO debits VALUES (%s, %s, %s)", (writer, n, -n))
                    session.execute("INSERT INTO credits VALUES (%s, %s, %s)", (writer, n, n))

        self._send(("debits", "credits"), writer, rng.randint(1, 4), send)

    def _flush(self, session, _writer, rng) -> None:
        session.execute("CHECKPOINT")
        self._stop.wait(rng.random() * 0.1)


def check(held: dict[str, list[tuple[int, int]]], ledger: Ledger) -> None:
    """Every acknowledged row is held exactly once, no unit in part, nothing that was never sent.

    `held`: the (writer, n) pairs of every table. Units of unknown outcome are settled here: once
    seen they count as acknowledged, once missing they must stay away.
    """
    sets = {table: set(pairs) for table, pairs in held.items()}
    for table, pairs in held.items():
        assert len(sets[table]) == len(pairs), f"{table}: {len(pairs) - len(sets[table])} doubled"
    for unit in ledger.acknowledged:
        assert _parts(unit, sets) == _whole(unit), f"acknowledged and not whole: {unit}"
    settled = []
    for unit in ledger.unknown:
        parts = _parts(unit, sets)
        assert parts in (0, _whole(unit)), f"{parts} of {_whole(unit)} rows of one commit: {unit}"
        if parts:
            settled.append(unit)
    ledger.acknowledged.extend(settled)
    ledger.unknown.clear()
    sent = {table: 0 for table in sets}
    for unit in ledger.acknowledged:
        for table in unit.tables:
            sent[table] += unit.rows
    for table, pairs in sets.items():
        assert len(pairs) == sent[table], f"{table}: rows that nobody sent, or sent and not kept"


def _whole(unit: Unit) -> int:
    return unit.rows * len(unit.tables)


def _parts(unit: Unit, sets: dict[str, set[tuple[int, int]]]) -> int:
    return sum((unit.writer, n) in sets[table] for table in unit.tables
               for n in range(unit.first, unit.first + unit.rows))
