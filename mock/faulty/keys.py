"""Faults in what makes an order the same order: keys that are too narrow, and keys that are too wide."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import of_row
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import ServerRequest, Service

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)
_WIDE = ("create/409/only-duplicates",)
_DAY = timedelta(days=1) // timedelta(microseconds=1)


class _Keyed(Service):
    """Takes other orders for the same than the contract does."""

    key_of: ClassVar[Callable[[Service, Mapping[str, Any], ServerRequest, str, int], tuple[str, int]]]

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        return type(self).key_of(self, order, request, *super().key(order, request))


def _with(service: Service, order: Mapping[str, Any], *fields: str) -> str:
    """Write down the values of some fields; all that are not part of the key, where none is named."""
    names = fields or tuple(set(service.contract.fields) - {service.reference_field, service.instant_field})
    return write_json({name: order.get(name) for name in sorted(names)})


_KEYS: Mapping[
    str, tuple[Callable[[Service, Mapping[str, Any], ServerRequest, str, int], tuple[str, int]], str, tuple[str, ...]]
] = {
    # Too narrow: what is the same order is taken for another one.
    "NoDuplicates": (
        lambda s, o, r, ref, at: (f"{ref}\0{uuid.uuid4()}", at),
        "Creates an order as often as it is sent.",
        _ANY,
    ),
    "KeyWithPrice": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "price"), at),
        "Takes an order with another price for another order.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithStatus": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "status"), at),
        "Takes an order with another status for another order.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithChannel": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "channel"), at),
        "Takes an order by another channel for another order.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithCreation": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "createdAt"), at),
        "Takes an order with another time of creation for another order.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithAllFields": (
        lambda s, o, r, ref, at: (ref + _with(s, o), at),
        "Takes only an order with the same values for the same.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithBody": (
        lambda s, o, r, ref, at: (r.body.hex(), at),
        "Takes only the same bytes for the same order.",
        ("create/409/duplicate*",),
    ),
    "KeyWithText": (
        lambda s, o, r, ref, at: (ref + o[s.instant_field], 0),
        "Compares instants as text.",
        ("create/409/duplicate/same-instant",),
    ),
    "KeyWithConnection": (
        lambda s, o, r, ref, at: (f"{ref}\0{r.connection}", at),
        "Knows only the orders of the connection.",
        ("create/409/duplicate/other-connection", "create/409/duplicate/concurrent"),
    ),
    "KeyWithLocalTime": (
        lambda s, o, r, ref, at: (ref + o[s.instant_field][:19], 0),
        "Compares instants without their offset.",
        ("create/409/duplicate/same-instant",),
    ),
    # Too wide: another order is taken for the same.
    "KeyIsReference": (
        lambda s, o, r, ref, at: (ref, 0),
        "Never takes a reference again.",
        ("create/409/recycled-reference",),
    ),
    "KeyIsInstant": (lambda s, o, r, ref, at: ("", at), "Compares instants only.", _WIDE),
    "KeyIsDay": (lambda s, o, r, ref, at: ("", at // _DAY), "Takes one order a day.", _WIDE),
    "KeyOfEightCharacters": (
        lambda s, o, r, ref, at: (ref[:8], at),
        "Compares eight characters of a reference.",
        _WIDE,
    ),
    "KeyOfLastCharacters": (
        lambda s, o, r, ref, at: (ref[-2:], at),
        "Compares the last two characters of a reference.",
        ("create/40*",),
    ),
    "KeyWithoutHyphens": (
        lambda s, o, r, ref, at: (ref.replace("-", ""), at),
        "Ignores hyphens in a reference.",
        _WIDE,
    ),
    "KeyWithoutZeros": (
        lambda s, o, r, ref, at: (re.sub(r"(?<!\d)0+", "", ref), at),
        "Ignores noughts at the beginning of a number in a reference.",
        _WIDE,
    ),
    "KeyOfHead": (
        lambda s, o, r, ref, at: (ref.partition("-")[0], at),
        "Compares a reference up to its first hyphen.",
        _WIDE,
    ),
    "KeyOfDigits": (
        lambda s, o, r, ref, at: (re.sub(r"\D", "", ref), at),
        "Compares the digits of a reference.",
        _WIDE,
    ),
    "KeyInAnyCase": (
        lambda s, o, r, ref, at: (ref.lower(), at),
        "Ignores the case of letters in a reference.",
        ("create/409/reference-case-and-spaces",),
    ),
    "KeyWithoutBlanks": (
        lambda s, o, r, ref, at: (ref.strip(), at),
        "Ignores blanks at the ends of a reference.",
        ("create/409/reference-case-and-spaces",),
    ),
    "KeyOf255Characters": (
        lambda s, o, r, ref, at: (ref[:255], at),
        "Compares 255 characters of a reference.",
        _WIDE,
    ),
    "KeyOfLength": (lambda s, o, r, ref, at: (str(len(ref)), at), "Compares the length of a reference.", _WIDE),
}
for _name, (_key, _lie, _breaks) in _KEYS.items():
    of_row(SERVERS, _Keyed, _name, _lie, _breaks, key_of=staticmethod(_key))


class _Window(Service):
    """Takes orders of one reference for the same whose instants are days apart."""

    days: ClassVar[int]

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        instant = self.microseconds(order)
        if any(abs(instant - other) <= self.days * _DAY for other in self.orders.instants(order[self.reference_field])):
            return False
        return super().store(order, record, request)


for _days in (7, 15, 30, 366):
    _lie = f"Takes a reference again only after {_days} days."
    of_row(SERVERS, _Window, f"reference free after {_days} days", _lie, ("create/409/recycled-reference",), days=_days)
