"""The door: no SQL of either dialect reaches a file, a host, an extension, a variable or a setting.

Every bait stands in every wrapping. What must not be reached is there to be reached: a file with a
known line, an environment variable, a port that listens, a place a file could be written to."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

SECRET = "canary-7c1f"
# What a refusal may say: never an internal error, never a lost connection.
REFUSALS = re.compile(
    "42501|42883|0A000|42P01|42601|42703|42704|42809|3F000|42725|42846|22023|55P02")

RELATIONS = [
    "'{file}'", '"{file}"', "read_csv('{file}')", "read_csv_auto('{file}')", "read_text('{file}')",
    "read_blob('{file}')", "read_json('{file}')", "read_json_auto('{file}')",
    "read_parquet('{file}')", "parquet_scan('{file}')", "parquet_metadata('{file}')",
    "parquet_schema('{file}')", "sniff_csv('{file}')", "glob('{folder}/*')", "glob('/etc/*')",
    "pg_ls_dir('{folder}')", "pg_read_file('{file}')", "iceberg_scan('{folder}')",
    "delta_scan('{folder}')", "sqlite_scan('{file}', 't')",
    "postgres_scan('host={host}', 'a', 'b')",
    "mysql_scan('host={host}', 'a', 'b')", "read_csv('http://{host}/x.csv')",
    "read_parquet('s3://{host}/x')", '"http://{host}/x.parquet"', "st_read('{file}')",
    "duckdb_secrets()", "duckdb_settings()", "duckdb_tables()", "duckdb_extensions()",
    "duckdb_functions()", "duckdb_logs()", "pragma_database_list()", "pragma_storage_info('t')",
    "query('SELECT 1')", "query_table('t')", "firn_scan('1')", "system.main.read_text('{file}')",
    "information_schema.nothing", "sqlite_master", "temp.main.t", "memory.main.t",
    "dblink('host={host}', 'SELECT 1') AS t(a int)",
]
SCALARS = [
    "getenv('DOOR_CANARY')", "pg_read_file('{file}')", "pg_read_binary_file('{file}')",
    "pg_ls_dir('{folder}')", "lo_import('{file}')", "lo_export(1, '{out}')",
    "current_setting('DOOR_CANARY')", "getvariable('x')", "which_secret('x', 's3')",
    "pg_stat_file('{file}')", "pg_reload_conf()",
    "pg_sleep_until('infinity')",
    "pg_rotate_logfile()", "write_log('{file}')", "read_text('{file}')", "system('id')",
    "dblink_connect('host={host}')", "http_get('http://{host}/')", "nextfile('{file}')",
    "json_execute_serialized_sql('x')", "add_parquet_key('a', 'b')", "query('SELECT 1')",
    "query_to_xml('SELECT 1', true, true, '')", "database_to_xml(true, true, '')",
    "set_config('data_directory', '{folder}', false)", "error('{file}')",
]
STATEMENTS = [
    "LOAD '{file}'", "LOAD httpfs", "INSTALL httpfs", "INSTALL httpfs FROM 'http://{host}'",
    "FORCE INSTALL httpfs", "ATTACH '{file}' AS a", "ATTACH 'http://{host}/x.db' AS a",
    "ATTACH ':memory:' AS a", "DETACH main", "USE system", "EXPORT DATABASE '{folder}/x'",
    "IMPORT DATABASE '{folder}'", "PRAGMA database_list", "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "SET VARIABLE x = 1", "SET enable_external_access = true", "SET GLOBAL threads = 1",
    "SET home_directory = '{folder}'", "SET extension_directory = '{folder}'",
    "SET secret_directory = '{folder}'", "SET temp_directory = '{folder}'",
    "RESET enable_external_access",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')", "DROP SECRET s",
    "CREATE MACRO m(a) AS a + 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS '{file}', 'f'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'pass'", "DO $$ BEGIN END $$",
    "CREATE SERVER s FOREIGN DATA WRAPPER f", "CREATE FOREIGN DATA WRAPPER f",
    "CREATE FOREIGN TABLE f (a int) SERVER s",
    "CREATE SUBSCRIPTION s CONNECTION 'host={host}' PUBLICATION p",
    "CREATE EXTENSION httpfs", "CREATE EXTENSION plpython3u",
    "CREATE TABLESPACE t LOCATION '{folder}'",
    "ALTER SYSTEM SET work_mem = '1GB'", "COPY t TO '{out}'", "COPY t FROM '{file}'",
    "COPY t FROM PROGRAM 'cat {file}'", "COPY t TO PROGRAM 'cat > {out}'",
    "COPY (SELECT 1) TO '{out}' (FORMAT parquet)", "COPY t FROM 'http://{host}/x.csv'",
    "COPY DATABASE main TO a", "CREATE TABLE x AS FROM '{file}'", "INSERT INTO t FROM '{file}'",
    "CREATE TABLE x (a int) WITH (location = '{folder}')", "VACUUM INTO '{out}'",
    "CHECKPOINT system", "FORCE CHECKPOINT", "CALL firn.flush('{file}')", "CALL read_csv('{file}')",
    "SUMMARIZE '{file}'", "DESCRIBE '{file}'", "DESCRIBE SELECT * FROM read_csv('{file}')",
    "PIVOT '{file}' ON a", "UNPIVOT '{file}' ON a INTO NAME n VALUE v", "SHOW ALL TABLES",
    "SHOW DATABASES", "FROM read_text('{file}')", "FROM '{file}' SELECT *",
    "SELECT * FROM read_text(['{file}'])", "SELECT * EXCLUDE (size) FROM read_text('{file}')",
    "SELECT [x for x in glob('{folder}/*')]", "SELECT (FROM read_text('{file}')) AS a",
    "SELECT list_transform([1], lambda x: getenv('DOOR_CANARY'))", "EXECUTE IMMEDIATE 'SELECT 1'",
    "MERGE INTO t USING read_text('{file}') r ON true WHEN MATCHED THEN DELETE",
    "SECURITY LABEL ON TABLE t IS 'x'", "LISTEN x; SELECT pg_notify('x', getenv('DOOR_CANARY'))",
]
WRAPPINGS = {
    "plain": ["{q}"],
    "subquery": ["SELECT * FROM ({q}) AS s"],
    "cte": ["WITH c AS ({q}) SELECT * FROM c"],
    "exists": ["SELECT 1 WHERE EXISTS ({q})"],
    "union": ["SELECT '1' UNION ALL ({q})"],
    "lateral": ["SELECT * FROM generate_series(1, 2) g, LATERAL ({q}) AS s"],
    "view": ["CREATE VIEW door_view AS {q}", "SELECT * FROM door_view"],
    "copy": ["COPY ({q}) TO STDOUT"],
    "explain": ["EXPLAIN {q}"],
    "analyze": ["EXPLAIN ANALYZE {q}"],
    "prepare": ["PREPARE door_plan AS {q}", "EXECUTE door_plan"],
    "ctas": ["CREATE TABLE door_made AS {q}"],
    "insert": ["INSERT INTO t {q}"],
    "default": ["CREATE TABLE door_default (a text DEFAULT (({q})))"],
    "at": ["SELECT * FROM t AT (LSN => ({q}))"],
}


@pytest.fixture(scope="module")
def door(tmp_path_factory, firn_canary):
    folder = tmp_path_factory.mktemp("door")
    (folder / "secret.csv").write_text(f"a\n{SECRET}\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        with firn_canary.connect() as session:
            session.prepare_threshold = None  # it would not know of DEALLOCATE ALL
            session.execute("CREATE TABLE t (a text)")
            names = {"file": folder / "secret.csv", "folder": folder, "out": folder / "out.csv",
                     "host": f"127.0.0.1:{listener.getsockname()[1]}"}
            yield SimpleNamespace(session=session, names=names, listener=listener)


@pytest.fixture(scope="module")
def firn_canary(tmp_path_factory):
    """A server with the secret in its environment."""
    from firn_process import FirnProcess

    os.environ["DOOR_CANARY"] = SECRET
    server = FirnProcess(tmp_path_factory.mktemp("canary") / "firn")
    server.start()
    yield server
    server.kill9()
    del os.environ["DOOR_CANARY"]


def steps_refused(door, steps: list[str]) -> str:
    """Runs the steps in one transaction that is given up; the SQLSTATE of the one that failed."""
    session = door.session
    session.execute("BEGIN")
    try:
        for step in steps:
            text = step.format(**door.names)
            if text.startswith("COPY (") and text.endswith("TO STDOUT"):
                with session.cursor().copy(text) as copy:
                    answer = b"".join(bytes(part) for part in copy)
            else:
                cursor = session.execute(text)
                answer = cursor.fetchall() if cursor.description else cursor.statusmessage
            assert SECRET not in str(answer), text
    except psycopg.Error as error:
        assert SECRET not in str(error), error
        return error.sqlstate or "lost"
    finally:
        session.execute("ROLLBACK")
        session.execute("DEALLOCATE ALL")
    return f"answered: {steps}"


def check(door, steps: list[str]) -> None:
    code = steps_refused(door, steps)
    assert REFUSALS.fullmatch(code), (code, steps)
    assert not Path(door.names["out"]).exists(), steps
    with pytest.raises(BlockingIOError):
        door.listener.accept()
    assert door.session.execute("SELECT count(*) FROM t").fetchone() == (0,)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_no_relation_is_read_but_those_of_the_catalog(door, wrapping):
    for bait in RELATIONS:
        check(door, [step.replace("{q}", f"SELECT * FROM {bait}") for step in WRAPPINGS[wrapping]])


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_no_function_is_called_but_those_of_the_list(door, wrapping):
    for bait in SCALARS:
        check(door, [step.replace("{q}", f"SELECT {bait}") for step in WRAPPINGS[wrapping]])


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_opens_the_door(door, statement):
    check(door, [statement])


def test_there_are_enough_of_them():
    assert (len(RELATIONS) + len(SCALARS)) * len(WRAPPINGS) + len(STATEMENTS) > 1000
