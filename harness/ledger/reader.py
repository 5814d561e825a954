"""Reading a ledger back, whatever became of the process that wrote it.

A line is written in one piece, but whoever writes it may be killed at any byte. What was cut off had not been done: a
request goes out after its line is whole. So a line that cannot be read is passed over with a remark, and nothing that
may have left an order behind is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.exchange import Effect
from orders_conformance.harness.ledger.writer import VERSION

# What the first line of a ledger begins with; an empty ledger is the shortest cut of it.
_BEGINNING = b'{"type":"run","ledger_version":'
# What may stand in the header of a request, and on a terminal.
_RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that a ledger tells of.

    `path` is where orders were sent to below the target; `embedded` tells that the target ended with the run.
    """

    id: str
    target: str
    path: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Try:
    """A request that was sent once, or may have been.

    Attributes:
        run: the id of its run.
        request: the number of the request within the run; its repetitions have the same one.
        purpose: the requirement that it was sent for, or nothing.
        sent: what names the order in the body, as far as it was there.
        begun: the number of the line that announces it; `ended` of the one that tells its outcome, or None.
        status: of the answer, or None.
        left: what it left behind.
        answered: what names the order in the answer, as far as it was there.

    """

    run: str
    request: str
    purpose: str
    sent: Texts
    begun: int
    ended: int | None = None
    status: int | None = None
    left: Effect = Effect.UNKNOWN
    answered: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What an attempt to delete an order came to: the order's id, and the status of the answer, or None."""

    run: str
    order: str
    status: int | None


@dataclass(frozen=True, slots=True)
class LedgerContent:
    """A ledger as it was read; remarks are lines for the reader."""

    runs: Mapping[str, Run]
    tries: tuple[Try, ...]
    deletions: tuple[Deletion, ...]
    remarks: tuple[str, ...]


def read_ledger(path: Path) -> LedgerContent:
    """Read the ledger at a path.

    Raises:
        InvalidInputError: it cannot be read, is no ledger, or is one of another version.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"the ledger {str(path)!r} cannot be read ({error.strerror}): name the ledger.jsonl of a run"
        raise InvalidInputError(message) from error
    first, *_ = lines = content.split(b"\n")
    if content and not (first.startswith(_BEGINNING) or (first and _BEGINNING.startswith(first))):
        message = f"{str(path)!r} is no ledger: name the ledger.jsonl of a run"
        raise InvalidInputError(message)
    gathered = _Gathered(str(path))
    for number, line in enumerate(lines, start=1):
        # The line feed that ends the last line leaves nothing behind it.
        if line or number < len(lines):
            gathered.add(number, line)
    if not gathered.runs:
        gathered.remarks.append("no run had begun when the ledger was written last")
    return gathered.accounts()


@dataclass
class _Gathered:
    """What has been read so far; tries by run and id."""

    path: str
    runs: dict[str, Run] = field(default_factory=dict)
    tries: dict[tuple[str, str], Try] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, number: int, line: bytes) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            self.remarks.append(f"line {number} was cut off: what it was to announce was not sent")
            return
        try:
            self._add(number, event)
        except (KeyError, TypeError, ValueError):
            self.remarks.append(f"line {number} is none that this suite writes, and was passed over")

    def _add(self, number: int, event: Any) -> None:
        kind = _text(event, "type")
        if kind == "run":
            self._check_version(event["ledger_version"])
            run = Run(_run_id(event), _text(event, "target"), _text(event, "path"), event["embedded"] is True)
            self.runs.setdefault(run.id, run)
            return
        run_id = self.runs[_run_id(event)].id
        if kind == "intent":
            self.tries[run_id, _text(event, "id")] = Try(
                run=run_id,
                request=_text(event, "request"),
                purpose=_text(event, "for"),
                sent=_texts(event["order"]),
                begun=number,
            )
        elif kind == "outcome":
            identifier = (run_id, _text(event, "id"))
            self.tries[identifier] = replace(
                self.tries[identifier],
                ended=number,
                status=_status(event),
                left=Effect(_text(event, "left")),
                answered=_texts(event["order"]),
            )
        elif kind == "deletion":
            self.deletions.append(Deletion(run_id, _text(event, "order"), _status(event)))
        else:
            raise ValueError(kind)

    def _check_version(self, version: object) -> None:
        if version != VERSION:
            message = f"the ledger {self.path!r} has version {version!r}, and this suite reads {VERSION}: use its suite"
            raise InvalidInputError(message)

    def accounts(self) -> LedgerContent:
        return LedgerContent(self.runs, tuple(self.tries.values()), tuple(self.deletions), tuple(self.remarks))


def _text(event: Any, name: str) -> str:
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _texts(values: Any) -> Texts:
    return {name: _text(values, name) for name in values}


def _run_id(event: Any) -> str:
    identifier = _text(event, "run")
    if not _RUN_ID.fullmatch(identifier):
        raise ValueError(identifier)
    return identifier


def _status(event: Any) -> int | None:
    status = event["status"]
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise TypeError(status)
    return status
