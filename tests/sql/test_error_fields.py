"""What an error is about: schema, table, column, constraint, data type, as PostgreSQL 15 says."""

from __future__ import annotations

import psycopg
import pytest

SETUP = [
    "CREATE SCHEMA about",
    "CREATE DOMAIN about.age AS int CONSTRAINT grown CHECK (VALUE > 17)",
    "CREATE TABLE about.t (id int PRIMARY KEY, n int NOT NULL, "
    "c int CONSTRAINT small CHECK (c < 9), a about.age)",
    "INSERT INTO about.t VALUES (1, 1, 1, 18)",
]
STATEMENTS = [
    "INSERT INTO about.t VALUES (1, 2, 3, 20)",
    "INSERT INTO about.t VALUES (2, NULL, 3, 20)",
    "INSERT INTO about.t SELECT 2, NULL, 3, 20",
    "INSERT INTO about.t VALUES (2, 2, 10, 20)",
    "INSERT INTO about.t VALUES (2, 2, 3, 1)",
    "ALTER TABLE about.t ADD CONSTRAINT big CHECK (n > 5)",
    "SELECT 1 / 0",
    "SELECT nosuch FROM about.t",
]
FIELDS = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name",
          "datatype_name")


def about(session, statement: str) -> dict[str, str | None]:
    with pytest.raises(psycopg.Error) as failed:
        session.execute(statement)
    return {field: getattr(failed.value.diag, field) for field in FIELDS}


@pytest.mark.service
def test_errors_name_what_they_are_about(firn_server, postgres_server):
    with firn_server().connect(autocommit=True) as ours, postgres_server() as theirs:
        theirs.autocommit = True
        for statement in SETUP:
            ours.execute(statement)
            theirs.execute(statement)
        for statement in STATEMENTS:
            assert about(ours, statement) == about(theirs, statement), statement
        theirs.execute("DROP SCHEMA about CASCADE")


@pytest.mark.parametrize("least, told", [
    ("notice", ["NOTICE", "WARNING"]), ("warning", ["WARNING"]), ("error", [])])
def test_client_min_messages_is_the_least_that_is_sent(firn, least, told):
    with firn.connect(autocommit=True) as session:
        heard = []
        session.add_notice_handler(lambda diagnostic: heard.append(diagnostic.severity))
        session.execute(f"SET client_min_messages = {least}")
        session.execute("DROP TABLE IF EXISTS no_such_table")
        session.execute("COMMIT")
    assert heard == told
