"""Standard output and standard error that cannot be written to: what a command found must not depend on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO, cast


class TolerantStream:
    """A text stream that remembers the first error of its writes, and writes nothing from then on.

    Attributes:
        problem: the error; None while there is none.

    """

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream."""
        self._stream = stream
        self.problem: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text; return its length."""
        if self.problem is None:
            try:
                self._stream.write(text)
            except OSError as error:
                self.problem = error
        return len(text)

    def flush(self) -> None:
        """Write what is left in the buffer."""
        if self.problem is None:
            try:
                self._stream.flush()
            except OSError as error:
                self.problem = error

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the stream."""
        return getattr(self._stream, name)


def open_closed_descriptors() -> None:
    """Open the null device for each standard stream that is closed, so that no file of a run takes its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is taken.
            os.open(os.devnull, os.O_RDWR)


@contextmanager
def tolerant_streams(command: str) -> Iterator[None]:
    """Replace the standard streams by tolerant ones; at the end say on standard error what could not be written.

    A reader that has closed a pipe has seen enough: nothing is said of that.

    Args:
        command: the name of the program, for the line on standard error.

    """
    before = sys.stdout, sys.stderr
    # Python sets a stream to None whose descriptor was closed.
    null = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - closed below
    output, errors = (TolerantStream(one or null) for one in before)
    sys.stdout, sys.stderr = cast("TextIO", output), cast("TextIO", errors)
    try:
        yield
    finally:
        output.flush()
        if output.problem is not None and not isinstance(output.problem, BrokenPipeError):
            reason = output.problem.strerror or type(output.problem).__name__
            errors.write(
                f"{command}: standard output cannot be written ({reason}): the reports and the exit status hold\n"
            )
        errors.flush()
        sys.stdout, sys.stderr = before
        null.close()
        for stream, tolerant in zip(before, (output, errors), strict=True):
            if tolerant.problem is not None:
                _forget(stream)


def _forget(stream: TextIO) -> None:
    """Direct the descriptor of a stream to the null device: Python writes what is left in the buffer when it ends."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
