"""Send a request until its response is one of the orders API, not of a rate limit, a firewall or a locked account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orders_conformance.harness.client.answered import send_until_answered, wait_until_free
from orders_conformance.harness.client.blocking import Block, Waits
from orders_conformance.harness.client.retry import retry_after
from orders_conformance.harness.messages.exchange import (
    BLOCKED,
    SUCCESS,
    Exchange,
    Kind,
    Request,
)
from orders_conformance.strategies.probe import Probe

if TYPE_CHECKING:
    from orders_conformance.harness.client.sender import Sender

# How many requests that create nothing have to be rejected before an account counts as locked; an order follows them.
_LOCK_CONTROLS = 2


def send_until_free(sender: Sender, probe: Probe, request: Request, group: str | None) -> Exchange:
    """Send the request of a probe until it has a response of the orders API, or never gets one.

    Args:
        sender: sends it.
        probe: the probe.
        request: its request.
        group: the group of concurrent requests that it belongs to, or None.

    Raises:
        TargetUnavailableError: the target responds to nothing any more, or blocks the run.
        CredentialsRejectedError: it locks the account.

    """
    waits, blocking = Waits(sender.longest_wait), sender.blocking
    exchange = send_until_answered(sender, probe, request, group)
    while not exchange.blocked and blocking.accepted and (block := blocking.suspect(exchange)):
        if _reaches_api(sender, request, block):
            if sender.budget.wrong_logins.shows_lock and request.is_wrong_login:
                return replace(exchange, blocked=True)
            again = _again_if_passing(sender, probe, exchange, block, waits)
            if again is None:
                blocking.is_own(request, block)
                break
            exchange = again
            continue
        block = blocking.named(block)
        if not sender.budget.wrong_logins.allows(request):
            return replace(exchange, blocked=True)
        if block.locked and not request.has_right_credentials:
            return sender.as_blocked(exchange)
        wait_until_free(sender, block, exchange.response, waits)
        exchange = sender.merged(exchange, send_until_answered(sender, probe, request, group), BLOCKED)
    return exchange


def _reaches_api(sender: Sender, request: Request, block: Block) -> bool:
    """Whether a control is not blocked likewise; the cheapest control that can show it is sent first."""
    often = _LOCK_CONTROLS if sender.blocking.may_be_locked(block) else 1
    for _ in range(often):
        if not sender.blocking.is_same(block, sender.control(order=False).response):
            # A server may check credentials after the order: then an order that is rejected does not show a lock.
            if request.kind not in {Kind.PLAIN, Kind.UNUSUAL} and not block.is_about_credentials:
                return True
            # A firewall or a quota may block orders only.
            break
    return not sender.blocking.is_same(block, sender.control(order=True).response)


def _again_if_passing(sender: Sender, probe: Probe, exchange: Exchange, block: Block, waits: Waits) -> Exchange | None:
    """Send a request once more if its response may be that of a rate limit that has ended since.

    Only a page, a 403 or a response that says when to try again is likely to be one.

    Returns:
        The exchange with the further response; None where the first one is the target's own.

    """
    requested = retry_after(exchange.response, sender.now()) if exchange.response else None
    likely = block.page or block.is_forbidden or requested is not None
    if exchange.request.is_wrong_login or not (likely and sender.blocking.forgives()):
        return None
    sender.sleep(waits.next(requested, block.reason))
    again = send_until_answered(sender, probe, exchange.request, exchange.group)
    status = again.response.status if again.response else None
    existed = block.status in SUCCESS and status == sender.budget.conflict
    if existed or sender.blocking.is_same(block, again.response):
        return None
    sender.slow_down()
    return sender.merged(exchange, again, BLOCKED)
