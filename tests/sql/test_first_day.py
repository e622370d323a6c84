"""What an application meets on its first day, answered as PostgreSQL 15 answers it."""

from __future__ import annotations

import psycopg
import pytest

from ddl_script import differences

START = """
CREATE SCHEMA s;
SET search_path = s;
"""
GROUPS = """
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


INSERTS = """
CREATE TABLE n (id int, a numeric);
INSERT INTO n SELECT 1, 1.5;
INSERT INTO n VALUES (2, 1 + 2 * 0.01), (3, round(2.345, 2)), (4, 7);
INSERT INTO n SELECT id + 10, a FROM n;
INSERT INTO n SELECT 30, sum(id) FROM n;
INSERT INTO n SELECT 31, avg(a)::numeric(10, 3) FROM n WHERE id < 10;
SELECT id, a::float8 FROM n ORDER BY id;
WITH x AS (SELECT 40 AS id, 2.5 AS a) INSERT INTO n SELECT * FROM x;
WITH x AS (SELECT 41 AS id), y AS (SELECT 5 AS a)
  INSERT INTO n WITH z AS (SELECT id, a FROM x, y) SELECT id, a + 1 FROM z;
WITH RECURSIVE r (i) AS (VALUES (50) UNION ALL SELECT i + 1 FROM r WHERE i < 53)
  INSERT INTO n (id) SELECT i FROM r;
PREPARE p AS WITH x AS (SELECT 60 AS id) INSERT INTO n (id) SELECT id FROM x;
EXECUTE p;
SELECT id, a::float8 FROM n WHERE id >= 40 ORDER BY id;
"""


@pytest.mark.service
@pytest.mark.parametrize("script", [GROUPS, INSERTS], ids=["groups", "inserts"])
def test_scripts_are_answered_as_by_postgresql(firn_server, postgres_server, script):
    with firn_server().connect() as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute("DROP SCHEMA IF EXISTS s CASCADE")
        found = differences(START + script, ours, theirs)
        theirs.execute("RESET search_path")
    assert not found, "\n".join(found)


def test_a_time_limit_set_in_the_same_message_has_effect(firn):
    with firn.connect(autocommit=True) as session:
        with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
            session.execute("SET statement_timeout = '300ms'; WITH RECURSIVE t AS (SELECT 1 AS n "
                            "UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t")


@pytest.mark.service
def test_columns_beside_what_is_no_key_are_refused_as_by_postgresql(firn_server, postgres_server):
    with firn_server().connect() as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute("DROP SCHEMA IF EXISTS s CASCADE")
        found = differences(START + GROUPS, ours, theirs)
        theirs.execute("RESET search_path")
        for statement in NOT_THE_KEY:
            for session in (ours, theirs):
                with pytest.raises(psycopg.errors.GroupingError):
                    session.execute(statement)
                session.rollback()
    assert not found, "\n".join(found)
