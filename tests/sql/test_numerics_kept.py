"""Columns of type numeric without a size: what CREATE TABLE AS makes of computed numbers, and
SET firn.numeric = text."""

from __future__ import annotations

import random

import psycopg
import pytest
from pyiceberg.table import StaticTable

from ddl_script import differences
from lake_readers import newest_metadata, pyiceberg_rows, table_folder

COMPUTED = """
SET client_min_messages = warning;
CREATE TABLE t (id int, n numeric(12,2), k numeric(20,12), b bigint);
INSERT INTO t VALUES (1, 1, 0.5, 3), (1, 5, 0.000000000001, 4), (2, 2.50, NULL, 7),
  (2, -0.01, 7, NULL), (3, NULL, NULL, NULL);
CREATE TABLE made AS SELECT id, sum(n) AS sum, avg(n) AS avg, sum(n) / 3 AS third, sum(k) AS long,
  sum(k) / 30000 AS small, avg(b) AS of_ints, sum(b) AS of_bigints, array_agg(n / 7 ORDER BY n) AS
  list, array_agg(n * 2 ORDER BY n) AS twice, max(n)::numeric AS bare,
  round(avg(n), 2) AS round, coalesce(sum(n), 0) AS zero, sum(CASE WHEN n > 1 THEN n ELSE 0 END) AS
  cases, coalesce(max(k), max(n), 7) AS mixed, abs(min(n)) AS least, count(*)::numeric AS count,
  max(b) - 0.25 AS minus FROM t GROUP BY id;
{flush}
SELECT * FROM made ORDER BY id;
SELECT id, sum::text, avg::text, third::text, long::text, small::text, list::text, twice::text,
  round::text, least::text, count::text, minus::text FROM made ORDER BY id;
SELECT sum(sum), avg(avg), max(third), min(small), sum(long), count(DISTINCT avg) FROM made;
SELECT id FROM made WHERE avg >= 1.2450 AND third < 3 ORDER BY avg DESC;
SELECT third, count(*) FROM made GROUP BY third ORDER BY third;
SELECT m.id FROM made m JOIN made o ON m.third = o.sum / 3 ORDER BY 1;
INSERT INTO made SELECT id + 10, sum, avg, third, long, small FROM made;
INSERT INTO made (id, sum, third) VALUES (99, 1.25, 'NaN');
INSERT INTO made (id, sum, third) VALUES (98, 123456.789, 1e-30);
SELECT id, sum::text, avg::text, third::text FROM made WHERE sum IS NOT NULL OR id > 90 ORDER BY id;
CREATE VIEW v AS SELECT avg(n) AS a, sum(n) AS s, sum(n) / 7 AS q FROM t;
CREATE TABLE of_view AS SELECT * FROM v;
SELECT a::text, s::text, q::text FROM of_view;
CREATE OR REPLACE VIEW v AS SELECT avg(k) AS a, sum(n) AS s, sum(n) / 7 AS q FROM t;
CREATE TABLE joined AS SELECT sum FROM made UNION ALL SELECT third FROM made;
SELECT sum::text FROM joined ORDER BY joined.sum NULLS FIRST, 1;
ALTER TABLE made ALTER COLUMN sum TYPE numeric;
CREATE TABLE copied (LIKE made);
INSERT INTO copied SELECT * FROM made;
SELECT id, sum::text, third::text FROM copied ORDER BY id;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
  WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum;
"""
LARGEST = "9" * 38 + "." + "9" * 400


@pytest.mark.service
@pytest.mark.parametrize("flush", ["", "!flush;"], ids=["hot", "flushed"])
def test_create_table_as_keeps_computed_numbers(firn_server, postgres_server, flush):
    with firn_server().connect() as session, postgres_server() as postgres:
        postgres.execute("DROP TABLE IF EXISTS t, made, of_view, joined, copied CASCADE")
        script = COMPUTED.format(flush=flush)
        assert not differences(script, session, postgres)


def values(seed: int) -> list[str | None]:
    chosen = random.Random(seed)

    def one() -> str:
        digits = "".join(chosen.choice("0123456789") for _ in range(chosen.randint(1, 60)))
        scale = chosen.randint(0, len(digits))
        whole, part = digits[:len(digits) - scale], digits[len(digits) - scale:]
        return chosen.choice(["", "-"]) + (whole or "0") + ("." + part if part else "")

    special = [None, "NaN", "Infinity", "-Infinity", "0", "0.000", "-0.0", "1e-100", LARGEST]
    return special + [one() for _ in range(150)] + ["1.5", "1.50", "1.500"]


QUESTIONS = [
    "SELECT n, n::text, n + 1, round(n, 2), trim_scale(n) FROM t ORDER BY id",
    "SELECT id FROM t ORDER BY n, id",
    "SELECT id FROM t ORDER BY n DESC NULLS LAST, id LIMIT 9",
    "SELECT id FROM t WHERE n > 1.5 AND n < 1e20 ORDER BY id",
    "SELECT id FROM t WHERE n = 1.5 ORDER BY id",
    "SELECT id FROM t WHERE n IN (1.5, 'NaN', 0) ORDER BY id",
    "SELECT trim_scale(n), count(*) FROM t GROUP BY n HAVING count(*) > 1 ORDER BY 1",
    "SELECT sum(n), avg(n), max(n), min(n), count(DISTINCT n) FROM t WHERE abs(n) < 1e30",
    "SELECT a.id, b.id FROM t a JOIN t b ON a.n = b.n AND a.id < b.id ORDER BY 1, 2",
    "SELECT list FROM t WHERE list IS NOT NULL ORDER BY id",
]


def load(session: psycopg.Connection, rows: list[str | None], by_copy: bool) -> None:
    lists = [None if n is None else "{" + n + ",NULL,1.00}" for n in rows]
    if not by_copy:
        for at, (n, of) in enumerate(zip(rows, lists)):
            session.execute("INSERT INTO t VALUES (%s, %s, %s)", (at, n, of))
        return
    with session.cursor().copy("COPY t FROM STDIN") as copy:
        for at, (n, of) in enumerate(zip(rows, lists)):
            copy.write_row((at, n, of))


@pytest.mark.service
@pytest.mark.parametrize("by_copy", [False, True], ids=["insert", "copy"])
def test_a_numeric_kept_as_text_is_postgresqls(firn_server, postgres_server, seed, by_copy):
    server = firn_server()
    with postgres_server() as postgres:
        postgres.execute("DROP TABLE IF EXISTS t CASCADE")
        postgres.execute("CREATE TABLE t (id int, n numeric, list numeric[])")
        load(postgres, values(seed), by_copy)
        with server.connect() as session:
            session.execute("SET firn.numeric = text")
            session.execute("CREATE TABLE t (id int, n numeric)")
            session.execute("ALTER TABLE t ADD COLUMN list numeric[]")
            load(session, values(seed), by_copy)
        for state in ("hot", "recovered", "flushed", "mixed"):
            if state == "recovered":
                server.kill9()
                server.start()
            with server.connect() as session:
                if state == "flushed":
                    session.execute("CHECKPOINT")
                if state == "mixed":
                    for each in (session, postgres):
                        each.execute("INSERT INTO t SELECT id + 1000, n, list FROM t")
                for binary in (False, True):
                    for question in QUESTIONS:
                        want = postgres.cursor(binary=binary).execute(question).fetchall()
                        got = session.cursor(binary=binary).execute(question).fetchall()
                        # NaN is not itself.
                        assert str(got) == str(want), (state, binary, question)


def test_the_lake_has_decimals_where_the_scale_is_known(firn):
    with firn.connect() as session:
        notices: list[tuple] = []
        session.add_notice_handler(lambda d: notices.append((d.message_primary, d.message_hint)))
        session.execute(
            "CREATE TABLE kept AS SELECT sum(n) AS sum, sum(k) AS long, avg(n) AS avg, "
            "n / 3 AS third, coalesce(sum(n), 0) AS zero, round(avg(n), 2) AS round, "
            "sum(CASE WHEN k > 0 THEN n ELSE 0 END) AS cases, count(*)::numeric AS count "
            "FROM (VALUES (1.50::numeric(12,2), 0.1::numeric(20,12))) AS v(n, k) GROUP BY n")
        assert [message for message, _ in notices] == [
            'column "avg" keeps every digit, as text in the lake',
            'column "third" keeps every digit, as text in the lake']
        assert all("numeric(p,s)" in hint for _, hint in notices)
        session.execute("SET firn.numeric = text")
        session.execute("CREATE TABLE asked_for AS SELECT avg, third FROM kept")
        assert len(notices) == 2
        session.execute("CHECKPOINT")
        folder = table_folder(firn.data, "kept")
    schema = StaticTable.from_metadata(str(newest_metadata(folder))).schema()
    assert {field.name: str(field.field_type) for field in schema.fields} == {
        "sum": "decimal(38, 9)", "long": "decimal(38, 12)", "avg": "string", "third": "string",
        "zero": "decimal(38, 9)", "round": "decimal(38, 9)", "cases": "decimal(38, 9)",
        "count": "decimal(38, 9)"}
    row = pyiceberg_rows(folder).to_pylist()[0]
    assert (float(row["sum"]), float(row["long"])) == (1.5, 0.1)
    assert (row["avg"], row["third"]) == ("1.50000000000000000000", "0.50000000000000000000")


def test_beyond_a_decimal_the_error_says_what_to_do(session, table):
    session.execute(f"CREATE TABLE {table} (n numeric)")
    for statement in (f"INSERT INTO {table} VALUES (1e-10)", f"INSERT INTO {table} VALUES ('NaN')",
                      f"INSERT INTO {table} SELECT 1::numeric / 3"):
        with pytest.raises(psycopg.errors.NumericValueOutOfRange) as caught:
            session.execute(statement)
        assert '"n"' in caught.value.diag.message_primary
        assert "firn.numeric = text" in caught.value.diag.message_hint
        session.rollback()


def test_a_numeric_kept_as_text_is_no_key(session, table):
    session.execute("SET firn.numeric = text")
    with pytest.raises(psycopg.errors.FeatureNotSupported) as caught:
        session.execute(f"CREATE TABLE {table} (n numeric PRIMARY KEY)")
    assert "numeric(p,s)" in caught.value.diag.message_hint
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        session.execute("SET firn.numeric = float")
    session.execute("SET firn.numeric = decimal")
    session.execute(f"CREATE TABLE {table} (n numeric PRIMARY KEY)")


def test_digits_beyond_a_decimal_are_kept_through_a_restart(firn_server):
    server = firn_server()
    made = "SELECT round(1.5, 50) AS x, round(avg(1.5), 12) AS y, round(12345678901, 30) AS z"
    with server.connect() as session:
        session.execute(f"CREATE TABLE made AS {made}")
        session.execute(f"CREATE TABLE empty AS {made} WITH NO DATA")
        before = session.execute("SELECT x::text, y::text, z::text FROM made").fetchone()
        assert before == ("1.5" + "0" * 49, "1.5" + "0" * 11, "12345678901." + "0" * 30)
        session.execute("CREATE DOMAIN positive AS numeric CHECK (VALUE > 0)")
        session.execute("CREATE TABLE plain (n numeric)")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            session.execute("ALTER TABLE plain ALTER COLUMN n TYPE positive")
        session.execute("ALTER TABLE plain ALTER COLUMN n TYPE numeric")
    server.kill9()
    server.start()
    with server.connect() as session:
        session.execute("CHECKPOINT")
        assert session.execute("SELECT x::text, y::text, z::text FROM made").fetchone() == before
        assert session.execute("SELECT count(*) FROM empty").fetchone() == (0,)
