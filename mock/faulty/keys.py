"""Faults in what makes an order a duplicate: the key has too many or too few parts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.json_text import write_json
from orders_conformance.mock.service import ServerRequest, Service

SERVERS = Catalogue()

_ANY = ("create/409/duplicate*",)
_WIDE = ("create/409/only-duplicates",)
_DAY = timedelta(days=1) // timedelta(microseconds=1)


class _Keyed(Service):
    """Compares another key than the contract's to detect duplicates."""

    key_of: ClassVar[Callable[[Service, Mapping[str, Any], ServerRequest, str, int], tuple[str, int]]]

    def key(self, order: Mapping[str, Any], request: ServerRequest) -> tuple[str, int]:
        return type(self).key_of(self, order, request, *super().key(order, request))


def _with(service: Service, order: Mapping[str, Any], *fields: str) -> str:
    """Write the values of some fields as JSON; those of all fields outside the key where none is named."""
    names = fields or tuple(set(service.contract.fields) - {service.reference_field, service.instant_field})
    return write_json({name: order.get(name) for name in sorted(names)})


_KEYS: Mapping[
    str, tuple[Callable[[Service, Mapping[str, Any], ServerRequest, str, int], tuple[str, int]], str, tuple[str, ...]]
] = {
    # Too many parts: duplicates are accepted.
    "NoDuplicates": (
        lambda s, o, r, ref, at: (f"{ref}\0{uuid.uuid4()}", at),
        "Detects no duplicates.",
        _ANY,
    ),
    "KeyWithPrice": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "price"), at),
        "Accepts a duplicate with another price.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithStatus": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "status"), at),
        "Accepts a duplicate with another status.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithChannel": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "channel"), at),
        "Accepts a duplicate with another channel.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithCurrency": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "currencyCode"), at),
        "Accepts a duplicate in another currency.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithPointOfSale": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "pointOfSale", "currencyCode"), at),
        "Accepts a duplicate from another point of sale, or in another currency.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithShortText": (
        lambda s, o, r, ref, at: (ref if len(ref) < 64 else f"{ref}\0{uuid.uuid4()}", at),
        "Detects no duplicate whose reference has 64 characters or more.",
        ("create/409/duplicate",),
    ),
    "KeyInAscii": (
        lambda s, o, r, ref, at: (ref if ref.isascii() else f"{ref}\0{uuid.uuid4()}", at),
        "Detects no duplicate whose reference has letters beyond ASCII.",
        ("create/409/duplicate",),
    ),
    "KeyWithoutQuotes": (
        lambda s, o, r, ref, at: (f"{ref}\0{uuid.uuid4()}" if "'" in ref else ref, at),
        "Detects no duplicate whose reference has an apostrophe.",
        ("create/409/duplicate",),
    ),
    "KeyBeforeBlank": (
        lambda s, o, r, ref, at: (f"{ref}\0{uuid.uuid4()}" if ref.endswith(" ") else ref, at),
        "Detects no duplicate whose reference ends in a blank.",
        ("create/409/duplicate",),
    ),
    "KeyOfOwnCurrencyOnly": (
        lambda s, o, r, ref, at: (ref if o["currencyCode"] == "EUR" else f"{ref}\0{uuid.uuid4()}", at),
        "Detects no duplicate in another currency than the organisation's.",
        ("create/409/duplicate*",),
    ),
    "KeyWithCreation": (
        lambda s, o, r, ref, at: (ref + _with(s, o, "createdAt"), at),
        "Accepts a duplicate with another createdAt.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithAllFields": (
        lambda s, o, r, ref, at: (ref + _with(s, o), at),
        "Accepts a duplicate with any other value.",
        ("create/409/duplicate/other-fields",),
    ),
    "KeyWithBody": (
        lambda s, o, r, ref, at: (r.body.hex(), at),
        "Accepts a duplicate whose body has other bytes.",
        ("create/409/duplicate*",),
    ),
    "KeyWithText": (
        lambda s, o, r, ref, at: (ref + o[s.instant_field], 0),
        "Compares orderedAt as text.",
        ("create/409/duplicate/same-instant",),
    ),
    "KeyWithNotationOfFraction": (
        lambda s, o, r, ref, at: (f"{ref}\0{'.' in o[s.instant_field]}", at),
        "Takes an instant with a fraction of zeros for another one than without.",
        ("create/409/duplicate/same-instant",),
    ),
    "KeyWithConnection": (
        lambda s, o, r, ref, at: (f"{ref}\0{r.connection}", at),
        "Detects duplicates on the same connection only.",
        ("create/409/duplicate/other-connection", "create/409/duplicate/concurrent"),
    ),
    "KeyWithLocalTime": (
        lambda s, o, r, ref, at: (ref + o[s.instant_field][:19], 0),
        "Compares orderedAt without its offset.",
        ("create/409/duplicate/same-instant",),
    ),
    # Too few parts: orders that are not duplicates are rejected.
    "KeyIsReference": (
        lambda s, o, r, ref, at: (ref, 0),
        "Rejects every used reference, whatever orderedAt is.",
        ("create/409/recycled-reference",),
    ),
    "KeyIsInstant": (lambda s, o, r, ref, at: ("", at), "Compares orderedAt only.", _WIDE),
    "KeyIsDay": (lambda s, o, r, ref, at: ("", at // _DAY), "Accepts one order for each day of orderedAt.", _WIDE),
    "KeyOfEightCharacters": (
        lambda s, o, r, ref, at: (ref[:8], at),
        "Compares only eight characters of a reference.",
        _WIDE,
    ),
    "KeyOfLastCharacters": (
        lambda s, o, r, ref, at: (ref[-2:], at),
        "Compares only the last two characters of a reference.",
        ("create/40*",),
    ),
    "KeyWithoutHyphens": (
        lambda s, o, r, ref, at: (ref.replace("-", ""), at),
        "Ignores hyphens in a reference.",
        _WIDE,
    ),
    "KeyWithoutZeros": (
        lambda s, o, r, ref, at: (re.sub(r"(?<!\d)0+", "", ref), at),
        "Ignores leading zeros of numbers in a reference.",
        _WIDE,
    ),
    "KeyOfHead": (
        lambda s, o, r, ref, at: (ref.partition("-")[0], at),
        "Compares a reference only up to its first hyphen.",
        _WIDE,
    ),
    "KeyOfDigits": (
        lambda s, o, r, ref, at: (re.sub(r"\D", "", ref), at),
        "Compares only the digits of a reference.",
        _WIDE,
    ),
    "KeyInAnyCase": (
        lambda s, o, r, ref, at: (ref.lower(), at),
        "Ignores letter case in a reference.",
        ("create/409/reference-case-and-spaces",),
    ),
    "KeyWithoutBlanks": (
        lambda s, o, r, ref, at: (ref.strip(), at),
        "Ignores white space at the ends of a reference.",
        ("create/409/reference-case-and-spaces",),
    ),
    "KeyOf255Characters": (
        lambda s, o, r, ref, at: (ref[:255], at),
        "Compares only 255 characters of a reference.",
        _WIDE,
    ),
    "KeyOfLength": (lambda s, o, r, ref, at: (str(len(ref)), at), "Compares only the length of a reference.", _WIDE),
}
for _name, (_key, _doc, _breaks) in _KEYS.items():
    add_server(SERVERS, _Keyed, _name, _doc, _breaks, key_of=staticmethod(_key))


class _Updates(Service):
    """Takes a duplicate that differs from the order in a single field for a change of it."""

    single: ClassVar[str]

    def set_up(self) -> None:
        self.sent: dict[tuple[str, int], Mapping[str, Any]] = {}

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        key = self.key(order, request)
        before = self.sent.setdefault(key, order)
        changed = {name for name in {*before, *order} if before.get(name) != order.get(name)}
        return super().store(order, record, request) or changed == {self.single}


for _field in ("status", "price", "modifiedAt", "channel"):
    add_server(
        SERVERS,
        _Updates,
        f"updates {_field} alone",
        f"Accepts a duplicate where only {_field} differs.",
        ("create/409/duplicate/other-fields",),
        single=_field,
    )


class _Window(Service):
    """Treats orders with one reference as duplicates although their instants are days apart."""

    days: ClassVar[int]

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        instant = self.microseconds(order)
        if any(abs(instant - other) <= self.days * _DAY for other in self.orders.instants(order[self.reference_field])):
            return False
        return super().store(order, record, request)


for _days in (7, 15, 30, 366):
    _doc = f"Rejects a used reference for an instant that is up to {_days} days away."
    add_server(
        SERVERS, _Window, f"reference free after {_days} days", _doc, ("create/409/recycled-reference",), days=_days
    )
