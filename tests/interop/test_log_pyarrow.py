"""A sealed log segment is read by plain pyarrow, which knows nothing of firn.

The segment is written by the log room's own test program (FIRN_LOG_SAMPLE names the folder).
"""

import os
import subprocess

import pyarrow as pa
import pytest

from firn_process import program_beside

WRITER = "Log.ASealedSegmentIsReadByAnyArrowReader"


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log") / "sample"
    subprocess.run(
        [program_beside("log_test"), f"--gtest_filter={WRITER}", "--gtest_brief=1"],
        env={**os.environ, "FIRN_LOG_SAMPLE": str(folder)},
        check=True,
    )
    return sorted(folder.glob("segment_*.arrow"))


def streams(path):
    """Open a stream, read to its end, open the next, until the zero block."""
    with pa.OSFile(str(path), "rb") as file:
        while file.tell() < file.size():
            start = file.tell()
            try:
                reader = pa.ipc.open_stream(file)
            except pa.ArrowInvalid:
                file.seek(start)
                assert file.read(4096) == bytes(4096)
                return
            yield start, reader.schema.metadata[b"firn"].decode(), reader.read_all()


def test_every_row_is_found_once(segments):
    assert len(segments) > 1
    lsns = []
    for path in segments:
        for _, mark, table in streams(path):
            if mark.startswith("table "):
                lsns += table["__lsn"].to_pylist()
    assert lsns == list(range(1, 1021))


def test_columns_are_what_they_were(segments):
    tables = [t for _, mark, t in streams(segments[0]) if mark.startswith("table ")]
    first = tables[0]
    assert first.column_names == ["id", "name", "score", "__lsn", "__change_type", "__timestamp"]
    assert first.schema.field("id").metadata == {b"PARQUET:field_id": b"1"}
    assert first["__change_type"].to_pylist() == ["INSERT"]
    assert first["score"].to_pylist() == [0.5]
    assert first.schema.field("__timestamp").type == pa.timestamp("us", "UTC")


def test_groups_say_where_they_lie(segments):
    for path in segments:
        end = 0
        for start, mark, table in streams(path):
            if mark != "group/1":
                continue
            header = table.to_pylist()[0]
            assert start == end and start % 4096 == 0
            assert header["base_lsn"] == int(path.stem.split("_")[1])
            end = start + header["bytes"]
        assert end > 0


def test_a_segment_begins_with_its_state_and_a_clean_stop_ends_it(segments):
    marks = [mark for _, mark, _ in streams(segments[-1])]
    assert marks[:2] == ["group/1", "state"]
    assert marks[-2:] == ["group/1", "state"]
    last = [t for _, mark, t in streams(segments[-1]) if mark == "state"][-1]
    assert last.to_pylist() == [{"kind": "log", "key": "clean_stop", "value": b"1021"}]
