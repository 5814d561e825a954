"""Read a ledger, also one whose writer was ended at any point.

A process may be ended after any byte of a line. A request is sent only after its line is complete, so that an
incomplete line announces nothing that was sent. A line that cannot be read is skipped with a remark; no try that may
have created an order is lost by that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.ledger.writer import VERSION
from orders_conformance.harness.messages.exchange import Effect
from orders_conformance.reports.text import clipped

# The beginning of the first line of a ledger; the file may have been cut within it.
_BEGINNING = b'{"type":"run","ledger_version":'
# The beginning of each line.
_LINE_BEGINNING = b'{"type":"'
_CUT = "was cut off: what it was to announce was not sent"
_FOREIGN = "is not one that this suite writes, and was skipped"
# So many lines that cannot be read are named, and so much of a version that is not known.
_MOST_REMARKS, _LONGEST_VERSION = 10, 40
# Only characters that are safe in the header of a request and on a terminal.
_RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """A run in a ledger.

    `path` is the path of the endpoint below the target. An `embedded` target ended with the run.
    """

    id: str
    target: str
    path: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a request, which was or may have been sent.

    Attributes:
        run: the id of its run.
        request: the number of the request within the run; all its tries have the same one.
        purpose: the id of the requirement that it was sent for, or empty.
        sent: the fields of the request body that identify the order, as far as present.
        begun: the number of the line of its intent; `ended` the one of its outcome, or None.
        status: the status of the response, or None.
        left: its effect on the orders at the target.
        returned: the fields of the response body that identify the order, as far as present.
        must_be_rejected: whether a conformant server must reject the request.

    """

    run: str
    request: str
    purpose: str
    sent: Texts
    begun: int
    ended: int | None = None
    status: int | None = None
    left: Effect = Effect.UNKNOWN
    returned: Texts = field(default_factory=dict)
    must_be_rejected: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """An attempt to delete an order: the run and id of the order, and the status of the response, or None."""

    run: str
    order: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a target said of an order whose outcome was unknown: whether it has it, and the fields that identify it."""

    run: str
    order: str
    found: bool
    returned: Texts


@dataclass(frozen=True, slots=True)
class LedgerContent:
    """The content of a ledger: runs by id, tries, deletions and look-ups in file order, and remarks for the user."""

    runs: Mapping[str, Run]
    tries: tuple[Try, ...]
    deletions: tuple[Deletion, ...]
    remarks: tuple[str, ...]
    lookups: tuple[Lookup, ...] = ()


def read_ledger(path: Path) -> LedgerContent:
    """Read the ledger at a path.

    Raises:
        InvalidInputError: the file cannot be read, is not a ledger, or is one of another version.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"the ledger {str(path)!r} cannot be read ({error.strerror}): name the ledger.jsonl of a run"
        raise InvalidInputError(message) from error
    first, *_ = lines = content.split(b"\n")
    if content and not (first.startswith(_BEGINNING) or (first and _BEGINNING.startswith(first))):
        message = f"{str(path)!r} is not a ledger: name the ledger.jsonl of a run"
        raise InvalidInputError(message)
    parts = _LedgerParts(str(path))
    for number, line in enumerate(lines, start=1):
        # After the last line feed there is no further line.
        if line or number < len(lines):
            parts.add(number, line)
    if not parts.runs:
        parts.remarks.append("no run had begun when the ledger was written last")
    return parts.content()


@dataclass
class _LedgerParts:
    """The content that was read so far; tries by run and id."""

    path: str
    runs: dict[str, Run] = field(default_factory=dict)
    tries: dict[tuple[str, str], Try] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    skipped: int = 0

    def add(self, number: int, line: bytes) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            self._remark(f"line {number} {_CUT if _is_beginning(line) else _FOREIGN}")
            return
        try:
            self._add(number, event)
        except (LookupError, TypeError, ValueError):
            self._remark(f"line {number} {_FOREIGN}")

    def _remark(self, remark: str) -> None:
        self.skipped += 1
        if self.skipped <= _MOST_REMARKS:
            self.remarks.append(remark)

    def _add(self, number: int, event: object) -> None:
        if not isinstance(event, dict):
            raise TypeError(event)
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
                must_be_rejected=event.get("must_be_rejected") is True,
            )
        elif kind == "outcome":
            identifier = (run_id, _text(event, "id"))
            self.tries[identifier] = replace(
                self.tries[identifier],
                ended=number,
                status=_status(event),
                left=Effect(_text(event, "left")),
                returned=_texts(event["order"]),
            )
        elif kind == "deletion":
            self.deletions.append(Deletion(run_id, _text(event, "order"), _status(event)))
        elif kind == "lookup":
            found, returned = event["found"] is True, _texts(event["returned"])
            self.lookups.append(Lookup(run_id, _text(event, "order"), found, returned))
        else:
            raise ValueError(kind)

    def _check_version(self, version: object) -> None:
        if version != VERSION or type(version) is not int:
            told = clipped(repr(version), _LONGEST_VERSION)
            message = f"the ledger {self.path!r} has version {told}, and this suite reads {VERSION}: use its suite"
            raise InvalidInputError(message)

    def content(self) -> LedgerContent:
        if self.skipped > _MOST_REMARKS:
            self.remarks.append(f"{self.skipped - _MOST_REMARKS} further lines cannot be read, and were skipped")
        return LedgerContent(
            self.runs, tuple(self.tries.values()), tuple(self.deletions), tuple(self.remarks), tuple(self.lookups)
        )


def _is_beginning(line: bytes) -> bool:
    """Return whether a line is the beginning of one that this suite writes, which was cut off after any byte of it."""
    return (line.startswith(_LINE_BEGINNING) or _LINE_BEGINNING.startswith(line)) and b"\0" not in line


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _texts(values: object) -> Texts:
    if not isinstance(values, dict):
        raise TypeError(values)
    return {name: _text(values, name) for name in values}


def _run_id(event: Mapping[str, Any]) -> str:
    identifier = _text(event, "run")
    if not _RUN_ID.fullmatch(identifier):
        raise ValueError(identifier)
    return identifier


def _status(event: Mapping[str, Any]) -> int | None:
    status = event["status"]
    if status is not None and (not isinstance(status, int) or isinstance(status, bool)):
        raise TypeError(status)
    return status
