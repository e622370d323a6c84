"""What a test compares with must be there: else the test fails and says what installs it."""

from pathlib import Path

import pytest

import postgres_server


def test_a_missing_postgresql_is_a_failure_that_names_the_command(monkeypatch):
    monkeypatch.setattr(postgres_server, "BIN", Path("/nowhere/postgresql/15/bin"))
    with pytest.raises(FileNotFoundError, match="tools/install-deps"):
        with postgres_server.private_postgres():
            pytest.fail("it began")
