"""The ledger: what was sent that may have left an order behind, on disk before it goes out.

One JSON object a line; lines are only ever appended, and a folder keeps one ledger for all its runs. Each run begins
with a `run`. Each try of a request is an `intent`, flushed to disk before the try, and an `outcome`, written after it.
An intent without an outcome is a try of which nothing is known. What `cleanup` does is appended as `deletion`.
`accounts` reads it back.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.exchange import Effect, Failure, Request, Response, effect
from orders_conformance.harness.json_body import read_body
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract

VERSION = 1
# What the ledger of a folder is called.
NAME = "ledger.jsonl"
# Characters of a text of the server's that are kept.
LONGEST = 2000

Event = Mapping[str, Any]
# What tells one request from another: body, media type and credentials.
_Identity = tuple[bytes, str | None, str | None]


class LedgerFile:
    """Appends to the ledger at a path; threads may share it.

    A ledger that is not `synced` survives the end of the process, but not that of the machine.

    Raises:
        InvalidInputError: the file cannot be written.

    """

    def __init__(self, path: Path, *, synced: bool = True) -> None:
        """Open the file, or make it; a line that an earlier run left unfinished is ended first."""
        self.path = path
        self._synced = synced
        self._lock = threading.Lock()
        try:
            self._file = path.open("ab+")
            if self._file.tell():
                self._file.seek(-1, os.SEEK_END)
                if self._file.read(1) != b"\n":
                    self._file.write(b"\n")
        except OSError as error:
            raise InvalidInputError(_unwritable(path, error)) from error

    def append(self, event: Event, *, durable: bool) -> None:
        """Write one event; a durable one, and all before it, are on disk when this returns, if the ledger is synced.

        Raises:
            BrokenRunError: the file cannot be written.

        """
        line = json.dumps(event, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            if self._file.closed:
                message = "the ledger is closed: nothing more is sent"
                raise BrokenRunError(message)
            try:
                self._file.write(line)
                self._file.flush()
                if durable and self._synced:
                    os.fsync(self._file.fileno())
            except OSError as error:
                raise BrokenRunError(_unwritable(self.path, error)) from error

    def close(self) -> None:
        """Bring everything to disk and close the file."""
        with self._lock:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


@dataclass
class LedgerWriter:
    """Keeps the ledger of one run.

    Attributes:
        ledger: where to.
        run: the id of the run.
        contract: names the fields that an order is known by.
        prefix: what every reference of the run begins with.
        hide: takes secrets out of a text.
        now: tells the time of day.

    """

    ledger: LedgerFile
    run: str
    contract: Contract
    prefix: str
    hide: Callable[[str], str]
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        """Begin with no try."""
        rule, identity = self.contract.extension.duplicate, self.contract.extension.identity
        self._key = (rule.reference, rule.instant)
        self._identity = (identity.reference, identity.link)
        self._own = re.compile(re.escape(self.prefix.encode()) + rb"-[0-9A-Z]+")
        self._numbers = itertools.count(1)
        self._requests: defaultdict[_Identity, str] = defaultdict(map("q{}".format, itertools.count(1)).__next__)
        self._lock = threading.Lock()

    def begin(self, target: str, suite: Mapping[str, str | None], *, embedded: bool = False) -> None:
        """Write what is run; `embedded` tells that the target ends with the run, and its orders with it."""
        event = {"type": "run", "ledger_version": VERSION, "run": self.run, "at": self._moment(), "target": target}
        self.ledger.append({**event, "embedded": embedded, "path": self.contract.path, "suite": suite}, durable=True)

    def intend(self, request: Request) -> str:
        """Write that a try is about to be sent; return its id, which is unique within the run.

        Tries of the very same request carry the same number of the request.
        """
        identifier = f"a{next(self._numbers)}"
        with self._lock:
            number = self._requests[request.identity]
        event = {"type": "intent", "run": self.run, "id": identifier, "at": self._moment(), "request": number}
        order = self._sent(request.body)
        self.ledger.append({**event, "for": request.purpose, "order": order}, durable=True)
        return identifier

    def settle(self, identifier: str, answer: Response | Failure) -> None:
        """Write what became of a try."""
        status = answer.status if isinstance(answer, Response) else None
        failure = answer.kind if isinstance(answer, Failure) else None
        left = effect(status, failure)
        event = {
            "type": "outcome",
            "run": self.run,
            "id": identifier,
            "status": status,
            "failure": failure,
            "left": left,
        }
        answered = self._answered(answer.body) if isinstance(answer, Response) and left is Effect.CREATED else {}
        self.ledger.append({**event, "order": answered}, durable=False)

    def _sent(self, body: bytes) -> dict[str, str]:
        document = read_body(body)[1]
        if document is not None and isinstance(document.get(self._key[0]), str):
            return self._texts(document, self._key, longest=None)
        # A body that is no JSON may be taken all the same.
        own = self._own.search(body)
        return {self._key[0]: own[0].decode()} if own else {}

    def _answered(self, body: bytes) -> dict[str, str]:
        document = read_body(body)[1]
        return self._texts(document or {}, (*self._key, *self._identity), longest=LONGEST)

    def _texts(self, document: Mapping[str, Any], names: tuple[str, ...], longest: int | None) -> dict[str, str]:
        return {name: self.hide(value)[:longest] for name in names if isinstance(value := document.get(name), str)}

    def _moment(self) -> str:
        return date_time.precise(self.now())


def _unwritable(path: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"the ledger {str(path)!r} cannot be written ({reason}): name a folder that can be written to"
