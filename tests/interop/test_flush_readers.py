"""A hundred flushes under readers and writers: a row is hot or in the lake, never both."""

from __future__ import annotations

import threading

import psycopg

from lake_readers import (differences, summary, summary_by_duckdb, summary_by_pyiceberg,
                          table_folder)

FLUSHES, COMPARED_EVERY = 100, 10


class Counter:
    """Rows sent and acknowledged, and their sums; `paused` holds all writers between commits."""

    def __init__(self):
        self._lock = threading.Lock()
        self.paused = threading.Lock()
        self.sent = self.sent_sum = self.acknowledged = self.acknowledged_sum = 0

    def send(self, rows: int, total: int) -> None:
        with self._lock:
            self.sent += rows
            self.sent_sum += total

    def acknowledge(self, rows: int, total: int) -> None:
        with self._lock:
            self.acknowledged += rows
            self.acknowledged_sum += total

    def least(self) -> tuple[int, int]:
        with self._lock:
            return self.acknowledged, self.acknowledged_sum

    def most(self) -> tuple[int, int]:
        with self._lock:
            return self.sent, self.sent_sum


class Hammer:
    """Threads of the test: they stop when told and keep the first thing that went wrong."""

    def __init__(self, connect, table: str):
        self.connect = connect
        self.table = table
        self.counter = Counter()
        self.stop = threading.Event()
        self.wrong: list[str] = []
        self.probes = 0
        self._threads: list[threading.Thread] = []

    def start(self, *jobs) -> None:
        for job in jobs:
            thread = threading.Thread(target=self._run, args=(job, self.connect()))
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, job, session: psycopg.Connection) -> None:
        try:
            job(session)
        except Exception as error:  # noqa: BLE001 - reported by the test
            self.wrong.append(f"{job.__name__}: {error!r}")

    def write_rows(self, session: psycopg.Connection) -> None:
        n = 0
        while not self.stop.is_set():
            with self.counter.paused:
                n += 1
                self.counter.send(1, n)
                session.execute(f"INSERT INTO {self.table} VALUES (%s, %s)", (n, f"row {n}"))
                self.counter.acknowledge(1, n)

    def write_copies(self, session: psycopg.Connection) -> None:
        while not self.stop.is_set():
            with self.counter.paused:
                self.counter.send(50, 50 * 7)
                with session.cursor().copy(f"COPY {self.table} FROM STDIN") as copy:
                    copy.write("7\tcopied\n" * 50)
                self.counter.acknowledge(50, 50 * 7)

    def read(self, session: psycopg.Connection) -> None:
        before = (0, 0)
        query = f"SELECT count(*), coalesce(sum(n), 0) FROM {self.table}"
        while not self.stop.is_set():
            least = self.counter.least()
            count, total = session.execute(query).fetchone()
            most = self.counter.most()
            got = (count, int(total))
            self.probes += 1
            for name, low, high in (("stale", least, got), ("too many", got, most),
                                    ("went back", before, got)):
                if low[0] > high[0] or low[1] > high[1]:
                    self.wrong.append(f"{name}: {low} then {high}")
                    return
            before = got


def source_summary(session: psycopg.Connection, table: str):
    """What the readers must find: the server's own rows, summed up by the same means."""
    import duckdb
    import pyarrow

    rows = session.execute(f"SELECT n, note FROM {table}").fetchall()
    columns = {"n": pyarrow.array([row[0] for row in rows], pyarrow.int64()),
               "note": pyarrow.array([row[1] for row in rows], pyarrow.string())}
    connection = duckdb.connect()
    connection.register("source_rows", pyarrow.table(columns))
    return summary(connection, "source_rows")


def test_a_hundred_flushes_are_invisible_to_readers(firn, connect, table):
    session = connect()
    session.execute(f"CREATE TABLE {table} (n bigint, note text)")
    hammer = Hammer(connect, table)
    hammer.start(hammer.write_rows, hammer.write_copies, hammer.read, hammer.read, hammer.read)
    try:
        for flush in range(1, FLUSHES + 1):
            if hammer.wrong:
                break
            if flush % COMPARED_EVERY != 0:
                probes = hammer.probes
                session.execute("CHECKPOINT")
                while hammer.probes == probes and not hammer.wrong:  # each flush is read across
                    hammer.stop.wait(0.001)
                continue
            with hammer.counter.paused:
                session.execute("CHECKPOINT")
                compare(firn, session, table, hammer.counter)
    finally:
        hammer.join()
    assert hammer.wrong == []
    assert hammer.probes >= FLUSHES


def compare(firn, session, table: str, counter: Counter) -> None:
    """With the writers held: the server is exact, and both lake readers agree with it."""
    want = source_summary(session, table)
    assert (want["rows"], int(want["sum(n)"])) == counter.least() == counter.most()
    folder = table_folder(firn.data, table)
    assert differences(want, summary_by_pyiceberg(folder)) == []
    assert differences(want, summary_by_duckdb(folder)) == []


def test_the_lake_follows_the_last_flush_and_nothing_else(firn, session, table):
    session.execute(f"CREATE TABLE {table} (n bigint, note text)")
    folder = table_folder(firn.data, table)
    assert summary_by_pyiceberg(folder)["rows"] == 0  # readable from its first moment
    session.execute(f"INSERT INTO {table} VALUES (1, 'a'), (2, NULL)")
    session.execute("CHECKPOINT")
    session.execute(f"INSERT INTO {table} VALUES (3, 'hot')")
    for read in (summary_by_pyiceberg, summary_by_duckdb):
        found = read(folder)
        assert (found["rows"], found["sum(n)"], found["count(note)"]) == (2, 3, 1)
    assert session.execute(f"SELECT count(*), sum(n) FROM {table}").fetchone() == (3, 6)


def test_a_flush_of_nothing_adds_no_snapshot(firn, session, table):
    from pyiceberg.table import StaticTable

    from lake_readers import newest_metadata

    session.execute(f"CREATE TABLE {table} (n bigint)")
    session.execute(f"INSERT INTO {table} VALUES (1)")
    for _ in range(3):
        session.execute("CHECKPOINT")
    static = StaticTable.from_metadata(str(newest_metadata(table_folder(firn.data, table))))
    assert len(static.metadata.snapshots) == 1
