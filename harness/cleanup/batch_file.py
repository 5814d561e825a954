"""Write the vendor's batch file that deletes orders: JSON lines in gzip, with one record for each order."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from orders_conformance.harness.ledger.reconcile import LedgerOrder
from orders_conformance.spec.contract import Contract


def batch(orders: Iterable[LedgerOrder], contract: Contract) -> bytes:
    """Return the content of a batch file; the same orders give the same bytes.

    Values of an order that are not known are left out.
    """
    lines = (json.dumps(_record(order, contract), separators=(",", ":")) + "\n" for order in orders)
    content = io.BytesIO()
    # `GzipFile` with these arguments writes a header that depends neither on the time nor on the version of Python.
    with gzip.GzipFile(filename="", mode="wb", fileobj=content, mtime=0) as file:
        file.write("".join(lines).encode("ascii"))
    return content.getvalue()


def _record(order: LedgerOrder, contract: Contract) -> Mapping[str, Any]:
    names, rule = contract.extension.batch, contract.extension.duplicate
    values = {rule.reference: order.reference, rule.instant: order.instant, names.identity: order.ref}
    known = {name: text for name, text in values.items() if text is not None}
    return {names.record: order.id, **names.fixed, names.order: known}
