"""Transient failures of a network or a gateway: requests that do not reach the service, responses that are lost."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.messages import ServerResponse, WireBehaviour

_DROPPED = ServerResponse(503, wire=WireBehaviour(drop="before"))
_OUTAGE = timedelta(seconds=3)
_WAIT = 2
_HTML = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body>nginx</body></html>"


@dataclass
class TransientFailures:
    """Counts requests, and decides which of them fail; thread-safe.

    Attributes:
        behaviour: the choices of the server.

    """

    behaviour: Behaviour
    _count: int = 0
    _until: datetime | None = None
    _recent: deque[datetime] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Make the lock."""
        self._lock = threading.Lock()

    def before(self, now: datetime) -> ServerResponse | None:
        """Return the response to a request that does not reach the service at `now`; None where it does."""
        chosen = self.behaviour
        with self._lock:
            self._count += 1
            if self._is_out(now):
                return unavailable(503, (self._until or now) - now, now)
            if self._is_too_fast(now):
                return unavailable(chosen.limit_status, timedelta(seconds=1), now)
            if _is_turn(self._count, chosen.dropped_every):
                return _DROPPED
            if chosen.busy != "never" and _is_turn(self._count, chosen.busy_every):
                return self._busy(now)
            return None

    def after(self, response: ServerResponse) -> ServerResponse:
        """Return what reaches the client of a response."""
        with self._lock:
            lost = _is_turn(self._count, self.behaviour.lost_every)
        return replace(response, wire=replace(response.wire, drop="after")) if lost else response

    def _is_out(self, now: datetime) -> bool:
        if self.behaviour.outage_at and self._count == self.behaviour.outage_at:
            self._until = now + _OUTAGE
        return self._until is not None and now < self._until

    def _is_too_fast(self, now: datetime) -> bool:
        if not self.behaviour.requests_a_second:
            return False
        while self._recent and now - self._recent[0] >= timedelta(seconds=1):
            self._recent.popleft()
        self._recent.append(now)
        too_fast = len(self._recent) > self.behaviour.requests_a_second
        if too_fast:
            self._recent.pop()
        return too_fast

    def _busy(self, now: datetime) -> ServerResponse:
        status = int(self.behaviour.busy[:3])
        if self.behaviour.busy.endswith("HTML"):
            return ServerResponse(status, (("Content-Type", "text/html"),), _HTML)
        wait = None if self.behaviour.busy.endswith("Retry-After") else timedelta(seconds=_WAIT)
        return unavailable(status, wait, now)


def unavailable(status: int, wait: timedelta | None, now: datetime) -> ServerResponse:
    """Return a response that asks to send the request again, after a wait if there is one."""
    retry = (("Retry-After", str(-(-wait // timedelta(seconds=1)))),) if wait else ()
    return ServerResponse(status, (("Date", format_datetime(now, usegmt=True)), *retry))


def _is_turn(count: int, every: int) -> bool:
    return bool(every) and count % every == 0
