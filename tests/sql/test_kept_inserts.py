"""What a prepared INSERT keeps between its executions (table, rights, constants) is looked up anew
when what it came from has changed."""

import psycopg
import pytest


def run(session, statement="i"):
    session.execute(f"EXECUTE {statement}")


@pytest.fixture
def prepared(session):
    """A table and an INSERT of constants into it, executed once."""
    session.execute("DROP TABLE IF EXISTS kept")
    session.execute("CREATE TABLE kept (at timestamptz, n int, w text)")
    session.execute("DEALLOCATE ALL")
    session.execute("PREPARE i AS INSERT INTO kept VALUES ('2026-01-01 00:00', 7, 'x')")
    run(session)
    run(session)
    yield session
    session.execute("RESET ALL")
    session.execute("DEALLOCATE ALL")


def test_constants_are_read_in_the_time_zone_of_each_execution(prepared):
    prepared.execute("SET TimeZone = 'Asia/Tokyo'")
    run(prepared)
    hours = prepared.execute("SELECT extract(hour FROM at AT TIME ZONE 'UTC')::int, count(*) "
                             "FROM kept GROUP BY 1 ORDER BY 1").fetchall()
    assert hours == [(0, 2), (15, 1)]


def test_a_table_made_anew_is_the_one_written_to(prepared):
    prepared.execute("DROP TABLE kept")
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(prepared)
    prepared.execute("CREATE TABLE kept (at text, n numeric(9,2), w varchar(5))")
    run(prepared)
    assert prepared.execute("SELECT * FROM kept").fetchall() == [("2026-01-01 00:00", 7, "x")]


def test_a_column_of_another_type_takes_the_constant_as_its_own(prepared):
    prepared.execute("ALTER TABLE kept ALTER n TYPE bigint")
    run(prepared)
    assert prepared.execute("SELECT sum(n) FROM kept").fetchone() == (21,)
    prepared.execute("ALTER TABLE kept DROP COLUMN w")
    with pytest.raises(psycopg.errors.SyntaxError, match="more expressions than target columns"):
        run(prepared)


def test_the_table_is_that_of_the_search_path(prepared):
    prepared.execute("CREATE SCHEMA IF NOT EXISTS other")
    prepared.execute("CREATE TABLE IF NOT EXISTS other.kept (at text, n int, w text)")
    prepared.execute("SET search_path = other, public")
    run(prepared)
    assert prepared.execute("SELECT count(*) FROM other.kept").fetchone() == (1,)
    prepared.execute("CREATE TEMP TABLE kept (at date, n int, w text)")
    run(prepared)
    assert prepared.execute("SELECT count(*) FROM pg_temp.kept").fetchone() == (1,)
    prepared.execute("DROP TABLE pg_temp.kept, other.kept")
    run(prepared)
    assert prepared.execute("SELECT count(*) FROM public.kept").fetchone() == (3,)


def test_a_right_that_was_taken_away_is_missed_at_once(prepared, connect):
    with connect() as other:
        prepared.execute("DROP ROLE IF EXISTS keeper")
        prepared.execute("CREATE ROLE keeper")
        prepared.execute("GRANT INSERT ON kept TO keeper")
        prepared.execute("SET ROLE keeper")
        run(prepared)
        other.execute("REVOKE INSERT ON kept FROM keeper")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(prepared)
        prepared.execute("RESET ROLE")
        run(prepared)
        assert prepared.execute("SELECT count(*) FROM kept").fetchone() == (4,)


def test_a_block_that_is_rolled_back_leaves_nothing_kept(prepared):
    prepared.execute("BEGIN")
    prepared.execute("ALTER TABLE kept ALTER w SET DEFAULT 'y'")
    prepared.execute("ALTER TABLE kept RENAME TO gone")
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(prepared)
    prepared.execute("ROLLBACK")
    run(prepared)
    assert prepared.execute("SELECT count(*), max(w) FROM kept").fetchone() == (3, "x")
