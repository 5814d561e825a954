"""The exchanges of a record as requests that can be sent to an embedded server, and as responses to compare."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.mock.messages import Headers, ServerRequest
from orders_conformance.reports.record.types import Record
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import VARIANTS, Credentials

# The header fields of a request that a server may respond differently to.
_SENT = frozenset({"accept", "content-type"})


@dataclass(frozen=True, slots=True)
class SeenResponse:
    """A response of the target.

    Attributes:
        status: its status.
        headers: its headers; empty if the record lacks them.
        body: its body; None if the record lacks a part of it.

    """

    status: int
    headers: Headers
    body: bytes | None


@dataclass(frozen=True, slots=True)
class SeenExchange:
    """A request and the response of the target.

    Attributes:
        id: its id in the record.
        probe: the name of what was sent.
        at: the time of the request.
        base: the URL of the target, without the path of the endpoint.
        request: the request, with credentials of an embedded server.
        response: the response; None if there was none, or if the request was sent more than once.

    """

    id: str
    probe: str
    at: datetime
    base: str
    request: ServerRequest
    response: SeenResponse | None

    def now(self) -> datetime:
        """Return the time of the request, as the clock of a server."""
        return self.at


def exchanges_of(record: Record, contract: Contract, credentials: Credentials) -> Iterator[SeenExchange]:
    """Yield the exchanges of a record in their order, as they are sent to an embedded server with these credentials.

    Raises:
        InvalidInputError: the record is one of another contract.

    """
    digest = record.header["contract"]["digest"]
    if digest != contract.digest:
        message = (
            f"the record is one of another contract ({digest[:19]}, not {contract.digest[:19]}): "
            "name that one with --contract, or run again"
        )
        raise InvalidInputError(message)
    started = datetime.fromisoformat(record.header["started_at"])
    for event in record.exchanges.values():
        sent, response = event["request"], event["response"]
        body = _content(sent["body"])
        if body is None or sent["credentials"] not in VARIANTS:
            continue
        yield SeenExchange(
            id=event["id"],
            probe=event["probe"],
            at=started + timedelta(seconds=event["at"]),
            base=sent["url"].removesuffix(contract.path),
            request=ServerRequest(
                "POST", contract.path, _headers(sent, body, credentials), body, event["connection"] or "main"
            ),
            response=_response(response) if response is not None and not event["attempts"] else None,
        )


def _headers(sent: Mapping[str, Any], body: bytes, credentials: Credentials) -> Headers:
    kept = [(name, value) for name, value in sent["headers"] if name.lower() in _SENT]
    authorization = credentials.header(sent["credentials"])
    own = [("Host", urlsplit(sent["url"]).netloc), ("Content-Length", str(len(body)))]
    return (*own, *kept, *([("Authorization", authorization)] if authorization is not None else []))


def _response(response: Mapping[str, Any]) -> SeenResponse:
    headers = tuple((name, value) for name, value in response["headers"])
    # The reader leaves out the long ones.
    return SeenResponse(response["status"], headers, _content(response["body"]) if headers else None)


def _content(body: Mapping[str, Any]) -> bytes | None:
    """Return a body that the record has as a whole."""
    if "length" in body:
        return None
    try:
        return b64decode(body["base64"]) if "base64" in body else body["text"].encode("utf-8", "surrogatepass")
    except Error:
        return None
