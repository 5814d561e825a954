"""A client of a service in this process, for tests."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.contract import Contract

KEY, TOKEN = "Key-0f3a", "Token-9C1b7d"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def basic(user: str, password: str) -> str:
    """Make an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def opened(contract: Contract, kind: type[Service] = Service) -> Service:
    """Open a service whose clock stands still."""
    return kind(contract, client_key=KEY, api_token=TOKEN, clock=lambda: NOW)


@dataclass(frozen=True)
class Client:
    """Sends requests to a service."""

    service: Service

    def send(  # noqa: PLR0913 - the parts of a request
        self,
        body: object,
        *,
        authorization: str | None = basic(KEY, TOKEN),
        media_type: str | None = "application/json",
        connection: str = "main",
        method: str = "POST",
        cookie: str | None = None,
    ) -> ServerResponse:
        """Send an order, or the bytes of one."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [("Host", "127.0.0.1")]
        headers += [("Authorization", authorization)] if authorization is not None else []
        headers += [("Content-Type", media_type)] if media_type is not None else []
        headers += [("Cookie", cookie)] if cookie is not None else []
        return self.service.handle(
            ServerRequest(method, self.service.contract.path, tuple(headers), content, connection)
        )

    def get(self, path: str, method: str = "GET") -> ServerResponse:
        """Send a request without a body."""
        return self.service.handle(ServerRequest(method, path, (("Authorization", basic(KEY, TOKEN)),), b""))


def example(contract: Contract) -> dict[str, Any]:
    """Make an order that has every field."""
    return {field.name: field.examples[0] for field in contract.fields.values()}


def minimal(contract: Contract) -> dict[str, Any]:
    """Make an order that has the required fields only."""
    return {field.name: field.examples[0] for field in contract.fields.values() if field.required}


def read(response: ServerResponse) -> Any:
    """Read the body of a reply."""
    return json.loads(response.body)
