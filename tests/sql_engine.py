"""Queries as firn writes them for the engine (by sql_probe, built with the sql room), a DuckDB set
up as firn sets up its own, and what it means that two values agree. FIRN_BUILD names the build
folder."""

import datetime as dt
import decimal
import json
import math
import os
import pathlib
import struct
import subprocess
import uuid

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("FIRN_BUILD", ROOT / "build" / "release"))
ENGINE_SETTINGS = ["SET integer_division = true",
                   "SET default_null_order = 'nulls_last_on_asc_first_on_desc'",
                   "SET TimeZone = 'UTC'"]


class Probe:
    def __init__(self):
        self.process = subprocess.Popen([BUILD / "bin" / "sql_probe"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def write(self, sql, tables):
        return self.ask(json.dumps({"sql": sql, "tables": tables}))


def open_engine(probe):
    engine = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    for setting in ENGINE_SETTINGS:
        engine.execute(setting)
    for macro in probe.ask("macros"):
        engine.execute(macro)
    return engine


def fetch(relation):
    """Rows by way of Arrow: DuckDB's own fetchall needs pytz for timestamps with a zone."""
    table = relation.to_arrow_table()
    return list(zip(*(column.to_pylist() for column in table.columns)))


def by_value(row):
    return [str(v.normalize()) if isinstance(v, decimal.Decimal) else repr(v) for v in row]


def same(ours, theirs, kind):
    if kind == "uuid" and isinstance(ours, str):
        ours = uuid.UUID(ours)
    if kind == "real" and theirs is not None:
        return struct.pack("f", ours) == struct.pack("f", theirs)
    if isinstance(theirs, decimal.Decimal) and isinstance(ours, decimal.Decimal):
        # A quotient has 16 digits after the point here and at least 16 significant ones there.
        digits = max(0, min(16, -theirs.as_tuple().exponent))
        step = decimal.Decimal(1).scaleb(-digits)
        with decimal.localcontext() as context:
            context.prec = 60
            context.rounding = decimal.ROUND_HALF_UP
            return (ours - theirs).copy_abs() <= (step if digits >= 11 else 0)
    if isinstance(theirs, float) and isinstance(ours, float):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs)) or math.isclose(
            ours, theirs, rel_tol=1e-15)
    if isinstance(theirs, dt.datetime) and isinstance(ours, dt.datetime):
        return ours == theirs
    return type(ours) is type(theirs) and ours == theirs
