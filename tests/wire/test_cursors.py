"""Cursors as programs use them, and results larger than anybody's memory."""

from __future__ import annotations

from contextlib import ExitStack
from hashlib import md5

import psycopg
import pytest

from firn_process import wait_until
from process_figures import resident_bytes

ROWS = 3_000_000
CURSORS = 20


@pytest.fixture
def numbers(session, table):
    session.execute(f"CREATE TABLE {table} AS SELECT n, 'row ' || n AS t "
                    "FROM generate_series(1, 5000) AS s (n)")
    return table


@pytest.mark.parametrize("scrollable", [None, False, True])
def test_a_named_cursor_gives_all_rows_in_their_order(connect, numbers, scrollable):
    connection = connect(autocommit=False)
    with connection.cursor("named", scrollable=scrollable) as cursor:
        cursor.itersize = 700
        cursor.execute(f"SELECT n, t FROM {numbers} ORDER BY n")
        assert [row[0] for row in cursor] == list(range(1, 5001))


def test_a_named_cursor_takes_parameters_and_moves(connect, numbers):
    connection = connect(autocommit=False)
    with connection.cursor("named", scrollable=True) as cursor:
        cursor.execute(f"SELECT n FROM {numbers} WHERE n > %s ORDER BY n", (4000,))
        assert cursor.fetchmany(2) == [(4001,), (4002,)]
        cursor.scroll(500, mode="absolute")
        assert cursor.fetchone() == (4501,)
        cursor.scroll(-2)
        assert cursor.fetchone() == (4500,)
        cursor.scroll(0, mode="absolute")
        assert len(cursor.fetchall()) == 1000


@pytest.mark.parametrize("binary", [False, True])
def test_a_cursor_with_hold_outlives_its_transaction(connect, numbers, binary):
    connection = connect(autocommit=False)
    cursor = connection.cursor("held", withhold=True, binary=binary)
    cursor.execute(f"SELECT n FROM {numbers} ORDER BY n")
    assert cursor.fetchone() == (1,)
    connection.commit()
    connection.execute(f"DROP TABLE {numbers}")
    connection.commit()
    assert cursor.fetchall() == [(n,) for n in range(2, 5001)]
    cursor.close()


def test_a_cursor_beyond_work_mem_goes_to_a_file(connect, numbers):
    connection = connect(autocommit=False)
    connection.execute("SET LOCAL work_mem = '64kB'")
    with connection.cursor("big", scrollable=True) as cursor:
        cursor.execute(f"SELECT n, t FROM {numbers} ORDER BY n")
        assert len(cursor.fetchall()) == 5000
        cursor.scroll(4321, mode="absolute")
        assert cursor.fetchone() == (4322, "row 4322")
        cursor.scroll(0, mode="absolute")
        assert cursor.fetchone() == (1, "row 1")


@pytest.mark.resident
def test_a_huge_result_read_slowly_takes_little_memory(firn_server):
    server = firn_server(settings={"memory_limit": "1GB"})
    with server.connect(autocommit=False) as connection:
        connection.execute("SELECT 1")
        before = resident_bytes(server.pid)
        cursor = connection.cursor("huge")
        cursor.itersize = 10_000
        cursor.execute("SELECT n, 'some text to make the row longer ' || n "
                       f"FROM generate_series(1, {ROWS}) AS s (n)")
        most = count = 0
        for count, _ in enumerate(cursor, 1):
            if count % 250_000 == 0:
                most = max(most, resident_bytes(server.pid))
        assert count == ROWS
        assert most - before < 200 << 20


@pytest.mark.resident
def test_a_client_that_does_not_read_does_not_fill_the_server(firn_server):
    from raw_protocol import Connection, query

    server = firn_server(settings={"memory_limit": "1GB"})
    with server.connect() as good:
        good.execute("SELECT 1")
        before = resident_bytes(server.pid)
        slow = Connection(server.ports["pg"], user="firn", database="main")
        slow.socket.sendall(query("SELECT n, 'some text to make the row longer ' || n "
                                  f"FROM generate_series(1, {ROWS}) AS s (n)"))
        slow.read()  # it has begun; nothing more is read
        for _ in range(50):  # the other session goes on
            good.execute("SELECT count(*) FROM generate_series(1, 100000) AS s (n)")
        assert resident_bytes(server.pid) - before < 250 << 20
        slow.close()
        assert good.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.resident
def test_many_open_cursors_of_long_rows_take_little_memory_and_give_it_back(firn_server):
    server = firn_server(settings={"memory_limit": "1GB"})
    with server.connect() as session, ExitStack() as stack:
        session.execute("CREATE TABLE long_rows (n int, t text)")
        for first in range(0, 60_000, 10_000):
            session.execute("INSERT INTO long_rows SELECT n, repeat(md5(n::text), 100) "
                            f"FROM generate_series({first}, {first + 9_999}) AS s (n)")
        session.execute("CHECKPOINT")
        session.execute("SELECT max(t) FROM long_rows")
        before = resident_bytes(server.pid)
        for _ in range(CURSORS):
            reader = stack.enter_context(server.connect(autocommit=False))
            cursor = reader.cursor("some")
            cursor.execute("SELECT * FROM long_rows")
            assert all(t == md5(str(n).encode()).hexdigest() * 100
                       for n, t in cursor.fetchmany(10))
        taken = resident_bytes(server.pid) - before
        print(f"{CURSORS} cursors: {taken >> 20} MB")
        assert taken < CURSORS * 45 << 20
        stack.close()
        wait_until(lambda: resident_bytes(server.pid) - before < taken / 4, "most is given back")


def test_large_results_given_up_half_way_leave_the_session_as_it_was(firn):
    rows = "SELECT i, 'row ' || i FROM generate_series(1, 2000000) AS s (i)"
    for _ in range(3):
        with firn.connect() as session:
            for _ in range(3):
                with session.transaction(), session.cursor("half") as cursor:
                    cursor.itersize = 150_000
                    cursor.execute(rows)
                    assert len(cursor.fetchmany(150_000)) == 150_000
                assert session.execute("SELECT 2 + 3").fetchone() == (5,)
            with pytest.raises(psycopg.errors.DivisionByZero):
                session.execute("SELECT 1 / (1900000 - i) FROM generate_series(1, 2000000) s (i)")
            assert session.execute("SELECT 2 + 3").fetchone() == (5,)
