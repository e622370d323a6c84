"""asyncpg: binary everywhere, prepared statements. Usage: client_asyncpg.py postgresql://…"""

from __future__ import annotations

import asyncio
import datetime
import decimal
import uuid

import asyncpg
from checks import Checks, equal

check = Checks()


def run(body, where: str) -> None:
    async def inside() -> None:
        session = await asyncpg.connect(where)
        try:
            await body(session)
        finally:
            await session.close()

    asyncio.run(inside())


@check("ddl, insert, select")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        await session.execute("DROP TABLE IF EXISTS ac")
        await session.execute("CREATE TABLE ac (a bigint, b text, c numeric(12,2), d date, "
                              "e timestamptz, f boolean, g double precision, h bytea, i uuid)")
        row = (2**40, "ünïcode '\\", decimal.Decimal("12.50"), datetime.date(2024, 2, 29),
               datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, datetime.timezone.utc), True, 0.1,
               b"\x00\xff", uuid.UUID(int=7))
        insert = "INSERT INTO ac VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        await session.execute(insert, *row)
        await session.executemany(insert, [row, (None,) * 9])
        rows = [tuple(record) for record in await session.fetch("SELECT * FROM ac ORDER BY a")]
        equal(rows, [row, row, (None,) * 9])

    run(body, where)


@check("a copy of records")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        await session.execute("DROP TABLE IF EXISTS acopy")
        await session.execute("CREATE TABLE acopy (a int, b text)")
        await session.copy_records_to_table(
            "acopy", records=[(n, None if n % 7 else str(n)) for n in range(1000)])
        equal(await session.fetchval("SELECT count(b) FROM acopy"), 143)

    run(body, where)


@check("transactions")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        await session.execute("DROP TABLE IF EXISTS atrans")
        await session.execute("CREATE TABLE atrans (a int)")
        try:
            async with session.transaction():
                await session.execute("INSERT INTO atrans VALUES (1)")
                raise ValueError
        except ValueError:
            pass
        equal(await session.fetchval("SELECT count(*) FROM atrans"), 0)

    run(body, where)


@check("errors have their class")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        try:
            await session.fetch("SELECT * FROM nothing_here")
        except asyncpg.UndefinedTableError:
            return
        raise AssertionError("no error")

    run(body, where)


@check("the catalog")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        equal(await session.fetchval("SELECT 'pg_class'::regclass::oid"), 1259)
        row = await session.fetchrow("SELECT oid, relname, relkind FROM pg_class WHERE oid = 1259")
        equal(tuple(row), (1259, "pg_class", b"r"))

    run(body, where)


check.run()
