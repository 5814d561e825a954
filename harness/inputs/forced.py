"""Read the header by which a mock is asked for a response with a status."""

from __future__ import annotations

import re

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.strategies.forced import STATUS, ForcedHeader

# A token, and visible characters with blanks within (RFC 9110, 5.1 and 5.5); other letters have no common encoding.
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[!-~](?:[ !-~]{0,498}[!-~])?")
_EXAMPLE = f"Specmatic-Response-Code: {STATUS}"
# What a request has in any case, or what would change how it is read.
_TAKEN = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "host", "user-agent", "accept", "accept-encoding"),
        *("content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"),
        *("expect", "te", "trailer", "upgrade", "proxy-connection"),
    }
)


def read_forced(text: str | None) -> ForcedHeader | None:
    """Return the header of `--force`, written as `Name: value with {status}`; None where none is given.

    Raises:
        InvalidInputError: it is not written so, or a request has a header of that name in any case.

    """
    if text is None:
        return None
    name, separator, value = text.partition(":")
    template = value.strip(" ")
    if not (separator and _is_header(name, template)) or template.count(STATUS) != 1:
        message = f"--force {text!r} is no header with {STATUS} once in its value: write one like '{_EXAMPLE}'"
        raise InvalidInputError(message)
    if name.lower() in _TAKEN:
        message = f"--force cannot set the header {name}, which the suite sets itself: name the one that the mock reads"
        raise InvalidInputError(message)
    return ForcedHeader(name, template)


def is_sendable(name: str, value: str) -> bool:
    """Whether a header of a record can be sent again, and is none that the suite sets itself."""
    return _is_header(name, value) and name.lower() not in _TAKEN


def _is_header(name: str, value: str) -> bool:
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value))
