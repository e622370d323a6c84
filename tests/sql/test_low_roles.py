"""What roles without rights may do, statement by statement as PostgreSQL 15 answers it: no way to
become somebody else, nothing read through a view, nothing told of what is not theirs."""

from __future__ import annotations

import contextlib

import psycopg
import pytest

ROLES = ("dan", "mem", "team", "maker", "keeper", "boss", "vv", "al")
MADE = """
CREATE ROLE dan LOGIN;
CREATE ROLE team;
CREATE ROLE mem LOGIN IN ROLE team;
CREATE ROLE maker LOGIN CREATEROLE;
CREATE ROLE keeper REPLICATION;
CREATE ROLE boss SUPERUSER;
CREATE ROLE vv LOGIN;
CREATE ROLE al;
CREATE SCHEMA hid;
CREATE TABLE hid.t (id int PRIMARY KEY, b text NOT NULL, CHECK (id > 0));
CREATE SEQUENCE hid.q;
CREATE VIEW hid.w AS SELECT id FROM hid.t;
CREATE TABLE public.pay (id int, salary int);
INSERT INTO public.pay VALUES (1, 100);
GRANT SELECT (id) ON public.pay TO vv;
CREATE SCHEMA work;
GRANT ALL ON SCHEMA work TO PUBLIC;
"""
# Each line: the role that signed in ("su" is a superuser; "!": now, anew), and what it says.
SCRIPTS = {
    "settings that are roles": """
dan: SELECT set_config('role', 'postgres', false)
dan: SELECT set_config('ROLE', 'postgres', false)
dan: SELECT set_config('role', 'nosuch', false)
dan: SELECT set_config('session_authorization', 'postgres', false)
dan: SELECT set_config('session_authorization', 'nosuch', true)
dan: SELECT current_user, session_user
dan: BEGIN
dan: SET LOCAL role = postgres
dan: ROLLBACK
dan: SELECT set_config('role', 'dan', false)
dan: SELECT set_config('role', 'none', true)
dan: SET SESSION AUTHORIZATION dan
dan: SET SESSION AUTHORIZATION mem
dan: RESET ALL
dan: DISCARD ALL
dan: SHOW is_superuser
dan: CREATE ROLE more
dan: SET is_superuser = on
dan: SELECT set_config('is_superuser', 'on', false)
mem: SELECT set_config('role', 'team', true)
mem: SELECT current_user
mem: SELECT set_config('role', 'team', false)
mem: SELECT current_user
mem: RESET ROLE
mem: SELECT current_user
""",
    "settings of a role": """
dan: ALTER ROLE dan SET role = 'postgres'
dan: ALTER ROLE dan SET role = 'nosuch'
dan: ALTER ROLE dan SET session_authorization = 'postgres'
dan: ALTER ROLE dan SET lc_messages = 'C'
dan: ALTER ROLE mem SET work_mem = '1MB'
su: ALTER ROLE dan SET role = 'boss'
dan!: SELECT current_user, session_user
su: ALTER ROLE mem SET role = 'team'
mem: SELECT current_user, session_user
mem: RESET ROLE
mem: SELECT current_user
mem: SET ROLE NONE
mem: SELECT current_user
""",
    "settings for superusers": """
dan: SET session_replication_role = replica
dan: SELECT set_config('session_replication_role', 'replica', false)
dan: SET lc_messages = 'C'
dan: SET LOCAL lc_messages = 'C'
dan: RESET lc_messages
dan: SELECT set_config('lc_messages', NULL, false)
su: SET session_replication_role = replica
su: RESET session_replication_role
su: ALTER ROLE dan SET session_replication_role = replica
dan!: SHOW session_replication_role
dan: SELECT set_config(NULL, 'a', false)
dan: SET search_path = hid
dan: SELECT set_config('search_path', NULL, false)
dan: CREATE EXTENSION pgcrypto
""",
    "a role that makes roles": """
maker: CREATE ROLE m1 LOGIN IN ROLE postgres
maker: CREATE ROLE m2 IN ROLE boss
maker: CREATE ROLE m3 IN ROLE team ROLE team
maker: CREATE ROLE m4 ROLE m4
maker: CREATE ROLE m5 SUPERUSER
maker: CREATE ROLE m6 REPLICATION
maker: CREATE ROLE m7 BYPASSRLS
maker: GRANT boss TO maker
maker: GRANT boss TO maker WITH ADMIN OPTION
maker: REVOKE boss FROM maker
maker: ALTER ROLE boss PASSWORD 'x'
maker: ALTER ROLE boss LOGIN
maker: ALTER ROLE boss RENAME TO b2
maker: ALTER ROLE boss SET work_mem = '1MB'
maker: DROP ROLE boss
maker: ALTER ROLE maker SUPERUSER
maker: ALTER ROLE maker NOSUPERUSER
maker: ALTER ROLE maker REPLICATION
maker: ALTER ROLE maker BYPASSRLS
maker: ALTER ROLE keeper PASSWORD 'x'
maker: ALTER ROLE keeper NOREPLICATION
maker: ALTER ROLE dan SET lc_messages = 'C'
maker: SELECT rolname FROM pg_roles WHERE rolname ~ '^(m[0-9]|b2)'
dan: ALTER ROLE dan VALID UNTIL '2030-01-01'
dan: ALTER ROLE dan CREATEROLE
""",
    "a role made anew is another": """
su: GRANT SELECT ON pay TO dan
dan: SELECT * FROM pay
mem: SET ROLE team
su: REVOKE ALL ON pay FROM dan
su: DROP ROLE dan, team
su: CREATE ROLE dan SUPERUSER LOGIN
su: CREATE ROLE team SUPERUSER
dan: SELECT * FROM pay
dan: SELECT current_user
dan: SELECT session_user
dan: CREATE ROLE more
dan: SET ROLE dan
dan: SET SESSION AUTHORIZATION dan
dan: CREATE TABLE work.mine (a int)
dan: SELECT has_table_privilege('pay', 'select')
dan: SELECT 1
mem: SELECT * FROM pay
mem: CREATE ROLE more
mem: SELECT current_user
mem: RESET ROLE
mem: SELECT current_user
""",
    "columns through a view": """
vv: SELECT id FROM pay
vv: CREATE VIEW work.steal AS SELECT salary FROM pay
vv: SELECT * FROM work.steal
vv: SELECT count(*) FROM work.steal
vv: CREATE VIEW work.whole AS SELECT * FROM pay x(a, b)
vv: SELECT * FROM work.whole
vv: CREATE VIEW work.ids AS SELECT id FROM pay
vv: SELECT * FROM work.ids
vv: CREATE VIEW work.above AS SELECT * FROM work.ids
vv: SELECT * FROM work.above
vv: CREATE VIEW work.json AS SELECT json_agg(pay)::text AS j FROM pay
vv: SELECT * FROM work.json
vv: SELECT * FROM pay x(a, b)
vv: SELECT a FROM pay x(a, b)
vv: SELECT b FROM pay x(a, b)
vv: SELECT 1 FROM work.whole WHERE b > 1
su: SELECT * FROM work.steal
su: REVOKE SELECT (id) ON pay FROM vv
vv: SELECT * FROM work.ids
vv: SELECT * FROM work.above
su: SELECT * FROM work.above
""",
    "names in a schema": """
dan: SELECT * FROM hid.t
dan: SELECT * FROM hid.nosuch
dan: INSERT INTO hid.nosuch VALUES (1)
dan: SELECT 'hid.t'::regclass
dan: SELECT 'hid.nosuch'::regclass
dan: SELECT to_regclass('hid.t')
dan: SELECT to_regclass('hid.nosuch')
dan: SELECT pg_total_relation_size('hid.t')
dan: DROP TABLE hid.nosuch
dan: DROP TABLE IF EXISTS hid.nosuch
dan: ALTER TABLE IF EXISTS hid.nosuch RENAME TO x
dan: GRANT SELECT ON hid.t TO mem
dan: VACUUM hid.t
dan: CREATE VIEW work.v AS SELECT nosuch FROM hid.t
dan: SET search_path = hid, public
dan: SELECT current_schema, current_schemas(false), current_schemas(true)
dan: SELECT * FROM t
dan: SELECT id FROM t
dan: SELECT pg_table_is_visible(c.oid) FROM pg_class c WHERE relname = 't'
su: SET search_path = hid, public
su: SELECT current_schema
""",
    "what the catalog tells": """
dan: SELECT table_name FROM information_schema.tables WHERE table_schema IN ('hid', 'public')
dan: SELECT column_name FROM information_schema.columns WHERE table_name IN ('t', 'pay')
vv: SELECT column_name FROM information_schema.columns WHERE table_name IN ('t', 'pay')
vv: SELECT table_name FROM information_schema.tables WHERE table_schema IN ('hid', 'public')
dan: SELECT sequence_name FROM information_schema.sequences
dan: SELECT table_name FROM information_schema.views WHERE table_schema = 'hid'
dan: SELECT count(*) FROM information_schema.check_constraints WHERE constraint_schema = 'hid'
dan: SELECT count(*) FROM information_schema.table_constraints WHERE table_schema = 'hid'
dan: SELECT count(*) FROM information_schema.key_column_usage WHERE table_schema = 'hid'
dan: SELECT schema_name FROM information_schema.schemata WHERE schema_name IN ('hid', 'public')
dan: SELECT * FROM pg_authid
dan: SELECT rolpassword FROM pg_catalog.pg_authid
dan: SELECT passwd FROM pg_shadow
dan: SELECT count(*) > 0 FROM pg_roles
dan: SELECT count(*) FROM pg_user WHERE usename = 'dan'
dan: SELECT DISTINCT query FROM pg_stat_activity WHERE usename = 'mem'
su: SELECT count(*) FROM information_schema.check_constraints WHERE constraint_schema = 'hid'
""",
    "schemas of others": """
su: CREATE SCHEMA AUTHORIZATION al
su: CREATE SCHEMA AUTHORIZATION al
su: CREATE SCHEMA IF NOT EXISTS AUTHORIZATION al
su: CREATE SCHEMA z1 AUTHORIZATION al
su: CREATE SCHEMA AUTHORIZATION nosuch
su: CREATE SCHEMA z2 AUTHORIZATION CURRENT_USER
su: CREATE SCHEMA z3 AUTHORIZATION PUBLIC
dan: CREATE SCHEMA AUTHORIZATION al
dan: CREATE SCHEMA AUTHORIZATION CURRENT_USER
dan: CREATE SCHEMA z4 AUTHORIZATION dan
su: GRANT CREATE ON DATABASE postgres TO dan
dan: CREATE SCHEMA AUTHORIZATION al
dan: CREATE SCHEMA z4 AUTHORIZATION al
dan: CREATE SCHEMA AUTHORIZATION dan
dan: CREATE TABLE mine (a int)
dan: SELECT schemaname FROM pg_tables WHERE tablename = 'mine'
dan: SELECT current_schema
su: SELECT rolname FROM pg_namespace n JOIN pg_roles r ON r.oid = nspowner WHERE nspname = 'z1'
su: DROP ROLE al
su: ALTER SCHEMA z1 OWNER TO dan
dan: DROP SCHEMA z1
su: REVOKE CREATE ON DATABASE postgres FROM dan
""",
    "rights on and on": """
su: GRANT SELECT ON pay TO dan WITH GRANT OPTION
dan: GRANT SELECT ON pay TO dan WITH GRANT OPTION
dan: GRANT SELECT ON pay TO mem WITH GRANT OPTION
mem: GRANT SELECT ON pay TO dan WITH GRANT OPTION
mem: GRANT SELECT ON pay TO dan
dan: GRANT INSERT ON pay TO mem
dan: GRANT SELECT, INSERT ON pay TO mem
vv: GRANT INSERT ON work.nosuch TO mem
maker: GRANT SELECT ON pay TO mem
maker: GRANT ALL ON hid.t TO mem
maker: REVOKE ALL ON pay FROM mem
maker: GRANT USAGE ON SCHEMA hid TO mem
maker: GRANT CREATE ON SCHEMA work TO mem
su: GRANT CONNECT ON DATABASE nosuch TO dan
maker: CREATE TABLE work.own (a int)
maker: REVOKE SELECT ON work.own FROM maker
maker: SELECT * FROM work.own
maker: INSERT INTO work.own VALUES (1)
maker: SELECT relacl::text FROM pg_class WHERE relname = 'own'
maker: GRANT SELECT ON work.own TO maker
maker: SELECT * FROM work.own
maker: REVOKE ALL ON work.own FROM maker
maker: SELECT relacl::text FROM pg_class WHERE relname = 'own'
maker: DROP TABLE work.own
""",
    "what owners alone do": """
dan: CREATE INDEX ON pay (id)
dan: CLUSTER pay USING pay_pkey
dan: REINDEX TABLE pay
dan: ANALYZE pay
dan: VACUUM pay
dan: COMMENT ON TABLE pay IS 'x'
su: CREATE TYPE mood AS ENUM ('a')
dan: COMMENT ON TYPE mood IS 'x'
dan: ALTER TYPE mood ADD VALUE 'b'
dan: ALTER TYPE mood SET SCHEMA work
su: DROP TYPE mood
""",
}


def _answer(session: psycopg.Connection, statement: str):
    notices: list = []
    take = lambda diagnostic: notices.append(diagnostic.message_primary)  # noqa: E731
    session.add_notice_handler(take)
    try:
        cursor = session.execute(statement)
        rows = sorted(map(repr, cursor.fetchall())) if cursor.description else None
        return (cursor.statusmessage, rows, notices)
    except psycopg.Error as error:
        return (error.sqlstate, error.diag.message_primary, notices)
    finally:
        session.remove_notice_handler(take)


class Server:
    """Sessions of one server, by the role that signed in."""

    def __init__(self, port: int, superuser: str):
        self.port, self.superuser = port, superuser
        self.sessions: dict[str, psycopg.Connection] = {}

    def connect(self, role: str, **options) -> psycopg.Connection:
        user = self.superuser if role == "su" else role
        return psycopg.connect(host="127.0.0.1", port=self.port, user=user, dbname="postgres",
                               autocommit=True, prepare_threshold=None, **options)

    def session(self, role: str, anew: bool = False) -> psycopg.Connection:
        if anew and role in self.sessions:
            self.sessions.pop(role).close()
        if role not in self.sessions:
            self.sessions[role] = self.connect(role)
        return self.sessions[role]

    def close(self) -> None:
        for session in self.sessions.values():
            session.close()


@contextlib.contextmanager
def _postgres(postgres_server):
    """PostgreSQL's roles are of the whole cluster: they go afterwards."""
    with postgres_server() as session:
        server = Server(session.info.port, "postgres")

        def clean():
            for schema in ("hid", "work", "z1", "z2", "al", "dan"):
                session.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            session.execute("DROP TABLE IF EXISTS public.pay CASCADE")
            for role in ROLES:
                if session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    session.execute(f"DROP OWNED BY {role}")
                    session.execute(f"DROP ROLE {role}")

        clean()
        try:
            yield server
        finally:
            server.close()
            clean()


@pytest.fixture
def servers(firn_server, postgres_server):
    firn = firn_server()
    ours = Server(firn.ports["pg"], "firn")
    with _postgres(postgres_server) as theirs:
        for server in (ours, theirs):
            for statement in MADE.strip().split(";\n"):
                server.session("su").execute(statement)
        yield ours, theirs
    ours.close()


# Names of the superuser and oids differ; PostgreSQL says which oid was dropped.
def _plain(said, server: Server):
    if said[0] == "42704" and ("OID" in said[1] or "dropped" in said[1]):
        return said[0]
    return repr(said).replace(server.superuser, "SU").replace("postgres", "SU")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_low_role_is_answered_as_by_postgres(servers, name):
    wrong = []
    for line in SCRIPTS[name].strip().splitlines():
        who, statement = line.split(": ", 1)
        role, anew = who.removesuffix("!"), who.endswith("!")
        ours, theirs = (_plain(_answer(server.session(role, anew), statement), server)
                        for server in servers)
        if ours != theirs:
            wrong.append(f"{line}\n  firn:     {ours}\n  postgres: {theirs}")
    assert not wrong, "\n".join(wrong)


BEGINNINGS = [
    "-c role=postgres", "-c ROLE=postgres", "--role=postgres", "-c role=boss", "-c role=nosuch",
    "-c session_authorization=postgres", "--session-authorization=boss", "-c is_superuser=on",
    "-c lc_messages=C", "--session-replication-role=replica", "-c role=dan",
    "-c session_authorization=dan", "-c role=none"]


def test_a_session_begins_as_nobody_else(servers):
    said = []
    for server in servers:
        said.append({})
        for options in BEGINNINGS:
            try:
                with server.connect("dan", options=options) as session:
                    who = session.execute("SELECT current_user, session_user").fetchall()
                    said[-1][options] = who
            except psycopg.OperationalError as error:
                said[-1][options] = str(error).split("FATAL:")[1].strip()
    assert said[0] == said[1]


def test_a_session_may_begin_as_a_group_of_its_role(servers):
    for server in servers:
        with server.connect("mem", options="-c role=team") as session:
            who = "SELECT current_user, session_user"
            assert session.execute(who).fetchall() == [("team", "mem")]
            session.execute("SET ROLE NONE")
            assert session.execute(who).fetchall() == [("mem", "mem")]
            session.execute("RESET ROLE")
            assert session.execute(who).fetchall() == [("team", "mem")]


def test_firns_own_relations_tell_of_readable_tables_alone(servers):
    firn = servers[0]
    firn.session("su").execute("CHECKPOINT")
    firn.session("su").execute("GRANT USAGE ON SCHEMA hid TO mem")
    firn.session("su").execute("GRANT SELECT ON hid.t TO mem")
    tables = "SELECT name FROM firn.tables ORDER BY name"
    snapshots = "SELECT DISTINCT name FROM firn.snapshots ORDER BY name"
    for role, shown in (("dan", []), ("mem", [("t",)]), ("vv", [("pay",)]),
                        ("su", [("pay",), ("t",)])):
        assert firn.session(role).execute(tables).fetchall() == shown
        assert set(firn.session(role).execute(snapshots).fetchall()) <= set(shown)
    counts = "SELECT reltuples FROM pg_class WHERE relname = 'pay'"
    assert firn.session("dan").execute(counts).fetchall() == [(-1,)]
    assert firn.session("su").execute(counts).fetchall() == [(1,)]
    live = "SELECT n_live_tup FROM pg_stat_user_tables WHERE relname = 'pay'"
    assert firn.session("dan").execute(live).fetchall() == [(0,)]


def test_the_past_is_refused_before_it_is_told_of(servers):
    for statement in ("SELECT * FROM pay AT (LSN => 0)", "SELECT * FROM pay AT (VERSION => 1)",
                      "SELECT * FROM firn.at('pay', lsn => 0)",
                      "SET firn.as_of = '1'; SELECT * FROM pay"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            servers[0].session("dan").execute(statement)


def test_a_plan_names_no_file_and_no_text_of_the_engine(servers):
    session = servers[0].session("su")
    session.execute("CREATE TABLE public.kept (a int, b text)")
    for i in range(3):
        session.execute("INSERT INTO public.kept VALUES (%s, 'x')", [i])
        session.execute("CHECKPOINT")
    for explain in ("EXPLAIN", "EXPLAIN ANALYZE"):
        for query in ("SELECT a FROM kept WHERE b = 'x'",
                      "SELECT k.a FROM kept k JOIN kept l USING (a) ORDER BY 1"):
            plan = "\n".join(row[0] for row in session.execute(f"{explain} {query}"))
            squeezed = plan.replace(" ", "").replace("│", "").replace("\n", "")
            for secret in ("parquet'", ".parquet", "read_parquet(", "firn_scan(", "/warehouse",
                           "f2147480001"):
                assert secret not in squeezed, plan
            if explain == "EXPLAIN ANALYZE":
                assert query in plan
