"""Calls whose cost no argument bounds end soon by themselves, or when they are told to."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from firn_process import PATIENCE

SOON = 10.0 * PATIENCE  # seconds: what is not bounded takes minutes

CALLS = [
    "power(10::numeric, 131072)",
    "length((10::numeric ^ 100000)::text)",
    "length((1.5::numeric ^ 500000)::text)",
    "2::numeric ^ 1000000 > 0",
    "0.999999::numeric ^ 100000000",
    "length(exp(5000::numeric)::text)",
    "ln(10::numeric ^ 131000)",
    "length(sqrt(10::numeric ^ 131000)::text)",
    "length(factorial(32177)::text)",
    "gcd(10::numeric ^ 130000, 3::numeric ^ 100000)",
    "length(repeat('x', 1073741823))",
    "length(repeat('x', 250000000))",
    "length(lpad('x', 2000000000))",
    "length(rpad('x', 2000000000, 'abc'))",
    "length(replace(repeat('a', 10000000), 'a', repeat('b', 1000)))",
    "length(regexp_replace(repeat('a', 1000000), 'a', repeat('b', 1000), 'g'))",
    "length(format('%1000000000s', 'x'))",
    "length(string_agg(repeat('x', 1000000), ',')) FROM generate_series(1, 10000)",
    "sum(length(repeat('x', 100000000))) FROM generate_series(1, 2000)",
    "count(*) FROM generate_series(1::numeric, 1e30)",
    "count(*) FROM generate_series('2000-01-01'::timestamptz, '5000-01-01', '1 second')",
    "count(*) FROM generate_series(1, 9000000000000000000)",
    "'1e100000'::numeric > 0",
    "length(to_char(1, repeat('9', 100000)))",
    "length(to_char(now(), repeat('YYYY', 100000)))",
    "repeat('a', 200) ~ '(a*)*(a*)*b'",
    "regexp_match(repeat('a', 1000), '(a?){200}a{200}b')",
    "cardinality(array_fill(1, ARRAY[2000000000]))",
    "pg_sleep(1000)",
]


def outcome(session, call: str) -> tuple[str, float]:
    """OK or the SQLSTATE, and the seconds it took."""
    began = time.monotonic()
    try:
        session.execute(f"SELECT {call}")
        answer = "OK"
    except psycopg.Error as error:
        answer = error.sqlstate or "lost"
    return answer, time.monotonic() - began


@pytest.mark.parametrize("call", CALLS)
def test_a_call_ends_by_itself_or_with_its_time(firn, call):
    with firn.connect(autocommit=True) as session:
        session.execute("SET statement_timeout = '500ms'")
        answer, seconds = outcome(session, call)
        assert seconds < SOON, answer
        assert answer in ("OK", "22003", "54000", "2201B", "57014", "0A000"), answer
        assert session.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("call", [
    "pg_sleep(1000)",
    "sum(length(repeat('x', 1000000))) FROM generate_series(1, 100000)",
    "count(*) FROM generate_series(1, 9000000000000000000)",
])
def test_a_call_ends_when_it_is_cancelled(firn, call):
    with firn.connect(autocommit=True) as session:
        timer = threading.Timer(0.3, session.cancel)
        timer.start()
        answer, seconds = outcome(session, call)
        timer.join()
        assert seconds < SOON
        assert answer in ("57014", "54000")


@pytest.mark.parametrize("call", ["pg_sleep(1000)", "count(*) FROM generate_series(1, 9e18::int8)"])
def test_the_server_ends_while_a_call_runs(firn_server, call):
    server = firn_server()
    session = server.connect(autocommit=True)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(outcome(session, call)))
    thread.start()
    with server.connect(autocommit=True) as other:
        # It runs once it is listed.
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline:
            rows = other.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'")
            if rows.fetchone()[0] > 1:
                break
    began = time.monotonic()
    server.stop()
    thread.join(SOON)
    assert not thread.is_alive()
    assert time.monotonic() - began < 3 * SOON
