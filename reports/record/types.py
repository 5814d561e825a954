"""The record of a run as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_conformance.reports.record.schema import Event


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
