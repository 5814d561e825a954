"""The embedded server as a target: in this process for plans and proofs, or on a free loopback port."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from orders_conformance.harness.exchange import Failure, Request, Response
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials


def random_credentials() -> Credentials:
    """Make credentials for a server of our own; letters of both cases, so that every way to get them wrong exists."""
    return Credentials(f"Key-{secrets.token_hex(6)}", f"Token-{secrets.token_hex(12)}")


def embedded_service(contract: Contract, credentials: Credentials, kind: type[Service] = Service) -> Service:
    """Open an embedded server that knows these credentials."""
    return kind(contract, client_key=credentials.client_key, api_token=credentials.api_token)


@dataclass
class InProcessTransport:
    """Sends requests to a service in this process; a transport like the one over HTTP, without the wire."""

    service: Service
    path: str
    connections: int = 0

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once; each use of the connection `new` is another one."""
        headers = [("Host", "127.0.0.1"), ("Accept", "application/json"), ("Content-Length", str(len(request.body)))]
        headers += [("Content-Type", request.content_type)] if request.content_type is not None else []
        headers += [("Authorization", request.authorization)] if request.authorization is not None else []
        if connection == "new":
            self.connections += 1
            connection = f"new-{self.connections}"
        response = self.service.handle(ServerRequest("POST", self.path, tuple(headers), request.body, connection))
        if response.wire.drop or response.wire.missing:
            return Failure("dropped", "the connection ended")
        if response.wire.hang:
            return Failure("timeout", "no answer")
        merged: dict[str, str] = {}
        for name, value in response.headers:
            merged[name.lower()] = f"{merged[name.lower()]}, {value}" if name.lower() in merged else value
        return Response(response.status, merged, response.body)
