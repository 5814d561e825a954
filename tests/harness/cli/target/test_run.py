"""How much `run` says: nothing but the outcome, or a line for each exchange."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import environment, program
from tests.support.terminal import Terminal

SHORT = ("run", "--profile", "tenant", "-k", "401/http-status")
_LINE = re.compile(r"x\d+ [^:]+: POST \d{3}, [\d,]+ ms, (passed|to be looked into)")


def test_a_quiet_run_says_outcome_and_report_alone(terminal: Terminal) -> None:
    said = terminal.type(*SHORT, "--quiet")
    assert (said.status, said.errors) == (0, "")
    assert said.output.splitlines() == [
        "Nothing failed; only what matches '401/http-status' was judged",
        "Report: conformance-report/report.html",
    ]


def test_errors_of_a_quiet_run_are_said(terminal: Terminal) -> None:
    said = terminal.type("run", "--quiet", "--profile", "none")
    assert said.status == 2
    assert said.problem.startswith("orders-conformance: there is no profile 'none'")


def test_a_verbose_run_has_a_line_for_each_exchange(terminal: Terminal) -> None:
    said = terminal.type(*SHORT, "--verbose")
    lines = [line for line in said.output.splitlines() if re.match(r"x\d", line)]
    assert len(lines) == terminal.report()["traffic"]["requests"]
    assert [line for line in lines if not _LINE.fullmatch(line)] == []


def test_a_verbose_run_of_an_application_has_its_exchanges(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.folder / "refusing.py").write_text(
        "async def app(scope, receive, send):\n"
        "    if scope['type'] == 'http':\n"
        "        await send({'type': 'http.response.start', 'status': 400, 'headers': []})\n"
        "        await send({'type': 'http.response.body', 'body': b'no'})\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(terminal.folder))
    said = terminal.type(*SHORT, "--verbose", "--app", "refusing:app")
    assert "POST 400" in said.output


def test_quiet_and_verbose_exclude_each_other(terminal: Terminal) -> None:
    said = terminal.type("run", "--quiet", "--verbose")
    assert said.status == 2
    assert said.problem == "orders-conformance: --quiet and --verbose exclude each other: give one of them"


def _on_terminal(folder: Path, variables: dict[str, str]) -> bytes:
    """Run on a pseudo-terminal; return what it shows."""
    controller, own = pty.openpty()
    inherited = {name: value for name, value in environment().items() if name not in {"CI", "NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(  # noqa: S603 - a program of our own
        [program(), *SHORT], stdin=own, stdout=own, stderr=own, cwd=folder, env=inherited | variables
    ) as process:
        os.close(own)
        shown = b""
        while True:
            try:
                piece = os.read(controller, 65536)
            except OSError:
                # So Linux says that nobody has the other end open.
                break
            if not piece:
                break
            shown += piece
        assert process.wait() == 0
    os.close(controller)
    return shown


@pytest.mark.slow  # 3 s: a process that is waited for
def test_a_terminal_shows_progress_and_colours(tmp_path: Path) -> None:
    shown = _on_terminal(tmp_path, {"TERM": "xterm"})
    assert b" requests, " in shown
    assert b"\x1b[33m\x1b[1mNothing failed\x1b[0m; only what" in shown


@pytest.mark.slow  # 3 s each: a process that is waited for
@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}], ids=str)
def test_a_terminal_that_nobody_watches_gets_plain_lines(tmp_path: Path, variables: dict[str, str]) -> None:
    shown = _on_terminal(tmp_path, variables)
    assert b"\x1b" not in shown
    assert len(shown.splitlines()) < 6
