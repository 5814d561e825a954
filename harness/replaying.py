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

from harness.embedded import embedded_service, random_credentials
from harness.errors import UsageProblem
from harness.framing import SUITE
from harness.invocation import connected
from harness.ledger import NAME as LEDGER
from harness.ledger import Bookkeeping, Ledger
from harness.options import read_contract
from harness.profiles import PROFILES, Profile
from harness.replay import Replayed, least, load, open_record
from harness.replay import replay as send_again
from harness.restraint import Allowance, Breaker, Budget, Pace, Restrained
from harness.retries import Retrying
from harness.secrecy import check_written, find_credentials
from harness.sender import Deliver
from harness.target import Connections, check_url, is_loopback
from mock.server import serving
from reports.record import Record
from spec.contract import Contract
from strategies.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Replaying:
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
        UsageProblem: the record cannot be read.

    """
    return _judged(open_record(path))


def replay(asked: Replaying) -> Replayed:
    """Send a finding again.

    Raises:
        UsageProblem: it cannot be done; nothing was sent.
        BrokenRun: the target cannot be reached, no more may be sent, or a file holds a secret.

    """
    contract = read_contract(asked.contract_path)
    record, finding = load(asked.record, asked.finding)
    profile = _profile(asked, record)
    _check_orders_allowed(asked, record, finding, contract)
    path = asked.record.with_name(LEDGER)
    with _at_target(asked, record, contract, profile) as (connections, credentials):
        allowance = Allowance(Budget(profile.requests, profile.orders), contract.statuses.conflict)
        pace = Pace(profile.rate)
        with closing(Ledger(path)) as ledger:

            def deliver(prefix: str) -> Deliver:
                books = _books(ledger, contract, prefix, credentials, connections.url)
                restrained = Restrained(connections, allowance, Breaker(profile.server_errors), books)
                return Retrying(restrained, profile.patience, turn=pace.wait)

            replayed = send_again(record, finding, contract, credentials, deliver, allowance=allowance)
        check_written([path], credentials)
    return replayed


def _profile(asked: Replaying, record: Record) -> Profile:
    """Spare the target as the run did, within a budget of the replay's own."""
    profile = PROFILES.get(record.header["profile"], PROFILES["tenant"])
    return replace(
        profile,
        orders=asked.max_orders,
        requests=asked.max_requests,
        rate=profile.rate if asked.rate is None else asked.rate,
        patience=replace(profile.patience, timeout=asked.timeout or profile.patience.timeout),
    )


def _check_orders_allowed(asked: Replaying, record: Record, finding: Mapping[str, Any], contract: Contract) -> None:
    target = _target(asked, record)
    if target is None or asked.max_orders is not None or is_loopback(target):
        return
    message = (
        f"{check_url(target)} is not loopback, and every order that it takes is real: allow some with --max-orders N "
        f"(this finding needs {least(record, finding, contract)} requests, and more where its fault lies in what came "
        "before)"
    )
    raise UsageProblem(message)


def _target(asked: Replaying, record: Record) -> str | None:
    return asked.target or _judged(record)


def _judged(record: Record) -> str | None:
    return None if record.header["target"]["embedded"] else str(record.header["target"]["url"])


@contextmanager
def _at_target(
    asked: Replaying, record: Record, contract: Contract, profile: Profile
) -> Iterator[tuple[Connections, Credentials]]:
    target = _target(asked, record)
    if target is not None:
        credentials = find_credentials(os.environ, asked.credentials_fd, asked.keyring)
        way = connected(contract, target, profile.patience, proxy=asked.proxy, ca=asked.ca_bundle)
        with way as connections:
            yield connections, credentials
        return
    credentials = random_credentials()
    service = embedded_service(contract, credentials)
    with serving(service) as url, connected(contract, url, profile.patience) as connections:
        yield connections, credentials
    service.close()


def _books(ledger: Ledger, contract: Contract, prefix: str, credentials: Credentials, target: str) -> Bookkeeping:
    """Keep the books of one attempt, which has references of its own, as a run of its own."""
    run = secrets.token_hex(8)
    books = Bookkeeping(ledger, run, contract, prefix, credentials.hidden, lambda: datetime.now(UTC))
    books.begin(target, {"name": SUITE, "version": metadata.version(SUITE)})
    return books
