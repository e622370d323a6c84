"""A stock DuckDB: ATTACH … (TYPE postgres), read, insert, join. Usage: … postgresql://…"""

from __future__ import annotations

import datetime
import decimal
from contextlib import contextmanager
from typing import Any, Iterator

import duckdb
from checks import Checks, equal
from duckdb_extensions import import_extension

check = Checks()


class Session:
    def __init__(self, where: str) -> None:
        self.duck = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        import_extension("postgres_scanner", con=self.duck)
        self.duck.execute("LOAD postgres_scanner")
        self.duck.execute(f"ATTACH '{where}' AS p (TYPE postgres)")

    def __call__(self, sql: str) -> list[tuple[Any, ...]]:
        return self.duck.execute(sql).fetchall()


@contextmanager
def session(where: str) -> Iterator[Session]:
    made = Session(where)
    try:
        yield made
    finally:
        made.duck.close()


@check("create, insert, read")
def _(where: str) -> None:
    with session(where) as run:
        run("DROP VIEW IF EXISTS p.public.duck_view")
        run("DROP TABLE IF EXISTS p.public.duck")
        run("CREATE TABLE p.public.duck (a integer, b varchar, c decimal(10, 2), d timestamp, "
            "e double, f boolean, g date, h blob, i uuid, j bigint[])")
        run("INSERT INTO p.public.duck SELECT i, 's' || i, i / 4, TIMESTAMP '2024-01-01' + "
            "INTERVAL (i) HOUR, i * 0.5, i % 2 = 0, DATE '2024-01-01' + i::INTEGER, 'x'::BLOB, "
            "'00000000-0000-0000-0000-000000000007', [i, NULL] FROM range(3000) t(i)")
        run("INSERT INTO p.public.duck (a) VALUES (NULL)")
        equal(run("SELECT count(*), sum(a), sum(c), max(d) FROM p.public.duck"),
              [(3001, 4498500, decimal.Decimal("1124625.00"),
                datetime.datetime(2024, 5, 4, 23, 0))])
        equal(run("SELECT b, c, f, g, h, j FROM p.public.duck WHERE a = 7"),
              [("s7", decimal.Decimal("1.75"), False, datetime.date(2024, 1, 8), b"x", [7, None])])


@check("joins, among themselves and with DuckDB's own tables")
def _(where: str) -> None:
    with session(where) as run:
        run("DROP TABLE IF EXISTS p.public.duck_names")
        run("CREATE TABLE p.public.duck_names AS SELECT i AS id, 'n' || i AS name "
            "FROM range(5) t(i)")
        run("CREATE TABLE own AS SELECT i AS id FROM range(3, 9) t(i)")
        equal(run("SELECT name FROM p.public.duck_names JOIN own USING (id) ORDER BY name"),
              [("n3",), ("n4",)])
        equal(run("SELECT count(*) FROM p.public.duck d JOIN p.public.duck_names n ON d.a = n.id"),
              [(5,)])


@check("transactions")
def _(where: str) -> None:
    with session(where) as run:
        run("BEGIN")
        run("INSERT INTO p.public.duck (a) VALUES (-1)")
        equal(run("SELECT count(*) FROM p.public.duck WHERE a = -1"), [(1,)])
        run("ROLLBACK")
        equal(run("SELECT count(*) FROM p.public.duck WHERE a = -1"), [(0,)])


@check("metadata")
def _(where: str) -> None:
    with session(where) as run:
        run("CREATE VIEW p.public.duck_view AS SELECT a FROM duck")
        tables = {row[2] for row in run("SHOW ALL TABLES") if row[0] == "p"}
        assert {"duck", "duck_names", "duck_view"} <= tables, tables
        columns = run("SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = "
                      "'p' AND table_name = 'duck' ORDER BY column_index")
        equal(columns[:4], [("a", "INTEGER"), ("b", "VARCHAR"), ("c", "DECIMAL(10,2)"),
                            ("d", "TIMESTAMP")])
        equal(run("SELECT count(*) FROM p.public.duck_view"), [(3001,)])


@check("alter, and SQL that is passed on")
def _(where: str) -> None:
    with session(where) as run:
        run("CALL postgres_execute('p', 'DROP TABLE IF EXISTS duck_a, duck_b')")
        run("CALL postgres_execute('p', 'CREATE TABLE duck_a (a int)')")
        run("CALL pg_clear_cache()")
        run("ALTER TABLE p.public.duck_a ADD COLUMN b integer")
        run("ALTER TABLE p.public.duck_a RENAME TO duck_b")
        equal(run("SELECT * FROM postgres_query('p', 'SELECT 42 AS x')"), [(42,)])
        run("DROP TABLE p.public.duck_b")


@check("an error")
def _(where: str) -> None:
    with session(where) as run:
        try:
            run("SELECT * FROM postgres_query('p', 'SELECT 1/0')")
        except duckdb.Error as error:
            assert "division by zero" in str(error), error
            equal(run("SELECT count(*) FROM p.public.duck_names"), [(5,)])
            return
        raise AssertionError("no error")


check.run()
