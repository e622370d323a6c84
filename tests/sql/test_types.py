"""Every type, in text and in binary, from literal to memory to log to Parquet and back."""

from __future__ import annotations

import psycopg
import pytest

# Literals per type: ordinary ones, the ends of the range, and what is printed in a special way.
VALUES = {
    "boolean": ["true", "f", "yes"],
    "smallint": ["0", "-32768", "32767"],
    "integer": ["0", "-2147483648", "2147483647"],
    "bigint": ["0", "-9223372036854775808", "9223372036854775807"],
    "real": ["0", "-0", "1.5", "0.1", "3.4028235e+38", "1e-45", "1e15", "123456.79", "NaN",
             "Infinity", "-Infinity"],
    "double precision": ["0", "-0", "0.1", "1e15", "1e16", "123456789.123456789", "5e-324",
                         "1.7976931348623157e+308", "NaN", "Infinity", "-Infinity"],
    "numeric(12,2)": ["0", "0.1", "-9999999999.99", "9999999999.99", "1.005", "-1.005", "1e3"],
    "numeric(38,0)": ["0", "10000", "99999999999999999999999999999999999999",
                      "-99999999999999999999999999999999999999"],
    "numeric(38,37)": ["0", "9.9999999999999999999999999999999999999", "-0.0001", "1e-37"],
    "text": ["", "plain", "quote ' and \\ backslash", "tab\tnewline\n", "žluťoučký 🐎", "NULL"],
    "varchar(5)": ["", "five5", "🐎🐎🐎🐎🐎", "trail     "],
    "bytea": ["", "\\x00ff10", "text", "\\\\x", "a\\000b"],
    "date": ["1970-01-01", "2000-02-29", "0001-01-01", "9999-12-31", "12345-06-07", "1969-12-31"],
    "timestamp": ["1970-01-01 00:00:00", "2024-02-29 23:59:59.999999", "0001-01-01 00:00:00",
                  "9999-12-31 12:00:00.5", "1969-12-31 23:59:59.999999", "2001-01-01T10:20:30"],
    "timestamptz": ["1970-01-01 00:00:00+00", "2024-06-01 12:00:00.123456+02",
                    "2024-06-01 12:00:00-05:30", "1900-01-01 00:00:00Z"],
    "uuid": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
             "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}"],
}
REFUSED = {
    "boolean": [("maybe", "22P02")],
    "smallint": [("32768", "22003"), ("1.5", "22P02"), ("", "22P02")],
    "integer": [("2147483648", "22003"), ("one", "22P02")],
    "bigint": [("9223372036854775808", "22003")],
    "real": [("1e39", "22003"), ("x", "22P02")],
    "double precision": [("1e309", "22003"), ("1,5", "22P02")],
    "numeric(12,2)": [("10000000000", "22003"), ("9999999999.995", "22003"), ("a", "22P02")],
    "varchar(5)": [("sixsix", "22001"), ("🐎🐎🐎🐎🐎🐎", "22001")],
    "bytea": [("\\xzz", "22023"), ("\\x0", "22023")],
    "date": [("2023-02-29", "22008"), ("yesterday-ish", "22007")],
    "timestamp": [("2023-02-29 00:00:00", "22008"), ("2023-01-01 25:00:00", "22008")],
    "timestamptz": [("noon", "22007")],
    "uuid": [("a0eebc99", "22P02")],
}


def raw(session, query: str, binary: bool) -> list[list[bytes | None]]:
    """The bytes of every value as they came over the wire."""
    result = session.pgconn.exec_params(query.encode(), None, result_format=int(binary))
    assert not result.error_message, result.error_message.decode()
    return [[result.get_value(row, column) for column in range(result.nfields)]
            for row in range(result.ntuples)]


def described(session, query: str) -> list[tuple[int, int, int]]:
    """Type, modifier and size of every result column."""
    result = session.pgconn.exec_params(query.encode(), None)
    return [(result.ftype(n), result.fmod(n), result.fsize(n)) for n in range(result.nfields)]


def fill(session, name: str, kind: str, values: list[str]) -> None:
    session.execute("SET TIME ZONE 'UTC'")
    session.execute(f"CREATE TABLE {name} (n int, v {kind})")
    for n, value in enumerate(values):
        session.execute(f"INSERT INTO {name} VALUES ({n}, %s)", (value,))
    session.execute(f"INSERT INTO {name} VALUES ({len(values)}, NULL)")


@pytest.mark.service
@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_the_same_to_the_byte_as_from_postgresql(session, postgres_server, table, kind):
    with postgres_server() as postgres:
        for each in (session, postgres):
            fill(each, table, kind, VALUES[kind])
        query = f"SELECT v FROM {table} ORDER BY n"
        assert described(session, query) == described(postgres, query)
        for binary in (False, True):
            assert raw(session, query, binary) == raw(postgres, query, binary)


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_the_same_after_the_flush(session, table, kind):
    fill(session, table, kind, VALUES[kind])
    query = f"SELECT v FROM {table} ORDER BY n"
    hot = [raw(session, query, binary) for binary in (False, True)]
    session.execute("CHECKPOINT")
    assert [raw(session, query, binary) for binary in (False, True)] == hot


def test_values_survive_a_kill(firn_server):
    server = firn_server()
    with server.connect() as session:
        for number, (kind, values) in enumerate(VALUES.items()):
            fill(session, f"t{number}", kind, values)
        before = [raw(session, f"SELECT v FROM t{number} ORDER BY n", True)
                  for number in range(len(VALUES))]
    server.kill9()
    server.start()
    with server.connect() as session:
        assert before == [raw(session, f"SELECT v FROM t{number} ORDER BY n", True)
                          for number in range(len(VALUES))]


@pytest.mark.parametrize("kind", VALUES)
def test_a_literal_and_a_copied_field_are_read_alike(session, table, kind):
    fill(session, table, kind, VALUES[kind])
    with session.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for n, value in enumerate([*VALUES[kind], None], 100):
            copy.write_row((str(n), value))
    by_insert = raw(session, f"SELECT v FROM {table} WHERE n < 100 ORDER BY n", True)
    by_copy = raw(session, f"SELECT v FROM {table} WHERE n >= 100 ORDER BY n", True)
    assert by_copy == by_insert


@pytest.mark.parametrize("kind", VALUES)
def test_a_binary_parameter_is_read_as_it_was_written(session, table, kind):
    fill(session, table, kind, VALUES[kind])
    written = raw(session, f"SELECT v FROM {table} ORDER BY n", True)
    session.execute(f"CREATE TABLE {table}_again (n int, v {kind})")
    insert = f"INSERT INTO {table}_again VALUES ($1, $2)".encode()
    for n, (value,) in enumerate(written):
        result = session.pgconn.exec_params(insert, [str(n).encode(), value], None, [0, 1], 0)
        assert not result.error_message, result.error_message.decode()
    assert raw(session, f"SELECT v FROM {table}_again ORDER BY n", True) == written


@pytest.mark.parametrize("kind, value, code", [
    (kind, value, code) for kind, cases in REFUSED.items() for value, code in cases])
def test_a_value_that_does_not_fit_is_refused(session, table, kind, value, code):
    session.execute(f"CREATE TABLE {table} (v {kind})")
    result = session.pgconn.exec_params(f"INSERT INTO {table} VALUES ($1)".encode(),
                                        [value.encode()])
    assert result.error_field(ord("C")).decode() == code
    assert session.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.service
@pytest.mark.parametrize("kind, value, code", [
    (kind, value, code) for kind, cases in REFUSED.items() for value, code in cases])
def test_postgresql_refuses_it_with_the_same_code(postgres_server, table, kind, value, code):
    with postgres_server() as postgres:
        postgres.execute(f"CREATE TABLE {table} (v {kind})")
        result = postgres.pgconn.exec_params(f"INSERT INTO {table} VALUES ($1)".encode(),
                                             [value.encode()])
        assert result.error_field(ord("C")).decode() == code


@pytest.mark.parametrize("kind, message", [
    ("money", "money"), ("xml", "xml"), ("point", "point"), ("bit(3)", "bit"),
    ("int4range", "range"), ("tsvector", "tsvector"), ("macaddr", "macaddr"),
    ("timestamp(3)", "timestamp"),
])
def test_a_type_not_there_is_refused_with_a_hint(session, table, kind, message):
    result = session.pgconn.exec_(f"CREATE TABLE {table} (v {kind})".encode())
    assert result.error_field(ord("C")) == b"0A000"
    assert message in result.error_field(ord("M")).decode()
    assert result.error_field(ord("H"))


def test_a_type_that_does_not_exist_is_an_error(session, table):
    result = session.pgconn.exec_(f"CREATE TABLE {table} (v strnig)".encode())
    assert result.error_field(ord("C")) == b"42704"


CHARACTERS = [
    ("SELECT id FROM {t} WHERE c = $1 ORDER BY id", ["a   "]),
    ("SELECT id FROM {t} WHERE c = $1 ORDER BY id", ["a"]),
    ("SELECT id FROM {t} WHERE $1 < c ORDER BY id", ["a  "]),
    ("SELECT id FROM {t} WHERE c BETWEEN $1 AND $2 ORDER BY id", ["a ", "ab  "]),
    ("SELECT id FROM {t} WHERE c IS NOT DISTINCT FROM $1 ORDER BY id", ["a "]),
    ("SELECT id FROM {t} WHERE c IS DISTINCT FROM $1 ORDER BY id", ["a "]),
    ("SELECT id FROM {t} WHERE c IN ($1, $2) ORDER BY id", ["a ", "b   "]),
    ("SELECT id FROM {t} WHERE c NOT IN ($1, 'ab') ORDER BY id", ["a "]),
    ("SELECT id FROM {t} WHERE c LIKE $1 ORDER BY id", ["a%"]),
    ("SELECT nullif(c, $1), coalesce(c, $2) FROM {t} ORDER BY id", ["a ", "zz  "]),
    ("SELECT $1::char(3), $2::char(3) || '|', length($3::char(9))", ["abcd", "a ", "a  "]),
    ("SELECT id FROM {t} WHERE f = $1 ORDER BY id", ["0.1"]),
    ("SELECT id FROM {t} WHERE f IN ($1, '2.5') ORDER BY id", ["0.1"]),
]


def parameters_and_rows(session, query, values):
    """The types of the parameters and columns as Describe tells them, and the rows."""
    pgconn = session.pgconn
    prepared = pgconn.prepare(b"", query.encode())
    if prepared.status != psycopg.pq.ExecStatus.COMMAND_OK:
        return prepared.error_field(psycopg.pq.DiagnosticField.SQLSTATE)
    told = pgconn.describe_prepared(b"")
    types = ([told.param_type(at) for at in range(told.nparams)],
             [told.ftype(at) for at in range(told.nfields)])
    ran = pgconn.exec_params(query.encode(), [value.encode() for value in values])
    return types, [[ran.get_value(row, column) for column in range(ran.nfields)]
                   for row in range(ran.ntuples)]


def test_blanks_at_the_end_of_a_parameter_do_not_count_beside_characters(
        session, postgres_server, table):
    with postgres_server() as postgres:
        for one in (session, postgres):
            one.autocommit = True
            one.execute(f"CREATE TABLE {table} (id int, c char(4), f real)")
            one.execute(f"INSERT INTO {table} VALUES (1, 'a', 0.1), (2, 'ab', 2.5), (3, 'b', 3), "
                        "(4, NULL, NULL)")
        for query, values in CHARACTERS:
            query = query.format(t=table)
            assert (parameters_and_rows(session, query, values)
                    == parameters_and_rows(postgres, query, values)), query
        postgres.execute(f"DROP TABLE {table}")


def test_intervals_of_one_length_stay_apart(session, table):
    """A month and 30 days are equal: through a view, a check, stored rows and parameters."""
    session.execute(f"CREATE TABLE {table} (t timestamp, m timestamp, d timestamp, CHECK "
                    "(t + interval '1 mon' >= m AND t + interval '30 days' >= d))")
    month, days = f"{table}.t + interval '1 mon'", f"{table}.t + interval '30 days'"
    session.execute(f"INSERT INTO {table} (t) VALUES ('2024-01-31'), ('2024-03-31')")
    session.execute(f"INSERT INTO {table} SELECT t, {month}, {days} FROM {table}")
    shown = [("2024-01-31", "2024-02-29", "2024-03-01"), ("2024-03-31", "2024-04-30", "2024-04-30")]
    asked = f"SELECT t::date::text, m::date::text, d::date::text FROM {table} WHERE m IS NOT NULL"
    assert session.execute(asked + " ORDER BY 1").fetchall() == shown
    with pytest.raises(psycopg.errors.CheckViolation):
        session.execute(f"INSERT INTO {table} VALUES ('2024-01-31', '2024-03-01', '2024-03-01')")

    session.execute(f"CREATE VIEW v_{table} AS SELECT t, {month} AS a FROM {table} "
                    "WHERE m IS NULL")
    of_view = f"SELECT t::date::text, a::date::text, (t + %s)::date::text FROM v_{table} ORDER BY 1"
    assert session.execute(of_view.replace("%s", "interval '30 days'")).fetchall() == shown
    assert session.execute(of_view.replace("%s", "%s::interval"), ("30 days",)).fetchall() == shown
    two = f"SELECT (t + %s::interval)::date::text, (t + %s::interval)::date::text FROM v_{table}"
    for given in (("1 mon", "30 days"), ("30 days", "1 mon"), ("30 days", "30 days")):
        places = {"1 mon": 1, "30 days": 2}
        want = sorted(tuple(row[places[one]] for one in given) for row in shown)
        assert sorted(session.execute(two, given, prepare=True).fetchall()) == want
    session.execute(f"DROP VIEW v_{table}")
