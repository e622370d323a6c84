"""A limit of file sizes (`ulimit -f`) is like a full disk: it is told, and nothing is lost."""

from __future__ import annotations

import psycopg
import pytest


def test_a_log_at_the_limit_says_so_and_a_restart_without_it_goes_on(firn_server, tmp_path):
    settings = {"segment_bytes_max": "64MB", "log_prepare_bytes": "1MB", "flush_interval": "1h"}
    server = firn_server(start=False, settings=settings)
    own = server.binary
    shell = tmp_path / "limited"
    # In blocks of 512 bytes; the last one of 4,096 is cut.
    shell.write_text(f'#!/bin/sh\nulimit -f 8005 && exec "{own}" "$@"\n')
    shell.chmod(0o755)
    server.binary = shell
    server.start()
    written = 0
    with server.connect() as session:
        session.execute("CREATE TABLE t (n int, s text)")
        with pytest.raises(psycopg.Error) as failed:
            for written in range(200):
                session.execute(f"INSERT INTO t VALUES ({written}, repeat('x', 50000))")
        assert "File too large" in str(failed.value) and failed.value.sqlstate == "53100"
        assert session.execute("SELECT count(*) FROM t").fetchone() == (written,)
    server.kill9()
    server.binary = own
    server.start()
    with server.connect() as session:
        assert session.execute("SELECT count(*) FROM t").fetchone() == (written,)
