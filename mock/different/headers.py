"""Servers that send other headers."""

from __future__ import annotations

from typing import Any

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _OtherContentType(Service):
    """Writes the media type of JSON in another way."""

    content_type: str

    def headers(self, outcome: Result) -> Headers:
        kept = (header for header in super().headers(outcome) if header[0] != "Content-Type")
        return (("Content-Type", self.content_type), *kept)


@SERVERS.add
class CharsetParameter(_OtherContentType):
    """Adds a charset parameter to the media type."""

    content_type = "application/json;charset=UTF-8"


@SERVERS.add
class QuotedCharset(_OtherContentType):
    """Adds a quoted charset parameter to the media type, after a space."""

    content_type = 'application/json; charset="utf-8"'


@SERVERS.add
class UpperCaseMediaType(_OtherContentType):
    """Writes the media type in upper case."""

    content_type = "Application/JSON"


@SERVERS.add
class LowerCaseHeaders(Service):
    """Writes header names in lower case."""

    def headers(self, outcome: Result) -> Headers:
        return tuple((name.lower(), value) for name, value in super().headers(outcome))


class _OtherChallenge(Service):
    """Sends another WWW-Authenticate challenge."""

    challenges: tuple[str, ...]

    def headers(self, outcome: Result) -> Headers:
        kept = tuple(header for header in super().headers(outcome) if header[0] != "WWW-Authenticate")
        more = self.challenges if outcome == "unauthorized" else ()
        return (*kept, *(("WWW-Authenticate", challenge) for challenge in more))


@SERVERS.add
class NoChallenge(_OtherChallenge):
    """Responds with 401 without a WWW-Authenticate header."""

    breaks = ("create/401/www-authenticate",)

    challenges = ()


@SERVERS.add
class OtherRealm(_OtherChallenge):
    """Sends a WWW-Authenticate challenge with another realm and a charset."""

    challenges = ('Basic realm="Sitecore \\"CDP\\", Europe", charset="UTF-8"',)


@SERVERS.add
class SeveralChallenges(_OtherChallenge):
    """Sends two WWW-Authenticate challenges with different schemes."""

    challenges = ('Bearer realm="orders"', 'basic realm="orders"')


class _WithHeaders(Service):
    """Adds headers to each response."""

    more: Headers

    def headers(self, outcome: Result) -> Headers:
        return (*super().headers(outcome), *self.more)


@SERVERS.add
class BigHeaders(_WithHeaders):
    """Sends twelve kilobytes of headers."""

    more = tuple((f"X-Trace-{number}", "0123456789abcdef" * 64) for number in range(12))


@SERVERS.add
class UsualHeaders(_WithHeaders):
    """Sends the headers of a gateway: rate limit, caching, security and a cookie."""

    more = (
        ("X-RateLimit-Remaining", "3"),
        ("Cache-Control", "no-store"),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Set-Cookie", "lb=7; Path=/; HttpOnly"),
        ("Vary", "Accept-Encoding"),
        ("Access-Control-Allow-Origin", "*"),
        ("Server", "gateway"),
    )


@SERVERS.add
class LocationOfCreated(Service):
    """Sends a Location and an ETag header with the created order."""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        if outcome != "created":
            return response
        more = (("Location", str(body[self.link_field])), ("ETag", f'"{body[self.ref_field]}"'))
        return ServerResponse(response.status, (*response.headers, *more), response.body)
