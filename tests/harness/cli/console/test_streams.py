"""Standard streams that cannot be written to."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from orders_conformance.harness.cli.console.streams import TolerantStream, tolerant_streams


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


class Closed(io.StringIO):
    """A pipe whose reader has ended."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_the_first_error_ends_the_writing() -> None:
    stream = TolerantStream(Full())
    assert stream.write("a") == 1
    stream.flush()
    assert stream.problem is not None
    assert stream.write("bc") == 2


def test_other_attributes_are_those_of_the_stream() -> None:
    assert not TolerantStream(Full()).isatty()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (Full(), "suite: standard output cannot be written (No space left on device): the reports and the exit status"),
        (Closed(), ""),
        (io.StringIO(), ""),
        (None, ""),
    ],
)
def test_what_cannot_be_written_is_said_on_the_other_stream(
    monkeypatch: pytest.MonkeyPatch, output: Any, said: str
) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "stderr", errors)
    with tolerant_streams("suite"):
        sys.stdout.write("done\n")
    assert errors.getvalue()[: len(said) or None] == said
    assert (sys.stdout, sys.stderr) == (output, errors)
