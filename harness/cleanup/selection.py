"""Select the orders of a cleanup from a ledger, and the target that they are at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from orders_conformance.harness.client.http import check_url
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.ledger.reader import LedgerContent, read_ledger
from orders_conformance.harness.ledger.reconcile import LedgerOrder, reconcile
from orders_conformance.harness.messages.exchange import CLIENT_ERROR, TOO_MANY_REQUESTS, Effect
from orders_conformance.spec.contract import Contract


@dataclass(frozen=True, slots=True)
class SelectedOrders:
    """The content of a ledger, and the orders of the selected runs with remarks for the user.

    Attributes:
        content: the content.
        orders: the orders.
        remarks: sentences without their full stops.
        rejected: how many other requests the targets rejected (4xx): they are taken to have stored nothing.

    """

    content: LedgerContent
    orders: tuple[LedgerOrder, ...]
    remarks: tuple[str, ...]
    rejected: int

    @property
    def left(self) -> tuple[LedgerOrder, ...]:
        """The orders that exist or may exist."""
        return tuple(order for order in self.orders if order.is_left)


def target_of(ledger: Path, runs: Collection[str]) -> str | None:
    """Return the base URL of the target of some runs of a ledger, or of all; None where there is not exactly one.

    Raises:
        InvalidInputError: the ledger cannot be read.

    """
    chosen = [run for run in read_ledger(ledger).runs.values() if not runs or run.id in runs]
    targets = {run.target for run in chosen if not run.embedded}
    return targets.pop() if len(targets) == 1 else None


def find(ledger: Path, runs: Sequence[str], contract: Contract) -> SelectedOrders:
    """Find the orders of some runs of a ledger, or of all.

    Raises:
        InvalidInputError: the ledger cannot be read, or has no such run, or its orders are at several targets.

    """
    content = read_ledger(ledger)
    for identifier in runs:
        if identifier not in content.runs:
            known = nearest(identifier, content.runs) if content.runs else "it has none"
            message = f"the ledger has no run {identifier!r}: {known}"
            raise InvalidInputError(message)
    chosen = runs or tuple(content.runs)
    ended = [
        f"the orders of the run {one} ended with its embedded server" for one in chosen if content.runs[one].embedded
    ]
    orders = tuple(order for order in reconcile(content, contract) if order.run in chosen)
    found = SelectedOrders(content, orders, (*content.remarks, *ended), _rejected(content, chosen, contract))
    _check_one_target(found, contract)
    return found


def _rejected(content: LedgerContent, runs: Collection[str], contract: Contract) -> int:
    """Return the number of requests that were rejected, without repeats of orders, which are not stored again."""
    tries = (one for one in content.tries if one.run in runs and not content.runs[one.run].embedded)
    others = {contract.statuses.conflict, TOO_MANY_REQUESTS}
    rejected = (one for one in tries if one.status in CLIENT_ERROR and one.status not in others)
    return len({(one.run, one.request) for one in rejected if one.left is Effect.NONE})


def _check_one_target(found: SelectedOrders, contract: Contract) -> None:
    """Check that all orders left are at one target and endpoint, since credentials and batch file are for one only."""
    runs = {order.run: found.content.runs[order.run] for order in found.left}
    by_target = {run.target: run.id for run in runs.values()}
    if len(by_target) > 1:
        listed = ", ".join(f"{target} ({identifier})" for target, identifier in by_target.items())
        message = f"the ledger has orders at several targets: choose runs of one of them with --run ID: {listed}"
        raise InvalidInputError(message)
    for run in runs.values():
        if run.path != contract.path:
            message = f"the run {run.id} sent its orders to {run.path!r}: name its contract with --contract"
            raise InvalidInputError(message)


def named_target(named: str | None, found: SelectedOrders) -> str:
    """Return the target of the orders that are left, which the user has named.

    Raises:
        InvalidInputError: the user has named none, or another one.

    """
    url = found.content.runs[found.left[0].run].target
    if named is None:
        message = f"the orders are at {url}: name it with --target, since credentials are sent only to a named target"
        raise InvalidInputError(message)
    if check_url(named) != url:
        message = f"the orders are at {url}, and not at {named}: name their target with --target"
        raise InvalidInputError(message)
    return url
