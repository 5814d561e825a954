"""Wait until a target answers: a mock or a container that was just started takes some seconds."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from orders_conformance.harness.client.retry import Transport
from orders_conformance.harness.messages.exchange import Request, Response

# Seconds from one try to the next.
_INTERVAL = 0.25
# The statuses by which a gateway says that nothing is behind it yet.
_NOT_YET = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})


def wait_for_answer(
    transport: Transport, seconds: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> bool:
    """Send a GET request without credentials, which creates nothing, until there is a response or the time is over.

    Args:
        transport: sends a request once.
        seconds: the time to wait, in seconds; a request that was begun within it is waited for.
        clock: returns seconds, monotonic.
        sleep: waits a number of seconds.

    Returns:
        Whether the target answered.

    Raises:
        TargetUnavailableError: TLS fails.

    """
    end = clock() + seconds
    while True:
        outcome = transport(Request(b"", None, None, "waiting for the target", "GET"), "new")
        if isinstance(outcome, Response) and outcome.status not in _NOT_YET:
            return True
        if clock() + _INTERVAL > end:
            return False
        sleep(_INTERVAL)
