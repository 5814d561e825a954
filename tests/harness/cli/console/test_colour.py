"""Colours are for terminals that somebody watches, unless the environment says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click
import pytest

from orders_conformance.harness.cli.console.colour import coloured, has_colours, is_interactive


@dataclass(frozen=True)
class Stream:
    """A stream that is a terminal or not."""

    terminal: bool

    def isatty(self) -> bool:
        return self.terminal


XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, XTERM, True),
        (False, XTERM, False),
        (True, {"TERM": "dumb"}, False),
        (True, {**XTERM, "CI": "true"}, False),
        (True, {**XTERM, "CI": "false"}, True),
        (True, {**XTERM, "NO_COLOR": "1"}, False),
        (True, {**XTERM, "NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {**XTERM, "FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1", "CI": "true"}, True),
    ],
)
def test_terminal_and_environment_decide_on_colours(
    terminal: bool,  # noqa: FBT001 - a cell
    environment: Mapping[str, str],
    expected: bool,  # noqa: FBT001 - a cell
) -> None:
    assert has_colours(Stream(terminal), environment) is expected


def test_a_cursor_moves_only_where_somebody_watches_it() -> None:
    assert is_interactive(Stream(terminal=True), XTERM)
    assert not is_interactive(Stream(terminal=False), {**XTERM, "FORCE_COLOR": "1"})
    assert not is_interactive(Stream(terminal=True), {**XTERM, "CI": "1"})


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("Conformant: every requirement", "Conformant"),
        ("Not conformant: the server", "Not conformant"),
        ("Nothing failed; not tested", "Nothing failed"),
        ("Broken: the run", "Broken"),
        ("  failed must   create/x: expected 400", "  failed "),
        ("  waived must   create/x: a reason", "  waived "),
        ("untested must create/x: a reason", "untested "),
        ("Note: narrowed", "Note: "),
    ],
)
def test_outcome_and_verdict_are_coloured_and_nothing_else(line: str, part: str) -> None:
    painted = coloured(line)
    assert click.unstyle(painted) == line
    assert painted.partition("\x1b[0m")[0].endswith(part)
    assert painted.endswith(line.removeprefix(part))


@pytest.mark.parametrize("line", ["Report: conformance-report/report.html", "Conformant, failing on must: 0 of 190"])
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert coloured(line) == line
