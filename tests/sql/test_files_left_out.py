"""Data files whose bounds do not fit a query's conditions are not opened: they may be gone."""

from pathlib import Path

import psycopg
import pytest

FILES = 6
ROWS = 10
ASKED = 3  # the file that is left


@pytest.fixture(scope="module")
def one_file_left(firn):
    """A table of six files, in order of all its columns, five of which are gone."""
    with firn.connect(autocommit=True) as session:
        session.execute("CREATE TABLE t (id int, day date, at timestamptz, word text, key uuid, "
                        "n numeric(9,2), small smallint)")
        for file in range(FILES):
            session.execute(
                "INSERT INTO t SELECT g, date '2026-01-01' + g, "
                "timestamptz '2026-01-01 00:00+00' + g * interval '1 hour', 'w' || lpad(g::text, "
                "4, '0'), ('00000000-0000-0000-0000-00000000' || lpad(g::text, 4, '0'))::uuid, g, "
                f"g FROM generate_series({file * ROWS}, {file * ROWS + ROWS - 1}) g")
            session.execute("CALL firn.flush('t')")
        paths = [path for path, in session.execute(
            "SELECT path FROM firn.files WHERE name = 't' ORDER BY first_lsn")]
        assert len(paths) == FILES
        for at, path in enumerate(paths):
            if at != ASKED:
                Path(path.removeprefix("file://")).unlink()
        yield session


@pytest.mark.parametrize("condition,rows", [
    ("id = 33", 1), ("33 = id", 1), ("t.id = 33", 1), ("id IN (31, 38)", 2),
    ("id BETWEEN 31 AND 36", 6), ("id > 29 AND id <= 34", 5), ("30 <= id AND 40 > id", 10),
    ("small = 33", 1), ("small = '33'::bigint", 1), ("day = '2026-02-03'", 1),
    ("day >= date '2026-01-31' AND day < '2026-02-10'", 10), ("word = 'w0033'", 1),
    ("word > 'w0029' AND word < 'w0040'", 10),
    ("at >= '2026-01-02 06:00+00' AND at < timestamptz '2026-01-02 16:00+00'", 10),
    ("key = '00000000-0000-0000-0000-000000000033'", 1), ("id = 33 AND random() >= 0", 1),
    ("id = 99", 0), ("small = 99999", 0), ("id = 33 AND id = 7", 0), ("id < -5000000000", 0),
])
def test_only_the_files_that_may_match_are_opened(one_file_left, condition, rows):
    assert one_file_left.execute(f"SELECT count(*), sum(1) FROM t WHERE {condition}").fetchone() \
        == (rows, rows or None)


def test_joins_and_parameters_leave_files_out(one_file_left):
    one = one_file_left.execute
    assert one("SELECT t.id FROM generate_series(1, 99) g LEFT JOIN t ON t.id = g AND t.id = 33 "
               "WHERE g = 33").fetchall() == [(33,)]
    assert one("SELECT a.id FROM t a JOIN t b ON a.id = b.id AND b.id = 33 WHERE a.id = 33"
               ).fetchall() == [(33,)]
    assert one("SELECT id FROM t WHERE id = %s AND word = %s", [33, "w0033"]).fetchall() == [(33,)]
    assert one("WITH q AS (SELECT id FROM t WHERE id = 33) TABLE q").fetchall() == [(33,)]


@pytest.mark.parametrize("condition", ["id <> 33", "id = 33 OR id = 34", "abs(id) = 33", "n = 33",
                                       "id > 30", "id IS NOT NULL", "NOT id <> 33"])
def test_other_conditions_need_every_file(one_file_left, condition):
    """What the test above rests on: a file that is gone is missed."""
    with pytest.raises(psycopg.Error):
        one_file_left.execute(f"SELECT sum(id), sum(n) FROM t WHERE {condition}")
