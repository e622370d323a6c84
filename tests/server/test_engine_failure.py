"""What a fatal error inside the query engine does to the statement, to others, and to the rows."""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess, preloaded, wait_until

SHOWN = "SELECT count(*), sum(n), to_char(max(day), 'DD Mon'), max(day) - min(day) FROM t"


class Breakable:
    """A server whose engine breaks when it is told to."""

    def __init__(self, server: FirnProcess, wish: Path):
        self.server = server
        self.wish = wish

    def breaks(self, how: str) -> None:
        self.wish.with_suffix(".new").write_text(how)
        self.wish.with_suffix(".new").rename(self.wish)

    def broken(self) -> None:
        wait_until(lambda: not self.wish.exists(), "the engine is broken")


@pytest.fixture
def breakable(firn_server, tmp_path, monkeypatch) -> Breakable:
    wish = tmp_path / "wish"
    monkeypatch.setenv("LD_PRELOAD", preloaded("break_engine.so"))
    monkeypatch.setenv("BREAK_ENGINE", str(wish))
    server = firn_server()
    monkeypatch.delenv("LD_PRELOAD")
    with server.connect() as session:
        session.execute("CREATE TABLE t (n bigint, day date)")
        session.execute("INSERT INTO t SELECT i, date '2026-01-01' + i % 30 "
                        "FROM generate_series(1, 50000) AS s (i)")
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO t SELECT i, date '2026-01-01' + i % 30 "
                        "FROM generate_series(50001, 100000) AS s (i)")
    return Breakable(server, wish)


def metric(server: FirnProcess, name: str) -> float:
    page = urllib.request.urlopen(server.http("/metrics"), timeout=10).read().decode()
    return next(float(line.split()[1]) for line in page.splitlines() if line.startswith(name + " "))


def test_the_statement_that_breaks_the_engine_gets_an_error_and_the_next_one_runs(breakable):
    server = breakable.server
    with server.connect() as session, server.connect() as other:
        before = session.execute(SHOWN).fetchone()
        hot = metric(server, "firn_hot_rows")
        for time in range(1, 4):
            breakable.breaks("next")
            with pytest.raises(psycopg.errors.InternalError_) as failed:
                session.execute(SHOWN)
            assert "query engine failed" in failed.value.diag.message_primary
            assert "opened again" in failed.value.diag.message_hint
            assert session.execute(SHOWN).fetchone() == before
            assert other.execute(SHOWN).fetchone() == before
            assert metric(server, "firn_hot_rows") == hot == 50_000
            assert metric(server, "firn_engine_reopened_total") == time
        session.execute("INSERT INTO t VALUES (7, '2026-02-01')")
        assert other.execute("SELECT count(*) FROM t").fetchone() == (100_001,)
    assert "opened again after a fatal error" in server.output()


def test_others_go_on_while_the_engine_is_opened_again(breakable):
    server = breakable.server
    failures: list[Exception] = []
    told = [0] * 4  # to run a statement again
    rounds = [0] * 4
    end = threading.Event()

    def work(number: int) -> None:
        try:
            with server.connect() as session:
                expected = session.execute(SHOWN).fetchone()
                while not end.is_set():
                    try:
                        assert session.execute(SHOWN, prepare=True).fetchone() == expected
                        rounds[number] += 1
                    except psycopg.errors.InternalError_ as error:
                        assert error.diag.message_hint == "Run the statement again."
                        told[number] += 1
        except Exception as error:  # noqa: BLE001 - reported by the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(rounds))]
    for thread in threads:
        thread.start()
    with server.connect() as reader:
        with reader.transaction(), reader.cursor("open") as cursor:
            cursor.execute("SELECT n FROM t ORDER BY n")
            assert cursor.fetchmany(2) == [(1,), (2,)]
            for time in range(1, 11):
                seen = list(rounds)
                breakable.breaks("aside")
                breakable.broken()
                wait_until(lambda: failures or all(a > b for a, b in zip(rounds, seen)),
                           "every client goes on")
                assert failures == []
                wait_until(lambda: metric(server, "firn_engine_reopened_total") == time,
                           "another engine is open")
            assert cursor.fetchone() == (3,)
    end.set()
    for thread in threads:
        thread.join()
    assert failures == []
    # What just began when the engine broke may have to be run again, and says so.
    print(f"{sum(rounds)} statements, 10 broken engines, {sum(told)} told to run again")
    assert metric(server, "firn_engine_reopened_total") == 10
