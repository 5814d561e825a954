"""Before the run: can the target be reached, and does it let the credentials in? Nothing is created to find out.

An invalid order shows it. Only where that is answered as if credentials were wrong, a valid one decides: it creates
nothing if they are wrong, and if they are right, the answer to the invalid order was the server's fault.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.errors import BrokenRunError, CredentialsRejectedError, TargetUnavailableError
from orders_conformance.harness.exchange import REDIRECTION, Exchange
from orders_conformance.strategies.probe import Probe

# What the names of its probes begin with.
PREFLIGHT = "preflight"
_FORBIDDEN = 403
_NOT_FOUND = 404
_METHOD = 405
# Seconds between two clocks that are worth a note; the header has whole seconds only.
_SKEW = 2.0


def preflight(engine: Engine) -> None:
    """Check the target.

    Raises:
        CredentialsRejectedError: it does not let the credentials in.
        TargetUnavailableError: it cannot be reached, does not answer, or the endpoint is not there.

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
        # What stays unanswered once is not judged, but whether that is a habit.
        engine.send(Probe(PREFLIGHT, {}))
    engine.judge_later(second, order)


def _note_clock(engine: Engine, exchange: Exchange) -> None:
    """Note how far the target's clock is from ours: what is judged by the time of day depends on it."""
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
    away = {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN, _NOT_FOUND, _METHOD}
    return response.status not in away


def _problem(engine: Engine, exchange: Exchange) -> BrokenRunError:
    event_writer = engine.evaluation.event_writer
    response, url = exchange.response, event_writer.url
    if response is None:
        why = exchange.failure.detail if exchange.failure else "no answer"
        return TargetUnavailableError(
            f"{url} does not answer ({event_writer.hide(why)}): see that it is up, or allow a longer timeout"
        )
    if response.status in {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN}:
        return CredentialsRejectedError(
            f"{url} refuses the credentials (status {response.status}): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN"
        )
    if response.status in REDIRECTION:
        return TargetUnavailableError(
            f"{url} redirects (status {response.status}): name the URL that it leads to as the target"
        )
    if (way := engine.sender.unanswered(exchange)) is not None:
        return TargetUnavailableError(
            f"{url} does not answer as a whole ({way}): see that it is up, and run again later"
        )
    return TargetUnavailableError(f"{url} is not there (status {response.status}): check the base URL of the target")
