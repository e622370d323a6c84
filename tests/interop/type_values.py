"""Random values of every column type, as texts that PostgreSQL's input functions may take."""

import json
import random
import string

LETTERS = "aé日𝄞\\\"'{},; \t\nNULL%_|"


def digits(rng, most, least=1):
    return "".join(rng.choice(string.digits) for _ in range(rng.randint(least, most)))


def any_text(rng, most=40):
    if rng.random() < 0.05:
        return rng.choice(["", " ", "NULL", "null", "\\N", "\\", '""', "{}", "x" * 5000])
    letters = rng.choice([LETTERS, string.ascii_letters, string.digits + "-+.eE :"])
    return "".join(rng.choice(letters) for _ in range(rng.randint(0, most)))


def any_numeric(rng, whole, part):
    if rng.random() < 0.03:
        return rng.choice(["NaN", "Infinity", "-Infinity", "0", "-0", "0.00", "1e5", "1.50e-3"])
    number = digits(rng, whole)
    if part and rng.random() < 0.7:
        number += "." + digits(rng, part)
    return rng.choice(["", "-"]) + number


def any_float(rng, whole=38):
    if rng.random() < 0.1:
        return rng.choice(["NaN", "Infinity", "-Infinity", "-0", "0", "1e-45", "5e-324"])
    return f"{rng.choice(['', '-'])}{rng.random()}e{rng.randint(-whole, whole - 1)}"


def any_date(rng):
    if rng.random() < 0.1:
        return rng.choice(["infinity", "-infinity", "4713-01-01 BC", "5874897-12-31", "0001-01-01",
                           "1970-01-01", "9999-12-31", "10000-01-01", "0001-12-31 BC"])
    year = rng.choice([rng.randint(1, 9999), rng.randint(1900, 2100), rng.randint(10000, 290000)])
    era = " BC" if year < 4713 and rng.random() < 0.1 else ""
    return f"{year:04}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}{era}"


def any_time(rng):
    if rng.random() < 0.05:
        return rng.choice(["00:00:00", "24:00:00", "23:59:59.999999", "23:59:60", "12:30 PM"])
    part = rng.choice(["", "." + digits(rng, 6)])
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}{part}"


def any_zone(rng):
    return rng.choice(["", "Z", "+00", f"{rng.choice('+-')}{rng.randint(0, 15):02}",
                       f"{rng.choice('+-')}{rng.randint(0, 15):02}:{rng.randint(0, 59):02}"])


def any_timestamp(rng):
    date = any_date(rng)
    if "inf" in date or date.startswith("58"):
        return date.replace("5874897", "294246")
    era = " BC" if date.endswith(" BC") else ""
    return date.removesuffix(" BC") + " " + any_time(rng).replace(":60", ":59") + era


def any_interval(rng):
    if rng.random() < 0.1:
        return rng.choice(["0", "2147483647 days", "-2147483648 days", "178956970 years 7 mons",
                           "-178956970 years -8 mons", "2562047788:00:54.775807",
                           "P1Y2M3DT4H5M6.7S",
                           "1-2", "1.5 months", "1 year ago", "1 century -3.5 weeks", "@ 3 hours"])
    parts = []
    for unit in ("years", "mons", "weeks", "days", "hours", "minutes"):
        if rng.random() < 0.35:
            parts.append(f"{rng.randint(-500, 500)} {unit}")
    if rng.random() < 0.4:
        parts.append(f"{rng.choice(['', '-'])}{rng.randint(0, 99)}.{digits(rng, 6)} seconds")
    return " ".join(parts) or f"{rng.randint(-9, 9)} days"


def any_json(rng, depth=3):
    kind = rng.random()
    if depth == 0 or kind < 0.45:
        return rng.choice([
            lambda: json.dumps(any_text(rng, 8), ensure_ascii=rng.random() < 0.5),
            lambda: any_numeric(rng, 12, 6).lstrip("-0").lstrip("0") or "0",
            lambda: rng.choice(["true", "false", "null", "1.50", "-0", "1e3", "1E-7", "0.10"])])()
    space = rng.choice(["", " ", "\n"])
    items = [any_json(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    if kind < 0.7:
        return "[" + f",{space}".join(items) + "]"
    keys = [json.dumps(rng.choice(["a", "b", "aa", "ab", "é", "k\"", "", "zzz"])) for _ in items]
    return "{" + f"{space},".join(f"{k}{space}:{v}" for k, v in zip(keys, items)) + "}"


def any_inet(rng, cidr=False):
    if rng.random() < 0.5:
        octets = [rng.randint(0, 255) for _ in range(4)]
        bits = rng.randint(0, 32)
        if cidr:
            value = int.from_bytes(bytes(octets), "big") >> (32 - bits) << (32 - bits)
            octets = list(value.to_bytes(4, "big"))
        text = ".".join(map(str, octets))
        return f"{text}/{bits}" if cidr or rng.random() < 0.5 else text
    words = [rng.choice([0, 0, rng.randint(0, 65535)]) for _ in range(8)]
    bits = rng.randint(0, 128)
    if cidr:
        value = int.from_bytes(b"".join(w.to_bytes(2, "big") for w in words), "big")
        value = value >> (128 - bits) << (128 - bits)
        words = [value >> (112 - 16 * i) & 0xffff for i in range(8)]
    text = ":".join(f"{w:x}" for w in words)
    return f"{text}/{bits}" if cidr or rng.random() < 0.5 else text


def any_array(element):
    def make(rng):
        items = []
        for _ in range(rng.choice([0, 1, 2, 3, 20])):
            text = element(rng)
            quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
            items.append("NULL" if rng.random() < 0.1 else quoted)
        return "{" + rng.choice([",", ", "]).join(items) + "}"
    return make


def integers(bits):
    return lambda rng: str(rng.choice([0, 1, -1, -(1 << bits - 1), (1 << bits - 1) - 1,
                                       rng.randrange(-(1 << bits - 1), 1 << bits - 1)]))


PLAIN = {
    "boolean": lambda rng: rng.choice(["t", "f", "true", "off", "1"]),
    "smallint": integers(16),
    "integer": integers(32),
    "bigint": integers(64),
    "real": any_float,
    "double precision": lambda rng: any_float(rng, 300),
    "numeric": lambda rng: any_numeric(rng, 29, 9),
    "numeric(12,2)": lambda rng: any_numeric(rng, 10, 2),
    "numeric(38,10)": lambda rng: any_numeric(rng, 28, 10),
    "text": any_text,
    "character varying(20)": lambda rng: any_text(rng, 20),
    "character(8)": lambda rng: any_text(rng, 8),
    "bytea": lambda rng: "\\x" + rng.randbytes(rng.choice([0, 1, 7, 300])).hex(),
    "date": any_date,
    "time without time zone": any_time,
    "time with time zone": lambda rng: any_time(rng) + any_zone(rng),
    "timestamp without time zone": any_timestamp,
    "timestamp with time zone": lambda rng: any_timestamp(rng),
    "interval": any_interval,
    "uuid": lambda rng: rng.randbytes(16).hex(),
    "json": any_json,
    "jsonb": any_json,
    "inet": any_inet,
    "cidr": lambda rng: any_inet(rng, True),
    "oid": lambda rng: str(rng.choice([0, 4294967295, rng.randrange(1 << 32)])),
    "name": lambda rng: any_text(rng, 30),
    '"char"': lambda rng: rng.choice(["", *string.printable, "é", "\\377"]),
}
ARRAYS = {f"{name}[]": any_array(PLAIN[name]) for name in PLAIN if name not in ('"char"', "name")}
TYPES = {**PLAIN, **ARRAYS}


def values(type_name: str, count: int, seed: int) -> list[str]:
    """`count` texts without a zero byte; a few of them may be refused."""
    rng = random.Random(f"{seed} {type_name}")
    return [TYPES[type_name](rng).replace("\0", "") for _ in range(count)]
