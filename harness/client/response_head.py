"""The head of a response: its headers as the rest of the suite has them, and what RFC 9112 forbids in it."""

from __future__ import annotations

import h11

from orders_conformance.harness.messages.exchange import Failure


class NoResponseError(Exception):
    """There is no response, for the reason of `failure`."""

    def __init__(self, failure: Failure) -> None:
        """Create the error for a failure."""
        super().__init__(failure.detail)
        self.failure = failure


def merged_headers(head: h11.Response) -> dict[str, str]:
    """Return the headers with repeated ones joined, in the order of their first occurrence."""
    merged: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        merged[name] = f"{merged[name]}, {value}" if name in merged else value
    return merged


def check_framing(head: h11.Response) -> None:
    """Check what h11 accepts and RFC 9112 forbids.

    Raises:
        NoResponseError: it is forbidden.

    """
    names = {name for name, _value in head.headers}
    if not head.http_version.startswith(b"1."):
        raise NoResponseError(Failure("protocol", "the version of the response is not HTTP/1.1"))
    if b"transfer-encoding" in names and head.http_version == b"1.0":
        raise NoResponseError(Failure("protocol", "a response of HTTP/1.0 with Transfer-Encoding (RFC 9112, 6.1)"))
    if {b"transfer-encoding", b"content-length"} <= names:
        raise NoResponseError(
            Failure("protocol", "a response with Transfer-Encoding and Content-Length (RFC 9112, 6.2)")
        )
