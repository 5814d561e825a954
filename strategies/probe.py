"""What the suite sends, and the scripts that send it.

A script is a generator: it yields an action, is sent the outcome, and decides what to do next. It knows nothing of the
target and judges nothing.
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
class Probe:
    """One request to be sent.

    Attributes:
        name: stable, says what is sent: `price/type/string`.
        body: an order, or the bytes themselves.
        credentials: a variant of the contract's `credentials`, or a whole Authorization header in `authorization`.
        content_type: the header's value, or None for no header.
        connection: which connection it goes by; each name keeps one.

    """

    name: str
    body: Order | bytes
    credentials: str = RIGHT
    content_type: str | None = JSON
    connection: str = "main"
    authorization: str | None = None

    @property
    def payload(self) -> bytes:
        """The bytes of the body."""
        return self.body if isinstance(self.body, bytes) else encode(self.body)

    def with_body(self, body: Order | bytes) -> Probe:
        """Send something else in the same way."""
        return replace(self, body=body)


@dataclass(frozen=True, slots=True)
class Send:
    """Send one probe; the outcome is an answer."""

    probe: Probe


@dataclass(frozen=True, slots=True)
class Together:
    """Send probes at once, each by a connection of its own; the outcome is a tuple of answers."""

    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait until so many seconds have passed since the run's first order or, for `since_first` false, from now on."""

    seconds: float
    since_first: bool = False


Action = Send | Together | Pause


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a probe: a status, or None where no reply came, and the probe that got it.

    The probe may have another reference than the one that was asked for, where the outcome of that was unknown.
    `exchange` is the id of the exchange in the record, or None where nothing was sent.
    """

    status: int | None
    probe: Probe
    exchange: str | None = None

    @property
    def success(self) -> bool:
        """Whether the request was carried out."""
        return self.status is not None and self.status // 100 == 2  # noqa: PLR2004 - the class of success


Script = Generator[Action, Any, None]


def encode(order: object) -> bytes:
    """Write an order as JSON in UTF-8; what UTF-8 cannot hold (half a surrogate pair) is escaped."""
    try:
        return json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(order, separators=(",", ":")).encode()
