"""From a record and the name of a finding to what came of it when it was sent again.

Whatever creates orders keeps to a budget and a pace, and is in the ledger before it goes: a replay as well as a run.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from orders_conformance.harness.client.http import HttpClient, check_url, is_loopback
from orders_conformance.harness.client.in_process import embedded_service, random_credentials
from orders_conformance.harness.client.limits import Budget, BudgetLimits, CircuitBreaker, LimitedTransport, RateLimit
from orders_conformance.harness.client.retry import RetryingTransport
from orders_conformance.harness.client.sender import Deliver
from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_contract
from orders_conformance.harness.inputs.credentials import find_credentials
from orders_conformance.harness.ledger.writer import NAME as LEDGER
from orders_conformance.harness.ledger.writer import LedgerFile, LedgerWriter
from orders_conformance.harness.redaction import Redactor
from orders_conformance.harness.replay.replay import Replayed, least, load, open_record
from orders_conformance.harness.replay.replay import replay_finding as send_again
from orders_conformance.harness.run.invocation import connect
from orders_conformance.harness.run.profiles import PROFILES, Profile
from orders_conformance.harness.suite import SUITE
from orders_conformance.mock.server import serving
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials


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
    rate: float | None = None
    timeout: float | None = None
    ca_bundle: Path | None = None
    proxy: str | None = None
    credentials_fd: int | None = None
    keyring: str | None = None
    contract_path: Path | None = None


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
    with _at_target(asked, record, contract, profile) as (connections, credentials):
        budget = Budget(BudgetLimits(profile.requests, profile.orders), contract.statuses.conflict)
        pace = RateLimit(profile.rate)
        with closing(LedgerFile(path)) as ledger:

            def deliver(prefix: str) -> Deliver:
                ledger_writer = _books(ledger, contract, prefix, credentials, connections.url)
                restrained = LimitedTransport(connections, budget, CircuitBreaker(profile.server_errors), ledger_writer)
                return RetryingTransport(restrained, profile.retry_policy, turn=pace.wait)

            replayed = send_again(record, finding, contract, credentials, deliver, budget=budget)
        Redactor(credentials).check_written([path])
    return replayed


def _profile(asked: ReplayInvocation, record: Record) -> Profile:
    """Spare the target as the run did, within a budget of the replay's own."""
    profile = PROFILES.get(record.header["profile"], PROFILES["tenant"])
    return replace(
        profile,
        orders=asked.max_orders,
        requests=asked.max_requests,
        rate=profile.rate if asked.rate is None else asked.rate,
        retry_policy=replace(profile.retry_policy, timeout=asked.timeout or profile.retry_policy.timeout),
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


@contextmanager
def _at_target(
    asked: ReplayInvocation, record: Record, contract: Contract, profile: Profile
) -> Iterator[tuple[HttpClient, Credentials]]:
    target = _target(asked, record)
    if target is not None:
        credentials = find_credentials(os.environ, asked.credentials_fd, asked.keyring)
        way = connect(contract, target, profile.retry_policy, proxy=asked.proxy, ca=asked.ca_bundle)
        with way as connections:
            yield connections, credentials
        return
    credentials = random_credentials()
    service = embedded_service(contract, credentials)
    with serving(service) as url, connect(contract, url, profile.retry_policy) as connections:
        yield connections, credentials
    service.close()


def _books(ledger: LedgerFile, contract: Contract, prefix: str, credentials: Credentials, target: str) -> LedgerWriter:
    """Keep the books of one attempt, which has references of its own, as a run of its own."""
    run = secrets.token_hex(8)
    ledger_writer = LedgerWriter(ledger, run, contract, prefix, Redactor(credentials).hide, lambda: datetime.now(UTC))
    ledger_writer.begin(target, {"name": SUITE, "version": metadata.version(SUITE)})
    return ledger_writer
