"""SQL that clients send and people seldom write: the same answers as PostgreSQL 15."""

from __future__ import annotations

import psycopg
import pytest

SAME = [
    "SELECT * FROM unnest(ARRAY[1, 2, 3], ARRAY['a', NULL]) AS t(n, s)",
    "SELECT * FROM unnest('{}'::int[], ARRAY['a']::text[], ARRAY[1.5, 2.5]::numeric(5,1)[])",
    "SELECT n, s, i FROM unnest(ARRAY[5, 6], ARRAY['x', 'y', 'z']) WITH ORDINALITY AS t(n, s, i)",
    "SELECT g, a, b FROM generate_series(1, 2) g, unnest(ARRAY[g, g + 1], ARRAY[g]) u(a, b) "
    "ORDER BY 1, 2",
    "SELECT word, catcode, barelabel, catdesc, baredesc FROM pg_get_keywords() ORDER BY word",
    "SELECT (information_schema._pg_expandarray(ARRAY[7, -8, 9]::smallint[])).x",
    "SELECT (information_schema._pg_expandarray(ARRAY[7, -8, 9]::smallint[])).n",
    "SELECT (k.keys).x, (k.keys).n FROM (SELECT information_schema._pg_expandarray("
    "ARRAY[3, 1]::int2[]) AS keys) k",
    "SELECT x::real, x::float8 FROM (VALUES ('NaN'), ('-Infinity'), (' inf '), ('1e3')) v(x)",
    "SELECT current_user = user, pg_typeof(current_user)::text AS u, "
    "pg_typeof(current_database())::text AS d",
    "SELECT pg_partition_ancestors('pg_class'::regclass)",
    "SELECT pg_stat_get_numscans(0), pg_stat_get_numscans(NULL)",
    "SELECT count(*) FROM pg_available_extensions() a(n, v, c) WHERE n = 'nothing'",
]


@pytest.fixture
def both(firn, postgres_server):
    with firn.connect() as ours, postgres_server() as theirs:
        yield ours, theirs


@pytest.mark.parametrize("query", SAME)
def test_the_answer_is_postgres(both, query):
    ours, theirs = (session.execute(query) for session in both)
    assert [(one.name, one.type_code) for one in ours.description] == [
        (one.name, one.type_code) for one in theirs.description]
    assert repr(ours.fetchall()) == repr(theirs.fetchall())


def test_ctid_over_the_whole_table_is_true_and_otherwise_refused(firn):
    with firn.connect() as session:
        session.execute("CREATE TABLE paged (a int)")
        session.execute("INSERT INTO paged SELECT generate_series(1, 100)")
        rows = session.execute("SELECT count(*) FROM paged WHERE ctid BETWEEN '(0,0)'::tid AND "
                               "'(4294967295,0)'::tid AND a > 90")
        assert rows.fetchone() == (10,)
        for refused in ("SELECT ctid FROM paged", "SELECT xmin FROM paged", "SELECT p.tableoid "
                        "FROM paged p", "SELECT a FROM paged WHERE ctid BETWEEN '(0,0)'::tid AND "
                        "'(10,0)'::tid"):
            with pytest.raises(psycopg.errors.FeatureNotSupported):
                session.execute(refused)


def test_recorded_foreign_keys_may_be_deferrable(firn):
    with firn.connect() as session:
        session.execute("CREATE TABLE parent (id int PRIMARY KEY)")
        key = ("CREATE TABLE child (id int PRIMARY KEY, p int CONSTRAINT to_parent REFERENCES "
               "parent DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            session.execute(key)
        session.execute("SET firn.unenforced_constraints = accept")
        session.execute(key)
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            session.execute("CREATE TABLE no (id int PRIMARY KEY DEFERRABLE)")
        said = session.execute("SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint "
                               "WHERE conname = 'to_parent'").fetchone()
        assert said == ("FOREIGN KEY (p) REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED "
                        "NOT VALID", False)
        with session.transaction():
            session.execute("SET CONSTRAINTS to_parent IMMEDIATE")
            session.execute("SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(psycopg.errors.UndefinedObject):
            session.execute("SET CONSTRAINTS nothing DEFERRED")
        with pytest.raises(psycopg.errors.WrongObjectType):
            session.execute("SET CONSTRAINTS child_pkey DEFERRED")


def test_a_schema_goes_with_views_over_several_of_its_tables(firn):
    with firn.connect() as session:
        session.execute("CREATE SCHEMA many")
        for name in ("c", "a", "b"):
            session.execute(f"CREATE TABLE many.{name} (id int)")
        session.execute("CREATE VIEW many.ab AS SELECT a.id FROM many.a JOIN many.b USING (id)")
        session.execute("CREATE VIEW many.aa AS SELECT ab.id FROM many.ab JOIN many.c USING (id)")
        session.execute("DROP SCHEMA many CASCADE")
        assert session.execute("SELECT to_regclass('many.a')").fetchone() == (None,)


def test_explain_begins_with_estimates(firn):
    with firn.connect() as session:
        first = session.execute("EXPLAIN SELECT 1").fetchone()[0]
    assert first.startswith("Query  (cost=") and " rows=" in first and " width=" in first
