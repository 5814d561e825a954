"""Servers that reject some orders that the contract leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.service import FieldProblem, Rejection, ServerRequest, Service
from orders_conformance.spec.date_time import parse
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()


class _Limited(Service):
    """Rejects some values that the contract leaves open."""

    def limit(self, field: RequestField, value: Any) -> str | None:
        raise NotImplementedError

    def value_problem(self, field: RequestField, value: Any) -> str | None:
        return super().value_problem(field, value) or self.limit(field, value)


class _TextLimit(_Limited):
    """Rejects some texts."""

    def text_limit(self, value: str) -> str | None:
        raise NotImplementedError

    def limit(self, field: RequestField, value: Any) -> str | None:
        return self.text_limit(value) if isinstance(value, str) else None


class _NumberLimit(_Limited):
    """Rejects some numbers."""

    def number_limit(self, value: Decimal) -> str | None:
        raise NotImplementedError

    def limit(self, field: RequestField, value: Any) -> str | None:
        return self.number_limit(Decimal(value)) if field.type == "number" else None


class _InstantLimit(_Limited):
    """Rejects some date-times."""

    def instant_limit(self, instant: datetime) -> str | None:
        raise NotImplementedError

    def limit(self, field: RequestField, value: Any) -> str | None:
        instant = parse(value) if field.format == "date-time" else None
        return self.instant_limit(instant) if instant else None


@SERVERS.add
class ShortText(_TextLimit):
    """Rejects text of more than 64 characters."""

    def text_limit(self, value: str) -> str | None:
        return "must have at most 64 characters" if len(value) > 64 else None


@SERVERS.add
class NoBlankText(_TextLimit):
    """Rejects text that is empty or begins or ends with white space."""

    def text_limit(self, value: str) -> str | None:
        return "must not be blank" if not value or value != value.strip() else None


@SERVERS.add
class AsciiText(_TextLimit):
    """Rejects text that is not ASCII."""

    def text_limit(self, value: str) -> str | None:
        return None if value.isascii() else "must be ASCII"


@SERVERS.add
class PlainText(_TextLimit):
    """Rejects text with other characters than letters, digits, spaces and a few punctuation marks."""

    def text_limit(self, value: str) -> str | None:
        return None if re.fullmatch(r"[\w .:+,/-]*", value) else "must be plain text"


@SERVERS.add
class NoMarkup(_TextLimit):
    """Rejects text that looks like an attack, as web application firewalls do."""

    def text_limit(self, value: str) -> str | None:
        return "is forbidden" if re.search(r"[<>\x00;]|'|--|\$\{", value) else None


@SERVERS.add
class StrictReferences(_Limited):
    """Rejects references that are not groups of upper-case letters and digits joined by hyphens."""

    def limit(self, field: RequestField, value: Any) -> str | None:
        wrong = field.name == self.reference_field and not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", value)
        return "must be letters and digits" if wrong else None


@SERVERS.add
class ShortReferences(_Limited):
    """Rejects references of fewer than 4 or more than 20 characters."""

    def limit(self, field: RequestField, value: Any) -> str | None:
        wrong = field.name == self.reference_field and not 4 <= len(value) <= 20
        return "must have 4 to 20 characters" if wrong else None


@SERVERS.add
class PriceUnderAMillion(_NumberLimit):
    """Rejects numbers of one million and more."""

    def number_limit(self, value: Decimal) -> str | None:
        return "must be less than 1000000" if value >= 1_000_000 else None


@SERVERS.add
class NoNegativePrice(_NumberLimit):
    """Rejects numbers below zero."""

    def number_limit(self, value: Decimal) -> str | None:
        return "must not be negative" if value < 0 else None


@SERVERS.add
class CentsOnly(_NumberLimit):
    """Rejects numbers with more than two decimals."""

    def number_limit(self, value: Decimal) -> str | None:
        exponent = value.normalize().as_tuple().exponent
        return "must have at most two decimals" if isinstance(exponent, int) and exponent < -2 else None


@SERVERS.add
class NoFuture(_InstantLimit):
    """Rejects date-times in the future."""

    def instant_limit(self, instant: datetime) -> str | None:
        return "must not be in the future" if instant > self.clock() + timedelta(minutes=1) else None


@SERVERS.add
class NotBefore1970(_InstantLimit):
    """Rejects date-times before 1970."""

    def instant_limit(self, instant: datetime) -> str | None:
        return "must not be before 1970" if instant < datetime(1970, 1, 1, tzinfo=UTC) else None


@SERVERS.add
class YearsOfAStamp(_InstantLimit):
    """Rejects date-times that do not fit into a signed 32-bit number of seconds since 1970."""

    def instant_limit(self, instant: datetime) -> str | None:
        seconds = (instant - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
        return None if abs(seconds) < 2**31 else "is out of range"


class _OrganisationOnly(_Limited):
    """Rejects values of some fields that are not the organisation's own."""

    required: ClassVar[bool]

    def limit(self, field: RequestField, value: Any) -> str | None:
        predefined = field.organisation and field.required is self.required
        return (
            f"must be {self.organisation[field.name]}"
            if predefined and value != self.organisation[field.name]
            else None
        )


@SERVERS.add
class OwnCurrencyOnly(_OrganisationOnly):
    """Rejects currencies other than the organisation's own."""

    required = True


@SERVERS.add
class OwnPointOfSaleOnly(_OrganisationOnly):
    """Rejects points of sale that the organisation has not defined."""

    required = False


@SERVERS.add
class ThreeCapitalsCurrency(_Limited):
    """Rejects currencies that are not three upper-case letters."""

    def limit(self, field: RequestField, value: Any) -> str | None:
        is_currency = field.organisation and field.required
        return "must be an ISO 4217 code" if is_currency and not re.fullmatch("[A-Z]{3}", value) else None


class _CardRules(Service):
    """Has rules about payment by card, read from the core schema of the contract."""

    def card(self, order: Mapping[str, Any]) -> tuple[bool, str, bool]:
        """Return whether an order is paid by card, the field of the card type, and whether the order has it."""
        core = self.contract.extension.core.schema
        ((paid_by, rule),) = core["if"]["properties"].items()
        (card,) = core["then"]["required"]
        return order.get(paid_by) == rule["const"], card, card in order


@SERVERS.add
class CardNeedsType(_CardRules):
    """Rejects payment by card without a card type."""

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        by_card, field, named = self.card(order)
        return super().problems(order) + ((FieldProblem(field, "is required"),) if by_card and not named else ())


@SERVERS.add
class TypeNeedsCard(_CardRules):
    """Rejects a card type where the payment is not by card."""

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        by_card, field, named = self.card(order)
        return super().problems(order) + ((FieldProblem(field, "is not allowed"),) if named and not by_card else ())


@SERVERS.add
class Chronological(Service):
    """Rejects date-times that are not in chronological order."""

    def problems(self, order: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
        chronology = self.contract.extension.core.chronology
        present = [(name, instant) for name in chronology if (instant := parse(order.get(name)))]
        late = [FieldProblem(late, f"is before {early}") for (early, e), (late, i) in pairwise(present) if i < e]
        return super().problems(order) + tuple(late)


@SERVERS.add
class UnknownPropertiesRefused(Service):
    """Rejects undocumented properties."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in order if name not in self.contract.fields]
        if unknown:
            raise Rejection(outcome="rejected", message=f"{unknown[0]}: is not known.")
        return super().normalise(order)


@SERVERS.add
class NullRefused(Service):
    """Rejects null for an optional field."""

    def normalise(self, order: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in order.items() if name in self.contract.fields}


@SERVERS.add
class SmallBodies(Service):
    """Rejects bodies of more than 10 kilobytes."""

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        if len(request.body) > 10_000:
            raise Rejection(outcome="rejected", message="The body is too long.")
        return super().decode(request)


@SERVERS.add
class RepeatedNamesRefused(Service):
    """Rejects JSON objects in which a name occurs twice."""

    def decode(self, request: ServerRequest) -> dict[str, Any]:
        order = super().decode(request)
        repeated = [
            name for name in order if request.body.count(f'"{name}"'.encode()) > 1 and name in self.contract.fields
        ]
        if repeated:
            raise Rejection(outcome="rejected", message=f"{repeated[0]}: occurs twice.")
        return order
