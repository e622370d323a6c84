"""Statements made by rule: every operator over every pair of column types, every function over
every type, every cast, every aggregate. Most are errors in PostgreSQL, and firn must make the same
ones."""

from __future__ import annotations

from collections.abc import Iterator

COLUMNS = {
    "s2": "smallint", "i4": "integer", "i8": "bigint", "f4": "real", "f8": "double precision",
    "n": "numeric(12,2)", "n4": "numeric(18,4)", "x": "text", "v": "varchar(5)", "d": "date",
    "ts": "timestamp", "tz": "timestamptz", "b": "boolean", "u": "uuid", "y": "bytea",
}
TYPES = list(dict.fromkeys([*COLUMNS.values(), "numeric", "numeric(4,1)", "varchar", "interval"]))
OPERATORS = ["+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "||", "LIKE", "~",
             "IS DISTINCT FROM", "AND", "^", "&", "<<"]
LITERALS = ["1", "2.5", "'1'", "null", "true", "1e0", "date '2020-02-29'", "interval '1 day'",
            "timestamp '2020-02-29 12:00:00'", "'abc'::text", "-3", "9223372036854775807"]
STRINGS = ["1", " 12 ", "-7.5", "abc", "", "t", "no", "2020-02-29", "2020-02-30", "12:30",
           "2020-02-29 12:30:00.123456", "2020-02-29T12:30:00Z", "1e3", "NaN", "infinity", "-inf",
           "99999999999999999999", "0x10", "\\x0a0b", "1 day 2 hours", "P1Y2M", "null",
           "00000000-0000-0000-0000-000000000001"]
UNARY = ["-", "+", "NOT ", "@ ", "~ ", "|/ "]
SCALARS = """
    abs acosh age ascii asin atan bit_length btrim cbrt ceil char_length chr coalesce cos date
    date_part degrees exp factorial floor greatest hashtext initcap isfinite justify_days
    justify_hours justify_interval least left length ln log log10 lower ltrim md5 min_scale mod
    nullif octet_length pi power quote_ident quote_literal quote_nullable radians repeat replace
    reverse right round rpad rtrim scale sha256 sign sin sqrt strpos substr substring tan
    timezone to_char to_date to_hex to_number to_timestamp translate trim_scale trunc unistr
    upper
""".split()
AGGREGATES = ("count sum avg min max stddev variance bool_and bool_or every string_agg bit_and "
              "bit_or").split()


def operators() -> Iterator[str]:
    for operator in OPERATORS:
        for left in COLUMNS:
            for right in COLUMNS:
                yield f"SELECT id, {left} {operator} {right} AS r FROM t WHERE id <> 5"
            for literal in LITERALS:
                yield f"SELECT id, {left} {operator} {literal} AS r FROM t"
                yield f"SELECT id, {literal} {operator} {left} AS r FROM t WHERE id NOT IN (4, 5)"
    for operator in UNARY:
        for column in COLUMNS:
            yield f"SELECT id, {operator}{column} AS r FROM t"


def functions() -> Iterator[str]:
    for name in SCALARS:
        for column in COLUMNS:
            yield f"SELECT id, {name}({column}) FROM t"
            yield f"SELECT id, {name}({column}, 2) FROM t WHERE id < 4"
            yield f"SELECT id, {name}({column}, {column}) FROM t WHERE id < 4"
            yield f"SELECT id, {name}({column}, 'a') FROM t WHERE id < 4"


def casts() -> Iterator[str]:
    for target in TYPES:
        for column in COLUMNS:
            yield f"SELECT id, {column}::{target} FROM t WHERE id NOT IN (3)"
            yield f"SELECT id, CAST({column} AS {target}) FROM t WHERE id = 3"
        for text in STRINGS:
            yield f"SELECT '{text}'::{target}"
            yield f"SELECT CAST('{text}'::text AS {target})"


def aggregates() -> Iterator[str]:
    for name in AGGREGATES:
        for column in COLUMNS:
            yield f"SELECT {name}({column}) FROM t"
            yield f"SELECT {name}(DISTINCT {column}) FROM t"
            yield f"SELECT b, {name}({column}) FILTER (WHERE id > 1) FROM t GROUP BY b ORDER BY b"
            yield f"SELECT id, {name}({column}) OVER (ORDER BY id) FROM t ORDER BY id"
            yield f"SELECT {name}({column}) FROM empty_t"
    for column in COLUMNS:
        yield f"SELECT {column}, count(*) FROM t GROUP BY {column} ORDER BY {column}"
        yield f"SELECT id FROM t ORDER BY {column} DESC, id"
        yield f"SELECT id FROM t ORDER BY {column} NULLS FIRST, id"
        yield f"SELECT DISTINCT {column} FROM t ORDER BY 1"
        yield f"SELECT DISTINCT ON ({column}) {column}, id FROM t ORDER BY {column}, id"
        for other in COLUMNS:
            yield f"SELECT {column} FROM t UNION SELECT {other} FROM t"
            yield f"SELECT a.id, o.id FROM t a JOIN t o ON a.{column} = o.{other}"
            yield f"SELECT id, CASE WHEN id < 3 THEN {column} ELSE {other} END FROM t"
            yield f"SELECT id, coalesce({column}, {other}) FROM t"
            yield f"SELECT id, {column} IN ({other}, {other}) FROM t"
            yield f"SELECT id, {column} BETWEEN {other} AND {column} FROM t"


def statements() -> list[str]:
    return [*operators(), *functions(), *casts(), *aggregates()]
