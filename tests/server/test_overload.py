"""Clients that come and go by the thousand, and cancels while every core is busy."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from firn_process import FirnProcess, wait_until
from process_figures import open_files, processor_seconds, status_number

BUSY = 32
CANCELS = 30
ENDLESS = "SELECT count(*) FROM t a, t b WHERE a.n * b.n % 7 = 3"
RUNNING = ("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
           "AND query LIKE 'SELECT count(*) FROM t a%'")
GROUPS = "SELECT h, count(*), sum(n) FROM t GROUP BY h ORDER BY 2, 1 LIMIT 9"
CONNECT_SECONDS = 5
COMERS = 2  # processes that connect and leave
COME_AND_GO = """
import socket, sys, time
sys.path.insert(0, sys.argv[3])
from raw_protocol import TERMINATE, startup
hello, end, count = startup(user="firn", database="main"), time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as one:
        one.sendall(hello)
        got = b""
        while not got.endswith(b"Z\\0\\0\\0\\5I"):
            got += one.recv(4096)
        if count % 2:
            one.sendall(TERMINATE)  # the others just close
    count += 1
print(count)
"""


def figures(server: FirnProcess) -> tuple[int, int, int]:
    """Files, threads, kB of memory."""
    return (open_files(server.pid), status_number(server.pid, "Threads"),
            status_number(server.pid, "VmRSS"))


def come_and_go(server: FirnProcess, seconds: float) -> int:
    """Connections that came and went."""
    comers = [subprocess.Popen(
        [sys.executable, "-c", COME_AND_GO, str(server.ports["pg"]), str(seconds),
         str(Path(__file__).resolve().parents[1])], stdout=subprocess.PIPE, text=True)
        for _ in range(COMERS)]
    return sum(int(comer.communicate()[0]) for comer in comers)


@pytest.mark.alone
def test_clients_that_come_and_go_leave_nothing_behind_and_hold_nobody_up(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t (n bigint)")
        come_and_go(server, 2)  # pools and caches are as large as they will be
        idle = lambda: session.execute("SELECT count(*) FROM firn.sessions").fetchone() == (1,)
        wait_until(idle, "they have gone")
        before = figures(server)
        waits: list[float] = []
        counted: list[int] = []
        coming = threading.Thread(
            target=lambda: counted.append(come_and_go(server, CONNECT_SECONDS)))
        coming.start()
        while coming.is_alive():
            begun = time.monotonic()
            session.execute("INSERT INTO t VALUES (1)")
            waits.append(time.monotonic() - begun)
        coming.join()
        wait_until(idle, "they have gone")
        after = figures(server)
    waits.sort()
    rate = counted[0] / CONNECT_SECONDS
    print(f"{counted[0]:,} connections, {rate:,.0f}/s; INSERT beside them p50 "
          f"{1000 * statistics.median(waits):.1f} ms, p99 "
          f"{1000 * waits[len(waits) * 99 // 100]:.1f} ms, at most {1000 * waits[-1]:.0f} ms; "
          f"files {before[0]} -> {after[0]}, threads {before[1]} -> {after[1]}, "
          f"MB {before[2] >> 10} -> {after[2] >> 10}")
    assert rate > 300  # a thousand a second where the cores are ours
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + 2
    assert after[2] <= before[2] + (20 << 10)
    assert waits[len(waits) * 99 // 100] < 0.25


@pytest.mark.alone
def test_a_cancel_ends_its_statement_within_a_tenth_of_a_second_beside_32_busy_clients(firn_server):
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE t AS SELECT i AS n, md5(i::text) AS h "
                        "FROM generate_series(1, 300000) AS s (i)")
    end = threading.Event()
    running = [0] * BUSY

    def work(number: int) -> None:
        with server.connect() as session:
            while not end.is_set():
                session.execute(GROUPS)
                running[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(BUSY)]
    for thread in threads:
        thread.start()
    wait_until(lambda: sum(running) > BUSY, "all are busy", 120)
    waits, controls = [], []
    with server.connect() as victim, server.connect() as control:
        for _ in range(CANCELS):
            stopped: list[float] = []

            def run() -> None:
                try:
                    victim.execute(ENDLESS)
                except psycopg.errors.QueryCanceled:
                    stopped.append(time.monotonic())

            asking = threading.Thread(target=run)
            asking.start()
            wait_until(lambda: control.execute(RUNNING).fetchone() == (1,), "it runs", 60)
            begun = time.monotonic()
            victim.cancel_safe(timeout=20)
            asking.join()
            waits.append(stopped[0] - begun)
            begun = time.monotonic()
            control.execute("SELECT 1")
            controls.append(time.monotonic() - begun)
    end.set()
    for thread in threads:
        thread.join()
    waits.sort()
    print(f"cancelled after p50 {1000 * statistics.median(waits):.0f} ms, "
          f"p90 {1000 * waits[len(waits) * 9 // 10]:.0f} ms, at most {1000 * waits[-1]:.0f} ms; "
          f"SELECT 1 beside them p50 {1000 * statistics.median(controls):.0f} ms")
    assert statistics.median(waits) < 0.1 + 4 * statistics.median(controls)


def test_sessions_that_wait_take_no_processor_time(firn_server):
    """A prompt client is waited for awake, for moments: not one that has stopped asking."""
    server = firn_server()
    sessions = [server.connect() for _ in range(3)]
    for session in sessions:
        for _ in range(300):
            session.execute("SELECT 1")
    before = processor_seconds(server.pid)
    time.sleep(1)
    assert processor_seconds(server.pid) - before < 0.3
    for session in sessions:
        assert session.execute("SELECT 1").fetchone() == (1,)
        session.close()
