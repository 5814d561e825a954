"""Send a request until it has a response, or until the target is seen never to respond to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orders_conformance.harness.client.blocking import Block, Waits
from orders_conformance.harness.client.retry import retry_after
from orders_conformance.harness.errors import CredentialsRejectedError, TargetUnavailableError
from orders_conformance.harness.messages.exchange import (
    CLIENT_ERROR,
    DAMAGED,
    GATEWAY,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Attempt,
    Exchange,
    Kind,
    Request,
    Response,
    reason_unanswered,
)
from orders_conformance.strategies.credentials import RIGHT
from orders_conformance.strategies.probe import Probe

if TYPE_CHECKING:
    from orders_conformance.harness.client.sender import Sender

# How often a request without a response is sent again at least; each time the target responds to a control before it.
_MIN_REPEATS = 3
# What is retried each time until it is known to recur: a limit may end while it is waited for.
_WAITED_FOR = {reason_unanswered(status, None) or "" for status in (TOO_MANY_REQUESTS, UNAVAILABLE, *GATEWAY)}
# So many damaged responses in a row are the target's own even if controls between them were damaged as well.
_MOST_DAMAGED = 15
_GATEWAYS = {reason_unanswered(status, None) or "" for status in GATEWAY}


@dataclass
class Unresponsive:
    """To what a target does not respond, as far as it was seen.

    Attributes:
        controls: by the name of a control, whether it ever had a response.
        last_control: why the last control had no response; None where it had one.
        recurring: the failures that the target was seen to repeat again and again, each with the kind of the requests.

    """

    controls: dict[str, bool] = field(default_factory=dict)
    last_control: str | None = None
    recurring: set[tuple[str, str]] = field(default_factory=set)

    def note(self, request: Request, attempt: Attempt) -> None:
        """Note that the failure of an attempt recurs for requests of this kind: it is not verified again."""
        self.recurring.add(_habit(request, reason_unanswered(attempt.status, attempt.failure) or ""))


def send_until_answered(sender: Sender, probe: Probe, request: Request, group: str | None) -> Exchange:
    """Send the request of a probe until it has a response, or until the target is seen never to respond to it.

    A single missing response may be the fault of the target or of the network. The target is judged to leave the
    request without a response when that recurs more often than chance explains, while it responds to a control
    request each time.

    Raises:
        TargetUnavailableError: the target responds to nothing any more.

    """
    # Tries one after the other show no more than one; what recurs for some requests is not likely to be chance.
    known = sender.unresponsive.recurring
    recurring = frozenset(failure for _, failure in known)
    exchange = latest = sender.once(probe, request, group, recurring)
    previous, repeats, tries, outage, alike = "", 0, 0, False, False
    while (kind := sender.unanswered(latest)) is not None and _habit(
        request, kind
    ) not in sender.unresponsive.recurring:
        if kind != previous:
            previous, repeats, tries = kind, 0, 0
        tries += 1 + len(latest.attempts)
        _check_target_responds(sender, exchange)
        if repeats and _limits_wrong_credentials(sender, exchange):
            return sender.as_blocked(exchange)
        if not sender.budget.wrong_logins.allows(request):
            return replace(exchange, blocked=True)
        before, alike = alike, (sender.unresponsive.last_control or "").startswith(DAMAGED)
        if before and not alike:
            # Until now whatever came was damaged: it was the network. Only tries from here on count.
            repeats = tries = 0
        if repeats >= _MIN_REPEATS and tries > (_MOST_DAMAGED if alike else sender.unanswered_tries.repeats()):
            if kind in _GATEWAYS and not outage and (outage := _was_outage(sender)):
                repeats = tries = 0
                continue
            known.add(_habit(request, kind))
            return exchange
        repeats += 1
        latest = sender.once(probe, request, group, recurring | ({kind} - _WAITED_FOR))
        exchange = sender.merged(exchange, latest)
        sender.retries += 1
    if kind is None:
        _count_losses(sender, exchange)
    return exchange


def wait_until_free(
    sender: Sender, block: Block, response: Response | None, waits: Waits, *, by_orders: bool = False
) -> None:
    """Wait until a control is no longer blocked; from then on send more slowly.

    Args:
        sender: sends the controls.
        block: what blocks the run.
        response: the response that was blocked.
        waits: the waits so far.
        by_orders: whether only plain orders are blocked.

    Raises:
        TargetUnavailableError: that lasts too long.
        CredentialsRejectedError: the account is locked, and the target does not say for how long.

    """
    order = by_orders or sender.blocking.rejects_so(block)
    blocked, began = frozenset({reason_unanswered(block.status, None) or ""}), waits.waited
    while response is not None and (sender.blocking.is_same(block, response) or _is_transient(response)):
        requested = retry_after(response, sender.now())
        if block.is_certain and requested is None:
            raise CredentialsRejectedError(block.reason)
        sender.sleep(waits.next(requested, block.reason))
        response = sender.control(order=order, recurring=blocked, is_waiting=True).response
    sender.note(f"waited {waits.waited - began:.0f} s for the target to respond again: {block.reason}")
    sender.slow_down()


def _was_outage(sender: Sender) -> bool:
    """Whether plain orders got no response through the gateway either; waits until they do.

    Such an order has required fields only: a server may respond so to one of the other fields.
    """
    response = sender.control(order=True).response if sender.blocking.accepted else None
    if response is None or response.status not in GATEWAY:
        return False
    block = Block(response.status, response.is_page)
    wait_until_free(sender, block, response, Waits(sender.longest_wait), by_orders=True)
    return True


def _limits_wrong_credentials(sender: Sender, exchange: Exchange) -> bool:
    """Whether a target that rejected wrong credentials before limits requests with them; it responds to others."""
    status = exchange.response.status if exchange.response else None
    return (
        status == TOO_MANY_REQUESTS
        and not exchange.request.has_right_credentials
        and (sender.blocking.locked or sender.blocking.rejects_wrong_credentials)
    )


def _count_losses(sender: Sender, exchange: Exchange) -> None:
    """Count the tries that were lost before a response."""
    sender.unanswered_tries.received += 1
    sender.unanswered_tries.lost += len(exchange.attempts)
    status = exchange.response.status if exchange.response else None
    if status in CLIENT_ERROR and status != sender.budget.conflict:
        sender.losses.lost += bool(exchange.attempts)
        sender.losses.received += not exchange.attempts


def _check_target_responds(sender: Sender, exchange: Exchange) -> None:
    why = sender.unanswered(exchange) or ""
    for control, may_create in _controls(sender):
        # The target may never respond to this control.
        if sender.unresponsive.controls.get(control.name) is False:
            continue
        right = control.credentials == RIGHT
        kind = (Kind.PLAIN if may_create else Kind.INVALID) if right else Kind.WRONG_CREDENTIALS
        if not right and sender.blocking.responds and why == sender.unresponsive.last_control:
            # The right credentials got another response before: what other ones get shows nothing.
            continue
        request = replace(sender.request(control), may_create=may_create, has_right_credentials=right, kind=kind)
        # A target that blocks the run is waited for below: tries one after the other would show nothing.
        blocked = sender.blocking.accepted and why in _WAITED_FOR
        control_exchange = sender.once(control, request, recurring=frozenset({why} if blocked else ()))
        sender.unresponsive.last_control = sender.unanswered(control_exchange)
        if sender.unresponsive.last_control is None:
            _count_losses(sender, control_exchange)
            sender.unresponsive.controls[control.name] = True
            return
        sender.unanswered_tries.lost += (
            1 + len(control_exchange.attempts) if control.name in sender.unresponsive.controls else 0
        )
        if sender.failure_of(control_exchange) == DAMAGED:
            # A response that is damaged on the way shows that the target responds.
            return
        if not (right and sender.blocking.responds):
            sender.unresponsive.controls.setdefault(control.name, False)
    response = exchange.response
    if response is not None and sender.blocking.accepted:
        block = sender.blocking.named(Block(response.status, response.is_page, wrong=sender.blocking.wrong))
        if block.locked or reason_unanswered(response.status, None):
            wait_until_free(sender, block, response, Waits(sender.longest_wait))
            return
    detail = exchange.failure.detail if exchange.failure else why
    message = f"the target stopped responding ({detail}): check that it is up and run again"
    raise TargetUnavailableError(message)


def _controls(sender: Sender) -> Iterator[tuple[Probe, bool]]:
    """Yield control requests, the cheapest first; a target that is up responds to at least one of them.

    With each comes whether it may create an order.
    """
    yield Probe("control", {}, connection="new"), False
    yield Probe("control/anonymous", {}, credentials="none", connection="new"), False
    sender.budget.reserve()
    yield Probe("control/order", sender.orders.full(), connection="new"), True


def _habit(request: Request, failure: str) -> tuple[str, str]:
    """Return a failure with the kind of requests that have it; damage depends on the status of the response only."""
    return ("" if failure.startswith(DAMAGED) else request.kind), failure


def _is_transient(response: Response) -> bool:
    return reason_unanswered(response.status, None) is not None
