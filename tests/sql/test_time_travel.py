"""AT (LSN | TIMESTAMP | VERSION => …), firn.at and firn.as_of: a table as it was, to the commit."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql


def lsn(session) -> int:
    return session.execute("SELECT firn.last_commit_lsn()").fetchone()[0]


def rows(session, query: str, *parameters) -> list[int]:
    return [row[0] for row in session.execute(query, parameters or None).fetchall()]


@pytest.fixture
def history(session, table):
    """Ten commits of one row each, flushed after the third and the seventh; (LSN, time) of each."""
    session.execute(f"CREATE TABLE {table} (n int)")
    points = []
    for n in range(10):
        session.execute(f"INSERT INTO {table} VALUES ({n})")
        at = session.execute(f"SELECT max(__timestamp) FROM {table}").fetchone()[0]
        points.append((lsn(session), at))
        if n in (3, 7):
            session.execute("CHECKPOINT")
    return points


SPELLINGS = [
    "SELECT n FROM {table} AT (LSN => {lsn}) ORDER BY n",
    "SELECT n FROM public.{table} at(lsn => {lsn} + 0) AS x ORDER BY x.n",
    "SELECT n FROM {table} AT (TIMESTAMP => '{time}') ORDER BY n",
    "SELECT n FROM {table} AT (TIMESTAMP => timestamptz '{time}') ORDER BY n",
    "SELECT n FROM {table} FOR SYSTEM_TIME AS OF '{time}' ORDER BY n",
    "SELECT n FROM {table} FOR TIMESTAMP AS OF '{time}'::timestamptz ORDER BY n",
    "SELECT n FROM firn.at('{table}', lsn => {lsn}) ORDER BY n",
    "SELECT t.n FROM firn.at('public.{table}', system_time => '{time}') AS t ORDER BY 1",
    "TABLE {table} AT (LSN => {lsn})",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_commit_can_be_gone_back_to(session, table, history, spelling):
    for n, (at, time) in enumerate(history):
        query = spelling.format(table=table, lsn=at, time=time)
        assert sorted(rows(session, query)) == list(range(n + 1)), query


def test_it_is_the_same_after_a_kill(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int)")
        points = []
        for n in range(6):
            session.execute("INSERT INTO t VALUES (%s)", [n])
            points.append(lsn(session))
            if n == 2:
                session.execute("CHECKPOINT")
    server.kill9()
    server.start()
    with server.connect() as session:
        for n, at in enumerate(points):
            assert rows(session, f"SELECT n FROM t AT (LSN => {at})") == list(range(n + 1))


def test_two_points_meet_in_one_query(session, table, history):
    (early, _), (late, _) = history[2], history[8]
    between = rows(session, f"SELECT n FROM {table} AT (LSN => {late}) EXCEPT "
                            f"SELECT n FROM {table} AT (LSN => {early}) ORDER BY n")
    assert between == [3, 4, 5, 6, 7, 8]
    assert rows(session, f"SELECT count(*) FROM {table} AT (LSN => {early}) AS a "
                         f"JOIN {table} AS b USING (n)") == [3]


def test_the_point_may_be_a_parameter(session, table, history):
    at, time = history[4]
    assert rows(session, f"SELECT count(*) FROM {table} AT (LSN => %s)", at) == [5]
    assert rows(session, f"SELECT count(*) FROM {table} AT (TIMESTAMP => %s)", time) == [5]
    assert rows(session, f"SELECT count(*) FROM {table} "
                         "AT (TIMESTAMP => now() + interval '1 hour')") == [10]


def test_a_snapshot_is_read_by_its_id(session, table, history):
    snapshots = session.execute(
        "SELECT snapshot_id FROM firn.snapshots WHERE name = %s ORDER BY committed_at",
        [table]).fetchall()
    assert [rows(session, f"SELECT count(*) FROM {table} AT (VERSION => {one})")
            for (one,) in snapshots] == [[4], [8]]
    assert rows(session, f"SELECT count(*) FROM {table} FOR VERSION AS OF {snapshots[0][0]}") == [4]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="has no snapshot 7") as unknown:
        session.execute(f"SELECT * FROM {table} AT (VERSION => 7)")
    assert "firn.snapshots" in unknown.value.diag.message_hint


def test_own_rows_are_not_past(connect, table):
    with connect() as session:
        session.execute(f"CREATE TABLE {table} (n int)")
        session.execute(f"INSERT INTO {table} VALUES (1)")
        at = lsn(session)
        session.execute("BEGIN")
        session.execute(f"INSERT INTO {table} VALUES (2)")
        assert rows(session, f"SELECT n FROM {table} AT (LSN => {at + 100})") == [1]
        session.execute("ROLLBACK")


def test_what_was_truncated_is_read_from_the_snapshot_before(session, table, history):
    notices = []
    session.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    at, time = history[5]
    session.execute(f"TRUNCATE {table}")
    session.execute(f"INSERT INTO {table} VALUES (100)")
    for flushed in (False, True):
        if flushed:
            session.execute("CHECKPOINT")
        for point in (f"LSN => {at}", f"TIMESTAMP => '{time}'"):
            notices.clear()
            assert rows(session, f"SELECT n FROM {table} AT ({point}) ORDER BY n") == [0, 1, 2, 3]
            assert len(notices) == 1 and "as of snapshot" in notices[0]
        assert rows(session, f"SELECT n FROM {table} AT (LSN => {lsn(session)})") == [100]
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="not reach back") as old:
            session.execute(f"SELECT * FROM {table} AT (LSN => {history[0][0]})")
        assert "oldest snapshot" in old.value.diag.message_detail


def test_a_point_before_the_table_is_refused_with_the_oldest(session, table):
    session.execute(f"CREATE TABLE {table} (n int)")
    for point in ("LSN => 0", "TIMESTAMP => '2020-01-01'"):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="does not reach") as refused:
            session.execute(f"SELECT * FROM {table} AT ({point})")
        assert "LSN" in refused.value.diag.message_detail


def test_a_session_may_live_in_the_past_and_cannot_write_there(connect, table, history):
    at, time = history[6]
    with connect() as session:
        for value, count in ((str(at), 7), (str(time), 7)):
            session.execute(sql.SQL("SET firn.as_of = {}").format(value))
            assert rows(session, f"SELECT count(*) FROM {table}") == [count]
            for write in (f"INSERT INTO {table} VALUES (1)", f"TRUNCATE {table}",
                          f"CREATE TABLE x{table} (a int)", f"DROP TABLE {table}"):
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    session.execute(write)
        session.execute("RESET firn.as_of")
        assert rows(session, f"SELECT count(*) FROM {table}") == [10]
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            session.execute("SET firn.as_of = 'yesterday-ish'")


def test_a_view_shows_the_past_of_its_tables(connect, table, history):
    with connect() as session:
        session.execute(f"CREATE VIEW v{table} AS SELECT count(*) AS c FROM {table}")
        session.execute(f"SET firn.as_of = {history[3][0]}")
        assert rows(session, f"SELECT c FROM v{table}") == [4]
        session.execute("RESET firn.as_of")
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="only tables have a past"):
            session.execute(f"SELECT * FROM v{table} AT (LSN => 5)")


@pytest.mark.parametrize("query, code", [
    ("SELECT n AT (LSN => 1) FROM {table}", "42601"),
    ("SELECT * FROM {table} AT (LSN => 1", "42601"),
    ("SELECT * FROM {table} AT (LSN 1)", "42601"),
    ("SELECT * FROM {table} AT (LSN => )", "42601"),
    ("SELECT * FROM {table} AT (LSN => 1, 2)", "0A000"),
    ("SELECT * FROM {table} AT (LSN => 1); SELECT 1 AT (LSN => 2)", "42601"),
    ("SELECT * FROM {table} AT (LSN => n)", "42703"),
    ("SELECT * FROM {table} AT (LSN => 'soon')", "22P02"),
    ("SELECT * FROM {table} AT (LSN => null)", "22004"),
    ("SELECT * FROM {table} AT (LSN => count(*) + 1000000)", "42803"),
    ("SELECT * FROM {table} AT (TIMESTAMP => 7)", "42804"),
    ("SELECT * FROM {table} FOR VERSION AS OF", "42601"),
    ("SELECT * FROM nothing AT (LSN => 1)", "42P01"),
    ("WITH w AS (SELECT 1) SELECT * FROM w AT (LSN => 1)", "42809"),
    ("SELECT * FROM firn.at('{table}')", "42883"),
    ("SELECT * FROM firn.at('{table}', sometime => 3)", "42883"),
    ("SELECT * FROM firn.tables AT (LSN => 1)", "0A000"),
    ("CREATE VIEW v AS SELECT * FROM {table} AT (LSN => 1)", "0A000"),
    ("CREATE VIEW v AS SELECT * FROM firn.at('{table}', lsn => 1)", "0A000"),
    ("SELECT firn.at('{table}', lsn => 1)", "0A000"),
    ("INSERT INTO {table} AT (LSN => 1) VALUES (1)", "25006"),
    ("SELECT * FROM {table} AT (VERSION => pg_read_file('x'))", "42883"),
])
def test_what_is_wrong_is_said(session, table, query, code):
    session.execute(f"CREATE TABLE {table} (n int)")
    with pytest.raises(psycopg.Error) as refused:
        session.execute(query.format(table=table))
    assert refused.value.sqlstate == code, refused.value


def test_words_of_the_clauses_stay_names(session, table):
    session.execute(f"CREATE TABLE {table} (at int, lsn int, version int)")
    session.execute(f"INSERT INTO {table} (at, lsn, version) VALUES (1, 2, 3)")
    assert session.execute(f"SELECT at, lsn, version FROM {table} at").fetchall() == [(1, 2, 3)]
    assert rows(session, f"SELECT now() AT TIME ZONE 'UTC' IS NULL FROM {table}") == [False]
