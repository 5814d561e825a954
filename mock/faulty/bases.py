"""Base classes of faulty servers, and `add_server` for those that are made in a loop, one for each field or value."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.service import FieldProblem, Result, ServerRequest, Service
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.date_time import parse
from orders_conformance.spec.fields import RequestField, ResponseField

CONTRACT = Contract.load()


def add_server(
    servers: Catalogue, base: type[Service], name: str, description: str, breaks: tuple[str, ...], **attributes: Any
) -> None:
    """Make a faulty server as a subclass, and add it to a catalogue.

    Args:
        servers: the catalogue to add it to.
        base: its base class, which has the fault.
        name: its name as words, in any case, separated by spaces, dots or underscores.
        description: its docstring: what it does wrong.
        breaks: the requirements that it breaks.
        attributes: the class attributes that are the parameters of the fault.

    """
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    attributes |= {"__doc__": description, "__module__": base.__module__, "breaks": breaks}
    servers.add(type("".join(word.capitalize() for word in words), (base,), attributes))


def plain_value(service: Service, field: RequestField) -> Any:
    """Return a valid value for a field; a new one where the field is the reference."""
    return f"X{uuid.uuid4().hex[:10].upper()}" if field.name == service.reference_field else field.examples[0]


class Altered(Service):
    """Alters the body of the responses with one outcome."""

    outcome: ClassVar[Result] = "created"

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the altered body."""
        raise NotImplementedError

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> Any:
        return super().respond(outcome, self.alter(dict(body)) if outcome == self.outcome else body, request)


class ChangedEcho(Altered):
    """Returns wrong values for fields that must echo the order; other fields of the response are unchanged."""

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        """Return what the response has instead of a value."""
        raise NotImplementedError

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        for field in self.contract.responses[self.statuses["created"]].fields:
            if field.echo and body.get(field.name) is not None:
                body[field.name] = self.changed_value(field, body[field.name])
        return body


class ChangedInstants(ChangedEcho):
    """Returns wrong date-times for one field."""

    field: ClassVar[str] = "orderedAt"

    def instant(self, value: datetime, written: str) -> Any:
        """Return what the response has instead of a date-time, given as an instant and as text."""
        raise NotImplementedError

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        instant = parse(value) if field.name == self.field else None
        return self.instant(instant, value) if instant else value


class ChangedNumbers(ChangedEcho):
    """Returns wrong numbers."""

    def number(self, value: Decimal) -> Any:
        """Return what the response has instead of a number."""
        raise NotImplementedError

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return self.number(Decimal(value)) if field.type == "number" else value


class ChangedText(ChangedEcho):
    """Returns wrong text in fields that have neither a format nor an enum."""

    def text(self, value: str) -> Any:
        """Return what the response has instead of a text."""
        raise NotImplementedError

    def changed_value(self, field: ResponseField, value: Any) -> Any:
        return self.text(value) if field.type == "string" and not field.format and not field.enum else value


class Lenient(Service):
    """Corrects invalid values instead of rejecting them."""

    def correct(self, field: RequestField, value: Any) -> Any:
        """Return the value that is validated instead of one."""
        raise NotImplementedError

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        return {name: self.correct(fields[name], value) for name, value in super().normalise(order).items()}


class RejectsValid(Service):
    """Rejects orders that are valid."""

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        """Return the name of the field that is reported as invalid; None to accept the order."""
        raise NotImplementedError

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        found = super().problems(order)
        rejected = None if found else self.field_to_reject(order)
        return (FieldProblem(rejected, "is not allowed"),) if rejected else found


class RejectsValidInstants(RejectsValid):
    """Rejects valid date-times of one field."""

    field: ClassVar[str] = "orderedAt"

    def rejects_instant(self, instant: datetime, written: str) -> bool:
        """Return whether a date-time, given as an instant and as text, is rejected."""
        raise NotImplementedError

    def field_to_reject(self, order: Mapping[str, Any]) -> str | None:
        written = order.get(self.field)
        instant = parse(written)
        return self.field if instant and written and self.rejects_instant(instant, written) else None
