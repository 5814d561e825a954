"""A record of 12,000 exchanges is reported and verified in bounded time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orders_conformance.harness.run.invocation import settings
from orders_conformance.harness.run.invocation.execute import execute
from orders_conformance.harness.run.invocation.options import Invocation
from orders_conformance.harness.run.profiles import PROFILES
from tests.support.command import program

# Two minutes of CPU for the run.
pytestmark = [pytest.mark.slow, pytest.mark.thorough]

_EXCHANGES = 12_000
# What the profile sends before its random requests, at least.
_SYSTEMATIC = 1_500
_SECONDS, _MEGABYTES = 10.0, 500.0
# So often each command is measured.
_TIMES = 3
# Runs a program and prints its status, its processor time in seconds and its largest memory in MB. It is a process of
# its own, since a program that is started counts the memory of the one that starts it.
_MEASURED = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Conduct a run against the embedded server with as much random traffic as is needed; return its folder."""
    folder = tmp_path_factory.mktemp("large")
    profile = replace(PROFILES["ci"], examples=_EXCHANGES - _SYSTEMATIC)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(settings, "PROFILES", {"ci": profile})
        execute(Invocation(profile="ci", report_dir=folder, seed=1))
    return folder


def test_the_record_is_large_enough(large: Path) -> None:
    lines = (large / "record.jsonl").read_bytes().splitlines()
    assert sum(line.startswith(b'{"type":"exchange"') for line in lines) >= _EXCHANGES


def _without_credentials() -> dict[str, str]:
    """Return an environment in which the files are not searched for credentials, which `report` does besides."""
    return {name: value for name, value in os.environ.items() if name not in {"ORDERS_CLIENT_KEY", "ORDERS_API_TOKEN"}}


def _measured(folder: Path, command: str) -> tuple[float, float, float]:
    """Return the status of a command on a folder, its processor time in seconds, and its largest memory in MB."""
    ended = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-c", _MEASURED, program(), command, str(folder)],
        env=_without_credentials(),
        capture_output=True,
        check=True,
    )
    status, seconds, megabytes = map(float, ended.stdout.split())
    return status, seconds, megabytes


@pytest.mark.parametrize("command", ["report", "verify"])
def test_it_is_processed_in_bounded_time_and_memory(
    large: Path, command: str, show_figure: Callable[[str], None]
) -> None:
    # What else runs on the machine makes each measurement larger, never smaller.
    status, seconds, megabytes = min((_measured(large, command) for _ in range(_TIMES)), key=lambda one: one[1])
    figures = f"{command} of {_EXCHANGES:,} exchanges: {seconds:.1f} s of processor time, {megabytes:.0f} MB"
    show_figure(figures)
    assert status == 0
    assert (seconds < _SECONDS, megabytes < _MEGABYTES) == (True, True), figures
