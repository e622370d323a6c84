"""Writes the golden files beside it, and the table of goldens.h, with PyIceberg.

Run by hand when a case is added; what it writes is committed, so that the tests need no Python.
"""

import datetime as dt
import decimal
import math
import pathlib
import uuid

from pyiceberg.conversions import to_bytes
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import (DataFile, DataFileContent, FileFormat, ManifestEntry,
                                ManifestEntryStatus, write_manifest, write_manifest_list)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (BinaryType, BooleanType, DateType, DecimalType, DoubleType, FloatType,
                             IntegerType, LongType, NestedField, StringType, TimestampType,
                             TimestamptzType, UUIDType)

HERE = pathlib.Path(__file__).resolve().parent
D = decimal.Decimal
US = 1_000_000

VALUES = [  # Postgres type, PyIceberg type, value, the value as Arrow prints it
    ("boolean", BooleanType(), False, "false"),
    ("boolean", BooleanType(), True, "true"),
    ("smallint", IntegerType(), -32768, "-32768"),
    ("integer", IntegerType(), 2147483647, "2147483647"),
    ("bigint", LongType(), -2**63, "-9223372036854775808"),
    ("real", FloatType(), 1.5, "1.5"),
    ("double precision", DoubleType(), -math.inf, "-inf"),
    ("double precision", DoubleType(), 0.1, "0.1"),
    ("numeric(9,2)", DecimalType(9, 2), D("14.20"), "14.20"),
    ("numeric(9,2)", DecimalType(9, 2), D("-1.28"), "-1.28"),
    ("numeric(9,2)", DecimalType(9, 2), D("1.28"), "1.28"),
    ("numeric(38,10)", DecimalType(38, 10), D("-99999999999999999.9999999999"),
     "-99999999999999999.9999999999"),
    ("text", StringType(), "größe", "größe"),
    ("text", StringType(), "", ""),
    ("bytea", BinaryType(), b"\x00\xff", "00FF"),
    ("date", DateType(), dt.date(1, 1, 1).toordinal() - dt.date(1970, 1, 1).toordinal(),
     "0001-01-01"),
    ("timestamp without time zone", TimestampType(), 253402300799999999,
     "9999-12-31 23:59:59.999999"),
    ("timestamp with time zone", TimestamptzType(), -1, "1969-12-31 23:59:59.999999Z"),
    ("uuid", UUIDType(), uuid.UUID("f79c3e09-677c-4bbd-a479-3f349cb785e7"),
     "F79C3E09677C4BBDA4793F349CB785E7"),
]


def single_values():
    lines = []
    for postgres, iceberg, value, text in VALUES:
        encoded = to_bytes(iceberg, value).hex()
        lines.append(f'    {{"{postgres}", "{encoded}", "{text}"}},')
    (HERE / "goldens.h").write_text("\n".join([
        "// Written by make_goldens.py with PyIceberg: bounds of each type, and what they mean.",
        "#pragma once", "",
        "struct BoundGolden {", "  const char* type;", "  const char* hex;", "  const char* text;",
        "};", "// clang-format off", "inline constexpr BoundGolden kBoundGoldens[] = {", *lines,
        "};", "// clang-format on", ""]))


def manifests():
    schema = Schema(NestedField(1, "id", LongType(), required=True),
                    NestedField(2, "word", StringType()), NestedField(3, "part", StringType()))
    spec = PartitionSpec(PartitionField(3, 1000, IdentityTransform(), "part"), spec_id=1)
    io = PyArrowFileIO()
    path = HERE / "pyiceberg_manifest.avro"
    listed = HERE / "pyiceberg_list.avro"

    def file(n, partition):
        return DataFile.from_args(
            content=DataFileContent.DATA, file_path=f"s3://b/data/{n}.parquet",
            file_format=FileFormat.PARQUET, partition=Record(partition), record_count=10 * n,
            file_size_in_bytes=1000 + n, column_sizes={1: 40, 2: 50},
            value_counts={1: 10 * n, 2: 10 * n}, null_value_counts={1: 0, 2: n},
            nan_value_counts={}, lower_bounds={1: to_bytes(LongType(), n), 2: b"a"},
            upper_bounds={1: to_bytes(LongType(), n * 100), 2: b"z"}, split_offsets=[4, 400],
            sort_order_id=0)

    with write_manifest(2, spec, schema, io.new_output(str(path)), 77,
                        avro_compression="deflate") as writer:
        writer.add_entry(ManifestEntry.from_args(
            status=ManifestEntryStatus.ADDED, snapshot_id=77, data_file=file(1, "x")))
        writer.existing(ManifestEntry.from_args(
            status=ManifestEntryStatus.EXISTING, snapshot_id=66, sequence_number=5,
            file_sequence_number=4, data_file=file(2, None)))
        writer.delete(ManifestEntry.from_args(
            status=ManifestEntryStatus.DELETED, snapshot_id=66, sequence_number=3,
            file_sequence_number=3, data_file=file(3, "y")))
    manifest = writer.to_manifest_file()
    manifest[0] = "file:///table/metadata/m.avro"
    with write_manifest_list(2, io.new_output(str(listed)), 77, 66, 9,
                             avro_compression="null") as writer:
        writer.add_manifests([manifest])


single_values()
manifests()
