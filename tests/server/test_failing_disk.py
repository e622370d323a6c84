"""A disk that fails under a running server: what writers and readers are told, and what is left."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess, preloaded, wait_until
from lake_readers import pyiceberg_rows, table_folder


class Disk:
    """What a server's calls on its files meet: see break_disk.cc."""

    def __init__(self, wishes: Path):
        self.wishes = wishes

    def fails(self, *wishes: str) -> None:
        new = self.wishes.with_suffix(".new")
        new.write_text("\n".join(wishes) + "\n")
        new.rename(self.wishes)

    def heals(self) -> None:
        self.wishes.unlink()


@pytest.fixture
def disk(tmp_path, monkeypatch) -> Disk:
    wishes = tmp_path / "wishes"
    monkeypatch.setenv("BREAK_DISK", str(wishes))
    return Disk(wishes)


@pytest.fixture
def server(firn_server, disk, monkeypatch) -> FirnProcess:
    """A server with a table of 1,000 rows in the lake, on a disk that can fail."""
    monkeypatch.setenv("LD_PRELOAD", preloaded("break_disk.so"))
    server = firn_server()
    monkeypatch.delenv("LD_PRELOAD")
    with server.connect() as session:
        session.execute("CREATE TABLE t (n bigint, word text)")
        session.execute("INSERT INTO t SELECT i, 'w' || i FROM generate_series(1, 1000) AS s (i)")
        session.execute("CHECKPOINT")
    return server


def page(server: FirnProcess, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(server.http(path), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(server: FirnProcess, name: str) -> float:
    lines = page(server, "/metrics")[1].splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


class Writer(threading.Thread):
    """Commits pairs of rows, each pair one transaction, until one is refused."""

    def __init__(self, server: FirnProcess, number: int):
        super().__init__()
        self.session = server.connect()
        self.first = 1_000_000 * (number + 1)
        self.acknowledged = 0
        self.refused: psycopg.Error | None = None

    def run(self) -> None:
        with self.session as session:
            while self.refused is None:
                key = self.first + self.acknowledged
                try:
                    with session.transaction():
                        session.execute(f"INSERT INTO t VALUES ({key}, 'one')")
                        session.execute(f"INSERT INTO t VALUES ({key}, 'other')")
                    self.acknowledged += 1
                except psycopg.Error as error:
                    self.refused = error

    def check(self, session: psycopg.Connection, maybe_one_more: bool) -> None:
        """All that was acknowledged is there, and at the most the one whose outcome is unknown."""
        rows = session.execute(
            "SELECT n, string_agg(word, ' ' ORDER BY word) FROM t WHERE n >= %s AND n < %s "
            "GROUP BY n ORDER BY n", (self.first, self.first + 1_000_000)).fetchall()
        assert {words for _, words in rows} == {"one other"}
        keys = [key for key, _ in rows]
        expected = [self.first + done for done in range(self.acknowledged)]
        assert keys[:self.acknowledged] == expected
        extra = keys[self.acknowledged:]
        assert extra == [] or (maybe_one_more and extra == [self.first + self.acknowledged])


def write_until_refused(server: FirnProcess, disk: Disk, wish: str) -> list[Writer]:
    writers = [Writer(server, number) for number in range(4)]
    for writer in writers:
        writer.start()
    wait_until(lambda: all(writer.acknowledged > 5 for writer in writers), "writers at work")
    disk.fails(wish)
    for writer in writers:
        writer.join()
    return writers


@pytest.mark.parametrize("call", ["sync", "write"])
def test_a_log_that_fails_says_what_is_unknown_and_a_restart_recovers(server, disk, call):
    with server.connect() as reader:
        before = metric(server, "firn_log_failed")
        writers = write_until_refused(server, disk, f"{call} EIO /log/")
        for writer in writers:
            assert writer.refused.diag.sqlstate == "58030", writer.refused
        told = [writer.refused.diag.message_primary for writer in writers]
        assert any(message.startswith("outcome unknown: ") for message in told), told
        assert all("/log/segment_" in message for message in told), told
        # Reads go on; writers are refused even when the disk is well again.
        disk.heals()
        assert reader.execute("SELECT count(*) FROM t WHERE n <= 1000").fetchone() == (1000,)
        for statement in ("INSERT INTO t VALUES (0, 'late')", "CREATE TABLE late (n int)"):
            with pytest.raises(psycopg.Error) as late:
                reader.execute(statement)
            assert late.value.diag.sqlstate == "58030"
        status, why = page(server, "/readyz")
        assert status == 503 and "segment_" in why and "restart" in why, why
        assert page(server, "/healthz")[0] == 200
        assert (before, metric(server, "firn_log_failed")) == (0, 1)
        seen = reader.execute("SELECT count(*) FROM t").fetchone()[0]
        assert seen >= 1000 + 2 * sum(writer.acknowledged for writer in writers)
    server.restart()
    assert page(server, "/readyz")[0] == 200
    with server.connect() as session:
        for writer in writers:
            writer.check(session, maybe_one_more=True)
        session.execute("INSERT INTO t VALUES (0, 'after')")
        session.execute("CHECKPOINT")
        assert session.execute("SELECT count(*) FROM t WHERE n <= 0").fetchone() == (1,)
    print(f"{sum(writer.acknowledged for writer in writers)} commits before the {call} failed")


def test_a_log_that_finds_the_disk_full_has_written_nothing_and_heals(server, disk):
    writers = write_until_refused(server, disk, "write ENOSPC /log/")
    assert {writer.refused.diag.sqlstate for writer in writers} == {"53100"}
    assert page(server, "/readyz")[0] == 503
    assert metric(server, "firn_log_failed") == 1
    disk.heals()
    with server.connect() as session:
        for writer in writers:
            writer.check(session, maybe_one_more=False)
        session.execute("INSERT INTO t VALUES (0, 'after')")
        assert page(server, "/readyz")[0] == 200
        assert metric(server, "firn_log_failed") == 0
    server.kill9()
    server.start()
    with server.connect() as session:
        for writer in writers:
            writer.check(session, maybe_one_more=False)
        assert session.execute("SELECT word FROM t WHERE n = 0").fetchall() == [("after",)]


@pytest.mark.parametrize(("wish", "sqlstate"), [
    ("write ENOSPC /warehouse/", "53100"), ("write EIO /warehouse/", "58030"),
    ("sync EIO /warehouse/", "58030"), ("write ENOSPC /catalog.db", "53100"),
    ("sync EIO /catalog.db", "58030")])
def test_what_fails_behind_the_log_stops_no_commit_and_heals(server, disk, wish, sqlstate):
    with server.connect() as session:
        session.execute("INSERT INTO t SELECT i, 'hot' FROM generate_series(1001, 2000) AS s (i)")
        disk.fails(wish)
        failures = metric(server, "firn_flush_failures_total")
        for _ in range(3):
            with pytest.raises(psycopg.Error) as failed:
                session.execute("CHECKPOINT")
            assert failed.value.diag.sqlstate == sqlstate, failed.value
        assert metric(server, "firn_flush_failures_total") > failures
        assert page(server, "/readyz")[0] == 200
        session.execute("INSERT INTO t VALUES (2001, 'meanwhile')")
        shown = "SELECT count(*), sum(n), count(DISTINCT word) FROM t"
        seen = session.execute(shown).fetchone()
        assert seen[0] == 2001
        behind = metric(server, "firn_lake_behind_seconds")
        assert 0 < behind < metric(server, "firn_lake_behind_seconds")
        disk.heals()
        session.execute("CHECKPOINT")
        assert metric(server, "firn_hot_rows") == metric(server, "firn_lake_behind_seconds") == 0
        assert session.execute(shown).fetchone() == seen
        assert pyiceberg_rows(table_folder(server.data, "t")).num_rows == 2001
    server.kill9()
    server.start()
    with server.connect() as session:
        assert session.execute(shown).fetchone() == seen


def test_a_table_that_cannot_be_flushed_does_not_stop_the_others(server, disk):
    with server.connect() as session:
        session.execute("CREATE TABLE stuck (n bigint)")
        session.execute("CREATE TABLE free (n bigint)")
        session.execute("INSERT INTO stuck VALUES (1)")
        session.execute("INSERT INTO free VALUES (1)")
        disk.fails("write ENOSPC /stuck-")
        with pytest.raises(psycopg.errors.DiskFull) as failed:
            session.execute("CHECKPOINT")
        assert "stuck" in str(failed.value), failed.value
        left = dict(session.execute("SELECT name, hot_rows FROM firn.tables").fetchall())
        assert left == {"t": 0, "stuck": 1, "free": 0}
        disk.heals()
        session.execute("CHECKPOINT")
        assert metric(server, "firn_hot_rows") == metric(server, "firn_lake_behind_seconds") == 0


def test_a_data_file_that_cannot_be_read_costs_the_statement_alone(server, disk):
    with server.connect() as session:
        session.execute("INSERT INTO t VALUES (1001, 'hot')")
        disk.fails("read EIO /warehouse/")
        with pytest.raises(psycopg.Error) as failed:
            session.execute("SELECT sum(length(word)) FROM t")
        assert failed.value.diag.sqlstate.startswith("58"), failed.value
        session.execute("INSERT INTO t VALUES (1002, 'hot')")
        disk.heals()
        assert session.execute("SELECT count(*), min(word) FROM t").fetchone() == (1002, "hot")
