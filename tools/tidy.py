#!/usr/bin/env python3
"""The house rules a machine can check, as a test: prints every breach, returns non-zero if any.

What is checked is in RULES at the end; why, in CONTRIBUTING.md. tools/rooms.txt holds the rooms
and their arrows, tools/ratchet.txt the files that are over a limit, each with its reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Iterator, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
import cpp_functions  # noqa: E402

CODE = (".h", ".cc", ".py")
LIMITS = {
    "header": 400,
    "source": 800,
    "test": 1000,
    "function": 80,
    "line": 100,
    "readme": 40,
    "root-cmake": 80,
    "room-cmake": 40,
    "cmake-folder": 400,
}
FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
NOTE_TO_SELF = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


class Breach(NamedTuple):
    """One rule broken in one place."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else (
            f"{self.path}: {self.message}")


class Tree:
    """The files of the repository, by path relative to its root."""

    def __init__(self, root: Path, paths: list[str]):
        self.root = root
        self.paths = sorted(paths)
        self._texts: dict[str, str] = {}

    @classmethod
    def of_git(cls, root: Path) -> Tree:
        """Tracked files and new ones that are not ignored."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "-co", "--exclude-standard"],
            cwd=root, check=True, capture_output=True, text=True).stdout
        paths = {path for path in listed.split("\0") if path and (root / path).is_file()}
        return cls(root, list(paths))

    def text(self, path: str) -> str:
        """The file's text; empty for a file that is not text or not there."""
        if path not in self._texts:
            try:
                self._texts[path] = (self.root / path).read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                self._texts[path] = ""
        return self._texts[path]

    def code(self) -> Iterator[str]:
        """C++, Python, CMake and scripts."""
        for path in self.paths:
            pure = PurePosixPath(path)
            if pure.suffix in (*CODE, ".cmake") or pure.name == "CMakeLists.txt":
                yield path
            elif not pure.suffix and self.text(path).startswith("#!"):
                yield path


class Rooms(NamedTuple):
    """tools/rooms.txt as values."""

    allowed: dict[str, set[str]]
    foreign: dict[str, set[str]]

    @classmethod
    def parse(cls, text: str) -> Rooms:
        rooms = cls({}, {})
        for line in text.splitlines():
            match = re.match(r"(room|foreign) (\S+):(.*)", line)
            if match:
                kind, name, rest = match.groups()
                (rooms.allowed if kind == "room" else rooms.foreign)[name] = set(rest.split())
        return rooms


def is_test(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return "tests" in parts[:-1]


def room_of(path: str) -> str | None:
    parts = PurePosixPath(path).parts
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


# --- arrows -------------------------------------------------------------------------------------

def check_rooms_file(tree: Tree) -> Iterator[Breach]:
    """Arrows go up the list only, and every folder of src is in it."""
    path = "tools/rooms.txt"
    rooms = Rooms.parse(tree.text(path))
    seen: set[str] = set()
    for room, allowed in rooms.allowed.items():
        for other in sorted(allowed - seen):
            yield Breach(path, 0, f"room {room} may not use {other}: it does not come before it")
        seen.add(room)
    for header, users in rooms.foreign.items():
        for room in sorted(users - seen):
            yield Breach(path, 0, f"foreign {header}: no room {room}")
    for room in sorted({room_of(p) or "" for p in tree.paths} - seen - {""}):
        yield Breach(f"src/{room}", 0, "a room that tools/rooms.txt does not know")


def check_arrows(tree: Tree) -> Iterator[Breach]:
    """Every #include of a room's file and every DEPS of its target follows tools/rooms.txt."""
    rooms = Rooms.parse(tree.text("tools/rooms.txt"))
    for path in tree.paths:
        room = room_of(path)
        if room not in rooms.allowed:
            continue
        reachable = rooms.allowed[room] | {room}
        text = tree.text(path)
        if path.endswith((".h", ".cc")):
            for match in INCLUDE.finditer(text):
                for message in _include_breaches(rooms, room, reachable, *match.groups()):
                    yield Breach(path, line_of(text, match.start()), message)
        elif PurePosixPath(path).name == "CMakeLists.txt":
            for match in re.finditer(r"\bDEPS\s+([a-z\s]+)", text):
                for other in sorted(set(match.group(1).split()) - reachable):
                    yield Breach(path, line_of(text, match.start()),
                                 f"room {room} may not depend on {other}")


def _include_breaches(rooms: Rooms, room: str, reachable: set[str], mark: str,
                      header: str) -> Iterator[str]:
    first = header.split("/")[0]
    if mark == '"' and first in rooms.allowed:
        if first not in reachable:
            yield f"room {room} may not include {header}"
        elif first != room and header.endswith("_internal.h"):
            yield f"{header} is for room {first} only"
    for foreign, users in rooms.foreign.items():
        named = header.startswith(foreign) or header.endswith("/" + foreign)
        if named and room not in users:
            yield f"room {room} may not include {header} (only: {' '.join(sorted(users)) or '-'})"


# --- sizes --------------------------------------------------------------------------------------

class Size(NamedTuple):
    """A measured thing; `what` is its path, with the function's name where it is one."""

    kind: str
    what: str
    path: str
    line: int
    value: int


def file_kind(path: str) -> str | None:
    pure = PurePosixPath(path)
    if pure.name == "README.md" and len(pure.parts) == 3 and pure.parts[0] == "src":
        return "readme"
    if pure.name == "CMakeLists.txt":
        return "root-cmake" if len(pure.parts) == 1 else "room-cmake"
    if is_test(path) and pure.suffix in CODE:
        return "test"
    return {".h": "header", ".cc": "source", ".py": "source"}.get(pure.suffix)


def measure(tree: Tree) -> Iterator[Size]:
    """Every size that has a limit."""
    cmake_lines = 0
    for path in tree.paths:
        lines = tree.text(path).count("\n")
        if path.startswith("cmake/"):
            cmake_lines += lines
        kind = file_kind(path)
        if kind:
            yield Size(kind, path, path, 0, lines)
    yield Size("cmake-folder", "cmake", "cmake", 0, cmake_lines)
    for path in tree.code():
        yield from _long_line(path, tree.text(path))
        for name, line, lines in _functions(path, tree.text(path)):
            yield Size("function", f"{path}:{name}", path, line, lines)


def _long_line(path: str, text: str) -> Iterator[Size]:
    longest = max(((len(line), number) for number, line in enumerate(text.splitlines(), 1)),
                  key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    yield Size("line", path, path, longest[1], longest[0])


def _functions(path: str, text: str) -> Iterator[tuple[str, int, int]]:
    if path.endswith((".h", ".cc")):
        yield from cpp_functions.functions(text)
    elif path.endswith(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.name, node.lineno, node.end_lineno - node.lineno + 1


class Exemption(NamedTuple):
    """A line of tools/ratchet.txt: KIND WHAT VALUE REASON."""

    line: int
    value: int
    reason: str


def parse_ratchet(text: str) -> dict[tuple[str, str], Exemption]:
    listed = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            kind, what, value, *reason = line.split(maxsplit=3)
            listed[kind, what] = Exemption(number, int(value), " ".join(reason))
    return listed


def check_sizes(tree: Tree) -> Iterator[Breach]:
    """Nothing is over its limit, but what the ratchet lists; and that only gets smaller."""
    ratchet = parse_ratchet(tree.text("tools/ratchet.txt"))
    used = set()
    for size in measure(tree):
        limit = LIMITS[size.kind]
        if size.value <= limit:
            continue
        listed = ratchet.get((size.kind, size.what))
        if listed is None:
            yield Breach(size.path, size.line,
                         f"{_title(size)}: {size.value} (limit {limit})")
            continue
        used.add((size.kind, size.what))
        if size.value > listed.value:
            yield Breach(size.path, size.line, f"{_title(size)} grew: {size.value} "
                                               f"(tools/ratchet.txt allows {listed.value})")
        elif size.value < listed.value:
            yield Breach("tools/ratchet.txt", listed.line,
                         f"{size.what} shrank to {size.value}: say so")
    for key in sorted(ratchet.keys() - used):
        yield Breach("tools/ratchet.txt", ratchet[key].line,
                     f"{key[1]} is within its limit or gone: take the line out")
    for key, listed in ratchet.items():
        if not listed.reason:
            yield Breach("tools/ratchet.txt", listed.line, f"{key[1]}: no reason given")


def _title(size: Size) -> str:
    if size.kind == "function":
        return f"lines of function {size.what.partition(':')[2]}"
    return {"line": "characters in a line"}.get(size.kind, f"lines of this {size.kind}")


def check_ratchet_falls(tree: Tree) -> Iterator[Breach]:
    """No line of tools/ratchet.txt allows more than it did in the commit before."""
    path = "tools/ratchet.txt"
    now = parse_ratchet(tree.text(path))
    for commit in ("HEAD", "HEAD~1"):
        shown = subprocess.run(["git", "show", f"{commit}:{path}"], cwd=tree.root,
                               capture_output=True, text=True, check=False)
        before = parse_ratchet(shown.stdout) if shown.returncode == 0 else {}
        for key in sorted(now.keys() & before.keys()):
            if now[key].value > before[key].value:
                yield Breach(path, now[key].line, f"{key[1]} may only shrink: "
                                                  f"{before[key].value} in {commit}")


# --- papers, names, notes -----------------------------------------------------------------------

def check_room_readmes(tree: Tree) -> Iterator[Breach]:
    """Every room says in a README.md why it exists."""
    for room in sorted({room_of(path) or "" for path in tree.paths} - {""}):
        if f"src/{room}/README.md" not in tree.paths:
            yield Breach(f"src/{room}", 0, "a room without a README.md")


def check_names(tree: Tree) -> Iterator[Breach]:
    """File and folder names say what is decided or held there."""
    for path in tree.paths:
        spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", path)
        for word in sorted(set(re.split(r"[^a-z]+", spaced.lower())) & FORBIDDEN_WORDS):
            yield Breach(path, 0, f'"{word}" in a name says nothing')


def check_notes(tree: Tree) -> Iterator[Breach]:
    """No notes to self: what is missing is an issue, what is wrong is mended."""
    for path in tree.paths:
        text = tree.text(path)
        for match in NOTE_TO_SELF.finditer(text):
            yield Breach(path, line_of(text, match.start()), "a note to self")


# --- tests --------------------------------------------------------------------------------------

def check_sources_in_targets(tree: Tree) -> Iterator[Breach]:
    """Every .cc file of src and tests is named by the CMakeLists.txt above it."""
    lists = {str(PurePosixPath(path).parent): cpp_names(tree.text(path))
             for path in tree.paths if PurePosixPath(path).name == "CMakeLists.txt"}
    for path in tree.paths:
        pure = PurePosixPath(path)
        if pure.suffix != ".cc" or pure.parts[0] not in ("src", "tests", "bench"):
            continue
        named = any(str(pure.relative_to(parent)) in lists.get(str(parent), ())
                    for parent in pure.parents)
        if not named:
            yield Breach(path, 0, "in no target: no CMakeLists.txt names it")


def cpp_names(cmake: str) -> set[str]:
    code = re.sub(r"#[^\n]*", "", cmake)
    return set(re.findall(r"[\w./-]+\.cc\b", code))


def check_python_tests_collected(tree: Tree) -> Iterator[Breach]:
    """pytest sees every Python test: by the file's name, and nothing is ignored."""
    for path in tree.paths:
        pure = PurePosixPath(path)
        text = tree.text(path)
        if pure.parts[0] != "tests" and pure.name not in ("pytest.ini", "pyproject.toml"):
            continue
        if pure.suffix == ".py" and not pure.name.startswith("test_") and (
                re.search(r"^\s*(async )?def test_", text, re.MULTILINE)):
            yield Breach(path, 0, "holds tests, but pytest collects test_*.py only")
        elif "test_" in pure.name and pure.suffix == ".py" and (
                not re.search(r"^\s*(async )?def test_", text, re.MULTILINE)):
            yield Breach(path, 0, "is named like a test and holds none")
        for match in re.finditer(r"collect_ignore|--ignore|--deselect", text):
            yield Breach(path, line_of(text, match.start()), "leaves tests out in silence")


SKIPS = (
    (re.compile(r"\bGTEST_SKIP\(\)\s*;"), "a skip without a reason (GTEST_SKIP() << …)"),
    (re.compile(r"\bDISABLED_\w+\s*\)"), "a disabled test: take it out or mend it"),
    (re.compile(r"\bpytest\.skip\(\s*\)"), "a skip without a reason"),
    (re.compile(r"@pytest\.mark\.(skip|xfail)\s*(\(\s*\))?\s*$", re.MULTILINE),
     "a skip without a reason"),
    (re.compile(r"@pytest\.mark\.skipif\((?:(?!reason=)[^@])*?\)\s*\n", re.MULTILINE),
     "a skip without a reason"),
)


def check_skips(tree: Tree) -> Iterator[Breach]:
    """A test that does not run says why."""
    for path in tree.paths:
        if not is_test(path) or not path.endswith(CODE):
            continue
        text = cpp_functions.blank(tree.text(path)) if path.endswith(".cc") else tree.text(path)
        for pattern, message in SKIPS:
            for match in pattern.finditer(text):
                yield Breach(path, line_of(text, match.start()), message)


RULES = (
    check_rooms_file,
    check_arrows,
    check_sizes,
    check_ratchet_falls,
    check_room_readmes,
    check_names,
    check_notes,
    check_sources_in_targets,
    check_python_tests_collected,
    check_skips,
)


def main() -> int:
    tree = Tree.of_git(Path(__file__).resolve().parent.parent)
    breaches = [breach for rule in RULES for breach in rule(tree)]
    for breach in breaches:
        print(breach)
    print(f"tidy: {len(tree.paths)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
