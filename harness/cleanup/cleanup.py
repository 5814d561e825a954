"""Clean up after runs: list their orders, delete them if required, and write a batch file for the rest.

The ledger is read before and after. Each deletion is written into it, so that no order is deleted twice, and a cleanup
that was ended at any point can be started again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.cleanup.batch_file import batch
from orders_conformance.harness.cleanup.delete import DeletionResult, OrderDeleter
from orders_conformance.harness.cleanup.table import Table, closing_lines, needs_manual_deletion
from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.limits import Budget, BudgetLimits, RateLimit
from orders_conformance.harness.client.target import deliver_within_limits, open_target
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.ledger.reader import LedgerContent, read_ledger
from orders_conformance.harness.ledger.reconcile import LedgerOrder, deleting, reconcile
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import replace_file
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

_BATCH = "deletion.jsonl.gz"
# A cleanup has the rate and the limits of this profile.
_PROFILE = PROFILES["tenant"]


@dataclass(frozen=True, slots=True)
class CleanupInvocation:
    """The options of a cleanup, not yet checked; those that are not listed here are as in `run.invocation`.

    Attributes:
        ledger: the path of the ledger.
        runs: the ids of the runs to clean up after; empty for all.
        batch: the path of the batch file; None for the folder of the ledger.
        delete: whether to send a DELETE request for each order.
        target: the base URL that the user named; needed to delete, since a ledger may have been edited, and credentials
            are sent only to a target that the user names.

    """

    ledger: Path
    runs: tuple[str, ...] = ()
    batch: Path | None = None
    delete: bool = False
    target: str | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    contract_path: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Return the invocation for the options of the command line, by name."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


@dataclass(frozen=True, slots=True)
class _SelectedOrders:
    """The content of a ledger, and the orders of the selected runs with remarks for the user."""

    content: LedgerContent
    orders: tuple[LedgerOrder, ...]
    remarks: tuple[str, ...]

    @property
    def left(self) -> tuple[LedgerOrder, ...]:
        return tuple(order for order in self.orders if order.is_left)


def clean_up(invocation: CleanupInvocation, write_line: Callable[[str], None], confirm: Callable[[str], None]) -> int:
    """List orders, delete them if required, and write the rest into a batch file.

    Args:
        invocation: the options.
        write_line: called with each line for the user, as soon as it is known.
        confirm: called before orders are deleted, with what is to be done; it raises where that is not to be.

    Returns:
        The exit status: 0 if the batch file can delete all orders that are left, 1 if an order needs manual deletion.

    Raises:
        InvalidInputError: an option or the ledger cannot be used; nothing was sent.
        BrokenRunError: not all deletions could be tried, or a file contains a secret; the rest was done.

    """
    contract = read_contract(invocation.contract_path)
    found = _find(invocation, contract)
    if invocation.delete and found.left:
        url = _named_target(invocation, found)
        confirm(f"delete {len(found.left)} {'order' if len(found.left) == 1 else 'orders'} at {url}")
    credentials = _credentials(invocation)
    write_redacted = _redacting(write_line, credentials)
    for remark in found.remarks:
        write_redacted(f"Note: {remark}.")
    path = _batch_path(invocation)
    problem: BrokenRunError | None = None
    with _deleter(invocation, found, contract, credentials) as deleter:
        # Before the first deletion: so the file can be written, and is valid whatever happens after.
        _write_batch(path, found.left, contract)
        try:
            _write_rows(found, contract, deleter, write_redacted)
        except KeyboardInterrupt:
            problem = BrokenRunError("the cleanup was interrupted: start it again, it continues where it ended")
    after = _find(invocation, contract).orders
    written = _write_batch(path, [order for order in after if order.is_left], contract)
    if credentials is not None:
        Redactor(credentials).check_written([invocation.ledger, *([path] if written else [])])
    for line in closing_lines(after, str(path) if written else None, contract):
        write_redacted(line)
    if problem is None and deleter is not None:
        problem = deleter.problem
    if problem is not None:
        raise problem
    return 1 if any(map(needs_manual_deletion, after)) else 0


def _redacting(write_line: Callable[[str], None], credentials: Credentials | None) -> Callable[[str], None]:
    """Return `write_line` with redaction of the secrets: a ledger may have been edited and contain them."""
    hide = Redactor(credentials).hide if credentials else str
    return lambda line: write_line(console_line(hide(line)))


def target_of(ledger: Path, runs: Collection[str]) -> str | None:
    """Return the base URL of the target of some runs of a ledger, or of all; None where there is not exactly one.

    Raises:
        InvalidInputError: the ledger cannot be read.

    """
    chosen = [run for run in read_ledger(ledger).runs.values() if not runs or run.id in runs]
    targets = {run.target for run in chosen if not run.embedded}
    return targets.pop() if len(targets) == 1 else None


def _find(invocation: CleanupInvocation, contract: Contract) -> _SelectedOrders:
    content = read_ledger(invocation.ledger)
    for identifier in invocation.runs:
        if identifier not in content.runs:
            known = nearest(identifier, content.runs) if content.runs else "it has none"
            message = f"the ledger has no run {identifier!r}: {known}"
            raise InvalidInputError(message)
    chosen = invocation.runs or tuple(content.runs)
    ended = [
        f"the orders of the run {one} ended with its embedded server" for one in chosen if content.runs[one].embedded
    ]
    orders = tuple(order for order in reconcile(content, contract) if order.run in chosen)
    found = _SelectedOrders(content, orders, (*content.remarks, *ended))
    _check_one_target(found, contract)
    return found


def _check_one_target(found: _SelectedOrders, contract: Contract) -> None:
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


def _named_target(invocation: CleanupInvocation, found: _SelectedOrders) -> str:
    """Return the target of the orders that are left, which the user has named.

    Raises:
        InvalidInputError: the user has named none, or another one.

    """
    url = found.content.runs[found.left[0].run].target
    if invocation.target is None:
        message = f"the orders are at {url}: name it with --target, since credentials are sent only to a named target"
        raise InvalidInputError(message)
    if check_url(invocation.target) != url:
        message = f"the orders are at {url}, and not at {invocation.target}: name their target with --target"
        raise InvalidInputError(message)
    return url


def _write_rows(
    found: _SelectedOrders, contract: Contract, deleter: OrderDeleter | None, write_redacted: Callable[[str], None]
) -> None:
    """Write the row of each order, after its deletion if there is a deleter."""
    table = Table.of(found.orders, contract)
    results = deleter.delete(found.left) if deleter is not None else None
    if found.orders:
        write_redacted(table.head)
    for order in found.orders:
        write_redacted(table.row(order, next(results).description if results is not None and order.is_left else ""))


@contextmanager
def _deleter(
    invocation: CleanupInvocation, found: _SelectedOrders, contract: Contract, credentials: Credentials | None
) -> Iterator[OrderDeleter | None]:
    """Open the target of the orders that are left; each result is in the ledger before the next order is deleted.

    Yields None where nothing is to be deleted.
    """
    if not invocation.delete or credentials is None or not found.left:
        yield None
        return
    url = found.content.runs[found.left[0].run].target
    policy = replace(_PROFILE.retry_policy, timeout=invocation.connection.timeout or _PROFILE.retry_policy.timeout)
    default_rate = 0.0 if is_loopback(url) else _PROFILE.rate
    rate = default_rate if invocation.connection.rate is None else invocation.connection.rate
    target = open_target(contract, url, invocation.connection, policy, os.environ)
    with target as opened, closing(open_ledger(invocation.ledger)) as ledger:

        def write_result(result: DeletionResult) -> None:
            event = {"type": "deletion", "run": result.order.run, "at": date_time.precise(datetime.now(UTC))}
            ledger.append({**event, "order": result.order.id, "status": result.status}, durable=True)

        budget = Budget(BudgetLimits(), contract.statuses.conflict)
        yield OrderDeleter(
            deliver=deliver_within_limits(opened.client, budget, policy, RateLimit(rate), _PROFILE.server_errors),
            endpoint=opened.client.endpoint,
            authorization=credentials.header(),
            unauthorized=contract.statuses.unauthorized,
            on_result=write_result,
            deletes=url in deleting(found.content),
        )


def _credentials(invocation: CleanupInvocation) -> Credentials | None:
    """Return the credentials; if nothing is sent, they are optional and only serve redaction."""
    named = invocation.connection.credentials_fd is not None or invocation.connection.keyring is not None
    if invocation.delete or named:
        return find_credentials(os.environ, invocation.connection.credentials_fd, invocation.connection.keyring)
    return known_credentials(os.environ)


def _batch_path(invocation: CleanupInvocation) -> Path:
    """Return the path of the batch file; only a file that an earlier cleanup wrote beside the ledger is replaced."""
    if invocation.batch is None:
        return invocation.ledger.with_name(_BATCH)
    if os.path.lexists(invocation.batch):
        message = f"{str(invocation.batch)!r} is there already, and is not overwritten: name another file with --batch"
        raise InvalidInputError(message)
    return invocation.batch


def _write_batch(path: Path, left: Iterable[LedgerOrder], contract: Contract) -> bool:
    """Write the batch file and return True; if there is nothing to write, delete an earlier one and return False."""
    named = [order for order in left if order.reference is not None or order.ref is not None]
    try:
        if named:
            replace_file(path, batch(named, contract))
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        message = f"the batch file {str(path)!r} cannot be written ({error.strerror}): name another with --batch"
        raise InvalidInputError(message) from error
    return bool(named)
