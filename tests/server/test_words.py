"""What an operator is told who got something wrong, or who ended it himself."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess

import pytest

from firn_process import PATIENCE, FirnProcess, wait_until

PORTS = ("--pg-port", "0", "--http-port", "0")


def refused(server: FirnProcess, *arguments: str, environment: dict | None = None) -> str:
    done = subprocess.run([str(server.binary), *arguments], capture_output=True, text=True,
                          timeout=60 * PATIENCE, env={**os.environ, **(environment or {})})
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


@pytest.fixture
def flushed(firn_server):
    """A table of two flushed rows in a folder whose server is stopped."""
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        for n in (1, 2):
            session.execute(f"INSERT INTO t VALUES ({n})")
            session.execute("CHECKPOINT")
    assert server.stop() == 0
    return server


@pytest.fixture
def deaf():
    """A store that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60 * PATIENCE)
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_metadata_that_is_missing_is_named(flushed):
    newest = max((flushed.data / "warehouse").rglob("v*.metadata.json"))
    newest.rename(flushed.data / "away")
    said = refused(flushed, "serve", "--data", str(flushed.data), *PORTS)
    assert f'"{newest}"' in said and "table public.t" in said
    (flushed.data / "away").rename(newest)
    flushed.start()


def test_an_endpoint_without_a_scheme_is_refused_in_words(flushed, tmp_path):
    serve = ("serve", "--data", str(tmp_path / "new"), *PORTS)
    said = refused(flushed, *serve, "--s3-endpoint", "127.0.0.1:9000")
    assert "s3_endpoint" in said and "http://" in said and "https://" in said
    backup = ("backup", "--data", str(flushed.data), "--to", "s3://bucket")
    said = refused(flushed, *backup, environment={"AWS_ENDPOINT_URL": "127.0.0.1:9000"})
    assert "AWS_ENDPOINT_URL" in said and "http://" in said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("scheme", ["foo", "gs", "S3"])
def test_an_unknown_scheme_is_named_with_those_that_there_are(flushed, tmp_path, scheme):
    place = f"{scheme}://bucket/x"
    for arguments in (("serve", "--data", str(flushed.data), *PORTS, "--log-archive",
                       place),
                      ("backup", "--data", str(flushed.data), "--to", place),
                      ("restore", "--from", place, "--to", str(tmp_path / "to"))):
        said = refused(flushed, *arguments)
        assert f'"{scheme}"' in said and "s3://" in said and "file://" in said, said


def test_more_memory_than_the_machine_has_is_said(firn_server):
    server = firn_server(settings={"memory_limit": "999TB"})
    (warning,) = [line for line in server.output().splitlines() if "memory_limit" in line]
    assert " W " in warning and "999TB" in warning and " MB" in warning
    assert server.stop() == 0
    server.settings = {"memory_limit": "256MB"}
    server.start()
    assert server.output().count("memory_limit") == 1


def test_salvaged_segments_are_no_data_folder(flushed, tmp_path):
    saved = tmp_path / "saved"
    subprocess.run([str(flushed.binary), "wal", "salvage", "--data", str(flushed.data), "--to",
                    str(saved)], check=True, capture_output=True, timeout=60 * PATIENCE)
    said = refused(flushed, "serve", "--data", str(saved), *PORTS)
    assert f'"{saved}"' in said and "segment" in said and "salvage" in said
    assert not (saved / "catalog.db").exists() and not (saved / "log").exists()
    # In the place where they belong they are as good as any.
    (saved / "firn.lock").unlink(missing_ok=True)
    shutil.rmtree(flushed.data / "log")
    saved.rename(flushed.data / "log")
    flushed.start()


def begun(server: FirnProcess, deaf: socket.socket) -> subprocess.Popen:
    """A backup to a store that never answers."""
    environment = {**os.environ, "AWS_ENDPOINT_URL": url_of(deaf), "AWS_REGION": "us-east-1",
                   "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    process = subprocess.Popen(
        [str(server.binary), "backup", "--data", str(server.data), "--to", "s3://bucket"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout.readline().startswith("backup: of ")
    return process


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_backup_that_is_ended_says_so(flushed, deaf, by):
    process = begun(flushed, deaf)
    process.send_signal(by)
    _, said = process.communicate(timeout=60 * PATIENCE)
    assert process.returncode == 128 + by, said
    assert by.name in said and "not complete" in said
    # And the folder is as after a clean stop.
    flushed.start()
    assert "torn" not in flushed.output()


def test_a_backup_by_the_server_whose_command_or_server_is_ended(firn_server, deaf):
    server = firn_server(settings={"s3_endpoint": url_of(deaf), "s3_region": "us-east-1",
                                   "s3_access_key": "a", "s3_secret_key": "b"})
    process = begun(server, deaf)
    asked, _ = deaf.accept()  # the server's backup is at work
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60 * PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    assert "SIGTERM" in said and "the server goes on" in said

    other = begun(server, deaf)
    _, said = other.communicate(timeout=60 * PATIENCE)
    assert other.returncode == 1 and "another backup is at work" in said
    # Nobody is left who would be told how the first one ends.
    wait_until(lambda: "backup: failed: to=s3://bucket error=" in server.output(),
               "the first backup's end in the log", 60)
    asked.close()

    process = begun(server, deaf)
    assert server.stop() == 0
    _, said = process.communicate(timeout=60 * PATIENCE)
    assert process.returncode == 1
    assert said.startswith("firn: ") and "stop" in said, said


def test_a_backup_is_not_put_into_what_it_is_of(firn_server, tmp_path):
    server = firn_server()
    (tmp_path / "link").symlink_to(server.data / "log")
    for inside in (server.data, server.data / "warehouse" / "bk", tmp_path / "link" / "bk"):
        said = refused(server, "backup", "--data", str(server.data), "--to", str(inside))
        assert "would be in what it is a backup of" in said
    assert not (server.data / "warehouse" / "bk").exists()
    beside = f"{server.data}-bk"
    subprocess.run([str(server.binary), "backup", "--data", str(server.data), "--to", beside],
                   timeout=60 * PATIENCE, check=True)
    shutil.rmtree(beside)


@pytest.mark.parametrize("command", [("serve",), ("status",), ("config",), ("wal", "inspect")])
def test_a_folder_without_a_name_is_told_of(firn, command):
    assert "--data is empty" in refused(firn, *command, "--data", "")
    assert "--data is empty" in refused(firn, *command, environment={"FIRN_DATA": ""})


def test_a_folder_that_cannot_be_looked_at_is_told_of(firn, tmp_path):
    place = str(tmp_path / ("n" * 300) / "data")
    for command in (("serve",), ("status",), ("config",), ("sql",), ("wal", "inspect"),
                    ("wal", "salvage", "--to", str(tmp_path / "to")),
                    ("backup", "--to", str(tmp_path / "to"))):
        arguments = ("SELECT 1",) if command == ("sql",) else ()
        said = refused(firn, *command, "--data", place, *arguments)
        assert "File name too long" in said and place in said, said


def test_commands_give_the_password_or_say_what_is_missing(firn_server, tmp_path):
    server = firn_server(settings={"password": "open sesame"})
    data = ("--data", str(server.data))
    commands = [("status", *data), ("sql", *data, "SELECT 1"),
                ("backup", *data, "--to", str(tmp_path / "copy"))]
    for command in commands:
        said = refused(server, *command)
        assert "no password supplied" in said and "FIRN_PASSWORD" in said, said
        said = refused(server, *command, environment={"FIRN_PASSWORD": "open barley"})
        assert "password authentication failed" in said and "FIRN_PASSWORD" in said, said
        for variable in ("FIRN_PASSWORD", "PGPASSWORD"):
            done = subprocess.run([str(server.binary), *command], capture_output=True, text=True,
                                  timeout=60 * PATIENCE,
                                  env={**os.environ, variable: "open sesame"})
            assert done.returncode == 0, done.stderr
