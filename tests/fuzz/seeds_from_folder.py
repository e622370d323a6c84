"""Makes seeds for the fuzzers of log and lake out of a data folder: groups, state groups, the
beginnings of segments, manifests, manifest lists (also without compression, which fuzzers see
through) and table metadata. Run over the fixture of a release to begin a corpus anew:

    python tests/fuzz/seeds_from_folder.py /tmp/firn-release-0.1.0/data tests/fuzz
"""

from __future__ import annotations

import hashlib
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Iterator

HEADER_BYTES, TRANSACTIONS_AT, BYTES_AT, BLOCK = 1112, 1072, 1080, 4096
OF_EACH_MOST, BYTES_MOST = 20, 25_000


def groups(segment: bytes) -> Iterator[tuple[int, int, int]]:
    """(offset, bytes, transactions) of each group: docs/formats/log.md."""
    at = 0
    while at + HEADER_BYTES <= len(segment) and segment[at:at + 4] == b"\xff\xff\xff\xff":
        (length,) = struct.unpack_from("<Q", segment, at + BYTES_AT)
        (transactions,) = struct.unpack_from("<I", segment, at + TRANSACTIONS_AT)
        yield at, length, transactions
        at += length


def read_long(data: bytes, at: int) -> tuple[int, int]:
    """Avro's zigzag long at a place, and the place behind it."""
    bits = shift = 0
    while True:
        byte = data[at]
        at += 1
        bits |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (bits >> 1) ^ -(bits & 1), at


def long(value: int) -> bytes:
    """Avro's zigzag long."""
    bits, out = value << 1 ^ value >> 63, b""
    while bits >= 0x80:
        out += bytes([bits & 0x7F | 0x80])
        bits >>= 7
    return out + bytes([bits])


def inflated(container: bytes) -> bytes:
    """An Avro container file with codec null instead of deflate."""
    at = container.index(b"\x0edeflate") + 8
    at = container.index(b"\0", at) + 1  # the end of the header's map
    marker = container[at:at + 16]
    out, at = container[:at + 16].replace(b"\x0edeflate", b"\x08null"), at + 16
    while at < len(container):
        records, at = read_long(container, at)
        stored, at = read_long(container, at)
        block = zlib.decompress(container[at:at + stored], -15)
        out += long(records) + long(len(block)) + block + marker
        at += stored + 16
    return out


def keep(folder: Path, seeds: list[bytes]) -> None:
    """The first of each shape, small and large ones, by the name of their content."""
    folder.mkdir(exist_ok=True)
    shapes: dict[tuple, bytes] = {}
    for seed in seeds:
        words = re.sub(rb"[0-9a-f-]{36}", b"", seed.partition(b"PAR1")[0])
        shapes.setdefault((len(seed), *sorted(set(re.findall(rb"[a-z_]{6,}", words)))), seed)
    found = sorted((seed for seed in shapes.values() if len(seed) <= BYTES_MOST), key=len)
    for seed in found[::max(1, len(found) // OF_EACH_MOST)]:
        (folder / hashlib.sha1(seed).hexdigest()[:16]).write_bytes(seed)


def main(data: Path, to: Path) -> None:
    rows, states, segments = [], [], []
    for path in sorted((data / "log").glob("segment_*.arrow")):
        segment = path.read_bytes()
        ends = []
        for at, length, transactions in groups(segment):
            seed = bytes([transactions]) + segment[at + HEADER_BYTES:at + length]
            (rows if transactions else states).append(seed)
            ends.append(at + length)
        segments += [segment[:ends[min(n, len(ends)) - 1]] + bytes(BLOCK) for n in (1, 2, 4)]
    keep(to / "log_group_corpus", rows)
    keep(to / "log_state_corpus", states)
    keep(to / "log_segment_corpus", segments)
    containers = [path.read_bytes() for path in data.rglob("*.avro")]
    keep(to / "avro_corpus", containers[:8] + [inflated(one) for one in containers])
    keep(to / "iceberg_json_corpus", [path.read_bytes() for path in data.rglob("*.metadata.json")])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
