"""The sweep behind a start takes what crashes left in the warehouse, and nothing else."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path

import pytest

from crash.attack import Attack, attacked, plant_orphans
from crash.load import WIDE
from firn_process import PATIENCE, wait_until
from lake_readers import data_files, newest_metadata, table_folder


def swept(attack: Attack, since: int) -> tuple[int, int, int]:
    """Files, bytes and tables of the first sweep that the server told of behind `since`."""
    def line():
        return re.search(r"sweep: files=(\d+) bytes=(\d+) tables=(\d+)",
                         attack.server.output()[since:])

    return tuple(map(int, wait_until(line, "the sweep ended", 120).groups()))


def start_and_sweep(attack: Attack) -> tuple[int, int, int]:
    since = len(attack.server.output())
    attack.start()
    return swept(attack, since)


def files_under(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def killed_copy(attack: Attack) -> set[Path]:
    """A COPY larger than its memory is killed under way; the files that it leaves."""
    folder = table_folder(attack.server.data, "large_rows")
    before = set(data_files(folder))
    with attack.server.connect() as session:
        with pytest.raises(Exception):  # noqa: B017 - the connection dies in one of several ways
            with session.cursor().copy("COPY large_rows FROM STDIN") as copy:
                for n in range(400):
                    copy.write(f"99\t{n}\t{WIDE}\n")
                wait_until(lambda: set(data_files(folder)) - before, "a file of the COPY")
                attack.server.kill9()
                copy.write("99\t400\tx\n" * 100_000)
    return set(data_files(folder)) - before


def flush_bulk_rows(attack: Attack) -> None:
    unit = attack.ledger.begin(("bulk_rows",), 99, 1)
    with attack.server.connect() as session:
        session.execute("INSERT INTO bulk_rows VALUES (99, %s)", (unit.first,))
        attack.ledger.acknowledge(unit)
        session.execute("CHECKPOINT")


@pytest.fixture
def loaded(firn_server, seed) -> Attack:
    """A server with rows in the lake and in the log, dead."""
    attack = attacked(firn_server, seed)
    load = attack.load(wide=False)
    assert attack.ledger.wait_for(60)
    attack.server.kill9()
    load.join(stop=False)
    assert load.errors == []
    attack.start()
    attack.check_server()
    return attack


def test_orphans_of_a_killed_copy_are_gone_after_a_start_and_all_else_is_there(loaded):
    lost = killed_copy(loaded)
    assert lost
    lost.update(plant_orphans(loaded.server.data))
    loaded.start()  # all too young
    loaded.check_server()
    loaded.server.kill9()
    assert all(path.exists() for path in lost)
    loaded.age()
    files, size, tables = start_and_sweep(loaded)
    assert not [path for path in lost if path.exists()]
    assert files >= 2 and size > 0 and tables >= 2
    loaded.check_server()
    loaded.check_lake()
    loaded.check_stopped()
    loaded.server.kill9()
    loaded.age()
    assert start_and_sweep(loaded)[2] == 0
    loaded.check_server()


def test_a_file_younger_than_the_age_stays(loaded):
    lost = plant_orphans(loaded.server.data)
    loaded.server.kill9()
    loaded.age()
    young = lost[0].with_name("young.parquet")
    young.write_bytes(b"PAR1")
    an_hour_ago = time.time() - 3600 + 60
    os.utime(young, (an_hour_ago, an_hour_ago))
    (lost[-1] / "metadata" / "young.avro").write_bytes(b"x")
    start_and_sweep(loaded)
    assert [path.exists() for path in lost] == [False, False, False, False, True]
    assert young.exists()


def test_the_age_is_a_setting(loaded):
    lost = plant_orphans(loaded.server.data)
    loaded.server.kill9()
    loaded.age()
    loaded.server.settings["orphan_age"] = "3h"
    assert start_and_sweep(loaded) == (0, 0, 0)
    assert all(path.exists() for path in lost)


def test_files_that_only_the_log_names_stay(loaded):
    """Of a transaction that was acknowledged and not flushed before the crash."""
    folder = table_folder(loaded.server.data, "large_rows")
    before = set(data_files(folder))
    unit = loaded.ledger.begin(("large_rows",), 99, 400)
    with loaded.server.connect() as session:
        with session.cursor().copy("COPY large_rows FROM STDIN") as copy:
            for n in range(400):
                copy.write(f"99\t{n}\t{WIDE}\n")
        added = set(data_files(folder)) - before
        loaded.server.kill9()
    loaded.ledger.acknowledge(unit)
    assert added
    loaded.age()
    start_and_sweep(loaded)
    assert all(path.exists() for path in added)
    loaded.check_server()
    loaded.check_lake()


def test_a_commit_of_others_that_is_not_adopted_yet_keeps_its_files(loaded):
    """Metadata above what the catalog knows, as a crash or another writer leaves it."""
    flush_bulk_rows(loaded)
    loaded.server.kill9()
    folder = table_folder(loaded.server.data, "bulk_rows")
    metadata = folder / "metadata"
    hint = int((metadata / "version-hint.text").read_text())
    foreign = folder / "data" / "foreign.parquet"
    foreign.write_bytes(data_files(folder)[0].read_bytes())
    text = (metadata / f"v{hint}.metadata.json").read_text()
    noted = text.replace('"properties":', f'"x-kept": ["file://{foreign}"], "properties":', 1)
    assert noted != text
    (metadata / f"v{hint + 1}.metadata.json").write_text(noted)
    loaded.age()
    start_and_sweep(loaded)
    assert foreign.exists()
    loaded.check_server()


def test_unreadable_metadata_keeps_everything_of_its_table(loaded):
    """What it named is not known; the other tables are swept."""
    lost = plant_orphans(loaded.server.data)
    flush_bulk_rows(loaded)
    flush_bulk_rows(loaded)  # the first snapshot is not the current one
    other = table_folder(loaded.server.data, "single_rows") / "data" / "lost.parquet"
    other.write_bytes(b"PAR1")
    loaded.server.kill9()
    folder = table_folder(loaded.server.data, "bulk_rows")
    snapshots = json.loads(newest_metadata(folder).read_text())["snapshots"]
    Path(snapshots[0]["manifest-list"].removeprefix("file://")).write_bytes(b"not avro")
    loaded.age()
    before = files_under(folder)
    start_and_sweep(loaded)
    assert before <= files_under(folder)
    assert lost[0].exists() and not other.exists()
    assert "nothing more is removed of public.bulk_rows" in loaded.server.output()


def test_a_folder_that_the_catalog_should_know_stays(loaded):
    """Its metadata speaks of LSNs that this log has not reached: the catalog is the older one."""
    flush_bulk_rows(loaded)
    loaded.server.kill9()
    folder = table_folder(loaded.server.data, "bulk_rows")
    copy = folder.with_name("newer-0123abcd")
    (copy / "metadata").mkdir(parents=True)
    hint = (folder / "metadata" / "version-hint.text").read_text()
    text = (folder / "metadata" / f"v{hint}.metadata.json").read_text()
    later = re.sub(r'(firn\.flushed":\s*"{\\"[0-9a-f-]+\\":)\d+', r"\g<1>99999999999999", text)
    assert later != text
    (copy / "metadata" / "v1.metadata.json").write_text(later)
    loaded.age()
    start_and_sweep(loaded)
    assert copy.exists()
    assert f'"{copy}" stays' in loaded.server.output()


def test_a_linked_data_folder_is_left_alone(loaded):
    loaded.server.kill9()
    data = table_folder(loaded.server.data, "bulk_rows") / "data"
    elsewhere = loaded.server.data.with_name("elsewhere")
    data.rename(elsewhere)
    data.symlink_to(elsewhere)
    (elsewhere / "lost.parquet").write_bytes(b"PAR1")
    loaded.age()
    start_and_sweep(loaded)
    assert data.is_symlink() and (elsewhere / "lost.parquet").exists()


def test_a_sweep_while_rounds_and_large_copies_are_at_work_loses_nothing(loaded):
    """Start after start: each with everything aged, many orphans and the whole load."""
    for number in range(2):
        for table in ("large_rows", "fleeting_rows", "bulk_rows"):
            folder = table_folder(loaded.server.data, table) / "data"
            for n in range(100):
                (folder / f"lost{number}-{n}.parquet").write_bytes(b"PAR1")
        loaded.server.kill9()
        loaded.age()
        since = len(loaded.server.output())
        loaded.start()
        load = loaded.load()
        files, _, _ = swept(loaded, since)
        assert files >= 100  # of a table with round after round, what was left waits for a start
        load.join()
        assert load.errors == []
        loaded.check_server()
    loaded.server.kill9()
    loaded.age()
    start_and_sweep(loaded)
    assert not list(loaded.server.data.rglob("lost*.parquet"))
    loaded.check_lake()
    loaded.check_stopped()
    loaded.report("sweep under load")


def test_a_stop_does_not_wait_for_the_sweep(loaded):
    """A clean stop in the middle of it; the next start goes on."""
    folder = table_folder(loaded.server.data, "large_rows") / "data"
    for n in range(3000):
        (folder / f"lost{n}.parquet").write_bytes(b"PAR1")
    loaded.server.kill9()
    loaded.age()
    loaded.start()
    wait_until(lambda: len(list(folder.glob("lost*"))) < 3000, "the sweep began")
    begun = time.monotonic()
    assert loaded.server.stop() == 0
    assert time.monotonic() - begun < 5 * PATIENCE
    start_and_sweep(loaded)
    assert not list(folder.glob("lost*"))
    loaded.check_server()
