"""The preflight: check before the run that the target can be reached and authenticates the credentials.

An invalid order is sent, which creates nothing. If its response is the one for wrong credentials, or is missing, a
valid order decides: with wrong credentials it creates nothing, and with right ones the response to the invalid order
was wrong.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.errors import BrokenRunError, CredentialsRejectedError, TargetUnavailableError
from orders_conformance.harness.exchange import REDIRECTION, Exchange
from orders_conformance.strategies.probe import Probe

# The names of its probes begin with this.
PREFLIGHT = "preflight"
_FORBIDDEN = 403
_NOT_FOUND = 404
_METHOD = 405
# The least difference of the clocks, in seconds, that is noted; the header `Date` has whole seconds only.
_SKEW = 2.0


def preflight(engine: Engine) -> None:
    """Check that the target can be reached and authenticates the credentials.

    Raises:
        CredentialsRejectedError: it rejects the credentials.
        TargetUnavailableError: it cannot be reached, does not respond, or has no such endpoint.

    """
    first, invalid = engine.send_unjudged(Probe(PREFLIGHT, {}))
    _note_clock(engine, first)
    if _usable(engine, first):
        engine.judge_later(first, invalid)
        return
    second, order = engine.send_unjudged(Probe(f"{PREFLIGHT}/order", engine.orders.full()))
    if not _usable(engine, second):
        raise _problem(engine, second)
    if engine.sender.unanswered(first) is None:
        engine.judge_later(first, invalid)
    else:
        # A single missing response is not judged; `send` finds whether it recurs.
        engine.send(Probe(PREFLIGHT, {}))
    engine.judge_later(second, order)


def _note_clock(engine: Engine, exchange: Exchange) -> None:
    """Note a difference between the target's clock and ours, which verdicts on date-times depend on."""
    written = exchange.response.headers.get("date", "") if exchange.response else ""
    try:
        skew = (parsedate_to_datetime(written) - engine.evaluation.now()).total_seconds()
    except (ValueError, TypeError):
        return
    if abs(skew) >= _SKEW:
        engine.evaluation.event_writer.note(
            f"the target's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} ours"
        )


def _usable(engine: Engine, exchange: Exchange) -> bool:
    response = exchange.response
    if response is None or engine.sender.unanswered(exchange) is not None:
        return False
    unusable = {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN, _NOT_FOUND, _METHOD}
    return response.status not in unusable


def _problem(engine: Engine, exchange: Exchange) -> BrokenRunError:
    event_writer = engine.evaluation.event_writer
    response, url = exchange.response, event_writer.url
    if response is None:
        why = exchange.failure.detail if exchange.failure else "no response"
        return TargetUnavailableError(
            f"{url} does not respond ({event_writer.hide(why)}): check that it is up, or allow a longer timeout"
        )
    if response.status in {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN}:
        return CredentialsRejectedError(
            f"{url} rejects the credentials (status {response.status}): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN"
        )
    if response.status in REDIRECTION:
        return TargetUnavailableError(
            f"{url} redirects (status {response.status}): name the URL that it leads to as the target"
        )
    if (reason := engine.sender.unanswered(exchange)) is not None:
        return TargetUnavailableError(
            f"{url} sends no complete response ({reason}): check that it is up, and run again later"
        )
    return TargetUnavailableError(f"{url} is not there (status {response.status}): check the base URL of the target")
