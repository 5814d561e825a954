"""Check the options of a replay, open its target and replay the finding.

As in a run, each try is within a budget and a rate, and is written into the ledger before it is sent.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.sender import Deliver
from orders_conformance.harness.client.target import Target, deliver_within_limits, open_target
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.ledger.opening import open_ledger
from orders_conformance.harness.ledger.writer import LedgerFile, LedgerWriter
from orders_conformance.harness.messages.suite import identity
from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.harness.replay.loading import load, open_record
from orders_conformance.harness.replay.replay import Replayed, fewest_requests
from orders_conformance.harness.replay.replay import replay_finding as send_again
from orders_conformance.harness.run.profiles import PROFILES, Profile
from orders_conformance.harness.run.time_limit import TimeLimit
from orders_conformance.reports.manifest import LEDGER
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract


@dataclass(frozen=True, slots=True)
class ReplayInvocation:
    """The options of a replay, not yet checked; those that are not listed here are as in `run.invocation.options`.

    Attributes:
        record: the path of the record.
        finding: the id of a finding, or of a requirement that failed.
        target: the base URL; None for the embedded server, if the record is one of it.
        max_orders: the most orders that may be created; required for a target that is not loopback.

    """

    record: Path
    finding: str
    target: str | None = None
    max_orders: int | None = None
    max_requests: int | None = None
    max_time: float | None = None
    max_wrong_logins: int | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    contract_path: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Return the invocation for the options of the command line, by name."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


def target_of(path: Path) -> str | None:
    """Return the base URL of the target of a record; None for an embedded server.

    Raises:
        InvalidInputError: the record cannot be read.

    """
    return _recorded_target(open_record(path))


def replay(invocation: ReplayInvocation, confirm: Callable[[str], None]) -> Replayed:
    """Replay a finding.

    Args:
        invocation: the options.
        confirm: called before anything is sent to a target, with what is to be done; it raises where that is not to be.

    Raises:
        InvalidInputError: an option or the record cannot be used; nothing was sent.
        BrokenRunError: the target cannot be reached, a limit was reached, or a file contains a secret.

    """
    contract = read_contract(invocation.contract_path)
    record, finding = load(invocation.record, invocation.finding, contract)
    profile = _profile(invocation, record)
    url, policy = _target(invocation, record), profile.retry_policy
    if url is not None:
        _check_orders_allowed(url, invocation, record, finding, contract)
        confirm(f"send {_counted(fewest_requests(record, finding, contract), 'request')} or more to {url}")
    path = invocation.record.with_name(LEDGER)
    with open_target(contract, url, invocation.connection, policy, os.environ) as target:
        names = OrderNames(contract, record.header["reference_prefix"])
        limits = BudgetLimits(profile.requests, profile.orders, profile.wrong_logins)
        budget = Budget(limits, contract.statuses.conflict, names)
        limit = TimeLimit.beginning(profile.seconds, time.monotonic, target.client.end_after, "replay")
        transport, sleep = limit.sending(target.client), limit.sleeping(time.sleep)
        rate_limit = RateLimit(profile.rate, sleep=sleep)
        with closing(open_ledger(path)) as ledger:

            def deliver(prefix: str) -> Deliver:
                writer = _ledger_writer(ledger, contract, prefix, target)
                return deliver_within_limits(
                    transport, budget, policy, rate_limit, profile.server_errors, ledger_writer=writer, sleep=sleep
                )

            replayed = send_again(record, finding, contract, target.credentials, deliver, budget=budget, sleep=sleep)
        Redactor(target.credentials).check_written([path])
    return replayed


def _profile(invocation: ReplayInvocation, record: Record) -> Profile:
    """Return the profile of the run, with the budget and the connection options of the replay."""
    profile = PROFILES.get(record.header["profile"], PROFILES["tenant"])
    return replace(
        profile,
        orders=invocation.max_orders,
        requests=invocation.max_requests,
        seconds=profile.seconds if invocation.max_time is None else invocation.max_time,
        wrong_logins=profile.wrong_logins if invocation.max_wrong_logins is None else invocation.max_wrong_logins,
        rate=profile.rate if invocation.connection.rate is None else invocation.connection.rate,
        retry_policy=replace(
            profile.retry_policy, timeout=invocation.connection.timeout or profile.retry_policy.timeout
        ),
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _check_orders_allowed(
    url: str, invocation: ReplayInvocation, record: Record, finding: Mapping[str, Any], contract: Contract
) -> None:
    if invocation.max_orders is not None or is_loopback(url):
        return
    message = (
        f"{url} is not loopback, and every order that it accepts is real: allow some with --max-orders N "
        f"(this finding needs {fewest_requests(record, finding, contract)} requests, and more where it depends on "
        "earlier requests)"
    )
    raise InvalidInputError(message)


def _target(invocation: ReplayInvocation, record: Record) -> str | None:
    """Return the target that the user named; None for the embedded server.

    Raises:
        InvalidInputError: the record is one of a target, and the user named none: a record may have been edited, and
            credentials are sent only to a target that the user names.

    """
    recorded = _recorded_target(record)
    if invocation.target is None and recorded is not None:
        message = f"the record is one of {recorded}: name the target to send to with --target"
        raise InvalidInputError(message)
    return None if invocation.target is None else check_url(invocation.target)


def _recorded_target(record: Record) -> str | None:
    return None if record.header["target"]["embedded"] else str(record.header["target"]["url"])


def _ledger_writer(ledger: LedgerFile, contract: Contract, prefix: str, target: Target) -> LedgerWriter:
    """Begin a run in the ledger for one attempt, which has its own references."""
    run, hide = secrets.token_hex(8), Redactor(target.credentials).hide
    writer = LedgerWriter(ledger, run, contract, prefix, hide, lambda: datetime.now(UTC))
    writer.begin(target.client.url, identity())
    return writer
