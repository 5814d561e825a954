"""The output of a cleanup: a row for each order, and sentences at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.harness.messages.exchange import CLIENT_ERROR
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.text import clipped, visible_line
from orders_conformance.spec.contract import Contract

# The line above orders that may not exist.
UNCERTAIN = "These may have been stored, although the response was an error, or there was none:"
_WIDEST = 40
_UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of orders whose columns are as wide as their longest text; widths in characters."""

    names: tuple[str, ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, orders: Iterable[LedgerOrder], contract: Contract) -> Table:
        """Return the table for orders."""
        rule, identity = contract.extension.duplicate, contract.extension.identity
        names = ("state", rule.reference, rule.instant, identity.reference, "run")
        rows = [names, *map(_cells, orders)]
        return cls(names, tuple(max(map(len, column)) for column in zip(*rows, strict=True)))

    @property
    def head(self) -> str:
        """The line with the names of the columns."""
        return self._line((*self.names, ""))

    def row(self, order: LedgerOrder, result: str = "") -> str:
        """Return the line of an order, with why it is uncertain, the result of its deletion, and what is left to do."""
        manual = (
            f"needs manual deletion; sent for {order.purpose or 'an unknown requirement'}"
            if needs_manual_deletion(order)
            else ""
        )
        return self._line(
            (*_cells(order), "; ".join(words for words in (_outcome(order), result, visible_line(manual)) if words))
        )

    def _line(self, cells: Sequence[str]) -> str:
        return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, (*self.widths, 0), strict=True)).rstrip()


def _cells(order: LedgerOrder) -> tuple[str, ...]:
    known = (order.reference, order.instant, order.ref)
    return (order.state, *(visible_line(clipped(text or _UNKNOWN, _WIDEST)) for text in known), order.run)


def _outcome(order: LedgerOrder) -> str:
    """Return how the target responded to the request of an order that may not exist; empty for others."""
    if order.state is not State.POSSIBLE:
        return ""
    return "no response" if order.status is None else f"status {order.status}"


def needs_manual_deletion(order: LedgerOrder) -> bool:
    """Return whether an order is left that a batch file cannot delete."""
    return order.is_left and not order.is_named


def closing_lines(orders: Sequence[LedgerOrder], batch: str | None, contract: Contract, rejected: int) -> Iterable[str]:
    """Yield sentences on the numbers of orders by state, the batch file, and what must be deleted manually.

    Args:
        orders: all orders.
        batch: the path of the batch file, or None where there is nothing to write into one.
        contract: the contract, which names the fields.
        rejected: how many requests were rejected; some of them may be among the orders.

    """
    listed = sum(order.status in CLIENT_ERROR for order in orders)
    if rejected > listed:
        others = counted(rejected - listed, "other request" if listed else "request")
        yield f"{others} got an error of the client (4xx) and left nothing, as far as the responses show."
    states = Counter(order.state for order in orders)
    by_state = ", ".join(f"{states[state]} {state}" for state in State if states[state])
    runs = len({order.run for order in orders})
    yield f"{counted(len(orders), 'order')} of {counted(runs, 'run')}{f': {by_state}' if by_state else ''}."
    if batch is not None:
        yield f"Batch file for what is left: {visible_line(batch)}"
    manual = sum(map(needs_manual_deletion, orders))
    if manual:
        rule = contract.extension.duplicate
        yield (
            f"Manual deletion is needed for {manual} of them: without {rule.reference} and {rule.instant} no batch "
            "file deletes an order; search for them by the time and the references of the run"
        )
