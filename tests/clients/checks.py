"""What the Python clients share: named checks, run one after another, each reported as a line.

A client's program takes a connection string (postgresql://user@host:port/database) and prints one
JSON object per check: {"check": …, "ok": true | false, "message": …}. It ends with exit code 0 when
it ran to its end, whatever the checks said.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any, Callable

HERE = Path(__file__).resolve().parent


class Checks:
    """The checks of one client, in the order of their definition."""

    def __init__(self) -> None:
        self.named: list[tuple[str, Callable[[str], None]]] = []

    def __call__(self, name: str) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
        def add(body: Callable[[str], None]) -> Callable[[str], None]:
            self.named.append((name, body))
            return body

        return add

    def run(self) -> None:
        """Runs all on the connection string of the command line."""
        where = sys.argv[1]
        for name, body in self.named:
            try:
                body(where)
                report(name, True, "")
            except Exception as error:  # a client's own exception, whatever it is
                report(name, False, explained(error))


def explained(error: BaseException) -> str:
    """The message, and where in the client's program it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if str(HERE) in frame.filename and not frame.filename.endswith("checks.py")]
    place = f"line {frames[-1].lineno}: " if frames else ""
    return f"{place}{type(error).__name__}: {error}".strip()


def report(name: str, ok: bool, message: str) -> None:
    print(json.dumps({"check": name, "ok": ok, "message": message[:2000]}), flush=True)


def equal(got: Any, wanted: Any, what: str = "") -> None:
    """Raises with both values unless they are equal."""
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}" if what else
                             f"got {got!r}, wanted {wanted!r}")


def statements(script: str) -> list[str]:
    """The statements of a script whose statements end with ';' at the end of a line."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";\n") if part.strip(" ;\n")]
