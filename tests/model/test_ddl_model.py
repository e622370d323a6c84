"""Random histories of DDL, rows, flushes and kills, with PostgreSQL as the model.

Each statement is sent to both; both must take it or refuse it with the same SQLSTATE, and at
every check the tables have the same columns and rows."""

from __future__ import annotations

import random

import psycopg
import pytest

TYPES = {"smallint": ["integer", "bigint"], "integer": ["bigint"], "bigint": [], "real":
         ["double precision"], "double precision": [], "numeric(8,2)": ["numeric(12,2)"],
         "numeric(12,2)": [], "varchar(5)": ["varchar(9)", "text"], "varchar(9)": ["text"],
         "text": []}


class History:
    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.tables: dict[str, dict[str, str]] = {}
        self.made = 0
        self.in_block = False

    def _name(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.made}"

    def _value(self, type_name: str) -> str:
        pick = self.random
        if pick.random() < 0.15:
            return "NULL"
        if type_name in ("smallint", "integer", "bigint"):
            return str(pick.randint(-50, 50))
        if type_name in ("real", "double precision"):
            return str(pick.randint(-100, 100) / 4)
        if type_name.startswith("numeric"):
            return f"{pick.randint(-99999, 99999) / 100:.2f}"
        return "'" + "".join(pick.choice("abc") for _ in range(pick.randint(0, 5))) + "'"

    def statement(self) -> str:
        pick = self.random
        if not self.tables or pick.random() < 0.08:
            return self._create()
        if pick.random() < 0.08:
            return self._transaction()
        table = pick.choice(sorted(self.tables))
        columns = self.tables[table]
        if pick.random() < 0.55:
            names = [name for name in columns if pick.random() < 0.8] or list(columns)[:1]
            rows = ", ".join("(" + ", ".join(self._value(columns[name]) for name in names) + ")"
                             for _ in range(pick.randint(1, 4)))
            return f"INSERT INTO {table} ({', '.join(names)}) VALUES {rows}"
        return self._alter(table, columns)

    def _create(self) -> str:
        table = self._name("t")
        columns = {self._name("c"): self.random.choice(list(TYPES)) for _ in range(3)}
        key = next(iter(columns)) if self.random.random() < 0.3 else None
        self.tables[table] = columns
        return f"CREATE TABLE {table} (" + ", ".join(
            f"{name} {kind}{' PRIMARY KEY' if name == key else ''}"
            for name, kind in columns.items()) + ")"

    def _transaction(self) -> str:
        self.in_block = not self.in_block
        return "BEGIN" if self.in_block else self.random.choice(["COMMIT", "ROLLBACK"])

    def _alter(self, table: str, columns: dict[str, str]) -> str:
        pick = self.random
        column = pick.choice(sorted(columns))
        change = pick.choice(["add", "add", "drop", "rename", "type", "null", "not null", "default",
                              "check", "table", "truncate", "drop table", "view"])
        if change == "add":
            return f"ALTER TABLE {table} ADD COLUMN {self._name('c')} {pick.choice(list(TYPES))}"
        if change == "drop" and len(columns) > 1:
            return f"ALTER TABLE {table} DROP COLUMN {column}"
        if change == "rename":
            return f"ALTER TABLE {table} RENAME COLUMN {column} TO {self._name('c')}"
        if change == "type" and TYPES[columns[column]]:
            return (f"ALTER TABLE {table} ALTER COLUMN {column} TYPE "
                    f"{pick.choice(TYPES[columns[column]])}")
        if change in ("null", "not null"):
            word = "DROP" if change == "null" else "SET"
            return f"ALTER TABLE {table} ALTER COLUMN {column} {word} NOT NULL"
        if change == "default":
            return (f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT "
                    f"{self._value(columns[column])}")
        if change == "check":
            return f"ALTER TABLE {table} ADD CHECK ({column} IS NOT NULL OR {column} IS NULL)"
        if change == "table":
            return f"ALTER TABLE {table} RENAME TO {self._name('t')}"
        if change == "truncate":
            return f"TRUNCATE {table}"
        if change == "drop table" and len(self.tables) > 2:
            return f"DROP TABLE {table} CASCADE"
        return f"CREATE VIEW {self._name('v')} AS SELECT {column} FROM {table}"

    def look(self, model: psycopg.Connection) -> None:
        """What there is, as the model says."""
        self.tables = {}
        for table, column, kind in model.execute(
                "SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                "JOIN pg_class ON pg_class.oid = attrelid WHERE relkind = 'r' AND attnum > 0 AND "
                "NOT attisdropped AND relnamespace = 'public'::regnamespace ORDER BY 1, attnum"):
            kind = kind.replace("character varying", "varchar")
            self.tables.setdefault(table, {})[column] = kind


def sqlstate(session: psycopg.Connection, statement: str) -> str:
    try:
        session.execute(statement)
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
    return ""


def contents(session: psycopg.Connection, table: str) -> tuple:
    # Not prepared: PostgreSQL, too, refuses a prepared one when the columns change.
    cursor = session.execute(f"SELECT * FROM {table}", prepare=False)
    rows = sorted(cursor.fetchall(), key=repr)
    return [(column.name, column.type_code) for column in cursor.description], rows


def run(seed: int, steps: int, firn, model: psycopg.Connection) -> None:
    history = History(seed)
    session = firn.connect()
    session.autocommit = True
    done: list[str] = []
    for _ in range(steps):
        if not history.in_block and history.random.random() < 0.12:
            if history.random.random() < 0.5:
                done.append("CHECKPOINT")
                session.execute("CHECKPOINT")
            else:
                done.append("-- kill -9")
                firn.kill9()
                session.close()
                firn.start()
                session = firn.connect()
                session.autocommit = True
        statement = history.statement()
        done.append(statement)
        ours, theirs = sqlstate(session, statement), sqlstate(model, statement)
        said = "\n".join(done[-40:])
        assert ours == theirs, f"seed {seed}\n{said}"
        if theirs and history.in_block:
            history.in_block = False
            done.append("ROLLBACK")
            session.execute("ROLLBACK")
            model.execute("ROLLBACK")
        history.look(model)
        for table in history.tables:
            assert contents(session, table) == contents(model, table), f"seed {seed}\n{said}"
    if history.in_block:
        session.execute("ROLLBACK")
        model.execute("ROLLBACK")
    session.close()


def _model(postgres_server, name: str) -> psycopg.Connection:
    with postgres_server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
        where = psycopg.conninfo.make_conninfo(admin.info.dsn, dbname=name)
    return psycopg.connect(where, autocommit=True)


def test_random_ddl_is_what_postgresql_makes_of_it(firn_server, postgres_server, seed):
    with _model(postgres_server, "ddl_model") as model:
        run(seed, 70, firn_server(), model)


@pytest.mark.slow
def test_many_random_histories_of_ddl(firn_server, postgres_server, seed):
    for number in range(20):
        with _model(postgres_server, "ddl_model_slow") as model:
            run(seed + number, 150, firn_server(), model)
