"""Bad input: a clear error, nothing of that statement applied, every other session unharmed."""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path

import psycopg
import pytest

from firn_process import PATIENCE, FirnProcess, refused_start, wait_until


@pytest.fixture
def orders(session, table):
    """A table with one row, which no bad input may change."""
    session.execute(f"CREATE TABLE {table} (id int NOT NULL, day date, price numeric(6,2), "
                    "note varchar(10))")
    session.execute(f"INSERT INTO {table} VALUES (0, '2024-01-01', 1.5, 'first')")
    yield table
    count = session.execute(f"SELECT count(*), sum(price) FROM {table}").fetchone()
    assert (count[0], str(count[1])) == (1, "1.50")


def copy_error(session, table: str, data: bytes, options: str = "FORMAT csv") -> psycopg.Error:
    with pytest.raises(psycopg.Error) as caught:
        with session.cursor().copy(f"COPY {table} FROM STDIN ({options})") as copy:
            copy.write(data)
    return caught.value


GOOD = b"1,2024-01-02,1.00,a\n"


@pytest.mark.parametrize("line, code, context, words", [
    (b"2,2024-01-02", "22P04", "line 3", "price"),
    (b"2,2024-01-02,1,a,extra", "22P04", "line 3", "extra data"),
    (b"two,2024-01-02,1,a", "22P02", 'line 3, column id: "two"', "integer"),
    (b"2,2024-02-30,1,a", "22008", 'line 3, column day: "2024-02-30"', "2024-02-30"),
    (b"2,2024-01-02,99999.99,a", "22003", 'line 3, column price: "99999.99"', "overflow"),
    (b"99999999999,,,", "22003", 'line 3, column id: "99999999999"', "99999999999"),
    (b"2,2024-01-02,1,eleven chars", "22001", 'line 3, column note: "eleven chars"', "too long"),
    (b",2024-01-02,1,a", "23502", "line 3", '"id"'),
    (b'2,2024-01-02,1,"open', "22P04", "line", "quote"),
    (b"2,2024-01-02,1,\xff\xfe", "22021", "line 3", "UTF8"),
    (b"2,2024-01-02,1,a\x00b", "22021", "line 3", "UTF8"),
])
def test_a_bad_copy_line_is_named_and_nothing_is_applied(session, orders, line, code, context,
                                                         words):
    error = copy_error(session, orders, GOOD + GOOD + line + b"\n" + GOOD)
    assert error.sqlstate == code, error
    assert f"COPY {orders}, {context}" in error.diag.context
    assert words in error.diag.message_primary


@pytest.mark.parametrize("line, code, context", [
    (b"2\t2024-01-02", "22P04", "line 2"),
    (b"x\t2024-01-02\t1\ta", "22P02", 'line 2, column id: "x"'),
    (b"2\t2024-01-02\t1\t\xc3\x28", "22021", "line 2"),
])
def test_a_bad_line_of_text_format_is_named_too(session, orders, line, code, context):
    error = copy_error(session, orders, b"1\t\\N\t\\N\t\\N\n" + line + b"\n", "FORMAT text")
    assert error.sqlstate == code, error
    assert f"COPY {orders}, {context}" in error.diag.context


def test_a_bad_line_after_very_many_good_ones_undoes_them_all(session, orders):
    good = b"".join(b"%d,2024-01-02,1.00,a\n" % n for n in range(100_000))
    error = copy_error(session, orders, good + b"oops,2024-01-02,1.00,a\n")
    assert f'COPY {orders}, line 100001, column id: "oops"' in error.diag.context


def test_the_session_goes_on_after_a_failed_copy(session, orders, table):
    copy_error(session, orders, b"x\n")
    assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("statement, code", [
    ("COPY {t} FROM STDIN (FORMAT parquet)", "22023"),
    ("COPY {t} FROM STDIN (FORMAT csv, FORMAT csv)", "42601"),
    ("COPY {t} (nope) FROM STDIN", "42703"),
    ("COPY no_such_table FROM STDIN", "42P01"),
    ("COPY {t} FROM STDIN (DELIMITER 'ab')", "0A000"),
    ("COPY {t} FROM '/etc/passwd'", None),
])
def test_a_copy_that_cannot_begin_says_why(session, orders, statement, code):
    with pytest.raises(psycopg.Error) as caught:
        session.execute(statement.format(t=orders))
    assert caught.value.sqlstate == code or code is None, caught.value


def test_a_client_that_gives_up_applies_nothing(session, orders):
    with pytest.raises(RuntimeError, match="changed my mind"):  # psycopg sends CopyFail
        with session.cursor().copy(f"COPY {orders} FROM STDIN (FORMAT csv)") as copy:
            copy.write(GOOD * 1000)
            raise RuntimeError("changed my mind")


def cut_off(connection: psycopg.Connection) -> None:
    """Ends a connection as a vanished machine does: a reset, no message."""
    with socket.socket(fileno=os.dup(connection.fileno())) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.pgconn.finish()


def test_a_client_gone_in_mid_copy_harms_nobody(firn, session, orders):
    sessions = "SELECT count(*) FROM firn.sessions"
    before = session.execute(sessions).fetchone()
    for _ in range(5):
        leaver = firn.connect()
        copy = leaver.cursor().copy(f"COPY {orders} FROM STDIN (FORMAT csv)")
        copy.__enter__().write(GOOD * 20_000)
        cut_off(leaver)
        assert session.execute(f"SELECT count(*) FROM {orders}").fetchone() == (1,)
    wait_until(lambda: session.execute(sessions).fetchone() == before, "the sessions to end")


def test_a_client_gone_in_a_transaction_leaves_nothing(firn, session, orders):
    leaver = firn.connect()
    leaver.execute("BEGIN")
    leaver.execute(f"INSERT INTO {orders} SELECT 7, NULL, NULL, NULL")
    pid = leaver.info.backend_pid
    cut_off(leaver)
    alive = f"SELECT count(*) FROM firn.sessions WHERE pid = {pid}"
    wait_until(lambda: session.execute(alive).fetchone() == (0,), "the session to end")


def test_a_statement_of_hopeless_depth_is_refused(session):
    for query in ("SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
                  "SELECT " + "+".join(["1"] * 50_000), "SELECT 1" + " UNION SELECT 1" * 20_000):
        try:
            session.execute(query)
        except psycopg.Error as error:
            assert error.sqlstate in ("54001", "42601", "54000", "0A000", "53200"), error
    assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("query, answer", [
    ("SELECT " + "||".join(["'a'"] * 900), "a" * 900),
    ("SELECT x" + " || ', ' || x" * 400 + " FROM (VALUES ('b')) v(x)", "b" + ", b" * 400),
    ("SELECT " + "+".join(["1"] * 300), 300),
    ("SELECT " + "/*" * 500 + "*/" * 500 + " 1", 1),
    ("SELECT " + "/*" * 100_000 + "*/" * 100_000 + " 1", None),
    ("SELECT '" + "/*" * 300 + "'", "/*" * 300),
])
def test_a_long_chain_is_answered_or_refused_soon(session, query, answer):
    began = time.monotonic()
    if answer is None:
        with pytest.raises(psycopg.errors.StatementTooComplex):
            session.execute(query)
    else:
        assert session.execute(query).fetchone() == (answer,)
    assert time.monotonic() - began < 20 * PATIENCE  # minutes before, beside other work


# --- names that are too long --------------------------------------------------------------------

LONG = "Name_of_" + "x" * 60
LONG_NAMES = [
    f"SELECT 1 AS {LONG}",
    f'SELECT 1 AS "{LONG}", 2 AS "a""b {"y" * 70}"',
    f'SELECT 1 AS "{"ü" * 40}"; SELECT 2 AS {LONG}',
    f"SELECT '{LONG}', E'{LONG}', $${LONG}$$ -- {LONG}",
    f'SELECT 1 AS "{LONG[:63]}"',
    f'CREATE TEMP TABLE {LONG}(n int)',
    f'DROP TABLE {LONG}',
]


def told(session, ask) -> list[tuple]:
    heard = []
    session.add_notice_handler(lambda said: heard.append(
        (said.severity, said.sqlstate, said.message_primary)))
    ask(session)
    return heard


@pytest.mark.parametrize("query", LONG_NAMES)
def test_a_name_that_is_cut_is_told_as_postgres_tells_it(connect, postgres_server, query):
    def ask(session):
        if query.startswith("DROP"):
            session.execute(query.replace("DROP TABLE", "CREATE TEMP TABLE") + "(n int)")
        session.execute(query)

    with postgres_server() as postgres:
        assert told(connect(), ask) == told(postgres, ask)


def test_a_prepared_statement_tells_of_a_cut_name_once(connect):
    def ask(session):
        for n in range(3):
            session.execute(f"SELECT %s::int AS {LONG}", (n,), prepare=True)

    assert len(told(connect(), ask)) == 1


# --- starting -----------------------------------------------------------------------------------

@pytest.mark.parametrize("flag", ["--pg-port", "--http-port"])
def test_a_port_in_use_names_its_flag(firn_server, flag):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = refused_start(firn_server(start=False, arguments=(flag, port)))
    assert flag in said and port in said


def test_a_port_in_use_leaves_no_folder_behind(firn_server, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        folder = tmp_path / "never"
        refused_start(firn_server(start=False, data=folder,
                                  arguments=("--http-port", str(taken.getsockname()[1]))))
    assert not folder.exists()


@pytest.mark.parametrize("address", ["999.1.1.1", "my.host", ""])
def test_what_is_no_address_is_said_to_be_none(firn_server, tmp_path, address):
    folder = tmp_path / "never"
    said = refused_start(firn_server(start=False, data=folder, arguments=("--listen", address)))
    assert f'not an address to listen on: "{address}"' in said and "password" not in said
    assert not folder.exists()


@pytest.mark.parametrize("command, word", [(("bogus",), "bogus"), (("wal", "bogus"), "bogus"),
                                           (("Serve", "--help"), "Serve")])
def test_a_command_that_does_not_exist_is_named(firn_server, command, word):
    ran = firn_server(start=False).command(*command)
    assert ran.returncode != 0
    assert f'no such command: "{word}"' in ran.stderr


def test_a_variable_that_is_no_setting_is_named_at_the_start(firn_server):
    server = firn_server(settings={"nope": "1", "test_seed": "1", "max_connections": "7"})
    wait_until(lambda: "FIRN_NOPE" in server.output(), "the warning")
    assert "FIRN_TEST_SEED" not in server.output()
    assert "FIRN_MAX_CONNECTIONS" not in server.output()


def test_a_port_for_flight_is_neither_offered_nor_taken(firn_server):
    server = firn_server(start=False, arguments=("--flight-port", "8815"))
    assert "Arrow Flight" in refused_start(server)
    assert "flight" not in server.command("serve", "--help").stdout
    assert "flight" not in server.command("config").stdout


def test_memory_too_small_to_run_in_is_refused_and_the_least_is_enough(firn_server):
    said = refused_start(firn_server(start=False, arguments=("--memory-limit", "10kB")))
    assert "memory_limit" in said and "10kB" in said and "64MB" in said
    with firn_server(arguments=("--memory-limit", "64MB")).connect() as session:
        session.execute("CREATE TABLE numbers AS SELECT n FROM generate_series(1, 100000) AS g(n)")
        session.execute("CHECKPOINT")
        grouped = ("SELECT count(*), sum(c) FROM "
                   "(SELECT n % 1000, count(*) c FROM numbers GROUP BY 1) g")
        assert session.execute(grouped).fetchone() == (1000, 100000)


def test_a_folder_in_place_of_the_settings_file_is_refused(firn_server):
    server = firn_server(start=False)
    (server.data / "firn.toml").mkdir(parents=True)
    assert str(server.data / "firn.toml") in refused_start(server)


def test_a_second_server_on_the_same_folder_names_the_first(firn_server):
    first = firn_server()
    second = FirnProcess(first.data)
    second.output_path = first.data.with_name("second.out")
    ports = first.ports
    first.ports_path.rename(first.data / "kept")  # spawn() takes a stale file away
    said = refused_start(second)
    (first.data / "kept").rename(first.ports_path)
    assert str(first.pid) in said and str(first.data) in said
    assert first.ports == ports
    with first.connect() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("folder", ["/proc/firn-data", "/dev/null/data"])
def test_an_unwritable_folder_is_named(firn_server, folder):
    assert folder in refused_start(firn_server(start=False, data=Path(folder)))


@pytest.mark.parametrize("argument", ["--pg-port=banana", "--pg-port=70000", "--no-such-flag"])
def test_a_bad_flag_is_named(firn_server, argument):
    said = refused_start(firn_server(start=False, arguments=(argument,)))
    assert argument.split("=")[0] in said


def test_a_bad_setting_names_its_origin(firn_server):
    said = refused_start(firn_server(start=False, settings={"flush_bytes": "plenty"}))
    assert "flush_bytes" in said and "plenty" in said
