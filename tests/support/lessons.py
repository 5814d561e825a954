"""Records of small runs to learn from, and what they teach."""

from __future__ import annotations

from dataclasses import replace

from orders_conformance.harness.learning.lesson import Lesson, learn
from orders_conformance.harness.run.dry_run import SharedConditions, dry_run
from orders_conformance.harness.selfcheck.learning import record_of
from orders_conformance.mock.service import Service
from orders_conformance.reports.record.types import Record
from orders_conformance.strategies.credentials import Credentials
from tests.support.runs import CONTRACT, NOW, settings

CREDENTIALS = Credentials("Key-of-Lessons", "Token-of-Lessons-3b")
_CONDITIONS = SharedConditions(credentials=CREDENTIALS, prefix="OCLESSON-", started=NOW)


def record(kind: type[Service] = Service, *scripts: str) -> Record:
    """Return the record of a run of profile `tenant` that performs a few scripts; by default only the preflight."""
    chosen = replace(settings("tenant"), scripts=frozenset(scripts or ("none",)))
    return record_of(dry_run(chosen, kind, _CONDITIONS))


def lesson(kind: type[Service], *scripts: str) -> Lesson:
    """Return what the record of such a run teaches."""
    return learn(record(kind, *scripts), CONTRACT)
