"""Classify what the strategies send, by the contract alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from orders_conformance.harness.messages.exchange import Request
from orders_conformance.harness.oracle.classification import Classification, Classifier
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import RIGHT, Credentials
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory, default_organisation
from orders_conformance.strategies.probe import JSON, Order, encode

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CREDENTIALS = Credentials("Key-0f3a", "Token-9C1b7d")
PREFIX = "OCTESTED"


def plain_orders(contract: Contract) -> OrderFactory:
    """Make orders with the organisation of the page's examples."""
    return OrderFactory(contract, default_organisation(contract), References(PREFIX))


@dataclass(frozen=True)
class Referee:
    """Says what the contract sees in a body."""

    contract: Contract
    now: datetime

    def see(self, body: Order | bytes) -> Classification:
        """Classify an order, or the bytes of one, sent with the right credentials."""
        classifier = Classifier(self.contract, lambda _request: RIGHT, default_organisation(self.contract))
        content = body if isinstance(body, bytes) else encode(body)
        return classifier.classify(Request(content, JSON, CREDENTIALS.header()), self.now)

    def is_plain(self, body: Order | bytes) -> bool:
        """Whether an order is valid, and every conformant server accepts it."""
        seen = self.see(body)
        return seen.document is not None and not seen.violations and not seen.unusual
