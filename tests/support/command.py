"""The command line as users start it: another process, its output, and the report that it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orders_conformance.strategies.credentials import Credentials

CREDENTIALS = Credentials("Key-of-the-tests", "Token-of-the-tests")
_LONGEST = 120.0


def program() -> str:
    """Return the path of the command that belongs to this Python."""
    return str(Path(sysconfig.get_path("scripts")) / "orders-conformance")


def environment() -> dict[str, str]:
    """Return an environment with the credentials of the tests."""
    return {
        **os.environ,
        "ORDERS_CLIENT_KEY": CREDENTIALS.client_key,
        "ORDERS_API_TOKEN": CREDENTIALS.api_token,
    }


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended.

    Attributes:
        status: its exit status.
        output: what it wrote to standard output and standard error.
        folder: where record and reports are.

    """

    status: int
    output: bytes
    folder: Path

    def report(self) -> Mapping[str, Any]:
        """Read `report.json`."""
        report: Mapping[str, Any] = json.loads((self.folder / "report.json").read_bytes())
        return report

    def events(self) -> Iterator[Mapping[str, Any]]:
        """Read `record.jsonl`."""
        return map(json.loads, (self.folder / "record.jsonl").read_bytes().splitlines())


def run(folder: Path, *options: str) -> Run:
    """Start `run` with a report folder and further options, and wait until it ends.

    Raises:
        subprocess.TimeoutExpired: it does not end by itself.

    """
    ended = subprocess.run(  # noqa: S603 - a program of our own
        [program(), "run", "--report-dir", str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        timeout=_LONGEST,
        check=False,
    )
    return Run(ended.returncode, ended.stdout, folder)
