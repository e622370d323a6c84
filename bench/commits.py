"""Small durable commits: of one client and many, of ten rows, of a hundred columns; who sees."""

from __future__ import annotations

import contextlib
import re
import shutil
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pyarrow

from controls import duckdb_engine, limits, pinned
from measures import Goal, Measure, row
from stage import Stage

INSERT = "INSERT INTO bench_insert VALUES (:client_id, 12.5, 'a row of the benchmark');\n"
INSERT_TABLE = "CREATE TABLE bench_insert (id bigint, price double precision, note text)"
BATCH_ROWS = 10
BATCH_TABLE = "CREATE TABLE bench_batch (id bigint, price double precision, note text)"
BATCH_VALUES = ", ".join(f"({i}, {i}.5, 'row {i} of a batch')" for i in range(BATCH_ROWS))


def pgbench(server, folder: Path, script: str, *arguments: str) -> str:
    """What pgbench prints of a script run with prepared statements."""
    path = folder / "script.sql"
    path.write_text(script)
    done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-f", str(path), *arguments],
                          env=server.client_environment(), cwd=folder, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pgbench on {server.name}: {done.stderr}")
    return done.stdout


def transactions_per_s(server, stage: Stage, script: str, clients: int) -> float:
    out = pgbench(server, stage.folder, script, "-c", str(clients), "-j", str(min(clients, 2)),
                  *stage.length)
    return float(re.search(r"tps = ([0-9.]+)", out).group(1))


def median_us(server, stage: Stage, script: str, *arguments: str) -> float:
    """Median of one client's transactions in microseconds, from pgbench's own log."""
    for old in stage.folder.glob("latency.*"):
        old.unlink()
    pgbench(server, stage.folder, script, "-c", "1", *stage.length, "-l", "--log-prefix=latency",
            *arguments)
    times = [int(line.split()[2]) for log in stage.folder.glob("latency.*")
             for line in log.read_text().splitlines()]
    return float(statistics.median(times))


def fresh_table(server, name: str, create: str) -> None:
    with server.connect() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute(create)


def address(server) -> str:
    """For libpq."""
    where = server.client_environment()
    return (f"host={where['PGHOST']} port={where['PGPORT']} user={where['PGUSER']} "
            f"dbname={where['PGDATABASE']}")


@row("2")
def one_client(stage: Stage) -> list[Measure]:
    """One-row durable commit, one client."""
    insert = INSERT.strip().replace(":client_id", "1")

    def commit(server, processors: set[int] | None) -> dict[str, float]:
        if server is not stage.null:
            fresh_table(server, "bench_insert", INSERT_TABLE)
        with pinned(server.pid(), processors) if processors else contextlib.nullcontext():
            return limits(stage.limits, "ask", address(server), stage.seconds, insert)

    def disk(processors: set[int] | None) -> float:
        with pinned(0, processors) if processors else contextlib.nullcontext():
            return limits(stage.limits, "commit", stage.folder, 1, stage.seconds)["p50_us"]

    measures = []
    for where, on, bound in (("", None, 1.3), (", on one CPU", {0}, 1.15)):
        figures: dict[str, list[float]] = {side: [] for side in (
            "firn", "postgres", "limit", "disk", "wire")}
        p99: dict[str, list[float]] = {"firn": [], "postgres": []}
        for _ in range(stage.rounds):
            for side, server in (("firn", stage.firn), ("postgres", stage.postgres)):
                told = commit(server, on)
                figures[side].append(told["p50_us"])
                p99[side].append(told["p99_us"])
            figures["disk"].append(disk(on))
            figures["wire"].append(commit(stage.null, on)["p50_us"])
            figures["limit"].append(figures["disk"][-1] + figures["wire"][-1])
        measures += [Measure("2", f"1-row commit{where}: p50", "µs", figures, "limit",
                             True, (Goal(bound, "limit"), Goal(1, "postgres"))),
                     Measure("2", f"1-row commit{where}: p99", "µs", p99, "postgres",
                             True)]
    return measures


@row("3")
def many_clients(stage: Stage) -> list[Measure]:
    """One-row durable commits, 32 clients."""
    def rate(server) -> float:
        fresh_table(server, "bench_insert", INSERT_TABLE)
        return transactions_per_s(server, stage, INSERT, 32)

    figures = stage.interleaved(
        firn=lambda: rate(stage.firn), postgres=lambda: rate(stage.postgres),
        bare=lambda: limits(stage.limits, "commit", stage.folder, 32,
                            stage.seconds)["commits_per_s"])
    goals = (Goal(2, "postgres"), Goal(2.5, "postgres", True), Goal(0.7, "bare", True))
    return [Measure("3", "1-row commits, 32 clients", "/s", figures, "postgres", goals=goals)]


class DuckLake:
    """A lakehouse that keeps small inserts in its catalog, a DuckDB file, until a flush."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        self.engine = duckdb_engine("ducklake")
        self.engine.execute(f"ATTACH 'ducklake:{folder}/catalog.ducklake' AS lake (DATA_PATH "
                            f"'{folder}/data', DATA_INLINING_ROW_LIMIT 1000)")
        self.engine.execute("CREATE TABLE lake.bench_batch (id bigint, price double, note text)")

    def rows_per_s(self, seconds: float) -> float:
        done = 0
        begun = time.perf_counter()
        while (took := time.perf_counter() - begun) < seconds:
            self.engine.execute(f"INSERT INTO lake.bench_batch VALUES {BATCH_VALUES}")
            done += BATCH_ROWS
        return done / took

    def files(self) -> int:
        return len(list(self.folder.rglob("*.parquet")))

    def remove(self) -> None:
        self.engine.close()
        shutil.rmtree(self.folder)


class PyIceberg:
    """A table of files alone: each append is a data file, a manifest, a snapshot."""

    def __init__(self, folder: Path):
        from pyiceberg.catalog.sql import SqlCatalog  # needs a package that only this row needs
        self.folder = folder
        folder.mkdir()
        catalog = SqlCatalog("bench", uri=f"sqlite:///{folder}/catalog.db",
                             warehouse=f"file://{folder}")
        catalog.create_namespace("bench")
        self.batch = pyarrow.table({
            "id": pyarrow.array(range(BATCH_ROWS), pyarrow.int64()),
            "price": pyarrow.array([i + 0.5 for i in range(BATCH_ROWS)], pyarrow.float64()),
            "note": pyarrow.array([f"row {i} of a batch" for i in range(BATCH_ROWS)])})
        self.table = catalog.create_table("bench.batch", self.batch.schema)

    def rows_per_s(self, seconds: float) -> float:
        done = 0
        begun = time.perf_counter()
        while (took := time.perf_counter() - begun) < seconds:
            self.table.append(self.batch)
            done += BATCH_ROWS
        return done / took

    def remove(self) -> None:
        shutil.rmtree(self.folder)


@row("4")
def lake_commits(stage: Stage) -> list[Measure]:
    """Ten-row commits to a lakehouse table, one client, each read at once."""
    insert = f"INSERT INTO bench_batch VALUES {BATCH_VALUES};\n"
    files: list[float] = []

    def ours() -> float:
        fresh_table(stage.firn, "bench_batch", BATCH_TABLE)
        rate = BATCH_ROWS * transactions_per_s(stage.firn, stage, insert, 1)
        with stage.firn.connect() as session:
            session.execute("CALL firn.flush('bench_batch')")
            (count,) = session.execute("SELECT count(*) FROM firn.files WHERE name = "
                                       "'bench_batch'").fetchone()
        files.append(float(count))
        return rate

    def theirs(kind) -> float:
        lake = kind(stage.folder / "lake")
        try:
            return lake.rows_per_s(stage.seconds)
        finally:
            lake.remove()

    figures = stage.interleaved(firn=ours, ducklake=lambda: theirs(DuckLake),
                                pyiceberg=lambda: theirs(PyIceberg))
    goals = (Goal(20, "ducklake"), Goal(40, "ducklake", True))
    return [Measure("4", "10-row commits to the lake", "rows/s", figures, "ducklake", goals=goals),
            Measure("4", "  data files of it after a flush", "files", {"firn": files},
                    lower_is_better=True, goals=(Goal(1),))]


class OtherWork:
    """What goes on beside the probes: larger transactions, and flush rounds that take all tables
    from memory to the lake."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with self.stage.firn.connect() as session:
            while not self.end.is_set():
                for _ in range(5):
                    session.execute("INSERT INTO bench_beside SELECT i, i / 7.0, 'a note ' || i "
                                    "FROM generate_series(1, 20000) AS s (i)")
                session.execute("CHECKPOINT")
                self.end.wait(2)

    def __enter__(self) -> None:
        fresh_table(self.stage.firn, "bench_beside", BATCH_TABLE.replace("batch", "beside"))
        self.thread.start()

    def __exit__(self, *_) -> None:
        self.end.set()
        self.thread.join()


@row("9")
def freshness(stage: Stage) -> list[Measure]:
    """Reads begun after an acknowledgement on another connection, beside loads and flush rounds."""
    pairs = 8
    probes = stage.size(1_000_000, 400)

    def probe(server, count: int) -> dict[str, float]:
        for pair in range(pairs):
            fresh_table(server, f"bench_fresh_{pair}",
                        f"CREATE TABLE bench_fresh_{pair} (id bigint)")
        return limits(stage.limits, "fresh", address(server), pairs, count)

    with OtherWork(stage):
        ours = probe(stage.firn, probes)
    theirs = probe(stage.postgres, min(probes, 20_000))
    return [Measure("9", f"stale reads of {ours['probes']:,}", "reads", {"firn": [ours["stale"]]},
                    lower_is_better=True, goals=(Goal(0),)),
            Measure("9", "  read after the acknowledgement: p50", "µs",
                    {"firn": [ours["p50_us"]], "postgres, idle otherwise": [theirs["p50_us"]]},
                    "postgres, idle otherwise", True)]


@row("wide")
def wide_rows(stage: Stage) -> list[Measure]:
    """One-row commits of a hundred columns beside those of three."""
    kinds = (("bigint", "{n}"), ("double precision", "{n}.5"), ("text", "value{n}"))

    def median(server, columns: int) -> float:
        chosen = [kinds[n % 3] for n in range(columns)]
        fresh_table(server, "bench_wide", "CREATE TABLE bench_wide (" + ", ".join(
            f"c{n} {kind}" for n, (kind, _) in enumerate(chosen)) + ")")
        script = "INSERT INTO bench_wide VALUES (" + ", ".join(
            f":v{n}" for n in range(columns)) + ");\n"
        values = [part for n, (_, value) in enumerate(chosen)
                  for part in ("-D", f"v{n}=" + value.format(n=n))]
        return median_us(server, stage, script, *values)

    figures = stage.interleaved(
        firn=lambda: median(stage.firn, 100), narrow=lambda: median(stage.firn, 3),
        postgres=lambda: median(stage.postgres, 100))
    return [Measure("wide", "INSERT of 100 columns: p50", "µs", figures, "narrow", True,
                    (Goal(1.5, "narrow"),))]
