"""values.json as lines of "type TAB value TAB value as text", for clients without a JSON reader.

Tab, newline and backslash inside a value are written as in COPY's text format.
"""

from __future__ import annotations

from checks import VALUES


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def shown(kind: str, value: str) -> str:
    """The value as PostgreSQL writes it when cast to text."""
    if kind == "char(5)":
        return value.rstrip(" ")
    return value


def lines() -> str:
    return "".join(f"{entry['type']}\t{escaped(value)}\t{escaped(shown(entry['type'], value))}\n"
                   for entry in VALUES for value in entry["values"])


if __name__ == "__main__":
    print(lines(), end="")
