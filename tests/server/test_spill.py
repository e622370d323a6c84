"""Sorts, joins and groups larger than the engine's memory, and the folder they spill to."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess, wait_until

MEMORY_MB = 320  # seven sixteenths of it are the engine's: 140 MB
ROWS = 5_000_000  # of 48 bytes, and as many again while they are sorted, joined or grouped
COLUMNS = "(n bigint, k bigint, a bigint, b bigint, c bigint, d bigint)"
FILL = """
  INSERT INTO big SELECT i, i * 2654435761 % 1000000007, i * 3, i * 5, i * 7, i * 11
  FROM generate_series({}, {}) AS s (i)
"""


def temp_files(server: FirnProcess) -> list[Path]:
    return [path for path in (server.data / "tmp").rglob("*") if path.is_file()]


def temp_bytes(server: FirnProcess) -> int:
    sizes = 0
    for path in temp_files(server):
        with contextlib.suppress(FileNotFoundError):
            sizes += path.stat().st_size
    return sizes


class Spilled:
    """The most bytes of temporary files while the block ran."""

    def __init__(self, server: FirnProcess):
        self.server = server
        self.most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._end.wait(0.01):
            self.most = max(self.most, temp_bytes(self.server))

    def __enter__(self) -> Spilled:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._end.set()
        self._thread.join()


def big_table(firn_server, **settings: str) -> FirnProcess:
    server = firn_server(settings={"memory_limit": f"{MEMORY_MB}MB", **settings})
    with server.connect() as session:
        session.execute(f"CREATE TABLE big {COLUMNS}")
        for first in range(1, ROWS, 1_000_000):
            session.execute(FILL.format(first, first + 999_999))
    return server


KEYS = sorted(n * 2654435761 % 1000000007 for n in range(1, ROWS + 1))
SORT = ("SELECT count(*), min(k), max(k), count(a + b + c + d) FROM "
        f"(SELECT * FROM big ORDER BY k, n LIMIT {ROWS - 1000} OFFSET 500) s")
JOIN = ("SELECT count(*), sum(a.n + b.n), max(a.a + b.b), max(a.c - b.d) "
        "FROM big a JOIN big b ON a.k = b.k AND a.n = b.n")
GROUPS = ("SELECT count(*), sum(c), max(m) FROM (SELECT k, n, count(*) AS c, max(a + b + d) AS m "
          "FROM big GROUP BY k, n) g")
ANSWERS = {SORT: (ROWS - 1000, KEYS[500], KEYS[-501], ROWS - 1000),
           JOIN: (ROWS, ROWS * (ROWS + 1), 8 * ROWS, -4),
           GROUPS: (ROWS, ROWS, 19 * ROWS)}


def test_what_is_larger_than_memory_finishes_with_the_right_answer(firn_server):
    server = big_table(firn_server)
    for name, query in (("sort", SORT), ("join", JOIN), ("groups", GROUPS)):
        with server.connect() as session, Spilled(server) as spilled:
            assert session.execute(query).fetchone() == ANSWERS[query]
        print(f"{name} spilled {spilled.most >> 20} MB")
        assert spilled.most > 30 << 20
    wait_until(lambda: not temp_files(server), "the temporary files are gone")


def test_texts_in_files_are_sorted_and_joined_with_little_memory(firn_server):
    """Each of the engine's threads holds a row group of what it reads: they are small then."""
    rows = 3_000_000
    server = firn_server(settings={"memory_limit": "256MB"})
    with server.connect() as session:
        session.execute("CREATE TABLE texts (i bigint, b text, d float8)")
        for first in range(1, rows, 1_000_000):
            session.execute(
                "INSERT INTO texts SELECT g, md5(g::text) || md5((g + 1)::text), sqrt(g) "
                f"FROM generate_series({first}, {first + 999_999}) AS s (g)")
        session.execute("CHECKPOINT")
        ranked = "SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY b) AS r FROM texts) AS x"
        assert session.execute(ranked).fetchone() == (rows,)
        joined = "SELECT count(*) FROM texts AS x JOIN texts AS y USING (i, b, d)"
        assert session.execute(joined).fetchone() == (rows,)
        ordered = f"SELECT i FROM texts ORDER BY d, b OFFSET {rows - 1}"
        assert session.execute(ordered).fetchall() == [(rows,)]


def test_rows_of_files_of_both_kinds_and_of_memory_are_sorted_with_little_memory(firn_server):
    """They reach the engine as UNION ALL, over which it sees too late that it has to spill: rows of
    one large transaction, of small ones that were flushed, and of memory."""
    server = firn_server(settings={"memory_limit": f"{MEMORY_MB}MB", "flush_bytes": "1GB"})
    rows = 5_000_000
    with server.connect() as session:
        session.execute("CREATE TABLE mixed (n bigint, k bigint, p text)")
        fill = ("INSERT INTO mixed SELECT i, i * 2654435761 % 1000000007, md5(i::text) "
                "FROM generate_series({}, {}) AS s (i)")
        for first in range(1, 500_000, 50_000):  # small ones
            session.execute(fill.format(first, first + 49_999))
        session.execute("CHECKPOINT")
        session.execute(fill.format(500_001, rows - 100_000))  # written as files at once
        session.execute(fill.format(rows - 99_999, rows))
        assert session.execute("SELECT files > 2, hot_rows > 0 FROM firn.tables").fetchone() == (
            True, True)
        smallest = session.execute("SELECT min(p) FROM mixed").fetchone()[0]
        all_spilled = 0
        for query, answer in (
                (f"SELECT n, p FROM mixed ORDER BY n, k OFFSET {rows - 1}", rows),
                (f"SELECT p FROM mixed ORDER BY p DESC, n OFFSET {rows - 1}", smallest),
                ("SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY p, n) AS r FROM mixed) x",
                 rows),
                ("SELECT count(*) FROM (SELECT p, count(*) FROM mixed GROUP BY p) AS x", rows),
                ("SELECT count(DISTINCT p) FROM mixed", rows),
                ("SELECT count(*) FROM mixed AS a JOIN mixed AS b USING (p)", rows)):
            with Spilled(server) as spilled:
                assert session.execute(query).fetchone()[0] == answer, query
            print(f"{query[:60]}… spilled {spilled.most >> 20} MB")
            all_spilled += spilled.most
        assert all_spilled > 100 << 20
        # Small ones run as ever afterwards.
        with Spilled(server) as spilled:
            assert session.execute("SELECT n FROM mixed WHERE n <= 9 ORDER BY k, n").rowcount == 9
        assert spilled.most == 0
    wait_until(lambda: not temp_files(server), "the temporary files are gone")


def test_at_its_cap_the_folder_is_an_error_and_it_takes_no_room(firn_server):
    server = big_table(firn_server, temp_bytes_max="30MB")
    with server.connect() as session, server.connect() as other:
        for query in ANSWERS:
            with pytest.raises(psycopg.Error) as refused:
                session.execute(query)
            assert refused.value.sqlstate == "53100"
            assert "temp_bytes_max" in refused.value.diag.message_primary
            assert "temp_bytes_max" in refused.value.diag.message_hint
            assert session.execute("SELECT count(*) FROM big").fetchone() == (ROWS,)
            assert other.execute("SELECT max(n) FROM big").fetchone() == (ROWS,)
        # The engine creates a file before it asks for the room of the first block: one that met the
        # cap there stays open, empty, until a block of its size is written.
        wait_until(lambda: temp_bytes(server) == 0, "the temporary files take no room")
        assert session.execute("SELECT k FROM big ORDER BY n LIMIT 1").fetchone() == (
            2654435761 % 1000000007,)


def test_a_killed_server_leaves_no_temporary_files_to_the_next(firn_server):
    server = big_table(firn_server)
    session = server.connect()

    def run() -> None:
        with pytest.raises(psycopg.OperationalError):
            session.execute(SORT)

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: temp_files(server), "the sort spills")
    server.kill9()
    thread.join()
    session.close()
    assert temp_files(server)
    server.start()
    assert temp_files(server) == []
    with server.connect() as again:
        assert again.execute("SELECT count(*) FROM big").fetchone() == (ROWS,)
