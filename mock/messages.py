"""HTTP requests and responses of the embedded server, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """An HTTP request.

    Attributes:
        method: the method, in upper case.
        path: the path with its query.
        headers: pairs of name and value, in the order in which they were sent.
        body: the content.
        connection: the name of the connection that the request was received on.

    """

    method: str
    path: str
    headers: Headers
    body: bytes
    connection: str = "main"

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in any letter case; None where it is missing."""
        return _lookup(self.headers, name)


@dataclass(frozen=True, slots=True)
class WireBehaviour:
    """How a response is sent.

    Attributes:
        delay: seconds to wait before the response.
        drop: whether the connection is closed without a response, `before` or `after` the request is processed.
        hang: whether no response is sent until the client disconnects.
        chunked: whether the body is sent with chunked transfer coding, without Content-Length.
        close: whether the connection is closed after the response.
        missing: by how many bytes Content-Length exceeds the body; the connection is closed after the body.
        interim: the interim responses that are sent before it, each with its status and headers.
        raw: the bytes that are sent instead of the response; the connection is closed after them.

    """

    delay: float = 0.0
    drop: Literal["before", "after"] | None = None
    hang: bool = False
    chunked: bool = False
    close: bool = False
    missing: int = 0
    interim: tuple[tuple[int, Headers], ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class ServerResponse:
    """An HTTP response, and how it is sent."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    wire: WireBehaviour = WireBehaviour()

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in any letter case; None where it is missing."""
        return _lookup(self.headers, name)


def _lookup(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
