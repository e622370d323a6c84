"""The engine leaves files out by what they say of their rows: by the bound of ORDER BY … LIMIT and
by the range a join waits for. Tables of many small files, each query several times, on PostgreSQL
and on firn: no row may be missing."""

import itertools
import random

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

TIMES = 2
FILES = 12
ROWS = 60
COLUMNS = {
    "s": ("smallint", "{v} - 350"),
    "i": ("integer", "({v} - 350) * 3000000"),
    "l": ("bigint", "({v} - 350) * 4294967296"),
    "f": ("real", "({v} - 350) / 8.0"),
    "d": ("double precision", "({v} - 350) * 1e100"),
    "n": ("numeric(9,2)", "({v} - 350) * 1.25"),
    "w": ("numeric(38,9)", "({v} - 350) * 100000000000000000.5"),
    "b": ("numeric", "({v} - 350) + 0.25"),
    "x": ("text", "'п' || lpad(({v})::text, 4, '0')"),
    "v": ("varchar(9)", "lpad(({v})::text, 4, '0')"),
    "c": ("char(6)", "lpad(({v})::text, 4, '0')"),
    "a": ("date", "date '1999-12-31' + {v}"),
    "t": ("timestamp", "timestamp '1969-12-31' + {v} * interval '1 hour'"),
    "z": ("timestamptz", "timestamptz '1969-12-31 00:00+00' + {v} * interval '1 day'"),
    "m": ("time", "time '00:00' + {v} * interval '1 minute'"),
    "o": ("oid", "({v} * 5000000::bigint)::oid"),
    "y": ("bytea", "decode(lpad(to_hex({v}), 8, '0'), 'hex')"),
}
WIDENED = {  # before, after, values before and after
    "s4": ("smallint", "integer", "{v} - 350", "({v} - 350) * 3000000"),
    "s8": ("smallint", "bigint", "{v} - 350", "({v} - 350) * 4294967296"),
    "i8": ("integer", "bigint", "({v} - 350) * 7", "({v} - 350) * 4294967296"),
    "f8": ("real", "double precision", "({v} - 350) / 8.0", "({v} - 350) * 1e100"),
    "n9": ("numeric(8,2)", "numeric(20,2)", "({v} - 350) * 1.25", "({v} - 350) * 12345678.25"),
}


def insert(table, batch, values):
    """Every 17th row has no values."""
    first = batch * ROWS
    some = ", ".join(f"CASE WHEN g % 17 = 3 THEN NULL ELSE {value.format(v='g')} END"
                     for value in values)
    return (f"INSERT INTO {table} SELECT g, {some} "
            f"FROM generate_series({first}, {first + ROWS - 1}) g")


@pytest.fixture(scope="module")
def sessions(firn):
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        def both(statement, flush=None):
            for session in (postgres, ours):
                session.execute(statement)
            if flush:
                ours.execute(f"CALL firn.flush('{flush}')")

        both("CREATE TABLE k (id int, " +
             ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items()) + ")")
        both("CREATE TABLE wide (id int, " +
             ", ".join(f"{name} {kind[0]}" for name, kind in WIDENED.items()) + ")")
        batches = list(range(FILES))
        random.Random(5).shuffle(batches)
        for at, batch in enumerate(batches):
            # The last of each stays in memory.
            last = at == FILES - 1
            both(insert("k", batch, [value for _, value in COLUMNS.values()]),
                 None if last else "k")
            if at == FILES // 2:
                for name, (_, kind, _, _) in WIDENED.items():
                    both(f"ALTER TABLE wide ALTER {name} TYPE {kind}")
            late = at >= FILES // 2
            both(insert("wide", batch, [kind[3 if late else 2] for kind in WIDENED.values()]),
                 None if last else "wide")
        both("CREATE TABLE few (id int, " +
             ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items()) + ")")
        both("INSERT INTO few SELECT * FROM k WHERE id IN (21, 333, 334, 700)")
        both("CREATE VIEW shown AS SELECT * FROM k")
        both("CREATE VIEW cut AS SELECT * FROM k ORDER BY id LIMIT 400")
        both("CREATE VIEW firsts AS SELECT DISTINCT ON (id % 7) * FROM k ORDER BY id % 7, id")
        yield ours, postgres


def agree(sessions, queries, times=TIMES):
    ours, theirs = sessions
    for query in queries:
        expected = ask(theirs, query)
        assert not isinstance(expected[0], str), (query, expected)
        for _ in range(times):
            try:
                check(query, ask(ours, query), expected)
            except AssertionError as error:
                raise AssertionError(f"{query}\n{error}") from None


ORDERS = ["", "DESC", "NULLS FIRST", "DESC NULLS LAST"]
LIMITS = ["LIMIT 1", "LIMIT 25 OFFSET 60"]


@pytest.mark.parametrize("name", [*COLUMNS, *WIDENED])
def test_the_first_rows_of_many_files_are_the_first(sessions, name):
    table = "k" if name in COLUMNS else "wide"
    agree(sessions, [
        f"SELECT {name}, id FROM {source} q ORDER BY {name} {order}, id {limit}"
        for order, limit in itertools.product(ORDERS, LIMITS)
        for source in (table, f"(SELECT {name}, id FROM {table})")
    ] + [
        f"SELECT {name} FROM {source} q ORDER BY 1 {order} LIMIT 1"
        for order in ORDERS
        for source in (table, f"(SELECT {name} FROM {table} UNION ALL SELECT {name} FROM {table})")
    ])


@pytest.mark.parametrize("order", ORDERS)
def test_a_cast_or_a_view_between_changes_nothing(sessions, order):
    agree(sessions, [query.format(order=order) for query in (
        "SELECT l::numeric::text FROM k ORDER BY l {order} LIMIT 1",
        "SELECT (l / 4294967296)::int AS n FROM k ORDER BY n {order} LIMIT 1",
        "SELECT (l / 4294967296)::smallint FROM k ORDER BY 1 {order} LIMIT 1",
        "SELECT i::bigint AS n FROM k ORDER BY n {order} LIMIT 1",
        "SELECT s::bigint AS n FROM k ORDER BY n {order} LIMIT 1",
        "SELECT s::int AS n FROM k ORDER BY n {order} LIMIT 1",
        "SELECT n FROM (SELECT id::smallint AS n FROM k) q ORDER BY n {order} LIMIT 1",
        "SELECT n FROM (SELECT i::bigint AS n FROM k UNION ALL SELECT l FROM k) q "
        "ORDER BY n {order} LIMIT 2",
        "SELECT n FROM (SELECT s::bigint AS n FROM k UNION ALL SELECT l FROM k UNION ALL "
        "SELECT s8 FROM wide) q ORDER BY n {order} LIMIT 2",
        "SELECT s FROM shown ORDER BY s {order} LIMIT 1",
        "SELECT s, i FROM cut ORDER BY s {order} LIMIT 1",
        "SELECT s, i FROM firsts ORDER BY s {order} LIMIT 1",
        "WITH q AS (SELECT s, l FROM k) SELECT s FROM q ORDER BY s {order} LIMIT 1",
        "WITH q AS (SELECT i8 FROM wide) SELECT i8 FROM q ORDER BY i8 {order} LIMIT 1",
        "SELECT DISTINCT s FROM k ORDER BY s {order} LIMIT 2",
        "SELECT s, count(*) FROM k GROUP BY s ORDER BY s {order} LIMIT 2",
        "SELECT DISTINCT ON (s) s, id FROM k ORDER BY s {order}, id LIMIT 2",
        "SELECT unnest(ARRAY[s, s]) FROM k ORDER BY 1 {order} LIMIT 3",
        "SELECT (SELECT q.s FROM k q WHERE q.id = k.id) AS one FROM k ORDER BY one {order} LIMIT 1",
        "(SELECT s FROM k ORDER BY s {order} LIMIT 1) UNION ALL "
        "(SELECT i8 FROM wide ORDER BY i8 {order} LIMIT 1) ORDER BY 1",
    )])


@pytest.mark.parametrize("order", ORDERS)
def test_the_rows_of_an_outer_join_keep_their_partners(sessions, order):
    agree(sessions, [query.format(order=order) for query in (
        "SELECT a.{name}, b.id FROM k a RIGHT JOIN k b ON a.id = b.id "
        "ORDER BY a.{name} {order}, b.id LIMIT 3",
        "SELECT a.{name}, b.id FROM k b LEFT JOIN k a ON a.id = b.id "
        "ORDER BY a.{name} {order}, b.id LIMIT 3",
        "SELECT a.{name}, b.id FROM k a FULL JOIN few b ON a.id = b.id "
        "ORDER BY a.{name} {order}, b.id, a.id LIMIT 3",
        "SELECT q.{name}, q.of FROM (SELECT a.{name}, b.id AS of FROM k a RIGHT JOIN k b "
        "ON a.id = b.id) q ORDER BY q.{name} {order}, q.of LIMIT 3",
        "SELECT j.{name}, j.other FROM (k a RIGHT JOIN (SELECT id AS other FROM k) b "
        "ON a.id = b.other) AS j ORDER BY j.{name} {order}, j.other LIMIT 3",
        "SELECT a.{name}, a.id FROM k a LEFT JOIN few b ON a.id = b.id "
        "ORDER BY a.{name} {order}, a.id LIMIT 3",
    ) for query in [query.replace("{name}", name) for name in ("s", "i", "l", "x")]])


@pytest.mark.parametrize("name", [*COLUMNS, *WIDENED])
def test_a_join_finds_every_row(sessions, name):
    table = "k" if name in COLUMNS else "wide"
    some = f"(SELECT {name} FROM {table} WHERE id IN (21, 333, 334, 700)) b"
    agree(sessions, [
        f"SELECT a.id FROM {table} a JOIN {some} ON a.{name} = b.{name} ORDER BY 1",
        f"SELECT a.id FROM {table} a WHERE {name} IN (SELECT {name} FROM {some}) ORDER BY 1",
        f"SELECT count(*), sum(a.id) FROM {table} a JOIN {some} ON a.{name} <= b.{name}",
        f"SELECT count(*), sum(a.id) FROM {table} a JOIN {table} b ON a.{name} = b.{name} "
        "WHERE b.id < 10",
        f"SELECT count(*) FROM {table} WHERE {name} > (SELECT {name} FROM {table} WHERE id = 334)",
    ])


LIMITED = [
    "(SELECT * FROM k ORDER BY id LIMIT 400)", "(SELECT * FROM k ORDER BY id LIMIT 400 OFFSET 5)",
    "(SELECT * FROM k ORDER BY id OFFSET 300)", "cut", "firsts",
    "(SELECT DISTINCT ON (id % 300) * FROM k ORDER BY id % 300, id)",
    "(SELECT * FROM (SELECT * FROM k ORDER BY id LIMIT 400) r WHERE id >= 0)",
    "((SELECT * FROM k ORDER BY id LIMIT 200) UNION ALL "
    "(SELECT * FROM k ORDER BY id DESC LIMIT 50))",
]


@pytest.mark.parametrize("name", ["id", "s", "i", "l", "x", "a"])
def test_what_a_join_waits_for_does_not_reach_below_a_limit(sessions, name):
    agree(sessions, [query.format(source=source, name=name) for source in LIMITED for query in (
        "SELECT count(*), sum(q.id) FROM {source} q JOIN few ON q.{name} = few.{name}",
        "SELECT count(*), sum(q.id) FROM {source} q WHERE {name} IN (SELECT {name} FROM few)",
        "SELECT count(*), sum(q.id) FROM {source} q JOIN few ON q.{name} >= few.{name}",
        "WITH q AS (SELECT * FROM {source} w) SELECT count(*) FROM q JOIN few USING ({name})",
    )])


@pytest.mark.parametrize("prefix", ["п", "п0", "¿", "ÿ", "\x7f", "a\x7f", "\U0010ffff", "\ud7ff",
                                    "я", "日本", "ab"])
def test_every_prefix_of_like_is_looked_for(sessions, prefix):
    agree(sessions, ["SELECT count(*), min(x), max(x) FROM k WHERE x {} '{}'".format(how, pattern)
                     for how in ("LIKE", "NOT LIKE", "ILIKE", "~~")
                     for pattern in (f"{prefix}%", f"{prefix}_", f"{prefix}%1", f"{prefix}_1%",
                                     f"{prefix}%%", f"{prefix}____")])


CONDITIONS = ["{c} = {a}", "{c} < {a}", "{c} <= {a}", "{a} < {c}", "{c} >= {a}", "{b} > {c}",
              "{c} BETWEEN {a} AND {b}", "{c} BETWEEN {b} AND {a}", "{c} IN ({a}, {b}, {a})",
              "{c} NOT IN ({a}, {b})", "{c} <> {a}", "{c} = {a} OR {c} > {b}", "{c} = NULL",
              "NOT {c} > {a}", "{c} >= {a} AND ({c} < {b} OR {c} IS NULL)",
              "{c} NOT BETWEEN {a} AND {b}", "({c} = {a}) IS TRUE", "{c} IN ({a}, NULL)"]
FROMS = ["{t} q", "{t} q LEFT JOIN few ON q.id = few.id", "few RIGHT JOIN {t} q USING (id)",
         "few LEFT JOIN {t} q ON q.id = few.id", "few LEFT JOIN {t} q ON {on}",
         "{t} q LEFT JOIN few ON {on}", "{t} q FULL JOIN few ON q.id = few.id",
         "few RIGHT JOIN {t} q ON {on}", "{t} q RIGHT JOIN few ON {on}",
         "{t} q JOIN few ON q.id >= few.id AND {on}", "few, {t} q",
         "few LEFT JOIN ({t} q JOIN few o ON {on}) ON q.id = few.id"]


def constants(sessions, table, name, count, chosen):
    """Values of the column as literals, some with their type and some without."""
    _, postgres = sessions
    kind = postgres.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass "
        "AND attname = %s", [table, name]).fetchone()[0]
    ids = chosen.sample([at for at in range(FILES * ROWS) if at % 17 != 3], count)
    found = [postgres.execute(f"SELECT {name}::text FROM {table} WHERE id = {at}").fetchone()[0]
             for at in ids]
    forms = ["'{}'", "'{}'::" + kind]
    if kind in ("smallint", "integer", "bigint", "numeric", "oid"):
        forms += ["{}", "{} + 0"]
    if kind in ("smallint", "integer", "bigint"):
        forms += ["({})::numeric", "'{}'::bigint"]
    return [chosen.choice(forms).format(text) for text in found]


@pytest.mark.parametrize("name", [*COLUMNS, *WIDENED])
def test_conditions_find_every_row(sessions, seed, name):
    chosen = random.Random(f"{seed} {name}")
    table = "k" if name in COLUMNS else "wide"
    queries = []
    for condition in CONDITIONS:
        for source in ["{t} q", chosen.choice(FROMS)]:
            first, second = constants(sessions, table, name, 2, chosen)
            written = condition.format(c=f"q.{name}", a=first, b=second)
            where = "" if "{on}" in source else f"WHERE {written}"
            queries.append(f"SELECT count(*), count(q.id), sum(q.id), max(q.{name}::text) FROM " +
                           source.format(t=table, on=written) + " " + where)
    agree(sessions, queries, 1)


def test_names_stand_for_what_they_stand_for(sessions):
    agree(sessions, [
        "SELECT count(*), min(key) FROM k AS q(key, id) WHERE id = -16",
        "SELECT count(*), min(key) FROM k AS q(key, id) WHERE q.id = -16",
        "SELECT count(*), min(key) FROM (k CROSS JOIN (SELECT 1 AS one) o) AS j(key, id) "
        "WHERE id = -16",
        "SELECT count(*) FROM (SELECT id AS i FROM k) q WHERE i = 334",
        "SELECT count(*) FROM k NATURAL JOIN (SELECT id, i::numeric FROM few) f WHERE i > 0.5",
        "SELECT count(*) FROM k FULL JOIN (SELECT a::timestamp + interval '1 hour' AS a FROM k) q "
        "USING (a) WHERE a < '2000-12-31 00:30'",
        "SELECT count(*) FROM k JOIN (SELECT a::timestamp AS a FROM k) q USING (a) "
        "WHERE a <= '2000-12-31 12:00' AND a > '2000-12-30 12:00'",
        "SELECT count(*) FROM k WHERE EXISTS (SELECT 1 FROM few WHERE k.id = 334)",
        "SELECT count(*) FROM k WHERE EXISTS (SELECT 1 FROM few WHERE k.id = few.id AND id = 334)",
        "SELECT count(*) FROM k WHERE id IN (SELECT id FROM few k WHERE k.id > 333)",
        "SELECT (SELECT count(*) FROM few WHERE k.id = 21), k.id FROM k WHERE id < 3 ORDER BY 2",
        "SELECT count(*) FROM k, LATERAL (SELECT id AS other FROM few WHERE k.id = 334) l",
        "WITH k AS (SELECT id + 1 AS id FROM k) SELECT count(*) FROM k WHERE id = 0",
        "WITH q AS (SELECT * FROM k WHERE id < 100) SELECT count(*) FROM q, k WHERE k.id = q.id",
        "SELECT id FROM k WHERE id = 5 UNION ALL SELECT id FROM k WHERE id > 717 ORDER BY 1",
        "SELECT count(*) FROM shown WHERE id BETWEEN 300 AND 310",
        "SELECT count(*) FROM k WHERE a > date '2000-12-30' AND a < timestamp '2001-01-02 12:00'",
        "SELECT count(*) FROM k WHERE t > date '1970-01-01' AND t < '1970-01-02 03:04:05.5'",
        "SELECT count(*) FROM k WHERE l > 9e18 OR i > 2000000000",
        "SELECT count(*) FROM k WHERE s > 40000",
        "SELECT count(*) FROM k WHERE s < 2000000000000",
        "SELECT count(*) FROM k WHERE i = '-150000000'",
        "SELECT count(*) FROM k WHERE i > -150000000 AND -90000000 >= i",
        "SELECT count(*) FROM k WHERE x > 'п' AND x < 'п01' COLLATE \"C\"",
    ])


@pytest.mark.parametrize("name,declared", [("i", "int4"), ("i", "int8"), ("i", "numeric"),
                                           ("l", "int8"), ("l", "int4"), ("s", "int2"),
                                           ("x", "text"), ("a", "date"), ("a", "timestamp")])
def test_parameters_are_constants(sessions, name, declared):
    """A statement that is kept is not kept with its files."""
    _, theirs = sessions
    comparisons = ["{} = {}", "{} < {}", "{1} <= {0}", "{} > {}", "{} BETWEEN {} AND {}",
                   "{} IN ({}, NULL)"]
    for comparison in comparisons:
        written = comparison.format(name, f"%(value)s::{declared}", f"%(value)s::{declared}")
        query = f"SELECT count(*), min(id), max(id) FROM k WHERE {written}"
        for at in (0, 21, 334, 700, 719, None):
            value = theirs.execute(f"SELECT {name} FROM k WHERE id = %s", [at]).fetchone()
            value = None if value is None else at if (name, declared) == ("l", "int4") else value[0]
            ours, expected = [session.execute(query, {"value": value}, prepare=True).fetchall()
                              for session in sessions]
            assert ours == expected, (query, value)
