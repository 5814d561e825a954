"""Colours: when a stream takes them, and which part of a line has one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

import click

_NO_TERMINALS = {"dumb", "unknown"}
_VERDICT = re.compile(r"^(  (?:failed|waived) |untested |Note: )")
_COLOURS = {"failed": "red", "waived": "yellow", "untested": "yellow", "Note:": "cyan"}
_OUTCOME = re.compile(
    r"^(Conformant|Not conformant|Not judged|Broken|Nothing failed|Nothing that counts failed)(?=[:;]|$)"
)
_OUTCOMES = {"Conformant": "green", "Not conformant": "red", "Not judged": "magenta", "Broken": "magenta"}
_PARTIAL = "yellow"


class Stream(Protocol):
    """A stream that may be a terminal."""

    def isatty(self) -> bool:
        """Return whether it is one."""
        ...


def is_interactive(stream: Stream, environment: Mapping[str, str]) -> bool:
    """Return whether somebody watches a stream on a terminal that can move its cursor."""
    capable = environment.get("TERM", "") not in _NO_TERMINALS
    return stream.isatty() and capable and not _is_ci(environment)


def has_colours(stream: Stream, environment: Mapping[str, str]) -> bool:
    """Return whether text on a stream is to have colours.

    `NO_COLOR` forbids them and `FORCE_COLOR` asks for them (https://no-color.org, https://force-color.org); the former
    is the stronger one. Without them, only a terminal that somebody watches has colours.
    """
    if environment.get("NO_COLOR"):
        return False
    if forced := environment.get("FORCE_COLOR"):
        return forced not in {"0", "false"}
    return is_interactive(stream, environment)


def _is_ci(environment: Mapping[str, str]) -> bool:
    return environment.get("CI", "").lower() not in {"", "0", "false"}


def coloured(line: str) -> str:
    """Return a printable line of the end of a run with its verdict or its outcome in colour."""
    if found := _OUTCOME.match(line):
        return click.style(found[0], fg=_OUTCOMES.get(found[0], _PARTIAL), bold=True) + line[found.end() :]
    if found := _VERDICT.match(line):
        return click.style(found[0], fg=_COLOURS[found[0].strip()]) + line[found.end() :]
    return line
