"""From a record and the name of a finding to what came of it when it was sent again.

Whatever creates orders keeps to a budget and a pace, and is in the ledger before it goes: a replay as well as a run.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from orders_conformance.harness.client.http import check_url, is_loopback
from orders_conformance.harness.client.limits import Budget, BudgetLimits, RateLimit
from orders_conformance.harness.client.sender import Deliver
from orders_conformance.harness.client.target import Target, deliver_within_limits, open_target
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.ledger.writer import NAME as LEDGER
from orders_conformance.harness.ledger.writer import LedgerFile, LedgerWriter
from orders_conformance.harness.redaction import Redactor
from orders_conformance.harness.replay.replay import Replayed, least, load, open_record
from orders_conformance.harness.replay.replay import replay_finding as send_again
from orders_conformance.harness.run.profiles import PROFILES, Profile
from orders_conformance.harness.suite import identity
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract


@dataclass(frozen=True, slots=True)
class ReplayInvocation:
    """What was asked for, unchecked; what is not listed here means what it means for a run.

    Attributes:
        record: the path of the record.
        finding: the id of a finding, or of a requirement that failed.
        target: another base URL than the record's; None for that one, or for the embedded server if that was judged.
        max_orders: orders that may be created at most; needed for a target that is not loopback.

    """

    record: Path
    finding: str
    target: str | None = None
    max_orders: int | None = None
    max_requests: int | None = None
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    contract_path: Path | None = None

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Make it of the options of the command line, by their names."""
        connection, others = ConnectionOptions.split_from(options)
        return cls(connection=connection, **others)


def target_of(path: Path) -> str | None:
    """Tell the base URL that a record is about; None where it was an embedded server.

    Raises:
        InvalidInputError: the record cannot be read.

    """
    return _judged(open_record(path))


def replay(asked: ReplayInvocation) -> Replayed:
    """Send a finding again.

    Raises:
        InvalidInputError: it cannot be done; nothing was sent.
        BrokenRunError: the target cannot be reached, no more may be sent, or a file holds a secret.

    """
    contract = read_contract(asked.contract_path)
    record, finding = load(asked.record, asked.finding)
    profile = _profile(asked, record)
    _check_orders_allowed(asked, record, finding, contract)
    path = asked.record.with_name(LEDGER)
    url, policy = _target(asked, record), profile.retry_policy
    with open_target(contract, url, asked.connection, policy, os.environ) as target:
        budget = Budget(BudgetLimits(profile.requests, profile.orders), contract.statuses.conflict)
        rate_limit = RateLimit(profile.rate)
        with closing(LedgerFile(path)) as ledger:

            def deliver(prefix: str) -> Deliver:
                writer = _ledger_writer(ledger, contract, prefix, target)
                return deliver_within_limits(
                    target.client, budget, policy, rate_limit, profile.server_errors, ledger_writer=writer
                )

            replayed = send_again(record, finding, contract, target.credentials, deliver, budget=budget)
        Redactor(target.credentials).check_written([path])
    return replayed


def _profile(asked: ReplayInvocation, record: Record) -> Profile:
    """Spare the target as the run did, within a budget of the replay's own."""
    profile = PROFILES.get(record.header["profile"], PROFILES["tenant"])
    return replace(
        profile,
        orders=asked.max_orders,
        requests=asked.max_requests,
        rate=profile.rate if asked.connection.rate is None else asked.connection.rate,
        retry_policy=replace(profile.retry_policy, timeout=asked.connection.timeout or profile.retry_policy.timeout),
    )


def _check_orders_allowed(
    asked: ReplayInvocation, record: Record, finding: Mapping[str, Any], contract: Contract
) -> None:
    target = _target(asked, record)
    if target is None or asked.max_orders is not None or is_loopback(target):
        return
    message = (
        f"{check_url(target)} is not loopback, and every order that it takes is real: allow some with --max-orders N "
        f"(this finding needs {least(record, finding, contract)} requests, and more where its fault lies in what came "
        "before)"
    )
    raise InvalidInputError(message)


def _target(asked: ReplayInvocation, record: Record) -> str | None:
    return asked.target or _judged(record)


def _judged(record: Record) -> str | None:
    return None if record.header["target"]["embedded"] else str(record.header["target"]["url"])


def _ledger_writer(ledger: LedgerFile, contract: Contract, prefix: str, target: Target) -> LedgerWriter:
    """Begin a run in the ledger for one attempt, which has its own references."""
    run, hide = secrets.token_hex(8), Redactor(target.credentials).hide
    writer = LedgerWriter(ledger, run, contract, prefix, hide, lambda: datetime.now(UTC))
    writer.begin(target.client.url, identity())
    return writer
