"""Forced responses: a header by which some mocks respond with the example of a status, whatever was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Forced, Probe

# What stands for the status in the value of the header.
STATUS = "{status}"


@dataclass(frozen=True, slots=True)
class ForcedHeader:
    """A header that forces responses.

    Attributes:
        name: its name.
        template: its value, with `{status}` for the status.

    """

    name: str
    template: str

    def __str__(self) -> str:
        """Return the header as the user writes it."""
        return f"{self.name}: {self.template}"

    def for_status(self, status: int) -> Forced:
        """Return the header that forces a response with a status."""
        return Forced(status, self.name, self.template.replace(STATUS, str(status)))

    def probes(self, orders: OrderFactory, statuses: Iterable[int]) -> Iterator[Probe]:
        """Yield a probe for each status: a plain order of its own, with the header."""
        for status in statuses:
            yield Probe(f"forced/{status}", orders.rekeyed(orders.full()), forced=self.for_status(status))
