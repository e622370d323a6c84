"""Each client's common script: every check it reports must hold, here and on PostgreSQL 15.

The clients are no part of what `make test` installs: there these tests are skipped, and
`make test-clients` fetches them first.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DEPS = Path(os.environ.get("FIRN_DEPS", HERE.parents[1] / "build/deps"))
PYTHON = DEPS / "clients/bin/python"


def checks(client: str, where: str) -> list[dict]:
    if not PYTHON.exists():
        pytest.skip(f"no SQLAlchemy and psycopg in {DEPS}/clients: `tools/install-deps clients` "
                    "(or `make test-clients`) installs them")
    ran = subprocess.run([PYTHON, HERE / f"client_{client}.py", where], text=True,
                         capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("client", ["psycopg", "sqlalchemy"])
def test_client(firn, client):
    where = f"postgresql://firn@127.0.0.1:{firn.ports['pg']}/main"
    said = checks(client, where)
    assert len(said) >= 4
    failed = [f"{one['check']}: {one['message']}" for one in said if not one["ok"]]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("client", ["psycopg", "sqlalchemy"])
def test_the_script_asks_what_postgres_does(postgres_server, client):
    with postgres_server() as session:
        info = session.info
        where = f"postgresql://{info.user}@{info.host}:{info.port}/{info.dbname}"
    failed = [f"{one['check']}: {one['message']}" for one in checks(client, where) if not one["ok"]]
    assert not failed, "\n".join(failed)
