"""A request to the target and its outcome: a response or a failure; and the cookies that the target sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus

from orders_conformance.strategies.probe import Forced


@dataclass(frozen=True, slots=True)
class Request:
    """A request: the exact bytes of the body, and the two headers that the contract specifies.

    `purpose`, `may_create` and `has_right_credentials` are set before sending, by classification.

    Attributes:
        body: the bytes of the body.
        content_type: the value of the header `Content-Type`; None for no header.
        authorization: the value of the header `Authorization`; None for no header.
        purpose: the id of the requirement that it is sent for, so that an operator can attribute traffic.
        method: the HTTP method.
        item: the path segment of an order below the endpoint; empty for the endpoint itself.
        query: the query of the URL, encoded; empty for none.
        may_create: whether a conformant server may create an order for it.
        has_right_credentials: whether the server must authenticate it.
        cookie: the value of the header `Cookie`; None for no header.
        credentials: the kind of credentials that the header was made as; empty where it is not known. It is a label
            only: whether the header is correct is decided from its bytes.
        kind: what kind of request it is, coarser than its purpose: a repeat, an invalid order. A target that responds
            to one request of a kind in some way is expected to respond to the others likewise.
        at_once: whether it follows the request before it without the wait for the rate limit.
        recurring: the failures that the target is known to repeat for requests of this kind; they are not retried.
        is_wrong_login: whether it has the right client key and a wrong token, which a server may count against it.
        is_waiting: whether it only shows whether an outage has ended.
        forced: the header that asks for a response with a status, whatever is sent; None for none.

    """

    body: bytes
    content_type: str | None
    authorization: str | None = field(repr=False)
    purpose: str = ""
    method: str = "POST"
    item: str = ""
    query: str = ""
    may_create: bool = True
    has_right_credentials: bool = True
    credentials: str = ""
    cookie: str | None = field(default=None, repr=False)
    kind: str = ""
    at_once: bool = False
    recurring: frozenset[str] = frozenset()
    is_waiting: bool = False
    is_wrong_login: bool = False
    forced: Forced | None = None

    @property
    def identity(self) -> tuple[bytes, str | None, str | None]:
        """The values by which two requests are the same request: body, media type and credentials."""
        return self.body, self.content_type, self.authorization


@dataclass(frozen=True, slots=True)
class Response:
    """A response: header names in lower case, repeated headers joined by a comma, and the body as decoded by HTTP.

    `disclosed` says which secret it disclosed before its secrets were hidden; empty where it disclosed none. `is_brief`
    says that headers or body are not whole any more. `rest` has what else was received: reason phrases, headers of
    interim responses and trailers; it is searched for secrets, and then dropped.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    disclosed: str = ""
    is_brief: bool = False
    rest: bytes = field(default=b"", repr=False, compare=False)

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters; empty where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Whether the media type is JSON, with or without a prefix."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def is_page(self) -> bool:
        """Whether the body is an HTML page: by its media type, or where that is unspecific, by how it begins."""
        if self.media_type in _PAGES:
            return True
        return self.media_type in _UNSPECIFIC and self.body[:_BEGINNING].lstrip().lower().startswith(_PAGE_BEGINS)

    @property
    def is_created(self) -> bool:
        """Whether the status says that something was created."""
        return self.status == HTTPStatus.CREATED


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why no response was received.

    `kind` is `timeout`, `dropped` (the connection ended early), `protocol` (not valid HTTP), `refused` (no connection
    could be made, so that nothing was sent), or `unread` (valid HTTP, and more than the client reads). `status` is the
    status of a response that was not read to its end, where it is known.
    """

    kind: str
    detail: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that was sent again: its transient status or failure, and the seconds waited after it.

    A response whose body is damaged has both: its status, and the failure `damaged`. One that came from a rate limit, a
    firewall or a locked account has its status and the failure `blocked`.
    """

    status: int | None
    failure: str | None
    waited: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, its retries and its outcome; exactly one of `response` and `failure` is set.

    `at` is the start in seconds since the run began, `elapsed` the duration in seconds. `connection` names the
    connection that the probe specified. Requests sent at once have the same `group`. `blocked` says that the response
    is no evidence: it came from a rate limit, a firewall or a locked account.
    """

    id: str
    probe: str
    request: Request
    response: Response | None
    failure: Failure | None
    at: float
    elapsed: float
    connection: str
    group: str | None = None
    attempts: tuple[Attempt, ...] = ()
    blocked: bool = False

    @property
    def uncertain(self) -> bool:
        """Whether an earlier attempt may have created an order, or had another effect that is not known."""
        return any(effect(attempt.status, attempt.failure) is not Effect.NONE for attempt in self.attempts)


def in_brief(exchange: Exchange) -> Exchange:
    """Return an exchange to remember: of a response that is long, only the beginning."""
    response = exchange.response
    if response is None or len(response.body) + sum(map(len, response.headers.values())) <= _REMEMBERED:
        return exchange
    headers = {
        name: value[:_REMEMBERED_OF_HEADER] for name, value in list(response.headers.items())[:_REMEMBERED_HEADERS]
    }
    return replace(
        exchange, response=replace(response, headers=headers, body=response.body[:_REMEMBERED], is_brief=True)
    )


class Kind(StrEnum):
    """What kind of request it is, as far as a target may respond to it in another way than to the others."""

    PLAIN = "plain order"
    UNUSUAL = "unusual order"
    REPEAT = "repeat"
    INVALID = "invalid order"
    BROKEN_BODY = "broken body"
    MEDIA_TYPE = "other media type"
    WRONG_CREDENTIALS = "wrong credentials"


# Bytes of a response that are remembered for the whole run; a conformant one is shorter.
_REMEMBERED, _REMEMBERED_OF_HEADER, _REMEMBERED_HEADERS = 8 * 1024, 128, 32
# Where a comma separates two cookies in a joined header; the date of `Expires` has a comma too, but no name follows it.
_BETWEEN = re.compile(r",\s*(?=[^;,\s=]+=)")
_MOST_COOKIES, _LONGEST_COOKIE = 50, 4096
_PAIR = re.compile(r"\s*([^;,\s=]+)=([^;]*)")


@dataclass
class Cookies:
    """Cookies by name, whatever their path, age and domain; a cookie that is set to an empty value is removed.

    As many are kept as a client should (RFC 6265, 6.1), of the size that it should keep.
    """

    _values: dict[str, str] = field(default_factory=dict, repr=False)

    def keep(self, response: Response) -> None:
        """Keep the cookies that a response sets."""
        for text in _BETWEEN.split(response.headers.get("set-cookie", "")):
            pair = _PAIR.match(text)
            known = pair is not None and (pair[1] in self._values or len(self._values) < _MOST_COOKIES)
            if pair is not None and known and len(pair[0]) <= _LONGEST_COOKIE:
                self._values[pair[1]] = pair[2].strip()

    @property
    def values(self) -> tuple[str, ...]:
        """The values of all cookies."""
        return tuple(self._values.values())

    def header(self) -> str | None:
        """Return the value of the header `Cookie`; None where there is no cookie."""
        return "; ".join(f"{name}={value}" for name, value in self._values.items() if value) or None


class Effect(StrEnum):
    """The effect of one try on the orders at the target."""

    CREATED = "created"
    NONE = "none"
    UNKNOWN = "unknown"


def effect(status: int | None, failure: str | None) -> Effect:
    """Return the effect of a try, as far as its outcome shows it.

    Args:
        status: the status of the response, or None.
        failure: the kind of the failure, or None.

    """
    if failure == BLOCKED:
        return Effect.UNKNOWN if status in SUCCESS else Effect.NONE
    if failure not in {None, DAMAGED} or status is None:
        return Effect.NONE if failure == REFUSED else Effect.UNKNOWN
    if status in SUCCESS:
        return Effect.CREATED
    return Effect.NONE if status in CLIENT_ERROR else Effect.UNKNOWN


REFUSED = "refused"
UNREAD = "unread"
DAMAGED = "damaged"
BLOCKED = "blocked"
TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
# With these a gateway responds that got no response from the server behind it.
GATEWAY = frozenset({502, 504})
SERVER_ERROR = 500
SUCCESS = range(200, 300)
_CLASS = len(SUCCESS)
CLIENT_ERROR = range(SERVER_ERROR - _CLASS, SERVER_ERROR)
REDIRECTION = range(SUCCESS.stop, CLIENT_ERROR.start)
_PAGES = {"text/html", "application/xhtml+xml"}
_UNSPECIFIC = {"", "text/plain", "application/octet-stream", "text/xml", "application/xml"}
# How an HTML page begins, and within how many bytes.
_PAGE_BEGINS = (b"<!doctype html", b"<html")
_BEGINNING = 256


def reason_unanswered(status: int | None, failure: str | None) -> str | None:
    """Return why a try has no complete response: its failure, or its transient status; None where it has one."""
    if failure is not None:
        return failure if status is None else f"{failure} {status}"
    transient = status in {UNAVAILABLE, TOO_MANY_REQUESTS, *GATEWAY} or status in REDIRECTION
    return f"status {status}" if transient else None
