"""What a sanitizer says fails the test in which it was said, whoever read the program's output."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAYS = "import os, pathlib; pathlib.Path(os.environ['FIRN_SANITIZER_REPORTS'], 'report.1')" \
       ".write_text('ERROR: heap-use-after-free')"


@pytest.fixture
def runner():
    """tools/run-tests as a module."""
    loader = importlib.machinery.SourceFileLoader("run_tests", str(ROOT / "tools" / "run-tests"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_tests", loader))
    sys.modules["run_tests"] = module
    loader.exec_module(module)
    return module


def pytest_of(folder: Path, body: str) -> subprocess.CompletedProcess:
    """Runs two tests with the suite's own fixtures: the first one's body, and one that passes."""
    (folder / "reports").mkdir()
    (folder / "test_it.py").write_text(
        f"def test_first():\n    {body}\n\n\ndef test_second():\n    pass\n")
    paths = [str(ROOT / "tests"), str(ROOT / "tools")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest",
         "-c", os.devnull, "--rootdir", str(folder), str(folder)], text=True, check=False,
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths),
             "FIRN_SANITIZER_REPORTS": str(folder / "reports")})


def test_a_report_fails_the_test_during_which_it_came_and_no_other(tmp_path):
    done = pytest_of(tmp_path, SAYS)
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED test_it.py::test_first" in done.stdout
    assert "heap-use-after-free" in done.stdout


def test_without_a_report_nothing_fails(tmp_path):
    assert pytest_of(tmp_path, "pass").returncode == 0


def test_a_report_fails_a_program_that_ended_well(runner, tmp_path):
    environment = runner.sanitizer_environment(tmp_path / "reports")
    none = tmp_path / "none.xml"
    quiet = runner.run("quiet", [sys.executable, "-c", "pass"], none, environment)
    assert quiet.failed == 0
    outcome = runner.run("loud", [sys.executable, "-c", SAYS], none, environment)
    assert outcome.failed == 1 and "heap-use-after-free" in outcome.output


def test_undefined_behaviour_in_a_servers_output_fails_its_test(tmp_path):
    server = "from types import SimpleNamespace as Of; import conftest, pathlib; " \
             "server = Of(data=pathlib.Path('none'), stop=lambda: 1, kill9=lambda: None, " \
             "output=lambda: 'x.cc:1: runtime error: signed integer overflow')"
    end = "conftest._living.append(server); conftest._end(server)"
    done = pytest_of(tmp_path, f"{server}; {end}")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout and "signed integer overflow" in done.stdout
