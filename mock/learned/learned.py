"""What was learned of a server: its choices, and how its responses are worded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from orders_conformance.mock.drawn.behaviour import Behaviour, options
from orders_conformance.mock.messages import Headers

# Further options of choices, which are not drawn: what servers were seen to do that no drawn server does.
FURTHER: Mapping[str, tuple[Any, ...]] = {
    "instant_fraction": ("at least 1", "at least 3", "at least 6", "at least 7", "at least 9"),
    "instant_rounding": ("towards 1970",),
    "largest_number": (10**14 - 1, 999_999.99),
}
# The choices that may have any text: a literal value that was seen.
LITERAL = frozenset({"host"})
# The kinds of responses that have a body of their own.
OUTCOMES = ("rejected", "unauthorized", "conflict", "media_type")

Messages = Mapping[str, Mapping[str, str]]

# What a header may be (RFC 9110, 5.1 and 5.5), and the headers that say how long a message is or how it is encoded,
# which the server writes itself.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def may_be_sent(name: str, value: str) -> bool:
    """Whether a response may have a header, and its server does not write this one itself."""
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value)) and name.lower() not in _OF_THE_CONNECTION


@dataclass(frozen=True)
class ErrorResponse:
    """An error response as it was seen.

    Attributes:
        status: its status.
        headers: its headers, without those of the connection.
        body: its body, a JSON object whose messages are examples, or any text.
        messages: by name of a member of the body, its wording: templates by what is wrong in the embedded server's
            words; the one of "" is for all others. `{field}`, `{reference}` and `{instant}` stand for what was sent.

    """

    status: int
    headers: Headers
    body: str
    messages: Messages = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class CreatedResponse:
    """The response to an order that was created, as it was seen.

    Attributes:
        status: its status.
        headers: its headers, without those of the connection and the order.
        more: the members of its body that the contract does not document.

    """

    status: int
    headers: Headers
    more: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Learned:
    """What was learned of a server.

    Attributes:
        behaviour: its choices; those that were not observed are the embedded server's.
        created: its response to an order that was created; None if it was not observed.
        errors: its error responses by the embedded server's name of the outcome, as far as they were observed.
        organisation: the organisation's own values by field; those that are missing are the contract's examples.
        faults: the names of the faults that it has, of those that any server may have besides.

    """

    behaviour: Behaviour = field(default_factory=Behaviour)
    created: CreatedResponse | None = None
    errors: Mapping[str, ErrorResponse] = field(default_factory=lambda: MappingProxyType({}))
    organisation: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[str, ...] = ()


def all_options() -> Mapping[str, tuple[Any, ...]]:
    """Return the options of each choice by its name, the embedded server's first."""
    return {name: (*listed, *FURTHER.get(name, ())) for name, listed in options().items()}
