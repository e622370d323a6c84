"""psycopg 3 as programs use it: untyped parameters, automatic prepare, binary, COPY, cancel."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from psycopg import pq


@pytest.fixture
def people(session, table):
    """A small table with five rows."""
    session.execute(f"CREATE TABLE {table} (id int, name text, born date, pay numeric(10,2))")
    with session.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} VALUES (%s, %s, %s, %s)",
            [(n, f"name {n}", date(2000, 1, n), Decimal(n) / 4) for n in range(1, 6)])
        assert cursor.rowcount == 5
    return table


def test_the_session_looks_like_postgresql_15(session):
    assert session.info.server_version // 10000 == 15
    for name, value in (("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
                        ("integer_datetimes", "on"), ("standard_conforming_strings", "on")):
        assert session.info.parameter_status(name) == value
    assert session.info.backend_pid > 0
    assert session.info.transaction_status == pq.TransactionStatus.IDLE


@pytest.mark.parametrize("database", ["main", "postgres", "template1", "firn"])
def test_the_database_has_the_names_clients_try(connect, database):
    assert connect(dbname=database).execute("SELECT 1").fetchone() == (1,)


def test_an_unknown_database_is_refused(connect):
    with pytest.raises(psycopg.OperationalError, match="nowhere"):
        connect(dbname="nowhere")


def test_an_unknown_role_is_refused(connect):
    with pytest.raises(psycopg.OperationalError, match="nobody_at_all"):
        connect(user="nobody_at_all")


def test_values_go_and_come_as_python_objects(session, people):
    row = session.execute(f"SELECT * FROM {people} WHERE id = %s", (3,)).fetchone()
    assert row == (3, "name 3", date(2000, 1, 3), Decimal("0.75"))


@pytest.mark.parametrize("binary", [False, True])
def test_results_are_the_same_in_text_and_in_binary(session, people, binary):
    cursor = session.cursor(binary=binary)
    cursor.execute(f"SELECT id, name, born, pay FROM {people} ORDER BY id")
    assert cursor.fetchall()[4] == (5, "name 5", date(2000, 1, 5), Decimal("1.25"))
    assert [column.name for column in cursor.description] == ["id", "name", "born", "pay"]
    assert [column.type_code for column in cursor.description] == [23, 25, 1082, 1700]


def test_an_untyped_parameter_takes_the_type_of_its_place(session, people):
    # A Python string goes out with type 0: the server finds out what it is.
    query = f"SELECT name FROM {people} WHERE born = %s AND pay > %s AND id = %s"
    assert session.execute(query, ("2000-01-02", "0.1", "2")).fetchone() == ("name 2",)


def test_an_untyped_parameter_of_the_wrong_form_is_refused(session, people):
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        session.execute(f"SELECT name FROM {people} WHERE id = %s", ("two",))


def test_null_is_a_parameter_and_a_value(session, people):
    session.execute(f"INSERT INTO {people} VALUES (%s, %s, %s, %s)", (9, None, None, None))
    row = session.execute(f"SELECT * FROM {people} WHERE name IS NULL").fetchone()
    assert row == (9, None, None, None)


def test_a_repeated_statement_is_prepared_by_itself(session, people):
    query = f"SELECT name FROM {people} WHERE id = %s"
    for turn in range(12):
        number = turn % 5 + 1
        assert session.execute(query, (number,)).fetchone() == (f"name {number}",)


def test_a_prepared_statement_sees_rows_that_came_later(session, people):
    query = f"SELECT count(*) FROM {people} WHERE id > %s"
    assert session.execute(query, (0,), prepare=True).fetchone() == (5,)
    session.execute(f"INSERT INTO {people} (id) VALUES (6)")
    assert session.execute(query, (0,), prepare=True).fetchone() == (6,)
    session.execute("CHECKPOINT")
    session.execute(f"INSERT INTO {people} (id) VALUES (7)")
    assert session.execute(query, (0,), prepare=True).fetchone() == (7,)


def test_prepared_statements_are_given_back(session, people):
    session.prepared_max = 2
    for turn in range(9):
        query = f"SELECT {turn % 3} + id FROM {people} WHERE id = %s"
        assert session.execute(query, (1,), prepare=True).fetchone() == (turn % 3 + 1,)
    session.execute("DEALLOCATE ALL")
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_deallocate_of_an_unknown_statement_is_an_error(session):
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        session.execute("DEALLOCATE never_prepared")


def test_a_statement_answers_with_its_tag(session, table):
    assert session.execute(f"CREATE TABLE {table} (n int)").statusmessage == "CREATE TABLE"
    assert session.execute(f"INSERT INTO {table} VALUES (1), (2)").statusmessage == "INSERT 0 2"
    assert session.execute(f"SELECT * FROM {table}").statusmessage == "SELECT 2"
    assert session.execute("CHECKPOINT").statusmessage == "CHECKPOINT"
    assert session.execute(f"DROP TABLE {table}").statusmessage == "DROP TABLE"


def test_several_statements_in_one_text_give_several_results(session, people):
    cursor = session.execute(f"SELECT 1; SELECT count(*) FROM {people}; SELECT 'x'")
    answers = [cursor.fetchone()]
    while cursor.nextset():
        answers.append(cursor.fetchone())
    assert answers == [(1,), (5,), ("x",)]


def test_an_empty_statement_is_answered(session):
    assert session.execute("").statusmessage in (None, "")
    assert session.execute(" ; ").statusmessage in (None, "")
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_block_commits_or_rolls_back(connect, people):
    writer, reader = connect(autocommit=False), connect()
    count = f"SELECT count(*) FROM {people}"
    with writer.transaction():
        writer.execute(f"INSERT INTO {people} (id) VALUES (10)")
        assert reader.execute(count).fetchone() == (5,)
    assert reader.execute(count).fetchone() == (6,)
    with pytest.raises(ZeroDivisionError), writer.transaction():
        writer.execute(f"INSERT INTO {people} (id) VALUES (11)")
        raise ZeroDivisionError
    assert reader.execute(count).fetchone() == (6,)


def test_a_pipeline_stops_at_its_first_error(session, people):
    with pytest.raises(psycopg.errors.UndefinedColumn), session.pipeline():
        session.execute(f"INSERT INTO {people} (id) VALUES (20)")
        session.execute(f"SELECT no_such_column FROM {people}")
        session.execute(f"INSERT INTO {people} (id) VALUES (21)")
    assert session.info.transaction_status == pq.TransactionStatus.IDLE
    found = session.execute(f"SELECT count(*) FROM {people} WHERE id = 21").fetchone()
    assert found == (0,)


def test_a_pipeline_answers_in_order(session, people):
    with session.pipeline():
        cursors = [session.execute(f"SELECT name FROM {people} WHERE id = %s", (n,))
                   for n in (1, 2, 3)]
    assert [cursor.fetchone() for cursor in cursors] == [("name 1",), ("name 2",), ("name 3",)]


def test_rows_are_copied_in_by_value(session, people):
    with session.cursor() as cursor:
        with cursor.copy(f"COPY {people} (id, name) FROM STDIN") as copy:
            copy.write_row((30, "tab\there"))
            copy.write_row((31, "line\nbreak and \\ backslash"))
            copy.write_row((32, None))
        assert cursor.rowcount == 3
    found = session.execute(f"SELECT id, name FROM {people} WHERE id >= 30 ORDER BY id").fetchall()
    assert found == [(30, "tab\there"), (31, "line\nbreak and \\ backslash"), (32, None)]


def test_a_large_result_arrives_whole(session, table):
    session.execute(f"CREATE TABLE {table} (n bigint, s text)")
    with session.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for n in range(200_000):
                copy.write(f"{n}\tvalue {n}\n")
        cursor.execute(f"SELECT n, s FROM {table} ORDER BY n")
        rows = cursor.fetchall()
    assert len(rows) == 200_000
    assert all(row == (n, f"value {n}") for n, row in enumerate(rows))


def test_rows_can_be_streamed_and_left(session, table):
    session.execute(f"CREATE TABLE {table} (n int)")
    with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        copy.write("".join(f"{n}\n" for n in range(50_000)))
    seen = 0
    for _ in session.cursor().stream(f"SELECT n FROM {table}"):
        seen += 1
        if seen == 100:
            break
    assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (50_000,)


def test_a_running_query_can_be_cancelled(connect, table):
    session = connect()
    session.execute(f"CREATE TABLE {table} (n int)")
    with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        copy.write("".join(f"{n}\n" for n in range(20_000)))
    ended = threading.Event()
    errors: list[Exception] = []

    def run() -> None:
        try:
            session.execute(f"SELECT count(*) FROM {table} a, {table} b, {table} c "
                            "WHERE (a.n + b.n + c.n) % 7 = 0")
        except psycopg.Error as error:
            errors.append(error)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    while not ended.wait(0.02):
        session.cancel_safe()
    thread.join()
    assert [error.sqlstate for error in errors] == ["57014"]
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_empty_arrays_are_parameters_in_both_formats(firn):
    with firn.connect() as session:
        for binary in (b"\0\0\0\0\0\0\0\0\0\0\0\x17", None):
            said = session.pgconn.exec_params(
                b"SELECT $1::int[], cardinality($1::int[])", [binary or b"{}"],
                param_formats=[0 if binary is None else 1])
            assert (said.get_value(0, 0), said.get_value(0, 1)) == (b"{}", b"0"), (
                said.error_message)
