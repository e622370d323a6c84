"""GROUP BY with keys that are computed of others: the groups that PostgreSQL 15 makes."""

import random

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

STATEMENTS = 400
COLUMNS = ["a", "b", "c", "f", "n", "x", "y"]
COMPUTED = ["a + 1", "a - b", "-a", "a * 2", "2 * (a + b)", "b - 1", "c + a", "c % 3", "a / 2",
            "f * 2", "n + 1", "n::text", "f::text", "x || 'a'", "a::text", "abs(a)", "a > 1", "a",
            "b", "CASE WHEN a > 1 THEN b END", "coalesce(a, 0)", "a + 1 - 1", "1 + 1",
            "a::bigint + 1", "x || y", "upper(y)", "y IS NULL", "length(x)"]
SHOWN_OF_GROUPS = ["count(*)", "sum(a + 1)", "min(b - 1)", "max(c)", "count(DISTINCT a - b)",
                   "min(x)", "max(y || x)", "count(y)", "count(DISTINCT y)"]
SETUP = ["CREATE TABLE g (a int, b smallint, c bigint, f float8, n numeric(5,2), x text, "
         "y varchar(9))",
         """INSERT INTO g SELECT nullif(i % 4, 3), nullif(i % 3, 2), i % 2,
                CASE i % 3 WHEN 0 THEN 0 WHEN 1 THEN 1.5 END,
                CASE i % 4 WHEN 0 THEN 1.0 WHEN 1 THEN 1.5 ELSE 2 END, chr(97 + (i % 2)::int),
                (ARRAY['', 'it''s', 'ü', NULL, '123456789'])[1 + i % 5]
            FROM generate_series(1, 200) AS i"""]


@pytest.fixture(scope="module")
def sessions(firn):
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        for statement in SETUP:
            postgres.execute(statement)
            ours.execute(statement)
        yield ours, postgres


def statement(rng):
    keys = rng.sample(COLUMNS, rng.randint(0, 2)) + rng.sample(COMPUTED, rng.randint(1, 3))
    rng.shuffle(keys)
    shown = rng.sample(keys, rng.randint(0, len(keys))) + rng.sample(SHOWN_OF_GROUPS, 2)
    rng.shuffle(shown)
    by = list(keys)
    for number, key in enumerate(keys):
        if key in shown and rng.random() < 0.2:
            by[number] = str(shown.index(key) + 1)
        elif key == "1 + 1" or rng.random() < 0.1:
            by[number] = f"({key})"
    groups = ", ".join(by)
    if rng.random() < 0.2 and "1 + 1" not in keys:
        groups = f"{rng.choice(['ROLLUP', 'CUBE'])} ({', '.join(keys)})"
    having = f" HAVING {rng.choice(keys)} IS NOT NULL" if rng.random() < 0.2 else ""
    return f"SELECT {', '.join(shown)} FROM g GROUP BY {groups}{having}"


def test_groups_are_postgresqls(sessions, seed):
    ours, postgres = sessions
    rng = random.Random(seed)
    refused = 0
    for _ in range(STATEMENTS):
        sql = statement(rng)
        mine = ask(ours, sql)
        if mine[0] == "0A000":  # grouping sets of what has a key of its own
            refused += 1
            continue
        check(sql, mine, ask(postgres, sql))
    assert refused < STATEMENTS / 4


def test_what_overflows_in_a_group_that_is_shown_fails(sessions):
    ours, postgres = sessions
    sql = "SELECT k, k + 1 FROM (VALUES (2147483647), (1)) AS v(k) GROUP BY k, k + 1"
    assert ask(ours, sql)[0] == ask(postgres, sql)[0] == "22003"


@pytest.mark.parametrize("key", ["n || 'x' || a", "n + a", "n * 2", "round(n) + a", "n::text"])
def test_a_key_that_is_computed_of_a_value_that_is_shown_otherwise(sessions, key):
    ours, postgres = sessions
    values = "(VALUES (1, 1.5::numeric), (2, 1.5), (2, 2.25), (NULL, NULL)) AS v(a, n)"
    sql = f"SELECT {key}, n, count(*) FROM {values} GROUP BY {key}, n"
    check(sql, ask(ours, sql), ask(postgres, sql))
