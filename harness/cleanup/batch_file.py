"""The vendor's batch file that removes orders: JSON lines in gzip, one record an order."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from orders_conformance.harness.ledger.reconcile import LedgerOrder
from orders_conformance.spec.contract import Contract


def batch(orders: Iterable[LedgerOrder], contract: Contract) -> bytes:
    """Make a batch file of orders; the same orders make the same bytes.

    What is not known of an order is left out.
    """
    lines = (json.dumps(_record(order, contract), separators=(",", ":")) + "\n" for order in orders)
    packed = io.BytesIO()
    # By this class the header depends neither on the time nor on the version of Python.
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write("".join(lines).encode("ascii"))
    return packed.getvalue()


def _record(order: LedgerOrder, contract: Contract) -> Mapping[str, Any]:
    names, rule = contract.extension.batch, contract.extension.duplicate
    value = {rule.reference: order.reference, rule.instant: order.instant, names.identity: order.ref}
    known = {name: text for name, text in value.items() if text is not None}
    return {names.record: order.id, **names.fixed, names.order: known}
