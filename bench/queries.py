"""Queries over rows in memory and in files, timed one by one beside DuckDB on the same rows."""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path
from typing import Callable, Iterable

import duckdb
import psycopg

from controls import duckdb_engine
from measures import Goal, Measure, geometric_mean, row
from stage import KEEP_HOT, Stage

CSV_PIECE = 32 << 20
PINGS = 20

# Ten queries over rows (id, customer, status, price, quantity, note).
HOT_QUERIES = {
    "count(*)": "SELECT count(*) FROM hot",
    "sum int": "SELECT sum(quantity) FROM hot",
    "sum double": "SELECT sum(price) FROM hot",
    "filtered sum": "SELECT sum(price) FROM hot WHERE quantity > 25 AND status = 'open'",
    "group by 5 strings": "SELECT status, count(*), sum(price) FROM hot GROUP BY status",
    "group by 100k keys": "SELECT count(*) FROM (SELECT customer, sum(price) FROM hot "
                          "GROUP BY customer) g",
    "like": "SELECT count(*) FROM hot WHERE note LIKE '%999%'",
    "top 10": "SELECT id, price FROM hot ORDER BY price DESC, id LIMIT 10",
    "min and max": "SELECT min(price), max(price), min(id), max(id) FROM hot",
    "distinct": "SELECT count(DISTINCT quantity) FROM hot",
}
HOT_ROWS = """
  SELECT i AS id, (hash(i) % 100000)::bigint AS customer,
         (['open', 'paid', 'sent', 'done', 'void'])[1 + (hash(i + 1) % 5)::int] AS status,
         (hash(i + 2) % 1000000)::double / 100 AS price,
         (hash(i + 3) % 50)::int AS quantity, 'note ' || (hash(i + 4) % 1000000) AS note
  FROM range({first}, {end}) t(i)
"""
HOT_TABLE = ("CREATE TABLE hot (id bigint, customer bigint, status text, price double precision, "
             "quantity integer, note text)")

Ask = Callable[[str], list[tuple]]


def copy_csv(session: psycopg.Connection, table: str, path: Path) -> None:
    """Loads a file without line ends inside of values, in transactions of CSV_PIECE bytes."""
    with path.open("rb") as source:
        rest = b""
        while block := source.read(CSV_PIECE):
            whole, end, rest_of_block = block.rpartition(b"\n")
            with session.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
                copy.write(rest + whole + end)
            rest = rest_of_block
    assert not rest, f"{path} does not end with a line"


def load_from(engine: duckdb.DuckDBPyConnection, query: str, session: psycopg.Connection,
              table: str, folder: Path) -> None:
    """Loads what a query of DuckDB's gives into a table of firn's."""
    path = folder / "load.csv"
    engine.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false)")
    copy_csv(session, table, path)
    path.unlink()


def milliseconds(ask: Ask, sql: str) -> float:
    begun = time.perf_counter()
    ask(sql)
    return (time.perf_counter() - begun) * 1000


def asker(session: psycopg.Connection) -> Ask:
    return lambda sql: session.execute(sql).fetchall()


def same(ours: list[tuple], theirs: list[tuple]) -> bool:
    """Whether two answers have the same rows in any order (ORDER BY says nothing of equal ones);
    numbers up to the last digits, whatever their types."""
    def plain(value):
        if value is None or isinstance(value, bool):
            return str(value)
        try:
            return float(value)
        except (TypeError, ValueError):
            return str(value).rstrip()

    def alike(one, other) -> bool:
        if isinstance(one, float) and isinstance(other, float):
            return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
        return one == other

    def place(line: tuple) -> str:
        return repr([f"{one:.5g}" if isinstance(one, float) else one for one in line])

    left, right = (sorted((tuple(map(plain, line)) for line in lines), key=place)
                   for lines in (ours, theirs))
    return len(left) == len(right) and all(
        len(one) == len(other) and all(map(alike, one, other)) for one, other in zip(left, right))


def time_queries(stage: Stage, row_name: str, session: psycopg.Connection, queries: dict[str, str],
                 controls: dict[str, Ask], goals: tuple[Goal, ...]) -> list[Measure]:
    """Each query, warm, on firn and on each control in turn, in ms. firn's time is the client's
    without the wire's share: the same client's round trip to a server that knows nothing."""
    ask = asker(session)
    measures = []
    with stage.null.connect() as null:
        ping = asker(null)
        for name, sql in queries.items():
            answers = [ask(sql), *(control(sql) for control in controls.values())]
            for answer in answers[1:]:
                # Which of several equal rows a LIMIT leaves is nobody's to say.
                alike = (len(answers[0]) == len(answer) if "LIMIT" in sql
                         else same(answers[0], answer))
                if not alike:
                    raise RuntimeError(f"{name}: {answers[0][:3]} is not {answer[:3]}")
            figures: dict[str, list[float]] = {side: [] for side in ("firn", *controls, "wire")}
            for _ in range(stage.rounds):
                wire = statistics.median(milliseconds(ping, "SELECT 1") for _ in range(PINGS))
                figures["wire"].append(wire)
                figures["firn"].append(max(milliseconds(ask, sql) - wire, 0.001))
                for side, control in controls.items():
                    figures[side].append(milliseconds(control, sql))
            measures.append(Measure(row_name, name, "ms", figures, next(iter(controls)), True,
                                    goals, True))
    return measures


def mean_of(details: list[Measure], what: str, side: str, speed: float) -> Measure:
    """The queries' geometric mean, which must be `speed` times as fast as another side's."""
    figures = {name: [geometric_mean(one) for one in zip(*(d.figures[name] for d in details))]
               for name in details[0].figures}
    return Measure(details[0].row, what, "ms", figures, side, True, (Goal(1 / speed, side),))


def sum_of(details: list[Measure], what: str, side: str, bound: float) -> Measure:
    figures = {name: [sum(one) for one in zip(*(d.figures[name] for d in details))]
               for name in details[0].figures}
    return Measure(details[0].row, what, "ms", figures, side, True, (Goal(bound, side),))


def slowest_of(details: Iterable[Measure], side: str, bound: float = 0) -> Measure:
    """The query that is slowest beside another side; its bound, if it has one."""
    worst = max(details, key=lambda detail: detail.ratio(side))
    return Measure(worst.row, f"  slowest beside {side}: {worst.what}", "ms", worst.figures, side,
                   True, (Goal(bound, side),) if bound else ())


def duckdb_asker(engine: duckdb.DuckDBPyConnection, schema: str = "main") -> Ask:
    """Asks for tables of that schema, in a session of its own."""
    session = engine.cursor()
    session.execute(f"USE {schema}")
    return lambda sql: session.execute(sql).fetchall()


@row("7")
def hot_queries(stage: Stage) -> list[Measure]:
    """Ten queries over rows in memory, beside DuckDB's own table and Parquet of the same rows."""
    rows = stage.size(5_000_000, 20_000)
    engine = duckdb_engine()
    engine.execute(f"CREATE TABLE hot AS {HOT_ROWS.format(first=0, end=rows)}")
    path = stage.folder / "hot.parquet"
    engine.execute(f"COPY hot TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    engine.execute("CREATE SCHEMA files")
    engine.execute(f"CREATE VIEW files.hot AS FROM read_parquet('{path}')")
    with stage.server("firn-hot", KEEP_HOT) as server, server.connect() as session:
        session.execute(HOT_TABLE)
        load_from(engine, "FROM hot", session, "hot", stage.folder)
        details = time_queries(stage, "7", session, HOT_QUERIES, {
            "native": duckdb_asker(engine), "parquet": duckdb_asker(engine, "files")},
            (Goal(1, "parquet"),))
    path.unlink()
    count, others = details[0], details[1:]
    count.goals = (Goal(1),)
    return [mean_of(details, f"ten queries, {rows:,} hot rows: mean", "native", 0.8),
            slowest_of(others, "parquet", 1),
            Measure("7", "  count(*)", "ms", count.figures, "parquet", True, (Goal(1),)), *details]


@row("8a")
def hot_and_files(stage: Stage) -> list[Measure]:
    """The ten queries over a tenth in memory and nine tenths in Parquet, beside read_parquet."""
    rows = stage.size(5_000_000, 20_000)
    engine = duckdb_engine()
    late = stage.folder / "late.parquet"
    with stage.server("firn-mixed", KEEP_HOT) as server, server.connect() as session:
        session.execute(HOT_TABLE)
        load_from(engine, HOT_ROWS.format(first=0, end=rows * 9 // 10), session, "hot",
                  stage.folder)
        session.execute("CHECKPOINT")
        rest = HOT_ROWS.format(first=rows * 9 // 10, end=rows)
        load_from(engine, rest, session, "hot", stage.folder)
        (hot,) = session.execute("SELECT hot_rows FROM firn.tables WHERE name = 'hot'").fetchone()
        assert hot == rows - rows * 9 // 10, f"{hot} rows are hot"
        engine.execute(f"COPY ({rest}) TO '{late}' "
                       "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
        paths = [path.removeprefix("file://") for (path,) in session.execute(
            "SELECT path FROM firn.files WHERE name = 'hot'").fetchall()]
        files = ", ".join(f"'{path}'" for path in [*paths, late])
        engine.execute("CREATE VIEW hot AS SELECT id, customer, status, price, quantity, note "
                       f"FROM read_parquet([{files}], union_by_name = true)")
        details = time_queries(stage, "8a", session, HOT_QUERIES,
                               {"read_parquet": duckdb_asker(engine)}, ())
    late.unlink()
    what = f"ten queries, {rows:,} rows, 10 % hot: mean"
    return [mean_of(details, what, "read_parquet", 0.9),
            slowest_of(details, "read_parquet"), *details]
