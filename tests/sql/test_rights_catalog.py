"""Owners, grants and roles as the system catalog and the functions tell them: as PostgreSQL 15."""

from __future__ import annotations

from ddl_script import differences

SCRIPT = """
DROP SCHEMA IF EXISTS s CASCADE;
CREATE ROLE alice LOGIN CREATEROLE CONNECTION LIMIT 3;
CREATE ROLE bob NOINHERIT LOGIN;
CREATE ROLE team;
CREATE ROLE "odd role";
GRANT team TO bob WITH ADMIN OPTION;
GRANT team TO alice;
CREATE SCHEMA s;
ALTER SCHEMA s OWNER TO alice;
CREATE TABLE s.t (id int, name text);
ALTER TABLE s.t OWNER TO alice;
CREATE VIEW s.v AS SELECT id FROM s.t;
ALTER VIEW s.v OWNER TO bob;
CREATE SEQUENCE s.q;
ALTER SEQUENCE s.q OWNER TO team;
CREATE TABLE s.untouched (a int);
ALTER TABLE s.untouched OWNER TO bob;
GRANT USAGE ON SCHEMA s TO team WITH GRANT OPTION;
GRANT SELECT, INSERT ON s.t TO team, "odd role";
GRANT UPDATE (name) ON s.t TO bob;
GRANT SELECT (id) ON s.t TO PUBLIC;
GRANT SELECT ON s.v TO PUBLIC;
GRANT ALL ON s.q TO bob WITH GRANT OPTION;

SELECT relname, pg_get_userbyid(relowner), relacl::text FROM pg_class c
  JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 's' ORDER BY 1;
SELECT attname, attacl::text FROM pg_attribute
  WHERE attrelid = 's.t'::regclass AND attnum > 0 ORDER BY attnum;
SELECT nspname, pg_get_userbyid(nspowner), nspacl::text FROM pg_namespace WHERE nspname = 's';
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit
  FROM pg_roles WHERE rolname IN ('alice', 'bob', 'team', 'odd role') ORDER BY 1;
SELECT usename, usesuper FROM pg_user WHERE usename IN ('alice', 'bob', 'team') ORDER BY 1;
SELECT pg_get_userbyid(roleid), pg_get_userbyid(member), admin_option FROM pg_auth_members
  WHERE pg_get_userbyid(roleid) = 'team' ORDER BY 2;
SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 's' ORDER BY 1;
SELECT viewname, viewowner FROM pg_views WHERE schemaname = 's';
SELECT sequencename, sequenceowner FROM pg_sequences WHERE schemaname = 's';
SELECT schema_owner FROM information_schema.schemata WHERE schema_name = 's';
SELECT grantor, grantee, table_name, privilege_type, is_grantable
  FROM information_schema.table_privileges WHERE table_schema = 's' ORDER BY 3, 2, 4;
SELECT grantor, grantee, table_name, column_name, privilege_type, is_grantable
  FROM information_schema.column_privileges WHERE table_schema = 's' ORDER BY 3, 4, 2, 5;
SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE table_schema = 's'
  ORDER BY 1;

SELECT has_table_privilege('alice', 's.t', 'DELETE'), has_table_privilege('bob', 's.t', 'SELECT'),
  has_table_privilege('team', 's.t', 'select, delete'), has_table_privilege('bob', 's.t', 'UPDATE'),
  has_table_privilege('team', 's.t', 'SELECT WITH GRANT OPTION'),
  has_table_privilege('team', 's.v'::regclass::oid, 'SELECT');
SELECT has_column_privilege('bob', 's.t', 'name', 'UPDATE'),
  has_column_privilege('bob', 's.t', 'id', 'UPDATE'),
  has_column_privilege('bob', 's.t', 1::int2, 'SELECT'),
  has_any_column_privilege('bob', 's.t', 'UPDATE'),
  has_any_column_privilege('odd role', 's.t', 'REFERENCES');
SELECT has_schema_privilege('team', 's', 'USAGE'), has_schema_privilege('odd role', 's', 'USAGE'),
  has_schema_privilege('team', 's', 'USAGE WITH GRANT OPTION'),
  has_schema_privilege('alice', 's', 'CREATE'), has_schema_privilege('bob', 'public', 'USAGE'),
  has_schema_privilege('bob', 'public', 'CREATE'),
  has_schema_privilege('bob', 'pg_catalog', 'USAGE');
SELECT has_sequence_privilege('bob', 's.q', 'USAGE'),
  has_sequence_privilege('alice', 's.q', 'SELECT'),
  has_sequence_privilege('odd role', 's.q', 'UPDATE');
SELECT has_table_privilege('bob', 'pg_class', 'SELECT'),
  has_table_privilege('bob', 'pg_class', 'INSERT'),
  has_table_privilege('bob', 'pg_authid', 'SELECT');
SELECT has_database_privilege('bob', current_database(), 'CONNECT'),
  has_database_privilege('bob', current_database(), 'CREATE'),
  has_database_privilege('bob', current_database(), 'TEMP');
SELECT pg_has_role('alice', 'team', 'USAGE'), pg_has_role('bob', 'alice', 'MEMBER'),
  pg_has_role('bob', 'team', 'USAGE WITH ADMIN OPTION'), pg_has_role('team', 'team', 'MEMBER');
SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = 's' AND has_table_privilege('odd role', c.oid, 'SELECT') ORDER BY 1;
SELECT has_table_privilege(0::oid, 'SELECT');
SELECT has_table_privilege('nobody', 's.t', 'SELECT');
SELECT has_table_privilege('bob', 's.nothing', 'SELECT');
SELECT has_table_privilege('bob', 's.t', 'FLY');
SELECT has_column_privilege('bob', 's.t', 'nothing', 'SELECT');
SELECT has_schema_privilege('bob', 'nothing', 'USAGE');

SET ROLE bob;
SELECT current_user, has_table_privilege('s.t', 'INSERT'), has_table_privilege('s.t', 'SELECT'),
  has_column_privilege('s.t', 'name', 'UPDATE'), has_schema_privilege('s', 'USAGE');
SELECT role_name FROM information_schema.enabled_roles WHERE role_name <> 'nothing' ORDER BY 1;
RESET ROLE;
REVOKE ALL ON s.t FROM team, "odd role", PUBLIC;
SELECT relacl::text FROM pg_class WHERE oid = 's.t'::regclass;
ALTER DEFAULT PRIVILEGES FOR ROLE alice IN SCHEMA s GRANT SELECT ON TABLES TO bob;
ALTER DEFAULT PRIVILEGES FOR ROLE alice GRANT USAGE ON SEQUENCES TO team;
SELECT pg_get_userbyid(defaclrole), defaclnamespace::regnamespace::text, defaclobjtype,
  defaclacl::text FROM pg_default_acl ORDER BY 3;
"""


def test_the_catalog_tells_owners_and_grants_as_postgresql(firn_server, postgres_server):
    firn = firn_server()
    with firn.connect(dbname="postgres") as ours, postgres_server() as theirs:
        ours.autocommit = True
        for role in ("alice", "bob", "team", "carol", "dave", "odd role"):
            if theirs.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                theirs.execute(f'DROP OWNED BY "{role}"')
                theirs.execute(f'DROP ROLE "{role}"')
        found = differences(SCRIPT, ours, theirs)
    assert not found, "\n".join(found)
