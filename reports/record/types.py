"""The record of a run as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orders_conformance.reports.record.schema import Event


class RecordError(Exception):
    """The record cannot be written, or cannot be read at all. The message is one line: the reason, and what to do."""


class CutRecordError(RecordError):
    """The record ends within its header: the run was stopped at its start."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record; its events are mappings by `record.schema.json`.

    Attributes:
        header: What was run, with which settings, and the requirements.
        exchanges: The exchanges by id, in the order of the record.
        findings: The failures of requirements, in the order of the record.
        observations: Observed behaviour that is not specified, in the order of the record.
        untested: What was not tested and why, in the order of the record.
        verdicts: The verdicts by requirement id.
        notes: The texts of the notes.
        hints: Those that say that the target seems to lack a feature, by the name of the feature.
        footer: The outcome of the run; None where the record has none.
        damage: One line that says why the record cannot be trusted; None where it is consistent.
        digest: The digest of the whole file, for a record that was read from one.
        head: The digest of its last line, on which every line depends.
        lines: How many lines it has.
        ended_early: Whether it has no fault but that it ends before the run did.
        unverified: Why its exchanges were not judged again; None where they were, or where nobody tried.
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
    digest: str | None = field(default=None, compare=False)
    head: str | None = field(default=None, compare=False)
    lines: int = 0
    ended_early: bool = False
    unverified: str | None = field(default=None, compare=False)
    hints: Mapping[str, str] = field(default_factory=dict)
