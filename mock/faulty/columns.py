"""Servers that fail with 500 on a value of one field that passes their validation, but that they cannot store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.service import ServerRequest, ServerResponse, Service

SERVERS = Catalogue()


class _CannotStore(Service):
    """Responds with 500 to a valid order with some values of one field."""

    field: ClassVar[str]
    fails_on: ClassVar[Callable[[Any], bool]]

    def create(self, order: dict[str, Any], request: ServerRequest) -> ServerResponse:
        normal = self.normalise(order)
        if not self.problems(normal) and self.field in normal and type(self).fails_on(normal[self.field]):
            return ServerResponse(500, (("Content-Type", "application/json"),), b'{"code":500}')
        return super().create(order, request)


_VALUES: tuple[tuple[str, str, Callable[[Any], bool], str], ...] = (
    ("LongPointOfSale", "pointOfSale", lambda value: len(value) > 255, "a point of sale of more than 255 characters"),
    ("LongCurrency", "currencyCode", lambda value: len(value) > 10, "a currency of more than ten characters"),
    ("EmptyCurrency", "currencyCode", lambda value: not value, "an empty currency"),
    ("BlankPointOfSale", "pointOfSale", lambda value: value.isspace(), "a blank point of sale"),
    ("EmptyCardType", "cardType", lambda value: not value, "an empty card type"),
    ("LongReference", "referenceId", lambda value: len(value) > 1000, "a reference of more than 1,000 characters"),
    ("BlankPaymentType", "paymentType", lambda value: value.isspace(), "a blank payment type"),
    ("HugePrice", "price", lambda value: abs(value) >= 10**18, "a price of 18 digits and more"),
)
for _name, _field, _fails_on, _what in _VALUES:
    add_server(
        SERVERS,
        _CannotStore,
        f"CannotStore{_name}",
        f"Responds with 500 to {_what}.",
        ("create/any/no-5xx",),
        field=_field,
        fails_on=staticmethod(_fails_on),
    )
