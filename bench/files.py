"""A table of ten thousand data files: finding the few that a predicate leaves, and reading all."""

from __future__ import annotations

import psycopg

from measures import Goal, Measure, row
from queries import asker, milliseconds
from stage import KEEP_HOT, Stage

FILE_ROWS = 300
LEFT = 10  # files, of a predicate
# A transaction's first rows stay in memory, all others go to data files at once.
MANY_FILES = {**KEEP_HOT, "transaction_memory": "4096"}
COMMIT_FILES = 1000
TABLE = "(id bigint, customer bigint, price float8, note text)"
ROWS = ("SELECT i, i * 7919 % 100003, i / 7.0, 'a note of some letters ' || i "
        "FROM generate_series({first}::bigint, {last}) AS s (i)")


def fill(session: psycopg.Connection, files: int) -> int:
    """A table `many` of so many files and `whole` with the same rows in few; how many files."""
    session.execute(f"CREATE TABLE many {TABLE}")
    session.execute(f"CREATE TABLE whole {TABLE}")
    for done in range(0, files, COMMIT_FILES):
        with session.transaction():
            session.execute("INSERT INTO many " + ROWS.format(first=-FILE_ROWS, last=-1))
            for number in range(done, min(done + COMMIT_FILES, files)):
                with session.transaction():  # a savepoint: it ends the file before
                    first = number * FILE_ROWS
                    session.execute("INSERT INTO many " +
                                    ROWS.format(first=first, last=first + FILE_ROWS - 1))
    session.execute("INSERT INTO whole SELECT * FROM many")
    session.execute("CHECKPOINT")
    (made,) = session.execute("SELECT files FROM firn.tables WHERE name = 'many'").fetchone()
    return made


@row("files")
def many_files(stage: Stage) -> list[Measure]:
    """Ten thousand data files: a predicate that leaves ten of them, one that leaves all."""
    with stage.server("firn-files", MANY_FILES) as server, server.connect() as session:
        wanted = stage.size(10_000, 100)
        files, rows = fill(session, wanted), wanted * FILE_ROWS
        few = (f"SELECT count(*), sum(price) FROM many WHERE id BETWEEN {rows // 2} AND "
               f"{rows // 2 + LEFT * FILE_ROWS - 1}")
        ask = asker(session)
        everything = "SELECT sum(price), sum(customer) FROM {}"
        first = milliseconds(ask, few)
        assert ask(few)[0][0] == LEFT * FILE_ROWS
        figures = stage.interleaved(
            firn=lambda: milliseconds(ask, few),
            all=lambda: milliseconds(ask, everything.format("many")),
            whole=lambda: milliseconds(ask, everything.format("whole")))
    each = [1000 * (many - whole) / files for many, whole in zip(figures["all"], figures["whole"])]
    pruned = {"firn": figures["firn"], "the first time": [first]}
    return [Measure("files", f"{files:,} data files, {LEFT} left by a predicate", "ms", pruned,
                    lower_is_better=True, goals=(Goal(50),)),
            Measure("files", "  each of all files, above the scan", "µs", {
                "firn": each}, lower_is_better=True, goals=(Goal(35),))]
