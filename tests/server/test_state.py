"""What a server says about itself: views, functions, HTTP, the command line, its footprint."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from firn_process import wait_until

IDLE_PSS_MB, READY_SECONDS, EMPTY_FOLDER_MB = 150, 0.5, 200


def view(session, name: str) -> list[dict]:
    """A view of schema firn as a list of dictionaries."""
    return session.cursor(row_factory=psycopg.rows.dict_row).execute(
        f"SELECT * FROM firn.{name}").fetchall()


@pytest.fixture
def flushed(session, table):
    """A table with two flushed rows and a hot one."""
    session.execute(f"CREATE TABLE {table} (id bigint NOT NULL, note text)")
    session.execute(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')")
    session.execute("CHECKPOINT")
    session.execute(f"INSERT INTO {table} VALUES (3, 'c')")
    return table


# --- views and functions ------------------------------------------------------------------------

def test_tables_lists_tables(session, flushed):
    found = [row for row in view(session, "tables") if flushed in row.values()]
    assert len(found) == 1
    session.execute(f"DROP TABLE {flushed}")
    assert not [row for row in view(session, "tables") if flushed in row.values()]


def test_snapshots_lists_each_flush(session, flushed):
    assert len([row for row in view(session, "snapshots") if flushed in row.values()]) == 1
    session.execute("CHECKPOINT")
    assert len([row for row in view(session, "snapshots") if flushed in row.values()]) == 2


def test_files_names_files_that_exist(session, flushed):
    found = [row for row in view(session, "files") if flushed in row.values()]
    paths = [value for row in found for value in row.values() if str(value).endswith(".parquet")]
    assert len(paths) == len(found) >= 1
    assert all(Path(path.removeprefix("file://")).is_file() for path in paths)


def test_lsn_moves_with_commits_and_flushes(session, flushed):
    (row,) = view(session, "lsn")
    assert {"next_lsn", "wal_durable_lsn", "duckdb_lsn", "iceberg_lsn"} <= set(row)
    assert row["iceberg_lsn"] < row["duckdb_lsn"] <= row["wal_durable_lsn"] < row["next_lsn"]
    session.execute(f"INSERT INTO {flushed} VALUES (4, 'd')")
    (later,) = view(session, "lsn")
    assert later["duckdb_lsn"] > row["duckdb_lsn"]
    assert later["iceberg_lsn"] == row["iceberg_lsn"]
    session.execute("CHECKPOINT")
    assert view(session, "lsn")[0]["iceberg_lsn"] >= later["duckdb_lsn"]


def test_sessions_lists_this_one(connect):
    session, other = connect(), connect()
    pids = [row["pid"] for row in view(session, "sessions")]
    assert session.info.backend_pid in pids and other.info.backend_pid in pids


def test_settings_shows_each_with_its_origin(session):
    found = {row["name"]: row for row in view(session, "settings")}
    assert {"flush_bytes", "flush_interval", "memory_limit", "pg_port"} <= set(found)
    assert "default" in found["flush_bytes"].values()
    assert "flag" in found["pg_port"].values()


def test_the_views_are_ordinary_relations(session, flushed):
    count = session.execute("SELECT count(*) FROM firn.tables t JOIN firn.lsn l "
                            "ON l.next_lsn > 0").fetchone()[0]
    assert count >= 1
    with pytest.raises(psycopg.Error):
        session.execute("INSERT INTO firn.lsn VALUES (1, 2, 3, 4)")


def test_show_tells_versions_and_settings(session):
    assert session.execute("SHOW server_version").fetchone()[0].startswith("15.")
    assert session.execute("SHOW firn.version").fetchone()[0]
    assert session.execute("SELECT version()").fetchone()[0]


def test_the_last_commit_has_an_lsn_that_grows(session, table):
    session.execute(f"CREATE TABLE {table} (n int)")
    seen = []
    for n in range(5):
        session.execute(f"INSERT INTO {table} VALUES ({n})")
        seen.append(session.execute("SELECT firn.last_commit_lsn()").fetchone()[0])
    assert seen == sorted(set(seen))
    hidden = session.execute(f"SELECT __lsn FROM {table} ORDER BY n").fetchall()
    assert [row[0] for row in hidden] == seen


def test_waiting_for_an_lsn_returns_when_it_is_visible(connect, table):
    writer, waiter = connect(), connect()
    writer.execute(f"CREATE TABLE {table} (n int)")
    writer.execute(f"INSERT INTO {table} VALUES (1)")
    lsn = writer.execute("SELECT firn.last_commit_lsn()").fetchone()[0]
    waiter.execute("SELECT firn.wait_for(%s)", (lsn,))
    returned = threading.Event()

    def wait() -> None:
        waiter.execute("SELECT firn.wait_for(%s)", (lsn + 1,))
        returned.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not returned.wait(0.05)
    writer.execute(f"INSERT INTO {table} VALUES (2)")
    assert returned.wait(20)
    thread.join()


def test_hidden_columns_are_there_when_asked_for(session, flushed):
    query = f"SELECT __lsn, __timestamp, * FROM {flushed} ORDER BY id"
    cursor = session.execute(query)
    assert [column.name for column in cursor.description] == ["__lsn", "__timestamp", "id", "note"]
    rows = cursor.fetchall()
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(row[1].tzinfo is not None for row in rows)
    session.execute("CHECKPOINT")
    assert session.execute(query).fetchall() == rows


# --- HTTP ---------------------------------------------------------------------------------------

def get(firn, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(firn.http(path), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_health_and_readiness_answer(firn):
    assert get(firn, "/healthz")[0] == 200
    assert get(firn, "/readyz")[0] == 200
    assert get(firn, "/no-such-page")[0] == 404


def test_metrics_count_what_happens(firn, session, table):
    def figures() -> dict[str, float]:
        status, text = get(firn, "/metrics")
        assert status == 200
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    before = figures()
    session.execute(f"CREATE TABLE {table} (n int)")
    for n in range(10):
        session.execute(f"INSERT INTO {table} VALUES ({n})")
    after = figures()
    assert all(name.startswith(("firn_", "process_")) for name in after)
    for name in ("firn_commits_total", "firn_log_groups_total", "firn_lsn_visible"):
        assert after[name] - before[name] >= 10, name
    assert 0 < after["process_resident_memory_bytes"] < 1 << 34
    assert 5 < after["process_open_fds"] < after["process_max_fds"]
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"] > 0


# --- the command line ---------------------------------------------------------------------------

def test_status_tells_that_it_runs(firn):
    ran = firn.command("status", "--data", str(firn.data))
    assert ran.returncode == 0, ran.stderr
    assert "wal_durable_lsn" in ran.stdout and "firn" in ran.stdout


def test_status_of_no_server_is_an_error(firn, tmp_path):
    ran = firn.command("status", "--data", str(tmp_path / "nothing"))
    assert ran.returncode != 0
    assert str(tmp_path / "nothing") in ran.stdout + ran.stderr


def test_sql_runs_a_statement(firn):
    ran = firn.command("sql", "--data", str(firn.data), "SELECT 6 * 7 AS answer")
    assert ran.returncode == 0, ran.stderr
    assert "answer" in ran.stdout and "42" in ran.stdout
    ran = firn.command("sql", "--data", str(firn.data), "SELECT * FROM no_such_table")
    assert ran.returncode != 0
    assert "no_such_table" in ran.stderr


def test_config_shows_each_setting_with_its_origin(firn, tmp_path):
    (tmp_path / "firn.toml").write_text('flush_interval = "7min"\n')
    ran = firn.command("config", "--data", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    lines = {line.split()[0]: line for line in ran.stdout.splitlines() if line.split()}
    assert "128MB" in lines["flush_bytes"] and "default" in lines["flush_bytes"]
    assert "7min" in lines["flush_interval"] and "firn.toml" in lines["flush_interval"]


def test_wal_inspect_tells_what_the_log_holds(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE seen (n int)")
        session.execute("INSERT INTO seen VALUES (1), (2), (3)")
    server.stop()
    text = server.command("wal", "inspect", "--data", str(server.data))
    assert text.returncode == 0, text.stderr
    assert "segment_" in text.stdout
    as_json = server.command("wal", "inspect", "--json", "--data", str(server.data))
    assert as_json.returncode == 0, as_json.stderr
    assert json.loads(as_json.stdout)


def test_version_and_help_are_there(firn):
    for flag in ("--version", "--help"):
        ran = firn.command(flag)
        assert ran.returncode == 0 and "firn" in ran.stdout


# --- starting, stopping, footprint --------------------------------------------------------------

def test_a_clean_stop_ends_with_code_0_and_keeps_everything(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE kept (n int)")
        session.execute("INSERT INTO kept VALUES (1)")
        assert server.stop() == 0
    assert not server.ports_path.exists()
    server.start()
    with server.connect() as session:
        assert session.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_a_moved_folder_is_refused_until_the_old_path_leads_to_it(firn_server):
    server = firn_server()
    old, new = server.data, server.data.with_name("moved")
    with server.connect() as session:
        session.execute("CREATE TABLE kept (n int)")
        session.execute("INSERT INTO kept VALUES (1)")
        session.execute("CHECKPOINT")
    server.stop()
    old.rename(new)
    server.data = new
    with pytest.raises(RuntimeError, match="the warehouse was moved") as refused:
        server.start()
    assert f"file://{old}/warehouse" in str(refused.value)
    assert f"{new}/warehouse" in str(refused.value)
    old.symlink_to(new)
    server.data = old
    server.start()
    with server.connect() as session:
        assert session.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_a_stop_ends_a_running_query(firn_server):
    server = firn_server()
    session = server.connect()
    session.execute("CREATE TABLE n (n int)")
    with session.cursor().copy("COPY n FROM STDIN") as copy:
        copy.write("".join(f"{n}\n" for n in range(20_000)))
    ended: list[Exception] = []

    def run() -> None:
        try:
            session.execute("SELECT count(*) FROM n a, n b, n c WHERE (a.n + b.n + c.n) % 7 = 0")
        except psycopg.Error as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert server.stop() == 0
    thread.join(20)
    assert len(ended) == 1


def test_a_stop_does_not_wait_for_a_statement_that_cannot_be_stopped(firn_server):
    server = firn_server()
    session = server.connect()
    session.execute("CREATE TABLE kept (n int)")
    session.execute("INSERT INTO kept VALUES (1)")

    def run() -> None:
        with pytest.raises(psycopg.Error):
            server.connect().execute(f"SELECT 1 WHERE 1 IN ({'1,' * 300_000}1)")

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: [row for row in view(session, "sessions") if "IN (1," in str(row)],
               "the long statement")
    assert server.stop(seconds=20) == 0
    thread.join(20)
    server.start()
    assert server.connect().execute("SELECT n FROM kept").fetchall() == [(1,)]


def insert_until_it_ends(server, writer: int, acknowledged: list[tuple[int, int]]) -> None:
    """Commits of one row and of a thousand, each noted when it is acknowledged."""
    try:
        with server.connect() as session:
            for n in itertools.count():
                if n % 10 == 9:
                    with session.cursor().copy("COPY kept FROM STDIN") as copy:
                        for i in range(1000):
                            copy.write_row((writer, n, i))
                else:
                    session.execute(f"INSERT INTO kept VALUES ({writer}, {n}, 0)")
                acknowledged.append((writer, n))
    except psycopg.Error:
        pass


def repeat_until_it_ends(server, statement: str) -> None:
    try:
        with server.connect() as session:
            while True:
                session.execute(statement)
    except psycopg.Error:
        pass


@pytest.mark.alone
def test_a_stop_under_load_ends_within_ten_seconds_and_keeps_what_was_acknowledged(firn_server):
    server = firn_server()
    server.connect().execute("CREATE TABLE kept (writer int, n int, i int)")
    acknowledged: list[tuple[int, int]] = []
    load = [threading.Thread(target=insert_until_it_ends, args=(server, writer, acknowledged))
            for writer in range(6)]
    load += [threading.Thread(target=repeat_until_it_ends, args=(server, statement))
             for statement in ("CHECKPOINT", "SELECT n % 7, count(*), sum(i) FROM kept GROUP BY 1",
                               "SELECT count(*) FROM kept a, kept b, kept c WHERE a.i + b.i > c.i",
                               "CREATE TABLE gone (n int); DROP TABLE gone")]
    for thread in load:
        thread.start()
    wait_until(lambda: len(acknowledged) > 300, "three hundred commits", seconds=120)
    begun = time.monotonic()
    assert server.stop(seconds=10) == 0
    seconds = time.monotonic() - begun
    for thread in load:
        thread.join(20)
    promised = len(acknowledged)
    server.start()
    with server.connect() as session:
        there = dict(((writer, n), count) for writer, n, count in session.execute(
            "SELECT writer, n, count(*) FROM kept GROUP BY writer, n").fetchall())
    print(f"stopped after {seconds:.1f} s, {promised} commits acknowledged, {len(there)} there")
    assert not [commit for commit in acknowledged if commit not in there]
    assert not [commit for commit, rows in there.items() if rows != (1000 if commit[1] % 10 == 9
                                                                    else 1)]


def test_a_second_server_on_the_folder_is_refused_and_names_the_first(firn_server):
    server = firn_server()
    ports = server.ports
    second = server.command("serve", "--data", str(server.data), "--pg-port", "0", "--http-port",
                            "0", "--flight-port", "0")
    assert second.returncode not in (0, None)
    assert f"pid={server.pid}" in second.stdout + second.stderr
    assert server.running and server.ports == ports
    assert server.connect().execute("SELECT 1").fetchone() == (1,)


def test_a_start_prints_a_line_to_paste(firn_server):
    server = firn_server()
    line = re.compile(rf"psql .*-p {server.ports['pg']}\b")
    wait_until(lambda: line.search(server.output()), "the line")


def test_ports_are_those_of_the_flags(firn_server, free_port):
    server = firn_server(arguments=("--http-port", str(free_port)))
    assert server.ports["http"] == free_port
    assert set(server.ports) == {"pg", "http", "flight"}


@pytest.mark.alone
def test_an_idle_server_is_small(firn_server):
    server = firn_server()
    with server.connect() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    lines = Path(f"/proc/{server.pid}/smaps_rollup").read_text().splitlines()
    pss = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024
    print(f"idle: {pss} MB PSS")
    assert pss < IDLE_PSS_MB


@pytest.mark.alone
def test_an_empty_folder_is_ready_soon_and_takes_little_disk(firn_server):
    best = min(firn_server().seconds_to_ready for _ in range(3))
    print(f"ready after {best:.2f} s")
    assert best < READY_SECONDS
    server = firn_server()
    taken = sum(path.stat().st_blocks * 512 for path in server.data.rglob("*")) >> 20
    print(f"empty folder: {taken} MB")
    assert taken < EMPTY_FOLDER_MB
