"""kill -9 at random moments under load: what was acknowledged is there, once, and whole."""

from __future__ import annotations

import random
import time

import psycopg
import pytest

from crash.attack import Attack, attacked
from crash.load import SMALL

QUICK_KILLS = 24
QUICK_SECONDS = 32


def kill_and_check(attack: Attack, kills: int, rng: random.Random, seconds: float = 1e9) -> None:
    """Load, kill at a random moment, read the lake as it was left, start, check; again and again
    on one folder."""
    until = time.monotonic() + seconds
    for _ in range(kills):
        load = attack.load()
        units = attack.ledger.acknowledged + rng.choice((1, 10, 60, 250))
        assert attack.ledger.wait_for(units), "the load stands still"
        pause_until = time.monotonic() + rng.random() * 0.05  # anywhere between two commits
        while time.monotonic() < pause_until:
            pass
        attack.kill9(load)
        if rng.random() < 0.5:
            attack.age()
        attack.start()
        attack.check_server()
        if time.monotonic() > until:
            break


def settings(rng: random.Random) -> dict[str, str]:
    """As users have them, or small enough for segments to roll and transactions to spill."""
    return SMALL if rng.random() < 0.7 else {"log_prepare_bytes": "4MB"}


def test_every_acknowledged_row_survives_being_killed(firn_server, seed):
    attack = attacked(firn_server, seed)
    kill_and_check(attack, QUICK_KILLS, random.Random(seed), QUICK_SECONDS)
    attack.check_lake()
    attack.check_stopped()
    attack.report("kill -9")


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(10))
def test_every_acknowledged_row_survives_many_kills(firn_server, seed, turn):
    rng = random.Random(seed + turn)
    attack = attacked(firn_server, seed + 100_000 * turn, settings(rng))
    kill_and_check(attack, 30, rng)
    attack.check_lake()
    attack.check_stopped()
    attack.report("kill -9")


def test_a_kill_while_starting_changes_nothing(firn_server, seed):
    rng = random.Random(seed)
    attack = attacked(firn_server, seed, settings(rng))
    load = attack.load()
    assert attack.ledger.wait_for(200)
    attack.kill9(load)
    for _ in range(10):
        started = time.monotonic()
        process = attack.server.spawn()
        moment = started + rng.random() * 0.3
        while time.monotonic() < moment and process.poll() is None:
            pass
        attack.server.kill9()
    attack.check_left()
    attack.start()
    attack.check_server()
    attack.check_lake()


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
