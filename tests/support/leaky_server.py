"""A server that discloses the credentials of the tests."""

from __future__ import annotations

from typing import Any

from orders_conformance.harness.redaction.redactor import Redactor
from orders_conformance.mock.service import Result, ServerRequest, ServerResponse, Service
from tests.support.command import CREDENTIALS


class RepeatsTheToken(Service):
    """Repeats key and token in headers and in every text of a body, as they are and as they came."""

    def set_up(self) -> None:
        """Prepare what is told."""
        forms = [self.api_token, f"{self.client_key}:{self.api_token}", *Redactor(CREDENTIALS).secrets]
        self.told = " ".join(forms)

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> ServerResponse:
        texts = (*self.message_fields, self.reference_field, self.ref_field, self.link_field)
        return super().respond(
            outcome, {name: f"{value}{self.told}" if name in texts else value for name, value in body.items()}, request
        )

    def headers(self, outcome: Result) -> tuple[tuple[str, str], ...]:
        return (
            ("X-Debug", self.told),
            *((name, f"{value}; x={self.told}") for name, value in super().headers(outcome)),
        )
