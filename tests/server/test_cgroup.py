"""The whole demo in a control group that has 4 GB, the server's memory_limit at 2 GB."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from firn_process import firn_binary

ROOT = Path(__file__).resolve().parents[2]
GROUP_BYTES = 4 << 30
# Where memory is limited: version 2, then version 1, with the names of the files.
HIERARCHIES = [(Path("/sys/fs/cgroup"), "memory.max", "memory.events"),
               (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.oom_control")]


@pytest.fixture
def group():
    """A control group of its own, and the file that counts whom it killed."""
    for parent, limit, events in HIERARCHIES:
        made = parent / f"firn-test-{os.getpid()}"
        if not (parent / "cgroup.procs").exists():
            continue  # not mounted
        try:
            made.mkdir()
        except OSError:
            continue
        try:
            (made / limit).write_text(str(GROUP_BYTES))
        except OSError:
            made.rmdir()
            continue
        yield made, made / events
        made.rmdir()
        return
    pytest.skip("control groups cannot be made here")


@pytest.mark.slow
@pytest.mark.alone
def test_the_demo_runs_in_four_gigabytes(group):
    folder, events = group

    def enter() -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()))

    run = subprocess.run(
        [sys.executable, str(ROOT / "demo" / "demo.py"), "--firn", str(firn_binary())],
        env={**os.environ, "FIRN_MEMORY_LIMIT": "2GB"}, preexec_fn=enter, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    print(run.stdout[-3000:])
    killed = re.search(r"oom_kill (\d+)", events.read_text())
    assert killed and killed.group(1) == "0"
    assert run.returncode == 0


def test_the_default_limit_follows_the_control_group(group, firn_server, tmp_path):
    folder, _ = group
    inside = tmp_path / "firn-in-group"
    inside.write_text(f'#!/bin/sh\necho $$ > {folder}/cgroup.procs\nexec {firn_binary()} "$@"\n')
    inside.chmod(0o755)
    server = firn_server(binary=inside)
    page = urllib.request.urlopen(server.http("/metrics"), timeout=10).read().decode()
    limit = float(re.search(r"^firn_memory_limit_bytes (.*)$", page, re.M).group(1))
    assert limit == pytest.approx(0.6 * GROUP_BYTES, rel=0.001)
    server.stop()
