"""The log as plain Arrow: a sealed segment read by pyarrow alone holds the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pyarrow
import pytest


def streams(path: Path) -> Iterator[list[pyarrow.RecordBatch]]:
    """The Arrow streams of a segment: open one, read to its end, open the next; zeros end it."""
    with pyarrow.OSFile(str(path)) as file:
        size = file.size()
        while (at := file.tell()) < size:
            if not any(file.read(min(8, size - at))):
                return
            file.seek(at)
            with pyarrow.ipc.open_stream(file) as reader:
                yield list(reader)


@pytest.fixture
def stopped(firn_server):
    """A data folder of a server that stopped cleanly after 25 rows in 3 transactions."""
    server = firn_server()
    with server.connect() as session:
        session.execute("CREATE TABLE readings (id bigint, label text)")
        session.execute("INSERT INTO readings VALUES (1, 'one'), (2, NULL)")
        session.execute("INSERT INTO readings VALUES (3, 'three')")
        with session.cursor().copy("COPY readings FROM STDIN") as copy:
            copy.write("".join(f"{n}\tn{n}\n" for n in range(4, 26)))
    assert server.stop() == 0
    return server.data


def test_pyarrow_finds_the_rows_in_the_order_of_their_lsn(stopped):
    found = []
    for path in sorted((stopped / "log").glob("segment_*.arrow")):
        for batches in streams(path):
            found += [row for batch in batches if "label" in batch.schema.names
                      for row in batch.to_pylist()]
    assert [(row["id"], row["label"]) for row in found] == [
        (1, "one"), (2, None), (3, "three"), *((n, f"n{n}") for n in range(4, 26))]
    lsns = [row["__lsn"] for row in found]
    assert lsns == list(range(lsns[0], lsns[0] + 25))
    assert {row["__change_type"] for row in found} == {"INSERT"}
    assert all(row["__timestamp"].tzinfo for row in found)


def test_every_group_begins_on_a_block(stopped):
    for path in sorted((stopped / "log").glob("segment_*.arrow")):
        assert path.stat().st_size % 4096 == 0
