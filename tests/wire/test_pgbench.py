"""pgbench with a custom script, in its three protocol modes."""

from __future__ import annotations

import subprocess

import pytest

from firn_process import PATIENCE

CLIENTS, TURNS = 4, 40
SCRIPT = """\
\\set id random(1, 1000000)
\\set amount random(-500, 500)
\\set back 0 - :amount
INSERT INTO {t} VALUES (:id, :client_id, :amount, 'pgbench');
SELECT count(*), sum(amount) FROM {t} WHERE id = :id;
BEGIN;
INSERT INTO {t}_log VALUES (:id, :amount);
INSERT INTO {t}_log VALUES (:id, :back);
COMMIT;
"""


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_pgbench_runs_a_custom_script(firn, session, table, tmp_path, mode):
    session.execute(f"CREATE TABLE {table} (id int, client int, amount int, note text)")
    session.execute(f"CREATE TABLE {table}_log (id int, amount int)")
    script = tmp_path / "turn.sql"
    script.write_text(SCRIPT.format(t=table))
    ran = subprocess.run(
        ["pgbench", "-n", "-M", mode, "-c", str(CLIENTS), "-j", "2", "-t", str(TURNS), "-f",
         str(script), "main"],
        env=firn.client_environment(), text=True, capture_output=True,
        timeout=120 * PATIENCE, check=False)
    assert ran.returncode == 0, ran.stderr
    assert f"number of transactions actually processed: {CLIENTS * TURNS}/{CLIENTS * TURNS}" in (
        ran.stdout)
    assert "number of failed transactions: 0" in ran.stdout
    counts = session.execute(f"SELECT client, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
    assert counts.fetchall() == [(client, TURNS) for client in range(CLIENTS)]
    log = session.execute(f"SELECT count(*), sum(amount) FROM {table}_log").fetchone()
    assert log == (2 * CLIENTS * TURNS, 0)
