"""One server that is killed again and again under load, and what must hold after each time."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import duckdb

from crash.ledger import ISLANDS, Ledger, Ranges, without_doubles
from crash.load import SMALL, TABLES, Load
from firn_process import PATIENCE, FirnProcess
from lake_readers import duckdb_relation, duckdb_with_iceberg, newest_metadata, table_folder

OLD_SECONDS = 2 * 3600  # twice what files must be left alone for before they are swept

COLUMNS = """SELECT c.relname, a.attname FROM pg_class c
             JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname = 'public'
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relkind = 'r' ORDER BY c.relname, a.attnum"""


def highest_metadata(folder: Path) -> Path:
    """What a reader finds that steps from the hint to the highest version, as Spark does."""
    return max((folder / "metadata").glob("v*.metadata.json"),
               key=lambda path: int(path.name[1:].split(".")[0]))


class LakeReaders:
    """PyIceberg and DuckDB's iceberg extension, as others would use them."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[list, dict[str, Ranges]]] = {}
        self._duckdb = duckdb_with_iceberg()
        self._duckdb.execute("SET enable_external_file_cache = false")  # it goes by file times
        self._plain = duckdb.connect()

    def read(self, folder: Path) -> dict[str, Ranges]:
        """Its rows by reader; not read again while hint and files are the same."""
        files = [newest_metadata(folder), *sorted(os.listdir(folder / "data")),
                 *sorted(os.listdir(folder / "metadata"))]
        if self._seen.get(folder, ([], {}))[0] != files:
            self._seen[folder] = (files, self._read(folder))
        return self._seen[folder][1]

    def _read(self, folder: Path) -> dict[str, Ranges]:
        hinted, newest = newest_metadata(folder), highest_metadata(folder)
        held = {"pyiceberg": self._by_pyiceberg(hinted)}
        if newest != hinted:
            held["pyiceberg, newest version"] = self._by_pyiceberg(newest)
        relation = duckdb_relation(folder)
        held["duckdb"] = self._duckdb.execute(ISLANDS.format(relation=relation)).fetchall()
        return {reader: without_doubles(f"{reader}: {folder.name}", islands)
                for reader, islands in held.items()}

    def _by_pyiceberg(self, metadata: Path) -> list[tuple]:
        from pyiceberg.table import StaticTable  # slow to import, so only where it is used

        table = StaticTable.from_metadata(str(metadata))
        self._plain.register("lake_rows", table.scan(selected_fields=("writer", "n")).to_arrow())
        return self._plain.execute(ISLANDS.format(relation="lake_rows")).fetchall()


# Rows without an LSN of their own, the highest one, rows whose commit is older than the row before.
LSNS = """SELECT count(*) - count(DISTINCT __lsn), max(__lsn), count(*) FILTER (WHERE back)
          FROM (SELECT __lsn, __timestamp < lag(__timestamp) OVER (ORDER BY __lsn) AS back
                FROM {relation}) AS ordered"""


class Attack:
    """A server with tables, the ledger of its writers and the counts of what was done to it."""

    def __init__(self, server: FirnProcess, seed: int):
        self.server = server
        self.seed = seed
        self.ledger = Ledger(tuple(TABLES))
        self.kills = 0
        self.readers = LakeReaders()
        self.loads = 0
        self.next_lsn = 0

    def create_tables(self) -> Attack:
        with self.server.connect() as session:
            for table, columns in TABLES.items():
                session.execute(f"CREATE TABLE {table} ({columns})")
            session.execute("CHECKPOINT")
        return self

    # --- killing --------------------------------------------------------------------------------

    def load(self, **options: bool) -> Load:
        self.loads += 1
        return Load(self.server, self.ledger, self.seed + self.loads, **options).start()

    def dead(self, load: Load) -> None:
        """The server is dead: the writers end, and the lake is looked at as it was left."""
        load.join(stop=False)
        assert not self.server.running
        assert load.errors == [], load.errors
        self.kills += 1
        self.check_left()

    def kill9(self, load: Load) -> None:
        self.server.kill9()
        self.dead(load)

    def start(self, crash_at: str = "") -> None:
        """Starts, to die at `crash_at` sooner or later."""
        self.arm(crash_at)
        self.server.start()

    def dies_while_starting(self, crash_at: str, seconds: float = 30) -> bool:
        """Whether the start ends at that point; else it is up, or ended otherwise."""
        self.arm(crash_at)
        process = self.server.spawn()
        deadline = time.monotonic() + seconds * PATIENCE
        while process.poll() is None and not self.server.ports_path.exists():
            assert time.monotonic() < deadline, f"neither ready nor dead: {crash_at}"
            time.sleep(0.002)
        if process.poll() is None:
            return False
        assert process.returncode == -9, f"{crash_at}: exit code {process.returncode}"
        self.kills += 1
        self.check_left()
        return True

    def arm(self, crash_at: str) -> None:
        self.server.settings.pop("crash_at", None)
        if crash_at:
            self.server.settings["crash_at"] = crash_at

    def age(self) -> None:
        """What is in the warehouse now was left alone for hours: the next start sweeps it."""
        then = time.time() - OLD_SECONDS
        for folder, _, files in os.walk(self.server.data / "warehouse"):
            for name in files:
                os.utime(os.path.join(folder, name), (then, then))
            os.utime(folder, (then, then))

    # --- checking -------------------------------------------------------------------------------

    def check_server(self) -> None:
        with self.server.connect() as session:
            there: dict[str, tuple[str, ...]] = {}
            for table, column in session.execute(COLUMNS).fetchall():
                there[table] = (*there.get(table, ()), column)
            held = {}
            for table, name in self.ledger.check_tables(there).items():
                islands = session.execute(ISLANDS.format(relation=name)).fetchall()
                held[table] = without_doubles(table, islands)
                self._check_lsns(session, name)
            (next_lsn,) = session.execute("SELECT next_lsn FROM firn.lsn").fetchone()
        assert next_lsn >= self.next_lsn, "LSNs are used again"
        self.next_lsn = next_lsn
        self.ledger.check_rows(held)

    def _check_lsns(self, session, table: str) -> None:
        shared, last, back = session.execute(LSNS.format(relation=table)).fetchone()
        (visible,) = session.execute("SELECT duckdb_lsn FROM firn.lsn").fetchone()
        assert shared == 0, f"{table}: {shared} rows have another one's LSN"
        assert back == 0, f"{table}: {back} rows were committed before those below their LSN"
        assert last is None or last <= visible, f"{table}: LSN {last} above the visible {visible}"

    def check_left(self) -> None:
        """Every table can be read by others, as the crash left it."""
        for table in self.ledger.certain():
            for reader, ranges in self.readers.read(table_folder(self.server.data, table)).items():
                self.ledger.check_left(table, ranges, reader)

    def check_lake(self) -> None:
        """After a flush the lake is what the server has."""
        with self.server.connect() as session:
            session.execute("CHECKPOINT")
        for table in self.ledger.certain():
            for reader, ranges in self.readers.read(table_folder(self.server.data, table)).items():
                self.ledger.check_lake(table, ranges, reader)

    def check_stopped(self) -> None:
        """A clean stop and start change nothing."""
        assert self.server.stop() == 0
        self.start()
        self.check_server()

    def report(self, what: str) -> None:
        ledger = self.ledger
        print(f"{what}: kills={self.kills} units={ledger.acknowledged} rows={ledger.rows} "
              f"truncates={ledger.wipes} ddl={ledger.ddl} refused={ledger.refused}")


def attacked(firn_server, seed: int, settings: dict[str, str] | None = None,
             data: Path | None = None) -> Attack:
    """A new server with its tables, ready to be attacked."""
    server = firn_server(settings=SMALL if settings is None else settings, data=data)
    return Attack(server, seed).create_tables()


def plant_orphans(data: Path) -> list[Path]:
    """What a killed COPY, a killed CREATE and a DROP cut short leave; to be aged by the caller."""
    table = table_folder(data, "bulk_rows")
    files = [table / "data" / f"lost{number}.parquet" for number in range(3)]
    for file in files:
        file.write_bytes(b"PAR1 and not much more")
    folders = [table.parent / "lost-0123abcd", table.parent / "gone-89abcdef"]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "metadata").mkdir(parents=True)
    (folders[1] / "metadata" / "snap.avro").write_bytes(b"half")
    return [*files, *folders]
