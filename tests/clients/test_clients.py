"""Each client's common script: every check it reports must hold, here and on PostgreSQL 15.

The clients come from `tools/install-deps clients` ($FIRN_CLIENTS is another Python that has them);
without them these tests are skipped. At the end a table of clients and checks is printed.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DEPS = Path(os.environ.get("FIRN_DEPS", HERE.parents[1] / "build/deps"))
PYTHON = Path(os.environ.get("FIRN_CLIENTS", DEPS / "clients")) / "bin/python"
CLIENTS = ["psycopg", "sqlalchemy", "asyncpg", "dbt", "duckdb", "django", "fdw"]
# Checks that firn does not pass: client -> name of the check and why.
OPEN = {
    "duckdb": {"create, insert, read": "a table filled in the same session is read by ctid"},
    "django": {"migrate": "its own tables have DEFERRABLE foreign keys"},
}
# What its script needs besides the server it asks: a database of a PostgreSQL 15 of its own.
WITH_POSTGRES = {"fdw"}


def checks(client: str, *where: str) -> list[dict]:
    if not PYTHON.exists():
        pytest.skip("tools/install-deps clients has not run")
    ran = subprocess.run([PYTHON, HERE / f"client_{client}.py", *where], text=True,
                         capture_output=True, timeout=300, check=False)
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
def test_client(firn, database, table, client):
    others = [database("near")] if client in WITH_POSTGRES else []
    said = checks(client, f"postgresql://firn@127.0.0.1:{firn.ports['pg']}/main", *others)
    table[client] = (len(said) - len(failed(said)), len(said))
    assert len(said) >= 4
    if client in OPEN and failed(said):
        pytest.xfail("; ".join(f"{check}: {why}" for check, why in OPEN[client].items()))
    assert not failed(said), "\n".join(failed(said))
    assert client not in OPEN, f"{client} passes: take it out of OPEN"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_script_asks_what_postgres_does(database, client):
    others = [database("near")] if client in WITH_POSTGRES else []
    said = checks(client, database("far"), *others)
    assert not failed(said), "\n".join(failed(said))
