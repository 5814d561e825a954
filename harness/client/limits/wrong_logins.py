"""Limit requests with the right client key and a wrong token: a target may lock the account after a few of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from orders_conformance.harness.errors import LimitReachedError
from orders_conformance.harness.messages.exchange import SERVER_ERROR, TOO_MANY_REQUESTS, Request, Response

_REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.LOCKED, TOO_MANY_REQUESTS}


@dataclass
class WrongLogins:
    """Counts wrong logins, retries included, and says when no more may be sent.

    Attributes:
        limit: the most of a run; None for no limit.
        sent: how many were sent.
        refused: whether one was not sent because of the limit.
        unspaced: whether no right login has succeeded since the last wrong one.

    """

    limit: int | None = None
    sent: int = 0
    refused: bool = False
    unspaced: bool = False
    _rejected: bool = field(default=False, init=False)
    _refused_at_other_times: set[int] = field(default_factory=set, init=False)
    # The first signs of a lock-out: in a response to a wrong login, and in one to a right login, which may be refuted.
    _signs: bool = field(default=False, init=False)
    _suspected: bool = field(default=False, init=False)

    @property
    def shows_lock(self) -> bool:
        """Whether a response was a sign that the account is locked, or is going to be."""
        return self._signs or self._suspected

    def allows(self, request: Request) -> bool:
        """Whether a request may be sent, as far as wrong logins are concerned."""
        if not request.is_wrong_login:
            return True
        spent = self.limit is not None and self.sent >= self.limit
        self.refused = self.refused or spent
        return not (spent or self.shows_lock)

    def count(self, request: Request) -> None:
        """Count a request that is about to be sent.

        Raises:
            LimitReachedError: it may not be sent.

        """
        if not self.allows(request):
            message = "no more requests with the right client key and a wrong token may be sent"
            raise LimitReachedError(message)
        self.sent += request.is_wrong_login
        self.unspaced = self.unspaced or request.is_wrong_login

    def note(self, request: Request, response: Response | None) -> None:
        """Note the response to a try."""
        if response is None:
            return
        status = response.status
        if request.is_wrong_login:
            # Where wrong logins got another response before, or nobody else is refused so, they are the reason.
            known = status in self._refused_at_other_times
            limits = status in {TOO_MANY_REQUESTS, HTTPStatus.LOCKED}
            self._signs = self._signs or (status in _REFUSED and not known and (limits or self._rejected))
            self._rejected = self._rejected or status == HTTPStatus.UNAUTHORIZED
        elif request.has_right_credentials:
            refused = status in _REFUSED or status == HTTPStatus.UNAUTHORIZED
            if refused and not self.unspaced:
                self._refused_at_other_times.add(status)
            self._suspected = (refused and self.unspaced) or (self._suspected and (refused or status >= SERVER_ERROR))
            if not refused and status < SERVER_ERROR:
                self.unspaced = False
