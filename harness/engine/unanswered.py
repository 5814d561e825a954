"""Broken bodies that a target leaves without a response: each costs a whole timeout."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.engine.evaluation import ClassifiedRequest
from orders_conformance.harness.exchange import Exchange
from orders_conformance.harness.json_body import faults_of
from orders_conformance.harness.oracle.classification import Classification


@dataclass
class UnansweredBodies:
    """The kinds of broken bodies that stayed unanswered, each with the kind of the credentials beside it."""

    _kinds: set[tuple[str, str]] = field(default_factory=set)

    def __len__(self) -> int:
        """Count the kinds."""
        return len(self._kinds)

    def include(self, classified: ClassifiedRequest) -> bool:
        """Return whether a body of the same kind stayed unanswered: waiting for another one shows nothing new."""
        if not self._kinds:
            return False
        credentials = classified.classification.credentials
        return any((credentials, fault) in self._kinds for fault in faults_of(classified.request.body))

    def add(self, exchange: Exchange, classification: Classification) -> str | None:
        """Note the kind of an exchange if it stayed unanswered; return the fault of its body where it is new."""
        if exchange.failure is None or exchange.failure.kind != "timeout" or classification.body_fault is None:
            return None
        is_new = all(fault != classification.body_fault for _, fault in self._kinds)
        self._kinds.add((classification.credentials, classification.body_fault))
        return classification.body_fault if is_new else None
