"""Clean up after runs: list their orders, look up and delete them if required, and write a batch file for the rest.

The ledger is read before and after. What the target says of an order, and each deletion, is written into it, so that no
order is deleted twice, and a cleanup that was ended at any point can be started again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.cleanup.batch_file import batch
from orders_conformance.harness.cleanup.delete import OrderDeleter
from orders_conformance.harness.cleanup.look_up import OrderFinder
from orders_conformance.harness.cleanup.results import ResultWriter
from orders_conformance.harness.cleanup.selection import SelectedOrders, find, named_target
from orders_conformance.harness.cleanup.table import UNCERTAIN, Table, closing_lines, needs_manual_deletion
from orders_conformance.harness.client.http import is_loopback
from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.target import deliver_within_limits, open_target
from orders_conformance.harness.errors import BrokenRunError, InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials, known_credentials
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.ledger.reconcile import LedgerOrder, State, deleting
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.run.profiles import PROFILES
from orders_conformance.reports.sentences import counted
from orders_conformance.reports.text import console_line
from orders_conformance.reports.write import replace_file
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

_BATCH = "deletion.jsonl.gz"
# A cleanup has the rate and the limits of this profile.
_PROFILE = PROFILES["tenant"]


@dataclass(frozen=True, slots=True)
class CleanupInvocation:
    """The options of a cleanup, not yet checked; those that are not listed here are as in `run.invocation.options`.

    Attributes:
        ledger: the path of the ledger.
        runs: the ids of the runs to clean up after; empty for all.
        batch: the path of the batch file; None for the folder of the ledger.
        look_up: whether to ask the target for orders whose outcome is unknown.
        delete: whether to do so, and to send a DELETE request for each order.
        target: the base URL that the user named; needed to send anything, since a ledger may have been edited, and
            credentials are sent only to a target that the user names.

    """

    ledger: Path
    runs: tuple[str, ...] = ()
    batch: Path | None = None
    look_up: bool = False
    delete: bool = False
    target: str | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    contract_path: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Return the invocation for the options of the command line, by name."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)

    @property
    def sends(self) -> bool:
        """Whether requests are sent."""
        return self.look_up or self.delete


@dataclass(frozen=True)
class _OpenTarget:
    """What sends requests to the target of the orders."""

    finder: OrderFinder
    deleter: OrderDeleter

    @property
    def problem(self) -> BrokenRunError | None:
        return self.finder.problem or self.deleter.problem


def clean_up(invocation: CleanupInvocation, write_line: Callable[[str], None], confirm: Callable[[str], None]) -> int:
    """List orders, look up and delete them if required, and write the rest into a batch file.

    Args:
        invocation: the options.
        write_line: called with each line for the user, as soon as it is known.
        confirm: called before anything is sent, with what is to be done; it raises where that is not to be.

    Returns:
        The exit status: 0 if the batch file can delete all orders that are left, 1 if an order needs manual deletion.

    Raises:
        InvalidInputError: an option or the ledger cannot be used; nothing was sent.
        BrokenRunError: not everything could be tried, or a file contains a secret; the rest was done.

    """
    contract = read_contract(invocation.contract_path)
    found = find(invocation.ledger, invocation.runs, contract)
    if invocation.sends and found.left:
        url = named_target(invocation.target, found)
        confirm(f"{'delete' if invocation.delete else 'look up'} {counted(len(found.left), 'order')} at {url}")
    credentials = _credentials(invocation)
    write_redacted = _redacting(write_line, credentials)
    for remark in found.remarks:
        write_redacted(f"Note: {remark}.")
    path = _batch_path(invocation)
    problem: BrokenRunError | None = None
    with _open(invocation, found, contract, credentials, write_redacted) as target:
        # Before the first deletion: so the file can be written, and is valid whatever happens after.
        _write_batch(path, found.left, contract)
        try:
            if target is not None:
                target.finder.look_up(found.orders)
                found = find(invocation.ledger, invocation.runs, contract)
            deletes = target is not None and invocation.delete and target.problem is None
            _write_rows(found, contract, target.deleter if target and deletes else None, write_redacted)
        except KeyboardInterrupt:
            problem = BrokenRunError("the cleanup was interrupted: start it again, it continues where it ended")
    after = find(invocation.ledger, invocation.runs, contract)
    written = _write_batch(path, after.left, contract)
    if credentials is not None:
        Redactor(credentials).check_written([invocation.ledger, *([path] if written else [])])
    for line in closing_lines(after.orders, str(path) if written else None, contract, after.rejected):
        write_redacted(line)
    problem = problem or (target.problem if target is not None else None)
    if problem is not None:
        raise problem
    return 1 if any(map(needs_manual_deletion, after.orders)) else 0


def _redacting(write_line: Callable[[str], None], credentials: Credentials | None) -> Callable[[str], None]:
    """Return `write_line` with redaction of the secrets: a ledger may have been edited and contain them."""
    hide = Redactor(credentials).hide if credentials else str
    return lambda line: write_line(console_line(hide(line)))


def _write_rows(
    found: SelectedOrders, contract: Contract, deleter: OrderDeleter | None, write_redacted: Callable[[str], None]
) -> None:
    """Write the row of each order, after its deletion if there is a deleter; those that may not exist come last."""
    table = Table.of(found.orders, contract)
    orders = sorted(found.orders, key=lambda order: order.state is State.POSSIBLE)
    results = deleter.delete([order for order in orders if order.is_left]) if deleter is not None else None
    if orders:
        write_redacted(table.head)
    for order, before in zip(orders, [None, *orders], strict=False):
        if order.state is State.POSSIBLE and (before is None or before.state is not State.POSSIBLE):
            write_redacted(UNCERTAIN)
        write_redacted(table.row(order, next(results).description if results is not None and order.is_left else ""))


@contextmanager
def _open(
    invocation: CleanupInvocation,
    found: SelectedOrders,
    contract: Contract,
    credentials: Credentials | None,
    write_line: Callable[[str], None],
) -> Iterator[_OpenTarget | None]:
    """Open the target of the orders that are left; each result is in the ledger before the next request is sent.

    Yields None where nothing is to be sent.
    """
    if not invocation.sends or credentials is None or not found.left:
        yield None
        return
    url = found.content.runs[found.left[0].run].target
    policy = replace(_PROFILE.retry_policy, timeout=invocation.connection.timeout or _PROFILE.retry_policy.timeout)
    default_rate = 0.0 if is_loopback(url) else _PROFILE.rate
    rate = default_rate if invocation.connection.rate is None else invocation.connection.rate
    opening = open_target(contract, url, invocation.connection, policy, os.environ)
    with opening as opened, closing(open_ledger(invocation.ledger)) as ledger:
        budget = Budget(BudgetLimits(), contract.statuses.conflict)
        deliver = deliver_within_limits(opened.client, budget, policy, RateLimit(rate), _PROFILE.server_errors)
        results, endpoint, header = (
            ResultWriter(ledger, Redactor(credentials).hide),
            opened.client.endpoint,
            credentials.header(),
        )
        yield _OpenTarget(
            OrderFinder(
                deliver, endpoint, header, contract, results.looked_up, note=lambda text: write_line(f"Note: {text}.")
            ),
            OrderDeleter(
                deliver=deliver,
                endpoint=endpoint,
                authorization=header,
                unauthorized=contract.statuses.unauthorized,
                on_result=results.deleted,
                deletes=url in deleting(found.content),
            ),
        )


def _credentials(invocation: CleanupInvocation) -> Credentials | None:
    """Return the credentials; if nothing is sent, they are optional and only serve redaction."""
    named = invocation.connection.credentials_fd is not None or invocation.connection.keyring is not None
    if invocation.sends or named:
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
