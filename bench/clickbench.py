"""ClickBench: 43 queries over one table of 105 columns, with made-up rows in memory."""

from __future__ import annotations

from pathlib import Path

from controls import duckdb_engine
from measures import Goal, Measure, row
from queries import duckdb_asker, load_from, mean_of, slowest_of, time_queries
from stage import KEEP_HOT, Stage

FOLDER = Path(__file__).with_name("clickbench")
TYPES = {"VARCHAR": "text"}  # of DuckDB's that firn calls otherwise
SUMS = ", ".join(["SUM(ResolutionWidth)", *(f"SUM(ResolutionWidth + {n})" for n in range(1, 90))])


def click_queries() -> dict[str, str]:
    """q0 to q42, as the benchmark counts them."""
    lines = [line.rstrip(";") for line in (FOLDER / "queries.sql").read_text().splitlines()
             if not line.startswith("--")]
    return {f"q{number}": line.replace("{sums}", SUMS) for number, line in enumerate(lines)}


@row("7c")
def click_bench(stage: Stage) -> list[Measure]:
    """ClickBench's 43 queries over rows in memory, beside DuckDB's own table and Parquet."""
    rows = stage.size(5_000_000, 10_000)
    engine = duckdb_engine()
    engine.execute((FOLDER / "hits.sql").read_text().replace("{rows}", str(rows)))
    path = stage.folder / "hits.parquet"
    engine.execute(f"COPY hits TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    engine.execute("CREATE SCHEMA files")
    engine.execute(f"CREATE VIEW files.hits AS FROM read_parquet('{path}')")
    columns = ", ".join(f"{name} {TYPES.get(kind, kind)} NOT NULL" for name, kind, *_ in
                        engine.execute("DESCRIBE hits").fetchall())
    with stage.server("firn-hits", KEEP_HOT) as server, server.connect() as session:
        session.execute(f"CREATE TABLE hits ({columns})")
        load_from(engine, "FROM hits", session, "hits", stage.folder)
        details = time_queries(stage, "7c", session, click_queries(), {
            "native": duckdb_asker(engine), "parquet": duckdb_asker(engine, "files")},
            (Goal(1, "parquet"),))
    path.unlink()
    count, others = details[0], details[1:]
    count.goals = (Goal(1),)
    return [mean_of(details, f"ClickBench, {rows:,} hot rows: mean", "native", 0.8),
            slowest_of(others, "parquet", 1),
            Measure("7c", "  count(*)", "ms", count.figures, "parquet", True, (Goal(1),)),
            *details]
