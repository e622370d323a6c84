"""Values of the types that are kept as text, of oids and of arrays: PostgreSQL 15 and firn's codecs
must answer alike, in text and binary, and refuse the same with the same SQLSTATE."""

from __future__ import annotations

import psycopg
import pytest

from postgres_server import BIN, private_postgres
from test_value_codecs import SEED, ask_firn, escape
from type_values import TYPES, values

COUNT = 1500

pytestmark = pytest.mark.skipif(not BIN.exists(), reason="needs PostgreSQL 15's binaries")

ASK = """
create function ask(type text, send text, value text) returns text[] language plpgsql as $$
declare answer text[];
begin
  execute format('select array[''ok'', format(''%%s'', x), encode(%s(x), ''hex'')]
                  from (select $1::%s as x) as q', send, type) into answer using value;
  return answer;
exception when others then
  return array['error', sqlstate, sqlerrm];
end $$;
"""

SENDS = {"time without time zone": "time_send", "time with time zone": "timetz_send",
         "interval": "interval_send", "json": "json_send", "jsonb": "jsonb_send",
         "inet": "inet_send", "cidr": "cidr_send", "oid": "oidsend", '"char"': "charsend",
         "numeric": "numeric_send"}

# Forms that the generator does not think of.
ODD = {
    "time without time zone": [
        "", "x", "25:00", "24:00:01", "12:60", "1234", "123456", "12", "12:30 AM", "0:00", "12:30Z",
        "T12:30", "allballs", "2020-01-01 12:30", "infinity", "12:30:00.1234567", "12:30:60",
        "12:30:61", "12:30 +02", "  12:30  ", "12:30:00.9999999", "13:00 PM"],
    "time with time zone": [
        "", "12:30", "12:30+16", "12:30+15:59:59", "12:30-00:00", "12:30+0530", "12:30 PM +01",
        "24:00:00+00", "allballs", "12:30 UTC", "2020-01-01 12:30+02", "12:30+2"],
    "interval": [
        "", "x", "1", "1.5", "-1", "+1", "1 day 1 day", "day", "1 ago", "1 day ago", "ago",
        "1 year 2 mons", "1-2", "-1-2", "1-12", "1-2 3 4:05:06", "P1Y", "P1", "P", "PT",
        "P1Y2M3W4D",
        "PT1H2M3.5S", "P0001-02-03T04:05:06", "P00010203T040506", "P1.5Y", "PT1.5H", "p1y", "P-1Y",
        "1:2", "1:2:3", "1:2:3.5", "1:60", "100:00:00", "-1:00", "- 1:00", "1 -1:00", "2:3.5",
        "1.5 years", "1.5 months", "1.5 weeks", "1.5 days", "0.1 centuries", "1 millennium",
        "1 microsecond", "1.5 ms", "1 us", "1e3 s", "3000000000 days", "200000000 years",
        "9223372036854775807 us", "9223372036854775808 us", "1 y 2 m", "1 h 2 m", "infinity",
        "@ 1 day", "1day", "1 day2 hours", "4 hours 3", "1 quarter", "1 hour 1:00", "1 dec 2 c",
        "2147483647 mons 1 mon", "178956970 years 8 mons", "-0.5 s", "-0.0000005 s", "0.0000005 s"],
    "json": [
        "", " ", "x", "tru", "truex", "1a", "01", "-", "-0", "1.", ".5", "1e", "1e5", "[1,]",
        "[,1]", "{", "}", '{"a"}',
        '{"a":}', '{"a":1,}', "{a:1}", '"', '"\\x"', '"\\u12"', '"\\u0000"',
        '"\\ud800"', '"\\ud83d\\ude00"', '"a\tb"', "[1] x", "nul", '{"a":1 "b":2}', "[" * 100],
    "inet": [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/", "1.2/16", "1.2/24",
        "01.2.3.4", " 1.2.3.4", "1.2.3.4 ", "::", "::1", "1::2::3",
        "::ffff:1.2.3.4", "::/129", "::/00",
        "1:2:3:4:5:6:7", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "abcd", "12345::", "1.2.3.4/032"],
    "cidr": ["10", "10.1", "224", "128.1", "192.168.1", "192.168.1.0/24", "192.168.1.1/24",
             "::/0", "::1/64", "2001:db8::/32", "1.2.3.4", "240.0.0.1", "10/8", "10/33"],
    "oid": ["", "x", "-1", "4294967295", "4294967296", "-2147483648", "-2147483649", " 1 ", "1 x",
            "+1", "1.5"],
    '"char"': ["", "ab", "\\101", "\\400", "\\37", "\\", "é"],
    "numeric": [
        "", "1e131071", "1e131072", "1e-16383", "1e-16384", "0e99999", "1" + "0" * 200, "-0.00",
        "00012.500", ".5", "5.", "+.5e-3", " NaN ", "inf", "-Infinity", "1e", "1e+", "0x1"],
    "integer[]": [
        "", "{}", " { } ", "{1}", "{1,2,}", "{,1}", "{1 2}", "{NULL,null,Null}", '{"1"}',
        '{"NULL"}', "{1}x", "1,2", "{x}", "{{1}}", "[1:2]={1,2}", "[1:3]={1,2}", "[0:1]={1,2}",
        "[2]={1,2}", "{1", "[1:2]{1,2}", "{ 1 , 2 }", '{1,"2"}', "{99999999999}", "[2:1]={}"],
    "text[]": ['{a b , c}', '{"a""b"}', '{"a"b}', '{a"b"}', '{a\\,b}', '{\\n}', '{"\\""}', '{NULL}',
               '{"NULL"}', '{nul\\l}', '{" a "}', "{''}", '{"}', "{a}}", "{a{b}", '{""}'],
}
CASES = sorted(set(SENDS) | {name for name in TYPES if name.endswith("[]")} | set(ODD))


@pytest.fixture(scope="module")
def postgres():
    with private_postgres() as conninfo, psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(ASK)
        yield connection


def is_deviation(type_name: str, theirs: tuple, ours: tuple) -> bool:
    """What docs/guide/types.md says firn refuses."""
    if ours[0] == "ok":
        return False
    if ours[1] == "0A000":
        return any(word in ours[2] for word in (
            "more than one dimension", "lower bound", "time zone is not supported",
            "relative to the current time", "NaN cannot be stored"))
    plain = type_name.removesuffix("[]")
    if plain.startswith("character") and theirs[0] == "ok":
        return ours[1] == "22001"  # the cast that asks PostgreSQL cuts, input does not
    if plain.startswith("timestamp"):
        return ours[1] == "22008" and "29424" in ours[2] or "29425" in ours[2]
    return plain.startswith("numeric") and ours[1] == "22003" and theirs[0] == "ok" and any(
        word in theirs[1] for word in ("Infinity", "NaN"))


@pytest.mark.parametrize("type_name", CASES)
def test_every_value_is_read_and_written_as_postgres_does(postgres, type_name):
    texts = [*ODD.get(type_name, []), *values(type_name, COUNT, SEED)]
    send = "array_send" if type_name.endswith("[]") else SENDS[type_name]
    theirs = [tuple(row[0]) for row in postgres.execute(
        "select ask(%s, %s, value) from unnest(%s::text[]) with ordinality u(value, n) order by n",
        (type_name, send, texts)).fetchall()]
    ours = ask_firn([f"{type_name}\t{escape(text)}" for text in texts])
    wrong = []
    for text, postgres_says, firn_says in zip(texts, theirs, ours):
        same = (firn_says == postgres_says if postgres_says[0] == "ok"
                else firn_says[:2] == postgres_says[:2])
        if not same and not is_deviation(type_name, postgres_says, firn_says):
            wrong.append((text, postgres_says, firn_says))
    assert not wrong, "\n".join(map(repr, wrong[:20])) + f"\n{len(wrong)} of {len(texts)}"


@pytest.mark.parametrize("type_name", CASES)
def test_the_binary_form_is_read_back(postgres, type_name):
    send = "array_send" if type_name.endswith("[]") else SENDS[type_name]
    texts = values(type_name, COUNT, SEED + 1)
    answers = [tuple(row[0]) for row in postgres.execute(
        "select ask(%s, %s, value) from unnest(%s::text[]) with ordinality u(value, n) order by n",
        (type_name, send, texts)).fetchall()]
    known = [answer for answer in answers if answer[0] == "ok"]
    ours = ask_firn([f"{type_name}\tbinary\t{answer[2]}" for answer in known])
    wrong = [(want, got) for want, got in zip(known, ours)
             if got != want and not is_deviation(type_name, want, got)]
    assert not wrong, "\n".join(map(repr, wrong[:20])) + f"\n{len(wrong)} of {len(known)}"
