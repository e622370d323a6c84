"""The PostgreSQL protocol by hand: messages as bytes out, answers as comparable values in."""

from __future__ import annotations

import socket
import struct
from typing import Sequence

PROTOCOL_3 = 196608


def _string(text: str) -> bytes:
    return text.encode() + b"\0"


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def startup(**parameters: str) -> bytes:
    body = b"".join(_string(name) + _string(value) for name, value in parameters.items()) + b"\0"
    return struct.pack("!ii", 8 + len(body), PROTOCOL_3) + body


def query(sql: str) -> bytes:
    return message(b"Q", _string(sql))


def parse(sql: str, name: str = "", oids: Sequence[int] = ()) -> bytes:
    return message(b"P", _string(name) + _string(sql) +
                   struct.pack(f"!h{len(oids)}I", len(oids), *oids))


def bind(portal: str = "", statement: str = "", values: Sequence[bytes | str | None] = (),
         formats: Sequence[int] = (), results: Sequence[int] = ()) -> bytes:
    body = _string(portal) + _string(statement)
    body += struct.pack(f"!h{len(formats)}h", len(formats), *formats)
    body += struct.pack("!h", len(values))
    for value in values:
        data = value.encode() if isinstance(value, str) else value
        body += struct.pack("!i", -1) if data is None else struct.pack("!i", len(data)) + data
    return message(b"B", body + struct.pack(f"!h{len(results)}h", len(results), *results))


def describe(kind: str, name: str = "") -> bytes:
    return message(b"D", kind.encode() + _string(name))


def execute(portal: str = "", rows: int = 0) -> bytes:
    return message(b"E", _string(portal) + struct.pack("!i", rows))


def close(kind: str, name: str = "") -> bytes:
    return message(b"C", kind.encode() + _string(name))


def copy_data(data: bytes) -> bytes:
    return message(b"d", data)


def copy_fail(why: str) -> bytes:
    return message(b"f", _string(why))


SYNC = message(b"S")
FLUSH = message(b"H")
COPY_DONE = message(b"c")
TERMINATE = message(b"X")


class Connection:
    """One signed-in connection."""

    def __init__(self, port: int, **parameters: str):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.sendall(startup(**parameters))
        self.until(b"Z")

    def close(self) -> None:
        self.socket.close()

    def _exactly(self, wanted: int) -> bytes:
        got = b""
        while len(got) < wanted:
            part = self.socket.recv(wanted - len(got))
            if not part:
                raise EOFError("the server has closed the connection")
            got += part
        return got

    def read(self) -> tuple[bytes, bytes]:
        kind, length = struct.unpack("!ci", self._exactly(5))
        return kind, self._exactly(length - 4)

    def until(self, *kinds: bytes) -> list[tuple[bytes, bytes]]:
        """Messages up to and with the first of these kinds."""
        answers = [self.read()]
        while answers[-1][0] not in kinds:
            answers.append(self.read())
        return answers

    def count(self, answers: int) -> list[tuple[bytes, bytes]]:
        return [self.read() for _ in range(answers)]


def _cut(body: bytes, at: int) -> tuple[str, int]:
    end = body.index(b"\0", at)
    return body[at:end].decode(), end + 1


def _fields(body: bytes) -> dict[str, str]:
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}


def _row_description(body: bytes) -> list[tuple]:
    at, columns = 2, []
    for _ in range(struct.unpack_from("!h", body)[0]):
        name, at = _cut(body, at)
        _, _, oid, _, _, form = struct.unpack_from("!IhIhih", body, at)
        columns.append((name, oid, form))
        at += 18
    return columns


def _data_row(body: bytes) -> list[bytes | None]:
    at, values = 2, []
    for _ in range(struct.unpack_from("!h", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        at += 4
        values.append(None if length < 0 else body[at:at + length])
        at += max(length, 0)
    return values


def meaning(kind: bytes, body: bytes) -> tuple:
    """What two servers must agree on: not texts of messages, nor numbers of tables."""
    letter = kind.decode()
    if letter in "EN":
        fields = _fields(body)
        return letter, fields["V"], fields["C"]
    if letter == "T":
        return letter, _row_description(body)
    if letter == "t":
        return letter, list(struct.unpack(f"!{len(body) // 4}I", body[2:]))
    if letter == "D":
        return letter, _data_row(body)
    if letter == "C":
        return letter, body[:-1].decode()
    if letter == "S":
        return letter, body.split(b"\0")[:2]
    return letter, body
