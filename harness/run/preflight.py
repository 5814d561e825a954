"""The preflight: check before the run that the target can be reached and authenticates the credentials.

An invalid order is sent, which creates nothing. If its response is the one for wrong credentials, is missing, accepts
the order or is a page, a valid order decides: with wrong credentials it creates nothing, and with right ones the
response to the invalid order was wrong. A target that responds alike to both, and not with an order, is no orders API.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.errors import BrokenRunError, CredentialsRejectedError, TargetUnavailableError
from orders_conformance.harness.messages.exchange import GATEWAY, REDIRECTION, SERVER_ERROR, SUCCESS, Exchange, Response
from orders_conformance.harness.messages.json_body import read_object
from orders_conformance.strategies.probe import Probe

# The names of its probes begin with this.
PREFLIGHT = "preflight"
_FORBIDDEN = 403
_NOT_FOUND = 404
_METHOD = 405
_XML = {"application/xml", "text/xml"}
# The least difference of the clocks, in seconds, that is noted; the header `Date` has whole seconds only.
_SKEW = 2.0


def preflight(engine: Engine) -> None:
    """Check that the target can be reached, is an orders API, and authenticates the credentials.

    Raises:
        CredentialsRejectedError: it rejects the credentials.
        TargetUnavailableError: it cannot be reached, does not respond, or has no such endpoint.

    """
    first, invalid = engine.send_unjudged(Probe(PREFLIGHT, {}))
    _note_clock(engine, first)
    if _usable(engine, first) and _is_from_an_api(first):
        engine.judge_later(first, invalid)
        return
    second, order = engine.send_unjudged(Probe(f"{PREFLIGHT}/order", engine.orders.full()))
    if not _usable(engine, second) or _is_same_for_all(engine, first, second):
        raise _problem(engine, second)
    if engine.sender.unanswered(first) is None:
        _note_own_response(engine, first)
        engine.judge_later(first, invalid)
    else:
        # A single missing response is not judged; `send` finds whether it recurs.
        engine.send(Probe(PREFLIGHT, {}))
    engine.judge_later(second, order)


def _is_from_an_api(exchange: Exchange) -> bool:
    """Whether an orders API may have sent the response to an invalid order: a rejection, or wrongly a new order."""
    response = exchange.response
    if response is None or _is_document(response):
        return False
    return response.status not in SUCCESS or (response.is_created and read_object(response.body) is not None)


def _is_document(response: Response) -> bool:
    """Whether a response is an HTML page or in XML, which no response of the API is."""
    return response.is_page or response.media_type in _XML or response.media_type.endswith("+xml")


def _is_same_for_all(engine: Engine, first: Exchange, second: Exchange) -> bool:
    """Whether an invalid and a valid order got the same response, and it is not one about an order.

    Such a response comes from a sign-in page, a gateway or a server for pages. A faulty orders API that accepts an
    invalid order responds with an order, at least to the valid one.
    """
    invalid, valid = first.response, second.response
    if invalid is None or valid is None or invalid.status != valid.status:
        return False
    if valid.status not in SUCCESS:
        # A server error alone may be a fault of the API; that of a gateway is not.
        own = valid.status >= SERVER_ERROR and valid.status not in GATEWAY
        return not own and _is_document(invalid) and _is_document(valid)
    bodies = [read_object(invalid.body), read_object(valid.body)]
    if valid.is_created and None not in bodies:
        return False
    identity, sent = engine.evaluation.oracle.contract.extension.identity, read_object(second.request.body) or {}
    named = str(sent[engine.orders.reference]).encode() in valid.body
    return not named and not any((body or {}).keys() & {identity.reference, identity.link} for body in bodies)


def _note_own_response(engine: Engine, exchange: Exchange) -> None:
    """Note that the target itself responds so to an invalid order, since it accepts a valid one."""
    if exchange.response is not None:
        engine.sender.blocking.is_own_from_the_start(exchange.request, exchange.response)


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
    if response.status == _FORBIDDEN and response.is_page:
        return CredentialsRejectedError(
            f"{url} responds with an HTML page (status {response.status}): it rejects the credentials, or a firewall "
            "rejects this client; check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN, and let this client through"
        )
    if response.status in {engine.evaluation.oracle.statuses.unauthorized, _FORBIDDEN}:
        return CredentialsRejectedError(
            f"{url} rejects the credentials (status {response.status}): check ORDERS_CLIENT_KEY and ORDERS_API_TOKEN"
        )
    if response.status in REDIRECTION:
        return TargetUnavailableError(
            f"{url} redirects (status {response.status}): name the URL that it leads to as the target"
        )
    if response.status in SUCCESS or (_is_document(response) and response.status not in {_NOT_FOUND, _METHOD}):
        return TargetUnavailableError(
            f"{url} sends the same response (status {response.status}, {response.media_type or 'no media type'}) to a "
            "valid and to an invalid order, and it is not about an order: this looks like a sign-in page or a gateway; "
            "check the base URL of the target, and sign in or go round the gateway"
        )
    if (reason := engine.sender.unanswered(exchange)) is not None:
        return TargetUnavailableError(
            f"{url} sends no complete response ({reason}): check that it is up, and run again later"
        )
    return TargetUnavailableError(f"{url} is not there (status {response.status}): check the base URL of the target")
