"""TLS: libpq's modes with a certificate authority made here, direct TLS, and bad hellos."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess

import psycopg
import pytest

from firn_process import PATIENCE
from raw_protocol import query, startup

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
POSTGRESQL = ["postgresql"]


def openssl(*arguments: str, folder) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A throw-away authority and a certificate for localhost and 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2",
            "-subj", "/CN=firn test authority", folder=folder)
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr",
            "-subj", "/CN=localhost", folder=folder)
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "server.crt", "-days", "2", "-extfile", "names",
            folder=folder)
    openssl("req", "-x509", *new_key, "-keyout", "other.key", "-out", "other.crt", "-days", "2",
            "-subj", "/CN=somebody else", folder=folder)
    return folder


@pytest.fixture(scope="module")
def server(certificates, tmp_path_factory):
    from firn_process import FirnProcess

    made = FirnProcess(tmp_path_factory.mktemp("server") / "firn", arguments=(
        "--tls-cert", str(certificates / "server.crt"),
        "--tls-key", str(certificates / "server.key")))
    yield made.start()
    assert made.stop() == 0


def sign_in(connection) -> bytes:
    connection.sendall(startup(user="firn", database="main") + query("SELECT 1"))
    got = b""
    while got.count(b"Z\0\0\0\x05I") < 2:
        part = connection.recv(4096)
        assert part
        got += part
    return got


def client_context(certificates, protocols=POSTGRESQL) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificates / "ca.crt")
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


@pytest.mark.parametrize("mode", ["prefer", "require", "verify-ca", "verify-full"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_every_mode_of_libpq(server, certificates, mode, host):
    with server.connect(host=host, sslmode=mode, sslrootcert=str(certificates / "ca.crt")) as one:
        assert one.execute("SELECT 1").fetchone() == (1,)
        assert one.pgconn.ssl_in_use


def test_plain_connections_go_on(server):
    with server.connect(sslmode="disable") as one:
        assert not one.pgconn.ssl_in_use


def test_another_authority_is_not_believed(server, certificates):
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        server.connect(sslmode="verify-full", sslrootcert=str(certificates / "other.crt"))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_direct_tls(server, certificates, version):
    context = client_context(certificates)
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", server.ports["pg"]), 20) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            assert tls.selected_alpn_protocol() == "postgresql"
            sign_in(tls)


def test_direct_tls_needs_the_protocols_name(server, certificates):
    for protocols in ([], ["http/1.1"]):
        context = client_context(certificates, protocols)
        with socket.create_connection(("127.0.0.1", server.ports["pg"]), 20) as plain:
            with pytest.raises((ssl.SSLError, AssertionError, ConnectionError)):
                with context.wrap_socket(plain, server_hostname="localhost") as tls:
                    sign_in(tls)


def test_old_versions_are_refused(server, certificates):
    context = client_context(certificates)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", server.ports["pg"]), 20) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_hostname="localhost")


def test_bytes_slipped_in_before_the_handshake_end_the_connection(server):
    with socket.create_connection(("127.0.0.1", server.ports["pg"]), 20) as plain:
        plain.sendall(SSL_REQUEST + query("SELECT 1"))
        got = b""
        while part := plain.recv(4096):
            got += part
        assert b"08P01" in got and not got.startswith(b"S")


@pytest.mark.parametrize("rubbish", [b"\x16\x03\x01" + bytes(100), b"\x16" * 1000, b"\x16"])
def test_a_hello_that_is_none_hurts_nobody(server, rubbish):
    with socket.create_connection(("127.0.0.1", server.ports["pg"]), 20) as plain:
        with contextlib.suppress(OSError):  # the server may be the first to close
            plain.sendall(rubbish)
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(4096):
                pass
    with server.connect() as good:
        assert good.execute("SELECT 1").fetchone() == (1,)


def test_large_results_and_copies_go_through(server, certificates):
    with server.connect(sslmode="verify-full", host="localhost",
                        sslrootcert=str(certificates / "ca.crt")) as one:
        rows = one.execute("SELECT n, repeat('x', 100) FROM generate_series(1, 100000) AS s (n)")
        assert len(rows.fetchall()) == 100_000
        one.execute("CREATE TABLE much (t text)")
        with one.cursor().copy("COPY much FROM STDIN") as copy:
            for _ in range(200):
                copy.write(("y" * 999 + "\n") * 100)
        assert one.execute("SELECT count(*) FROM much").fetchone() == (20_000,)
        one.execute("DROP TABLE much")


def test_a_query_is_cancelled_over_tls(server):
    with server.connect(sslmode="require") as one, server.connect() as other:
        import threading

        def cancel() -> None:
            while not other.execute("SELECT count(*) FROM firn.sessions WHERE state = 'active' "
                                    "AND query LIKE '%a.n%'").fetchone()[0] >= 2:
                pass
            one.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            one.execute("SELECT count(*) FROM generate_series(1, 100000) AS a (n), "
                        "generate_series(1, 100000) AS b (n) WHERE a.n * b.n = 7")
        thread.join()


@pytest.mark.parametrize("binding", ["disable", "prefer", "require"])
@pytest.mark.parametrize("mode", ["require", "disable"])
def test_a_password_is_bound_to_the_channel(server, mode, binding):
    with server.connect() as one:
        one.execute(f"CREATE ROLE bound_{mode}_{binding} LOGIN PASSWORD 'secret'")
    sign_in_as = lambda password: server.connect(
        user=f"bound_{mode}_{binding}", password=password, sslmode=mode, channel_binding=binding)
    if mode == "disable" and binding == "require":
        with pytest.raises(psycopg.OperationalError, match="channel binding"):
            sign_in_as("secret")
        return
    with sign_in_as("secret") as one:
        assert one.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        sign_in_as("wrong")


@pytest.mark.parametrize("arguments, said", [
    (("--tls-cert", "server.crt"), "both"), (("--tls-key", "server.key"), "both"),
    (("--tls-cert", "none.crt", "--tls-key", "server.key"), "certificate"),
    (("--tls-cert", "server.crt", "--tls-key", "other.key"), "key")])
def test_files_that_do_not_fit_stop_the_start(firn_server, certificates, arguments, said):
    paths = [str(certificates / one) if not one.startswith("--") else one for one in arguments]
    server = firn_server(arguments=tuple(paths), start=False)
    assert server.spawn().wait(30 * PATIENCE) == 1
    assert said in server.output()
