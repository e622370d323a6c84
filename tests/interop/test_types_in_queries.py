"""Columns of every type in queries, over flushed and hot rows at once: PostgreSQL 15 and firn give
the same rows, or firn refuses (0A000)."""

from __future__ import annotations

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask
from type_values import TYPES, values

QUERIES = [
    "select n, v from {t} order by n",
    "select v from {t} order by v, n",
    "select v from {t} order by v desc nulls last, n",
    "select v, count(*), min(n) from {t} group by v order by 3",
    "select count(distinct v), count(v) from {t}",
    "select a.n, b.n from {t} a join {t} b on a.v = b.v order by 1, 2",
    "select a.n, b.n from {t} a join {t} b on a.v < b.v order by 1, 2",
    "select n, v is null, coalesce(v, v) is null from {t} order by n",
    "select n, v::text from {t} order by n",
    "select n, case when n % 2 = 0 then v end from {t} order by n",
    "select array_agg(v order by n) from {t}",
    "select n, array[v, v] from {t} order by n",
    "select n, to_json(v) from {t} order by n",
    "select n, v from {t} where v = (select v from {t} where n = 3) order by n",
    "select n, v from {t} where v in (select v from {t} where n in (1, 5)) order by n",
    "select n, v from {t}_copy order by n",
    "select n, v from {t}_made order by n",
    "select n, v[1], v[2:3], cardinality(v), array_to_string(v, '|') from {t} order by n",
    "select n, u from {t}, unnest(v) as u order by n, u::text",
]
ROWS = 12


@pytest.fixture(scope="module")
def sessions(firn):
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        yield ours, postgres


def fill(ours, postgres, table: str, type_name: str) -> None:
    taken = []
    postgres.execute(f"create table {table} (n int, v {type_name})")
    for text in values(type_name, ROWS * 4, 7):
        if "numeric" in type_name and any(word in text for word in ("NaN", "Inf")):
            continue
        try:
            kept = postgres.execute(f"select %s::{type_name}::text", (text,)).fetchone()[0]
            taken.append(text)
        except psycopg.Error:
            continue
        if len(taken) == ROWS:
            break
    if type_name in ("numeric", "numeric[]"):
        taken = [text for text in taken if "." not in text and "e" not in text]
    taken = taken + [None, *taken[:3]]
    ours.execute(f"create table {table} (n int, v {type_name})")
    for n, text in enumerate(taken):
        for session in (ours, postgres):
            literal = "null" if text is None else "E'" + "".join(
                "\\" + c if c in "\\'" else c for c in text) + "'"
            session.execute(f"insert into {table} values ({n}, {literal})")
        if n == len(taken) // 2:
            ours.execute("checkpoint")
    for session in (ours, postgres):
        session.execute(f"create table {table}_made as select n, v from {table}")
        session.execute(f"create table {table}_copy (n int, v {type_name})")
        session.execute(f"insert into {table}_copy select * from {table}")


@pytest.mark.parametrize("type_name", sorted(TYPES))
def test_queries_over_a_type_are_those_of_postgres(sessions, type_name):
    ours, postgres = sessions
    table = f"t{sorted(TYPES).index(type_name)}"
    fill(ours, postgres, table, type_name)
    wrong = []
    for query in QUERIES:
        if ("v[1]" in query or "unnest" in query) and not type_name.endswith("[]"):
            continue
        sql = query.format(t=table)
        got, want = ask(ours, sql), ask(postgres, sql)
        if isinstance(want[0], str):
            if got[0] not in (want[0], "0A000", "42883"):
                wrong.append((sql, got, want))
        elif got[0] != "0A000" and got != want:
            wrong.append((sql, got, want))
    assert not wrong, "\n".join(f"{sql}\n  firn     {got}\n  postgres {want}"
                                for sql, got, want in wrong)


@pytest.mark.parametrize("type_name", [name for name in sorted(TYPES) if not name.endswith("[]")])
def test_arrays_as_parameters_are_those_of_postgres(sessions, type_name):
    ours, postgres = sessions
    table = f"p{sorted(TYPES).index(type_name)}"
    fill(ours, postgres, table, type_name)
    (values_text,) = postgres.execute(
        f"select quote_literal(array_agg(v order by n)::text) from {table} "
        "where n in (1, 3, 5)").fetchone()
    wrong = []
    for number, (declared, query) in enumerate([
            ("", f"select n from {table} where v = any($1) order by n"),
            ("", f"select n, v <> all($1) from {table} order by n"),
            (f"({type_name}[])", "select cardinality($1), $1[1], $1[3]::text, $1"),
            (f"({type_name}[])", f"select n from {table} where v = any($1) order by n"),
            ("", f"select ($1::{type_name}[])[2]")]):
        name = f"{table}_{number}"
        got, want = [ask(session, f"prepare {name}{declared} as {query}")
                     for session in sessions]
        if not isinstance(want[0], str) and not isinstance(got[0], str):
            got, want = [ask(session, f"execute {name}({values_text})") for session in sessions]
        refused = isinstance(got[0], str) and got[0] in (want[0], "0A000", "42883")
        if not refused and got != want:
            wrong.append((query, got, want))
    assert not wrong, "\n".join(f"{sql}\n  firn     {got}\n  postgres {want}"
                                for sql, got, want in wrong)
