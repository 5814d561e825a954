"""Open a target: the one at a URL, or the embedded server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from orders_conformance.harness.client.http import HttpClient, is_loopback
from orders_conformance.harness.client.limits.budget import Budget
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.limits.rate import RateLimit
from orders_conformance.harness.client.limits.transport import LimitedTransport
from orders_conformance.harness.client.retry import RetryingTransport, RetryPolicy, Transport
from orders_conformance.harness.inputs.connection import ConnectionOptions
from orders_conformance.harness.inputs.credentials import check_guessable, find_credentials
from orders_conformance.harness.ledger.writer import LedgerWriter
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.harness.messages.suite import user_agent
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials


class Client(Protocol):
    """Sends requests to a target."""

    @property
    def url(self) -> str:
        """The base URL of the target."""

    @property
    def endpoint(self) -> str:
        """The URL that orders are sent to."""

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once."""

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request as they are sent."""

    def end_after(self, seconds: float) -> None:
        """Let no request last longer than a number of seconds from now."""


@dataclass(frozen=True)
class Target:
    """An open target: the client that sends requests to it, the right credentials, and remarks for the user, if any."""

    client: Client
    credentials: Credentials
    remark: str | None = None


@contextmanager
def open_target(  # noqa: PLR0913 - each is a part of the connection
    contract: Contract,
    url: str | None,
    options: ConnectionOptions,
    policy: RetryPolicy,
    environment: Mapping[str, str],
    *,
    run: str = "",
) -> Iterator[Target]:
    """Open a target; it is closed at the end of the context.

    Args:
        contract: the contract, which has the path of the endpoint.
        url: the base URL; None to start the embedded server.
        options: the options of the connection.
        policy: the timeout and the limits of retries.
        environment: the environment variables, which may hold the credentials.
        run: the id of the run, which is sent for the operator of the target.

    Raises:
        InvalidInputError: the URL or an option cannot be used, or there are no credentials.

    """
    agent = user_agent(run)
    if url is not None:
        credentials = find_credentials(environment, options.credentials_fd, options.keyring)
        with HttpClient(url, contract.path, policy, agent, options) as client:
            yield Target(client, credentials, check_guessable(credentials, real=not is_loopback(client.url)))
        return
    # Imported here: a run against a URL does not need the embedded server.
    from orders_conformance.harness.client.in_process import embedded_service, random_credentials  # noqa: PLC0415 - see above
    from orders_conformance.mock.server import serving  # noqa: PLC0415 - see above

    credentials = random_credentials()
    service = embedded_service(contract, credentials)
    try:
        with serving(service) as own_url, HttpClient(own_url, contract.path, policy, agent) as client:
            yield Target(client, credentials)
    finally:
        service.close()


@contextmanager
def open_application(
    contract: Contract, name: str, options: ConnectionOptions, policy: RetryPolicy, environment: Mapping[str, str]
) -> Iterator[Target]:
    """Open an ASGI application in this process, named as `module:attribute`; arguments and errors as `open_target`."""
    # Imported here: other targets do not need it.
    from orders_conformance.harness.client.application.client import ApplicationClient  # noqa: PLC0415 - see above
    from orders_conformance.harness.client.application.loading import load_application  # noqa: PLC0415 - see above

    credentials = find_credentials(environment, options.credentials_fd, options.keyring)
    guessable = check_guessable(credentials, real=False)
    remark = f"{name} was judged in this process, without a port: serve it to use the commands that reproduce failures"
    with ApplicationClient(load_application(name), contract.path, policy, user_agent("")) as client:
        yield Target(client, credentials, f"{remark}; {guessable}" if guessable else remark)


def deliver_within_limits(  # noqa: PLR0913 - each is a limit or a dependency that a test replaces
    transport: Transport,
    budget: Budget,
    policy: RetryPolicy,
    rate_limit: RateLimit,
    server_errors: int | None,
    *,
    ledger_writer: LedgerWriter | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RetryingTransport:
    """Return a transport with limits and retries, which writes each try into the ledger before it is sent.

    Args:
        transport: sends a request once.
        budget: counts and limits the requests and orders.
        policy: the limits of retries.
        rate_limit: spaces the tries.
        server_errors: the number of server errors in a row that ends the run; None for no limit.
        ledger_writer: writes every try; None where no order can be created.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.
        now: returns the current time.

    """
    limited = LimitedTransport(transport, budget, CircuitBreaker(server_errors), ledger_writer)
    return RetryingTransport(
        limited, policy, sleep, clock, wait_for_turn=rate_limit.wait, now=now, may_send=budget.wrong_logins.allows
    )
