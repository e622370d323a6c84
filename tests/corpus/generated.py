"""Statements made by rule: every operator over every pair of column types, every function over
every type, every cast, every aggregate. Most are errors in PostgreSQL, and firn must make the same
ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple


class Statement(NamedTuple):
    """What is asked, and the kind that the counts are by."""

    kind: str
    sql: str


COLUMNS = {
    "s2": "smallint", "i4": "integer", "i8": "bigint", "f4": "real", "f8": "double precision",
    "n": "numeric(12,2)", "n4": "numeric(18,4)", "x": "text", "v": "varchar(5)", "d": "date",
    "ts": "timestamp", "tz": "timestamptz", "b": "boolean", "u": "uuid", "y": "bytea",
    "ti": "time", "tt": "timetz", "iv": "interval", "j": "json", "jb": "jsonb", "ip": "inet",
    "ci": "cidr", "oi": "oid", "nm": "name", "c": "char(4)", "ai": "integer[]", "ax": "text[]",
    "an": "numeric(8,2)[]",
}
TYPES = list(dict.fromkeys([*COLUMNS.values(), "numeric", "numeric(4,1)", "varchar", "char(2)",
                            "bigint[]", "varchar(2)[]"]))
OPERATORS = ["+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "||", "LIKE", "~",
             "IS DISTINCT FROM", "AND", "^", "&", "<<", "@>", "<@", "&&", "->", "->>", "#>", "#>>",
             "?", "#-"]
LITERALS = ["1", "2.5", "'1'", "null", "true", "1e0", "date '2020-02-29'", "interval '1 day'",
            "timestamp '2020-02-29 12:00:00'", "'abc'::text", "-3", "9223372036854775807",
            "time '12:30'", "'{1,2}'", "ARRAY['a']", "'{\"a\": 1}'::jsonb", "'10.0.0.0/8'::inet"]
STRINGS = ["1", " 12 ", "-7.5", "abc", "", "t", "no", "2020-02-29", "2020-02-30", "12:30",
           "2020-02-29 12:30:00.123456", "2020-02-29T12:30:00Z", "1e3", "NaN", "infinity", "-inf",
           "99999999999999999999", "0x10", "\\x0a0b", "1 day 2 hours", "P1Y2M", "null",
           "00000000-0000-0000-0000-000000000001", "24:00:00", "12:30:00+05:30", "{\"a\": [1]}",
           "[1, 2", "10.0.0.1", "10.0.0.1/8", "::1/64", "{1,2}", "{\"a b\",null}", "{",
           "4294967296", "Jan 5 2021", "1.5.2020", "12:30 PM", "04:05:06.789 UTC"]
UNARY = ["-", "+", "NOT ", "@ ", "~ ", "|/ "]
SCALARS = """
    abs acosh age ascii asin atan bit_length btrim cbrt ceil char_length chr coalesce cos date
    date_part degrees exp factorial floor greatest hashtext initcap isfinite justify_days
    justify_hours justify_interval least left length ln log log10 lower ltrim md5 min_scale mod
    nullif octet_length pi power quote_ident quote_literal quote_nullable radians repeat replace
    reverse right round rpad rtrim scale sha256 sign sin sqrt strpos substr substring tan
    timezone to_char to_date to_hex to_number to_timestamp translate trim_scale trunc unistr
    upper array_append array_cat array_length array_ndims array_position array_prepend array_remove
    array_to_json array_to_string cardinality concat encode host json_array_length json_build_array
    json_typeof jsonb_pretty jsonb_strip_nulls jsonb_typeof masklen starts_with string_to_array text
    to_json to_jsonb trim_array
""".split()
FIELDS = "year month day hour minute second milliseconds epoch dow week julian timezone".split()
AGGREGATES = ("count sum avg min max stddev variance bool_and bool_or every string_agg bit_and "
              "bit_or array_agg json_agg jsonb_agg").split()
LISTS = ("array_agg", "json_agg", "jsonb_agg")  # in the order of their rows
JOINS = ["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]


def operators() -> Iterator[Statement]:
    for operator in OPERATORS:
        for left in COLUMNS:
            for right in COLUMNS:
                yield Statement("operators", f"SELECT id, {left} {operator} {right} AS r FROM w "
                                             "WHERE id <> 5")
            for literal in LITERALS:
                yield Statement("operators with a constant",
                                f"SELECT id, {left} {operator} {literal} AS r FROM w")
                yield Statement("operators with a constant",
                                f"SELECT id, {literal} {operator} {left} AS r FROM w "
                                "WHERE id NOT IN (4, 5)")
    for operator in UNARY:
        for column in COLUMNS:
            yield Statement("operators", f"SELECT id, {operator}{column} AS r FROM w")


def functions() -> Iterator[Statement]:
    for name in SCALARS:
        for column in COLUMNS:
            for call in (f"{name}({column}) FROM w",
                         f"{name}({column}, 2) FROM w WHERE id < 4",
                         f"{name}({column}, {column}) FROM w WHERE id < 4",
                         f"{name}({column}, 'a') FROM w WHERE id < 4"):
                yield Statement("functions", f"SELECT id, {call}")


def fields() -> Iterator[Statement]:
    for field in FIELDS:
        for column in COLUMNS:
            for call in (f"EXTRACT({field} FROM {column})",
                         f"date_part('{field}', {column})",
                         f"date_trunc('{field}', {column})"):
                yield Statement("functions", f"SELECT id, {call} FROM w")


def casts() -> Iterator[Statement]:
    for target in TYPES:
        for column in COLUMNS:
            yield Statement("casts of columns",
                            f"SELECT id, {column}::{target} FROM w WHERE id NOT IN (3)")
            yield Statement("casts of columns",
                            f"SELECT id, CAST({column} AS {target}) FROM w WHERE id = 3")
        for text in STRINGS:
            yield Statement("casts of constants", f"SELECT '{text}'::{target}")
            yield Statement("casts of text", f"SELECT CAST('{text}'::text AS {target})")


def aggregates() -> Iterator[Statement]:
    for name in AGGREGATES:
        for column in COLUMNS:
            by_id = " ORDER BY id" if name in LISTS else ""
            yield Statement("aggregates", f"SELECT {name}({column}{by_id}) FROM w")
            yield Statement("aggregates", f"SELECT {name}({column} ORDER BY id DESC) FROM w")
            yield Statement("aggregates", f"SELECT {name}(DISTINCT {column}) FROM w")
            yield Statement("aggregates",
                            f"SELECT b, {name}({column}{by_id}) FILTER (WHERE id > 1) "
                            "FROM w GROUP BY b ORDER BY b")
            yield Statement("aggregates", f"SELECT {name}({column}) FROM none")
            yield Statement("windows",
                            f"SELECT id, {name}({column}) OVER (ORDER BY id) FROM w ORDER BY id")


def queries() -> Iterator[Statement]:
    for column in COLUMNS:
        for sql in (f"SELECT {column}, count(*) FROM w GROUP BY {column} ORDER BY {column}",
                    f"SELECT id FROM w ORDER BY {column} DESC, id",
                    f"SELECT id FROM w ORDER BY {column} NULLS FIRST, id",
                    f"SELECT DISTINCT {column} FROM w ORDER BY 1",
                    f"SELECT DISTINCT ON ({column}) {column}, id FROM w ORDER BY {column}, id"):
            yield Statement("grouping and ordering", sql)
        for sql in (f"SELECT id, lag({column}) OVER (ORDER BY id) FROM w ORDER BY id",
                    f"SELECT id, rank() OVER (PARTITION BY {column} ORDER BY id) FROM w "
                    "ORDER BY id",
                    f"SELECT id, row_number() OVER (ORDER BY {column}, id) FROM w ORDER BY id"):
            yield Statement("windows", sql)
        for other in COLUMNS:
            # Which of 0 and 0.00 is the one that stays is nowhere said.
            for sql in (f"SELECT {column} FROM w WHERE id <> 5 UNION "
                        f"SELECT {other} FROM w WHERE id <> 5",
                        f"SELECT {column} FROM w WHERE id <> 5 INTERSECT SELECT {other} FROM w",
                        f"SELECT {column} FROM w EXCEPT SELECT {other} FROM w WHERE id < 3",
                        f"SELECT {column} FROM w UNION ALL SELECT {other} FROM w"):
                yield Statement("set operations", sql)
            for sql in (f"SELECT id, CASE WHEN id < 3 THEN {column} ELSE {other} END FROM w",
                        f"SELECT id, coalesce({column}, {other}) FROM w",
                        f"SELECT id, {column} IN ({other}, {other}) FROM w",
                        f"SELECT id, {column} BETWEEN {other} AND {column} FROM w"):
                yield Statement("CASE, COALESCE, IN, BETWEEN", sql)


def joins() -> Iterator[Statement]:
    for column in COLUMNS:
        for other in COLUMNS:
            yield Statement("joins",
                            f"SELECT a.id, z.id FROM w a JOIN w z ON a.{column} = z.{other}")
        for join in JOINS:
            yield Statement("joins", f"SELECT a.id, z.{column}, o.at FROM w a {join} w z "
                                     f"ON a.{column} = z.{column} AND a.id < z.id "
                                     "LEFT JOIN o ON o.t_id = z.id")
            yield Statement("joins", f"SELECT {column}, z.id FROM w a {join} w z "
                                     f"USING ({column}, id)")
        yield Statement("subqueries", f"SELECT id FROM w WHERE {column} IN (SELECT {column} FROM w "
                                      "WHERE id > 2)")
        yield Statement("subqueries", f"SELECT id, (SELECT max(z.id) FROM w z WHERE z.{column} = "
                                      f"w.{column}) FROM w")
        yield Statement("subqueries", f"SELECT id FROM w WHERE NOT EXISTS (SELECT FROM o, w z "
                                      f"WHERE z.{column} = w.{column} AND o.t_id = z.id)")
        yield Statement("subqueries", f"SELECT id, {column} FROM w WHERE {column} = "
                                      f"(SELECT {column} FROM w WHERE id = 1)")


def statements() -> list[Statement]:
    made = [*operators(), *functions(), *fields(), *casts(), *aggregates(), *queries(), *joins()]
    return list(dict.fromkeys(made))


def sample(count: int) -> list[Statement]:
    """Always the same ones: of each kind as many as of every other, as far as there are."""
    kinds: dict[str, list[Statement]] = {}
    for statement in statements():
        kinds.setdefault(statement.kind, []).append(statement)
    drawn = random.Random(count)
    return [one for kind in kinds.values()
            for one in drawn.sample(kind, min(len(kind), count // len(kinds)))]
