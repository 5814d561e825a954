"""The record of a run: how it is written, and how it is read back.

`record.jsonl` holds one JSON object a line: a header, events, a footer. `record.schema.json` says what each may hold.
The reader never lets a doubtful record look green: without a header it raises `RecordError`; with anything else amiss
it returns what can be read, and `Record.damage` says what is wrong.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from reports.integrity import contradictions
from reports.schema import Event, fault
from reports.text import single_spaced

_FAULTS_TOLD = 3
# What every record begins with.
_BEGINNING = b'{"type":"header",'


class RecordError(Exception):
    """The record cannot be written, or cannot be read at all. The message is one line."""


class CutRecordError(RecordError):
    """The record ends before its header does: the run was ended as it began."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read; events are mappings as `record.schema.json` describes them.

    Attributes:
        header: What was run.
        exchanges: By id, in the order of the record.
        findings: In the order of the record.
        observations: In the order of the record.
        untested: In the order of the record.
        verdicts: By requirement.
        notes: The texts of the notes.
        footer: How the run ended; None when the record does not say.
        damage: One line that says why the record is not to be trusted; None when it is sound.
    """

    header: Event
    exchanges: Mapping[str, Event]
    findings: tuple[Event, ...]
    observations: tuple[Event, ...]
    untested: tuple[Event, ...]
    verdicts: Mapping[str, Event]
    notes: tuple[str, ...]
    footer: Event | None
    damage: str | None


class Writer:
    """Appends schema-checked events to a new record file, each as one line that is flushed at once.

    A file that exists is replaced. A line is written in one piece, so threads may share a writer. Use it as a context
    manager, or call `close`.

    Raises:
        RecordError: If the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, whose directory must exist."""
        self._path = path
        try:
            self._file = path.open("wb")
        except OSError as error:
            _cannot_write(path, error)

    def write(self, event: Event) -> None:
        """Write one event.

        Raises:
            RecordError: If the event does not fit `record.schema.json`, or the file cannot be written.
        """
        whole = dict(event)
        if wrong := fault(whole):
            message = f"the event cannot be recorded: {wrong}"
            raise RecordError(message)
        line = json.dumps(whole, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        try:
            self._file.write(line.encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            _cannot_write(self._path, error)

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


def read(path: Path) -> Record:
    """Read the record at `path`.

    Raises:
        CutRecordError: If the file ends before its header does.
        RecordError: If the file cannot be read or is no record.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"the record {_named(path)} cannot be read: {error.strerror}"
        raise RecordError(message) from error
    first, *lines = content.split(b"\n")
    header, wrong = _parsed(first)
    if _BEGINNING.startswith(content) or (header is None and not lines and first.startswith(_BEGINNING)):
        message = f"the record {_named(path)} ends within its header: the run was ended as it began; start it again"
        raise CutRecordError(message)
    if header is None or header["type"] != "header":
        message = f"the record {_named(path)} does not start with a header: {wrong or 'its first line is an event'}"
        raise RecordError(message)
    gathered = _Gathered(header)
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=2):
        gathered.add_line(number, line)
    return gathered.record()


@dataclass(slots=True)
class _Gathered:
    """What has been read so far. Of two events with the same name the first one counts."""

    header: Event
    exchanges: dict[str, Event] = field(default_factory=dict)
    findings: dict[str, Event] = field(default_factory=dict)
    observations: list[Event] = field(default_factory=list)
    untested: list[Event] = field(default_factory=list)
    verdicts: dict[str, Event] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    footer: Event | None = None
    faults: list[str] = field(default_factory=list)

    def add_line(self, number: int, line: bytes) -> None:
        event, wrong = _parsed(line)
        if event is None:
            self.faults.append(f"line {number}: {wrong}")
            return
        if self.footer is not None:
            self.faults.append(f"line {number} stands after the footer")
        if not self._add(event):
            name = event.get("id") or event.get("requirement")
            self.faults.append(f"line {number} repeats the {event['type']}{f' {name}' if name else ''}")

    def _add(self, event: Event) -> bool:
        """Take in `event`; return False if the record holds one with this name already."""
        match event["type"]:
            case "exchange":
                return self.exchanges.setdefault(event["id"], event) is event
            case "finding":
                return self.findings.setdefault(event["id"], event) is event
            case "verdict":
                return self.verdicts.setdefault(event["requirement"], event) is event
            case "observation":
                self.observations.append(event)
            case "untested":
                self.untested.append(event)
            case "note":
                self.notes.append(event["text"])
            case "footer" if self.footer is None:
                self.footer = event
            case _:
                return False
        return True

    def record(self) -> Record:
        if self.footer is None:
            self.faults.append("there is no footer, so the run did not end")
        return self._record(_told(self.faults)) if self.faults else self._cross_checked()

    def _cross_checked(self) -> Record:
        record = self._record(None)
        wrong = list(contradictions(record))
        return self._record(_told(wrong)) if wrong else record

    def _record(self, damage: str | None) -> Record:
        return Record(
            header=self.header,
            exchanges=self.exchanges,
            findings=tuple(self.findings.values()),
            observations=tuple(self.observations),
            untested=tuple(self.untested),
            verdicts=self.verdicts,
            notes=tuple(self.notes),
            footer=self.footer,
            damage=damage,
        )


def _parsed(line: bytes) -> tuple[Event | None, str | None]:
    """Return the event of a line, or what is wrong with the line."""
    if not line.strip():
        return None, "it is empty"
    try:
        event = json.loads(line, parse_constant=_refuse_constant)
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError:
        return None, "it is cut off or not JSON"
    wrong = fault(event)
    return (None, wrong) if wrong else (event, None)


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _told(faults: list[str]) -> str:
    more = len(faults) - _FAULTS_TOLD
    told = "; ".join(islice(faults, _FAULTS_TOLD))
    return single_spaced(f"The record is damaged: {told}{f'; and {more} more faults' if more > 0 else ''}.")


def _named(path: Path) -> str:
    return f"'{single_spaced(str(path))}'"


def _cannot_write(path: Path, error: OSError) -> NoReturn:
    message = f"the record {_named(path)} cannot be written: {error.strerror}; name a folder that can be written to"
    raise RecordError(message) from error
