"""Cleaning up after runs: what they created is listed, deleted where that is asked for, and the rest left to a batch.

The ledger is read before and after. What was deleted stands in it, so that nothing is deleted twice, and a cleanup that
ended at any point can be started again.
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
from orders_conformance.harness.client.http import is_loopback
from orders_conformance.harness.client.limits import Budget, BudgetLimits, RateLimit
from orders_conformance.harness.client.target import deliver_within_limits, open_target
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.inputs.suggest import nearest
from orders_conformance.harness.ledger.reader import LedgerContent, read_ledger
from orders_conformance.harness.ledger.reconcile import LedgerOrder, deleting, reconcile
from orders_conformance.harness.ledger.writer import LedgerFile
from orders_conformance.harness.redaction import Redactor
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.reports.write import replace_file
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

_BATCH = "deletion.jsonl.gz"
# Whoever cleans up spares the target as a run with this profile does.
_SPARING = PROFILES["tenant"]


@dataclass(frozen=True, slots=True)
class CleanupInvocation:
    """What was asked for, unchecked; what is not listed here means what it means for a run.

    Attributes:
        ledger: the path of the ledger.
        runs: the ids of the runs to clean up after; none for all.
        batch: where the batch file goes; None for beside the ledger.
        delete: whether the target is asked to delete orders.

    """

    ledger: Path
    runs: tuple[str, ...] = ()
    batch: Path | None = None
    delete: bool = False
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    contract_path: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Make it of the options of the command line, by their names."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a ledger tells of the runs that were asked for."""

    accounts: LedgerContent
    orders: tuple[LedgerOrder, ...]
    remarks: tuple[str, ...]

    @property
    def left(self) -> tuple[LedgerOrder, ...]:
        return tuple(order for order in self.orders if order.is_left)


def clean_up(asked: CleanupInvocation, tell: Callable[[str], None]) -> int:
    """List orders, delete them if that is asked for, and write the rest into a batch file.

    Args:
        asked: what to do.
        tell: takes each line for the user as it is known.

    Returns:
        The exit status: 0 when a batch file can delete all that is left, 1 when something needs a hand.

    Raises:
        InvalidInputError: it cannot be done; nothing was sent.
        BrokenRunError: the target could not be asked to delete everything, or a file holds a secret; the rest was done.

    """
    contract = read_contract(asked.contract_path)
    found = _find(asked, contract)
    credentials = _credentials(asked)
    say = _saying(tell, credentials)
    for remark in found.remarks:
        say(f"Note: {remark}.")
    path = _batch_path(asked)
    problem: BrokenRunError | None = None
    with _remover(asked, found, contract, credentials) as remover:
        # Before anything is deleted: it is good for all that is left whatever happens then, and it can be written.
        _write_batch(path, found.left, contract)
        try:
            _tell_rows(found, contract, remover, say)
        except KeyboardInterrupt:
            problem = BrokenRunError("the cleanup was interrupted: start it again, it goes on where it was")
    after = _find(asked, contract).orders
    written = _write_batch(path, [order for order in after if order.is_left], contract)
    if credentials is not None:
        Redactor(credentials).check_written([asked.ledger, *([path] if written else [])])
    for line in closing_lines(after, str(path) if written else None, contract):
        say(line)
    if problem is None and remover is not None:
        problem = remover.problem
    if problem is not None:
        raise problem
    return 1 if any(map(needs_manual_deletion, after)) else 0


def _saying(tell: Callable[[str], None], credentials: Credentials | None) -> Callable[[str], None]:
    """Take secrets out of what is told: a ledger may hold what no suite of ours wrote."""
    if credentials is None:
        return tell
    redactor = Redactor(credentials)
    return lambda line: tell(redactor.hide(line))


def target_of(ledger: Path, runs: Collection[str]) -> str | None:
    """Tell the base URL that runs of a ledger, or all of them, were against; None where it is not one.

    Raises:
        InvalidInputError: the ledger cannot be read.

    """
    chosen = [run for run in read_ledger(ledger).runs.values() if not runs or run.id in runs]
    targets = {run.target for run in chosen if not run.embedded}
    return targets.pop() if len(targets) == 1 else None


def _find(asked: CleanupInvocation, contract: Contract) -> _Found:
    accounts = read_ledger(asked.ledger)
    for identifier in asked.runs:
        if identifier not in accounts.runs:
            known = nearest(identifier, accounts.runs) if accounts.runs else "it has none"
            message = f"the ledger has no run {identifier!r}: {known}"
            raise InvalidInputError(message)
    chosen = asked.runs or tuple(accounts.runs)
    ended = [
        f"the orders of the run {one} ended with its embedded server" for one in chosen if accounts.runs[one].embedded
    ]
    orders = tuple(order for order in reconcile(accounts, contract) if order.run in chosen)
    found = _Found(accounts, orders, (*accounts.remarks, *ended))
    _check_one_target(found, contract)
    return found


def _check_one_target(found: _Found, contract: Contract) -> None:
    """See that what is left is at one target: neither credentials nor a batch file are good for another."""
    runs = {order.run: found.accounts.runs[order.run] for order in found.left}
    by_target = {run.target: run.id for run in runs.values()}
    if len(by_target) > 1:
        told = ", ".join(f"{target} ({identifier})" for target, identifier in by_target.items())
        message = f"the ledger has orders at several targets: choose runs of one of them with --run ID: {told}"
        raise InvalidInputError(message)
    for run in runs.values():
        if run.path != contract.path:
            message = f"the run {run.id} sent its orders to {run.path!r}: name its contract with --contract"
            raise InvalidInputError(message)


def _tell_rows(found: _Found, contract: Contract, remover: OrderDeleter | None, say: Callable[[str], None]) -> None:
    """Tell the orders one by one, each as it is deleted if that is asked for."""
    table = Table.of(found.orders, contract)
    removals = remover.remove(found.left) if remover is not None else None
    if found.orders:
        say(table.head)
    for order in found.orders:
        say(table.row(order, next(removals).told if removals is not None and order.is_left else ""))


@contextmanager
def _remover(
    asked: CleanupInvocation, found: _Found, contract: Contract, credentials: Credentials | None
) -> Iterator[OrderDeleter | None]:
    """Connect to the target of what is left; what happens to each order is on disk before the next one is deleted.

    Where nothing is to be deleted, there is no remover.
    """
    if not asked.delete or credentials is None or not found.left:
        yield None
        return
    url = found.accounts.runs[found.left[0].run].target
    policy = replace(_SPARING.retry_policy, timeout=asked.connection.timeout or _SPARING.retry_policy.timeout)
    default_rate = 0.0 if is_loopback(url) else _SPARING.rate
    rate = default_rate if asked.connection.rate is None else asked.connection.rate
    target = open_target(contract, url, asked.connection, policy, os.environ)
    with target as opened, closing(LedgerFile(asked.ledger)) as ledger:

        def keep(removal: DeletionResult) -> None:
            event = {"type": "deletion", "run": removal.order.run, "at": date_time.precise(datetime.now(UTC))}
            ledger.append({**event, "order": removal.order.id, "status": removal.status}, durable=True)

        budget = Budget(BudgetLimits(), contract.statuses.conflict)
        yield OrderDeleter(
            deliver=deliver_within_limits(opened.client, budget, policy, RateLimit(rate), _SPARING.server_errors),
            endpoint=opened.client.endpoint,
            authorization=credentials.header(),
            unauthorized=contract.statuses.unauthorized,
            keep=keep,
            deletes=url in deleting(found.accounts),
        )


def _credentials(asked: CleanupInvocation) -> Credentials | None:
    """Find the credentials; without a request to send they are only needed to see that no file holds them."""
    named = asked.connection.credentials_fd is not None or asked.connection.keyring is not None
    if asked.delete or named:
        return find_credentials(os.environ, asked.connection.credentials_fd, asked.connection.keyring)
    return known_credentials(os.environ)


def _batch_path(asked: CleanupInvocation) -> Path:
    path = asked.batch or asked.ledger.with_name(_BATCH)
    if path.exists() and path.samefile(asked.ledger):
        message = f"the batch file {str(path)!r} is the ledger itself: name another with --batch"
        raise InvalidInputError(message)
    return path


def _write_batch(path: Path, left: Iterable[LedgerOrder], contract: Contract) -> bool:
    """Write the batch file; where nothing is left to write, take away the one that lists what was left before."""
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
