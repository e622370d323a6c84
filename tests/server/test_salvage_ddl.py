"""A log with changes of the catalog, damaged in the middle: what is saved can be started with."""

from __future__ import annotations

import json
import subprocess

import pytest

from firn_process import PATIENCE

SEGMENT = 1 << 20
ROUNDS = 12


def run(server, *arguments: str) -> str:
    done = subprocess.run([str(server.binary), *arguments], capture_output=True, text=True,
                          timeout=60 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def groups_of(server) -> list[tuple[str, dict]]:
    segments = json.loads(run(server, "wal", "inspect", "--data", str(server.data), "--json"))
    return [(segment["path"], group) for segment in segments["segments"]
            for group in segment["groups"] if group["kind"] == "rows"]


def damage(place: tuple[str, dict]) -> None:
    path, group = place
    with open(path, "r+b") as file:
        file.seek(group["offset"] + 2000)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 0xFF]))


class Life:
    """A killed server. Each statement is a commit, so a group of its own."""

    def __init__(self, firn_server, *statements: str):
        settings = {"segment_bytes_max": str(SEGMENT), "flush_interval": "1h"}
        self.server = firn_server(settings=settings)
        self.lsns = {}
        with self.server.connect() as session:
            for statement in statements:
                session.execute(statement)
                lsn, = session.execute("SELECT firn.last_commit_lsn()").fetchone()
                self.lsns[statement] = lsn
        self.server.kill9()

    def lose(self, statement: str) -> None:
        lsn = self.lsns[statement]
        damage(next(one for one in groups_of(self.server) if one[1]["last_lsn"] >= lsn))

    def salvage(self, tmp_path) -> str:
        """What salvage says; the server runs on what it saved."""
        data, saved = self.server.data, tmp_path / "saved"
        said = run(self.server, "wal", "salvage", "--data", str(data), "--to", str(saved))
        (data / "log").rename(tmp_path / "damaged")
        saved.rename(data / "log")
        self.server.start()
        return said

    def rows(self, sql: str) -> list:
        with self.server.connect() as session:
            return session.execute(sql).fetchall()

    def goes_on(self, *tables: str) -> None:
        """A flush, a kill and a start change nothing."""
        selects = [f"SELECT * FROM {table} ORDER BY 1" for table in tables]
        before = [self.rows(select) for select in selects]
        with self.server.connect() as session:
            session.execute("CREATE TABLE later (n int)")
            session.execute("CHECKPOINT")
        self.server.kill9()
        self.server.start()
        assert [self.rows(select) for select in selects] == before


def test_a_lost_create_takes_what_builds_on_it_along(firn_server, tmp_path):
    life = Life(firn_server, "CREATE TABLE a (n int)", "CREATE TABLE t (n int)",
                "INSERT INTO t VALUES (1), (2)", "CREATE VIEW v AS SELECT n FROM t",
                "ALTER TABLE t ADD COLUMN m int", "INSERT INTO t VALUES (3, 4)",
                "INSERT INTO a VALUES (1)")
    life.lose("CREATE TABLE t (n int)")
    said = life.salvage(tmp_path)
    assert "public.t: 3 rows" in said and "public.v" in said
    assert life.rows("SELECT * FROM a") == [(1,)]
    life.goes_on("a")


def test_a_definition_behind_a_lost_one_is_whole(firn_server, tmp_path):
    life = Life(firn_server, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1)",
                "ALTER TABLE t ADD COLUMN m int", "INSERT INTO t VALUES (2, 2)",
                "ALTER TABLE t ADD COLUMN k text", "INSERT INTO t VALUES (3, 3, 'x')")
    life.lose("ALTER TABLE t ADD COLUMN m int")
    said = life.salvage(tmp_path)
    assert "left out" not in said
    assert life.rows("SELECT * FROM t ORDER BY n") == [(1, None, None), (2, 2, None), (3, 3, "x")]
    life.goes_on("t")


def test_rows_of_columns_that_nothing_defines_are_left_out(firn_server, tmp_path):
    life = Life(firn_server, "CREATE TABLE t (n int, gone int NOT NULL)",
                "INSERT INTO t VALUES (1, 1)", "ALTER TABLE t DROP COLUMN gone",
                "INSERT INTO t VALUES (2), (3)")
    life.lose("ALTER TABLE t DROP COLUMN gone")
    said = life.salvage(tmp_path)
    assert "public.t: 2 rows" in said
    assert life.rows("SELECT * FROM t") == [(1, 1)]
    with life.server.connect() as session:
        session.execute("ALTER TABLE t ADD COLUMN m text")
        session.execute("INSERT INTO t VALUES (4, 4, 'x')")
    life.goes_on("t")


def test_a_table_that_was_dropped_in_what_is_lost_stays_dropped(firn_server, tmp_path):
    life = Life(firn_server, "CREATE TABLE t (id serial, n int)", "INSERT INTO t (n) VALUES (1)",
                "CREATE VIEW v AS SELECT n FROM t", "DROP TABLE t CASCADE",
                "CREATE TABLE t (id serial, k text)", "INSERT INTO t (k) VALUES ('x')")
    life.lose("DROP TABLE t CASCADE")
    said = life.salvage(tmp_path)
    assert "public.t" in said and "dropped" in said
    assert life.rows("SELECT * FROM t") == [(1, "x")]
    life.goes_on("t")


def test_so_it_does_where_nothing_follows(firn_server, tmp_path):
    life = Life(firn_server, "CREATE TABLE t (n int)", "CREATE TABLE a (n int)", "DROP TABLE t",
                "INSERT INTO a VALUES (1)")
    life.lose("DROP TABLE t")
    life.salvage(tmp_path)
    assert life.rows("SELECT * FROM a") == [(1,)]
    life.goes_on("a")


@pytest.mark.parametrize("lost", range(0, 3 * ROUNDS, 5))
def test_whatever_is_lost_the_server_starts(firn_server, tmp_path, lost):
    statements = []
    for n in range(ROUNDS):
        statements += [f"CREATE TABLE t{n} (n int, s text)",
                       f"INSERT INTO t{n} SELECT i, repeat('x', 400) "
                       "FROM generate_series(1, 1000) AS r(i)",
                       f"ALTER TABLE t{n} ADD COLUMN m int" if n % 3 else
                       f"ALTER TABLE t{n} RENAME TO u{n}"]
        if n % 4 == 3:
            statements.append(f"DROP TABLE {'t' if (n - 1) % 3 else 'u'}{n - 1}")
    life = Life(firn_server, *statements)
    assert len({path for path, _ in groups_of(life.server)}) > 2
    life.lose(statements[lost])
    life.salvage(tmp_path)
    life.goes_on(*(name for name, in life.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")))
