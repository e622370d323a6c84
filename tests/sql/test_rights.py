"""Rights: every statement of these scripts is allowed or refused as PostgreSQL 15 does, with its
words. The roles are made and switched to inside the scripts."""

from __future__ import annotations

import psycopg
import pytest

from ddl_script import differences

ROLES = """
CREATE ROLE alice;
CREATE ROLE bob;
CREATE ROLE team;
CREATE SCHEMA s;
CREATE TABLE s.t (id int, name text, salary numeric(10,2));
INSERT INTO s.t VALUES (1, 'one', 100.00), (2, 'two', 200.00);
CREATE VIEW s.names AS SELECT name, salary FROM s.t;
CREATE SEQUENCE s.q;
"""
SCRIPTS = {
    "nothing_is_given": """
SET ROLE alice;
SELECT * FROM s.t;
SELECT * FROM s.names;
INSERT INTO s.t VALUES (3, 'three', 1);
TRUNCATE s.t;
SELECT nextval('s.q');
CREATE TABLE s.mine (a int);
CREATE TABLE public.mine (a int);
CREATE SCHEMA mine;
DROP TABLE s.t;
ALTER TABLE s.t ADD COLUMN x int;
CREATE TEMP TABLE mine (a int);
INSERT INTO mine VALUES (1);
SELECT * FROM mine;
DROP TABLE mine;
RESET ROLE;
""",
    "tables": """
GRANT USAGE ON SCHEMA s TO alice;
GRANT SELECT, INSERT ON s.t TO alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
INSERT INTO s.t VALUES (3, 'three', 1);
SELECT * FROM s.t ORDER BY id;
SELECT * FROM s.names;
TRUNCATE s.t;
ALTER TABLE s.t ADD COLUMN x int;
ALTER TABLE s.t RENAME TO u;
DROP TABLE s.t;
COMMENT ON TABLE s.t IS 'mine';
CREATE TABLE s.copied AS SELECT 1 AS a;
GRANT SELECT ON s.t TO bob;
RESET ROLE;
REVOKE INSERT ON s.t FROM alice;
SET ROLE alice;
INSERT INTO s.t VALUES (4, 'four', 1);
SELECT count(*) FROM s.t;
RESET ROLE;
REVOKE ALL ON s.t FROM alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
RESET ROLE;
""",
    "columns": """
GRANT USAGE ON SCHEMA s TO alice;
GRANT SELECT (id, name), INSERT (id) ON s.t TO alice;
SET ROLE alice;
SELECT id, name FROM s.t ORDER BY id;
SELECT count(*) FROM s.t;
SELECT salary FROM s.t;
SELECT * FROM s.t;
SELECT id FROM s.t WHERE salary > 1;
SELECT id FROM s.t ORDER BY salary;
SELECT a.id FROM s.t a JOIN s.t b USING (id) ORDER BY 1;
SELECT a.id FROM s.t a JOIN s.t b USING (salary);
SELECT t.* FROM (SELECT id, name FROM s.t) t ORDER BY id;
WITH w AS (SELECT * FROM s.t) SELECT id FROM w;
INSERT INTO s.t (id) VALUES (9);
INSERT INTO s.t (id, name) VALUES (9, 'nine');
INSERT INTO s.t VALUES (9);
RESET ROLE;
REVOKE SELECT (name) ON s.t FROM alice;
SET ROLE alice;
SELECT id FROM s.t ORDER BY 1;
SELECT name FROM s.t;
RESET ROLE;
GRANT SELECT (nothing) ON s.t TO alice;
""",
    "views_have_their_owners_rights": """
GRANT USAGE ON SCHEMA s TO alice, bob;
GRANT CREATE ON SCHEMA s TO alice;
GRANT SELECT ON s.names TO bob;
SET ROLE bob;
SELECT name FROM s.names ORDER BY name;
SELECT name FROM s.t;
RESET ROLE;
GRANT SELECT ON s.t TO alice;
SET ROLE alice;
CREATE VIEW s.alices AS SELECT id FROM s.t;
GRANT SELECT ON s.alices TO bob;
SET ROLE bob;
SELECT id FROM s.alices ORDER BY id;
RESET ROLE;
REVOKE SELECT ON s.t FROM alice;
SET ROLE bob;
SELECT id FROM s.alices ORDER BY id;
DROP VIEW s.alices;
RESET ROLE;
""",
    "owners": """
GRANT USAGE, CREATE ON SCHEMA s TO alice, bob;
SET ROLE alice;
CREATE TABLE s.mine (a int);
INSERT INTO s.mine VALUES (1);
SELECT * FROM s.mine;
ALTER TABLE s.mine ADD COLUMN b int;
TRUNCATE s.mine;
SET ROLE bob;
SELECT * FROM s.mine;
DROP TABLE s.mine;
SET ROLE alice;
ALTER TABLE s.mine OWNER TO bob;
RESET ROLE;
ALTER TABLE s.mine OWNER TO bob;
SET ROLE bob;
SELECT * FROM s.mine;
SET ROLE alice;
SELECT * FROM s.mine;
RESET ROLE;
ALTER SCHEMA s OWNER TO alice;
SET ROLE alice;
DROP TABLE s.mine;
RESET ROLE;
ALTER TABLE s.nothing OWNER TO alice;
ALTER TABLE s.t OWNER TO nobody;
ALTER VIEW s.names OWNER TO alice;
ALTER SEQUENCE s.q OWNER TO alice;
""",
    "groups_and_public": """
GRANT USAGE ON SCHEMA s TO PUBLIC;
GRANT SELECT ON s.t TO team;
GRANT team TO alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
SET ROLE bob;
SELECT count(*) FROM s.t;
RESET ROLE;
GRANT SELECT ON s.t TO PUBLIC;
SET ROLE bob;
SELECT count(*) FROM s.t;
RESET ROLE;
REVOKE SELECT ON s.t FROM PUBLIC;
REVOKE team FROM alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
RESET ROLE;
""",
    "grant_options": """
GRANT USAGE ON SCHEMA s TO PUBLIC;
GRANT SELECT ON s.t TO alice WITH GRANT OPTION;
SET ROLE alice;
GRANT SELECT ON s.t TO bob;
GRANT SELECT, INSERT ON s.t TO bob;
GRANT INSERT ON s.t TO bob;
SET ROLE bob;
SELECT count(*) FROM s.t;
GRANT SELECT ON s.t TO team;
RESET ROLE;
REVOKE SELECT ON s.t FROM alice;
REVOKE GRANT OPTION FOR SELECT ON s.t FROM alice CASCADE;
SET ROLE bob;
SELECT count(*) FROM s.t;
SET ROLE alice;
SELECT count(*) FROM s.t;
RESET ROLE;
GRANT SELECT ON s.t TO PUBLIC WITH GRANT OPTION;
""",
    "sequences": """
GRANT USAGE ON SCHEMA s TO alice;
GRANT USAGE ON SEQUENCE s.q TO alice;
SET ROLE alice;
SELECT nextval('s.q');
SELECT currval('s.q');
SELECT setval('s.q', 10);
SELECT last_value FROM s.q;
RESET ROLE;
GRANT SELECT, UPDATE ON SEQUENCE s.q TO alice;
SET ROLE alice;
SELECT setval('s.q', 10);
SELECT last_value FROM s.q;
RESET ROLE;
""",
    "serial_columns": """
CREATE TABLE s.numbered (id serial, x int);
CREATE TABLE s.identified (id int GENERATED ALWAYS AS IDENTITY, x int);
GRANT USAGE ON SCHEMA s TO alice;
GRANT INSERT ON s.numbered, s.identified TO alice;
SET ROLE alice;
INSERT INTO s.identified (x) VALUES (1);
INSERT INTO s.numbered (x) VALUES (1);
INSERT INTO s.numbered (id, x) VALUES (1, 1);
RESET ROLE;
GRANT USAGE ON SEQUENCE s.numbered_id_seq TO alice;
SET ROLE alice;
INSERT INTO s.numbered (x) VALUES (1);
RESET ROLE;
""",
    "copies_of_a_table": """
GRANT USAGE ON SCHEMA s TO alice;
SET ROLE alice;
CREATE TEMP TABLE mine (LIKE s.t);
RESET ROLE;
GRANT SELECT ON s.t TO alice;
SET ROLE alice;
CREATE TEMP TABLE mine (LIKE s.t);
DROP TABLE mine;
RESET ROLE;
""",
    "all_in_schema": """
GRANT USAGE ON SCHEMA s TO alice;
GRANT SELECT ON ALL TABLES IN SCHEMA s TO alice;
GRANT ALL ON ALL SEQUENCES IN SCHEMA s TO alice;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA s TO alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
SELECT count(*) FROM s.names;
SELECT nextval('s.q');
RESET ROLE;
REVOKE ALL ON ALL TABLES IN SCHEMA s FROM alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
RESET ROLE;
""",
    "default_privileges": """
GRANT USAGE, CREATE ON SCHEMA s TO alice, bob;
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO alice;
ALTER DEFAULT PRIVILEGES FOR ROLE alice GRANT SELECT, INSERT ON TABLES TO bob;
CREATE TABLE s.later (a int);
SET ROLE alice;
SELECT * FROM s.later;
CREATE TABLE s.hers (a int);
SET ROLE bob;
INSERT INTO s.hers VALUES (1);
SELECT * FROM s.hers;
SELECT * FROM s.later;
TRUNCATE s.hers;
RESET ROLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA s REVOKE SELECT ON TABLES FROM alice;
CREATE TABLE s.last (a int);
SET ROLE alice;
SELECT * FROM s.last;
ALTER DEFAULT PRIVILEGES FOR ROLE bob GRANT SELECT ON TABLES TO alice;
RESET ROLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA nothing GRANT SELECT ON TABLES TO alice;
""",
    "wrong_words": """
GRANT FLY ON s.t TO alice;
GRANT USAGE ON s.t TO alice;
GRANT DELETE ON SCHEMA s TO alice;
GRANT SELECT ON s.nothing TO alice;
GRANT SELECT ON s.t TO nobody;
GRANT SELECT ON SEQUENCE s.t TO alice;
GRANT USAGE ON SCHEMA nothing TO alice;
GRANT TRUNCATE (id) ON s.t TO alice;
REVOKE SELECT ON s.t FROM alice;
""",
    "transactions": """
BEGIN;
GRANT USAGE ON SCHEMA s TO alice;
GRANT SELECT ON s.t TO alice;
SET ROLE alice;
SELECT count(*) FROM s.t;
ROLLBACK;
SET ROLE alice;
SELECT count(*) FROM s.t;
RESET ROLE;
""",
    "database": """
SET ROLE alice;
CREATE SCHEMA hers;
RESET ROLE;
CREATE ROLE carol CREATEROLE;
SET ROLE carol;
CREATE ROLE dave;
RESET ROLE;
DROP ROLE dave;
DROP ROLE carol;
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_rights_are_those_of_postgres(firn_server, postgres_server, name):
    firn = firn_server()
    with firn.connect(dbname="postgres") as ours, postgres_server() as theirs:
        ours.autocommit = True
        theirs.execute("DROP SCHEMA IF EXISTS s CASCADE")
        for role in ("alice", "bob", "team", "carol", "dave"):
            if theirs.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                theirs.execute(f"DROP OWNED BY {role}")
                theirs.execute(f"DROP ROLE {role}")
        found = differences(ROLES + SCRIPTS[name], ours, theirs)
    assert not found, "\n".join(found)


def test_what_is_firns_own_is_for_superusers_and_owners(firn_server):
    firn = firn_server()
    with firn.connect() as session:
        session.autocommit = True
        session.execute("CREATE ROLE alice")
        session.execute("GRANT CREATE ON SCHEMA public TO alice")
        session.execute("CREATE TABLE t (a int)")
        session.execute("SET ROLE alice")
        for refused in ("CHECKPOINT", "CALL firn.flush()", "CALL firn.flush('t')",
                        "SELECT * FROM firn.settings", "SELECT * FROM firn.sessions",
                        "SELECT * FROM firn.files", "SELECT * FROM t AT (LSN => 100)",
                        "COPY t TO STDOUT", "EXPLAIN SELECT * FROM t"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(refused)
        session.execute("CREATE TABLE hers (a int)")
        session.execute("CALL firn.flush('hers')")


def test_rights_outlive_kills_and_their_things(firn_server):
    firn = firn_server()
    with firn.connect() as session:
        session.autocommit = True
        session.execute("CREATE ROLE alice")
        session.execute("CREATE TABLE t (a int)")
        session.execute("GRANT SELECT ON t TO alice")
        session.execute("CHECKPOINT")
        session.execute("CREATE TABLE u (a int)")
        session.execute("GRANT SELECT ON u TO alice")
    firn.kill9()
    firn.start()
    with firn.connect() as session:
        session.autocommit = True
        session.execute("SET ROLE alice")
        for table in "tu":
            assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(f"INSERT INTO {table} VALUES (1)")
        session.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            session.execute("DROP ROLE alice")
        session.execute("DROP TABLE t, u")
        session.execute("DROP ROLE alice")


def test_the_database_and_schema_public_are_two_things(firn_server):
    firn = firn_server()
    with firn.connect() as session:
        session.execute("CREATE ROLE alice")
        session.execute("GRANT CREATE ON SCHEMA public TO alice")
        session.execute("SET ROLE alice")
        session.execute("CREATE TABLE t (a int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="for database"):
            session.execute("CREATE SCHEMA hers")


def test_the_database_is_closed_to_whom_it_is_taken_from(firn_server):
    firn = firn_server()
    with firn.connect() as session:
        session.execute("CREATE ROLE alice LOGIN")
        session.execute("REVOKE CONNECT, TEMP ON DATABASE main FROM PUBLIC")
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            firn.connect(user="alice")
        session.execute("GRANT CONNECT ON DATABASE main TO alice")
        with firn.connect(user="alice") as hers:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="temporary tables"):
                hers.execute("CREATE TEMP TABLE t (a int)")
            session.execute("GRANT TEMP ON DATABASE main TO alice")
            hers.execute("CREATE TEMP TABLE t (a int)")
