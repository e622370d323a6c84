"""Servers with an archive, and restores of it, as tests and operators do them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from crash.attack import Attack
from crash.ledger import NEVER, Ledger
from firn_process import PATIENCE, FirnProcess, wait_until


def firn(server: FirnProcess, *arguments: object, expect: int = 0, **environment: str) -> str:
    """Runs a command of the program; what it prints, errors too."""
    done = subprocess.run([str(server.binary), *map(str, arguments)], capture_output=True,
                          text=True, timeout=120 * PATIENCE, env={**os.environ, **environment})
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def archive(server: FirnProcess) -> dict[str, object]:
    """The row of firn.archive."""
    with server.connect() as session:
        return archive_of(session)


def archive_of(session) -> dict[str, object]:
    cursor = session.execute("SELECT * FROM firn.archive")
    names = [column.name for column in cursor.description]
    rows = cursor.fetchall()
    assert len(rows) == 1, rows
    return dict(zip(names, rows[0]))


def wait_archived(server: FirnProcess, base: int = 0, seconds: float = 60) -> dict[str, object]:
    """Until everything is in the archive that is there now, and a base copy at `base` or later."""
    with server.connect() as session:
        (lsn,) = session.execute("SELECT wal_durable_lsn FROM firn.lsn").fetchone()

        def done() -> dict[str, object] | None:
            state = archive_of(session)
            there = state["state"] == "current" or (state["archived_lsn"] or 0) >= lsn
            made = state["base_lsn"] is not None and state["base_lsn"] >= base
            if there and made:
                return state
            time.sleep(0.02)  # it is another's turn
            return None

        return wait_until(done, f"archived up to LSN {lsn}, base copy at {base}", seconds)


def restored(attack: Attack, url: str, to: Path, *arguments: object,
             **environment: str) -> FirnProcess:
    """A server, not started, on a folder made from the archive; the attack goes on with it."""
    said = firn(attack.server, "restore", "--from", url, "--to", to, *arguments, **environment)
    assert "restore: done: " in said, said
    print(said)
    attack.server.data = to
    return attack.server


def destroy(server: FirnProcess) -> None:
    """The machine is gone, with its disk."""
    server.kill9()
    shutil.rmtree(server.data)


def forget_after(ledger: Ledger, moment: int) -> int:
    """What ended after the moment may be lost: as if nobody knew its end. How many that are."""
    lost = 0
    for one in [*ledger._units, *ledger._wipes]:
        if one.acknowledged and one.ended_at > moment:
            one.acknowledged, one.ended_at = False, NEVER
            lost += 1
    return lost


def moment_of(ledger: Ledger) -> int:
    """Now, on the ledger's clock."""
    with ledger._changed:
        return ledger._time


