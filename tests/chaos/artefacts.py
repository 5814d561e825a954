"""What is left of a run, read without the help of the harness: its ledger, and whether a secret is in any file."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from orders_conformance.harness.client.in_process import embedded_service
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service
from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials

Key = tuple[str, int]


class ObservableService(Service):
    """The embedded server, which tells more of itself.

    Attributes:
        held: the key of every order that it holds.
        wrong_credentials_in_a_row: the most requests in a row that had wrong credentials.

    """

    def set_up(self) -> None:
        """Begin with no order."""
        self.held: list[Key] = []
        self.wrong_credentials_in_a_row = 0
        self._in_a_row = 0

    def is_authenticated(self, request: ServerRequest) -> bool:
        """Say whether a request has the right credentials; note how many had wrong ones in a row."""
        admitted = super().is_authenticated(request)
        # Who shows no credentials at all does not try to get into an account.
        self._in_a_row = 0 if admitted else self._in_a_row + (request.header("Authorization") is not None)
        self.wrong_credentials_in_a_row = max(self.wrong_credentials_in_a_row, self._in_a_row)
        return admitted

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        """Store an order and note its key."""
        stored = super().store(order, record, request)
        if stored:
            self.held.append(self.key(order, request))
        return stored


class CarelessService(ObservableService):
    """A server that stores an order before it validates it: what it rejects is there all the same."""

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        """Create an order; store it as well if it is rejected."""
        read = self.normalise(order)
        if self.problems(read) and self.has_key(read):
            self.store(read, {self.ref_field: self.new_ref(read)}, request)
        return super().create(order, request)


def observable_service(
    contract: Contract, credentials: Credentials, kind: type[ObservableService] = ObservableService
) -> ObservableService:
    """Open such a server."""
    service = embedded_service(contract, credentials, kind)
    assert isinstance(service, ObservableService)
    return service


def events(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a ledger that are whole."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def missing_from_ledger(path: Path, service: ObservableService) -> list[Key]:
    """List the orders that a server holds and for which a ledger has no intent with the same key."""
    intents = [event["order"] for event in events(path) if event["type"] == "intent"]
    names = (service.reference_field, service.instant_field)
    known = {(sent[names[0]], service.microseconds(sent)) for sent in intents if all(name in sent for name in names)}
    return [key for key in service.held if key not in known]


def files_with_secrets(paths: Iterable[Path], credentials: Credentials) -> list[str]:
    """Name the files that hold the token, the key or their pair, in any form."""
    forms = _forms(credentials)
    return [path.name for path in paths if any(form in path.read_bytes() for form in forms)]


def _forms(credentials: Credentials) -> Collection[bytes]:
    key, token = credentials.client_key, credentials.api_token
    plain = [key, token, f"{key}:{token}"]
    bases = [
        encode(text.encode()).decode() for text in plain for encode in (base64.b64encode, base64.urlsafe_b64encode)
    ]
    texts = {*plain, *bases, *(one.rstrip("=") for one in bases)}
    texts |= {change(text) for text in texts for change in (quote, quote_plus, escape, lambda one: quote(one, safe=""))}
    texts |= {json.dumps(text)[1:-1] for text in texts}
    return {text.encode() for text in texts}
