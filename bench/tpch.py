"""TPC-H's 22 queries over tables of which half is in memory and half in Parquet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg

from controls import duckdb_engine
from measures import Goal, Measure, row
from queries import duckdb_asker, load_from, slowest_of, sum_of, time_queries
from stage import KEEP_HOT, Stage

QUERIES = sorted((Path(__file__).parent.parent / "tests" / "interop" / "tpch").glob("q*.sql"))
TYPES = {"INTEGER": "integer", "BIGINT": "bigint", "VARCHAR": "text", "DATE": "date",
         "DECIMAL(15,2)": "numeric(15,2)"}


def load_halves(engine: duckdb.DuckDBPyConnection, session: psycopg.Connection,
                folder: Path) -> list[str]:
    """Every table of the engine's: its first rows to the lake, as many stay in memory. Their
    names."""
    names = [name for (name,) in engine.execute(
        "SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
    for name in names:
        columns = ", ".join(f"{column} {TYPES[kind]}" for column, kind, *_ in
                            engine.execute(f"DESCRIBE {name}").fetchall())
        session.execute(f"CREATE TABLE {name} ({columns})")
    for half in ("<", ">="):
        for name in names:
            load_from(engine, f"SELECT * FROM {name} WHERE rowid {half} "
                      f"(SELECT count(*) // 2 FROM {name})", session, name, folder)
        if half == "<":
            session.execute("CHECKPOINT")
    return names


@row("tpch")
def tpch(stage: Stage) -> list[Measure]:
    """TPC-H's 22 queries over tables half in memory and half in Parquet."""
    scale = stage.size(1, 0.01)
    engine = duckdb_engine("tpch")
    engine.execute(f"CALL dbgen(sf = {scale})")
    folder = stage.folder / "tpch"
    folder.mkdir()
    with stage.server("firn-tpch", KEEP_HOT) as server, server.connect() as session:
        names = load_halves(engine, session, stage.folder)
        engine.execute("CREATE SCHEMA files")
        for name in names:
            path = folder / f"{name}.parquet"
            engine.execute(f"COPY {name} TO '{path}' "
                           "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
            engine.execute(f"CREATE VIEW files.{name} AS FROM read_parquet('{path}')")
        queries = {path.stem: path.read_text().strip().rstrip(";") for path in QUERIES}
        details = time_queries(stage, "tpch", session, queries,
                               {"parquet": duckdb_asker(engine, "files"),
                                "native": duckdb_asker(engine)}, (Goal(2, "parquet"),))
    return [sum_of(details, f"TPC-H SF{scale:g}, 22 queries: sum", "parquet", 1.3),
            slowest_of(details, "parquet", 2), *details]
