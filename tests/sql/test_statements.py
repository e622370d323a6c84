"""Statements: tables come and go, rows go in, questions are answered, transactions hold."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from decimal import Decimal

import psycopg
import pytest
from psycopg import pq


def rows(session, query: str) -> list[tuple]:
    return session.execute(query).fetchall()


# --- tables -------------------------------------------------------------------------------------

def test_a_table_is_there_until_dropped(session, table):
    session.execute(f"CREATE TABLE {table} (id bigint NOT NULL, note text)")
    assert rows(session, f"SELECT * FROM {table}") == []
    session.execute(f"DROP TABLE {table}")
    with pytest.raises(psycopg.errors.UndefinedTable):
        session.execute(f"SELECT * FROM {table}")


def test_a_name_can_be_used_again_after_a_drop(session, table):
    session.execute(f"CREATE TABLE {table} (a int)")
    session.execute(f"INSERT INTO {table} VALUES (1)")
    session.execute("CHECKPOINT")
    session.execute(f"DROP TABLE {table}")
    session.execute(f"CREATE TABLE {table} (b text)")
    assert rows(session, f"SELECT * FROM {table}") == []
    session.execute(f"INSERT INTO {table} (b) VALUES ('new')")
    assert rows(session, f"SELECT b FROM {table}") == [("new",)]


@pytest.mark.parametrize("query, code", [
    ("SELECT 1 AS \"A\", 2 AS a", "0A000"),
    ("SELECT 1 AS __lsn", "42701"),
    ("SELECT 1 AS a, 2 AS a", "42701"),
    ("SELECT " + ", ".join(f"{n} AS c{n}" for n in range(1601)), "54011"),
])
def test_the_columns_of_a_query_are_held_to_the_rules_of_tables(session, table, query, code):
    with pytest.raises(psycopg.Error) as refused:
        session.execute(f"CREATE TABLE {table} AS {query}")
    assert refused.value.sqlstate == code


@pytest.mark.parametrize("first, then", [
    ("smallint", "smallint"), ("smallint", "int"), ("smallint", "bigint"), ("int", "bigint"),
    ("real", "double precision"), ("numeric(9, 2)", "numeric(18, 2)"),
    ("numeric(18, 2)", "numeric(30, 2)"),
])
def test_joins_on_a_widened_column_work_over_flushed_and_hot_rows(session, table, first, then):
    session.execute(f"CREATE TABLE {table} (id int, k {first})")
    session.execute(f"INSERT INTO {table} SELECT g, g % 1000 FROM generate_series(1, 5000) g")
    session.execute("CHECKPOINT")
    session.execute(f"ALTER TABLE {table} ALTER k TYPE {then}")
    for hot in range(20):
        if hot == 10:
            session.execute("CHECKPOINT")  # files of both types
        query = f"SELECT count(*) FROM {table} WHERE k IN (SELECT k FROM {table} WHERE id < 10)"
        assert rows(session, query) == [(45 + hot,)]
        session.execute(f"INSERT INTO {table} VALUES (6000, 3)")


def test_if_exists_and_if_not_exists_are_notices(session, table):
    notices: list[str] = []
    session.add_notice_handler(lambda diagnostic: notices.append(diagnostic.message_primary))
    session.execute(f"DROP TABLE IF EXISTS {table}")
    session.execute(f"CREATE TABLE {table} (n int)")
    session.execute(f"INSERT INTO {table} VALUES (1)")
    session.execute(f"CREATE TABLE IF NOT EXISTS {table} (other text)")
    assert rows(session, f"SELECT n FROM {table}") == [(1,)]
    assert len(notices) == 2 and all(table in notice for notice in notices)


def test_create_table_as_takes_names_types_and_rows(session, table):
    session.execute(f"CREATE TABLE {table} (n int, price numeric(10,2), note varchar(8))")
    session.execute(f"INSERT INTO {table} VALUES (1, 1.50, 'a'), (2, 2.50, 'b'), (3, NULL, 'c')")
    made = session.execute(f"CREATE TABLE {table}_as AS SELECT n, price, n > 1 AS big FROM {table}")
    assert made.statusmessage == "SELECT 3"
    cursor = session.execute(f"SELECT * FROM {table}_as ORDER BY n")
    assert [(column.name, column.type_code) for column in cursor.description] == [
        ("n", 23), ("price", 1700), ("big", 16)]
    assert cursor.fetchall() == [(1, Decimal("1.50"), False), (2, Decimal("2.50"), True),
                                 (3, None, True)]


def test_names_fold_to_lower_case_unless_quoted(session, table):
    session.execute(f'CREATE TABLE "{table} Odd" (Id int, "Select" text)')
    session.execute(f'INSERT INTO "{table} Odd" (ID, "Select") VALUES (1, \'x\')')
    cursor = session.execute(f'SELECT * FROM "{table} Odd"')
    assert [column.name for column in cursor.description] == ["id", "Select"]
    with pytest.raises(psycopg.errors.UndefinedColumn):
        session.execute(f'SELECT "Id" FROM "{table} Odd"')


def test_a_column_may_be_called_at(session, table):
    session.execute(f"CREATE TABLE {table} (at timestamptz, n int)")
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
    session.execute(f"INSERT INTO {table} (at, n) VALUES (%s, 1)", (moment,))
    session.execute(f"INSERT INTO {table} VALUES ('2024-01-01 00:00:00+00', 2)")
    assert rows(session, f"SELECT at FROM {table} WHERE n = 1") == [(moment,)]
    assert rows(session, f"SELECT t.at FROM {table} t WHERE t.n = 1") == [(moment,)]
    assert rows(session, f"SELECT n FROM {table} WHERE at > '2024-02-01+00' ORDER BY at") == [(1,)]
    assert rows(session, f"SELECT max(at), count(*) FROM {table}") == [(moment, 2)]


def test_a_qualified_name_finds_the_table(session, table):
    session.execute(f"CREATE TABLE public.{table} (n int)")
    session.execute(f"INSERT INTO public.{table} VALUES (4)")
    assert rows(session, f"SELECT {table}.n FROM {table}") == [(4,)]


# --- rows in ------------------------------------------------------------------------------------

def test_insert_fills_columns_by_name_and_leaves_the_rest_null(session, table):
    session.execute(f"CREATE TABLE {table} (a int, b text, c bool)")
    session.execute(f"INSERT INTO {table} (c, a) VALUES (true, 1), (NULL, 2)")
    session.execute(f"INSERT INTO {table} VALUES (3)")
    assert rows(session, f"SELECT * FROM {table} ORDER BY a") == [
        (1, None, True), (2, None, None), (3, None, None)]


def test_insert_evaluates_expressions(session, table):
    session.execute(f"CREATE TABLE {table} (n int, s text)")
    session.execute(f"INSERT INTO {table} VALUES (2 + 3 * 4, 'a' || 'b'), (7 / 2, NULL)")
    assert rows(session, f"SELECT * FROM {table} ORDER BY n DESC") == [(14, "ab"), (3, None)]


def test_insert_select_reads_before_it_writes(session, table):
    session.execute(f"CREATE TABLE {table} (n int)")
    session.execute(f"INSERT INTO {table} VALUES (1)")
    for _ in range(10):
        session.execute(f"INSERT INTO {table} SELECT n FROM {table}")
    assert rows(session, f"SELECT count(*), sum(n) FROM {table}") == [(1024, 1024)]


def test_copy_reads_text_with_its_escapes(session, table):
    session.execute(f"CREATE TABLE {table} (n int, s text)")
    with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        copy.write(b"1\ta\\tb\\nc\\\\d\n2\t\\N\n3\t\n4\t\\x41\\101\n")
    assert rows(session, f"SELECT s FROM {table} ORDER BY n") == [
        ("a\tb\nc\\d",), (None,), ("",), ("AA",)]


def test_copy_reads_csv_with_its_options(session, table):
    session.execute(f"CREATE TABLE {table} (n int, s text, x text)")
    options = "FORMAT csv, DELIMITER ';', HEADER, NULL 'nil'"
    with session.cursor().copy(f"COPY {table} (s, n) FROM STDIN ({options})") as copy:
        copy.write(b's;n\n"a;b\nc ""q""";1\nnil;2\n"nil";3\n;4\n')
    assert rows(session, f"SELECT s, x FROM {table} ORDER BY n") == [
        ('a;b\nc "q"', None), (None, None), ("nil", None), ("", None)]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_copy_does_not_care_where_its_messages_are_cut(session, table, size):
    session.execute(f"CREATE TABLE {table} (n int, s text)")
    data = "".join(f'{n},"línea {n},\r\n"""\r\n' for n in range(300)).encode()
    with session.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
        for at in range(0, len(data), size):
            copy.write(data[at:at + size])
    assert rows(session, f"SELECT count(*), sum(n) FROM {table}") == [(300, 299 * 150)]
    assert rows(session, f"SELECT s FROM {table} WHERE n = 299") == [('línea 299,\r\n"',)]


def test_a_wide_table_and_a_long_value_are_kept(session, table):
    columns = ", ".join(f"c{n} int" for n in range(200))
    session.execute(f"CREATE TABLE {table} ({columns}, s text)")
    long = "ř" * 3_000_000
    session.execute(f"INSERT INTO {table} (c0, c199, s) VALUES (1, 199, %s)", (long,))
    assert rows(session, f"SELECT c0, c100, c199, s FROM {table}") == [(1, None, 199, long)]


# --- questions ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def sales(firn):
    """Sales, half of them flushed and half hot; shops; the names of both tables."""
    with firn.connect() as session:
        session.execute("CREATE TABLE shops (id int NOT NULL, city text)")
        session.execute("INSERT INTO shops VALUES (1, 'Oslo'), (2, 'Turin'), (3, 'Graz')")
        session.execute("CREATE TABLE sales (shop int, day date, amount numeric(8,2))")
        insert = "INSERT INTO sales VALUES (%s, %s, %s)"
        for n in range(60):
            if n == 30:
                session.execute("CHECKPOINT")
            session.execute(insert, (n % 2 + 1, f"2024-03-{n % 10 + 1:02}", Decimal(n)))
    return "sales", "shops"


@pytest.mark.parametrize("query, want", [
    ("SELECT count(*), sum(amount), min(day)::text FROM sales",
     [(60, Decimal("1770.00"), "2024-03-01")]),
    ("SELECT city, count(*) FROM sales JOIN shops ON shop = id GROUP BY city ORDER BY city",
     [("Oslo", 30), ("Turin", 30)]),
    ("SELECT city FROM shops LEFT JOIN sales ON shop = id WHERE shop IS NULL", [("Graz",)]),
    ("SELECT amount FROM sales ORDER BY amount DESC LIMIT 2 OFFSET 1",
     [(Decimal("58.00"),), (Decimal("57.00"),)]),
    ("SELECT day::text, rank() OVER (ORDER BY sum(amount) DESC) FROM sales GROUP BY day "
     "ORDER BY 2 LIMIT 2", [("2024-03-10", 1), ("2024-03-09", 2)]),
    ("WITH best AS (SELECT shop, max(amount) AS top FROM sales GROUP BY shop) "
     "SELECT city FROM best JOIN shops ON shop = id ORDER BY top DESC", [("Turin",), ("Oslo",)]),
    ("SELECT (SELECT max(amount) FROM sales WHERE shop = id) FROM shops ORDER BY id",
     [(Decimal("58.00"),), (Decimal("59.00"),), (None,)]),
    ("SELECT count(*) FROM sales a, sales b WHERE a.amount = b.amount", [(60,)]),
    ("SELECT id FROM shops WHERE EXISTS (SELECT 1 FROM sales WHERE shop = id) ORDER BY id",
     [(1,), (2,)]),
    ("SELECT city FROM shops UNION ALL SELECT 'x' ORDER BY 1",
     [("Graz",), ("Oslo",), ("Turin",), ("x",)]),
    ("SELECT DISTINCT shop FROM sales ORDER BY shop", [(1,), (2,)]),
    ("SELECT CASE WHEN amount > 58 THEN 'top' ELSE 'rest' END, count(*) FROM sales "
     "GROUP BY 1 ORDER BY 2", [("top", 1), ("rest", 59)]),
    ("SELECT shop FROM sales GROUP BY shop HAVING sum(amount) > 880", [(2,)]),
    ("SELECT count(*) FROM sales WHERE day BETWEEN '2024-03-02' AND '2024-03-04' "
     "AND shop IN (1, 3)", [(6,)]),
    ("VALUES (1, 'a'), (2, 'b')", [(1, "a"), (2, "b")]),
])
def test_hot_and_flushed_rows_answer_together(session, sales, query, want):
    assert rows(session, query) == want


def test_system_files_are_out_of_reach(session):
    for query in ("SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
                  "SELECT read_text('/etc/passwd')", "COPY (SELECT 1) TO '/tmp/firn-leak'",
                  "ATTACH '/tmp/firn-leak.db'", "INSTALL httpfs", "SELECT getenv('PATH')"):
        with pytest.raises(psycopg.Error):
            session.execute(query)


# --- transactions -------------------------------------------------------------------------------

@pytest.fixture
def pair(session, table):
    """Two tables that transactions write together."""
    for side in ("left", "right"):
        session.execute(f"CREATE TABLE {table}_{side} (n int)")
    return f"{table}_left", f"{table}_right"


def test_a_transaction_reads_its_own_writes_and_nobody_else_does(connect, pair):
    left, right = pair
    writer, reader = connect(), connect()
    writer.execute("BEGIN")
    writer.execute(f"INSERT INTO {left} VALUES (1), (2)")
    writer.execute(f"INSERT INTO {right} SELECT n + 10 FROM {left}")
    assert rows(writer, f"SELECT n FROM {right} ORDER BY n") == [(11,), (12,)]
    assert rows(reader, f"SELECT count(*) FROM {left}") == [(0,)]
    writer.execute("COMMIT")
    assert rows(reader, f"SELECT n FROM {left} UNION ALL SELECT n FROM {right} ORDER BY 1") == [
        (1,), (2,), (11,), (12,)]


def test_rollback_leaves_nothing(session, pair):
    left, right = pair
    session.execute("BEGIN")
    session.execute(f"INSERT INTO {left} VALUES (1)")
    with session.cursor().copy(f"COPY {right} FROM STDIN") as copy:
        copy.write("1\n2\n")
    assert session.execute("ROLLBACK").statusmessage == "ROLLBACK"
    assert rows(session, f"SELECT count(*) FROM {left}") == [(0,)]
    assert rows(session, f"SELECT count(*) FROM {right}") == [(0,)]


def test_a_failed_transaction_refuses_everything_until_its_end(session, pair):
    left, _ = pair
    session.execute("BEGIN")
    session.execute(f"INSERT INTO {left} VALUES (1)")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        session.execute(f"SELECT nothing FROM {left}")
    assert session.info.transaction_status == pq.TransactionStatus.INERROR
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        session.execute("SELECT 1")
    assert session.execute("COMMIT").statusmessage == "ROLLBACK"
    assert session.info.transaction_status == pq.TransactionStatus.IDLE
    assert rows(session, f"SELECT count(*) FROM {left}") == [(0,)]


def test_each_statement_sees_what_was_committed_before_it(connect, pair):
    left, _ = pair
    writer, reader = connect(), connect()
    reader.execute("BEGIN")
    for n in range(1, 4):
        writer.execute(f"INSERT INTO {left} VALUES ({n})")
        assert rows(reader, f"SELECT count(*) FROM {left}") == [(n,)]
    reader.execute("COMMIT")


def test_a_write_is_seen_by_every_session_the_moment_it_returns(connect, pair):
    left, _ = pair
    writer, readers = connect(), [connect() for _ in range(4)]
    for n in range(1, 101):
        writer.execute(f"INSERT INTO {left} VALUES ({n})")
        assert rows(readers[n % 4], f"SELECT count(*), max(n) FROM {left}") == [(n, n)]


def test_no_reader_sees_half_a_transaction(connect, pair):
    left, right = pair
    stop = threading.Event()

    def write(session: psycopg.Connection) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            with session.transaction():
                session.execute(f"INSERT INTO {left} VALUES ({n})")
                session.execute(f"INSERT INTO {right} VALUES ({n})")

    writers = [threading.Thread(target=write, args=(connect(),)) for _ in range(2)]
    for writer in writers:
        writer.start()
    reader = connect()
    query = f"SELECT (SELECT count(*) FROM {left}), (SELECT count(*) FROM {right})"
    seen = []
    for turn in range(200):
        if turn % 50 == 25:
            reader.execute("CHECKPOINT")
        seen.append(rows(reader, query)[0])
    stop.set()
    for writer in writers:
        writer.join()
    assert all(a == b for a, b in seen), seen
    assert [a for a, _ in seen] == sorted(a for a, _ in seen)


def test_begin_in_a_transaction_is_a_warning(session):
    notices: list[str] = []
    session.add_notice_handler(lambda diagnostic: notices.append(diagnostic.sqlstate))
    session.execute("BEGIN")
    session.execute("BEGIN")
    session.execute("COMMIT")
    session.execute("COMMIT")
    assert notices == ["25001", "25P01"]


# --- errors -------------------------------------------------------------------------------------

@pytest.mark.parametrize("statement, code", [
    ("SELECT * FROM no_such_table", "42P01"),
    ("INSERT INTO no_such_table VALUES (1)", "42P01"),
    ("DROP TABLE no_such_table", "42P01"),
    ("SELECT no_such_column FROM {t}", "42703"),
    ("INSERT INTO {t} (no_such_column) VALUES (1)", "42703"),
    ("SELECT FROM WHERE", "42601"),
    ("SELEC 1", "42601"),
    ("SELECT 'open", "42601"),
    ("INSERT INTO {t} (id) VALUES (1, 2)", "42601"),
    ("INSERT INTO {t} (note) VALUES ('no id')", "23502"),
    ("INSERT INTO {t} VALUES (NULL)", "23502"),
    ("INSERT INTO {t} (id, n) VALUES (1, 'abc')", "22P02"),
    ("INSERT INTO {t} (id, n) VALUES (1, 99999)", "22003"),
    ("INSERT INTO {t} (id, note) VALUES (1, 'too long by far')", "22001"),
    ("CREATE TABLE {t} (id int)", "42P07"),
    ("CREATE TABLE {t}_b (a int, a text)", "42701"),
    ("SELECT nonsense(id) FROM {t}", "42883"),
    ("SELECT id FROM {t}, {t}_two", "42702"),
    ("SELECT id, count(*) FROM {t}", "42803"),
])
def test_an_error_has_the_code_of_postgresql(session, table, statement, code):
    session.execute(f"CREATE TABLE {table} (id int NOT NULL, n smallint, note varchar(8))")
    session.execute(f"CREATE TABLE {table}_two (id int)")
    with pytest.raises(psycopg.Error) as caught:
        session.execute(statement.format(t=table))
    assert caught.value.sqlstate == code, caught.value
    assert rows(session, f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("statement", [
    "UPDATE {t} SET n = 1",
    "DELETE FROM {t}",
    "MERGE INTO {t} USING {t} s ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO {t} VALUES (1, 2) ON CONFLICT DO NOTHING",
    "ALTER TABLE {t} ALTER COLUMN n TYPE text",
    "CREATE TABLE {t}_k (id int UNIQUE)",
    "CREATE TABLE {t}_k (id int REFERENCES {t})",
])
def test_what_is_not_there_yet_is_refused_with_a_hint(session, table, statement):
    session.execute(f"CREATE TABLE {table} (id int, n int)")
    with pytest.raises(psycopg.errors.FeatureNotSupported) as caught:
        session.execute(statement.format(t=table))
    assert caught.value.diag.message_hint


def test_a_null_in_a_not_null_column_names_column_and_table(session, table):
    session.execute(f"CREATE TABLE {table} (id int NOT NULL)")
    with pytest.raises(psycopg.errors.NotNullViolation) as caught:
        session.execute(f"INSERT INTO {table} VALUES (1), (NULL), (3)")
    assert '"id"' in caught.value.diag.message_primary
    assert table in caught.value.diag.message_primary
    assert rows(session, f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.service
@pytest.mark.parametrize("statement", [
    "SELECT id, nmae FROM {t}", "SELECT * FROM\n no_such", "SELECT 1 +", "SELECT nosuch(1)",
    "INSERT INTO {t} (id, nope) VALUES (1, 2)", "SELECT 'ř', nmae FROM {t}",
    "INSERT INTO {t} VALUES (1, 'x'), (2, 'y', 3)", "SELECT {t}.nope FROM {t}",
])
def test_an_error_points_where_postgresql_points(session, postgres_server, table, statement):
    def position(each) -> tuple:
        each.execute(f"CREATE TABLE {table} (id int, note text)")
        with pytest.raises(psycopg.Error) as caught:
            each.execute(statement.format(t=table))
        return caught.value.sqlstate, caught.value.diag.statement_position

    with postgres_server() as postgres:
        assert position(session) == position(postgres)


def test_a_commit_to_a_dropped_table_names_it(connect, table):
    with connect() as writer, connect() as other:
        other.execute(f"CREATE TABLE {table} (n int)")
        writer.execute("BEGIN")
        writer.execute(f"INSERT INTO {table} VALUES (1)")
        other.execute(f"DROP TABLE {table}")
        with pytest.raises(psycopg.errors.UndefinedTable, match=f'"public.{table}"'):
            writer.execute("COMMIT")
