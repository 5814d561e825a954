"""Servers that send other headers."""

from __future__ import annotations

from typing import Any

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.messages import Headers
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _TypedOtherwise(Service):
    """Says in another way that bodies are JSON."""

    content_type: str

    def headers(self, outcome: Result) -> Headers:
        kept = (header for header in super().headers(outcome) if header[0] != "Content-Type")
        return (("Content-Type", self.content_type), *kept)


@SERVERS.add
class CharsetParameter(_TypedOtherwise):
    """Adds the charset to the media type."""

    content_type = "application/json;charset=UTF-8"


@SERVERS.add
class QuotedCharset(_TypedOtherwise):
    """Adds the charset to the media type in quotes, after a blank."""

    content_type = 'application/json; charset="utf-8"'


@SERVERS.add
class UpperCaseMediaType(_TypedOtherwise):
    """Writes the media type in capitals."""

    content_type = "Application/JSON"


@SERVERS.add
class LowerCaseHeaders(Service):
    """Writes the names of headers in lower case."""

    def headers(self, outcome: Result) -> Headers:
        return tuple((name.lower(), value) for name, value in super().headers(outcome))


class _Challenging(Service):
    """Challenges in another way."""

    challenges: tuple[str, ...]

    def headers(self, outcome: Result) -> Headers:
        kept = tuple(header for header in super().headers(outcome) if header[0] != "WWW-Authenticate")
        more = self.challenges if outcome == "unauthorized" else ()
        return (*kept, *(("WWW-Authenticate", challenge) for challenge in more))


@SERVERS.add
class NoChallenge(_Challenging):
    """Answers 401 without WWW-Authenticate."""

    breaks = ("create/401/www-authenticate",)

    challenges = ()


@SERVERS.add
class OtherRealm(_Challenging):
    """Names another realm and a charset in its challenge."""

    challenges = ('Basic realm="Sitecore \\"CDP\\", Europe", charset="UTF-8"',)


@SERVERS.add
class SeveralChallenges(_Challenging):
    """Offers several ways to sign in."""

    challenges = ('Bearer realm="orders"', 'basic realm="orders"')


class _WithHeaders(Service):
    """Adds headers to each reply."""

    more: Headers

    def headers(self, outcome: Result) -> Headers:
        return (*super().headers(outcome), *self.more)


@SERVERS.add
class BigHeaders(_WithHeaders):
    """Sends headers of twelve kilobytes."""

    more = tuple((f"X-Trace-{number}", "0123456789abcdef" * 64) for number in range(12))


@SERVERS.add
class UsualHeaders(_WithHeaders):
    """Sends the headers of a gateway: limits, caching, security, a cookie."""

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
    """Sends the link of the created order as Location and ETag too."""

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        response = super().respond(outcome, body, request)
        if outcome != "created":
            return response
        more = (("Location", str(body[self.link_field])), ("ETag", f'"{body[self.ref_field]}"'))
        return ServerResponse(response.status, (*response.headers, *more), response.body)
