"""Probes and scripts: the requests that the suite sends.

A script is a generator: it yields an action, receives its result, and decides on the next action. It does not depend on
the target and does not judge.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orders_conformance.strategies.credentials import RIGHT

JSON = "application/json"
Order = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forced:
    """A header by which a mock is asked for a response with a status.

    Attributes:
        status: the status.
        name: the name of the header.
        value: its value.

    """

    status: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Probe:
    """A request to send.

    Attributes:
        name: the stable name of what is sent: `price/type/string`.
        body: an order, or the bytes of the body.
        credentials: a kind of credentials of the contract.
        content_type: the value of the Content-Type header; None for no header.
        connection: the name of the connection to use; each name has its own.
        authorization: the value of the Authorization header; None to send that of `credentials`.
        has_cookies: whether the cookies that the target has set are sent; if it has set none, nothing is sent.
        at_once: whether it is sent without a wait after the request before it, also where a rate limit spaces requests.
        forced: the header that asks for a response with a status, whatever is sent; None for none.

    """

    name: str
    body: Order | bytes
    credentials: str = RIGHT
    content_type: str | None = JSON
    connection: str = "main"
    authorization: str | None = None
    has_cookies: bool = False
    at_once: bool = False
    forced: Forced | None = None

    @property
    def payload(self) -> bytes:
        """Return the bytes of the body."""
        return self.body if isinstance(self.body, bytes) else encode(self.body)

    def with_body(self, body: Order | bytes) -> Probe:
        """Return a probe with another body."""
        return replace(self, body=body)


@dataclass(frozen=True, slots=True)
class Send:
    """Send one probe; the result is a `ProbeResult`."""

    probe: Probe


@dataclass(frozen=True, slots=True)
class Together:
    """Send probes concurrently, each on its own connection; the result is a tuple of `ProbeResult`."""

    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for some seconds from now or, where `since_first` is true, since the first order of the run."""

    seconds: float
    since_first: bool = False


Action = Send | Together | Pause


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a probe.

    Attributes:
        status: the status of the response; None where there was none.
        probe: the probe that was sent last. If the outcome of the script's own request was unknown, it was sent again
            with another reference; this is the probe with that reference.
        exchange: the id of the exchange in the record; None where nothing was sent.

    """

    status: int | None
    probe: Probe
    exchange: str | None = None

    @property
    def success(self) -> bool:
        """Return whether the status is a success (2xx)."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004 - the class of success


Script = Generator[Action, Any, None]


def encode(order: object) -> bytes:
    """Return an order as JSON in UTF-8; unpaired surrogates, which UTF-8 cannot encode, are escaped."""
    try:
        return json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(order, separators=(",", ":")).encode()
