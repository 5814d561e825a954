"""How much of a message the record keeps: a server decides how much it sends, not how much of the disk that takes.

A message is kept whole up to a limit, which is higher where it is evidence against the server or may become it. Of a
longer one the record has the beginning, the length and the digest. A record that has reached its own limit gets no more
than that of any message; its other events are always written. No verdict depends on what is kept.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

_MIB = 1024 * 1024
# Bytes of a body, and of all headers, that are kept whole: ordinary ones, and evidence.
ORDINARY, EVIDENCE = 16 * 1024, 64 * 1024
# Bytes that are kept of a longer one, and of a request whose response is not kept at all.
_BEGINNING = 1024
# Bytes in JSON of one byte, at most: a control character becomes six.
_ESCAPED = 6
# What is kept for the events that are always written: verdicts, findings, and exchanges without their messages.
RESERVE = 8 * _MIB

# How the note about exchanges without their messages begins.
LIMIT_REACHED = "the record reached its limit"

Headers = Sequence[tuple[str, str]]


@dataclass
class Recording:
    """Decides how much of the messages of one run is recorded.

    Attributes:
        most: the most bytes of the record; None for no limit.
        written: returns the bytes of the record so far.
        omitted: how many exchanges came when the record had reached its limit.

    """

    most: int | None = None
    written: Callable[[], int] = lambda: 0
    omitted: int = field(default=0, init=False)

    def limit(self, sizes: Sequence[int], *, evidence: bool) -> int:
        """Return how many bytes of body and headers are kept whole; 0 where the record has reached its limit.

        Args:
            sizes: the bytes of the headers and bodies of one exchange.
            evidence: whether it is or may become evidence against the server.

        """
        limit = EVIDENCE if evidence else ORDINARY
        needed = _ESCAPED * sum(min(size, limit) for size in sizes)
        if self.most is not None and self.written() + needed > self.most - RESERVE:
            self.omitted += 1
            return 0
        return limit

    @staticmethod
    def body(content: bytes, limit: int) -> dict[str, Any]:
        """Return a body for the record: whole, or its beginning, its length and its digest."""
        if len(content) <= limit:
            return _text(content, content)
        beginning = content[: _BEGINNING if limit else 0]
        return {**_text(beginning, content), "length": len(content), "digest": f"sha256:{sha256(content).hexdigest()}"}

    @staticmethod
    def headers(headers: Headers, limit: int) -> dict[str, Any]:
        """Return headers for the record: whole, or the beginnings of the first ones, and what they were."""
        size = size_of(headers)
        if size <= limit:
            return {"headers": [list(pair) for pair in headers]}
        whole = "\n".join(f"{name}: {value}" for name, value in headers).encode("utf-8", "replace")
        kept: list[list[str]] = []
        left = _BEGINNING if limit else 0
        for name, value in headers:
            if left <= 0:
                break
            kept.append([name[:left], value[: max(0, left - len(name))]])
            left -= len(name) + len(value)
        digest = f"sha256:{sha256(whole).hexdigest()}"
        return {"headers": kept, "headers_cut": {"lines": len(headers), "length": size, "digest": digest}}

    def note(self) -> str | None:
        """Return a sentence about exchanges without their messages; None where there are none."""
        if self.omitted:
            most = (self.most or 0) // _MIB
            return (
                f"{LIMIT_REACHED} of {most} MiB: of {self.omitted} exchanges it has only status, lengths "
                "and digests; allow more with --max-record"
            )
        return None


def size_of(headers: Headers) -> int:
    """Return the characters of names and values."""
    return sum(len(name) + len(value) for name, value in headers)


def _text(content: bytes, whole: bytes) -> dict[str, Any]:
    """Return the beginning of a body as text if the whole body is UTF-8, else as base64."""
    try:
        whole.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
    # The last character may be cut.
    return {"text": content.decode(errors="ignore")}
