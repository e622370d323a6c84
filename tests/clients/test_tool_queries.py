"""The introspection queries of DBeaver, Grafana and Metabase: the same columns and types as
PostgreSQL's, and the same rows where they can be compared."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
OIDS = {"shop": "'shop'::regnamespace::oid", "customer": "'shop.customer'::regclass::oid",
        "item": "'shop.item'::regclass::oid", "key": "'shop.customer_pkey'::regclass::oid",
        "view": "'shop.spending'::regclass::oid"}


VISITS = """
CREATE TABLE shop.visit (id integer PRIMARY KEY, customer_id bigint REFERENCES shop.customer (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, code char(6), shelf smallint,
  FOREIGN KEY (code, shelf) REFERENCES shop.item ON UPDATE SET NULL);
"""


def queries() -> list:
    """(text, whether rows are compared), each named for its comment."""
    found, name, number = [], "", 0
    for part in (HERE / "tool_queries.sql").read_text().split(";\n"):
        comments = [line for line in part.splitlines() if line.startswith("--")]
        text = "\n".join(line for line in part.splitlines() if not line.startswith("--")).strip()
        if not text:
            continue
        number = 1 if comments else number + 1
        name = comments[-1].removeprefix("-- ") if comments else name
        title = name.removeprefix("rows ") + (f" {number}" if number > 1 else "")
        found.append(pytest.param(text, name.startswith("rows "), id=title))
    return found


@pytest.fixture(scope="module")
def both(firn, postgres_server):
    with firn.connect() as ours, postgres_server() as theirs:
        for session in (ours, theirs):
            session.execute("DROP SCHEMA IF EXISTS shop CASCADE")
            session.execute((HERE / "schema.sql").read_text())
            # PostgreSQL takes the setting for one of an extension it does not know.
            session.execute("SET firn.unenforced_constraints = accept")
            session.execute(VISITS)
        yield ours, theirs


# Types that firn does not have, which it shows as text: pg_node_tree, anyarray.
AS_TEXT = {194: 25, 2277: 25}


def answer(session: psycopg.Connection, query: str):
    for name, oid in OIDS.items():
        if "{" + name + "}" in query:
            found = session.execute("SELECT " + oid).fetchone()[0]
            query = query.replace("{" + name + "}", str(found))
    cursor = session.execute(query)
    shape = [(one.name, AS_TEXT.get(one.type_code, one.type_code)) for one in cursor.description]
    return shape, cursor.fetchall()


@pytest.mark.parametrize("query, rows_agree", queries())
def test_a_tool_asks(both, query, rows_agree):
    ours, theirs = (answer(session, query) for session in both)
    assert ours[0] == theirs[0]
    if rows_agree:
        assert ours[1] == theirs[1]
    else:
        assert bool(ours[1]) <= bool(theirs[1])
