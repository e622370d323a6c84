"""Writers at work on a server, until they are stopped or it dies: one row, COPY, transactions over
two tables or larger than memory, TRUNCATE, tables that come, change and go, flush rounds.
"""

from __future__ import annotations

import faulthandler
import random
import sys
import threading
import time

import psycopg

from crash.ledger import Ledger, Made
from firn_process import PATIENCE, FirnProcess

MONEY = "writer int NOT NULL, n bigint NOT NULL, amount numeric(12,2)"
NOTES = "writer int NOT NULL, n bigint NOT NULL, note text"
TABLES = {"single_rows": NOTES, "bulk_rows": NOTES, "large_rows": NOTES, "fleeting_rows": NOTES,
          "debits": MONEY, "credits": MONEY,
          "keyed_rows": f"id bigserial PRIMARY KEY, {NOTES}"}
# Small enough for segments to roll and transactions to spill all the time under this load.
SMALL = {"segment_bytes_max": "1MB", "log_prepare_bytes": "1MB", "log_piece_bytes": "8kB",
         "flush_bytes": "2MB", "transaction_memory": "64kB", "time_travel_window": "0s"}
WIDE = "w" * (1 << 16)  # COPY hands rows on by 8 MiB: so many of these are two hands full
WIDE_ROWS = 150
MADE_AT_ONCE = 3
DDL_WRITER = 9


def copied(cursor: psycopg.Cursor, table: str, writer: int, first: int, rows: int,
           note: str) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        copy.write("".join(f"{writer}\t{n}\t{note}\n" for n in range(first, first + rows)))


class Load:
    """What it sends and what comes back is in the ledger; `wide`: a COPY beyond memory in one;
    `ddl`: tables that come and go; `full`: the disk may be, and who is refused tries again."""

    def __init__(self, server: FirnProcess, ledger: Ledger, seed: int, wide: bool = True,
                 ddl: bool = True, full: bool = False):
        self.server = server
        self.ledger = ledger
        self.seed = seed
        self.wide = wide
        self.full = full
        self.errors: list[Exception] = []
        self._stop = threading.Event()
        jobs = [(self._insert, 1), (self._insert, 2), (self._copy, 3), (self._transfer, 4),
                (self._transfer, 5), (self._fleet, 6), (self._truncate, 7), (self._large, 8),
                (self._flush, 10), (self._keyed, 11), *([(self._ddl, DDL_WRITER)] if ddl else [])]
        self._threads = [threading.Thread(target=self._run, args=job, daemon=True)
                         for job in jobs]

    def start(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def join(self, stop: bool = True) -> None:
        """Stops the writers, or waits for those of a server that is dead: there a thread that does
        not end hangs in its client library, which is shown, and harms nobody."""
        if stop:
            self._stop.set()
        until = time.monotonic() + 60 * PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            faulthandler.dump_traceback(sys.__stderr__)
            assert not stop and not self.server.running, "a writer hangs"

    def _run(self, job, writer: int) -> None:
        rng = random.Random(self.seed * 100 + writer)
        try:
            with self.server.connect() as session:
                while not self._stop.is_set():
                    try:
                        job(session, writer, rng)
                    except psycopg.errors.DiskFull:
                        if not self.full:
                            raise
                        self._refused(writer)
        except Exception as error:  # noqa: BLE001 - reported by the test
            killed = isinstance(error, psycopg.OperationalError) and (
                error.sqlstate in (None, "57P01"))
            if not killed:
                self.errors.append(error)

    def _refused(self, writer: int) -> None:
        self.ledger.refuse(writer)
        for made in self.ledger.made.values() if writer == DDL_WRITER else ():
            del made.states[1:]
        self._stop.wait(0.02)

    def _insert(self, session, writer: int, _rng) -> None:
        unit = self.ledger.begin(("single_rows",), writer, 1)
        session.execute("INSERT INTO single_rows VALUES (%s, %s, %s)",
                        (writer, unit.first, "x" * 40))
        self.ledger.acknowledge(unit)

    def _keyed(self, session, writer: int, rng) -> None:
        """A sequence that went back would be a key that is taken."""
        unit = self.ledger.begin(("keyed_rows",), writer, rng.choice((1, 1, 50)))
        session.execute(f"INSERT INTO keyed_rows (writer, n) SELECT {writer}, n FROM "
                        f"generate_series({unit.first}, {unit.first + unit.rows - 1}) AS s (n)")
        self.ledger.acknowledge(unit)
        self._stop.wait(rng.random() * 0.01)

    def _copy(self, session, writer: int, rng) -> None:
        unit = self.ledger.begin(("bulk_rows",), writer, rng.choice((10, 500, 3000)))
        copied(session.cursor(), "bulk_rows", writer, unit.first, unit.rows, "y" * 60)
        self.ledger.acknowledge(unit)

    def _transfer(self, session, writer: int, rng) -> None:
        unit = self.ledger.begin(("debits", "credits"), writer, rng.randint(1, 4))
        with session.transaction():
            for n in range(unit.first, unit.first + unit.rows):
                session.execute("INSERT INTO debits VALUES (%s, %s, %s)", (writer, n, -n))
                session.execute("INSERT INTO credits VALUES (%s, %s, %s)", (writer, n, n))
        self.ledger.acknowledge(unit)

    def _fleet(self, session, writer: int, _rng) -> None:
        unit = self.ledger.begin(("fleeting_rows",), writer, 1)
        session.execute("INSERT INTO fleeting_rows VALUES (%s, %s)", (writer, unit.first))
        self.ledger.acknowledge(unit)

    def _truncate(self, session, writer: int, rng) -> None:
        """Alone, with rows of the same transaction behind it, or two tables at once."""
        kind = rng.randrange(8)
        if kind == 0:
            wipe = self.ledger.begin_wipe(("debits", "credits"), writer)
            session.execute("TRUNCATE debits, credits")
            self.ledger.acknowledge(wipe)
        elif kind == 1:
            wipe = self.ledger.begin_wipe(("fleeting_rows",), writer)
            session.execute("TRUNCATE fleeting_rows")
            self.ledger.acknowledge(wipe)
        else:
            rows = rng.choice((1, 40))
            unit = self.ledger.begin(("fleeting_rows",), writer, rows)
            wipe = (self.ledger.begin_wipe(("fleeting_rows",), writer, unit) if kind < 4
                    else None)
            with session.transaction():
                if wipe:
                    session.execute("TRUNCATE fleeting_rows")
                copied(session.cursor(), "fleeting_rows", writer, unit.first, rows, "t")
            self.ledger.acknowledge(*([wipe, unit] if wipe else [unit]))
        self._stop.wait(rng.random() * 0.02)

    def _large(self, session, writer: int, rng) -> None:
        """More than a transaction may keep in memory: the rest is data files before the commit."""
        if rng.randrange(4) == 0:
            wipe = self.ledger.begin_wipe(("large_rows",), writer)
            session.execute("TRUNCATE large_rows")
            self.ledger.acknowledge(wipe)
        cursor = session.cursor()
        if self.wide and rng.randrange(4) == 0:
            unit = self.ledger.begin(("large_rows",), writer, WIDE_ROWS)
            copied(cursor, "large_rows", writer, unit.first, unit.rows, WIDE)
        else:
            parts, rows = rng.randint(2, 4), rng.choice((300, 1500))
            unit = self.ledger.begin(("large_rows",), writer, parts * rows)
            with session.transaction():
                for part in range(parts):
                    copied(cursor, "large_rows", writer, unit.first + part * rows, rows, "z" * 250)
        self.ledger.acknowledge(unit)
        self._stop.wait(rng.random() * 0.05)

    def _flush(self, session, _writer, rng) -> None:
        session.execute("CHECKPOINT")
        self._stop.wait(rng.random() * 0.1)

    # --- tables that come and go ----------------------------------------------------------------

    def _ddl(self, session, writer: int, rng) -> None:
        self.ledger.ddl += 1  # a name that a killed statement took is not taken again
        alive = [made for made in self.ledger.made.values() if made.states[-1] is not None]
        if len(alive) < MADE_AT_ONCE:
            self._create(session, writer, rng)
        else:
            rng.choice((self._drop, self._rename, self._add_column, self._drop_column,
                        self._fill))(
                session, writer, rng.choice(alive))
        self._stop.wait(rng.random() * 0.01)

    def _create(self, session, writer: int, rng) -> None:
        """The table alone, or with its first rows in one transaction."""
        made = Made(f"made{self.ledger.ddl}")
        self.ledger.made[made.folder] = made
        made.states.append((made.folder, ("writer", "n")))
        unit = self.ledger.begin((made.folder,), writer, rng.choice((1, 200)))
        with session.transaction():
            session.execute(f"CREATE TABLE {made.folder} (writer int NOT NULL, n bigint NOT NULL)")
            self._rows_of(session, made.folder, unit)
        del made.states[0]
        self.ledger.acknowledge(unit)

    def _change(self, session, made: Made, after, statement: str) -> None:
        made.states.append(after)
        session.execute(statement)
        del made.states[0]

    def _drop(self, session, _writer: int, made: Made) -> None:
        self._change(session, made, None, f"DROP TABLE {made.states[0][0]}")

    def _rename(self, session, _writer: int, made: Made) -> None:
        name, columns = made.states[0]
        after = f"{made.folder}_{self.ledger.ddl}"
        self._change(session, made, (after, columns), f"ALTER TABLE {name} RENAME TO {after}")

    def _add_column(self, session, _writer: int, made: Made) -> None:
        name, columns = made.states[0]
        column = f"c{len(columns)}"
        self._change(session, made, (name, (*columns, column)),
                     f"ALTER TABLE {name} ADD COLUMN {column} bigint")

    def _drop_column(self, session, writer: int, made: Made) -> None:
        name, columns = made.states[0]
        if len(columns) == 2:
            return self._fill(session, writer, made)
        return self._change(session, made, (name, columns[:-1]),
                            f"ALTER TABLE {name} DROP COLUMN {columns[-1]}")

    def _fill(self, session, writer: int, made: Made) -> None:
        unit = self.ledger.begin((made.folder,), writer, 20)
        self._rows_of(session, made.states[0][0], unit)
        self.ledger.acknowledge(unit)

    @staticmethod
    def _rows_of(session, table: str, unit) -> None:
        session.execute(f"INSERT INTO {table} (writer, n) SELECT {unit.writer}, n FROM "
                        f"generate_series({unit.first}, {unit.first + unit.rows - 1}) AS s (n)")
