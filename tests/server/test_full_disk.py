"""A disk that is full: who is refused, what is given up for those who write, and what heals."""

from __future__ import annotations

import os
import subprocess
import urllib.error
import urllib.request

import psycopg
import pytest

from firn_process import FirnProcess, refused_start, wait_until

LINES = b"".join(b"%d\t%s\n" % (n, os.urandom(100).hex().encode()) for n in range(20_000))


def copy(session: psycopg.Connection, data: bytes) -> None:
    with session.cursor().copy("COPY filler FROM STDIN") as copying:
        copying.write(data)


def count(session: psycopg.Connection) -> int:
    return session.execute("SELECT count(*) FROM filler").fetchone()[0]


def readiness(server: FirnProcess) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(server.http("/readyz"), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def fill_disk(server: FirnProcess) -> int:
    """Makes a table of what there is room for in the log; how many rows were acknowledged."""
    acknowledged = 0
    with server.connect() as session:
        session.execute("CREATE TABLE filler (n int, note text)")
        with pytest.raises(psycopg.errors.DiskFull) as caught:
            while acknowledged < 5_000_000:
                copy(session, LINES)
                acknowledged += 20_000
    said = str(caught.value)
    assert str(server.data) in said and "nothing was written" in said, said
    assert "Free space" in caught.value.diag.message_hint
    return acknowledged


def test_a_folder_too_small_to_begin_in_is_named(firn_server, small_disk):
    folder = small_disk(8) / "data"
    said = refused_start(firn_server(start=False, data=folder))
    assert str(folder) in said and "space" in said.lower()
    assert list((folder / "log").iterdir()) == []


def test_what_a_start_without_room_left_is_no_hindrance_to_the_next(firn_server, small_disk):
    folder = small_disk(16) / "data"
    (folder / "log").mkdir(parents=True)
    (folder / "log" / f"spare_{0:020}.arrow").write_bytes(bytes(15 << 20))
    refused_start(firn_server(start=False, data=folder))
    firn_server(data=folder, settings={"log_prepare_bytes": "1MB"})


def test_a_folder_that_fills_up_keeps_what_was_acknowledged(firn_server, small_disk):
    server = firn_server(data=small_disk(160) / "data")
    acknowledged = fill_disk(server)
    with server.connect() as reader:
        assert count(reader) == acknowledged
    server.kill9()
    subprocess.run(["mount", "-o", "remount,size=640m", server.data.parent], check=True)
    server.start()
    with server.connect() as session:
        assert count(session) == acknowledged


def test_commits_go_on_when_there_is_room_again(firn_server, small_disk):
    server = firn_server(data=small_disk(160) / "data")
    acknowledged = fill_disk(server)
    with server.connect() as session:
        for _ in range(3):
            with pytest.raises(psycopg.errors.DiskFull):
                copy(session, LINES * 2)
        status, why = readiness(server)
        assert status == 503 and "is full" in why and "Free space" in why, why
        assert count(session) == acknowledged
        subprocess.run(["mount", "-o", "remount,size=640m", server.data.parent], check=True)

        def written() -> bool:
            try:
                copy(session, LINES * 2)
            except psycopg.errors.DiskFull:
                return False
            return True

        wait_until(written, "a commit after there is room")
        acknowledged += 40_000
        assert readiness(server)[0] == 200
        said = server.output()
        assert 0 < said.rindex("log: commits are refused") < said.rindex("commits are taken again")
        session.execute("CREATE TABLE other (n int)")
        session.execute("INSERT INTO other VALUES (1)")
        assert count(session) == acknowledged
    server.kill9()
    server.start()
    with server.connect() as session:
        assert count(session) == acknowledged
        session.execute("CHECKPOINT")
        assert count(session) == acknowledged


def test_a_full_disk_can_be_started_on_and_read(firn_server, small_disk):
    server = firn_server(data=small_disk(160) / "data")
    acknowledged = fill_disk(server)
    server.kill9()
    ballast = server.data.parent / "ballast"
    with open(ballast, "wb") as out, pytest.raises(OSError):
        while True:
            out.write(bytes(1 << 20))
            out.flush()
    with open(ballast, "r+b") as out:  # as much as a database needs to open its journal
        out.truncate(ballast.stat().st_size - (1 << 20) if ballast.stat().st_size > 1 << 20 else 0)
    server.start()
    with server.connect() as session:
        assert count(session) == acknowledged
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=640m", server.data.parent], check=True)
        copy(session, LINES)
        assert count(session) == acknowledged + 20_000


def test_the_log_kept_for_time_travel_makes_room_for_writers(firn_server, small_disk):
    # Rows of which the lake needs next to nothing, and the log three times the disk.
    server = firn_server(data=small_disk(160) / "data",
                         settings={"segment_bytes_max": "8MB", "time_travel_window": "1d",
                                   "flush_bytes": "16MB"})
    lines = b"1\t" + b"x" * 200 + b"\n"
    rows = 0
    with server.connect() as session:
        session.execute("CREATE TABLE filler (n int, note text)")
        for round_number in range(60):
            copy(session, lines * 40_000)
            rows += 40_000
            if round_number % 2 == 1:
                session.execute("CHECKPOINT")
        assert count(session) == rows
        assert readiness(server)[0] == 200
    assert "given up" in server.output()
    server.kill9()
    server.start()
    with server.connect() as session:
        assert count(session) == rows
        copy(session, lines)
