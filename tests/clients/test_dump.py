"""pg_dump of firn: its schema and rows restore into a PostgreSQL 15 and into a fresh firn."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
POSTGRES = Path("/usr/lib/postgresql/15/bin")
ROWS = [
    "SELECT * FROM shop.customer ORDER BY id",
    "SELECT * FROM shop.item ORDER BY code",
    "SELECT * FROM shop.sale ORDER BY id",
    'SELECT * FROM shop."Mixed Case" ORDER BY "Id"',
    "SELECT name, sales, paid::text FROM shop.spending ORDER BY name",
    "SELECT nextval('shop.ticket'), nextval('shop.customer_id_seq'), nextval('shop.sale_id_seq')",
]
CATALOG = [
    "SELECT table_name, column_name, data_type, is_nullable, is_identity, character_maximum_length,"
    " numeric_scale FROM information_schema.columns WHERE table_schema = 'shop' AND table_name <> "
    "'spending' ORDER BY table_name, ordinal_position",
    "SELECT conname, contype, conrelid::regclass::text FROM pg_constraint WHERE connamespace = "
    "'shop'::regnamespace ORDER BY 3, 1",
    "SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relnamespace = "
    "'shop'::regnamespace AND relkind IN ('r', 'v', 'S') ORDER BY 1",
    "SELECT col_description('shop.customer'::regclass, 3)",
    "SELECT obj_description('shop'::regnamespace, 'pg_namespace')",
]


def tool(program: str, where: str, *options: str, text: str | None = None) -> str:
    ran = subprocess.run([POSTGRES / program, *options, where], input=text, text=True,
                         capture_output=True, timeout=120, check=False, env={**os.environ})
    assert ran.returncode == 0, ran.stderr
    # A dump's key against injected commands is drawn anew each time.
    lines = ran.stdout.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))


def restore(where: str, dump: str) -> None:
    tool("psql", where, "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", text=dump)


def answers(where: str, queries: list[str]) -> list[list[tuple]]:
    with psycopg.connect(where, autocommit=True) as session:
        return [session.execute(query).fetchall() for query in queries]


def address(server) -> str:
    return f"postgresql://firn@127.0.0.1:{server.ports['pg']}/main"


@pytest.fixture(scope="module")
def shop(firn):
    with firn.connect() as session:
        session.execute((HERE / "schema.sql").read_text())
    return address(firn)


@pytest.fixture
def other_postgres(postgres_server):
    """A database of its own on the private PostgreSQL."""
    with postgres_server() as session:
        session.execute("DROP DATABASE IF EXISTS restored")
        session.execute("CREATE DATABASE restored")
        info = session.info
        yield f"postgresql://{info.user}@{info.host}:{info.port}/restored"


def test_a_dump_restores_into_postgres(shop, other_postgres):
    restore(other_postgres, tool("pg_dump", shop, "--no-owner", "--no-privileges"))
    assert answers(other_postgres, CATALOG) == answers(shop, CATALOG)
    assert answers(other_postgres, ROWS[:-1]) == answers(shop, ROWS[:-1])


def test_a_dump_restores_into_a_fresh_firn(shop, firn_server):
    fresh = address(firn_server())
    dump = tool("pg_dump", shop)
    restore(fresh, dump)
    assert answers(fresh, CATALOG + ROWS[:-1]) == answers(shop, CATALOG + ROWS[:-1])
    assert tool("pg_dump", fresh) == dump


def test_a_dump_of_postgres_restores_into_a_fresh_firn(other_postgres, firn_server):
    with psycopg.connect(other_postgres, autocommit=True) as session:
        session.execute((HERE / "schema.sql").read_text())
    fresh = address(firn_server())
    restore(fresh, tool("pg_dump", other_postgres, "--no-owner", "--no-privileges"))
    assert answers(fresh, CATALOG) == answers(other_postgres, CATALOG)
    assert answers(fresh, ROWS) == answers(other_postgres, ROWS)


def test_the_schema_alone(shop, firn_server):
    fresh = address(firn_server())
    restore(fresh, tool("pg_dump", shop, "--schema-only", "--schema=shop"))
    assert answers(fresh, CATALOG) == answers(shop, CATALOG)
    assert answers(fresh, ["SELECT count(*) FROM shop.customer"]) == [[(0,)]]


def test_the_custom_format_and_pg_restore(shop, firn_server, tmp_path):
    fresh = address(firn_server())
    file = tmp_path / "shop.dump"
    tool("pg_dump", shop, "--format=custom", f"--file={file}")
    ran = subprocess.run([POSTGRES / "pg_restore", "--exit-on-error", "-d", fresh, file],
                         capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert answers(fresh, ROWS[:-1]) == answers(shop, ROWS[:-1])


# What stands in public and was named without it; types of one's own; a view whose name comes
# before its table's.
MORE = """
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN rating AS integer DEFAULT 3 CHECK (VALUE BETWEEN 1 AND 5);
CREATE TABLE zz (id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME own_name START 5),
  m mood, r rating, tags text[] DEFAULT '{}', "Odd Name" numeric(5,1) DEFAULT 1.5);
CREATE SEQUENCE free;
CREATE TABLE yy (n bigint DEFAULT nextval('free') NOT NULL, zz_id integer);
CREATE VIEW aa AS SELECT z.id, z.m, yy.n FROM zz z JOIN yy ON yy.zz_id = z.id WHERE z.r > 1;
CREATE VIEW a0 AS SELECT aa.id FROM aa;
INSERT INTO zz (m, r) VALUES ('happy', 5), (NULL, 1), ('it''s ok', NULL);
INSERT INTO yy (zz_id) SELECT id FROM zz;
"""
MORE_ANSWERS = ["SELECT * FROM zz ORDER BY id", "SELECT * FROM yy ORDER BY n",
                "SELECT * FROM aa ORDER BY id", "SELECT * FROM a0 ORDER BY id",
                "SELECT enumlabel FROM pg_enum ORDER BY enumsortorder",
                "INSERT INTO zz (m) VALUES ('sad') RETURNING id, r",
                "INSERT INTO yy DEFAULT VALUES RETURNING n"]


@pytest.mark.parametrize("source", ["firn", "postgres"])
def test_names_types_and_sequences_of_ones_own(source, other_postgres, firn_server):
    made = address(firn_server()) if source == "firn" else other_postgres
    with psycopg.connect(made, autocommit=True) as session:
        session.execute(MORE)
    dump = tool("pg_dump", made, "--no-owner", "--no-privileges")
    targets = [address(firn_server())] + ([other_postgres] if source == "firn" else [])
    for target in targets:
        restore(target, dump)
    said = [answers(where, MORE_ANSWERS) for where in [made, *targets]]
    assert all(one == said[0] for one in said)


def test_recorded_foreign_keys_are_real_ones_in_postgres(other_postgres, firn_server):
    made = address(firn_server()) + "?options=-c%20firn.unenforced_constraints%3Daccept"
    with psycopg.connect(made, autocommit=True) as session:
        session.execute("CREATE TABLE a_child (id integer PRIMARY KEY, of_id integer)")
        session.execute("CREATE TABLE z_parent (id integer PRIMARY KEY)")
        session.execute("ALTER TABLE a_child ADD FOREIGN KEY (of_id) REFERENCES z_parent "
                        "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED")
    dump = tool("pg_dump", made, "--no-owner", "--no-privileges")
    keys = ["SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
            "'a_child'::regclass ORDER BY 1"]
    again = address(firn_server()) + "?options=-c%20firn.unenforced_constraints%3Daccept"
    for target in (other_postgres, again):
        restore(target, dump)
        assert answers(target, keys) == answers(made, keys)


def test_pgbench_initialises_itself(firn):
    tool("pgbench", address(firn), "--initialize", "--quiet", "--scale=1")
    said = answers(address(firn), [
        "SELECT count(*) FROM pgbench_accounts", "SELECT count(*) FROM pgbench_tellers",
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'p' AND "
        "conname LIKE 'pgbench%' ORDER BY 1"])
    assert said == [[(100_000,)], [(10,)],
                    [("pgbench_accounts",), ("pgbench_branches",), ("pgbench_tellers",)]]
