"""Each client's common script: every check it reports must hold, here and on PostgreSQL 15.

The clients come from `tools/install-deps clients` ($FIRN_CLIENTS is another folder that has them).
They run in `make test-clients`, where one that is missing fails. At the end a table of clients and
checks is printed.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
DEPS = Path(os.environ.get("FIRN_DEPS", HERE.parents[1] / "build/deps"))
FOLDER = Path(os.environ.get("FIRN_CLIENTS", DEPS / "clients"))
ALL = os.environ.get("FIRN_TEST_CLIENTS") == "all"
WANTED = ALL or "FIRN_CLIENTS" in os.environ
PYTHON = ["psycopg", "sqlalchemy", "asyncpg", "dbt", "duckdb", "django", "fdw"]
OTHERS = ["node", "pgx", "jdbc"]
CLIENTS = PYTHON + OTHERS
# Checks that firn does not pass: client -> name of the check and why.
OPEN = {
    "jdbc": {"the table of a result's column": "RowDescription names no tables"},
}
# What its script needs besides the server it asks: a database of a PostgreSQL 15 of its own.
WITH_POSTGRES = {"fdw"}


def command(client: str) -> tuple[list[str | Path], Path, dict[str, str]]:
    """What runs a client's script, what must be there for it, and what it finds its parts by."""
    if client == "node":
        parts = FOLDER / "node/node_modules"
        return ["node", HERE / "client_node.js"], parts / "pg", {"NODE_PATH": str(parts)}
    if client == "pgx":
        run = ["go", "run", HERE / "client_pgx.go"]
        return run, FOLDER / "go/go.sum", {"GOFLAGS": "-mod=mod"}
    if client == "jdbc":
        jar = next((FOLDER / "java").glob("postgresql-*.jar"), FOLDER / "java/postgresql.jar")
        return ["java", "-cp", jar, HERE / "ClientJdbc.java"], jar, {}
    return [FOLDER / "bin/python", HERE / f"client_{client}.py"], FOLDER / "bin/python", {}


@pytest.fixture(autouse=True)
def only_when_wanted():
    if not WANTED:
        pytest.skip("runs in `make test-clients`, which installs the clients: "
                    "tools/install-deps clients")


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> Path:
    """values.json as lines of type, value, value as text: tabs between, escapes as in COPY."""
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")

    entries = json.loads((HERE / "values.json").read_text())
    file = tmp_path_factory.mktemp("values") / "values.tsv"
    file.write_text("".join(f"{entry['type']}\t{escaped(value)}\t{escaped(value)}\n"
                            for entry in entries for value in entry["values"]))
    return file


def checks(client: str, *where: str | Path) -> list[dict]:
    run, needed, environment = command(client)
    if not needed.exists():
        said = f"no {needed}: tools/install-deps clients installs it"
        pytest.fail(said) if ALL else pytest.skip(said)
    if client in OTHERS:
        with psycopg.connect(where[0], autocommit=True) as session:
            session.execute("DROP SCHEMA IF EXISTS shop CASCADE")
            session.execute((HERE / "schema.sql").read_text())
    ran = subprocess.run([*run, *where], text=True, capture_output=True, timeout=300, check=False,
                         cwd=FOLDER if client != 'pgx' else FOLDER / 'go',
                         env={**os.environ, **environment})
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture
def database(postgres_server):
    """database(name) makes one of the private PostgreSQL anew and gives its address."""
    with postgres_server() as session:
        info = session.info

        def make(name: str) -> str:
            session.execute(f"DROP DATABASE IF EXISTS {name}")
            session.execute(f"CREATE DATABASE {name}")
            return f"postgresql://{info.user}@{info.host}:{info.port}/{name}"

        yield make


@pytest.fixture(scope="module")
def table():
    """client -> (checks that hold, checks); printed when all have run."""
    rows: dict[str, tuple[int, int]] = {}
    yield rows
    for client, (held, asked) in rows.items():
        print(f"client {client:<12} {held:>3} of {asked:>3} checks")


def failed(said: list[dict]) -> list[str]:
    return [f"{one['check']}: {one['message']}" for one in said if not one["ok"]]


@pytest.mark.parametrize("client", CLIENTS)
def test_client(firn, database, values, table, client):
    others = [database("near")] if client in WITH_POSTGRES else []
    others += [values] if client in OTHERS else []
    said = checks(client, f"postgresql://firn@127.0.0.1:{firn.ports['pg']}/main", *others)
    table[client] = (len(said) - len(failed(said)), len(said))
    assert len(said) >= 4
    still_open = OPEN.get(client, {})
    wrong = [line for line in failed(said) if line.split(": ")[0] not in still_open]
    assert not wrong, "\n".join(wrong)
    held = [one["check"] for one in said if one["ok"] and one["check"] in still_open]
    assert not held, f"these hold: take them out of OPEN: {held}"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_script_asks_what_postgres_does(database, values, client):
    others = [database("near")] if client in WITH_POSTGRES else []
    others += [values] if client in OTHERS else []
    said = checks(client, database("far"), *others)
    assert not failed(said), "\n".join(failed(said))
