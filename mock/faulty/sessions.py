"""Servers that begin a session with right credentials, and then take its cookie in their place."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Result, ServerRequest, Service

SERVERS = Catalogue()


class _Session(Service):
    """Sets a cookie in some responses, and authenticates some requests that have it."""

    cookie: ClassVar[str] = "session"
    value: ClassVar[str] = "s-6f1c2a"
    sets_in: ClassVar[tuple[Result, ...]] = ("created",)

    def is_authenticated(self, request: ServerRequest) -> bool:
        return super().is_authenticated(request) or (self.has_session(request) and self.is_enough(request))

    def is_enough(self, request: ServerRequest) -> bool:
        """Return whether a request with the cookie needs no right credentials."""
        raise NotImplementedError

    def has_session(self, request: ServerRequest) -> bool:
        """Return whether a request has the cookie."""
        try:
            cookies = SimpleCookie(request.header("Cookie") or "")
        except CookieError:
            return False
        return self.cookie in cookies and cookies[self.cookie].value == self.value

    def headers(self, outcome: Result) -> Headers:
        more = (("Set-Cookie", f"{self.cookie}={self.value}; Path=/; HttpOnly"),) if outcome in self.sets_in else ()
        return (*super().headers(outcome), *more)


@SERVERS.add
class TakesSessionWithoutCredentials(_Session):
    """Accepts the cookie of a session where a request has no credentials."""

    breaks = ("create/request/credentials/none",)

    def is_enough(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is None


@SERVERS.add
class TakesSessionForCredentials(_Session):
    """Accepts the cookie of a session, whatever credentials a request has."""

    breaks = ("create/request/credentials/*",)

    def is_enough(self, request: ServerRequest) -> bool:
        return True


@SERVERS.add
class ChecksCredentialsOnceASession(_Session):
    """Accepts any credentials that can be decoded in a session, which each response begins."""

    cookie = "SID"
    sets_in = ("created", "rejected", "conflict", "media_type")
    breaks = ("create/request/credentials/*",)

    def is_enough(self, request: ServerRequest) -> bool:
        return self.credentials(request.header("Authorization")) is not None

    def headers(self, outcome: Result) -> Headers:
        more = (("Set-Cookie", "theme=light; Expires=Wed, 21 Oct 2099 07:28:00 GMT"),) if outcome == "created" else ()
        return (*super().headers(outcome), *more)
