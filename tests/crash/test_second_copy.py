"""The machine is gone with its disk: what a restore of the archive brings back."""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

import s3_server
from crash.attack import attacked
from crash.load import SMALL
from crash.second_copy import (archive, archive_of, destroy, firn, forget_after, moment_of,
                               restored, wait_archived)
from firn_process import PATIENCE, FirnProcess, wait_until
from lake_readers import duckdb_relation, duckdb_with_iceberg, pyiceberg_rows, table_folder

ARCHIVED = {**SMALL, "log_archive_base": "2s"}


class Store:
    """Where an archive is kept, which can be away."""

    def __init__(self, url: str, folder: Path, s3: s3_server.S3Server | None = None):
        self.url = url
        self.folder = folder  # of its objects, to damage them
        self.s3 = s3

    @property
    def environment(self) -> dict[str, str]:
        return self.s3.environment if self.s3 else {}

    def go_away(self) -> None:
        if self.s3:
            self.s3.stop()
        else:
            self.folder.rename(self.folder.with_name("away"))

    def come_back(self) -> None:
        if self.s3:
            self.s3.start()
        else:
            self.folder.with_name("away").rename(self.folder)


@pytest.fixture(params=["file", "s3"])
def store(request, tmp_path, monkeypatch):
    if request.param == "file":
        (tmp_path / "archive").mkdir()
        yield Store(f"file://{tmp_path}/archive", tmp_path / "archive")
        return
    if s3_server.versitygw() is None:
        pytest.skip(s3_server.HOW)
    server = s3_server.S3Server(tmp_path / "s3")
    bucket = server.bucket("archive")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield Store(f"{bucket}/one/place", tmp_path / "s3/archive/one/place", server.start())
    finally:
        server.stop()


@pytest.fixture
def local(tmp_path):
    (tmp_path / "archive").mkdir()
    return Store(f"file://{tmp_path}/archive", tmp_path / "archive")


def started(folder: Path) -> bool:
    """Whether a server would start on what is there."""
    return folder.exists() and not (folder / "restore.unfinished").exists() and any(
        name != "mine" for name in os.listdir(folder))


def numbers(server: FirnProcess, table: str = "t") -> list[int]:
    with server.connect() as session:
        return [n for n, in session.execute(f"SELECT n FROM {table} ORDER BY n").fetchall()]


def lake_numbers(server: FirnProcess, table: str = "t") -> list[int]:
    folder = table_folder(server.data, table)
    by_duckdb = duckdb_with_iceberg().execute(
        f"SELECT n FROM {duckdb_relation(folder)} ORDER BY n").fetchall()
    by_pyiceberg = sorted(pyiceberg_rows(folder)["n"].to_pylist())
    assert [n for n, in by_duckdb] == by_pyiceberg
    return by_pyiceberg


def test_a_destroyed_machine_loses_the_last_second_at_the_most(firn_server, store, tmp_path, seed):
    """Under load; nothing in part, nothing doubled; and the restored server goes on as any other,
    with an archive of its own."""
    rng = random.Random(seed)
    attack = attacked(firn_server, seed, {**ARCHIVED, "log_archive": store.url})
    wait_archived(attack.server)
    for number in range(2):
        load = attack.load(ddl=False)
        assert attack.ledger.wait_for(attack.ledger.acknowledged + rng.choice((60, 250)))
        moment = moment_of(attack.ledger)
        begun = time.monotonic()
        # What was acknowledged before the moment is there a second later; on a machine with more
        # to do than it can, as soon as the server says so.
        with attack.server.connect() as session:
            (lsn,) = session.execute("SELECT wal_durable_lsn FROM firn.lsn").fetchone()
            archived = wait_until(lambda: (state := archive_of(session))
                                  and (state["archived_lsn"] or 0) >= lsn and state, "archived")
        seconds = time.monotonic() - begun
        attack.server.kill9()
        load.join(stop=False)
        assert load.errors == [], load.errors
        destroy(attack.server)
        lost = forget_after(attack.ledger, moment)
        print(f"archived after {seconds:.2f} s; may be lost: {lost} units; {archived}")
        restored(attack, store.url, tmp_path / f"again{number}")
        attack.check_left()
        attack.start()
        attack.next_lsn = 0
        attack.check_server()
        attack.check_lake()
        wait_archived(attack.server)
    attack.check_stopped()
    attack.report("machines destroyed: 2")


@pytest.mark.alone
def test_what_is_committed_is_archived_within_a_second(firn_server, local):
    server = firn_server(settings={"log_archive": local.url})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        wait_archived(server)
        waits = []
        for n in range(8):
            session.execute(f"INSERT INTO t VALUES ({n})")
            begun = time.monotonic()
            (lsn,) = session.execute("SELECT wal_durable_lsn FROM firn.lsn").fetchone()
            wait_until(lambda: session.execute(
                "SELECT archived_lsn FROM firn.archive").fetchone()[0] >= lsn, "archived")
            waits.append(time.monotonic() - begun)
    assert max(waits) < 1.0, waits
    print(f"archived after {max(waits):.2f} s at the most")


def test_a_store_that_is_away_stops_nobody_and_is_caught_up_with(firn_server, store, tmp_path):
    """Away at the start, and later for a while, over flush rounds that would take segments away."""
    store.go_away()
    settings = {**ARCHIVED, "log_archive": store.url}
    server = firn_server(settings=settings)
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, note text)")
        for n in range(20):
            session.execute(f"INSERT INTO t VALUES ({n}, '{'x' * 1000}')")
        session.execute("CHECKPOINT")
        state = wait_until(lambda: (one := archive(server))["failures"] and one, "a failure")
        assert state["state"] == "failing" and state["archived_lsn"] is None
        assert state["last_error"] and state["last_error_at"]
        store.come_back()
        wait_archived(server, base=1)
        assert archive(server)["state"] == "current"
        store.go_away()
        for n in range(20, 60):
            session.execute(f"INSERT INTO t SELECT {n}, repeat('y', 100000)")
            if n % 10 == 9:
                session.execute("CHECKPOINT")
        behind = wait_until(lambda: (one := archive(server))["state"] == "failing" and one,
                            "failing")
        assert behind["behind_bytes"] > 3_000_000 and behind["behind_lsns"] >= 40
        assert behind["behind_seconds"] > 0
        assert "failing" in firn(server, "status", "--data", server.data)
        store.come_back()
        wait_archived(server)
    destroy(server)
    firn(server, "restore", "--from", store.url, "--to", tmp_path / "again")
    server.data = tmp_path / "again"
    server.start()
    assert numbers(server) == list(range(60))


def test_a_store_that_never_answers_holds_up_neither_commits_nor_the_stop(firn_server):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        server = firn_server(settings={
            "log_archive": "s3://bucket/x", "s3_access_key": "a", "s3_secret_key": "b",
            "s3_endpoint": f"http://127.0.0.1:{deaf.getsockname()[1]}"})
        with server.connect() as session:
            session.execute("CREATE TABLE t (n int)")
            for n in range(50):
                session.execute(f"INSERT INTO t VALUES ({n})")
            assert archive_of(session)["state"] in ("behind", "failing")
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 15 * PATIENCE  # some 6 on a machine with time
    assert numbers(server.start()) == list(range(50))


def test_a_log_that_may_not_grow_leaves_a_gap_that_a_base_copy_ends(firn_server, local, tmp_path):
    server = firn_server(settings={**ARCHIVED, "log_archive": local.url, "log_bytes_max": "2MB"})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, note text)")
        session.execute("CHECKPOINT")
        wait_archived(server, base=1)
        local.go_away()
        for n in range(80):
            session.execute(f"INSERT INTO t SELECT {n}, repeat('y', 100000)")
            if n % 10 == 9:
                session.execute("CHECKPOINT")
        assert "is not in the archive" in server.output()
        (lsn,) = session.execute("SELECT duckdb_lsn FROM firn.lsn").fetchone()
        local.come_back()
        wait_archived(server, base=lsn)
        assert "archive: a gap" in server.output()
    destroy(server)
    said = firn(server, "restore", "--from", local.url, "--to", tmp_path / "again", "--lsn",
                lsn - 3, expect=1)
    assert "the archive is not whole: the groups with LSNs from " in said
    assert not started(tmp_path / "again")
    shutil.rmtree(tmp_path / "again", ignore_errors=True)
    firn(server, "restore", "--from", local.url, "--to", tmp_path / "again")
    server.data = tmp_path / "again"
    server.start()
    assert numbers(server) == list(range(80))


def points(server: FirnProcess, count: int, checkpoint_at: set[int]) -> list[tuple[int, str]]:
    """(LSN, time) after each of so many commits of one row."""
    made = []
    with server.connect() as session:
        for n in range(count):
            session.execute(f"INSERT INTO t VALUES ({n})")
            made.append(session.execute(
                "SELECT l.duckdb_lsn, CAST(clock_timestamp() AS text) FROM firn.lsn l").fetchone())
            if n in checkpoint_at:
                session.execute("CHECKPOINT")
            if n == count // 2:
                wait_archived(server, base=made[-1][0])
    return made


def test_a_restore_stops_at_the_lsn_or_the_time(firn_server, local, tmp_path):
    """Before, between and behind base copies and flush rounds."""
    server = firn_server(settings={**ARCHIVED, "log_archive": local.url, "log_archive_base": "1s"})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        session.execute("CHECKPOINT")
        wait_archived(server, base=1)
    made = points(server, 24, {3, 9, 12, 15, 20})
    with server.connect() as session:
        session.execute("CREATE TABLE later (n int)")
        session.execute("TRUNCATE t")
        session.execute("INSERT INTO t VALUES (100)")
    wait_archived(server)
    server.kill9()
    for number, n in enumerate((1, 12, 22)):
        lsn, at = made[n]
        for how, point in (("--lsn", lsn), ("--time", at)):
            to = tmp_path / f"to{number}{how}"
            firn(server, "restore", "--from", local.url, "--to", to, how, point)
            again = firn_server(start=False, data=to).start()
            assert numbers(again) == list(range(n + 1)), (how, point)
            with again.connect() as session:
                with pytest.raises(psycopg.errors.UndefinedTable):
                    session.execute("SELECT * FROM later")
                session.execute("INSERT INTO t VALUES (1000)")
                session.execute("CHECKPOINT")
            assert lake_numbers(again) == [*range(n + 1), 1000]
            assert again.stop() == 0
    firn(server, "restore", "--from", local.url, "--to", tmp_path / "all")
    again = firn_server(start=False, data=tmp_path / "all").start()
    assert numbers(again) == [100] and numbers(again, "later") == []


def test_a_transaction_is_restored_whole_or_not_at_all(firn_server, local, tmp_path):
    """An LSN inside of one, also of several that share a group."""
    server = firn_server(settings={"log_archive": local.url})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        (before,) = session.execute("SELECT duckdb_lsn FROM firn.lsn").fetchone()
        wait_archived(server)
        session.execute("INSERT INTO t SELECT n FROM generate_series(1, 10) AS s (n)")
        session.execute("INSERT INTO t SELECT n FROM generate_series(11, 20) AS s (n)")
    wait_archived(server)
    for lsn, held in ((before + 9, []), (before + 10, range(1, 11)), (before + 19, range(1, 11))):
        to = tmp_path / f"to{lsn}"
        firn(server, "restore", "--from", local.url, "--to", to, "--lsn", lsn)
        assert numbers(firn_server(start=False, data=to).start()) == list(held)


def test_all_that_the_catalog_has_comes_back(firn_server, local, tmp_path):
    server = firn_server(settings={"log_archive": local.url})
    with server.connect() as session:
        session.execute("CREATE SCHEMA s; CREATE TYPE mood AS ENUM ('sad', 'ok')")
        session.execute("CREATE TABLE s.t (id bigserial PRIMARY KEY, m mood, n int CHECK (n > 0))")
        session.execute("CREATE VIEW s.v AS SELECT n FROM s.t WHERE n > 1")
        session.execute("COMMENT ON TABLE s.t IS 'kept'")
        session.execute("CREATE ROLE reader LOGIN PASSWORD 'secret'")
        session.execute("GRANT SELECT ON s.t TO reader")
        session.execute("INSERT INTO s.t (m, n) VALUES ('ok', 1), ('sad', 2)")
        session.execute("CHECKPOINT")
        session.execute("ALTER TABLE s.t ADD COLUMN more text")
        session.execute("INSERT INTO s.t (m, n, more) VALUES ('ok', 3, 'x')")
        session.execute("ALTER TABLE s.t RENAME TO u")
    wait_archived(server)
    destroy(server)
    firn(server, "restore", "--from", local.url, "--to", tmp_path / "again")
    again = firn_server(start=False, data=tmp_path / "again").start()
    with again.connect() as session:
        assert session.execute("SELECT id, m::text, n, more FROM s.u ORDER BY id").fetchall() \
            == [(1, "ok", 1, None), (2, "sad", 2, None), (3, "ok", 3, "x")]
        assert session.execute("SELECT n FROM s.v ORDER BY n").fetchall() == [(2,), (3,)]
        assert session.execute("SELECT obj_description('s.u'::regclass)").fetchone() == ("kept",)
        assert session.execute("SELECT has_table_privilege('reader', 's.u', 'select')"
                               ).fetchone() == (True,)
        with pytest.raises(psycopg.errors.CheckViolation):
            session.execute("INSERT INTO s.u (n) VALUES (0)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO s.u (id, n) VALUES (1, 1)")
        session.execute("INSERT INTO s.u (n) VALUES (4)")
        session.execute("CHECKPOINT")
        assert session.execute("SELECT count(*), count(DISTINCT id) FROM s.u").fetchone() == (4, 4)


def test_a_backup_of_a_running_and_of_a_stopped_server(firn_server, store, tmp_path):
    server = firn_server()
    url = store.url + "/backups"
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        session.execute("INSERT INTO t VALUES (1)")
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO t VALUES (2)")
        assert "backup: done: " in firn(server, "backup", "--data", server.data, "--to", url)
        session.execute("INSERT INTO t VALUES (3)")
        session.execute("CHECKPOINT")
        session.execute("INSERT INTO t VALUES (4)")
    firn(server, "restore", "--from", url, "--to", tmp_path / "first")
    assert server.stop() == 0
    said = firn(server, "backup", "--data", server.data, "--to", url)
    assert "backup: of \"" in said and "backup: done: " in said
    firn(server, "restore", "--from", url, "--to", tmp_path / "second")
    destroy(server)
    assert numbers(firn_server(start=False, data=tmp_path / "first").start()) == [1, 2]
    again = firn_server(start=False, data=tmp_path / "second").start()
    assert numbers(again) == [1, 2, 3, 4]
    with again.connect() as session:
        session.execute("CHECKPOINT")
    assert lake_numbers(again) == [1, 2, 3, 4]


def test_a_backup_goes_neither_into_an_archive_nor_for_everybody(firn_server, local):
    server = firn_server(settings={"log_archive": local.url})
    wait_archived(server)
    said = firn(server, "backup", "--data", server.data, "--to", local.url, expect=1)
    assert "a server keeps its archive there" in said
    with server.connect() as session:
        session.execute("CREATE ROLE low LOGIN")
        session.execute("SET ROLE low")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(f"CALL firn.backup('{local.url}/b')")
        session.execute("RESET ROLE")
        for wrong in ("'ftp://x/y'", "''", "7", "'relative'"):
            with pytest.raises(psycopg.Error):
                session.execute(f"CALL firn.backup({wrong})")


def test_another_server_on_a_copy_of_the_folder_is_noticed(firn_server, local):
    """It says whose the archive is when it begins; the one before stops writing there."""
    server = firn_server(settings={"log_archive": local.url})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        wait_archived(server)
        (log,) = local.folder.iterdir()
        (log / "owner").write_text("another server")
        session.execute("INSERT INTO t VALUES (1)")
        state = wait_until(lambda: (one := archive(server))["failures"] and one, "noticed")
        assert "another server began to write the archive of this log" in state["last_error"]
        assert state["state"] == "failing"
        objects = sorted(log.rglob("*.groups"))
        session.execute("INSERT INTO t VALUES (2)")
        assert numbers(server) == [1, 2]
    assert server.stop() == 0
    assert sorted(log.rglob("*.groups")) == objects


@pytest.fixture
def archived(firn_server, local):
    """Three base copies and some objects of groups, and the server that is gone."""
    server = firn_server(settings={**ARCHIVED, "log_archive": local.url})
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        session.execute("CHECKPOINT")
        wait_archived(server, base=1)
        for n in range(5):
            session.execute(f"INSERT INTO t VALUES ({n})")
            wait_archived(server)
        session.execute("CHECKPOINT")
        (lsn,) = session.execute("SELECT duckdb_lsn FROM firn.lsn").fetchone()
        wait_archived(server, base=lsn)
        for n in range(5, 10):
            session.execute(f"INSERT INTO t VALUES ({n})")
            wait_archived(server)
    server.kill9()
    return server


def refused(server: FirnProcess, url: str, to: Path, *arguments: object) -> str:
    said = firn(server, "restore", "--from", url, "--to", to, *arguments, expect=1)
    assert not started(to)
    return said


def test_wrong_inputs_are_refused_and_say_what_is_wrong(archived, local, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("kept")
    assert "is not empty" in refused(archived, local.url, full)
    assert (full / "mine").read_text() == "kept"
    to = tmp_path / "to"
    assert "the folder is not there" in refused(archived, "file:///nowhere/at/all", to)
    (tmp_path / "empty").mkdir()
    assert "there is no archive in" in refused(archived, f"file://{tmp_path}/empty", to)
    assert "not in the archive: it ends at" in refused(archived, local.url, to, "--lsn", 10**9)
    assert not to.exists()
    to.mkdir()
    (to / "restore.unfinished").write_text(local.url)
    assert "is of a restore that was not finished" in refused(archived, local.url, to)
    shutil.rmtree(to)
    said = refused(archived, local.url, to, "--time", "1999-01-01")
    (first,) = re.findall(r"begins after that point: .* of (\d{4}-\S+ \S+\+00)$", said, re.M)
    assert "restore: would restore" in firn(archived, "restore", "--from", local.url, "--to", to,
                                            "--time", first, "--dry-run")
    earlier = first.replace("+00", "+00:01")
    assert "begins after that point" in refused(archived, local.url, to, "--time", earlier)
    assert "not a time" in refused(archived, local.url, to, "--time", "yesterday")
    # What a script passes on that has no value is not "everything".
    for flag, said in (("--time", "not a time"), ("--lsn", "not an LSN"), ("--log", "not the id")):
        assert said in refused(archived, local.url, to, flag, "")
    for lsn in ("-1", "9" * 23, "5x"):
        assert f'not an LSN: "{lsn}"' in refused(archived, local.url, to, f"--lsn={lsn}")
    assert "lies ahead" in refused(archived, local.url, to, "--time", "2999-01-01")
    assert "--from is empty" in refused(archived, "", to)
    assert "--to is empty" in firn(archived, "restore", "--from", local.url, "--to", "", expect=1)
    assert "exclude each other" in refused(archived, local.url, to, "--lsn", 5, "--time",
                                           "2026-01-01 00:00:00")
    unknown = "018f2d5e-7c3a-7def-8a12-0123456789ab"
    assert f"log {unknown} is not in" in refused(archived, local.url, to, "--log", unknown)
    assert "not an address" in refused(archived, "gopher://x/y", to)
    assert "not an address of an S3 store" in (
        said := refused(archived, "s3://key:hunter2@bucket/x", to)) and "hunter2" not in said
    assert not to.exists()


def outcome(server: FirnProcess, url: str, to: Path) -> tuple[int, str]:
    """Exit code and errors of a restore; nothing that starts is left by one that failed."""
    done = subprocess.run([str(server.binary), "restore", "--from", url, "--to", str(to)],
                          capture_output=True, text=True, timeout=60 * PATIENCE)
    assert done.returncode == 0 or not started(to)
    return done.returncode, done.stderr


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_an_object_that_is_missing_or_damaged_is_named(archived, local, tmp_path, seed, step):
    """Whichever it is; or the restore does without it."""
    objects = sorted(path for path in local.folder.rglob("*")
                     if path.is_file() and path.name != "owner")[seed % step::step]
    needed = 0
    for number, path in enumerate(objects):
        name = str(path.relative_to(local.folder))
        whole = path.read_bytes()
        path.unlink()
        code, said = outcome(archived, local.url, tmp_path / f"without{number}")
        needed += code != 0
        first_lsn = str(int(path.stem.split("-")[0])) if path.suffix == ".groups" else name
        assert code == 0 or name in said or first_lsn in said, (name, said)
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 0x40]))
        code, said = outcome(archived, local.url, tmp_path / f"turned{number}")
        assert code == 0 or name in said, (name, said)
        path.write_bytes(whole)
    print(f"objects: {len(objects)}, needed by the newest restore: {needed}")
    assert needed > 0


def test_a_dry_run_writes_nothing(archived, local, tmp_path):
    said = firn(archived, "restore", "--from", local.url, "--to", tmp_path / "to", "--dry-run")
    assert "would restore 1 tables" in said and "nothing was written" in said
    assert not (tmp_path / "to").exists()


def test_a_restore_counts_the_tables_that_there_are_at_its_end(firn_server, local, tmp_path):
    server = firn_server(settings={**ARCHIVED, "log_archive": local.url, "log_archive_base": "1h"})
    wait_archived(server, base=0)
    with server.connect() as session:
        for _ in range(2):
            session.execute("CREATE TABLE a (n int)")
            session.execute("CREATE TABLE b (n int)")
            session.execute("DROP TABLE a, b")
        session.execute("CREATE TABLE a (n int)")
    wait_archived(server)
    server.kill9()
    to = ("restore", "--from", local.url, "--to", tmp_path / "to")
    assert "would restore 1 tables" in firn(server, *to, "--dry-run")
    assert "done: 1 tables" in firn(server, *to)


def test_no_secret_is_told(firn_server, tmp_path):
    if s3_server.versitygw() is None:
        pytest.skip(s3_server.HOW)
    s3 = s3_server.S3Server(tmp_path / "s3").start()
    try:
        s3.bucket("archive")
        server = firn_server(settings={
            "log_archive": "s3://archive", "s3_endpoint": f"http://127.0.0.1:{s3.port}",
            "s3_access_key": "testkey", "s3_secret_key": "not-the-right-one"})
        state = wait_until(lambda: (one := archive(server))["failures"] and one, "a failure")
        assert state["state"] == "failing" and state["last_error"]
        with server.connect() as session:
            session.execute("CREATE TABLE t (n int)")
            settings = session.execute("SELECT * FROM firn.settings").fetchall()
        status = firn(server, "status", "--data", server.data)
        said = f"{state} {settings} {server.output()} {status}"
        assert "not-the-right-one" not in said
        server.stop()
        server.settings |= {"log_archive": "s3://nobucket", "s3_secret_key": "testsecret"}
        server.start()
        state = wait_until(lambda: (one := archive(server))["failures"] and one, "a failure")
        assert "bucket" in state["last_error"].lower()
    finally:
        s3.stop()
