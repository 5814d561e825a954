"""Broken bodies that get no response from a target: each costs a whole timeout, so that no more are sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.engine.evaluation import ClassifiedRequest
from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.messages.json_body import faults_of
from orders_conformance.harness.oracle.classification import Classification


def timed_out(exchange: Exchange | None) -> bool:
    """Whether a request took the whole timeout."""
    return exchange is not None and exchange.failure is not None and exchange.failure.kind == "timeout"


@dataclass
class UnansweredBodies:
    """The kinds of broken bodies that got no response, each with whether the credentials were right."""

    _kinds: set[tuple[bool, str]] = field(default_factory=set)

    def __len__(self) -> int:
        """Count the kinds."""
        return len(self._kinds)

    def include(self, classified: ClassifiedRequest) -> bool:
        """Return whether a body of the same kind got no response: another one would show nothing new."""
        if not self._kinds:
            return False
        right = classified.classification.has_right_credentials
        return any((right, fault) in self._kinds for fault in faults_of(classified.request.body))

    def add(self, exchange: Exchange, classification: Classification) -> str | None:
        """Add the kind of an exchange that got no response; return the fault of its body if it is new, else None."""
        if not timed_out(exchange) or classification.body_fault is None:
            return None
        is_new = all(fault != classification.body_fault for _, fault in self._kinds)
        self._kinds.add((classification.has_right_credentials, classification.body_fault))
        return classification.body_fault if is_new else None
