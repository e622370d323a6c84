"""Tables that firn writes, read by PyIceberg and by DuckDB's iceberg extension, and the reverse.

The rows are made here with pyarrow, written by src/lake (the program lake_make_table), and read
back by programs that know nothing of firn.
"""

import datetime as dt
import decimal
import json
import math
import os
import pathlib
import subprocess
import uuid

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.expressions import (And, EqualTo, GreaterThan, GreaterThanOrEqual, IsNaN, IsNull,
                                   LessThan, NotNaN, NotNull, StartsWith)
from pyiceberg.table import CommitTableResponse, StaticTable, Table
from pyiceberg.table.update import update_table_metadata

from firn_process import program_beside

MAKE_TABLE = program_beside("lake_make_table")
LOG = "018f2d5e-7c3a-7def-8a12-0123456789ab"
UTC = dt.timezone.utc
LSN_ID, TIMESTAMP_ID = 2147480001, 2147480002

COLUMNS = [  # name, Postgres type, Arrow type, not null
    ("id", "bigint", pa.int64(), True),
    ("flag", "boolean", pa.bool_(), False),
    ("small", "smallint", pa.int16(), False),
    ("whole", "integer", pa.int32(), False),
    ("real4", "real", pa.float32(), False),
    ("real8", "double precision", pa.float64(), False),
    ("dec9", "numeric(9,2)", pa.decimal128(9, 2), False),
    ("dec18", "numeric(18,4)", pa.decimal128(18, 4), False),
    ("dec38", "numeric(38,10)", pa.decimal128(38, 10), False),
    ("words", "text", pa.string(), False),
    ("short", "character varying(20)", pa.string(), False),
    ("bytes", "bytea", pa.binary(), False),
    ("day", "date", pa.date32(), False),
    ("at", "timestamp without time zone", pa.timestamp("us"), False),
    ("moment", "timestamp with time zone", pa.timestamp("us", "UTC"), False),
    ("key", "uuid", pa.binary(16), False),
]
HIDDEN = [("__lsn", pa.uint64()), ("__timestamp", pa.timestamp("us", "UTC"))]


def schema_json(columns=COLUMNS):
    return json.dumps({
        "schema_id": 1, "last_field_id": len(columns),
        "columns": [{"id": i + 1, "name": n, "type": t, "not_null": nn}
                    for i, (n, t, _, nn) in enumerate(columns)]})


def stored(columns, rows, first_lsn):
    """Rows (tuples) as the batch that a flush would hand over."""
    stamps = [dt.datetime(2026, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=i)
              for i in range(len(rows))]
    arrays = [pa.array([r[i] for r in rows], type=t) for i, (_, _, t, _) in enumerate(columns)]
    arrays += [pa.array(range(first_lsn, first_lsn + len(rows)), type=pa.uint64()),
               pa.array(stamps, type=HIDDEN[1][1])]
    fields = [pa.field(n, t, nullable=not nn) for n, _, t, nn in columns]
    fields += [pa.field(n, t) for n, t in HIDDEN]
    return pa.record_batch(arrays, schema=pa.schema(fields))


def make_table(*arguments):
    done = subprocess.run([MAKE_TABLE, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def write_ipc(path, batch):
    with pa.ipc.new_stream(path, batch.schema) as writer:
        writer.write_batch(batch)
    return path


D = decimal.Decimal
ORDINARY = [
    (i, i % 2 == 0, i % 30000 - 15000, i * 7 - 1000, i / 8, -i / 16, D(i) / 100, D(-i) / 10000,
     D(i) * 10**20, f"word {i:05d} and a tail that is cut", f"s{i % 13}", bytes([i % 256]) * 3,
     dt.date(2020, 1, 1) + dt.timedelta(days=i % 1000), dt.datetime(2024, 1, 1, 0, 0, i % 60, i),
     dt.datetime(2025, 6, 1, tzinfo=UTC) + dt.timedelta(minutes=i),
     uuid.UUID(int=i << 64).bytes)
    for i in range(3500)]
EXTREMES = [
    (10000, True, -32768, -2**31, math.inf, -math.inf, D("-9999999.99"),
     D("-99999999999999.9999"), D("-9999999999999999999999999999.9999999999"), "", "", b"",
     dt.date(1, 1, 1), dt.datetime(1, 1, 1), dt.datetime(1, 1, 1, tzinfo=UTC), bytes(16)),
    (10001, False, 32767, 2**31 - 1, -math.inf, math.inf, D("9999999.99"),
     D("99999999999999.9999"), D("9999999999999999999999999999.9999999999"),
     "\U0010ffff" * 20, "é" * 20, b"\xff" * 40, dt.date(9999, 12, 31),
     dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
     dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), b"\xff" * 16),
    (10002, None, 0, 0, math.nan, math.nan, D(0), D(0), D(0), "nul is not in text", "z", b"\0",
     dt.date(1970, 1, 1), dt.datetime(1970, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999,
                                                               tzinfo=UTC), b"\x01" * 16),
    (10003, None, 1, 1, -0.0, 0.0, D("0.01"), D("-0.0001"), D("0.0000000001"), "日本語" * 9, "y",
     b"x" * 17, dt.date(2000, 2, 29), dt.datetime(2000, 2, 29),
     dt.datetime(2000, 2, 29, tzinfo=UTC), b"\x02" * 16),
]
NULLS = [(20000 + i,) + (None,) * 15 for i in range(5)]
NANS = [(30000 + i, None, None, None, math.nan, math.nan) + (None,) * 10 for i in range(3)]
APPENDS = [ORDINARY, EXTREMES, NULLS, NANS]
ALL_ROWS = [row for rows in APPENDS for row in rows]


def same(a, b):
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return True
    return a == b


def normal(value):
    """A cell as every reader should give it."""
    if isinstance(value, uuid.UUID):
        return value.bytes
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return (value - dt.datetime(1970, 1, 1, tzinfo=UTC)) // dt.timedelta(microseconds=1)
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value


def assert_same_rows(got, want):
    got = sorted(([normal(v) for v in row] for row in got), key=lambda row: row[0])
    want = sorted(([normal(v) for v in row] for row in want), key=lambda row: row[0])
    assert [row[0] for row in got] == [row[0] for row in want]
    for g, w in zip(got, want):
        bad = [i for i, (a, b) in enumerate(zip(g, w)) if not same(a, b)]
        assert not bad, f"row {w[0]}: {[(COLUMNS[i][0], g[i], w[i]) for i in bad]}"
        assert len(g) == len(w)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    base = tmp_path_factory.mktemp("lake with space")
    folder = base / "main" / "public" / "all_types-01234567"
    (base / "schema.json").write_text(schema_json())
    make_table("create", folder, "01890000-0000-7000-8000-000001234567", base / "schema.json")
    lsn = 1
    for i, rows in enumerate(APPENDS):
        # The first append has two files.
        parts = [rows[:2000], rows[2000:]] if i == 0 else [rows]
        paths = []
        for j, part in enumerate(parts):
            paths.append(write_ipc(base / f"{i}_{j}.arrow", stored(COLUMNS, part, lsn)))
            lsn += len(part)
        make_table("append", folder, LOG, lsn - 1, *paths)
    make_table("append", folder, LOG, lsn + 41)
    return folder


@pytest.fixture(scope="module")
def iceberg(table):
    hint = (table / "metadata" / "version-hint.text").read_text()
    return StaticTable.from_metadata(str(table / "metadata" / f"v{hint}.metadata.json"))


def connect():
    con = duckdb.connect(config={"autoinstall_known_extensions": False,
                                 "autoload_known_extensions": False})
    con.execute("SET TimeZone = 'UTC'")
    for name in ("avro", "iceberg"):  # iceberg needs avro to be there
        module = __import__(f"duckdb_extension_{name}")
        folder = pathlib.Path(module.__file__).parent / "extensions" / f"v{duckdb.__version__}"
        con.execute(f"LOAD '{folder / f'{name}.duckdb_extension'}'")
    return con


# --- PyIceberg -------------------------------------------------------------------------------

def test_pyiceberg_reads_the_same_rows(iceberg):
    names = [n for n, *_ in COLUMNS]
    assert iceberg.scan().to_arrow().column_names == names
    got = iceberg.scan().to_arrow()
    columns = [got[n].cast(pa.binary(16)) if n == "key" and got[n].type != pa.binary(16) else got[n]
               for n in names]
    assert_same_rows(zip(*(c.to_pylist() for c in columns)), ALL_ROWS)


def test_pyiceberg_sees_schema_and_properties(iceberg):
    metadata = iceberg.metadata
    assert metadata.format_version == 2
    assert [str(f.field_type) for f in iceberg.schema().fields] == [
        "long", "boolean", "int", "int", "float", "double", "decimal(9, 2)", "decimal(18, 4)",
        "decimal(38, 10)", "string", "string", "binary", "date", "timestamp", "timestamptz", "uuid"]
    assert iceberg.schema().fields[0].required and not iceberg.schema().fields[1].required
    assert metadata.properties["firn.type.3"] == "smallint"
    assert metadata.properties["firn.type.11"] == "character varying(20)"
    assert "firn.type.10" not in metadata.properties
    total = len(ALL_ROWS)
    assert json.loads(metadata.properties["firn.flushed"]) == {LOG: total + 42}
    snapshot = iceberg.current_snapshot()
    assert json.loads(snapshot.summary["firn.flushed"]) == {LOG: total}
    assert snapshot.summary["total-records"] == str(total)
    assert len(metadata.snapshots) == 4 and len(metadata.metadata_log) == 5


PRUNING = [  # filter, files planned of 5, rows that match
    (EqualTo("id", 1999), 1, 1),
    (EqualTo("id", 2000), 1, 1),
    (GreaterThan("id", 9_000), 3, 12),
    (LessThan("id", 0), 0, 0),
    (LessThan("whole", -2**30), 1, 1),
    (GreaterThanOrEqual("small", 32767), 1, 1),
    (EqualTo("dec38", D("-9999999999999999999999999999.9999999999")), 1, 1),
    (EqualTo("dec9", D("9999999.99")), 1, 1),
    (GreaterThan("dec18", D("99999999999999.0000")), 1, 1),
    (EqualTo("words", ""), 1, 1),
    (StartsWith("words", "word 03499"), 2, 1),  # one file's upper bound is too high to cut: none
    (EqualTo("words", "\U0010ffff" * 20), 1, 1),
    (EqualTo("short", "é" * 20), 1, 1),
    (EqualTo("bytes", b"\xff" * 40), 1, 1),
    (LessThan("day", "0002-01-01"), 1, 1),
    (GreaterThan("at", "9999-01-01T00:00:00"), 1, 1),
    (LessThan("moment", "1970-01-01T00:00:00+00:00"), 1, 2),
    (EqualTo("key", uuid.UUID(bytes=b"\xff" * 16)), 1, 1),
    (IsNull("day"), 2, 8),
    (NotNull("day"), 3, 3504),
    (IsNaN("real8"), 2, 4),
    (And(NotNull("real8"), NotNaN("real8")), 3, 3503),
    (EqualTo("real8", math.inf), 1, 1),
    (LessThan("real4", -1e30), 1, 1),
    (EqualTo("real8", -math.inf), 1, 1),
    (EqualTo("real8", 0.0), 2, 2),
    (EqualTo("flag", True), 3, 1751),
]


@pytest.mark.parametrize("row_filter,files,rows", PRUNING, ids=lambda v: str(v)[:40])
def test_our_bounds_prune_and_never_lose_a_row(iceberg, row_filter, files, rows):
    scan = iceberg.scan(row_filter=row_filter)
    assert len(list(scan.plan_files())) == files
    assert scan.to_arrow().num_rows == rows


def test_manifests_count_what_the_files_hold(iceberg):
    for task in iceberg.scan().plan_files():
        file = task.file
        path = file.file_path.removeprefix("file://")
        assert file.file_size_in_bytes == os.path.getsize(path)
        parquet = pq.ParquetFile(path)
        assert file.record_count == parquet.metadata.num_rows
        held = parquet.read()
        for field in iceberg.schema().fields:
            column = held[field.name]
            assert file.value_counts[field.field_id] == len(column)
            assert file.null_value_counts[field.field_id] == column.null_count
            if field.name.startswith("real"):
                nans = pc.sum(pc.is_nan(column)).as_py() or 0
                assert file.nan_value_counts[field.field_id] == nans
            else:
                assert field.field_id not in (file.nan_value_counts or {})
        groups = parquet.metadata
        assert file.split_offsets == [
            min(o for o in (groups.row_group(g).column(0).dictionary_page_offset,
                            groups.row_group(g).column(0).data_page_offset) if o)
            for g in range(groups.num_row_groups)]


def test_parquet_types_are_those_of_the_specification(table):
    path = sorted((table / "data").iterdir())[0]
    schema = pq.ParquetFile(path).schema
    types = {c.name: (c.physical_type, c.length, str(c.logical_type)) for c in
             (schema.column(i) for i in range(len(schema.names)))}
    assert types["small"][0] == "INT32" and types["small"][2] == "None"
    assert types["dec9"][0] == "INT32" and types["dec18"][0] == "INT64"
    assert types["dec38"][:2] == ("FIXED_LEN_BYTE_ARRAY", 16)
    assert types["key"] == ("FIXED_LEN_BYTE_ARRAY", 16, "UUID")
    assert "isAdjustedToUTC=true" in types["moment"][2]
    assert "isAdjustedToUTC=false" in types["at"][2]


class WritingCatalog(NoopCatalog):
    """Lets PyIceberg commit to a table of ours, as the next vN.metadata.json."""

    def commit_table(self, table, requirements, updates):
        for requirement in requirements:
            requirement.validate(table.metadata)
        metadata = update_table_metadata(table.metadata, updates,
                                         metadata_location=table.metadata_location)
        folder, name = os.path.split(table.metadata_location)
        version = int(name.removeprefix("v").split(".")[0]) + 1
        path = f"{folder}/v{version}.metadata.json"
        extended = json.loads(metadata.model_dump_json())
        extended["x-unknown"] = {"kept": [1, 2]}
        pathlib.Path(path).write_text(json.dumps(extended))
        return CommitTableResponse(metadata=metadata, metadata_location=path)


def test_tables_that_pyiceberg_appended_to_go_on(tmp_path):
    folder = tmp_path / "shared-89abcdef"
    columns = [("id", "bigint", pa.int64(), False), ("word", "text", pa.string(), False)]
    (tmp_path / "schema.json").write_text(schema_json(columns))
    make_table("create", folder, str(uuid.uuid4()), tmp_path / "schema.json")
    rows = write_ipc(tmp_path / "rows.arrow", stored(columns, [(1, "ours"), (2, None)], 5))
    make_table("append", folder, LOG, 6, rows)

    location = str(folder / "metadata" / "v2.metadata.json")
    static = StaticTable.from_metadata(location)
    theirs = Table(("t",), static.metadata, location, static.io, WritingCatalog("c"))
    for i in range(3):
        theirs.append(pa.table({"id": [10 + i], "word": ["theirs"]}))
    assert theirs.metadata_location.endswith("v5.metadata.json")

    files = make_table("list", folder)
    assert sorted((f["rows"], f["first_lsn"], f["last_lsn"]) for f in files) == [
        (1, 0, 0), (1, 0, 0), (1, 0, 0), (2, 5, 6)]
    rows = write_ipc(tmp_path / "rows2.arrow", stored(columns, [(20, "ours again")], 7))
    make_table("append", folder, LOG, 7, rows)
    after = json.loads((folder / "metadata" / "v6.metadata.json").read_text())
    assert after["x-unknown"] == {"kept": [1, 2]}
    assert json.loads(after["properties"]["firn.flushed"]) == {LOG: 7}
    again = StaticTable.from_metadata(str(folder / "metadata" / "v6.metadata.json"))
    assert sorted(again.scan().to_arrow()["id"].to_pylist()) == [1, 2, 10, 11, 12, 20]
    got = connect().execute(f"SELECT id FROM iceberg_scan('{folder}') ORDER BY 1").fetchall()
    assert [r[0] for r in got] == [1, 2, 10, 11, 12, 20]


# DuckDB's Python module needs another module for times with a zone.
PLAIN = "* REPLACE (epoch_us(moment) AS moment)"


# --- DuckDB ----------------------------------------------------------------------------------

def test_duckdb_reads_the_folder_with_no_option(table):
    con = connect()
    got = con.execute(f"SELECT {PLAIN} FROM iceberg_scan('{table}')")
    assert [d[0] for d in got.description] == [n for n, *_ in COLUMNS]
    assert_same_rows(got.fetchall(), ALL_ROWS)


def test_duckdb_filters_by_our_bounds(table):
    con = connect()
    for where, rows in [("id = 1999", 1), ("id > 9000", 12), ("day < DATE '0002-01-01'", 1),
                        ("words = ''", 1), ("dec38 > 1e27", 1), ("real8 = 'inf'::DOUBLE", 1),
                        ("moment < TIMESTAMPTZ '1970-01-01 00:00:00+00'", 2), ("day IS NULL", 8),
                        ("isnan(real8)", 4)]:
        got = con.execute(f"SELECT count(*) FROM iceberg_scan('{table}') WHERE {where}").fetchone()
        assert got == (rows,), where


def test_a_new_table_is_read_as_empty(tmp_path):
    folder = tmp_path / "empty-00000000"
    (tmp_path / "schema.json").write_text(schema_json())
    make_table("create", folder, str(uuid.uuid4()), tmp_path / "schema.json")
    scan = StaticTable.from_metadata(str(folder / "metadata" / "v1.metadata.json")).scan()
    assert scan.to_arrow().num_rows == 0
    got = connect().execute(f"SELECT * FROM iceberg_scan('{folder}')")
    assert len(got.description) == len(COLUMNS) and got.fetchall() == []


# --- The splice: what room sql puts where a table was named ----------------------------------

DUCKDB_TYPES = {"bigint": "BIGINT", "boolean": "BOOLEAN", "smallint": "SMALLINT",
                "integer": "INTEGER", "real": "FLOAT", "double precision": "DOUBLE",
                "text": "VARCHAR", "bytea": "BLOB", "date": "DATE", "uuid": "UUID",
                "timestamp without time zone": "TIMESTAMP",
                "timestamp with time zone": "TIMESTAMP WITH TIME ZONE"}


def duckdb_type(postgres):
    if postgres.startswith("numeric"):
        return postgres.replace("numeric", "DECIMAL")
    return "VARCHAR" if postgres.startswith("character") else DUCKDB_TYPES[postgres]


def splice(paths, columns, options=""):
    entries = [f"{i + 1}: {{name: '{n}', type: '{duckdb_type(t)}', default_value: NULL}}"
               for i, (n, t, *_) in enumerate(columns)]
    entries += [f"{LSN_ID}: {{name: '__lsn', type: 'UBIGINT', default_value: NULL}}",
                f"{TIMESTAMP_ID}: {{name: '__timestamp', type: 'TIMESTAMP WITH TIME ZONE', "
                "default_value: NULL}"]
    files = ", ".join(f"'{p}'" for p in paths)
    return f"read_parquet([{files}], schema = MAP {{{', '.join(entries)}}}{options})"


def test_the_splice_reads_hidden_columns_and_the_types_of_the_table(table):
    files = make_table("list", table)
    con = connect()
    scan = splice([f["path"] for f in files], COLUMNS)
    got = con.execute(f"SELECT {PLAIN.replace('(', '(epoch_us(__timestamp) AS __timestamp, ', 1)} "
                      f"FROM {scan}")
    names = [n for n, *_ in COLUMNS]
    assert [d[0] for d in got.description] == names + ["__lsn", "__timestamp"]
    rows = got.fetchall()
    assert_same_rows([r[:-2] for r in rows], ALL_ROWS)
    assert sorted(r[-2] for r in rows) == list(range(1, len(ALL_ROWS) + 1))
    types = con.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()
    assert [t[1] for t in types][:-2] == [duckdb_type(t) for _, t, *_ in COLUMNS]
    assert sorted((f["first_lsn"], f["last_lsn"]) for f in files) == [
        (1, 2000), (2001, 3500), (3501, 3504), (3505, 3509), (3510, 3512)]


def test_the_splice_over_files_of_several_schemas(tmp_path):
    old = [("id", "bigint", pa.int64(), False), ("was", "text", pa.string(), False),
           ("gone", "integer", pa.int32(), False)]
    (tmp_path / "old.json").write_text(schema_json(old))
    rows = write_ipc(tmp_path / "old.arrow", stored(old, [(1, "a", 7), (2, None, 8)], 1))
    make_table("file", tmp_path / "old.parquet", tmp_path / "old.json", rows)
    # Field 2 was renamed, 3 dropped, 4 added.
    new = {"schema_id": 2, "last_field_id": 4, "columns": [
        {"id": 1, "name": "id", "type": "bigint"}, {"id": 2, "name": "now", "type": "text"},
        {"id": 4, "name": "more", "type": "numeric(12,2)"}]}
    (tmp_path / "new.json").write_text(json.dumps(new))
    columns = [old[0], ("now", "text", pa.string(), False),
               ("more", "numeric(12,2)", pa.decimal128(12, 2), False)]
    rows = write_ipc(tmp_path / "new.arrow", stored(columns, [(3, "c", D("1.50"))], 3))
    make_table("file", tmp_path / "new.parquet", tmp_path / "new.json", rows)

    def scan(options=""):
        return (f"read_parquet(['{tmp_path}/old.parquet', 'file://{tmp_path}/new.parquet'], "
                "schema = MAP {1: {name: 'id', type: 'BIGINT', default_value: NULL}, "
                "2: {name: 'now', type: 'VARCHAR', default_value: NULL}, "
                "4: {name: 'more', type: 'DECIMAL(12,2)', default_value: NULL}, "
                f"{LSN_ID}: {{name: '__lsn', type: 'UBIGINT', default_value: NULL}}}}{options})")

    con = connect()
    assert con.execute(f"SELECT * FROM {scan()} ORDER BY id").fetchall() == [
        (1, "a", None, 1), (2, None, None, 2), (3, "c", D("1.50"), 3)]
    assert con.execute(f"SELECT id, file_index, file_row_number FROM {scan()} ORDER BY id"
                       ).fetchall() == [(1, 0, 0), (2, 0, 1), (3, 1, 0)]
    assert con.execute(f"SELECT id FROM {scan()} WHERE more IS NULL ORDER BY 1").fetchall() == [
        (1,), (2,)]
    assert con.execute(f"SELECT count(*) FROM {scan()} WHERE __lsn >= 2").fetchone() == (2,)
