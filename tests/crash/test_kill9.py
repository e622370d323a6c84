"""kill -9 at random moments under load: what was acknowledged is there, once, and whole."""

from __future__ import annotations

import random
import time

import psycopg
import pytest

from crash.load import TABLES, Ledger, Load, check
from firn_process import FirnProcess
from lake_readers import (duckdb_relation, duckdb_with_iceberg, pyiceberg_rows, table_folder)


def held_by_server(server: FirnProcess) -> dict[str, list[tuple[int, int]]]:
    with server.connect() as session:
        return {table: session.execute(f"SELECT writer, n FROM {table}").fetchall()
                for table in TABLES}


def held_by_lake(server: FirnProcess, reader: str) -> dict[str, list[tuple[int, int]]]:
    held = {}
    for table in TABLES:
        folder = table_folder(server.data, table)
        if reader == "pyiceberg":
            rows = pyiceberg_rows(folder)
            held[table] = list(zip(rows["writer"].to_pylist(), rows["n"].to_pylist()))
        else:
            query = f"SELECT writer, n FROM {duckdb_relation(folder)}"
            held[table] = duckdb_with_iceberg().execute(query).fetchall()
    return held


def kill_and_check(server: FirnProcess, kills: int, seed: int) -> Ledger:
    """Load, kill at a random moment, start, check; again and again on one folder."""
    rng = random.Random(seed)
    ledger = Ledger()
    for number in range(kills):
        load = Load(server, ledger, seed + number).start()
        units = len(ledger.acknowledged) + rng.choice((1, 10, 100, 400))
        assert ledger.wait_for(units), "the load stands still"
        pause_until = time.monotonic() + rng.random() * 0.05  # anywhere between two commits
        while time.monotonic() < pause_until:
            pass
        server.kill9()
        load.join(stop=False)
        assert load.errors == []
        server.start()
        check(held_by_server(server), ledger)
        print(f"kill {number + 1}: {len(ledger.acknowledged)} units held, "
              f"ready after {server.seconds_to_ready:.2f} s")
    return ledger


def prepare(firn_server, rng: random.Random) -> FirnProcess:
    """A server whose segments are small enough to roll under this load, in half of the cases."""
    small = rng.random() < 0.5
    server = firn_server(settings={"segment_bytes_max": "4MB", "log_prepare_bytes": "4MB",
                                   "flush_bytes": "2MB"} if small else {})
    with server.connect() as session:
        for table, columns in TABLES.items():
            session.execute(f"CREATE TABLE {table} ({columns})")
    return server


def check_lake(server: FirnProcess, ledger: Ledger) -> None:
    with server.connect() as session:
        session.execute("CHECKPOINT")
    for reader in ("pyiceberg", "duckdb"):
        check(held_by_lake(server, reader), ledger)


def test_every_acknowledged_row_survives_being_killed(firn_server, seed):
    server = prepare(firn_server, random.Random(seed))
    ledger = kill_and_check(server, 8, seed)
    check_lake(server, ledger)
    assert server.stop() == 0
    server.start()
    check(held_by_server(server), ledger)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(8))
def test_every_acknowledged_row_survives_many_kills(firn_server, seed, turn):
    server = prepare(firn_server, random.Random(seed + turn))
    check_lake(server, kill_and_check(server, 12, seed + 1000 * turn))


def test_a_kill_while_starting_changes_nothing(firn_server, seed):
    rng = random.Random(seed)
    server = prepare(firn_server, rng)
    ledger = Ledger()
    load = Load(server, ledger, seed).start()
    assert ledger.wait_for(300)
    server.kill9()
    load.join(stop=False)
    assert load.errors == []
    for _ in range(10):
        started = time.monotonic()
        process = server.spawn()
        moment = started + rng.random() * 0.3
        while time.monotonic() < moment and process.poll() is None:
            pass
        server.kill9()
    server.start()
    check(held_by_server(server), ledger)


def test_a_table_made_just_before_a_kill_is_there_and_a_dropped_one_is_not(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE made0 (n int)")
    for number in range(1, 6):
        with server.connect() as session:
            session.execute(f"CREATE TABLE made{number} (n int)")
            session.execute(f"DROP TABLE made{number - 1}")
        server.kill9()
        server.start()
        with server.connect() as session:
            session.execute(f"INSERT INTO made{number} VALUES ({number})")
            assert session.execute(f"SELECT n FROM made{number}").fetchall() == [(number,)]
            with pytest.raises(psycopg.errors.UndefinedTable):
                session.execute(f"SELECT * FROM made{number - 1}")
