"""Servers that spend the disk, the memory and the time of who asks them; otherwise they are the embedded one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from orders_conformance.mock.messages import ServerRequest, ServerResponse
from orders_conformance.mock.service import Service

# Just what the client reads of a body, and of headers.
_BODY, _HEADERS = 1_000_000, 250_000


def _with_members(response: ServerResponse, members: Mapping[str, Any]) -> ServerResponse:
    try:
        body = json.loads(response.body)
    except ValueError:
        return response
    return replace(response, body=json.dumps({**body, **members}).encode())


class Padded(Service):
    """Adds a member of a megabyte to each response."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        return _with_members(super().handle(request), {"padding": "x" * _BODY})


class LongMessages(Service):
    """Has messages of 900 kB, each another one."""

    def set_up(self) -> None:
        """Count the messages."""
        super().set_up()
        self.numbers = count()

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        return _with_members(
            response, {"message": f"{next(self.numbers)} com." * 90_000} if response.status > 201 else {}
        )


class LongReferences(Service):
    """Has a ref and a link of 400 kB for each order."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        if response.status != 201:
            return response
        ref = f"{json.loads(response.body)['ref']}-{'r' * 400_000}"
        return _with_members(response, {"ref": ref, "href": f"https://api.example.com/v2.1/orders/{ref}"})


class LongHeaders(Service):
    """Adds headers of 250 kB to each response, with cookies among them."""

    def set_up(self) -> None:
        """Count the responses."""
        super().set_up()
        self.numbers = count()

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response, number = super().handle(request), next(self.numbers)
        extra = tuple((f"X-Padding-{one}", "x" * (_HEADERS // 8)) for one in range(6))
        cookies = tuple(("Set-Cookie", f"c{number}-{one}={'x' * 1000}") for one in range(40))
        return replace(response, headers=(*response.headers, *extra, *cookies))


class TooManyHeaders(Service):
    """Adds 90 headers of 64 kB to each response."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        extra = tuple((f"X-Padding-{one}", "x" * 64_000) for one in range(90))
        return replace(response, headers=(*response.headers, *extra))


class NothingRight(Service):
    """Accepts everything with a megabyte of control characters that is not JSON."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        return replace(response, status=201, body=b"\x01" * _BODY)


class EverythingWrong(Service):
    """Has every field of a response wrong, with long texts that stack traces begin like."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        try:
            names = json.loads(response.body)
        except ValueError:
            return response
        body = {name: ["com.", "at /", name] * (_BODY // 20 // len(names)) for name in names}
        return replace(response, body=json.dumps(body).encode())


class ManyValues(Service):
    """Adds a list of 300,000 empty lists to each response."""

    def handle(self, request: ServerRequest) -> ServerResponse:
        """Answer a request."""
        response = super().handle(request)
        return replace(response, body=response.body.rstrip()[:-1] + b',"padding":[' + b"[]," * 300_000 + b"1]}")


PADDED = (Padded, LongMessages, LongReferences, LongHeaders, TooManyHeaders, NothingRight, EverythingWrong, ManyValues)
