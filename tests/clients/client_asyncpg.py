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


@check("errors, one after another, prepared and in transactions")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        for _ in range(20):
            for text in ("SELEC 1", "SELECT 1/0", "SELECT $1::int + nothing", "SELECT 'x'::int"):
                try:
                    await asyncio.wait_for(session.fetch(text), 10)
                except asyncpg.PostgresError:
                    continue
                raise AssertionError(f"no error: {text}")
            try:
                async with session.transaction():
                    await asyncio.wait_for(session.fetch("SELECT 10 / $1::int", 0), 10)
            except asyncpg.DivisionByZeroError:
                pass
            equal(await asyncio.wait_for(session.fetchval("SELECT $1::int", 7), 10), 7)

    run(body, where)


@check("a query that is cancelled")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        endless = ("SELECT count(*) FROM generate_series(1, 100000) a, "
                   "generate_series(1, 100000) b WHERE a + b < 0")
        try:
            await session.fetchval(endless, timeout=0.5)
        except asyncio.TimeoutError:
            equal(await session.fetchval("SELECT 1"), 1)
            return
        raise AssertionError("it ran to its end")

    run(body, where)


@check("a cursor, and rows that an INSERT returns")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        await session.execute("DROP TABLE IF EXISTS acursor")
        await session.execute("CREATE TABLE acursor (id serial, v text)")
        rows = await session.fetch("INSERT INTO acursor (v) VALUES ($1), ($2) RETURNING id, v",
                                   "one", "two")
        equal([tuple(row) for row in rows], [(1, "one"), (2, "two")])
        async with session.transaction():
            seen = [row["i"] async for row in session.cursor(
                "SELECT i FROM generate_series(1, 500) i ORDER BY i", prefetch=50)]
        equal(seen, list(range(1, 501)))

    run(body, where)


@check("every type, binary, and NULL")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        zone = datetime.timezone.utc
        values = [
            ("boolean", True), ("smallint", -32768), ("integer", 2**31 - 1), ("bigint", -2**63),
            ("real", 1.5), ("double precision", -1e300), ("numeric", decimal.Decimal("-12.3450")),
            ("text", "ünïcode \t"), ("varchar(5)", "abc"), ("bytea", b"\x00\xff"),
            ("date", datetime.date(2024, 2, 29)), ("time", datetime.time(23, 59, 59, 999999)),
            ("timestamp", datetime.datetime(2024, 2, 29, 1, 2, 3, 4)),
            ("timestamptz", datetime.datetime(2024, 2, 29, 1, 2, 3, 4, zone)),
            ("interval", datetime.timedelta(days=3, seconds=5, microseconds=7)),
            ("uuid", uuid.UUID(int=7)), ("json", '{"a": 1}'), ("jsonb", '{"a": [1, 2]}'),
            ("integer[]", [1, None, 3]), ("text[]", ["a", 'q"uote', None]),
        ]
        for name, value in values:
            equal(await session.fetchval(f"SELECT $1::{name}", value), value, name)
            equal(await session.fetchval(f"SELECT $1::{name}", None), None, name)

    run(body, where)


@check("the catalog")
def _(where: str) -> None:
    async def body(session: asyncpg.Connection) -> None:
        equal(await session.fetchval("SELECT 'pg_class'::regclass::oid"), 1259)
        row = await session.fetchrow("SELECT oid, relname, relkind FROM pg_class WHERE oid = 1259")
        equal(tuple(row), (1259, "pg_class", b"r"))

    run(body, where)


check.run()
