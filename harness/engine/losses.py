"""New orders whose outcome is unknown: the response to the first try was lost, and a retry got a conflict."""

from __future__ import annotations

from dataclasses import dataclass

from orders_conformance.harness.engine.evaluation import Evaluation, JudgedExchange
from orders_conformance.harness.messages.exchange import REDIRECTION
from orders_conformance.harness.oracle.classification import Name
from orders_conformance.harness.oracle.evidence import Evidence
from orders_conformance.spec.rules import Rule


@dataclass
class LostOrders:
    """What is known about orders whose outcome is unknown.

    Attributes:
        evaluation: knows the orders that exist, and records evidence.
        always: whether the target never responds to the first try of a new order.

    """

    evaluation: Evaluation
    always: bool = False

    def include(self, judged: JudgedExchange) -> bool:
        """Whether the outcome of a new order is unknown: a retry got 409, which may be for the first try."""
        key = judged.classification.key
        return (
            judged.status == self.evaluation.oracle.statuses.conflict
            and judged.exchange.uncertain
            and not judged.judgement.broken
            and key is not None
            and not judged.classification.violations
            and not self.evaluation.history.exists(key)
        )

    def report(self, judged: JudgedExchange, lost: int) -> None:
        """Report a target that loses the response to every new order: a fault that always occurs is not transient."""
        last = judged.exchange.attempts[-1]
        name: Name = (Rule.ANSWERED,) if last.failure else (Rule.NO_SERVER_ERROR,)
        if last.status in REDIRECTION:
            name = (Rule.ACCEPTED,)
        often = "one more new order" if self.always else f"each of {lost} new orders"
        observed = f"{last.failure or last.status} at the first try of {often}"
        self.always = True
        self.evaluation.add_evidence(
            judged, Evidence(name, held=False, expected="a response to the first try", observed=observed)
        )
