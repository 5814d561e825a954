"""Write the ledger: every try that may create an order, written to disk before the request is sent.

The file has one JSON object on each line; lines are only appended. A folder has one ledger for all its runs. Each run
begins with an event `run`. Each try of a request is an `intent`, flushed to disk before the try, and an `outcome`,
written after it. An intent without an outcome is a try with an unknown outcome. `cleanup` appends an event `lookup` for
each order that it asked the target for, and `deletion` for each one that it tried to delete. `reader` reads the file.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.messages.exchange import Effect, Failure, Request, Response, effect
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract

try:
    import fcntl
except ImportError:  # Windows has no such locks.
    fcntl = None  # type: ignore[assignment] # see above

VERSION = 1
# The most characters that are kept of a text in a response.
LONGEST = 2000

Event = Mapping[str, Any]
# The values by which two requests are the same request: body, media type and credentials.
_Identity = tuple[bytes, str | None, str | None]


class LedgerFile:
    """Appends events to the ledger at a path; thread-safe.

    A ledger that is not `synced` survives the end of the process, but not a crash of the machine.

    Raises:
        InvalidInputError: the file cannot be written.

    """

    def __init__(self, path: Path, *, synced: bool = True) -> None:
        """Open or create the file; a line that an earlier process left incomplete is ended by the first event."""
        self.path = path
        self._synced = synced
        self._lock = threading.Lock()
        self._is_within_line = False
        try:
            self._file = path.open("ab+")
            if self._file.tell():
                self._file.seek(-1, os.SEEK_END)
                self._is_within_line = self._file.read(1) != b"\n"
        except OSError as error:
            raise InvalidInputError(_unwritable(path, error)) from error

    def lock(self) -> None:
        """Lock the file for this process until it is closed.

        Raises:
            InvalidInputError: another process has locked it.

        """
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"the ledger {str(self.path)!r} is in use by another process: wait for its end, or choose another"
            raise InvalidInputError(message) from None
        except OSError:
            # Some network file systems have no locks.
            return

    def append(self, event: Event, *, durable: bool) -> None:
        """Append one event; if it is durable and the ledger is synced, it and all earlier events are then on disk.

        Raises:
            BrokenRunError: the file cannot be written.

        """
        line = json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            if self._file.closed:
                message = "the ledger is closed: nothing more is sent"
                raise BrokenRunError(message)
            try:
                self._file.write(b"\n" + line if self._is_within_line else line)
                self._is_within_line = False
                self._file.flush()
                if durable and self._synced:
                    os.fsync(self._file.fileno())
            except OSError as error:
                raise BrokenRunError(_unwritable(self.path, error)) from error

    def close(self) -> None:
        """Write everything to disk and close the file.

        Raises:
            BrokenRunError: what was appended last cannot be written.

        """
        with self._lock:
            try:
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as error:
                raise BrokenRunError(_unwritable(self.path, error)) from error
            finally:
                with suppress(OSError):
                    # It tries to write once more what could not be written.
                    self._file.close()


@dataclass
class LedgerWriter:
    """Writes the events of one run into a ledger.

    Attributes:
        ledger: the file.
        run: the id of the run.
        contract: the contract, which names the fields that identify an order.
        prefix: the text that every reference of the run begins with.
        hide: replaces the secrets in a text.
        now: returns the current time.

    """

    ledger: LedgerFile
    run: str
    contract: Contract
    prefix: str
    hide: Callable[[str], str]
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        """Start with no request and no try."""
        self._names = OrderNames(self.contract, self.prefix)
        self._numbers = itertools.count(1)
        self._requests: defaultdict[_Identity, str] = defaultdict(map("q{}".format, itertools.count(1)).__next__)
        self._lock = threading.Lock()

    def begin(self, target: str, suite: Mapping[str, str | None], *, embedded: bool = False) -> None:
        """Write the event `run`; an `embedded` target ends with the run, and its orders with it."""
        event = {"type": "run", "ledger_version": VERSION, "run": self.run, "at": self._timestamp(), "target": target}
        self.ledger.append({**event, "embedded": embedded, "path": self.contract.path, "suite": suite}, durable=True)

    def intend(self, request: Request) -> str:
        """Write that a try is about to be sent; return the id of the try, which is unique within the run.

        Tries of the same request have the same number in `request`.
        """
        identifier = f"a{next(self._numbers)}"
        with self._lock:
            number = self._requests[request.identity]
        event = {"type": "intent", "run": self.run, "id": identifier, "at": self._timestamp(), "request": number}
        order = self._hidden(self._names.in_request(request.body), longest=None)
        # What must be rejected may be stored all the same: the account needs to know which it is.
        expected = {} if request.may_create else {"must_be_rejected": True}
        self.ledger.append({**event, "for": request.purpose, "order": order, **expected}, durable=True)
        return identifier

    def settle(self, identifier: str, outcome: Response | Failure, left: Effect | None = None) -> None:
        """Write the outcome of a try; `left` is its effect, or None for what status and failure say."""
        status = outcome.status if isinstance(outcome, Response) else None
        failure = outcome.kind if isinstance(outcome, Failure) else None
        left = left or effect(status, failure)
        event = {
            "type": "outcome",
            "run": self.run,
            "id": identifier,
            "status": status,
            "failure": failure,
            "left": left,
        }
        created = isinstance(outcome, Response) and left is Effect.CREATED
        order = self._names.in_response(outcome.body) if isinstance(outcome, Response) and created else {}
        self.ledger.append({**event, "order": self._hidden(order, longest=LONGEST)}, durable=False)

    def _hidden(self, names: Mapping[str, str], longest: int | None) -> dict[str, str]:
        return {name: self.hide(value)[:longest] for name, value in names.items()}

    def _timestamp(self) -> str:
        return date_time.precise(self.now())


def _unwritable(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"the ledger {str(path)!r} cannot be written ({reason}): name a folder that can be written to"
