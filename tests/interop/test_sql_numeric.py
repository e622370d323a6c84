"""Arithmetic of thousands of random numerics, on PostgreSQL 15 and on firn: digit for digit."""

import random
from decimal import ROUND_HALF_UP, Context, Decimal

import psycopg
import pytest

from postgres_server import private_postgres
from sql_wire import ask, check

PAIRS = 250  # a statement
BINARY = ["a + b", "a - b", "a * b", "a / nullif(b, 0)", "a % nullif(b, 0)", "div(a, nullif(b, 0))",
          "a = b", "a < b", "round(a, least(abs(b), 20)::int)", "trunc(a, least(abs(b), 20)::int)",
          "power(abs(a) + 0.01, greatest(least(b, 30), -30))", "gcd(a, b)",
          "log(abs(a) + 1.5, abs(b) + 0.5)"]
UNARY = ["-a", "abs(a)", "sqrt(abs(a))", "exp(greatest(least(a, 200), -200))", "ln(abs(a) + 0.001)",
         "log(abs(a) + 0.001)", "ceil(a)", "floor(a)", "round(a)", "trunc(a)", "sign(a)",
         "scale(a)", "min_scale(a)", "trim_scale(a)", "a::text", "a::float8",
         "(least(greatest(a, -1000000), 1000000))::int"]
AGGREGATES = ["sum", "avg", "min", "max", "stddev", "stddev_pop", "variance", "var_pop"]


@pytest.fixture(scope="module")
def sessions(firn):
    with private_postgres() as where, psycopg.connect(where, autocommit=True) as postgres, \
            firn.connect(autocommit=True) as ours:
        yield ours, postgres


def number(chance):
    digits = chance.choice([1, 2, 4, 5, 8, 9, 15, 16, 17, 20, 30])
    text = "".join(chance.choice("0123456789") for _ in range(digits))
    if chance.random() < 0.2:
        text = text[:chance.randrange(1, digits + 1)] + "0" * chance.randrange(0, 6)
    point = chance.randrange(0, len(text) + 1)
    text = (text[:point] or "0") + ("." + text[point:] if point < len(text) else "")
    if chance.random() < 0.1:
        text = "0." + "0" * chance.randrange(0, 18) + text.replace(".", "")
    return ("-" if chance.random() < 0.3 else "") + text


def fixed(chance, precision, scale):
    unscaled = chance.randrange(-10**chance.randrange(1, 12), 10**11)
    return f"{unscaled}e-{scale}::numeric({precision},{scale})"


def clamped(value, limit):
    return max(min(value, Decimal(limit)), Decimal(-limit))


# The functions PostgreSQL computes by series of its own: it is at times off by one in the last
# digit, next to a tie, where firn gives the exact value rounded.
EXACT = {
    "power(abs(a) + 0.01, greatest(least(b, 30), -30))":
        lambda context, a, b: context.power(abs(a) + Decimal("0.01"), clamped(b, 30)),
    "log(abs(a) + 1.5, abs(b) + 0.5)":
        lambda context, a, b: context.divide(context.ln(abs(b) + Decimal("0.5")),
                                             context.ln(abs(a) + Decimal("1.5"))),
    "exp(greatest(least(a, 200), -200))": lambda context, a, _: context.exp(clamped(a, 200)),
    "ln(abs(a) + 0.001)": lambda context, a, _: context.ln(abs(a) + Decimal("0.001")),
    "log(abs(a) + 0.001)": lambda context, a, _: context.log10(abs(a) + Decimal("0.001")),
}


def take_exact(ours, theirs, exact, pairs):
    """Where the two differ by one in the last digit and ours is the exact value rounded half up,
    ours is put in place of theirs; any other difference stays."""
    context = Context(prec=2000, rounding=ROUND_HALF_UP, Emax=10**6, Emin=-10**6)
    for (row, mine), other in zip(ours[2], theirs[2]):
        if mine == other[1] or mine is None or other[1] is None:
            continue
        unit = Decimal(1).scaleb(Decimal(mine).as_tuple().exponent)
        if abs(context.subtract(Decimal(mine), Decimal(other[1]))) != unit:
            continue
        value = exact(context, *map(Decimal, pairs[int(row)]))
        if value.quantize(unit, context=context) == Decimal(mine):
            other[1] = mine


def agree(sessions, sql, exact=None, pairs=None):
    ours, theirs = (ask(session, sql) for session in sessions)
    if exact and len(ours) == len(theirs) == 3:
        take_exact(ours, theirs, exact, pairs)
    check(sql, ours, theirs)


@pytest.mark.parametrize("expressions", [BINARY, UNARY], ids=["binary", "unary"])
@pytest.mark.parametrize("bare", [True, False], ids=["open", "decimal"])
def test_random_operands_agree(sessions, seed, expressions, bare):
    compare_operands(sessions, seed, expressions, bare)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(20))
@pytest.mark.parametrize("expressions", [BINARY, UNARY], ids=["binary", "unary"])
def test_many_random_operands_agree(sessions, seed, expressions, turn):
    compare_operands(sessions, seed, expressions, bare=turn % 2 == 0)


def compare_operands(sessions, seed, expressions, bare):
    chance = random.Random(seed)
    for _ in range(4):
        pairs = [(number(chance), number(chance)) if bare else
                 (fixed(chance, 16, 4), fixed(chance, 14, 2)) for _ in range(PAIRS)]
        rows = ", ".join(f"({i}, {a}, {b})" for i, (a, b) in enumerate(pairs))
        plain = [(a.split("::")[0], b.split("::")[0]) for a, b in pairs]
        for expression in expressions:
            sql = f"SELECT i, {expression} FROM (VALUES {rows}) v(i, a, b) ORDER BY i"
            agree(sessions, sql, EXACT.get(expression), plain)


def test_random_groups_agree(sessions, seed):
    chance = random.Random(seed)
    rows = ", ".join(f"({chance.randrange(12)}, {number(chance)})" for _ in range(2000))
    calls = ", ".join(f"{name}(a)" for name in AGGREGATES)
    agree(sessions, f"SELECT g, {calls} FROM (VALUES {rows}) v(g, a) GROUP BY g ORDER BY g")
    agree(sessions, f"SELECT g, {calls} FROM (SELECT g, trunc(a % 1000000)::int AS a FROM "
                    f"(VALUES {rows}) v(g, a)) w GROUP BY g ORDER BY g")
