"""Roles: made, changed, dropped, granted; passwords by SCRAM; who a session is."""

from __future__ import annotations

import itertools
import os
import pwd
import subprocess

import psycopg
import pytest

from raw_protocol import message, startup

_names = itertools.count(1)


@pytest.fixture
def role(session):
    """A role's name that no other test uses; the role is dropped afterwards."""
    name = f"role_{next(_names)}"
    yield name
    session.execute(f"DROP ROLE IF EXISTS {name}")


def outcome(connection, *statements: str):
    """Tags of all, or where it ended: the SQLSTATE."""
    tags = []
    for statement in statements:
        try:
            cursor = connection.execute(statement)
            tags.append(cursor.fetchall() if cursor.description else cursor.statusmessage)
        except psycopg.Error as error:
            tags.append(error.sqlstate)
    return tags


SCRIPTS = {
    "made and dropped": ["CREATE ROLE a", "CREATE ROLE a", "DROP ROLE a", "DROP ROLE a",
                         "DROP ROLE IF EXISTS a", "CREATE USER a PASSWORD 'x' VALID UNTIL "
                         "'2030-01-01' CONNECTION LIMIT 3", "ALTER ROLE a NOLOGIN NOINHERIT",
                         "ALTER USER a CONNECTION LIMIT -2", "DROP USER a"],
    "names that are taken": ["CREATE ROLE pg_mine", "CREATE ROLE public", "CREATE ROLE \"none\"",
                             "CREATE ROLE \"A b\"", "DROP ROLE \"A b\""],
    "options": ["CREATE ROLE a SUPERUSER CREATEDB CREATEROLE LOGIN REPLICATION BYPASSRLS",
                "ALTER ROLE a NOSUPERUSER NOCREATEDB", "ALTER ROLE a LOGIN LOGIN",
                "ALTER ROLE b LOGIN", "ALTER ROLE a PASSWORD NULL", "ALTER ROLE a VALID UNTIL "
                "'infinity'", "ALTER ROLE a VALID UNTIL 'soon'", "DROP ROLE a"],
    "membership": ["CREATE ROLE g", "CREATE ROLE a IN ROLE g", "CREATE ROLE b ROLE a ADMIN g",
                   "GRANT g TO a", "GRANT g TO b", "GRANT a TO g", "GRANT b TO b",
                   "GRANT g TO a WITH ADMIN OPTION", "REVOKE ADMIN OPTION FOR g FROM a",
                   "REVOKE g FROM a", "REVOKE g FROM a", "GRANT g TO none_such",
                   "GRANT none_such TO a", "DROP ROLE g, a, b"],
    "who one is": ["CREATE ROLE g", "CREATE ROLE a IN ROLE g", "CREATE ROLE other",
                   "SET ROLE a", "SELECT current_user", "SET ROLE NONE", "SET ROLE none_such",
                   "SET SESSION AUTHORIZATION a", "SELECT current_user, session_user",
                   "SHOW is_superuser", "SET ROLE g", "SELECT current_user, session_user",
                   "SET ROLE other", "RESET ROLE", "SELECT current_user", "CREATE ROLE no",
                   "ALTER ROLE other LOGIN", "DROP ROLE other", "GRANT g TO other",
                   "SET SESSION AUTHORIZATION other", "RESET SESSION AUTHORIZATION",
                   "SHOW is_superuser", "DROP ROLE a, g, other"],
    "in a transaction": ["BEGIN", "CREATE ROLE a", "SET LOCAL ROLE a", "SELECT current_user",
                         "ROLLBACK", "SET ROLE a", "SHOW role"],
    "renamed": ["CREATE ROLE a", "CREATE ROLE b", "ALTER ROLE a RENAME TO b",
                "ALTER ROLE a RENAME TO c", "ALTER ROLE none_such RENAME TO d",
                "ALTER ROLE c RENAME TO pg_c", "DROP ROLE b, c"],
    "settings of a role": ["CREATE ROLE a", "ALTER ROLE a SET work_mem = '1MB'",
                           "ALTER ROLE a SET no_such = 1", "ALTER ROLE a RESET work_mem",
                           "ALTER ROLE a RESET ALL", "DROP ROLE a"],
    "oneself": ["DROP ROLE current_user", "ALTER ROLE current_user CREATEDB",
                "ALTER ROLE session_user CONNECTION LIMIT 100"],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_statements_answer_as_postgresqls(session, postgres_server, name):
    with postgres_server() as postgres:
        expected = outcome(postgres, *SCRIPTS[name])
    got = outcome(session, *SCRIPTS[name])
    if name == "who one is":
        expected, got = ([[tuple(value.replace("postgres", "firn") for value in row) for row in one]
                          if isinstance(one, list) else one for one in side]
                         for side in (expected, got))
    assert got == expected


def test_the_roles_from_birth_sign_in_without_a_password(connect):
    for user in ("firn", "postgres", pwd.getpwuid(os.geteuid()).pw_name):
        with connect(user=user) as one:
            assert one.execute("SELECT current_user").fetchone() == (user,)
            assert one.info.parameter_status("is_superuser") == "on"


def test_the_roles_from_birth_stay(session):
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        session.execute("DROP ROLE postgres")


@pytest.mark.parametrize("password", ["simple", "it's a \"quoted\" one", "pässwörd €", "x" * 200])
def test_a_password_is_asked_for_and_checked(session, connect, role, password):
    quoted = password.replace("'", "''")
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{quoted}'")
    with connect(user=role, password=password) as one:
        assert one.execute("SELECT session_user").fetchone() == (role,)
    for wrong in (password + "x", "", "simple "):
        with pytest.raises(psycopg.OperationalError):
            connect(user=role, password=wrong)


def test_the_states_of_a_refused_sign_in(session, firn, role):
    import socket
    import struct

    def refusal(user: str, *answers: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", firn.ports["pg"]), 20) as wire:
            wire.sendall(startup(user=user, database="main"))
            for answer in answers:
                wire.recv(4096)
                wire.sendall(answer)
            got = b""
            while part := wire.recv(4096):
                got += part
            return got

    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    assert b"C28000\0" in refusal("no_such_role_here")
    first = b"n,,n=,r=abc"
    initial = message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(first)) + first)
    assert b"C08P01\0" in refusal(role, message(b"p", b"NO-SUCH\0" + struct.pack("!i", 0)))
    assert b"C08P01\0" in refusal(role, initial, message(b"p", b"rubbish"))
    assert b"C08P01\0" in refusal(role, message(b"Q", b"SELECT 1\0"))
    session.execute(f"ALTER ROLE {role} NOLOGIN")
    assert b"C28000\0" in refusal(role)
    session.execute(f"ALTER ROLE {role} LOGIN VALID UNTIL '2020-01-01'")
    assert b"C28P01\0" in refusal(role)


def test_a_wrong_password_is_28P01(session, connect, role):
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(user=role, password="wrong")


def test_the_verifier_is_postgresqls(session, connect, postgres_server, role):
    with postgres_server() as postgres:
        postgres.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'from postgres'")
        kept = postgres.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s",
                                (role,)).fetchone()[0]
        postgres.execute(f"DROP ROLE {role}")
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{kept}'")
    connect(user=role, password="from postgres").close()


def test_md5_is_refused(session, role):
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="MD5"):
        session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'md5{'0' * 32}'")


def test_a_role_without_a_password_signs_in_on_loopback(session, connect, role):
    session.execute(f"CREATE ROLE {role} LOGIN")
    connect(user=role).close()


def test_a_connection_limit(session, connect, role):
    session.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    held = connect(user=role)
    with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
        connect(user=role)
    held.close()


def test_a_roles_settings_are_those_of_its_sessions(session, connect, role):
    session.execute(f"CREATE ROLE {role} LOGIN")
    session.execute(f"ALTER ROLE {role} SET TimeZone = 'Asia/Tokyo'")
    assert connect(user=role).execute("SHOW TimeZone").fetchone() == ("Asia/Tokyo",)
    given = connect(user=role, options="-c TimeZone=Europe/Paris")
    assert given.execute("SHOW TimeZone").fetchone() == ("Europe/Paris",)


def test_a_role_changes_its_own_password(session, connect, role):
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'old'")
    with connect(user=role, password="old") as one:
        one.execute(f"ALTER ROLE {role} PASSWORD 'new'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            one.execute(f"ALTER ROLE {role} CREATEDB")
    connect(user=role, password="new").close()


def test_a_verifier_of_nothing_is_no_password(session, connect, role):
    """psql's \\password sends one when nothing is typed."""
    verifier = session.pgconn.encrypt_password(b"", role.encode(), b"scram-sha-256").decode()
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'old'")
    notices = []
    session.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    session.execute(f"ALTER ROLE {role} PASSWORD '{verifier}'")
    assert notices == ["empty string is not a valid password, clearing password"]
    connect(user=role).close()


def test_a_password_file_of_the_client(session, firn, role, tmp_path):
    session.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'in a file'")
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:*:*:{role}:in a file\n")
    passwords.chmod(0o600)
    ran = subprocess.run(["psql", "-X", "-w", "-h", "127.0.0.1", "-p", str(firn.ports["pg"]), "-U",
                          role, "-At", "-c", "SELECT session_user", "main"],
                         env={**os.environ, "PGPASSFILE": str(passwords)}, capture_output=True,
                         text=True, timeout=60, check=False)
    assert ran.stdout == f"{role}\n", ran.stderr


def test_roles_outlive_a_crash_and_a_clean_stop(firn_server):
    server = firn_server()
    with server.connect() as one:
        one.execute("CREATE ROLE kept LOGIN PASSWORD 'secret'")
        one.execute("CREATE ROLE gone")
        one.execute("CREATE ROLE groups ROLE kept")
        one.execute("DROP ROLE gone")
        one.execute("ALTER ROLE postgres NOLOGIN")
    for end in (server.kill9, server.stop):
        end()
        server.start()
        with server.connect(user="kept", password="secret") as one:
            assert one.execute("SET ROLE groups").statusmessage == "SET"
            assert outcome(one, "SET ROLE gone") == ["22023"]
        for user in ("postgres", "gone"):
            with pytest.raises(psycopg.OperationalError):
                server.connect(user=user)
        with server.connect() as one:
            one.execute("CHECKPOINT")


def test_nobody_listens_beyond_loopback_while_a_role_has_no_password(firn_server):
    server = firn_server(settings={"listen": "0.0.0.0"}, start=False)
    assert server.spawn().wait(60) == 1
    assert "no password" in server.output()


def test_beyond_loopback_with_a_password_from_a_file(firn_server, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")
    server = firn_server(settings={"listen": "0.0.0.0", "password_file": str(secret)})
    with server.connect(password="open sesame") as one:
        shown = one.execute("SELECT value FROM firn.settings WHERE name = 'password'").fetchone()
        assert shown == ("********",)
    with pytest.raises(psycopg.OperationalError):
        server.connect(password="close sesame")
    with pytest.raises(psycopg.OperationalError):
        server.connect()


def test_the_password_is_nowhere_in_the_data_folder(firn_server):
    server = firn_server()
    with server.connect() as one:
        one.execute("CREATE ROLE somebody LOGIN PASSWORD 'very-secret-indeed'")
        one.execute("CHECKPOINT")
    server.stop()
    for path in server.data.rglob("*"):
        if path.is_file():
            assert b"very-secret-indeed" not in path.read_bytes(), path
    assert "very-secret-indeed" not in server.output()
