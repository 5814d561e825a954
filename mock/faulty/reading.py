"""Faults in which bodies are read that are not JSON, or that few senders write."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isinf
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.mock.validation import is_of_type

SERVERS = Catalogue()


class _Reads(Service):
    """Reads a body after it was corrected."""

    correct: ClassVar[Callable[[bytes], bytes]]

    def read(self, content: bytes) -> Any:
        return super().read(type(self).correct(content))


def _from_utf_16(content: bytes) -> bytes:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16", errors="replace").encode() if marked else content


_READ: Mapping[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "reads UTF 16": (_from_utf_16, "Reads a body in UTF-16.", "create/request/body/not-utf-8"),
    "reads leading dots": (
        lambda content: re.sub(rb"(:\s*)\.(?=\d)", rb"\g<1>0.", content),
        "Reads numbers without a digit before the point.",
        "create/request/body/malformed",
    ),
    "reads leading zeros": (
        lambda content: re.sub(rb'(":\s*)0+(?=\d)', rb"\1", content),
        "Reads numbers with zeros ahead of them.",
        "create/request/body/malformed",
    ),
}
for _name, (_correct, _doc, _broken) in _READ.items():
    add_server(SERVERS, _Reads, _name, _doc, (_broken,), correct=staticmethod(_correct))


@SERVERS.add
class StumblesOverInfiniteNumbers(Service):
    """Responds with 500 to a number too large for a double."""

    breaks = ("create/any/no-5xx",)

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        if any(is_of_type(value, "number") and isinf(float(value)) for value in order.values()):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)
