"""Every type as PyIceberg and DuckDB read it from the warehouse, against what psycopg reads."""

from __future__ import annotations

import pytest
from pyiceberg.table import StaticTable

from lake_readers import (duckdb_relation, duckdb_with_iceberg, newest_metadata, pyiceberg_rows,
                          table_folder)

COLUMNS = {
    "a_bool": ("bool", "boolean", ["true", "false"]),
    "a_int2": ("int2", "int", ["-32768", "32767"]),
    "a_int4": ("int4", "int", ["-2147483648", "2147483647"]),
    "a_int8": ("int8", "long", ["-9223372036854775808", "9223372036854775807"]),
    "a_float4": ("float4", "float", ["0.1", "-1e30"]),
    "a_float8": ("float8", "double", ["0.1", "1e300"]),
    "a_numeric": ("numeric(20,4)", "decimal(20, 4)", ["-1234567890123456.7891", "0.0001"]),
    "a_text": ("text", "string", ["", "žluťoučký 🐎"]),
    "a_varchar": ("varchar(10)", "string", ["ten chars!", "x"]),
    "a_bytea": ("bytea", "binary", ["\\x00ff", ""]),
    "a_date": ("date", "date", ["1969-12-31", "2024-02-29"]),
    "a_timestamp": ("timestamp", "timestamp", ["1969-12-31 23:59:59.999999", "2024-02-29 12:00"]),
    "a_timestamptz": ("timestamptz", "timestamptz", ["2024-06-01 12:00:00.5+02", "1970-01-01+00"]),
    "a_uuid": ("uuid", "uuid", ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                                "00000000-0000-0000-0000-000000000001"]),
}


@pytest.fixture(scope="module")
def flushed(firn):
    """The folder of a flushed table of all types, with the rows as psycopg gives them."""
    with firn.connect() as session:
        session.execute("SET TIME ZONE 'UTC'")
        columns = ", ".join(f"{name} {kind}" for name, (kind, _, _) in COLUMNS.items())
        session.execute(f"CREATE TABLE every_type (n int NOT NULL, {columns})")
        marks = ", ".join(["%s"] * len(COLUMNS))
        for n in range(2):
            values = [values[n] for _, _, values in COLUMNS.values()]
            session.execute(f"INSERT INTO every_type VALUES ({n}, {marks})", values)
        session.execute("INSERT INTO every_type (n) VALUES (2)")
        session.execute("CHECKPOINT")
        rows = session.execute("SELECT * FROM every_type ORDER BY n").fetchall()
    return table_folder(firn.data, "every_type"), rows


@pytest.mark.parametrize("position, name", list(enumerate(COLUMNS, 1)))
def test_pyiceberg_reads_the_same_values(flushed, position, name):
    folder, rows = flushed
    read = pyiceberg_rows(folder).sort_by("n")[name].to_pylist()
    if name == "a_uuid":
        read = [None if value is None else str(value) for value in read]
    want = [str(row[position]) if name == "a_uuid" and row[position] else row[position]
            for row in rows]
    if name == "a_float4":  # the same 32 bits, widened differently on the way to Python
        read, want = (["%.6g" % v if v is not None else v for v in side] for side in (read, want))
    assert read == want


@pytest.mark.parametrize("position, name", list(enumerate(COLUMNS, 1)))
def test_duckdb_reads_the_same_values(flushed, position, name):
    folder, rows = flushed
    connection = duckdb_with_iceberg()
    connection.execute("SET TimeZone = 'UTC'")
    cast = "::text" if name == "a_timestamptz" else ""  # its Python value would need pytz
    query = f"SELECT {name}{cast} FROM {duckdb_relation(folder)} ORDER BY n"
    read = [row[0] for row in connection.execute(query).fetchall()]
    want = [row[position] for row in rows]
    if name == "a_timestamptz":
        want = [value and value.isoformat(" ").replace("+00:00", "+00").replace("500000", "5")
                for value in want]
    if name == "a_float4":  # the same 32 bits, widened differently on the way to Python
        read, want = (["%.6g" % v if v is not None else v for v in side] for side in (read, want))
    assert read == want


def test_the_schema_has_the_types_of_the_specification(flushed):
    folder, _ = flushed
    schema = StaticTable.from_metadata(str(newest_metadata(folder))).schema()
    assert {field.name: str(field.field_type) for field in schema.fields} == {
        "n": "int", **{name: iceberg for name, (_, iceberg, _) in COLUMNS.items()}}
    assert {field.name for field in schema.fields if field.required} == {"n"}


def test_the_metadata_is_what_other_engines_expect(flushed):
    folder, _ = flushed
    metadata = StaticTable.from_metadata(str(newest_metadata(folder))).metadata
    assert metadata.format_version == 2
    assert metadata.location == f"file://{folder}"
    assert any("firn.flushed" in key for key in metadata.properties)
    assert metadata.current_snapshot().summary["total-records"] == "3"


def test_a_filter_uses_the_bounds_in_the_manifests(flushed):
    folder, _ = flushed
    static = StaticTable.from_metadata(str(newest_metadata(folder)))
    assert static.scan(row_filter="a_int4 > 2147483646").to_arrow().num_rows == 1
    assert list(static.scan(row_filter="n > 2").plan_files()) == []
    assert len(list(static.scan(row_filter="a_text >= ''").plan_files())) == 1
