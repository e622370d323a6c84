"""Each rule of tools/tidy.py is broken once: a rule that cannot fail guards nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
_spec = importlib.util.spec_from_file_location("tidy", TOOLS / "tidy.py")
tidy = importlib.util.module_from_spec(_spec)
sys.modules["tidy"] = tidy
_spec.loader.exec_module(tidy)
import cpp_functions  # noqa: E402

ROOMS = """\
room base:
room io: base
room log: base io
foreign duckdb.h: log
foreign boost/beast: io
"""


@pytest.fixture
def breaches(tmp_path):
    """breaches(rule, {path: text}) runs one rule over a tree of these files."""

    def run(rule, files: dict[str, str]) -> list[str]:
        files = {"tools/rooms.txt": ROOMS, **files}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return [str(breach) for breach in rule(tidy.Tree(tmp_path, list(files)))]

    return run


@pytest.mark.parametrize("include, refused", [
    ('"base/result.h"', False),
    ('"io/file.h"', False),
    ('"log/log.h"', True),
    ('"io/list_internal.h"', False),
    ('"base/hash_internal.h"', True),
    ("<duckdb.h>", True),
    ("<boost/beast/core.hpp>", False),
])
def test_an_include_follows_the_arrows(breaches, include, refused):
    text = f"#pragma once\n#include {include}\n"
    found = breaches(tidy.check_arrows, {"src/io/file.cc": text})
    assert [line.split(" ")[0] for line in found] == (["src/io/file.cc:2:"] if refused else [])


def test_a_foreign_header_is_known_in_any_folder(breaches):
    files = {"src/base/x.cc": '#include "third/duckdb.h"\n'}
    assert breaches(tidy.check_arrows, files) == [
        "src/base/x.cc:1: room base may not include third/duckdb.h (only: log)"]


def test_a_target_depends_only_on_what_it_may_include(breaches):
    files = {"src/io/CMakeLists.txt": "firn_room(io\n  DEPS base log\n  SOURCES a.cc)\n"}
    assert breaches(tidy.check_arrows, files) == [
        "src/io/CMakeLists.txt:2: room io may not depend on log"]


def test_arrows_go_up_the_list_only(breaches):
    files = {"tools/rooms.txt": "room base: io\nroom io: base\n", "src/attic/a.h": ""}
    assert breaches(tidy.check_rooms_file, files) == [
        "tools/rooms.txt: room base may not use io: it does not come before it",
        "src/attic: a room that tools/rooms.txt does not know"]


@pytest.mark.parametrize("path, limit", [
    ("src/io/a.h", 400),
    ("src/io/a.cc", 800),
    ("src/io/tests/a_test.cc", 1000),
    ("tests/sql/test_a.py", 1000),
    ("demo/demo.py", 800),
    ("src/io/README.md", 40),
    ("CMakeLists.txt", 80),
    ("src/io/CMakeLists.txt", 40),
    ("cmake/A.cmake", 400),
])
def test_a_file_has_a_most_number_of_lines(breaches, path, limit):
    assert breaches(tidy.check_sizes, {path: "#\n" * limit}) == []
    found = breaches(tidy.check_sizes, {path: "#\n" * (limit + 1)})
    assert len(found) == 1 and f"{limit + 1} (limit {limit})" in found[0]


def test_cmake_files_are_counted_together(breaches):
    files = {"cmake/a.cmake": "#\n" * 300, "cmake/b.cmake": "#\n" * 101}
    assert breaches(tidy.check_sizes, files) == [
        "cmake: lines of this cmake-folder: 401 (limit 400)"]


def test_a_line_has_a_most_width_in_characters(breaches):
    files = {"src/io/a.cc": "// " + "é" * 97 + "\n// " + "é" * 98 + "\n"}
    assert breaches(tidy.check_sizes, files) == [
        "src/io/a.cc:2: characters in a line: 101 (limit 100)"]


def test_a_function_has_a_most_number_of_lines(breaches):
    files = {"src/io/a.cc": "int F() {\n" + "  f();\n" * 79 + "}\n",
             "demo/a.py": "def f():\n" + "    g()\n" * 80}
    assert breaches(tidy.check_sizes, files) == [
        "demo/a.py:1: lines of function f: 81 (limit 80)",
        "src/io/a.cc:1: lines of function F: 81 (limit 80)"]


def test_functions_are_found_where_they_begin_and_end():
    text = '''\
namespace a::b {
constexpr std::array kTable = {Row{1, "}"}, Row{2, R"x({{)x"}};
#define OPEN {
struct S final : Base<int> {
  S(int x) noexcept : x_{x}, y_(x) {  // {
    F('{', 1'000);
  }
  bool operator==(const S&) const = default;
  template <typename T>
  auto G(std::vector<T> all = {}) const -> Result<T> {
    if (all.empty()) { return {}; }
    return all[0];
  }
  int x_ = 0;
};
enum class E { kA, kB };
TEST_F(Log, KeepsRows) {
  const auto lambda = [](int x) { return x; };
}
}  // namespace a::b
'''
    found = [(f.name, f.line, f.lines) for f in cpp_functions.functions(text)]
    assert found == [("S", 5, 3), ("G", 9, 5), ("Log.KeepsRows", 17, 3)]


@pytest.mark.parametrize("listed, message", [
    ("source src/io/a.cc 801 a table of the standard", None),
    ("source src/io/a.cc 801", "no reason given"),
    ("source src/io/a.cc 805 a table", "shrank to 801: say so"),
    ("source src/io/a.cc 800 a table", "grew: 801"),
    ("source src/io/a.cc 801 a table\nsource src/io/b.cc 900 gone", "take the line out"),
])
def test_the_ratchet_only_gets_smaller(breaches, listed, message):
    files = {"tools/ratchet.txt": listed + "\n", "src/io/a.cc": "//\n" * 801}
    found = breaches(tidy.check_sizes, files)
    assert len(found) == (1 if message else 0)
    assert all(message in line for line in found)


def test_the_ratchet_of_the_commit_before_is_not_raised(breaches, tmp_path):
    for command in (["init", "-q"], ["config", "user.email", "a@b"], ["config", "user.name", "a"]):
        tidy.subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/ratchet.txt").write_text("source a.cc 900 reason\n")
    tidy.subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    tidy.subprocess.run(["git", "commit", "-q", "-m", "one"], cwd=tmp_path, check=True)
    raised = {"tools/ratchet.txt": "source a.cc 901 reason\n"}
    assert breaches(tidy.check_ratchet_falls, raised) == [
        "tools/ratchet.txt:1: a.cc may only shrink: 900 in HEAD"]
    lowered = {"tools/ratchet.txt": "source a.cc 899 reason\n"}
    assert breaches(tidy.check_ratchet_falls, lowered) == []


def test_a_room_without_a_readme_is_named(breaches):
    files = {"src/io/a.h": "", "src/log/a.h": "", "src/log/README.md": "why\n"}
    assert breaches(tidy.check_room_readmes, files) == ["src/io: a room without a README.md"]


def test_names_that_say_nothing_are_refused(breaches):
    files = {"src/io/string_" "util.h": "", "web/Fetch" "Helper.js": "", "src/io/commonly.h": ""}
    assert [line.split(":")[0] for line in breaches(tidy.check_names, files)] == [
        "src/io/string_" "util.h", "web/Fetch" "Helper.js"]


def test_notes_to_self_are_refused(breaches):
    files = {"src/io/a.cc": "\n// TO" "DO: later\n", "docs/a.md": "FIX" "ME\n", "b.py": "TODOS"}
    assert breaches(tidy.check_notes, files) == [
        "docs/a.md:1: a note to self", "src/io/a.cc:2: a note to self"]


def test_a_source_or_test_in_no_target_is_named(breaches):
    cmake = "firn_room(io SOURCES a.cc sub/b.cc\n # d.cc\n TESTS tests/a_test.cc)\n"
    files = {"src/io/CMakeLists.txt": cmake, "src/io/a.cc": "", "src/io/sub/b.cc": "",
             "src/io/d.cc": "", "src/io/tests/a_test.cc": "", "src/io/tests/b_test.cc": "",
             "tests/fuzz/c_test.cc": ""}
    assert [line.split(":")[0] for line in breaches(tidy.check_sources_in_targets, files)] == [
        "src/io/d.cc", "src/io/tests/b_test.cc", "tests/fuzz/c_test.cc"]


def test_a_python_test_that_pytest_does_not_see_is_named(breaches):
    files = {"tests/a.py": "def test_x():\n  pass\n", "tests/test_b.py": "def test_x():\n  pass\n",
             "tests/test_c.py": "x = 1\n", "pytest.ini": "addopts = --" "ignore=tests/test_b.py\n"}
    assert [line.split(":")[0] for line in breaches(tidy.check_python_tests_collected, files)] == [
        "pytest.ini", "tests/a.py", "tests/test_c.py"]


@pytest.mark.parametrize("path, text, refused", [
    ("src/io/tests/a_test.cc", "GTEST_SKIP" "();", True),
    ("src/io/tests/a_test.cc", 'GTEST_SKIP() << "no O_DIRECT here";', False),
    ("src/io/tests/a_test.cc", "TEST(Log, DISABLED" "_Tail) {}", True),
    ("tests/test_a.py", "pytest.skip" "()", True),
    ("tests/test_a.py", 'pytest.skip("no PostgreSQL")', False),
    ("tests/test_a.py", "@pytest.mark.skip" "\ndef test_a(): ...", True),
    ("tests/test_a.py", "@pytest.mark.skipif" "(True)\ndef test_a(): ...", True),
    ("tests/test_a.py", '@pytest.mark.skipif(True, reason="b")\ndef test_a(): ...', False),
])
def test_a_skip_says_why(breaches, path, text, refused):
    assert len(breaches(tidy.check_skips, {path: text + "\n"})) == (1 if refused else 0)
