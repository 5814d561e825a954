"""Open a target: the one that a user names, or the embedded server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from orders_conformance.harness.client.http import HttpClient
from orders_conformance.harness.client.limits import Budget, CircuitBreaker, LimitedTransport, RateLimit
from orders_conformance.harness.client.retry import RetryingTransport, RetryPolicy, Transport
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.credentials import find_credentials
from orders_conformance.harness.ledger.writer import LedgerWriter
from orders_conformance.harness.suite import user_agent
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials


@dataclass(frozen=True)
class Target:
    """An open target: the client that sends requests to it, and the credentials that it must authenticate."""

    client: HttpClient
    credentials: Credentials


@contextmanager
def open_target(  # noqa: PLR0913 - what a target is reached with
    contract: Contract,
    url: str | None,
    options: ConnectionOptions,
    policy: RetryPolicy,
    environment: Mapping[str, str],
    *,
    run: str = "",
) -> Iterator[Target]:
    """Open a target while the context lasts.

    Args:
        contract: tells the path of the endpoint.
        url: the base URL; None for the embedded server, which is started.
        options: how to reach it.
        policy: how long to wait.
        environment: the environment variables, which may hold the credentials.
        run: the id of the run, for the target's operator.

    Raises:
        InvalidInputError: the URL or an option cannot be used, or there are no credentials.

    """
    agent = user_agent(run)
    if url is not None:
        credentials = find_credentials(environment, options.credentials_fd, options.keyring)
        with HttpClient(url, contract.path, policy, agent, options) as client:
            yield Target(client, credentials)
        return
    # Imported here: a run against a target needs no server of ours.
    from orders_conformance.harness.client.in_process import embedded_service, random_credentials  # noqa: PLC0415 - see above
    from orders_conformance.mock.server import serving  # noqa: PLC0415 - see above

    credentials = random_credentials()
    service = embedded_service(contract, credentials)
    try:
        with serving(service) as own_url, HttpClient(own_url, contract.path, policy, agent) as client:
            yield Target(client, credentials)
    finally:
        service.close()


def deliver_within_limits(  # noqa: PLR0913 - what a request meets on its way out
    transport: Transport,
    budget: Budget,
    policy: RetryPolicy,
    rate_limit: RateLimit,
    server_errors: int | None,
    *,
    ledger_writer: LedgerWriter | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> RetryingTransport:
    """Make what sends a request until its outcome counts: each try keeps to the limits, and is in the ledger before it.

    Args:
        transport: sends a request once.
        budget: how many requests and orders there may be.
        policy: what is tried again.
        rate_limit: how far tries are apart.
        server_errors: so many in a row end the run; None for any number.
        ledger_writer: notes every try; None where no order can be left behind.
        clock: seconds that only grow.
        sleep: waits.

    """
    limited = LimitedTransport(transport, budget, CircuitBreaker(server_errors), ledger_writer)
    return RetryingTransport(limited, policy, sleep, clock, turn=rate_limit.wait)
