"""psycopg 3: what an application does with it. Usage: client_psycopg.py postgresql://…"""

from __future__ import annotations

import datetime
import decimal
import uuid

import psycopg
from checks import Checks, equal

check = Checks()


@check("ddl, insert, select in both formats")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session:
        session.execute("DROP TABLE IF EXISTS pc")
        session.execute("CREATE TABLE pc (a bigint, b text, c numeric(12,2), d date, "
                        "e timestamptz, f boolean, g double precision, h bytea, i uuid)")
        row = (2**40, "ünïcode '\\", decimal.Decimal("12.50"), datetime.date(2024, 2, 29),
               datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, datetime.timezone.utc), True, 0.1,
               b"\x00\xff", uuid.UUID(int=7))
        marks = ", ".join(["%s"] * 9)
        session.execute(f"INSERT INTO pc VALUES ({marks})", row)
        session.execute(f"INSERT INTO pc VALUES ({marks})", row, prepare=True)
        session.execute(f"INSERT INTO pc VALUES ({marks})", (None,) * 9)
        for binary in (False, True):
            rows = session.execute("SELECT * FROM pc ORDER BY a NULLS LAST",
                                   binary=binary).fetchall()
            equal(rows, [row, row, (None,) * 9])


@check("copy in and out")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session:
        session.execute("DROP TABLE IF EXISTS pcopy")
        session.execute("CREATE TABLE pcopy (a int, b text)")
        cursor = session.cursor()
        with cursor.copy("COPY pcopy FROM STDIN") as copy:
            for number in range(1000):
                copy.write_row((number, None if number % 7 else f"row\t{number}"))
        with cursor.copy("COPY (SELECT * FROM pcopy ORDER BY a) TO STDOUT") as copy:
            copy.set_types(["int4", "text"])
            rows = list(copy.rows())
        equal(len(rows), 1000)
        equal(rows[7], (7, "row\t7"))
        equal(rows[8], (8, None))


@check("errors carry a class and a position")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session:
        try:
            session.execute("SELECT nothing FROM pg_class")
        except psycopg.errors.UndefinedColumn as error:
            equal(error.diag.statement_position, "8")
        else:
            raise AssertionError("no error")


@check("transactions and savepoints")
def _(where: str) -> None:
    with psycopg.connect(where) as session:
        session.execute("DROP TABLE IF EXISTS ptrans")
        session.execute("CREATE TABLE ptrans (a int)")
        session.commit()
        with session.transaction():
            session.execute("INSERT INTO ptrans VALUES (1)")
            try:
                with session.transaction():
                    session.execute("INSERT INTO ptrans VALUES (2)")
                    raise ValueError
            except ValueError:
                pass
        equal(session.execute("SELECT a FROM ptrans").fetchall(), [(1,)])


@check("a pipeline")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session, session.pipeline():
        cursors = [session.execute("SELECT %s::int", [number]) for number in range(20)]
        equal([cursor.fetchone() for cursor in cursors], [(number,) for number in range(20)])


@check("types by name from the catalog")
def _(where: str) -> None:
    with psycopg.connect(where, autocommit=True) as session:
        info = psycopg.types.TypeInfo.fetch(session, "numeric")
        equal((info.name, info.oid, info.array_oid), ("numeric", 1700, 1231))
        equal(psycopg.types.TypeInfo.fetch(session, "hstore"), None)


check.run()
