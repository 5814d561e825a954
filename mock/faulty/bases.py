"""What many faulty servers have in common, and how those are made that come in rows, one for each name or value."""

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


def of_row(
    servers: Catalogue, base: type[Service], name: str, lie: str, breaks: tuple[str, ...], **attributes: Any
) -> None:
    """Add a faulty server that is one of a row.

    Args:
        servers: the catalogue to add it to.
        base: what the row has in common.
        name: its name as words, in any case, with blanks, dots and underscores between them.
        lie: the docstring.
        breaks: the requirements that it breaks.
        attributes: what sets it apart from the others of the row.

    """
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    attributes |= {"__doc__": lie, "__module__": base.__module__, "breaks": breaks}
    servers.add(type("".join(word.capitalize() for word in words), (base,), attributes))


def plain_value(service: Service, field: RequestField) -> Any:
    """Make a valid value for a field; a new one where it is the reference."""
    return f"X{uuid.uuid4().hex[:10].upper()}" if field.name == service.reference_field else field.examples[0]


class Altered(Service):
    """Alters the body of one kind of reply."""

    outcome: ClassVar[Result] = "created"

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        """Say how."""
        raise NotImplementedError

    def respond(self, outcome: Result, body: dict[str, Any], request: ServerRequest) -> Any:
        return super().respond(outcome, self.alter(dict(body)) if outcome == self.outcome else body, request)


class Garbling(Altered):
    """Repeats values of the order wrongly; fields that the answer has for other reasons are left alone."""

    def garble(self, field: ResponseField, value: Any) -> Any:
        """Say what becomes of a value."""
        raise NotImplementedError

    def alter(self, body: dict[str, Any]) -> dict[str, Any]:
        for field in self.contract.responses[self.statuses["created"]].fields:
            if field.echo and body.get(field.name) is not None:
                body[field.name] = self.garble(field, body[field.name])
        return body


class GarblingInstants(Garbling):
    """Repeats instants wrongly, all of them or those of one field."""

    field: ClassVar[str] = "orderedAt"

    def instant(self, value: datetime, written: str) -> Any:
        """Say what becomes of an instant."""
        raise NotImplementedError

    def garble(self, field: ResponseField, value: Any) -> Any:
        instant = parse(value) if field.name == self.field else None
        return self.instant(instant, value) if instant else value


class GarblingPrice(Garbling):
    """Repeats numbers wrongly."""

    def number(self, value: Decimal) -> Any:
        """Say what becomes of a number."""
        raise NotImplementedError

    def garble(self, field: ResponseField, value: Any) -> Any:
        return self.number(Decimal(value)) if field.type == "number" else value


class GarblingText(Garbling):
    """Repeats text wrongly that is neither an instant nor one of a list of values."""

    def text(self, value: str) -> Any:
        """Say what becomes of a text."""
        raise NotImplementedError

    def garble(self, field: ResponseField, value: Any) -> Any:
        return self.text(value) if field.type == "string" and not field.format and not field.enum else value


class Lenient(Service):
    """Mends values that are wrong instead of refusing them."""

    def mend(self, field: RequestField, value: Any) -> Any:
        """Say what a value becomes before it is validated."""
        raise NotImplementedError

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        fields = self.contract.fields
        return {name: self.mend(fields[name], value) for name, value in super().normalise(order).items()}


class Picky(Service):
    """Refuses orders that are valid."""

    def dislikes(self, order: Mapping[str, Any]) -> str | None:
        """Name the field that is disliked, if any."""
        raise NotImplementedError

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        found = super().problems(order)
        disliked = None if found else self.dislikes(order)
        return (FieldProblem(disliked, "is not allowed"),) if disliked else found


class PickyInstants(Picky):
    """Refuses valid instants of one field."""

    field: ClassVar[str] = "orderedAt"

    def dislikes_instant(self, instant: datetime, written: str) -> bool:
        """Whether an instant is refused."""
        raise NotImplementedError

    def dislikes(self, order: Mapping[str, Any]) -> str | None:
        written = order.get(self.field)
        instant = parse(written)
        return self.field if instant and written and self.dislikes_instant(instant, written) else None
