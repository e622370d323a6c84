"""Times with a zone, where clocks are changed: PostgreSQL 15 and firn give the same."""

import pathlib
import random
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
STATEMENTS = [
    line for line in
    (pathlib.Path(__file__).with_name("zones") / "statements.sql").read_text().splitlines()
    if line.strip() and not line.startswith("--")
]
# Moments at which a clock of these zones is moved, and others.
CHANGES = ["2024-03-31 01:00", "2024-10-27 01:00", "2024-03-10 07:00", "2024-11-03 06:00",
           "2024-04-06 15:00", "2024-10-05 15:30", "2040-03-25 01:00", "1945-05-24 00:00",
           "2024-02-29 12:00", "1893-03-31 23:06:32"]
SEED = 20241027
PAIRS = 400


def pairs():
    """Moments near the changes, and intervals whose parts have signs of their own."""
    chance = random.Random(SEED)
    for n in range(PAIRS):
        change = datetime.fromisoformat(chance.choice(CHANGES)).replace(tzinfo=timezone.utc)
        at = change + timedelta(seconds=chance.randint(-200_000, 200_000),
                                microseconds=chance.choice([0, 0, 1, 500_000, 999_999]))
        by = " ".join([f"{chance.choice([0, 0, 1, -1, 5, -13])} mons",
                       f"{chance.choice([0, 1, -1, 2, -3, 40])} days",
                       f"{chance.choice([0, 0, 3600, -1800, 86400, -100000, 0.25])} secs"])
        yield n, at.isoformat(), by, chance.choice(ZONES)


@pytest.fixture(scope="module")
def servers(firn):
    rows = ", ".join(f"({n}, '{at}', '{by}', '{zone}')" for n, at, by, zone in pairs())
    near = [(change, minutes, zone) for change, zone in zip(CHANGES, ZONES * 3)
            for minutes in (-90, -40, -1, 0, 20, 61)]
    moments = ", ".join(f"({n}, '{change}+00'::timestamptz + interval '{minutes} mins', '{zone}')"
                        for n, (change, minutes, zone) in enumerate(near))
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        for session in (postgres, ours):
            session.execute("create table pairs (n int, at timestamptz, span interval, zone text)")
            session.execute(f"insert into pairs values {rows}")
            session.execute("create table moments (n int, at timestamptz, zone text)")
            session.execute(f"insert into moments values {moments}")
        ours.execute("checkpoint")
        yield ours, postgres


@pytest.fixture(params=ZONES)
def sessions(servers, request):
    for session in servers:
        session.execute(f"set timezone = '{request.param}'")
    return servers


@pytest.mark.parametrize("sql", STATEMENTS)
def test_value_and_type_agree(sessions, sql):
    ours, theirs = (ask(session, sql) for session in sessions)
    check(sql, ours, theirs)


def test_arithmetic_over_columns_agrees(sessions):
    sql = """select n, at + span, at - span, (at + span) - at, date_trunc('hour', at + span),
                    date_trunc('day', at, zone), (at + span)::timestamp, (at + span)::timestamp
                    at time zone zone, (at - span)::text, extract(timezone from at)
             from pairs order by n"""
    ours, theirs = (ask(session, sql) for session in sessions)
    check(sql, ours, theirs)


def test_arithmetic_of_constants_agrees(sessions):
    for n, at, by, _ in pairs():
        if n % 10 != 0:
            continue
        sql = (f"select timestamptz '{at}' + interval '{by}', timestamptz '{at}' - interval '{by}',"
               f" timestamptz '{at}' - (timestamptz '{at}' - interval '{by}')")
        ours, theirs = (ask(session, sql) for session in sessions)
        check(sql, ours, theirs)
