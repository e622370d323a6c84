"""What firn refuses it says with a hint: what to do instead. Read from the sources."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
ROOMS = ("sql", "net", "engine", "columnar")
# A refusal is made by one of these; Refuse() asks for a hint itself.
MADE = re.compile(r"MakeError\(ErrorCode::kUnsupported|Fail\(ErrorCode::kUnsupported|"
                  r'(?:Wrong|Refused)\((?:[^;"]*, )?\s*"0A000"')
# What is too large has a SQLSTATE of its own.
WITH_HINT = re.compile(r'WithHint|hint = |WithSqlState\("54')


def arguments(statement: str) -> int:
    """How many a call has: commas that stand in no text and no further parentheses."""
    depth, count, quoted, before = 0, 1, False, ""
    for letter in statement[statement.index("("):]:
        if letter == '"' and before != "\\":
            quoted = not quoted
        if not quoted:
            depth += letter in "({["
            depth -= letter in ")}]"
            count += letter == "," and depth == 1
            if depth == 0:
                break
        before = letter
    return count


def refusals():
    for room in ROOMS:
        for path in sorted((SOURCES / room).rglob("*.cc")):
            if "tests" in path.parts:
                continue
            text = path.read_text()
            for found in MADE.finditer(text):
                begin = max(text.rfind(mark, 0, found.start()) for mark in ";{}") + 1
                statement = text[begin:text.index(";", found.end())]
                yield f"{path.relative_to(SOURCES)}:{text.count(chr(10), 0, found.start()) + 1}", \
                    statement, text[found.start():text.index(";", found.end())]


def lacking():
    for place, statement, call in refusals():
        if WITH_HINT.search(statement):
            continue
        if call.startswith("Wrong(") and arguments(call) > 3:
            continue
        yield place


def test_every_refusal_has_a_hint():
    assert len(list(refusals())) > 50
    assert not list(lacking())
