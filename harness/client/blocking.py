"""Recognise responses that come from a rate limit, a firewall or a lock on the account, and not from the orders API.

Such a response looks like one of the target: a 403, an HTML page in any status, a 401 with the right credentials. What
distinguishes it is that it comes to requests that were accepted before, too. So a control request is sent next: a plain
order, and after wrong credentials first a request with the right ones that creates nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from orders_conformance.harness.errors import (
    BrokenRunError,
    CredentialsRejectedError,
    RetryLaterError,
    TargetUnavailableError,
)
from orders_conformance.harness.messages.exchange import (
    GATEWAY,
    REDIRECTION,
    SERVER_ERROR,
    SUCCESS,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Exchange,
    Kind,
    Request,
    Response,
)

_UNAUTHORIZED, _FORBIDDEN, _LOCKED = HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.LOCKED
# The statuses that only a locked account has where plain orders were accepted before.
_REJECTS_CREDENTIALS = {_UNAUTHORIZED, _LOCKED}
_MAY_LOCK = {_UNAUTHORIZED, _FORBIDDEN, _LOCKED, TOO_MANY_REQUESTS}
# Kinds of requests whose rejections look alike.
_REJECTED = "rejected"
_REJECTED_ALIKE = {Kind.INVALID, Kind.BROKEN_BODY, Kind.MEDIA_TYPE}
# How many responses of a firewall or rate limit are forgiven that came neither to the control nor once more.
_MOST_FORGIVEN = 4
# Statuses with which HTTP lets any server reject a request for its form (RFC 9110, 15.5; RFC 6585, 5).
_FOR_THE_FORM = {
    HTTPStatus.LENGTH_REQUIRED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}
# After so many responses of one kind to requests of one kind that no control confirmed, none is sent for them any more.
_MOST_CONTROLS = 2
# Seconds of the first wait where the target does not say how long to wait, and the most of one.
_FIRST_WAIT, _LONGEST_BACKOFF = 1.0, 30.0


@dataclass(frozen=True, slots=True)
class Block:
    """A response that blocks the run.

    Attributes:
        status: its status.
        page: whether it is an HTML page.
        locked: whether the account is locked; else a rate limit or a firewall blocks.
        wrong: how many requests with wrong credentials were sent before.

    """

    status: int
    page: bool
    locked: bool = False
    wrong: int = 0

    @property
    def is_about_credentials(self) -> bool:
        """Whether its status is one for credentials or accounts: a rate limit or a firewall has other ones."""
        return self.status in _REJECTS_CREDENTIALS

    @property
    def is_forbidden(self) -> bool:
        """Whether its status is the usual one of a firewall."""
        return self.status == _FORBIDDEN

    @property
    def is_certain(self) -> bool:
        """Whether it can only be a lock on the account."""
        return self.locked and self.is_about_credentials

    @property
    def reason(self) -> str:
        """What blocks the run, and what to do about it, in one line."""
        if self.locked:
            locks = "it locks the account" if self.is_certain else "it locks the account, or limits requests after them"
            return (
                f"the target rejects the right credentials (status {self.status}) since {self.wrong} "
                f"{'request' if self.wrong == 1 else 'requests'} with wrong ones "
                f"{'was' if self.wrong == 1 else 'were'} sent: {locks}; wait until it is unlocked, and run again"
            )
        if self.status in GATEWAY:
            return (
                f"a gateway responds {self.status} to requests that got another response before: the target is down "
                "behind it; check that it is up, and run again"
            )
        response = f"{self.status} with an HTML page" if self.page else f"{self.status}"
        return (
            f"the target responds {response} to plain orders like those that it accepted before: a rate limit or a "
            "firewall blocks the run; let this client through, or run again later"
        )


@dataclass
class Blocking:
    """What the responses so far show about rate limits, firewalls and locks on the account.

    Attributes:
        documented: the documented media type of the body by status.
        accepted: whether a plain order was accepted so far.
        wrong: how many requests with wrong credentials were sent.
        wrong_in_a_row: how many of them were sent since the last request whose right credentials were accepted.
        responds: whether an invalid order with the right credentials was ever rejected as such.
        rejects_wrong_credentials: whether wrong credentials were ever rejected with 401.
        locked: whether the target was seen to lock the account, or to limit requests with wrong credentials: no more
            of them are sent.

    """

    documented: Mapping[int, str]
    accepted: bool = False
    wrong: int = 0
    wrong_in_a_row: int = 0
    responds: bool = False
    rejects_wrong_credentials: bool = False
    locked: bool = False
    _forgiven: int = field(default=0, init=False)
    _own: Counter[tuple[str, int, bool]] = field(default_factory=Counter, init=False)

    def note(self, request: Request, response: Response | None, tries: int) -> None:
        """Note the outcome of a request, after a number of tries."""
        if not request.has_right_credentials:
            self.wrong += tries
            self.wrong_in_a_row += tries
            rejected = response is not None and response.status == _UNAUTHORIZED
            self.rejects_wrong_credentials = self.rejects_wrong_credentials or rejected
        elif response is not None and self._is_from_the_api(response):
            self.wrong_in_a_row = 0
            self.responds = self.responds or request.kind == Kind.INVALID
            self.accepted = self.accepted or (request.kind == Kind.PLAIN and response.status in SUCCESS)

    def suspect(self, exchange: Exchange) -> Block | None:
        """Return what blocks the run if the response of an exchange does not come from the orders API; else None.

        A control has to confirm it. None also where controls have shown often enough that the target itself responds so
        to requests of this kind.
        """
        request, response = exchange.request, exchange.response
        if response is None or not self._looks_foreign(request, response):
            return None
        block = Block(response.status, response.is_page, wrong=self.wrong)
        return block if self._own[self._key(request, block)] < _MOST_CONTROLS else None

    def is_own(self, request: Request, block: Block) -> None:
        """Note that the target itself responds so to a request of this kind: a control was accepted."""
        self._own[self._key(request, block)] += 1

    def is_own_from_the_start(self, request: Request, response: Response) -> None:
        """Note that the target itself responds so to a request of this kind: it did before anything else was sent."""
        self._own[self._key(request, Block(response.status, response.is_page))] += _MOST_CONTROLS

    def rejects_so(self, block: Block) -> bool:
        """Whether the target itself was seen to respond so to requests that it rejects."""
        return self._own[_REJECTED, block.status, block.page] > 0

    def may_be_locked(self, block: Block) -> bool:
        """Whether the account may be locked: the right credentials were rejected after wrong ones.

        A server may check credentials after the order, so that rejected orders in between show nothing. A page or a 403
        after a single request with wrong credentials, or not directly after them, is rather a firewall's.
        """
        if block.status in _REJECTS_CREDENTIALS:
            return self.wrong > 0
        return self.wrong_in_a_row > 0 and self.wrong > 1

    def named(self, block: Block) -> Block:
        """Return a block that controls have confirmed, with whether it is a lock on the account."""
        named = replace(block, locked=block.status in _MAY_LOCK and self.may_be_locked(block))
        # A 429 is retried in any case; whether the wrong credentials are its reason does not show.
        self.locked = self.locked or (named.locked and block.status != TOO_MANY_REQUESTS)
        return named

    def explained(self, request: Request, later: RetryLaterError) -> BrokenRunError:
        """Return the error of a target that asks to wait for too long, which may be a lock on the account."""
        block = Block(TOO_MANY_REQUESTS, page=False, locked=True, wrong=self.wrong)
        locked = request.has_right_credentials and self.accepted and self.may_be_locked(block)
        return CredentialsRejectedError(f"{block.reason} ({later})") if locked else later

    def forgives(self) -> bool:
        """Whether one more response may be that of a limit that has ended since; counts it."""
        self._forgiven += 1
        return self._forgiven <= _MOST_FORGIVEN

    @staticmethod
    def is_same(block: Block, response: Response | None) -> bool:
        """Whether a response to a control is of the same kind as the one that blocks."""
        return response is not None and (response.status, response.is_page) == (block.status, block.page)

    def _key(self, request: Request, block: Block) -> tuple[str, int, bool]:
        kind = _REJECTED if request.kind in _REJECTED_ALIKE else request.kind
        return kind, block.status, block.page

    def _looks_foreign(self, request: Request, response: Response) -> bool:
        status = response.status
        if response.is_created or status >= SERVER_ERROR or status in REDIRECTION or status == TOO_MANY_REQUESTS:
            return False
        if status == _UNAUTHORIZED:
            return request.has_right_credentials and self.wrong > 0
        if status in {_FORBIDDEN, _LOCKED} or response.is_page:
            return True
        return not (status in self.documented or status in _FOR_THE_FORM or response.is_json)

    def _is_from_the_api(self, response: Response) -> bool:
        rejected = {_UNAUTHORIZED, _FORBIDDEN, _LOCKED, TOO_MANY_REQUESTS, UNAVAILABLE}
        if response.status in rejected or response.status in REDIRECTION:
            return False
        return response.is_json or response.is_created or response.status in self.documented


@dataclass
class Waits:
    """The waits until a target no longer blocks one request; together at most `longest` seconds.

    Attributes:
        longest: the most seconds.
        waited: the seconds so far.

    """

    longest: float
    waited: float = 0.0
    _next: float = field(default=_FIRST_WAIT, init=False)

    def next(self, requested: float | None, reason: str) -> float:
        """Return the seconds of the next wait.

        Args:
            requested: the seconds that the target asks for; None where it does not say.
            reason: what blocks the run.

        Raises:
            TargetUnavailableError: the waits would last too long.

        """
        # Without a wait, or with one that has passed by the target's clock, the waits grow as if it had not said any.
        seconds = requested or self._next
        asks = "" if requested is None else f" (it asks to wait for {requested:.0f} s)"
        if self.waited + max(seconds, _FIRST_WAIT) > self.longest:
            raise TargetUnavailableError(reason + asks)
        self._next = min(self._next * 2, _LONGEST_BACKOFF)
        self.waited += max(seconds, _FIRST_WAIT)
        return seconds
