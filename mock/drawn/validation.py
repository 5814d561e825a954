"""Validation of an order by the choices of a server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar

from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.drawn.instants import read_instant
from orders_conformance.mock.drawn.values import instant_problem, number_problem, reference_problem, text_problem
from orders_conformance.mock.drawn.wording import problems_message
from orders_conformance.mock.rejection import FieldProblem
from orders_conformance.mock.service import Service
from orders_conformance.mock.validation import enum_problem, type_problem
from orders_conformance.spec.fields import RequestField


class Validating(Service):
    """A server that validates orders by its choices.

    Attributes:
        behaviour: the choices.

    """

    behaviour: ClassVar[Behaviour]

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        found = super().problems(order) + tuple(self.order_problems(order))
        return {"all": found, "first": found[:1], "last": found[-1:]}[self.behaviour.problems_reported]

    def order_problems(self, order: Mapping[str, Any]) -> Iterator[FieldProblem]:
        """Yield what is wrong with fields that are valid on their own."""
        core = self.contract.extension.core
        ((paid_by, rule),) = core.schema["if"]["properties"].items()
        (card,) = core.schema["then"]["required"]
        by_card = order.get(paid_by) == rule["const"]
        if self.behaviour.card_type_needed and by_card and card not in order:
            yield FieldProblem(card, "is required")
        if self.behaviour.card_type_restricted and card in order and not by_card:
            yield FieldProblem(card, "is not allowed")
        if self.behaviour.chronological:
            present = [(name, instant) for name in core.chronology if (instant := read_instant(order.get(name)))]
            for (early, one), (late, other) in pairwise(present):
                if other.microseconds < one.microseconds:
                    yield FieldProblem(late, f"is before {early}")

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return type_problem(field, value) or enum_problem(field, value) or self.choice_problem(field, value)

    def choice_problem(self, field: RequestField, value: Any) -> str | None:
        """Return why the choices reject a value of the right type; None where they accept it."""
        if field.enum:
            return None
        if field.format == "date-time":
            instant = read_instant(value)
            if instant is None:
                return "must be a date and time as RFC 3339 has it"
            return instant_problem(instant, self.behaviour, int(self.clock().timestamp()))
        if field.type == "number":
            return number_problem(value, self.behaviour)
        return text_problem(value, self.behaviour) or self.own_problem(field, value)

    def own_problem(self, field: RequestField, value: str) -> str | None:
        """Return why a text is rejected as a reference or as a value of the organisation."""
        if field.name == self.reference_field:
            return reference_problem(value, self.behaviour)
        if not field.organisation:
            return None
        rule = self.behaviour.currencies if field.required else self.behaviour.points_of_sale
        if rule == "three capitals":
            return None if re.fullmatch("[A-Z]{3}", value) else "must be an ISO 4217 code"
        own = self.organisation[field.name]
        return f"must be {own}" if rule == "own" and value != own else None

    def message(self, problems: tuple[FieldProblem, ...]) -> str:
        return problems_message(problems, self.behaviour.wording)
