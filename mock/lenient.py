"""A variant of the embedded server that accepts every value whose handling no page states."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orders_conformance.mock.instants import Instant, read_instant
from orders_conformance.mock.json_text import read_json
from orders_conformance.mock.rejection import FieldProblem, Rejection
from orders_conformance.mock.service import ServerRequest, Service
from orders_conformance.spec.fields import RequestField

Number = int | float | Decimal


class Lenient(Service):
    """Accepts every value whose handling no page states, and returns it as it was sent.

    Invalid values are rejected as the embedded server does. A variant overrides how values are stored and written:
    `stored_text`, `stored_instant` and `stored_number`, which raise `ValueError` for what cannot be stored, and
    `written_instant` and `written_number`.
    """

    def accepts_media_type(self, request: ServerRequest) -> bool:
        """Return whether the media type is JSON, ends in +json, or is missing."""
        named = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        return not named or named.endswith("+json") or super().accepts_media_type(request)

    def read(self, content: bytes) -> Any:
        """Read a JSON document; halves of surrogate pairs are allowed."""
        return read_json(content, unpaired=True)

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        """Return what is wrong with the value of a field; None where it is valid."""
        if field.format == "date-time" and read_instant(value):
            return None
        return super().value_problem(field, value)

    # How values are stored.

    def stored_text(self, value: str) -> str:
        """Return a text as it is stored."""
        return value

    def stored_instant(self, instant: Instant) -> Instant:
        """Return an instant as it is stored."""
        return instant

    def stored_number(self, value: Number) -> Number:
        """Return a number as it is stored."""
        return value

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:  # noqa: ARG002 - as the service's
        """Return the key of an order by its stored values."""
        return self.stored_text(order[self.reference_field]), self.microseconds(order)

    def microseconds(self, order: Mapping[str, Any]) -> int:
        """Return the stored instant of an order, in microseconds since 1970."""
        instant = read_instant(order[self.instant_field])
        return self.stored_instant(instant).microseconds if instant else 0

    # How values are written.

    def written_instant(self, instant: Instant, given: str) -> str:  # noqa: ARG002 - for variants
        """Return how a stored instant is written; `given` is the text that was sent, or the server's own time."""
        return given

    def written_number(self, value: Number) -> Number:
        """Return how a stored number is written."""
        return value

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        """Return the record of a new order as it is stored and written.

        Raises:
            Rejection: a value cannot be stored or written.

        """
        record = super().created(order, request)
        for field in self.contract.fields.values():
            if field.name in record:
                try:
                    record[field.name] = self._written(field, record[field.name])
                except ValueError:
                    problem = FieldProblem(field.name, "cannot be stored")
                    raise Rejection(outcome="rejected", message=self.message((problem,))) from None
        return record

    def _written(self, field: RequestField, value: Any) -> Any:
        if field.format == "date-time":
            instant = read_instant(value)
            return self.written_instant(self.stored_instant(instant), value) if instant else value
        if field.type == "number":
            return self.written_number(self.stored_number(value))
        return value if field.enum or not isinstance(value, str) else self.stored_text(value)
