"""The server kills itself at every named point, under load; a point that is never reached fails."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time

import psycopg
import pytest

from crash.attack import Attack, attacked, plant_orphans
from crash.load import WIDE, copied
from firn_process import PATIENCE, FirnProcess, firn_binary

QUICK_SECONDS = 25  # for the walk over all points in the normal suite
POINTS_AT_LEAST = 4  # on a machine that is busy with other things
REACHED_SECONDS = 60 * PATIENCE
# Points of shared code that the start itself passes first.
STARTS_PASS = {"segment.state_written", "segment.renamed", "segment.started"}
# Where a crash leaves metadata whose hint the start must publish.
UNHINTED = ("catalog.committed", "flush.written", "hint.written")
UNHINTED_AT_LAST = 6  # crashes there until the start does have a hint to publish


def crash_points() -> list[str]:
    """The server's own list, as it answers an unknown name."""
    ran = subprocess.run([str(firn_binary()), "serve"], env={"FIRN_CRASH_AT": "?"}, text=True,
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=20 * PATIENCE,
                         check=False)
    assert ran.returncode != 0
    listed = re.search(r"of: (.*)", ran.stderr + ran.stdout)
    assert listed, ran.stderr
    return listed.group(1).split()


POINTS = crash_points()
START_POINTS = [point for point in POINTS if point.startswith("start.")]
LOAD_POINTS = [point for point in POINTS if not point.startswith("start.")]
# A start on a folder with tables passes these; the first of all starts alone migrates.
RESTART_POINTS = [*START_POINTS, *sorted(STARTS_PASS)]
RESTART_POINTS.remove("start.migrated")


def passes(point: str, rng: random.Random) -> int:
    """How many times the point is passed before the crash: with data in flight at each."""
    if point in ("commit.before_write", "commit.written", "commit.synced", "commit.published"):
        return rng.randint(20, 250)
    if point in STARTS_PASS:
        return rng.randint(2, 4)
    if point.startswith("table."):
        return rng.randint(1, 12)
    if point.startswith(("stop.", "sweep.listed", "sweep.folder")):
        return 1
    return rng.randint(1, 3)


def wait_for_death(server: FirnProcess, where: str) -> None:
    try:
        code = server.process.wait(REACHED_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.fail(f"never reached: {where}")
    assert code == -signal.SIGKILL, f"{where}: exit code {code}"


def crash_under_load(attack: Attack, where: str) -> None:
    """One life: starts, is checked, works, and dies at the point."""
    if where.startswith("sweep."):
        plant_orphans(attack.server.data)
    attack.age()
    while attack.dies_while_starting(where):
        assert where.startswith(("drop.", "hint.")), f"died while starting: {where}"
        attack.start()  # finishes a DROP, publishes a hint: the next one has none of that to do
        attack.check_server()
        attack.check_lake()
        attack.server.kill9()
    try:
        attack.check_server()
    except psycopg.OperationalError:
        assert where.startswith("sweep."), f"died with nobody at work: {where}"
    load = attack.load()
    if where.startswith("stop."):
        assert attack.ledger.wait_for(attack.ledger.acknowledged + 20)
        attack.server.process.send_signal(signal.SIGTERM)
    wait_for_death(attack.server, where)
    attack.dead(load)


def recover(attack: Attack, dying_at: str) -> bool:
    """Starts again, to die at a point of the start; whether that was reached."""
    reached = attack.dies_while_starting(dying_at)
    attack.server.kill9()
    return reached


def recover_unhinted(attack: Attack, point: str, passed: int) -> bool:
    """Crashes at a point of UNHINTED until the start has a hint to publish, and dies there. It has
    none for a table whose CREATE was not committed, nor for one that was dropped since."""
    for _ in range(UNHINTED_AT_LAST):
        crash_under_load(attack, f"{point}:{passed}")
        if recover(attack, "start.hint:1"):
            return True
    return False


def walk(attack: Attack, points: list[str], rng: random.Random, seconds: float) -> set[str]:
    """Crashes at one point after the other, and at a point of the start that follows each."""
    reached: set[str] = set()
    restarts: list[str] = []
    until = time.monotonic() + seconds
    for number, point in enumerate(points):
        if time.monotonic() > until and number >= POINTS_AT_LEAST:
            break
        where = f"{point}:{passes(point, rng)}"
        crash_under_load(attack, where)
        reached.add(point)
        if not restarts:
            restarts = rng.sample(RESTART_POINTS, len(RESTART_POINTS))
        at = restarts.pop()
        if recover(attack, f"{at}:1"):
            reached.add(at)
        else:
            assert at == "start.hint", f"never reached: {at} after {where}"
        print(f"{where}, then {at}: {attack.ledger.acknowledged} units held")
    return reached


def finish(attack: Attack, what: str) -> None:
    attack.server.kill9()
    attack.start()
    attack.check_server()
    attack.check_lake()
    attack.check_stopped()
    attack.report(what)


def test_a_crash_at_a_point_loses_and_doubles_nothing(firn_server, seed):
    """As many of the points as the time allows, others with another seed."""
    rng = random.Random(seed)
    attack = attacked(firn_server, seed)
    attack.server.kill9()
    reached = walk(attack, rng.sample(LOAD_POINTS, len(LOAD_POINTS)), rng, QUICK_SECONDS)
    finish(attack, f"crash points: {len(reached)} of {len(POINTS)}")
    assert len(reached) >= POINTS_AT_LEAST


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(4))
def test_every_point_is_reached_and_harmless(firn_server, seed, turn):
    rng = random.Random(seed + turn)
    attack = attacked(firn_server, seed + 100_000 * turn)
    attack.server.kill9()
    reached = walk(attack, rng.sample(LOAD_POINTS, len(LOAD_POINTS)), rng, 1e9)
    while missing := set(RESTART_POINTS) - reached:
        at = rng.choice(sorted(missing))
        point, passed = rng.choice(UNHINTED), rng.randint(2, 4)
        if at == "start.hint":
            assert recover_unhinted(attack, point, passed), f"never reached: {at}"
        else:
            crash_under_load(attack, f"{point}:{passed}")
            assert recover(attack, f"{at}:1"), f"never reached: {at}"
        reached.add(at)
    finish(attack, f"crash points: {len(reached)} of {len(POINTS)}")
    assert reached == set(POINTS) - {"start.migrated"}


@pytest.mark.parametrize("at", [UNHINTED[0], *(pytest.param(at, marks=pytest.mark.slow)
                                               for at in UNHINTED[1:])])
def test_a_crash_while_the_start_makes_good_a_hint_is_harmless(firn_server, seed, at):
    attack = attacked(firn_server, seed)
    attack.server.kill9()
    assert recover_unhinted(attack, at, 3), "never reached: start.hint"
    finish(attack, at)


def test_a_first_start_that_dies_anywhere_is_done_again(firn_server):
    """On an empty folder, at each point that its start passes."""
    points = [(point, nth) for point in START_POINTS if point != "start.hint"
              for nth in ((1, 2, 3) if point == "start.migrated" else (1,))]
    for point, nth in [*points, *((point, 1) for point in STARTS_PASS)]:
        server = firn_server(start=False, settings={"log_prepare_bytes": "1MB"})
        server.settings["crash_at"] = f"{point}:{nth}"
        assert server.spawn().wait(REACHED_SECONDS) == -signal.SIGKILL, f"never reached: {point}"
        del server.settings["crash_at"]
        server.start()
        with server.connect() as session:
            session.execute("CREATE TABLE t (n int)")
            session.execute("INSERT INTO t VALUES (1)")
            assert session.execute("SELECT n FROM t").fetchall() == [(1,)]
        server.kill9()


def test_an_unknown_point_ends_the_start_with_the_list(firn_server):
    server = firn_server(start=False, settings={"crash_at": "flush.never"})
    assert server.spawn().wait(20 * PATIENCE) not in (0, -signal.SIGKILL)
    assert "no such crash point: \"flush.never\"" in server.output()
    assert all(point in server.output() for point in POINTS)
    assert not server.data.exists()


def test_a_start_that_dies_after_a_clean_stop_is_done_again(firn_server, seed):
    """With rows in the newest segment and with none, where the start replaces it."""
    rng = random.Random(seed)
    attack = attacked(firn_server, seed)
    for point in rng.sample(RESTART_POINTS, len(RESTART_POINTS)):
        if rng.random() < 0.3:
            load = attack.load(wide=False)
            assert attack.ledger.wait_for(attack.ledger.acknowledged + 10)
            load.join()
            assert load.errors == []
        assert attack.server.stop() == 0
        for where in (point, rng.choice(RESTART_POINTS)):
            assert attack.dies_while_starting(f"{where}:1") or where == "start.hint", where
            attack.server.kill9()
        attack.start()
        attack.check_server()
    finish(attack, "starts that died after a clean stop")


@pytest.mark.slow
@pytest.mark.parametrize("point", ["transaction.file_written", "commit.added_files",
                                   "commit.before_write", "commit.synced", "table.committed"])
def test_a_copy_larger_than_64_mb_is_there_whole_or_not_at_all(firn_server, seed, point):
    """With the settings that users have."""
    attack = attacked(firn_server, seed, {"log_prepare_bytes": "4MB", "orphan_age": "1min"})
    attack.age()
    attack.server.kill9()
    for _ in range(3):
        attack.start(f"{point}:1")
        unit = attack.ledger.begin(("large_rows",), 99, 2400)  # 150 MB
        try:
            with attack.server.connect() as session:
                copied(session.cursor(), "large_rows", 99, unit.first, unit.rows, WIDE)
                attack.ledger.acknowledge(unit)
                session.execute("CHECKPOINT")
        except psycopg.OperationalError:
            pass
        wait_for_death(attack.server, point)
        attack.kills += 1
        attack.check_left()
        attack.age()
        attack.start()
        attack.check_server()
        attack.server.kill9()
    finish(attack, f"large COPY: {point}")
