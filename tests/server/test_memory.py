"""What a server holds in memory while more rows come than it may keep."""

from __future__ import annotations

import concurrent.futures
import threading
import time

import psycopg
import pytest

from firn_process import FirnProcess, wait_until
from process_figures import MostResident

LIMIT_MB = 384
ROWS = 20_000
LINES = "".join(f"{n}\t{n % 1000}\tsome text, number {n * 7919 % 1_000_003}\t{n * 1.25:.2f}\n"
                for n in range(ROWS)).encode()


def load(server: FirnProcess, clients: int, copies: int, pieces: int) -> int:
    """Every client sends so many COPYs of so many pieces; how many rows in all."""
    errors = []

    def run() -> None:
        try:
            with server.connect() as session:
                for _ in range(copies):
                    with session.cursor().copy("COPY load FROM STDIN") as copy:
                        for _ in range(pieces):
                            copy.write(LINES)
        except Exception as error:  # noqa: BLE001 - reported by the test
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return clients * copies * pieces * ROWS


# Each loads some times the limit: one transaction, many small ones, some large ones at once, and
# very many that each go beyond what a transaction may hold in memory.
SHAPES = {"one": (1, 1, 400), "small": (16, 25, 1), "large": (4, 3, 40), "many": (24, 1, 16)}


def stay_within_the_limit(firn_server, clients: int, copies: int, pieces: int) -> None:
    server = firn_server(settings={"memory_limit": f"{LIMIT_MB}MB"})
    with server.connect() as session:
        session.execute("CREATE TABLE load (id bigint, k int, t text, x float8)")
        began = time.monotonic()
        with MostResident(server.pid) as resident:
            rows = load(server, clients, copies, pieces)
        print(f"{rows:,} rows, {rows // ROWS * len(LINES) >> 20} MB of text, "
              f"{rows / (time.monotonic() - began):,.0f} rows/s, at most {resident.most >> 20} MB")
        assert session.execute("SELECT count(*), sum(k) FROM load").fetchone() == (
            rows, rows // ROWS * sum(n % 1000 for n in range(ROWS)))
    assert resident.most < LIMIT_MB * 1.1 * (1 << 20)


@pytest.mark.resident
@pytest.mark.parametrize("shape", SHAPES)
def test_a_load_stays_within_the_limit(firn_server, shape):
    stay_within_the_limit(firn_server, *SHAPES[shape])


@pytest.mark.slow
@pytest.mark.resident
@pytest.mark.parametrize("shape", SHAPES)
def test_ten_times_the_limit_stays_within_it(firn_server, shape):
    clients, copies, pieces = SHAPES[shape]
    stay_within_the_limit(firn_server, clients, copies * 10, pieces)


def test_a_table_that_cannot_be_flushed_is_named_and_the_others_go_on(firn_server):
    server = firn_server(settings={"memory_limit": "64MB", "write_wait": "1s"})
    with server.connect() as session:
        for name in ("stuck", "load"):
            session.execute(f"CREATE TABLE {name} (id bigint, k int, t text, x float8)")
        session.execute("INSERT INTO stuck VALUES (1, 1, 'x', 1)")
        folder = next((server.data / "warehouse").glob("*/*/stuck-*/data"))
        folder.rename(folder.with_name("away"))
        folder.write_text("in the way")
        with pytest.raises(Exception, match="stuck"):
            session.execute("CHECKPOINT")
        with pytest.raises(Exception) as refused:
            for _ in range(100):
                with session.cursor().copy("COPY stuck FROM STDIN") as copy:
                    copy.write(LINES)
        assert refused.value.sqlstate == "53200"
        assert "flush of stuck" in refused.value.diag.message_detail
        assert "CHECKPOINT" in refused.value.diag.message_hint
        rows = load(server, 2, 20, 1)
        assert session.execute("SELECT count(*) FROM load").fetchone() == (rows,)
        folder.unlink()
        folder.with_name("away").rename(folder)
        session.execute("CHECKPOINT")
        with session.cursor().copy("COPY stuck FROM STDIN") as copy:
            copy.write(LINES)
        wait_until(lambda: session.execute("SELECT count(*) > 20000 FROM stuck").fetchone()[0],
                   "the rows of the table that was stuck")


@pytest.mark.resident
def test_long_statements_wait_for_one_another_and_larger_ones_are_refused(firn_server):
    limit_mb = 256
    server = firn_server(settings={"memory_limit": f"{limit_mb}MB"})
    numbers = ",".join(str(n) for n in range(200_000))
    too_large = {
        "a literal": f"SELECT length('{'x' * (20 << 20)}')",
        "an IN list": f"SELECT count(*) FROM load WHERE id IN ({numbers})",
        "VALUES": f"INSERT INTO load VALUES ({numbers.replace(',', '),(')})"}
    refused = 0
    with MostResident(server.pid) as resident, server.connect() as session:
        session.execute("CREATE TABLE load (id bigint, t text)")
        for _ in range(5):
            for statement in too_large.values():
                with pytest.raises(Exception) as error:
                    session.execute(statement)
                assert error.value.sqlstate == "54000"
                assert "memory_limit" in error.value.diag.message_hint
                refused += 1
        # Its transaction has failed, as after any other error.
        session.execute("BEGIN")
        session.execute("INSERT INTO load VALUES (0, 'half')")
        with pytest.raises(Exception, match="the statement is too large"):
            session.execute(too_large["VALUES"])
        with pytest.raises(Exception, match="current transaction is aborted"):
            session.execute("SELECT 1")
        session.execute("COMMIT")
        assert session.execute("SELECT count(*) FROM load").fetchone() == (0,)
        with pytest.raises(Exception, match="the row is too long") as error:
            with session.cursor().copy("COPY load FROM STDIN") as copy:
                copy.write(b"1\t" + b"x" * (20 << 20) + b"\n")
        assert error.value.sqlstate == "54000"

        def insert() -> None:
            with server.connect() as other:
                for _ in range(6):
                    other.execute(f"INSERT INTO load VALUES (1, '{'x' * (5 << 20)}')")

        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            for done in [clients.submit(insert) for _ in range(8)]:
                done.result()
        assert session.execute("SELECT count(*), sum(length(t)) FROM load").fetchone() == (
            48, 48 * (5 << 20))
    print(f"{refused} statements refused, at most {resident.most >> 20} MB")
    assert resident.most < limit_mb * 1.1 * (1 << 20)


def test_texts_too_large_for_the_limit_are_refused_as_such(firn_server):
    server = firn_server(settings={"memory_limit": "512MB"})
    with server.connect() as session:
        with pytest.raises(psycopg.errors.OutOfMemory) as caught:
            session.execute("SELECT count(*) FROM (SELECT repeat('x', 100000000) "
                            "FROM generate_series(1, 20)) q (a) WHERE a LIKE '%z'")
        said = caught.value.diag
        assert "memory_limit" in said.message_hint and "exception" not in said.message_primary
        assert session.execute("SELECT 1").fetchone() == (1,)
