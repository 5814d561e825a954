"""What a cleanup tells: a row for each order, and a sentence at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orders_conformance.harness.ledger.reconcile import LedgerOrder, State
from orders_conformance.reports.text import clipped, visible_line
from orders_conformance.spec.contract import Contract

_WIDEST = 40
_UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of orders in columns that are as wide as the longest text in them."""

    names: tuple[str, ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, orders: Iterable[LedgerOrder], contract: Contract) -> Table:
        """Lay out a table of orders."""
        rule, identity = contract.extension.duplicate, contract.extension.identity
        names = ("state", rule.reference, rule.instant, identity.reference, "run")
        rows = [names, *map(_cells, orders)]
        return cls(names, tuple(max(map(len, column)) for column in zip(*rows, strict=True)))

    @property
    def head(self) -> str:
        """The names of the columns."""
        return self._line((*self.names, ""))

    def row(self, order: LedgerOrder, told: str = "") -> str:
        """Write an order, and what became of it or has to be done."""
        hand = (
            f"needs a hand; sent for {order.purpose or 'nothing in particular'}" if needs_manual_deletion(order) else ""
        )
        return self._line((*_cells(order), "; ".join(words for words in (told, visible_line(hand)) if words)))

    def _line(self, cells: Sequence[str]) -> str:
        return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, (*self.widths, 0), strict=True)).rstrip()


def _cells(order: LedgerOrder) -> tuple[str, ...]:
    known = (order.reference, order.instant, order.ref)
    return (order.state, *(visible_line(clipped(text or _UNKNOWN, _WIDEST)) for text in known), order.run)


def needs_manual_deletion(order: LedgerOrder) -> bool:
    """Whether an order is left that a batch file cannot name."""
    return order.is_left and not order.is_named


def closing_lines(orders: Sequence[LedgerOrder], batch: str | None, contract: Contract) -> Iterable[str]:
    """Say what there is, and what is to be done.

    Args:
        orders: all of them.
        batch: the path of the batch file, or None where there is nothing to write into one.
        contract: names the fields.

    """
    states = Counter(order.state for order in orders)
    told = ", ".join(f"{states[state]} {state}" for state in State if states[state])
    runs = len({order.run for order in orders})
    yield f"{len(orders)} orders of {runs} runs{f': {told}' if told else ''}."
    if batch is not None:
        yield f"Batch file for what is left: {visible_line(batch)}"
    by_hand = sum(map(needs_manual_deletion, orders))
    if by_hand:
        rule = contract.extension.duplicate
        yield (
            f"{by_hand} of them need a hand: without {rule.reference} and {rule.instant} no batch file deletes "
            "an order; look for them by the run's time and references"
        )
