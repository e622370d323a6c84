"""Runs one script of statements on PostgreSQL and on firn and compares every answer."""

from __future__ import annotations

import psycopg


FIRST_OF_USERS = 16384  # oids of users' types differ from server to server


def answer(session: psycopg.Connection, statement: str) -> tuple:
    """What a statement said: rows, or its tag, or its error; and the notices on the way."""
    notices: list[tuple] = []
    handler = lambda d: notices.append((d.message_primary, d.message_detail))  # noqa: E731
    session.add_notice_handler(handler)
    try:
        cursor = session.execute(statement)
        if cursor.description is None:
            said = ("tag", cursor.statusmessage)
        else:
            columns = [(column.name, min(column.type_code, FIRST_OF_USERS))
                       for column in cursor.description]
            said = ("rows", columns, cursor.fetchall())
    except psycopg.Error as error:
        diagnostic = error.diag
        said = ("error", diagnostic.sqlstate, diagnostic.message_primary,
                diagnostic.message_detail)
    finally:
        session.remove_notice_handler(handler)
    return (said, notices)


def differences(script: str, firn: psycopg.Connection, postgres: psycopg.Connection) -> list[str]:
    """One entry per statement that was answered differently. Statements end with ';' at the end
    of a line; '--' lines are skipped; '!flush' flushes firn; '!own' before a statement: firn
    alone, where it may say what it likes but not fail."""
    found: list[str] = []
    for statement in script.split(";\n"):
        lines = [line for line in statement.splitlines() if not line.strip().startswith("--")]
        text = "\n".join(lines).strip()
        if not text:
            continue
        if text.startswith("!flush"):
            firn.execute("CHECKPOINT")
            continue
        if text.startswith("!own"):
            said = answer(firn, text.removeprefix("!own"))
            if said[0][0] == "error":
                found.append(f"{text}\n  firn: {said}")
            continue
        ours, theirs = answer(firn, text), answer(postgres, text)
        if ours != theirs:
            found.append(f"{text}\n  firn:     {ours}\n  postgres: {theirs}")
    return found
