"""The demo's reader: a process that asks after each acknowledgement, and catches a stale answer."""

from __future__ import annotations

import json
import multiprocessing
import time
from decimal import Decimal
from pathlib import Path

import psycopg

QUERY = "SELECT count(*), coalesce(sum(l_extendedprice), 0) FROM lineitem"


class Counts:
    """Rows and cents of lineitem, sent and acknowledged; shared between processes."""

    def __init__(self):
        self._values = multiprocessing.Array("q", 4)

    def send(self, rows: int, cents: int) -> None:
        """Before the first byte leaves."""
        self._add(0, rows, cents)

    def acknowledge(self, rows: int, cents: int) -> None:
        """After the server's answer."""
        self._add(2, rows, cents)

    def sent(self) -> tuple[int, int]:
        with self._values.get_lock():
            return self._values[0], self._values[1]

    def acknowledged(self) -> tuple[int, int]:
        with self._values.get_lock():
            return self._values[2], self._values[3]

    def _add(self, at: int, rows: int, cents: int) -> None:
        with self._values.get_lock():
            self._values[at] += rows
            self._values[at + 1] += cents


class Probe:
    """The reader process and what it found: probes, stale and impossible answers."""

    def __init__(self, ports_path: Path, counts: Counts):
        self.ports_path = ports_path
        self.counts = counts
        self._found = multiprocessing.Array("q", 5)
        self._loading = multiprocessing.Value("b", 0)
        self._stop = multiprocessing.Event()
        self._process = multiprocessing.Process(target=self._run, daemon=True)

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        self._stop.set()
        self._process.join(30)

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def probes(self) -> int:
        return self._found[0]

    @property
    def stale(self) -> int:
        return self._found[1]

    @property
    def impossible(self) -> int:
        """Answers with more than was ever sent."""
        return self._found[2]

    @property
    def begun(self) -> int:
        """Probes that have begun, ended or not."""
        return self._found[3]

    @property
    def while_loading(self) -> int:
        """Probes over whose whole time COPY was loading."""
        return self._found[4]

    def set_loading(self, loading: bool) -> None:
        """Said by who loads."""
        self._loading.value = loading

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                port = json.loads(self.ports_path.read_text(encoding="utf-8"))["pg"]
                with psycopg.connect(host="127.0.0.1", port=port, user="firn", dbname="main",
                                     autocommit=True) as session:
                    self._ask(session)
            except (OSError, psycopg.OperationalError) as error:
                if getattr(error, "sqlstate", None) is not None:
                    raise  # the process ends, and the demo sees that
                time.sleep(0.01)  # killed, or not back yet

    def _ask(self, session: psycopg.Connection) -> None:
        """Probe after probe, each begun after one more acknowledgement than the last."""
        seen = self.counts.acknowledged() if self.probes else (0, 0)
        while not self._stop.is_set():
            least = self.counts.acknowledged()
            if least == seen:
                time.sleep(0.0005)
                continue
            seen = least
            loading = self._loading.value
            self._found[3] += 1
            rows, total = session.execute(QUERY).fetchone()
            got = (rows, int(Decimal(total) * 100))
            most = self.counts.sent()
            self._found[0] += 1
            if loading and self._loading.value:
                self._found[4] += 1
            if got[0] < least[0] or got[1] < least[1]:
                self._found[1] += 1
                print(f"  STALE: acknowledged {least}, read {got}", flush=True)
            if got[0] > most[0] or got[1] > most[1]:
                self._found[2] += 1
                print(f"  IMPOSSIBLE: sent {most}, read {got}", flush=True)
