"""date_trunc beside a constant: NULL stays unknown, the infinities stay what they are."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", params=["memory", "files"])
def session(request, firn):
    with firn.connect(autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS ti")
        connection.execute("CREATE TABLE ti (id int, ts timestamp)")
        connection.execute("INSERT INTO ti VALUES (1, 'infinity'), (2, '-infinity'), (3, NULL), "
                           "(4, '2024-01-01'), (5, '2024-03-22 10:00')")
        if request.param == "files":
            connection.execute("CHECKPOINT")
        yield connection


@pytest.mark.parametrize(("condition", "wanted"), [
    ("date_trunc('month', ts) <> '2024-03-22'", [1, 2, 4, 5]),
    ("NOT (date_trunc('day', ts) = '2024-03-22 10:30')", [1, 2, 4, 5]),
    ("(date_trunc('day', ts) = '2024-03-22 10:30') IS NULL", [3]),
    ("date_trunc('day', ts) = 'infinity'", [1]),
    ("date_trunc('day', ts) <= '-infinity'", [2]),
    ("'2024-03-01' = date_trunc('month', ts)", [5]),
    ("date_trunc('year', ts) > '2023-06-01'", [1, 4, 5]),
    ("date_trunc('hour', ts) < '2024-03-22 10:00:01'", [2, 4, 5]),
])
def test_a_truncated_time_is_compared_as_it_is(session, condition, wanted):
    rows = session.execute(f"SELECT id FROM ti WHERE {condition} ORDER BY id").fetchall()
    assert [row[0] for row in rows] == wanted


def test_no_number_is_a_negative_zero(session):
    session.execute("CREATE TEMP TABLE nz (r real, d double precision, n int)")
    session.execute("INSERT INTO nz VALUES (-0.0, -0.0, 1), (-0e5, -.0, 2), (-0.01, -1e-300, 3)")
    assert session.execute("SELECT r::text, d::text FROM nz ORDER BY n").fetchall() == [
        ("0", "0"), ("0", "0"), ("-0.01", "-1e-300")]
    assert session.execute("SELECT (-0.0)::text, '-0.0'::float8::text").fetchone() == ("0.0", "-0")
    session.execute("DROP TABLE nz")
