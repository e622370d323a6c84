"""Every signature PostgreSQL 15 has of a name in firn's table, over firn's types, is in the table,
if only as refused: otherwise a call meant for it would quietly go to its neighbour."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TYPES = {name: name for name in (
    "bool int2 int4 int8 float4 float8 numeric text varchar bytea date timestamp timestamptz uuid "
    "bpchar time timetz interval json jsonb inet cidr oid name").split()} | {
    "any": "any", "anyelement": "any", "anycompatible": "any", "anyarray": "any[]",
    "anycompatiblearray": "any[]", "_int4": "int4[]", "_text": "text[]"}
# Written by hand in write_operator.cc, and functions of any number of arguments.
BY_HAND = set("= <> < > <= >= ~~ !~~ ~~* !~~* !~ ~* !~* ||".split())
MATCHES = {"text text", "bpchar text", "name text"}
FUNCTIONS = """
    SELECT p.proname, array(SELECT a.typname::text
        FROM unnest(p.proargtypes) WITH ORDINALITY u(o, n)
        JOIN pg_type a ON a.oid = u.o ORDER BY n)
    FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace AND provariadic = 0"""
OPERATORS = """
    SELECT oprname, array_remove(ARRAY[l.typname::text, r.typname::text], NULL) FROM pg_operator
    LEFT JOIN pg_type l ON l.oid = oprleft JOIN pg_type r ON r.oid = oprright"""


def table(operators: bool) -> dict[str, set[str]]:
    """The signatures of each name."""
    loader = SourceFileLoader("sql_functions", str(ROOT / "tools" / "sql-functions"))
    tool = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(tool)
    known: dict[str, set[str]] = {}
    for _, part in tool.TABLES:
        if (part == "operators") == operators:
            for name, arguments, _, _ in tool.entries(part):
                known.setdefault(name, set()).add(arguments)
    return known


def missing(rows, known: dict[str, set[str]]) -> list[str]:
    found = []
    for name, types in rows:
        if name not in known or any("..." in one for one in known[name]):
            continue
        if all(one in TYPES for one in types):
            arguments = " ".join(TYPES[one] for one in types)
            if arguments not in known[name]:
                found.append(f"{name}({arguments})")
    return found


def test_no_overload_of_a_function_is_missing(postgres_server):
    known = table(operators=False)
    for by_hand in ("percentile_cont", "percentile_disc"):  # WITHIN GROUP: write_ordered_set.cc
        del known[by_hand]
    with postgres_server() as session:
        assert not missing(session.execute(FUNCTIONS), known)


def test_no_overload_of_an_operator_is_missing(postgres_server):
    known = table(operators=True)
    known["~"] |= MATCHES  # write_operator.cc
    with postgres_server() as session:
        rows = [row for row in session.execute(OPERATORS) if row[0] not in BY_HAND]
        assert not missing(rows, known)
