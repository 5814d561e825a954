"""Write into the ledger what a cleanup found out and did, each before the next request is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orders_conformance.harness.cleanup.delete import DeletionResult
from orders_conformance.harness.cleanup.look_up import LookupResult
from orders_conformance.harness.ledger.reconcile import LedgerOrder
from orders_conformance.harness.ledger.writer import LONGEST, LedgerFile
from orders_conformance.spec import date_time


@dataclass(frozen=True)
class ResultWriter:
    """Writes the results of look-ups and deletions.

    Attributes:
        ledger: the file.
        hide: replaces the secrets in a text.

    """

    ledger: LedgerFile
    hide: Callable[[str], str]

    def looked_up(self, result: LookupResult) -> None:
        """Write what the target said of an order."""
        returned = {name: self.hide(text)[:LONGEST] for name, text in result.returned.items()}
        self._append("lookup", result.order, {"found": result.found, "returned": returned})

    def deleted(self, result: DeletionResult) -> None:
        """Write the status of the response to the deletion of an order."""
        self._append("deletion", result.order, {"status": result.status})

    def _append(self, kind: str, order: LedgerOrder, what: Mapping[str, Any]) -> None:
        at = date_time.precise(datetime.now(UTC))
        self.ledger.append({"type": kind, "run": order.run, "at": at, "order": order.id, **what}, durable=True)
