"""Rubbish at each stage of the protocol: an error or a closed door, and a good client gets in."""

from __future__ import annotations

import socket
import struct

import pytest

from firn_process import PATIENCE

PROTOCOL_3 = 196608
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


def startup(**parameters: str) -> bytes:
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
    return struct.pack("!ii", 9 + len(body), PROTOCOL_3) + body + b"\0"


def message(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    return kind + struct.pack("!i", len(body) + 4 if length is None else length) + body


class Wire:
    """A raw connection that reads whole messages."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20 * PATIENCE)

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has closed already: what it said can still be read

    def read(self) -> tuple[bytes, bytes] | None:
        """The next message, or None when the server has closed."""
        head = self._exactly(5)
        if head is None:
            return None
        body = self._exactly(struct.unpack("!i", head[1:])[0] - 4)
        return None if body is None else (head[:1], body)

    def read_until(self, kind: bytes) -> list[tuple[bytes, bytes]]:
        """Messages up to the wanted kind, or up to the end."""
        seen = []
        while (got := self.read()) is not None:
            seen.append(got)
            if got[0] == kind:
                break
        return seen

    def _exactly(self, wanted: int) -> bytes | None:
        got = b""
        while len(got) < wanted:
            try:
                part = self.socket.recv(wanted - len(got))
            except ConnectionResetError:
                return None
            if not part:
                return None
            got += part
        return got


@pytest.fixture
def wire(firn):
    """wire() is a new raw connection; afterwards a good client must still get in."""
    opened: list[Wire] = []

    def make(signed_in: bool = False) -> Wire:
        opened.append(Wire(firn.ports["pg"]))
        if signed_in:
            opened[-1].send(startup(user="firn", database="main"))
            assert opened[-1].read_until(b"Z")[-1] == (b"Z", b"I")
        return opened[-1]

    yield make
    for connection in opened:
        connection.socket.close()
    with firn.connect() as good:
        assert good.execute("SELECT 1").fetchone() == (1,)


def sqlstate(body: bytes) -> str:
    fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
    return fields[b"C"]


@pytest.mark.parametrize("rubbish", [
    struct.pack("!i", 3),
    struct.pack("!i", -1),
    struct.pack("!ii", 0x7FFFFFFF, PROTOCOL_3),
    struct.pack("!ii", 8, 0x00020000),
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    bytes(10_000),
], ids=["short", "negative", "huge", "protocol-2", "http", "tls", "zeros"])
def test_rubbish_instead_of_a_startup_message_ends_the_connection(wire, rubbish):
    connection = wire()
    connection.send(rubbish)
    answers = connection.read_until(b"Z")
    assert all(kind in b"Ev" for kind, _ in answers)


def test_a_startup_message_without_its_last_zero_is_refused(wire):
    connection = wire()
    connection.send(struct.pack("!ii", 12, PROTOCOL_3) + b"user")
    assert [kind for kind, _ in connection.read_until(b"Z")] in ([b"E"], [])


@pytest.mark.parametrize("code", [SSL_REQUEST, GSS_REQUEST])
def test_a_request_for_encryption_gets_one_letter(wire, code):
    connection = wire()
    connection.send(struct.pack("!ii", 8, code))
    answer = connection.socket.recv(1)
    assert answer in (b"S", b"N", b"G")
    if answer == b"N":
        connection.send(startup(user="firn", database="main"))
        assert connection.read_until(b"Z")[-1] == (b"Z", b"I")


def test_a_cancel_with_a_wrong_key_does_nothing(wire):
    connection = wire()
    connection.send(struct.pack("!iiii", 16, CANCEL_REQUEST, 1, 12345))
    assert connection.read() is None


@pytest.mark.parametrize("length", [0, 3, -5, 0x7FFFFFFF])
def test_a_message_of_an_impossible_length_ends_the_session(wire, length):
    connection = wire(signed_in=True)
    connection.send(message(b"Q", b"SELECT 1\0", length))
    answers = connection.read_until(b"Z")
    assert [sqlstate(body) for kind, body in answers if kind == b"E"] in (["08P01"], [])
    assert connection.read() is None


def test_an_unknown_message_ends_the_session(wire):
    connection = wire(signed_in=True)
    connection.send(message(b"z", b"what"))
    answers = connection.read_until(b"Z")
    assert answers and sqlstate(answers[0][1]) == "08P01"


@pytest.mark.parametrize("kind, body", [
    (b"Q", b"SELECT 1"),
    (b"P", b"name\0SELECT 1\0\0"),
    (b"P", b"\0SELECT 1\0\xff\xff"),
    (b"B", b"\0\0\0\x01\0\0\0\x05\0\0\0\x63x"),
    (b"B", b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"),
    (b"E", b"\0"),
    (b"D", b"X\0"),
    (b"C", b""),
], ids=["Q-open", "P-cut", "P-count", "B-cut", "B-length", "E-cut", "D-kind", "C-empty"])
def test_a_message_with_a_wrong_body_is_a_protocol_violation(wire, kind, body):
    connection = wire(signed_in=True)
    connection.send(message(kind, body) + message(b"S", b""))
    errors = [body for got, body in connection.read_until(b"Z") if got == b"E"]
    assert errors and sqlstate(errors[0]) in ("08P01", "26000", "22023")


def test_after_an_error_everything_up_to_sync_is_skipped(wire):
    connection = wire(signed_in=True)
    connection.send(message(b"P", b"\0SELEKT\0\0\0") + message(b"B", b"\0\0\0\0\0\0\0\0")
                    + message(b"E", b"\0\0\0\0\0") + message(b"S", b""))
    answers = connection.read_until(b"Z")
    assert [kind for kind, _ in answers] == [b"E", b"Z"]
    assert sqlstate(answers[0][1]) == "42601"
    connection.send(message(b"Q", b"SELECT 1\0"))
    assert connection.read_until(b"Z")[-1] == (b"Z", b"I")


def test_execute_stops_at_its_row_limit_and_goes_on(wire):
    connection = wire(signed_in=True)
    rows = b"SELECT * FROM (VALUES (1), (2), (3)) AS v(n)\0"
    connection.send(message(b"P", b"\0" + rows + b"\0\0") + message(b"B", b"\0\0\0\0\0\0\0\0")
                    + message(b"E", b"\0" + struct.pack("!i", 2))
                    + message(b"E", b"\0" + struct.pack("!i", 0)) + message(b"S", b""))
    kinds = [kind for kind, _ in connection.read_until(b"Z")]
    assert kinds == [b"1", b"2", b"D", b"D", b"s", b"D", b"C", b"Z"]


def test_copy_data_out_of_place_is_ignored_or_refused(wire):
    connection = wire(signed_in=True)
    connection.send(message(b"d", b"1\t2\n") + message(b"c", b"") + message(b"Q", b"SELECT 1\0"))
    assert connection.read_until(b"Z")[-1][0] == b"Z"


def test_text_that_is_not_utf8_is_refused(wire):
    connection = wire(signed_in=True)
    connection.send(message(b"Q", b"SELECT '\xff\xfe'\0"))
    answers = connection.read_until(b"Z")
    assert sqlstate(answers[0][1]) == "22021"
    assert answers[-1] == (b"Z", b"I")
