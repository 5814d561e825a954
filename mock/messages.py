"""What goes over the wire, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A request; `path` has its query, `connection` names the connection that it came by."""

    method: str
    path: str
    headers: Headers
    body: bytes
    connection: str = "main"

    def header(self, name: str) -> str | None:
        """Look up a header by its name in letters of any case; the first one of several."""
        return _lookup(self.headers, name)


@dataclass(frozen=True, slots=True)
class WireBehaviour:
    """What happens on the wire besides the reply itself.

    Attributes:
        delay: seconds that pass before the answer.
        drop: the connection ends without an answer, `before` or `after` the request was processed.
        hang: no answer comes until the client leaves.
        chunked: the body is sent in chunks, without a length.
        close: the connection ends after the answer.
        missing: how many bytes the Content-Length promises beyond the body, after which the connection ends.

    """

    delay: float = 0.0
    drop: Literal["before", "after"] | None = None
    hang: bool = False
    chunked: bool = False
    close: bool = False
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ServerResponse:
    """A reply, and what happens to it on the wire."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    wire: WireBehaviour = WireBehaviour()

    def header(self, name: str) -> str | None:
        """Look up a header by its name in letters of any case; the first one of several."""
        return _lookup(self.headers, name)


def _lookup(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
