"""Before the run: can the target be reached, and does it let the credentials in? Nothing is created to find out.

An invalid order shows it. Only where that is answered as if credentials were wrong, a valid one decides: it creates
nothing if they are wrong, and if they are right, the answer to the invalid order was the server's fault.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from harness.engine import Engine
from harness.errors import BrokenRun, CredentialsRefused, TargetUnavailable
from harness.exchange import REDIRECTION, Exchange
from strategies.probe import Probe

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
        CredentialsRefused: it does not let the credentials in.
        TargetUnavailable: it cannot be reached, does not answer, or the endpoint is not there.

    """
    first = engine.try_out(Probe(PREFLIGHT, {}))
    _note_clock(engine, first)
    if _usable(engine, first):
        engine.adopt(first)
        return
    second = engine.try_out(Probe(f"{PREFLIGHT}/order", engine.orders.full()))
    if not _usable(engine, second):
        raise _problem(engine, second)
    if engine.sender.unanswered(first) is None:
        engine.adopt(first)
    else:
        # What stays unanswered once is not judged, but whether that is a habit.
        engine.send(Probe(PREFLIGHT, {}))
    engine.adopt(second)


def _note_clock(engine: Engine, exchange: Exchange) -> None:
    """Note how far the target's clock is from ours: what is judged by the time of day depends on it."""
    written = exchange.reply.headers.get("date", "") if exchange.reply else ""
    try:
        skew = (parsedate_to_datetime(written) - engine.evaluation.now()).total_seconds()
    except (ValueError, TypeError):
        return
    if abs(skew) >= _SKEW:
        engine.evaluation.journal.note(
            f"the target's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} ours"
        )


def _usable(engine: Engine, exchange: Exchange) -> bool:
    reply = exchange.reply
    if reply is None or engine.sender.unanswered(exchange) is not None:
        return False
    away = {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN, _NOT_FOUND, _METHOD}
    return reply.status not in away


def _problem(engine: Engine, exchange: Exchange) -> BrokenRun:
    journal = engine.evaluation.journal
    reply, url = exchange.reply, journal.url
    if reply is None:
        why = exchange.failure.detail if exchange.failure else "no answer"
        return TargetUnavailable(
            f"{url} does not answer ({journal.hide(why)}): see that it is up, or allow a longer timeout"
        )
    if reply.status in {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN}:
        return CredentialsRefused(
            f"{url} refuses the credentials (status {reply.status}): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN"
        )
    if reply.status in REDIRECTION:
        return TargetUnavailable(
            f"{url} redirects (status {reply.status}): name the URL that it leads to as the target"
        )
    if (way := engine.sender.unanswered(exchange)) is not None:
        return TargetUnavailable(f"{url} does not answer as a whole ({way}): see that it is up, and run again later")
    return TargetUnavailable(f"{url} is not there (status {reply.status}): check the base URL of the target")
