"""Second copies in stores that are slow, that lack their bucket, and that were left behind."""

from __future__ import annotations

import os
import threading
import time

import psycopg
import pytest

import s3_server
from crash.second_copy import archive, archive_of, destroy, firn, wait_archived
from firn_process import FirnProcess, wait_until

STOP_SECONDS = 10
SLOW = 40_000  # bytes a second


@pytest.fixture
def s3(tmp_path, monkeypatch):
    if s3_server.versitygw() is None:
        pytest.skip(s3_server.HOW)
    server = s3_server.S3Server(tmp_path / "s3").start()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def road(s3, monkeypatch):
    """To the store; fast until it is told to be slow."""
    road = s3_server.SlowRoad(s3.port, None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{road.port}")
    try:
        yield road
    finally:
        road.close()


def count(server: FirnProcess, table: str = "t") -> int:
    with server.connect() as session:
        return session.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def fill(server: FirnProcess, megabytes: int) -> None:
    """Rows of 100 kB."""
    with server.connect() as session:
        for _ in range(megabytes):
            session.execute("INSERT INTO t SELECT n, repeat('y', 100000) "
                            "FROM generate_series(1, 10) AS s (n)")


def stop_in_time(server: FirnProcess) -> None:
    begun = time.monotonic()
    assert server.stop() == 0, server.output()[-2000:]
    seconds = time.monotonic() - begun
    print(f"stopped after {seconds:.1f} s")
    assert seconds < STOP_SECONDS


def test_a_slow_store_does_not_hold_up_the_stop(firn_server, s3, road, tmp_path):
    """It answers, and what is behind would take minutes; nothing of it is lost."""
    url = s3.bucket("archive") + "/x"
    server = firn_server(settings={"log_archive": url})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, note text)")
    wait_archived(server)
    road.bytes_per_second = SLOW
    fill(server, 4)
    wait_until(lambda: archive(server)["state"] != "current", "behind")
    stop_in_time(server)
    assert "are not in the archive yet" in server.output()
    server.start()
    stop_in_time(server)  # also while it looks for where it was
    road.bytes_per_second = None
    server.start()
    wait_archived(server, base=1)
    destroy(server)
    firn(server, "restore", "--from", url, "--to", tmp_path / "again")
    server.data = tmp_path / "again"
    assert count(server.start()) == 40


def test_a_slow_backup_does_not_hold_up_the_stop(firn_server, s3, road):
    url = s3.bucket("backups")
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, note text)")
    fill(server, 4)
    road.bytes_per_second, road.passed = SLOW, 0
    refused = []

    def back_up() -> None:
        try:
            with server.connect() as session:
                session.execute(f"CALL firn.backup('{url}')")
        except psycopg.Error as error:
            refused.append(error)

    client = threading.Thread(target=back_up)
    client.start()
    wait_until(lambda: road.passed > SLOW, "the backup under way")
    stop_in_time(server)
    client.join(30)
    assert not client.is_alive() and len(refused) == 1


def test_a_bucket_that_is_missing_is_said_and_healed_by_making_it(firn_server, s3, tmp_path):
    server = firn_server(settings={"log_archive": "s3://later/x"})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        session.execute("INSERT INTO t VALUES (1)")
        state = wait_until(lambda: (one := archive_of(session))["failures"] and one, "a failure")
        assert "there is no bucket" in state["last_error"] and "later" in state["last_error"]
        with pytest.raises(psycopg.Error, match="there is no bucket"):
            session.execute("CALL firn.backup('s3://nowhere/b')")
    said = firn(server, "restore", "--from", "s3://nowhere/b", "--to", tmp_path / "x", expect=1)
    assert "there is no bucket" in said
    s3.bucket("later")
    wait_archived(server, base=1)
    # It goes away, with all that was in it, and comes back empty.
    (s3.folder / "later").rename(tmp_path / "taken")
    with server.connect() as session:
        session.execute("INSERT INTO t VALUES (2)")
        wait_until(lambda: archive_of(session)["state"] == "failing", "failing")
    assert server.stop() == 0
    server.start()
    state = wait_until(lambda: (one := archive(server))["failures"] and one, "a failure")
    assert "there is no bucket" in state["last_error"]
    (tmp_path / "taken").rename(s3.folder / "later")
    wait_archived(server, base=1)
    destroy(server)
    firn(server, "restore", "--from", "s3://later/x", "--to", tmp_path / "again")
    server.data = tmp_path / "again"
    assert count(server.start()) == 2


def test_what_a_store_has_lost_is_sent_again(firn_server, s3, tmp_path):
    """At the next start, and nothing that is there is sent twice."""
    url = s3.bucket("archive") + "/x"
    server = firn_server(settings={"log_archive": url})
    with server.connect() as session:
        for name in ("t", "other"):
            session.execute(f"CREATE TABLE {name} (n int)")
            session.execute(f"INSERT INTO {name} VALUES (1), (2)")
        session.execute("CHECKPOINT")
    assert server.stop() == 0
    server.start()
    wait_archived(server, base=1)
    assert server.stop() == 0

    def files() -> dict[str, int]:
        found = (path for path in s3.folder.rglob("*")
                 if "warehouse" in path.parts and path.is_file())
        return {str(path): path.stat().st_mtime_ns for path in found}

    before = files()
    lost = [path for path in before if path.endswith(".parquet")]
    assert len(lost) == 2
    os.remove(lost[0])
    server.start()
    wait_archived(server, base=1)
    assert "1 objects were missing from the store and were sent again" in server.output()
    after = files()
    assert {path for path in after if after[path] != before.get(path)} == {lost[0]}
    destroy(server)
    firn(server, "restore", "--from", url, "--to", tmp_path / "again")
    server.data = tmp_path / "again"
    server.start()
    assert count(server) == 2 and count(server, "other") == 2


def test_a_backup_of_a_stopped_folder_leaves_the_log_as_it_is(firn_server, s3, road, tmp_path):
    """The archive, which was away, has all of it when the server is back."""
    url = s3.bucket("archive")
    backups = s3.bucket("backups")
    settings = {"log_archive": url, "segment_bytes_max": "1MB", "time_travel_window": "0s",
                "flush_interval": "1s", "log_archive_base": "1s"}
    server = firn_server(settings=settings)
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, note text)")
        session.execute("INSERT INTO t VALUES (0, 'x')")
        session.execute("CHECKPOINT")
        wait_archived(server, base=1)
        road.bytes_per_second = 1
        fill(server, 4)
        session.execute("CHECKPOINT")
        for n in range(3):
            session.execute(f"INSERT INTO t VALUES ({n}, 'hot')")
    server.kill9()
    held = sorted(path.name for path in (server.data / "log").glob("segment_*"))
    assert len(held) > 3
    road.bytes_per_second = 1_000_000
    flags = {f"FIRN_{name.upper()}": value for name, value in settings.items()}
    firn(server, "backup", "--data", server.data, "--to", backups,
         **{**os.environ, **flags})
    left = sorted(path.name for path in (server.data / "log").glob("segment_*"))
    assert set(held) <= set(left), (held, left)
    road.bytes_per_second = None
    server.start()
    wait_archived(server, base=1)
    assert "archive: a gap" not in server.output()
    assert count(server) == 44
