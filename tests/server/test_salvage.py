"""A damaged log is refused, what is sound in it is saved, and the server goes on with that."""

from __future__ import annotations

import json
import subprocess

import pytest

from firn_process import PATIENCE


def run(server, *arguments: str, expect: int = 0) -> str:
    done = subprocess.run([str(server.binary), *arguments], capture_output=True, text=True,
                          timeout=60 * PATIENCE)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def groups_of(server) -> list[tuple[str, dict]]:
    segments = json.loads(run(server, "wal", "inspect", "--data", str(server.data), "--json"))
    return [(segment["path"], group) for segment in segments["segments"]
            for group in segment["groups"] if group["kind"] == "rows"]


@pytest.fixture
def killed(firn_server):
    """Five commits of one row each, the third flushed with all before it, then a kill."""
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        for n in range(1, 6):
            session.execute(f"INSERT INTO t VALUES ({n})")
            if n == 3:
                session.execute("CHECKPOINT")
    server.kill9()
    return server


HEAD, BODY = 1040, 2000


def damage(server, row: int, at: int = BODY) -> None:
    """Turns a byte in the group of this row."""
    path, group = [one for one in groups_of(server) if one[1]["tables"]][row - 1]
    with open(path, "r+b") as file:
        file.seek(group["offset"] + at)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 0xFF]))


def test_damage_in_what_is_in_the_lake_since_does_not_keep_a_server_from_starting(killed):
    damage(killed, 2)
    killed.start()
    with killed.connect() as session:
        rows = session.execute("SELECT n FROM t ORDER BY n").fetchall()
    assert [n for n, in rows] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("row, at, held", [
    (2, HEAD, [1, 2, 3, 4, 5]),  # in the lake since
    (4, HEAD, [1, 2, 3, 5]),     # lost
    (4, BODY, [1, 2, 3, 5]),
])
def test_a_server_goes_on_with_what_was_saved(killed, tmp_path, row, at, held):
    damage(killed, row, at)
    saved = tmp_path / "saved"
    with pytest.raises(Exception, match="wal salvage"):
        killed.start()
    said = run(killed, "wal", "salvage", "--data", str(killed.data), "--to", str(saved))
    assert f"lost   {killed.data}/log/segment_" in said and "move" in said
    (killed.data / "log").rename(tmp_path / "damaged")
    saved.rename(killed.data / "log")
    killed.start()
    with killed.connect() as session:
        rows = "SELECT n FROM t ORDER BY n"
        assert [n for n, in session.execute(rows).fetchall()] == held
        session.execute("INSERT INTO t VALUES (6)")
        session.execute("CHECKPOINT")
    killed.kill9()
    killed.start()
    with killed.connect() as session:
        assert [n for n, in session.execute(rows).fetchall()] == [*held, 6]


@pytest.mark.parametrize("before", ["kill", "clean stop"])
def test_a_newest_segment_that_is_gone_is_missed_and_one_may_go_on_without(
        killed, tmp_path, before):
    killed.start()
    if before == "clean stop":
        assert killed.stop() == 0
        killed.start()
    with killed.connect() as session:
        session.execute("INSERT INTO t VALUES (6)")
    killed.kill9()
    newest = max((killed.data / "log").glob("segment_*"))
    newest.rename(tmp_path / newest.name)
    with pytest.raises(Exception, match=f"(?s)needed is {newest.name}.*wal salvage"):
        killed.start()
    saved = tmp_path / "saved"
    run(killed, "wal", "salvage", "--data", str(killed.data), "--to", str(saved))
    (killed.data / "log").rename(tmp_path / "old")
    saved.rename(killed.data / "log")
    for more in (7, 8):
        killed.start()
        with killed.connect() as session:
            session.execute(f"INSERT INTO t VALUES ({more})")
            held = [n for n, in session.execute("SELECT n FROM t ORDER BY n").fetchall()]
        killed.kill9()
    assert held == [1, 2, 3, 4, 5, 7, 8]


def test_what_cannot_be_salvaged_is_said(killed, tmp_path):
    run(killed, "wal", "salvage", "--data", str(killed.data), expect=106)  # --to is missing
    said = run(killed, "wal", "salvage", str(tmp_path), "--to", str(tmp_path / "x"), expect=1)
    assert "no segment of a log" in said
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("kept")
    said = run(killed, "wal", "salvage", "--data", str(killed.data), "--to", str(full), expect=1)
    assert "is not empty" in said and (full / "mine").read_text() == "kept"
    killed.start()
    said = run(killed, "wal", "salvage", "--data", str(killed.data), "--to",
               str(tmp_path / "y"), expect=1)
    assert str(killed.pid) in said
