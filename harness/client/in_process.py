"""The embedded server in this process: its credentials, and a transport without a network."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.service import Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials


def random_credentials() -> Credentials:
    """Return random credentials for an embedded server; with letters of both cases, so that every variant exists."""
    return Credentials(f"Key-{secrets.token_hex(6)}", f"Token-{secrets.token_hex(12)}")


def embedded_service(contract: Contract, credentials: Credentials, kind: type[Service] = Service) -> Service:
    """Create an embedded server with these credentials; `kind` may be a variant."""
    return kind(contract, client_key=credentials.client_key, api_token=credentials.api_token)


def sent_headers(request: Request) -> dict[str, str]:
    """Return the headers of a request that vary between requests, as a record has them."""
    varying = {
        "Content-Type": request.content_type,
        "Authorization": request.authorization,
        "Cookie": request.cookie,
    }
    return {name: value for name, value in varying.items() if value is not None}


@dataclass
class InProcessTransport:
    """A transport to a service in this process; `connections` counts the uses of the connection `new`."""

    service: Service
    path: str
    connections: int = 0

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        """Send a request once; each use of the connection `new` is a new connection."""
        headers = [("Host", "127.0.0.1"), ("Accept", "application/json"), ("Content-Length", str(len(request.body)))]
        headers += [("Content-Type", request.content_type)] if request.content_type is not None else []
        headers += [("Authorization", request.authorization)] if request.authorization is not None else []
        headers += [("Cookie", request.cookie)] if request.cookie is not None else []
        headers += [(request.forced.name, request.forced.value)] if request.forced is not None else []
        if connection == "new":
            self.connections += 1
            connection = f"new-{self.connections}"
        response = self.service.handle(ServerRequest("POST", self.path, tuple(headers), request.body, connection))
        if response.wire.drop or response.wire.missing:
            return Failure("dropped", "the connection ended")
        if response.wire.hang:
            return Failure("timeout", "no response")
        merged: dict[str, str] = {}
        for name, value in response.headers:
            merged[name.lower()] = f"{merged[name.lower()]}, {value}" if name.lower() in merged else value
        return Response(response.status, merged, response.body)
