"""Finds the functions of a C++ file and their lengths, without a compiler.

Comments, literals and preprocessor lines are blanked out (line breaks stay), then one walk over
the braces follows: namespaces and classes are looked into, a function's body is measured, any
other pair of braces is stepped over. Wrong only on code that clang-format would not leave so.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANKED = re.compile(
    r"""
      R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"   # raw string
    | "(?:\\.|[^"\\\n])*"                          # string
    | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'          # character, not a digit separator
    | //[^\n]*                                     # comments
    | /\*.*?\*/
    | ^[ \t]*\#(?:\\\n|[^\n])*                     # preprocessor line, continued or not
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_SCOPE = re.compile(r"\b(namespace|class|struct|union|extern)\b(?![^<]*>[^{]*\()")
_INITIALIZER = re.compile(r"\)[\w\s]*:(?!:)(.*[\w>])?\s*$", re.DOTALL)
_NAME = re.compile(r"([~\w:]+|operator\W{1,3})\s*\(")


class Function(NamedTuple):
    """A function or test body; `lines` counts from its signature to its closing brace."""

    name: str
    line: int
    lines: int


def blank(text: str) -> str:
    """The text with all that is not code replaced, keeping every line break."""
    return _BLANKED.sub(lambda match: '""' + "\n" * match.group().count("\n"), text)


def functions(text: str) -> list[Function]:
    """Every function defined at namespace or class level, in order."""
    code = blank(text)
    found: list[Function] = []
    at, header_start = 0, 0
    while at < len(code):
        char = code[at]
        if char in ";}":
            header_start = at + 1
        elif char == "{":
            header = code[header_start:at]
            if _is_scope(header):
                header_start = at + 1
            else:
                end = _closing(code, at)
                if header.count("(") != header.count(")") or _INITIALIZER.search(header):
                    at = end  # `f(T x = {})`, `: member_{1}`: the header goes on
                else:
                    if _is_function(header):
                        found.append(_measure(code, header_start, header, end))
                    at, header_start = end, end + 1
        at += 1
    return found


def _is_scope(header: str) -> bool:
    return bool(_SCOPE.search(header)) and not _is_function(header)


def _is_function(header: str) -> bool:
    stripped = header.rstrip()
    if "(" not in stripped or stripped.count("(") != stripped.count(")"):
        return False
    return stripped[-1] not in "=,(" and not stripped.endswith("return")


def _closing(code: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(code) - 1


def _measure(code: str, start: int, header: str, end: int) -> Function:
    start += len(header) - len(header.lstrip())
    header = re.sub(r"^\s*(public|private|protected)\s*:\s*", "", header)
    name = _NAME.search(header)
    title = name.group(1) if name else header.split("(")[0].split()[-1]
    if title in ("TEST", "TEST_F", "TEST_P", "TYPED_TEST"):
        arguments = re.search(r"\(([^)]*)\)", header)
        title = arguments.group(1).replace(" ", "").replace(",", ".") if arguments else title
    first = code.count("\n", 0, start) + 1
    return Function(title, first, code.count("\n", 0, end) + 2 - first)
