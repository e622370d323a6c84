"""SET, RESET, SHOW and DISCARD: with effect, and as PostgreSQL 15 has it."""

from __future__ import annotations

import psycopg
import pytest

ZONES = ["UTC", "Europe/Berlin", "europe/berlin", "America/New_York", "Asia/Kolkata",
         "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns",
         "Africa/Monrovia", "EST5EDT", "CET", "Japan", "Etc/GMT-14", "Antarctica/Troll"]
MOMENTS = ["2026-01-15 12:00:00+00", "2026-07-15 12:00:00+00", "1900-01-01 00:00:00+00",
           "1945-05-24 01:30:00+00", "2037-12-31 23:59:59.999999+00", "2500-07-01 00:00:00+00",
           "0001-01-01 00:00:00+00", "0100-03-01 00:00:00+00 BC", "infinity", "-infinity",
           "1972-05-01 00:00:00+00", "9999-12-31 23:59:59+00"]
LOCAL_TIMES = ["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-03-08 02:30:00",
               "2026-11-01 01:30:00", "2026-01-15 12:00:00", "1850-01-01 00:00:00",
               "2011-12-30 12:00:00", "2300-08-01 08:00", "2026-06-01",
               "2026-01-15 12:00:00 America/Los_Angeles", "2026-07-15 12:00 Europe/Paris",
               "2026-07-15 12:00 CET", "Jul 15 12:00:00 2026", "20260715T120000"]


@pytest.fixture
def both(session, postgres_server):
    with postgres_server() as postgres:
        yield session, postgres


def outcome(connection, *statements: str):
    """The last result, or the SQLSTATE."""
    try:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else cursor.statusmessage
    except psycopg.Error as error:
        return error.sqlstate
    finally:
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.execute("ROLLBACK")


@pytest.mark.parametrize("zone", ZONES)
def test_times_are_shown_in_the_zone(both, zone):
    for one in both:
        one.execute(f"SET TimeZone = '{zone}'")
    query = " UNION ALL ".join(
        f"SELECT {i} AS n, '{moment}'::timestamptz AS t" for i, moment in enumerate(MOMENTS))
    raw = [one.pgconn.exec_(f"{query} ORDER BY n".encode()) for one in both]
    shown = [[result.get_value(row, 1) for row in range(result.ntuples)] for result in raw]
    assert shown[0] == shown[1]
    assert both[0].info.parameter_status("TimeZone") == both[1].info.parameter_status("TimeZone")


@pytest.mark.parametrize("zone", ZONES)
def test_times_are_read_in_the_zone(both, table, zone):
    answers = []
    for one in both:
        one.execute("SET TimeZone = 'UTC'")
        one.execute(f"CREATE TABLE {table} (n int, how text, t timestamptz)")
        one.execute(f"SET TimeZone = '{zone}'")
        with one.cursor() as cursor:
            for i, text in enumerate(LOCAL_TIMES):
                one.execute(f"INSERT INTO {table} VALUES ({i}, 'literal', '{text}')")
                one.execute(f"INSERT INTO {table} SELECT {i}, 'query', '{text}'::timestamptz")
                one.execute(f"INSERT INTO {table} VALUES (%s, 'parameter', %s)", (i, text))
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for i, text in enumerate(LOCAL_TIMES):
                    copy.write(f"{i}\tcopy\t{text}\n".encode())
        one.execute("SET TimeZone = 'UTC'")
        answers.append(one.execute(
            f"SELECT n, how, t::timestamp FROM {table} ORDER BY n, how").fetchall())
        one.execute(f"DROP TABLE {table}")
    assert answers[0] == answers[1]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize("expression", [
    "t::date", "t::timestamp", "t::date + 1", "date_trunc('day', t)", "extract(hour FROM t)",
    "'2026-07-01'::date::timestamptz", "'2026-07-01 10:00'::timestamp::timestamptz",
    "t + interval '1 day'", "t AT TIME ZONE 'UTC'", "t = '2026-07-15 14:00'"])
def test_what_is_computed_of_a_time_follows_the_zone(both, zone, expression):
    answers = [outcome(one, f"SET TimeZone = '{zone}'",
                       f"SELECT {expression} FROM (SELECT '2026-07-15 23:30:00+00'::timestamptz AS "
                       "t) AS x") for one in both]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("value", ["'nowhere'", "''", "3", "-8", "'+5'", "DEFAULT", "'Zulu'"])
def test_zones_that_are_taken_and_refused(both, value):
    answers = [outcome(one, f"SET TimeZone = {value}", "SHOW TimeZone") for one in both]
    if value == "'+5'":  # PostgreSQL counts the other way in this spelling
        return
    assert answers[0] == answers[1]


def test_current_date_and_localtimestamp_follow_the_zone(session):
    session.execute("SET TimeZone = 'Pacific/Kiritimati'")
    east = session.execute("SELECT localtimestamp, current_date, now()").fetchone()
    session.execute("SET TimeZone = 'Pacific/Pago_Pago'")
    west = session.execute("SELECT localtimestamp, current_date, now()").fetchone()
    assert 24.9 < (east[0] - west[0]).total_seconds() / 3600 < 25.1
    assert east[1] > west[1]


@pytest.mark.parametrize("digits", [-15, -5, 0, 1, 3])
def test_extra_float_digits(both, digits):
    values = ("0.1", "1e10", "123456789.123456789", "1e-7", "0", "'NaN'", "'-Infinity'", "1e300")
    query = ("SELECT " + ", ".join(f"{v}::float8" for v in values) + ", " +
             ", ".join(f"{v}::float4" for v in values[:-1]))
    shown = []
    for one in both:
        one.execute(f"SET extra_float_digits = {digits}")
        result = one.pgconn.exec_(query.encode())
        shown.append([result.get_value(0, i) for i in range(result.nfields)])
    assert shown[0] == shown[1]


def test_bytea_output(both):
    shown = []
    for one in both:
        one.execute("SET bytea_output = escape")
        shown.append(one.pgconn.exec_(b"SELECT '\\x00415c7e7fff'::bytea, ''::bytea")
                     .get_value(0, 0))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("statement", [
    "SET client_encoding = 'UTF8'", "SET NAMES 'utf8'", "SET standard_conforming_strings = on",
    "SET DateStyle = 'ISO, MDY'", "SET IntervalStyle = postgres", "SET lc_messages = 'C'",
    "SET lc_monetary = 'C'", "SET lc_time = 'C'", "SET work_mem = '64MB'", "SET jit = off",
    "SET search_path = public, pg_catalog", "SET synchronous_commit = off",
    "SET check_function_bodies = false", "SET xmloption = content", "SET row_security = off",
    "SET default_tablespace = ''", "SET client_min_messages = warning", "SET lock_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0", "SET statement_timeout = 0",
    "SET session_replication_role = replica", "SET enable_seqscan = off", "SET my.own = 'x'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET LOCAL work_mem = '1MB'",
    "SET no_such_setting = 1", "SET work_mem = 'x'", "SET statement_timeout = -1",
    "SET server_version = '1'", "SHOW no_such_setting", "RESET no_such_setting", "RESET ALL",
    "DISCARD ALL", "DISCARD PLANS", "SET lock_timeout = '5s'", "SET TIME ZONE 'Asia/Tokyo'",
    "SET TIME ZONE LOCAL", "SET default_transaction_isolation = 'repeatable read'"])
def test_what_clients_set_is_taken_or_refused_as_by_postgresql(both, statement):
    assert outcome(both[0], statement) == outcome(both[1], statement)


@pytest.mark.parametrize("name", [
    "work_mem", "statement_timeout", "lock_timeout", "DateStyle", "IntervalStyle", "search_path",
    "client_encoding", "server_encoding", "standard_conforming_strings", "bytea_output",
    "extra_float_digits", "transaction_isolation", "default_transaction_isolation",
    "max_identifier_length", "integer_datetimes", "lc_ctype", "row_security",
    "maintenance_work_mem", "temp_buffers", "block_size", "idle_session_timeout", "role"])
def test_defaults_are_postgresqls(both, name):
    assert outcome(both[0], f"SHOW {name}") == outcome(both[1], f"SHOW {name}")


def test_set_local_and_rollback_undo_themselves(session):
    show = lambda: session.execute("SHOW TimeZone").fetchone()[0]
    session.execute("SET TimeZone = 'Asia/Tokyo'")
    with session.transaction():
        session.execute("SET LOCAL TimeZone = 'Europe/Berlin'")
        assert session.execute("SELECT '2026-01-01 00:00+00'::timestamptz::text") is not None
        assert show() == "Europe/Berlin"
    assert show() == "Asia/Tokyo"
    session.execute("BEGIN")
    session.execute("SET TimeZone = 'Europe/Paris'")
    session.execute("ROLLBACK")
    assert show() == "Asia/Tokyo"
    session.execute("DISCARD ALL")
    assert show() == "UTC"


def test_show_all_lists_every_setting_with_its_value(session):
    session.execute("SET application_name = 'me'")
    rows = session.execute("SHOW ALL").fetchall()
    names = [row[0] for row in rows]
    assert ("application_name", "me") in [row[:2] for row in rows]
    assert len(names) == len(set(names)) and len(names) > 60
    for name in names:
        session.execute(f"SHOW {name}")


def test_settings_of_the_startup_message_are_told_back(connect):
    session = connect(options="-c TimeZone=Asia/Tokyo -c application_name=told")
    assert session.info.parameter_status("TimeZone") == "Asia/Tokyo"
    assert session.info.parameter_status("application_name") == "told"
    session.execute("SET TimeZone = 'UTC'")
    session.execute("RESET TimeZone")
    assert session.execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)


def test_waiting_for_the_last_commit(session, table):
    session.execute(f"CREATE TABLE {table} (n int)")
    session.execute(f"INSERT INTO {table} VALUES (1)")
    assert session.execute("SELECT firn.wait_for(firn.last_commit_lsn())").fetchone() == (True,)


def test_a_statement_that_takes_too_long(session):
    session.execute("SET statement_timeout = '100ms'")
    with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
        session.execute("SELECT count(*) FROM generate_series(1, 100000) AS a (n), "
                        "generate_series(1, 100000) AS b (n) WHERE a.n * b.n = 7")
    assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("timeout, begin, sqlstate", [
    ("idle_in_transaction_session_timeout", True, "25P03"),
    ("idle_session_timeout", False, "57P05")])
def test_a_session_that_is_idle_for_too_long(connect, timeout, begin, sqlstate):
    from raw_protocol import Connection, meaning, query

    good = connect()
    wire = Connection(good.info.port, user="firn", database="main")
    wire.socket.sendall(query(f"SET {timeout} = '200ms'"))
    wire.until(b"Z")
    if begin:
        wire.socket.sendall(query("BEGIN"))
        wire.until(b"Z")
    assert meaning(*wire.read()) == ("E", "FATAL", sqlstate)
    with pytest.raises(EOFError):
        wire.read()
    assert good.execute("SELECT 1").fetchone() == (1,)


def test_the_other_idle_timeout_does_not_count(connect):
    session = connect()
    session.execute("SET idle_in_transaction_session_timeout = '50ms'")
    with connect() as other:  # time passes by another session's work
        other.execute("SELECT count(*) FROM generate_series(1, 30000000) AS s (n)")
    assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("statement", [
    "SHOW memory_limit", "SET memory_limit = '1GB'", "SET threads TO 2", "RESET flush_bytes",
    "SELECT current_setting('flush_bytes')", "ALTER ROLE firn SET threads = 1"])
def test_a_setting_of_the_server_is_named_and_where_it_is_set(session, statement):
    with pytest.raises(psycopg.errors.UndefinedObject) as caught:
        session.execute(statement)
    assert caught.value.diag.message_primary.startswith("unrecognized configuration parameter \"")
    assert "firn.toml" in caught.value.diag.message_hint
