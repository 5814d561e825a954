"""The command line as users see it, in this process: what they type, what they read, and the exit status."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orders_conformance.harness.cli.main import main
from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from tests.support.runs import CREDENTIALS


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and its exit status."""

    status: int
    output: str
    errors: str

    @property
    def problem(self) -> str:
        """The one line on standard error of a command that did nothing else."""
        assert self.output == ""
        line, *others = self.errors.splitlines()
        assert others == []
        return line

    @property
    def why(self) -> str:
        """The one line that says why a run could not judge."""
        assert self.errors == ""
        (line,) = [line for line in self.output.splitlines() if line.startswith("Why: ")]
        return line


@dataclass(frozen=True)
class Terminal:
    """Runs commands in a folder."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def type(self, *words: str) -> Said:
        """Run `orders-conformance` with some words behind it."""
        self.monkeypatch.setattr(sys, "argv", ["orders-conformance", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self.capsys.readouterr()
        # A stack trace of ours; that of a server is quoted within a line.
        assert not re.search(r"^Traceback \(most", said.out + said.err, re.MULTILINE)
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err)

    def report(self, folder: str = "conformance-report") -> Mapping[str, Any]:
        """Read the report of a run."""
        report: Mapping[str, Any] = json.loads((self.folder / folder / "report.json").read_bytes())
        return report


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in an empty folder, with credentials in its environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(KEY_VARIABLE, CREDENTIALS.client_key)
    monkeypatch.setenv(TOKEN_VARIABLE, CREDENTIALS.api_token)
    return Terminal(tmp_path, monkeypatch, capsys)
