"""Runs against servers that spend disk, memory and time: each stays within its limits, and ends as documented."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.server import serving
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.reader import read
from orders_conformance.spec.contract import Contract
from tests.support.command import CREDENTIALS, environment, program
from tests.support.hostile_servers import PADDED
from tests.support.servers import Answer, Seen, http, listening

pytestmark = pytest.mark.slow  # 90 s: runs over HTTP that read up to a gigabyte

_MIB = 1024 * 1024
_MEMORY, _RECORD = 200 * _MIB, 64 * _MIB
# Kibibytes on Linux, bytes on macOS.
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Ended:
    """A run that has ended: its status, the most memory that it took in bytes, its seconds, and its folder."""

    status: int
    memory: int
    seconds: float
    folder: Path

    def report(self) -> dict[str, Any]:
        """Read its report."""
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_bytes())
        return report


def judged(folder: Path, *options: str, command: str = "run") -> Ended:
    """Start a command and wait until it ends."""
    began = time.monotonic()
    arguments = [program(), command, *options, "--report-dir", str(folder)]
    measured = folder.parent / f"{folder.name}.memory"
    one = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-c", _MEASURED, str(measured), *arguments],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return Ended(one.returncode, int(measured.read_text("ascii")) * _UNIT, time.monotonic() - began, folder)


# A process begins with the memory of the one that starts it, and the tests may have a lot of it: a small one starts it.
_MEASURED = """
import os, sys
_, status, usage = os.wait4(os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:]), 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def check_bounds(ended: Ended) -> None:
    assert ended.status in {1, 3}
    assert ended.report()["outcome"] == {1: "not conformant", 3: "broken"}[ended.status]
    assert "suite itself" not in (ended.report()["reason"] or "")
    assert (ended.folder / "record.jsonl").stat().st_size <= _RECORD
    assert ended.memory <= _MEMORY, ended.memory // _MIB
    assert read(ended.folder / "record.jsonl").damage is None


def limited(_seen: Seen) -> Answer:
    return http(429, b"{}", "Content-Type: application/json", "Retry-After: 60")


def lying(_seen: Seen) -> Answer:
    return Answer(b"HTTP/1.1 400 No\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", "hang")


def dripping(_seen: Seen) -> Answer:
    return Answer(b"HTTP/1.1 400 No\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", "drip")


def dripping_head(_seen: Seen) -> Answer:
    return Answer(b"HTTP/1.1 400 No\r\nX: ", "drip")


def silent(_seen: Seen) -> Answer:
    return Answer(b"", "hang")


@pytest.mark.parametrize("respond", [limited, lying, dripping, dripping_head, silent])
def test_time_is_not_the_servers_to_spend(respond: Callable[[Seen], Answer], tmp_path: Path) -> None:
    with listening(respond) as server:
        ended = judged(tmp_path, "--target", server.url, "--max-time", "4", "--timeout", "3")
    assert ended.status == 3
    assert ended.report()["traffic"]["seconds"] <= 4.5
    check_bounds(ended)


# In thirty seconds some of these servers send more than a gigabyte.
@pytest.mark.parametrize("seconds", ["6", pytest.param("30", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("kind", PADDED)
def test_disk_and_memory_are_not_the_servers_to_spend(kind: type[Service], seconds: str, tmp_path: Path) -> None:
    service = embedded_service(Contract.load(), CREDENTIALS, kind)
    with serving(service) as url:
        ended = judged(tmp_path, "--target", url, "--seed", "1", "--max-time", seconds)
    service.close()
    check_bounds(ended)
    again = judged(tmp_path / "again", str(tmp_path / "record.jsonl"), command="report")
    assert (again.status, again.memory <= _MEMORY) == (ended.status, True)
