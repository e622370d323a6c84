"""GROUP BY a PRIMARY KEY: the table's other columns may be named beside it, as in PostgreSQL 15."""

from __future__ import annotations

import psycopg
import pytest

from ddl_script import differences

SCRIPT = """
CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE p (id int PRIMARY KEY, name text, j jsonb, n numeric);
CREATE TABLE q (a int, b int, note text, PRIMARY KEY (a, b));
CREATE TABLE o (id int PRIMARY KEY, p_id int, qty int);
INSERT INTO p VALUES (1, 'one', '{"k": 1}', 1.50), (2, 'one', NULL, 2), (3, 'three', '[]', NULL);
!flush
INSERT INTO o VALUES (1, 1, 10), (2, 1, 20), (3, 2, 5), (4, 9, 7);
INSERT INTO q VALUES (1, 1, 'x'), (1, 2, 'x'), (2, 1, 'y');
SELECT p.name, sum(o.qty) FROM p JOIN o ON o.p_id = p.id GROUP BY p.id ORDER BY p.id;
SELECT p.*, count(o.id) FROM p LEFT JOIN o ON o.p_id = p.id GROUP BY p.id ORDER BY p.id;
SELECT name, n, count(*) FROM p GROUP BY id HAVING name <> 'three' ORDER BY name, id;
SELECT upper(p.name), o.qty, count(*) FROM p JOIN o ON o.p_id = p.id GROUP BY p.id, o.qty
  ORDER BY 1, 2;
SELECT note, count(*) FROM q GROUP BY a, b ORDER BY a, b;
SELECT x.c, count(*) FROM p AS x (k, c) GROUP BY x.k ORDER BY x.k;
SELECT o.id, p.name FROM o LEFT JOIN p ON p.id = o.p_id GROUP BY o.id, p.id ORDER BY 1;
"""
NOT_THE_KEY = [
    "SELECT note FROM s.q GROUP BY a",
    "SELECT name FROM s.p GROUP BY n",
    "SELECT p.name, sum(o.qty) FROM s.p JOIN s.o ON o.p_id = p.id GROUP BY o.id",
]


@pytest.mark.service
def test_columns_beside_a_grouped_key_are_those_of_postgresql(firn_server, postgres_server):
    with firn_server().connect() as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute("DROP SCHEMA IF EXISTS s CASCADE")
        found = differences(SCRIPT, ours, theirs)
        theirs.execute("RESET search_path")
        for statement in NOT_THE_KEY:
            for session in (ours, theirs):
                with pytest.raises(psycopg.errors.GroupingError):
                    session.execute(statement)
                session.rollback()
    assert not found, "\n".join(found)
