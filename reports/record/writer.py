"""Writes the record of a run."""

import json
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import NoReturn, Self

from orders_conformance.reports.record.chain import BEGINNING, PREVIOUS, digest
from orders_conformance.reports.record.schema import Event, fault
from orders_conformance.reports.record.types import RecordError
from orders_conformance.reports.text import quoted


class Writer:
    """Validates events and writes each as one line of a new record file, flushed at once.

    Each line carries the digest of the line before. An existing file is replaced. Thread-safe. To be used as a context
    manager, or closed with `close`.

    Raises:
        RecordError: If the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        """Create the file `path`, whose directory must exist."""
        self._path = path
        # The number of events that were written, and of their bytes.
        self.lines = self.size = 0
        self._previous = BEGINNING
        self._lock = Lock()
        try:
            # A link that has this name is removed, and not written through. Without a buffer, nothing is left to write
            # when the file is closed.
            path.unlink(missing_ok=True)
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            _cannot_write(path, error)

    def write(self, event: Event) -> None:
        """Write one event.

        Raises:
            RecordError: If the event is not valid by `record.schema.json`, or the file cannot be written.
        """
        with self._lock:
            whole = {**event, PREVIOUS: self._previous}
            if wrong := fault(whole):
                message = f"the event cannot be recorded: {wrong}"
                raise RecordError(message)
            text = json.dumps(whole, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
            line = text.encode("ascii") + b"\n"
            left = memoryview(line)
            try:
                while left:
                    left = left[self._file.write(left) :]
            except OSError as error:
                _cannot_write(self._path, error)
            self._previous = digest(line)
            self.lines += 1
            self.size += len(line)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def _cannot_write(path: Path, error: OSError) -> NoReturn:
    message = f"the record {quoted(path)} cannot be written: {error.strerror}; name a folder that can be written to"
    raise RecordError(message) from error
