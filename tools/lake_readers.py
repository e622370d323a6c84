"""The lake as others see it: PyIceberg and DuckDB's iceberg extension, no firn involved."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import duckdb
import pyarrow


def load_extensions(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    """LOADs extensions from their wheels, by path; nothing is fetched."""
    connection.execute("SET autoinstall_known_extensions = false")
    for name in names:
        folder = Path(importlib.import_module(f"duckdb_extension_{name}").__file__).parent
        (path,) = folder.glob(f"extensions/*/{name}.duckdb_extension")
        connection.execute(f"LOAD '{path}'")


def table_folder(data: Path, table: str, schema: str = "public", database: str = "main") -> Path:
    """The folder of a table in the warehouse of a data folder."""
    folders = list((data / "warehouse" / database / schema).glob(f"{table}-{'?' * 8}"))
    if len(folders) != 1:
        raise FileNotFoundError(f"{table}: {len(folders)} folders in the warehouse, want 1")
    return folders[0]


def newest_metadata(folder: Path) -> Path:
    """The metadata file that version-hint.text names."""
    hint = (folder / "metadata" / "version-hint.text").read_text(encoding="utf-8").strip()
    return folder / "metadata" / f"v{hint}.metadata.json"


def pyiceberg_rows(folder: Path) -> pyarrow.Table:
    """All rows, read by PyIceberg."""
    from pyiceberg.table import StaticTable  # slow to import, so only where it is used

    return StaticTable.from_metadata(str(newest_metadata(folder))).scan().to_arrow()


def duckdb_with_iceberg() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    load_extensions(connection, "avro", "iceberg")
    return connection


def duckdb_relation(folder: Path) -> str:
    """What to put after FROM in a connection of duckdb_with_iceberg()."""
    return f"iceberg_scan('{folder}')"


def summary(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Any]:
    """Count, and per column: not null, min, max and sum; and one checksum over whole rows.

    Summing hashes makes the checksum blind to order and not to a changed, lost or doubled row.
    """
    columns = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    names = [f'"{name}"' for name, *_ in columns]
    wanted = ["count(*)", f"sum(hash({', '.join(names)}))"]
    titles = ["rows", "checksum"]
    for (name, kind, *_), quoted in zip(columns, names):
        for measure in ("count", "min", "max", *(["sum"] if is_exact_number(kind) else [])):
            titles.append(f"{measure}({name})")
            wanted.append(f"{measure}({quoted})")
    row = connection.execute(f"SELECT {', '.join(wanted)} FROM {relation}").fetchone()
    return dict(zip(titles, row))


def is_exact_number(kind: str) -> bool:
    return kind.endswith("INT") or kind == "INTEGER" or kind.startswith("DECIMAL")


def summary_by_pyiceberg(folder: Path) -> dict[str, Any]:
    connection = duckdb.connect()
    connection.register("lake_rows", pyiceberg_rows(folder))
    return summary(connection, "lake_rows")


def summary_by_duckdb(folder: Path) -> dict[str, Any]:
    return summary(duckdb_with_iceberg(), duckdb_relation(folder))


def differences(want: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """One line for each figure that is not the same."""
    return [f"{title}: want {want.get(title)!r}, got {got.get(title)!r}"
            for title in dict.fromkeys([*want, *got]) if want.get(title) != got.get(title)]


def data_files(folder: Path) -> list[Path]:
    """The Parquet files under a table's folder."""
    return sorted((folder / "data").rglob("*.parquet"))
