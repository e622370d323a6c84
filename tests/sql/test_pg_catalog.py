"""The system relations: PostgreSQL 15's columns, and rows that follow the catalog."""

from __future__ import annotations

import psycopg
import pytest

COLUMNS = """
SELECT n.nspname, c.relname, a.attname, t.typname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
  AND t.typname <> '_pg_statistic'
ORDER BY 1, 2, a.attnum"""

# Column by column what both servers must print for the same objects.
OBJECTS = """
CREATE SCHEMA s2;
CREATE TABLE plain (id integer PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x',
  price numeric(10,2), at timestamptz, note text, CONSTRAINT dear CHECK (price > 0));
COMMENT ON TABLE plain IS 'a table';
COMMENT ON COLUMN plain.name IS 'a name';
CREATE TABLE s2.other (a bigserial, b text);
CREATE VIEW v AS SELECT id, name FROM plain;
CREATE SEQUENCE seq START 5;
CREATE TABLE "Mixed Case" ("Id" integer GENERATED ALWAYS AS IDENTITY, b boolean, u uuid, d date);
"""
MINE = "('plain', 'other', 'v', 'seq', 'Mixed Case', 'other_a_seq', 'Mixed Case_Id_seq')"
SAME = [
    f"SELECT relname, relkind, relnatts, relchecks, relpersistence FROM pg_class "
    f"WHERE relname IN {MINE} ORDER BY relname",
    f"SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    f"a.atthasdef OR a.attidentity <> '', a.attidentity FROM pg_attribute a "
    f"JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname IN {MINE} AND a.attnum > 0 "
    "ORDER BY c.relname, a.attnum",
    "SELECT conname, contype, conrelid::regclass::text, pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE conname = 'plain_pkey'",
    "SELECT conname, contype, conkey FROM pg_constraint WHERE conname IN ('plain_pkey', 'dear') "
    "ORDER BY 1",
    "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_class c ON c.oid = adrelid "
    "WHERE relname IN ('plain', 'other') ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'plain'",
    "SELECT i.indkey, i.indisprimary FROM pg_index i WHERE indrelid = 'plain'::regclass",
    "SELECT obj_description('plain'::regclass, 'pg_class'), "
    "col_description('plain'::regclass, 2)",
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 's2') "
    "ORDER BY 1, 2",
    "SELECT table_schema, table_name, table_type FROM information_schema.tables "
    "WHERE table_schema IN ('public', 's2') ORDER BY 1, 2",
    "SELECT column_name, ordinal_position, column_default, is_nullable, data_type, "
    "character_maximum_length, numeric_precision, numeric_scale, datetime_precision, udt_name, "
    "is_identity, identity_generation FROM information_schema.columns "
    "WHERE table_schema IN ('public', 's2') ORDER BY table_name, ordinal_position",
    "SELECT constraint_name, column_name, ordinal_position "
    "FROM information_schema.key_column_usage WHERE table_name = 'plain'",
    "SELECT constraint_name, constraint_type FROM information_schema.table_constraints "
    "WHERE table_name = 'plain' AND constraint_name NOT LIKE '%not_null' ORDER BY 1",
    "SELECT sequence_name, data_type, start_value, increment FROM information_schema.sequences "
    "ORDER BY 1",
    "SELECT oid, typname, typlen, typtype, typcategory, typelem, typarray FROM pg_type "
    "WHERE oid < 4000 AND typtype = 'b' AND typname !~ '^_pg_' AND typname <> '_record' "
    "AND typcategory <> 'Z' ORDER BY oid LIMIT 60",
    "SELECT 'pg_class'::regclass::oid, 'int4'::regtype::oid, 'public'::regnamespace::oid",
    "SELECT 'plain'::regclass::text, 's2.other'::regclass::text, 23::regtype::text",
    "SELECT format_type(23, -1), format_type(1043, 14), format_type(1700, 655366), "
    "format_type(1007, NULL), format_type(1184, NULL), format_type(1042, 9)",
    "SELECT to_regclass('nothing') IS NULL, to_regclass('plain') IS NOT NULL",
    "SELECT 'nothing'::regclass",
    "SELECT 'nothing'::regtype",
    "SELECT current_schemas(false), pg_my_temp_schema()",
    "SELECT pg_table_is_visible('plain'::regclass), pg_table_is_visible('s2.other'::regclass)",
    "SELECT pg_size_pretty(0::bigint), pg_size_pretty(10240::bigint), "
    "pg_size_pretty(123456789::bigint), pg_size_pretty(10239::bigint)",
    "SELECT has_table_privilege('plain', 'SELECT'), has_schema_privilege('public', 'USAGE')",
    "SELECT has_table_privilege('nothing', 'SELECT')",
    "SELECT datname = current_database(), pg_encoding_to_char(encoding) FROM pg_database "
    "WHERE datname = current_database()",
    "SELECT count(*) FROM pg_publication",
    "SELECT * FROM pg_policy",
    "SELECT * FROM information_schema.triggers",
    "SELECT relkind, count(*) FROM pg_class WHERE relname IN ('plain', 'v') GROUP BY 1 ORDER BY 1",
    "SELECT 2 = ANY (ARRAY[1, 2]), 3 = ANY ('{1,2,NULL}'), 3 <> ALL (ARRAY[1, 2])",
    "SELECT ARRAY(SELECT n FROM generate_series(1, 3) n), (ARRAY['a', 'b'])[2]",
    "SELECT array_to_string(ARRAY['a', 'b'], ','), array_length(ARRAY[1, 2], 1)",
    "SELECT unnest(ARRAY['x', 'y'])",
]


@pytest.fixture(scope="module")
def both(firn, postgres_server):
    with firn.connect(autocommit=True) as ours, postgres_server() as mother:
        mother.execute("CREATE DATABASE catalog_test")
        with psycopg.connect(mother.info.dsn, dbname="catalog_test", autocommit=True) as theirs:
            for session in (ours, theirs):
                for statement in OBJECTS.split(";\n"):
                    if statement.strip():
                        session.execute(statement)
            yield ours, theirs


def answer(session, sql: str):
    """(names, rows as text), or the SQLSTATE."""
    result = session.pgconn.exec_(sql.encode())
    if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
        return result.error_field(psycopg.pq.DiagnosticField.SQLSTATE).decode()
    columns = range(result.nfields)
    return ([result.fname(column) for column in columns],
            [[result.get_value(row, column) for column in columns]
             for row in range(result.ntuples)])


def test_columns_and_their_types_are_postgresqls(both):
    ours, theirs = (session.execute(COLUMNS).fetchall() for session in both)
    assert len(ours) > 2000
    assert ours == theirs


@pytest.mark.parametrize("sql", SAME)
def test_rows_are_postgresqls(both, sql):
    ours, theirs = (answer(session, sql) for session in both)
    assert ours == theirs


def test_every_relation_can_be_read(both):
    ours = both[0]
    names = ours.execute("SELECT table_schema, table_name FROM information_schema.tables "
                         "WHERE table_schema IN ('pg_catalog', 'information_schema')").fetchall()
    assert len(names) == 208
    for schema, name in names:
        ours.execute(f'SELECT * FROM {schema}."{name}"').fetchall()


def test_own_uncommitted_ddl_is_seen_by_its_session_alone(both, firn):
    ours = both[0]
    count = "SELECT count(*) FROM pg_class WHERE relname = 'unfinished'"
    with firn.connect(autocommit=False) as other:
        other.execute("CREATE TABLE unfinished (a int)")
        assert other.execute(count).fetchone() == (1,)
        assert ours.execute(count).fetchone() == (0,)
        other.rollback()
        assert other.execute(count).fetchone() == (0,)


def test_oids_are_unique_and_outlive_a_restart(firn_server):
    server = firn_server()
    ask = ("SELECT relname, oid, reltype FROM pg_class WHERE relname LIKE 't%' "
           "AND relnamespace = 'public'::regnamespace ORDER BY 1")
    with server.connect(autocommit=True) as session:
        for number in range(20):
            session.execute(f"CREATE TABLE t{number} (a int PRIMARY KEY)")
        before = session.execute(ask).fetchall()
        assert session.execute("SELECT count(*) - count(DISTINCT oid) FROM pg_class"
                               ).fetchone() == (0,)
    server.restart()
    with server.connect(autocommit=True) as session:
        assert session.execute(ask).fetchall() == before


def test_a_table_is_renamed_and_keeps_its_oid(both):
    ours = both[0]
    ours.execute("CREATE TABLE was (a int)")
    oid = ours.execute("SELECT 'was'::regclass::oid").fetchone()
    ours.execute("ALTER TABLE was RENAME TO became")
    assert ours.execute("SELECT 'became'::regclass::oid").fetchone() == oid
    ours.execute("DROP TABLE became")
    assert ours.execute(f"SELECT count(*) FROM pg_class WHERE oid = {oid[0]}").fetchone() == (0,)


def test_system_relations_cannot_be_written(both):
    with pytest.raises(psycopg.Error) as refused:
        both[0].execute("INSERT INTO pg_class (relname) VALUES ('x')")
    assert refused.value.sqlstate in ("42501", "42809")
