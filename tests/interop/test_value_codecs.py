"""Values and COPY files: PostgreSQL 15 and firn's codecs must answer alike.

`codec_probe` (built with the columnar room) reads a value from text and gives its text and binary
forms, or an SQLSTATE; PostgreSQL's own input, output and send functions are asked the same.
"""

import os
import random
import string
import struct
import subprocess

import psycopg
import pytest

from firn_process import program_beside
from postgres_server import private_postgres

PROBE = program_beside("codec_probe")
SEED = int(os.environ.get("FIRN_TEST_SEED", "20261121"))
GENERATED = int(os.environ.get("FIRN_TEST_VALUES", "3000"))


# Where firn answers otherwise than PostgreSQL, on purpose: (types, what is wanted of PostgreSQL's
# and firn's answers and the value, reason). Answers are ("ok", text, hex) or ("error", state, …).
REFUSED_ZONES = "abbreviations of zones mean what a table in PostgreSQL says"
DEVIATIONS = [
    (
        {"timestamp without time zone", "timestamp with time zone"},
        lambda value, postgres, firn: postgres[0] == "ok"
        and firn[:2] == ("error", "22008")
        and postgres[1] > "294247"
        and len(postgres[1].split("-")[0]) == 6,
        "Arrow counts from 1970, so the last 30 years of PostgreSQL's range do not fit 64 bits",
    ),
    (
        {"date", "timestamp without time zone", "timestamp with time zone"},
        lambda value, postgres, firn: firn[:2] == ("error", "0A000")
        and "time zone is not supported" in firn[2],
        REFUSED_ZONES,
    ),
    (
        {"date", "timestamp without time zone", "timestamp with time zone"},
        lambda value, postgres, firn: firn[:2] == ("error", "0A000")
        and "relative to the current time" in firn[2],
        "'now' and 'today' in data would be read at different times in a replay",
    ),
    (
        {"numeric"},
        lambda value, postgres, firn: postgres[:2] == ("ok", "NaN")
        and firn[:2] == ("error", "0A000"),
        "decimal128 has no NaN",
    ),
]

CODECS = {  # type: (pg_type.typname, further arguments of the input function)
    "boolean": ("bool", ""),
    "smallint": ("int2", ""),
    "integer": ("int4", ""),
    "bigint": ("int8", ""),
    "real": ("float4", ""),
    "double precision": ("float8", ""),
    "numeric(12,2)": ("numeric_", ", 0, ((12 << 16) | 2) + 4"),
    "numeric(38,10)": ("numeric_", ", 0, ((38 << 16) | 10) + 4"),
    "numeric(38,0)": ("numeric_", ", 0, (38 << 16) + 4"),
    "numeric(38,38)": ("numeric_", ", 0, ((38 << 16) | 38) + 4"),
    "numeric(5,5)": ("numeric_", ", 0, ((5 << 16) | 5) + 4"),
    "text": ("text", ""),
    "character varying(5)": ("varchar", ", 0, 9"),
    "bytea": ("bytea", ""),
    "date": ("date_", ""),
    "timestamp without time zone": ("timestamp_", ", 0, -1"),
    "timestamp with time zone": ("timestamptz_", ", 0, -1"),
    "uuid": ("uuid_", ""),
}

ASK = """
create function ask(name text, arguments text, value text) returns text language plpgsql as $$
declare answer text;
begin
  execute format('select textin(%1$sout(x)) || chr(1) || encode(%1$ssend(x), ''hex'')
                  from (select %1$sin(textout($1)%2$s) as x) as q', name, arguments)
    into answer using value;
  return 'ok' || chr(1) || answer;
exception when others then
  return 'error' || chr(1) || sqlstate || chr(1) || sqlerrm;
end $$;
"""


@pytest.fixture(scope="module")
def postgres():
    with private_postgres() as conninfo, psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(ASK)
        yield connection


def escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return text


def unescape(text: str) -> str:
    out, letters = [], iter(text)
    for letter in letters:
        if letter == "\\":
            letter = next(letters)
            letter = {"t": "\t", "n": "\n", "r": "\r"}.get(letter, letter)
        out.append(letter)
    return "".join(out)


def ask_firn(lines: list[str]) -> list[tuple]:
    done = subprocess.run(
        [PROBE],
        input="".join(line + "\n" for line in lines).encode(),
        capture_output=True,
        check=True,
    )
    answers = done.stdout.decode().split("\n")[:-1]
    assert len(answers) == len(lines)
    return [tuple(unescape(part) for part in answer.split("\t")) for answer in answers]


def ask_postgres(connection, type_name: str, values: list[str]) -> list[tuple]:
    name, arguments = CODECS[type_name]
    rows = connection.execute(
        "select ask(%s, %s, value) from unnest(%s::text[])"
        " with ordinality as u(value, n) order by n",
        (name, arguments, values),
    ).fetchall()
    return [tuple(row[0].split("\x01")) for row in rows]


def is_deviation(type_name, value, postgres_says, firn_says) -> bool:
    plain = type_name.split("(")[0]
    return any(
        plain in types and holds(value, postgres_says, firn_says) for types, holds, _ in DEVIATIONS
    )


WORDS = [
    "",
    " ",
    "null",
    "NaN",
    "nan",
    "-nan",
    "Infinity",
    "-Infinity",
    "inf",
    "-inf",
    "+inf",
    "infinity",
    "x",
    "é",
    "1e",
    "e1",
    "--1",
    "+-1",
    "0x10",
    "1_000",
    "1,000",
    "١",
    "1 2",
    "\t5\n",
    "\v7\f",
]
NUMBERS = [
    "0",
    "-0",
    "+0",
    "00",
    "1",
    "+1",
    " 1 ",
    "32767",
    "32768",
    "-32768",
    "-32769",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999x",
    "9" * 38,
    "9" * 39,
    "-" + "9" * 38,
    "1.",
    ".1",
    ".",
    "-.",
    "1..2",
    "1.2.3",
    "1e5",
    "1E5",
    "1e+5",
    "1e-5",
    "1e 5",
    "1e\t-2",
    "1 e5",
    "1e5 ",
    "1e5x",
    "1e400",
    "-1e400",
    "1e-400",
    "1e1073741823",
    "1e1073741822",
    "0e1073741822",
    "1e-1073741823",
    "1e-99999999999999999999",
    "0.005",
    "0.00499999",
    "-0.005",
    "0.015",
    "999999999.995",
    "9999999999.994",
    "9999999999.995",
    "0.999995",
    "0.99999499999",
    "1e10",
    "1e9",
    "12345678901234567890.1234567890",
    "0.1",
    "123456789012345678",
    "1e23",
    "9007199254740993",
    "5e-324",
    "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "3.4028235e38",
    "3.4028236e38",
    "1.4e-45",
    "7e-46",
    "0x1p-3",
    "0x.8",
    "1e15",
    "123456789012345",
    "1234567890123456",
    "0.0001",
    "0.00001",
    "16777216",
    "16777217",
    "123456",
    "1234567",
]
BOOLS = [
    "t",
    "f",
    "true",
    "TRUE",
    "tr",
    "truex",
    "y",
    "yes",
    "n",
    "no",
    "on",
    "o",
    "of",
    "off",
    "1",
    "0",
    "01",
    "10",
    " t ",
    "\ttrue\n",
    "T",
    "F",
    "tt",
    "ON",
    "oFF",
    "yess",
    "noo",
]
TEXTS = [
    "abc",
    "abcde",
    "abcdef",
    "abcde ",
    "abcde    ",
    "abcde  x",
    "ééééé",
    "éééééé",
    "ééééé   ",
    "日本語日本語",
    "日本語日本 ",
    "𝄞𝄞𝄞𝄞𝄞",
    "𝄞𝄞𝄞𝄞𝄞𝄞",
    "\\",
    "a\tb",
    "a\nb",
]
BYTEAS = [
    "\\x",
    "\\x0",
    "\\x00",
    "\\xDEADbeef",
    "\\x de ad",
    "\\xd ead",
    "\\xg0",
    "\\x0g",
    "\\xé0",
    "\\X00",
    "\\\\",
    "\\",
    "\\000",
    "\\377",
    "\\400",
    "\\38",
    "\\12",
    "a\\b",
    "abc",
    "é",
    "\\\\x00",
    "\\001\\002z",
    "x00",
]
UUIDS = [
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
    "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
    "a0eebc999c0b4ef8bb6d6bb9bd380a11",
    "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
    "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
    "{a0eebc99",
    "g" * 32,
    " a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "a0-eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
]
DATES = [
    "1999-01-08",
    "January 8, 1999",
    "1/8/1999",
    "1/18/1999",
    "01/02/03",
    "1999-Jan-08",
    "Jan-08-1999",
    "08-Jan-1999",
    "99-Jan-08",
    "08-Jan-99",
    "Jan-08-99",
    "19990108",
    "990108",
    "1999.008",
    "J2451187",
    "January 8, 99 BC",
    "2020-02-29",
    "2019-02-29",
    "2020-02-30",
    "2020-13-01",
    "2020-00-01",
    "2020-01-00",
    "0000-01-01",
    "0001-01-01",
    "0001-01-01 BC",
    "4714-11-24 BC",
    "4714-11-23 BC",
    "4713-01-01 BC",
    "5874897-12-31",
    "5874898-01-01",
    "10000-01-01",
    "infinity",
    "-infinity",
    "+infinity",
    "epoch",
    "Epoch",
    "now",
    "today",
    "tomorrow",
    "yesterday",
    "2020-01-01 BC",
    "2020-01-01 AD",
    "2020/01/02",
    "2020.01.02",
    "1.2.2020",
    "13.1.2020",
    "1-2-2020",
    "1-13-2020",
    "13-1-2020",
    "2020-1-2",
    "2020-01",
    "2020",
    "20200",
    "Jan 2020",
    "8 Jan",
    "Jan 8",
    "Sat 2020-01-04",
    "Saturday, January 4, 2020",
    "2020-01-04 Sat",
    "Jan 4 Sat 2020",
    "2020-01-01T10:00",
    "2020-01-01 10:00:00",
    "2020-01-01T",
    "2020-01-01Z",
    "2020-01-01+02",
    "2020-01-01 +02:00",
    "y2020m1d5",
    "2020y",
    "2020-W01",
    "2020-001",
    "2020001",
    "2020-366",
    "2019-366",
    "-2020-01-01",
    "x2020",
    "294276-12-31",
    "2020-01-01 foo",
    "1999 Jan 08",
    "1999 08 Jan",
    "08 1999 Jan",
    "infinity BC",
    "epoch 1",
    "20200230",
    "2020-01-01 America/New_York",
    "2020-01-01 EST",
    "noon",
    "99/1/1",
    "1/1/99",
    "1/1/69",
    "1/1/70",
    "1/1/999",
    "999999-01-01",
    "2020-01-01 BC BC",
    "on 2020-01-01",
    "2020--01--01",
    "2020-01-01-",
    "-",
    "+",
    "2020-01-01 25:00",
]
TIMES = [
    "10:20",
    "10:20:30",
    "10:20:30.5",
    "10:20:30.123456",
    "10:20:30.1234567",
    "10:20:30.9999995",
    "10:20:30.12345650000",
    "23:59:59.9999999",
    "23:59:60",
    "23:59:60.5",
    "24:00",
    "24:00:00",
    "24:00:01",
    "25:00",
    "10:60",
    "10:20:61",
    "10:20:60",
    "10:20.5",
    "102030",
    "1020",
    "102030.5",
    "T102030",
    "10",
    "10:20 PM",
    "10:20 AM",
    "12:00 AM",
    "12:00 PM",
    "13:00 PM",
    "00:30 AM",
    "0:5",
    "1:2:3",
    "10:20:30Z",
    "10:20:30 Z",
    "10:20:30z",
    "10:20:30+00",
    "10:20:30+02",
    "10:20:30-08",
    "10:20:30+05:30",
    "10:20:30 +0530",
    "10:20:30+5",
    "10:20:30+15:59",
    "10:20:30+16",
    "10:20:30-15:59:59",
    "10:20:30+05:60",
    "10:20:30+05:3",
    "10:20:30+053",
    "10:20:30 UTC",
    "10:20:30 GMT",
    "10:20:30utc",
    "10:20:30 EST",
    "10:20:30 Europe/Berlin",
    "10:20:30 foo",
    "10:20:30 UTC+3",
    "10:20:30.",
    "10::30",
    "10:",
    ":10",
    "10:20:",
    "10:20:30:40",
    "10:20:30,5",
    "allballs",
    "zulu",
    "10:20:30 BC",
    "102030-08",
    "T10",
    "256199",
    "996060",
    "10:20:30 Z Z",
    "10:20:30+02 UTC",
    "10h",
    "10h20mm30s",
    "at 10:20",
]


def mutate(random_, value: str, alphabet: str) -> str:
    letters = list(value)
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        at = random_.randrange(len(letters) + 1)
        what = random_.random()
        if what < 0.4:
            letters.insert(at, random_.choice(alphabet))
        elif letters and what < 0.7:
            del letters[min(at, len(letters) - 1)]
        elif letters:
            letters[min(at, len(letters) - 1)] = random_.choice(alphabet)
    return "".join(letters)


def random_number(random_) -> str:
    digits = "".join(
        random_.choices(string.digits, k=random_.randint(1, random_.choice((3, 9, 20, 42))))
    )
    if random_.random() < 0.6:
        at = random_.randrange(len(digits) + 1)
        digits = digits[:at] + "." + digits[at:]
    if random_.random() < 0.3:
        digits += f"e{random_.randint(-45, 45)}"
    return random_.choice(("", "-", "+", "")) + digits


def random_float(random_) -> str:
    if random_.random() < 0.3:
        return random_number(random_)
    if random_.random() < 0.5:
        return repr(struct.unpack("<d", random_.randbytes(8))[0])
    # Powers and their neighbours: where shortest digits are hard.
    return repr(
        random_.choice((2.0, 10.0, 5.0)) ** random_.randint(-320, 300) * random_.choice((1, 3, 7))
    )


def random_date(random_) -> str:
    year = random_.choice(
        (random_.randint(1, 9999), random_.randint(1900, 2100), random_.randint(1, 300000))
    )
    month, day = random_.randint(1, 12), random_.randint(1, random_.choice((28, 31)))
    name = random_.choice(("Jan", "february", "MAR", "Sept", "dec"))
    form = random_.choice(
        (
            "{y:04}-{m:02}-{d:02}",
            "{y:04}-{m:02}-{d:02}",
            "{m}/{d}/{y}",
            "{n} {d}, {y}",
            "{d} {n} {y}",
            "{y:04}{m:02}{d:02}",
            "{d}-{n}-{y}",
            "{y}-{n}-{d}",
            "{y}.{m}.{d}",
            "J{j}",
        )
    )
    text = form.format(y=year, m=month, d=day, n=name, j=random_.randint(0, 4000000))
    return text + random_.choice(("", "", "", " BC", " AD"))


def random_timestamp(random_) -> str:
    date = random_date(random_) if random_.random() < 0.9 else random_.choice(DATES)
    time = (
        random_.choice(TIMES)
        if random_.random() < 0.4
        else "{:02}:{:02}:{:02}".format(
            random_.randint(0, 23), random_.randint(0, 59), random_.randint(0, 59)
        )
    )
    if random_.random() < 0.4:
        time += "." + str(random_.randint(0, 10 ** random_.randint(1, 8)))
    if random_.random() < 0.4:
        time += random_.choice(("Z", "+00", "-05", "+05:30", "-0330", " UTC", " +3", " PM", " BC"))
    if random_.random() < 0.1:
        return time + " " + date
    return date + random_.choice((" ", "T", "  ", "t")) + time


def values_for(type_name: str) -> list[str]:
    random_ = random.Random(f"{SEED}/{type_name}")
    plain = type_name.split("(")[0]
    stamps = [
        f"{day} {time}"
        for day in ("2020-01-02", "Jan 2 2020", "20200102", "0001-01-01")
        for time in TIMES
    ]
    stamps += [
        "294246-12-31 23:59:59.999999",
        "294247-01-10 04:00:54.775806",
        "294247-01-10 04:00:54.775807",
        "294276-12-31 23:59:59.999999",
        "294277-01-01 00:00:00",
        "4714-11-24 00:00:00 BC",
        "4714-11-23 23:59:59 BC",
        "4714-11-24 00:00:00+00 BC",
        "4714-11-24 00:00:00+01 BC",
        "2000-01-01 00:00:00-15:59",
        "1969-12-31 23:59:59.999999",
        "2020-01-01 00:00:00.000001",
    ]
    source = {
        "boolean": (BOOLS, lambda: random_.choice(BOOLS), "tfyno10 rue"),
        "smallint": ([], lambda: str(random_.randint(-40000, 40000)), "+-0123456789 .e\t"),
        "integer": ([], lambda: str(random_.randint(-(2**32), 2**32)), "+-0123456789 .e\t"),
        "bigint": ([], lambda: str(random_.randint(-(2**64), 2**64)), "+-0123456789 .e\t"),
        "real": ([], lambda: random_float(random_), "+-0123456789 .eEx\tnif"),
        "double precision": ([], lambda: random_float(random_), "+-0123456789 .eEx\tnif"),
        "numeric": ([], lambda: random_number(random_), "+-0123456789 .eE\tna"),
        "text": (TEXTS, lambda: random_.choice(TEXTS), "abé日 \\"),
        "character varying": (TEXTS, lambda: random_.choice(TEXTS), "abé日 \\"),
        "bytea": (
            BYTEAS,
            lambda: "\\x" + random_.randbytes(random_.randint(0, 9)).hex(),
            "0123456789abcdefg \\x",
        ),
        "uuid": (UUIDS, lambda: random_.choice(UUIDS), "0123456789abcdefg-{}"),
        "date": (DATES + stamps, lambda: random_date(random_), "0123456789-/. :JanBCTZ+"),
        "timestamp without time zone": (
            DATES + stamps,
            lambda: random_timestamp(random_),
            "0123456789-/. :JanBCTZ+",
        ),
        "timestamp with time zone": (
            DATES + stamps,
            lambda: random_timestamp(random_),
            "0123456789-/. :JanBCTZ+",
        ),
    }
    fixed, generate, alphabet = source[plain]
    values = WORDS + NUMBERS + fixed
    for _ in range(GENERATED):
        value = generate()
        values.append(value if random_.random() < 0.6 else mutate(random_, value, alphabet))
    return [value for value in values if "\0" not in value]


@pytest.mark.parametrize("type_name", CODECS)
def test_values_read_and_written_as_postgres_does(postgres, type_name):
    values = values_for(type_name)
    expected = ask_postgres(postgres, type_name, values)
    got = ask_firn([f"{type_name}\t{escape(value)}" for value in values])
    wrong = []
    for value, postgres_says, firn_says in zip(values, expected, got):
        if postgres_says != firn_says and not is_deviation(
            type_name, value, postgres_says, firn_says
        ):
            wrong.append(f"{value!r}: PostgreSQL {postgres_says}, firn {firn_says}")
    assert not wrong, f"{len(wrong)} of {len(values)} (seed {SEED}):\n" + "\n".join(wrong[:40])


@pytest.mark.parametrize("type_name", CODECS)
def test_binary_values_are_read_back(type_name):
    values = values_for(type_name)
    read = [
        answer
        for answer in ask_firn([f"{type_name}\t{escape(value)}" for value in values])
        if answer[0] == "ok"
    ]
    again = ask_firn(
        [f"{type_name}\tbinary\t{answer[2] if len(answer) > 2 else ''}" for answer in read]
    )
    assert again == read
