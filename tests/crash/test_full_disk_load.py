"""A disk that is full again and again under load, and servers killed on it: what was acknowledged
is there, once and whole, and nothing that was refused."""

from __future__ import annotations

import errno
import random
import time
from pathlib import Path

import pytest

from crash.attack import Attack, attacked
from crash.load import SMALL
from firn_process import wait_until

MEGABYTES = 300
QUICK_ROUNDS = 12
QUICK_SECONDS = 30


class Disk:
    """A small file system that can be filled to its last block."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        for piece in (1 << 20, 1 << 12):
            try:
                with self._filler.open("ab", buffering=0) as file:
                    while True:
                        file.write(bytes(piece))
            except OSError as error:
                assert error.errno == errno.ENOSPC, error

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


def start_on(attack: Attack, disk: Disk) -> None:
    """A start finds room for what it writes, or says that it does not."""
    try:
        attack.start()
    except RuntimeError as error:
        assert "space" in str(error).lower(), error
        disk.free()
        attack.start()


def fill_and_check(attack: Attack, disk: Disk, rounds: int, rng: random.Random,
                   seconds: float = 1e9) -> None:
    """Load, fill the disk until writers are refused, free it under them or not, kill, start on
    what there is, check; again and again on one folder."""
    ledger = attack.ledger
    until = time.monotonic() + seconds
    for _ in range(rounds):
        load = attack.load(wide=False, full=True)
        assert ledger.wait_for(ledger.acknowledged + rng.choice((10, 60, 250))), "nothing goes on"
        enough = ledger.refused + rng.choice((1, 10, 40))

        def are_refused(enough: int = enough) -> bool:
            disk.fill()
            return ledger.refused >= enough

        wait_until(are_refused, "writers on a full disk are refused")
        if rng.random() < 0.5:
            disk.free()
            assert ledger.wait_for(ledger.acknowledged + 60), "there is room, and writers stand"
        attack.kill9(load)
        if rng.random() < 0.5:
            disk.free()
        start_on(attack, disk)
        attack.check_server()
        disk.free()
        if time.monotonic() > until:
            break


def survive(firn_server, small_disk, seed: int, rounds: int, seconds: float = 1e9) -> None:
    disk = Disk(small_disk(MEGABYTES))
    attack = attacked(firn_server, seed, SMALL, data=disk.folder / "data")
    fill_and_check(attack, disk, rounds, random.Random(seed), seconds)
    attack.check_lake()
    attack.check_stopped()
    attack.report("full disk")


def test_a_disk_that_fills_up_loses_nothing_and_keeps_nothing_refused(firn_server, small_disk,
                                                                      seed):
    survive(firn_server, small_disk, seed, QUICK_ROUNDS, QUICK_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(6))
def test_a_disk_that_fills_up_many_times(firn_server, small_disk, seed, turn):
    survive(firn_server, small_disk, seed + 100_000 * turn, rounds=25)
