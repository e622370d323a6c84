"""psql's \\d and its family print what they print on PostgreSQL 15 with the same objects."""

from __future__ import annotations

import os
import re
import subprocess

import psycopg
import pytest

PSQL = "psql"  # tests/clients/test_psql18.py asks with another
OBJECTS = r"""
CREATE SCHEMA s2;
COMMENT ON SCHEMA s2 IS 'a schema';
CREATE TABLE plain (id integer PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x',
  price numeric(10,2), at timestamp with time zone, CONSTRAINT dear CHECK (price > 0));
COMMENT ON TABLE plain IS 'a table';
COMMENT ON COLUMN plain.name IS 'a name';
CREATE TABLE s2.other (a bigserial, b text);
CREATE VIEW v AS SELECT id, name FROM plain;
CREATE SEQUENCE seq START 5;
CREATE TABLE "Mixed Case" ("Id" integer GENERATED ALWAYS AS IDENTITY, b boolean, u uuid, d date);
CREATE TABLE keyless (a smallint, b real, c double precision, d bytea);
"""

COMMANDS = [
    r"\d", r"\d plain", r"\d v", r"\d seq", r"\d s2.*", r'\d "Mixed Case"', r"\d keyless",
    r"\d nothing", r"\dt", r"\dt s2.*", r"\dt *.other", r"\dv", r"\ds", r"\di", r"\dT",
    r"\df", r"\dm", r"\dE", r"\dy", r"\dew", r"\des", r"\det", r"\dD", r"\dP", r"\dRp", r"\dRs",
    r"\dX", r"\d+ plain", r"\d+ v", r"\d+ s2.other", r"\dv+", r"\ds+", r"\di+", r"\dp",
    r"\ddp", r"\drds", r"\dd", r"\sv v", r"\d *plain*", r"\dt nothing",
    "SELECT 1 AS one, 'x'::text AS two, 1.5::numeric(5,2) AS three \\gdesc",
]

# What firn says otherwise, and why:
#   owners      PostgreSQL's is whoever ran initdb; firn's first role is firn
#   sizes       hot rows and lake files are counted, not pages
#   views       the text is as written, PostgreSQL writes it anew
#   checks      the same: as written, in parentheses
def alike(text: str) -> str:
    text = text.replace("postgres", "owner").replace("firn", "owner")
    text = re.sub(r"\b\d+ (bytes|kB)", "size", text)
    lines = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if set(line) <= set("-+ "):
            cells = [""]
        lines.append("|".join(cells).strip())
    text = "\n".join(line for line in lines if line)
    text = re.sub(r"View definition:\n(.*\n)*?.*;", "View definition: …", text)
    text = re.sub(r"CREATE OR REPLACE VIEW (\S+) AS\n(.*\n?)*", r"CREATE OR REPLACE VIEW \1", text)
    return text.replace("0::numeric", "0").replace("((price > 0))", "(price > 0)")


def run(environment: dict[str, str], command: str) -> str:
    ran = subprocess.run([PSQL, "-X", "-c", command] if "gdesc" not in command
                         else [PSQL, "-X"], input=command, env=environment, text=True,
                         capture_output=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def both(firn, postgres_server):
    with postgres_server() as mother:
        mother.execute("DROP DATABASE IF EXISTS describe_test")
        mother.execute("CREATE DATABASE describe_test")
        info = mother.info
        theirs = {**os.environ, "PGHOST": info.host, "PGPORT": str(info.port),
                  "PGUSER": info.user, "PGDATABASE": "describe_test"}
    ours = firn.client_environment()
    for environment in (ours, theirs):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", OBJECTS],
                       env=environment, check=True, timeout=60)
    return ours, theirs


@pytest.mark.parametrize("command", COMMANDS)
def test_psql_prints_the_same(both, command):
    ours, theirs = (alike(run(environment, command)) for environment in both)
    assert ours == theirs


@pytest.mark.parametrize("command, words", [
    (r"\l", ["Name", "Owner", "Encoding", "UTF8"]),
    (r"\l+", ["Tablespace", "pg_default"]),
    (r"\du", ["Role name", "Superuser"]),
    (r"\db", ["pg_default", "pg_global"]),
    (r"\dx", ["extensions"]),
    (r"\dL", ["languages"]),
    (r"\dt+", ["plain", "a table", "Size"]),
    (r"\dn", ["public", "s2", "firn"]),
    (r"\dn+", ["a schema"]),
    (r"\conninfo", ["You are connected"]),
    (r"\dC", ["Source type"]),
])
def test_psql_lists_what_is_firns_own(both, command, words):
    printed = run(both[0], command)
    assert "ERROR" not in printed, printed
    assert all(word in printed for word in words), printed


def test_copy_and_watch(both):
    ours = both[0]
    out = subprocess.run(["psql", "-X", "-c", r"\copy plain (id, name) FROM STDIN (FORMAT csv)",
                          "-c",
                          r"\copy (SELECT id, name FROM plain ORDER BY id) TO STDOUT"],
                         input="7,seven\n8,eight\n", env=ours, text=True, capture_output=True,
                         timeout=60, check=True)
    assert out.stdout.splitlines()[-2:] == ["7\tseven", "8\teight"]
