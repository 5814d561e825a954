"""Requests that only few servers handle wrongly; sent before the random traffic, in the profiles that have it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.invalid import bodies
from orders_conformance.strategies.invalid.bases import InvalidBases
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order, Probe, Script, Send, encode
from orders_conformance.strategies.scripts.plan_size import PlanSize
from orders_conformance.strategies.values import numbers

# Texts that are not JSON numbers, but that many parsers accept.
_INVALID_NUMBERS = ("5.", "+5", "0x32", "1_000", "1e", "50d", "1,5")
# Valid JSON numbers in a rare notation.
_RARE_NUMBERS = (
    "-0",
    "0e0",
    "1e400",
    "1E-500",
    "0.1000000000000000055511151231257827",
    "50.000000000000000000000000001",
)
# Texts that are not RFC 3339 date-times, each for another reason.
_INVALID_DATES = (
    "02024-01-01T16:17:16Z",
    "-2024-01-01T16:17:16Z",
    "\uff12\uff10\uff12\uff14-01-01T16:17:16Z",
    "2024-01-01T16:17:16Z+02:00",
    "2024-02-30T16:17:16Z",
    "01.02.2024 16:17:16",
    "2024-01-01T4:17:16 PM",
    "2024-01-01T16:17:16\u221202:00",
    "2024-01-01T16:17:16+02:00Z",
    "2024-01-01T16:17:16.5.5Z",
    "2024-06-31T16:17:16Z",
    "2024-01-01T25:17:16Z",
    "@1704125836",
    "2024-01-01T16:17:61Z",
    "now",
    "P1D",
)
# Dates whose handling RFC 3339 does not specify, or that many servers cannot store.
_RARE_DATES = (
    "2024-01-01t16:17:16z",
    "2016-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "2024-01-01 16:17:16Z",
    "2024-01-01T16:17:16.123456789012345678901234567890Z",
    "2024-01-01T16:17:16+23:59",
    "9999-12-31T23:59:59.999999999Z",
)
_RARE_MEDIA_TYPES = (
    "application/json; charset=nonsense",
    "application/json; charset=iso-8859-1",
    'application/json; charset="utf-8"',
    "application/json;",
    "application/vnd.api+json",
)
_LONG = 65536  # characters


def edge_cases(orders: OrderFactory, sent: PlanSize, credentials: Credentials) -> Script:
    """Send all edge cases.

    Args:
        orders: the factory of plain orders.
        sent: how much the plan sends: texts that look like a number, wrong headers, values beside which a required
            field is missing; the others are sent here.
        credentials: the right credentials.

    """
    values = itertools.chain(_values(orders, sent.numeric_texts), _missing(orders, sent.missing_in))
    wrong = itertools.chain(_wrong_credentials(orders), _wrong_headers(orders, credentials, sent.wrong_headers))
    for probe in itertools.chain(_bodies(orders), values, wrong, _media_types(orders)):
        yield Send(probe)
    yield from _similar_references(orders)


def _bodies(orders: OrderFactory) -> Iterator[Probe]:
    """Enumerate orders that are not JSON, and orders in rare JSON notations."""
    text = orders.text
    for literal in (*_INVALID_NUMBERS, *_RARE_NUMBERS):
        yield Probe(f"rare/number/{literal}", bodies.with_number(orders.full(), literal.encode()))
    for name, raw in {"control": b"a\x01b", "newline": b"a\nb", "escape": rb"\x41", "half-an-escape": rb"\u12"}.items():
        yield Probe(f"rare/text/{name}", bodies.with_raw(orders.full(), text, raw))
    for literal in ("NULL", "None", "True", "undefined"):
        yield Probe(f"rare/literal/{literal}", _replaced(orders, f'"{orders.full()[text]}"', literal))
    yield Probe("rare/no-colon", _replaced(orders, '":', '" '))
    yield Probe("rare/no-comma", _replaced(orders, ',"', ' "'))
    yield Probe("rare/no-last-quote", encode(orders.full())[:-2] + b"}")
    yield Probe("rare/semicolons", _replaced(orders, ',"', ';"'))
    yield Probe("rare/hash-comment", encode(orders.full()) + b"\n# order")
    yield Probe("rare/trailing-nul", encode(orders.full()) + b"\0")
    yield Probe("rare/two-lines", encode(orders.full()) + b"\n" + encode(orders.full()))
    yield Probe("rare/overlong", bodies.with_raw(orders.full(), text, b"\xc0\xaf"))


def _values(orders: OrderFactory, sent_texts: int) -> Iterator[Probe]:
    """Enumerate orders with one rare value or property; each rare date is set in another date field in turn."""
    fields = orders.contract.fields
    dates = itertools.cycle([name for name, field in fields.items() if field.format == "date-time"])
    numeric = [name for name, field in fields.items() if field.type == "number"]
    required = [name for name, field in fields.items() if field.required]
    changes: list[tuple[str, dict[str, Any]]] = [
        *(("no-date", {next(dates): value}) for value in _INVALID_DATES),
        *(("odd-date", {next(dates): value}) for value in _RARE_DATES),
        *(("numeric-text", {name: value}) for name in numeric for value in numbers.TEXTS[sent_texts:]),
        ("empty-name", {"": "unknown"}),
        ("long-text", {orders.text: "x" * _LONG}),
        ("long-name", {"x" * _LONG: 1}),
    ]
    for name, change in changes:
        yield Probe(f"rare/{name}", {**orders.minimal(), **change})
    for pair in itertools.combinations(required, 2):
        yield Probe("rare/two-missing", {name: value for name, value in orders.full().items() if name not in pair})
    yield Probe("rare/wrapped", {"order": orders.full()})


def _missing(orders: OrderFactory, sent: int) -> Iterator[Probe]:
    """Enumerate orders without a required field beside the values with which the plan does not send them."""
    bases = InvalidBases(orders)
    required = [field.name for field in orders.contract.fields.values() if field.required]
    for name, turn in itertools.product(required, range(sent, orders.most_choices)):
        order = bases.at(turn, name)
        yield Probe(f"{name}/missing/others-too", {other: value for other, value in order.items() if other != name})


def _wrong_credentials(orders: OrderFactory) -> Iterator[Probe]:
    """Enumerate bodies that are invalid as well, sent with wrong credentials."""
    wrong = next(iter(orders.contract.extension.credentials.wrong))
    bodies: tuple[Order | bytes, ...] = (b"", b"null", b"{}", b"[]", {**orders.minimal(), orders.text: None})
    for body in bodies:
        yield Probe("rare/stranger", body, wrong)


def _wrong_headers(orders: OrderFactory, credentials: Credentials, sent: int) -> Iterator[Probe]:
    """Enumerate the headers close to the right one that the plan does not send."""
    for name, header in itertools.islice(credentials.near_headers().items(), sent, None):
        yield Probe(f"credentials/{name}", orders.full(), authorization=header)


def _media_types(orders: OrderFactory) -> Iterator[Probe]:
    return (Probe("rare/media-type", orders.full(), content_type=one) for one in _RARE_MEDIA_TYPES)


def _similar_references(orders: OrderFactory) -> Script:
    """Create orders whose references differ only in zeros, number notation, accents, case or the last character."""
    plain = orders.full()
    reference = plain[orders.reference]
    groups = (
        tuple(f"{reference}{end}" for end in ("-0070", "-070", "-70", "-7E1", "-70-0")),
        tuple(f"{reference}{end}" for end in ("e", "\u00e9", "e\u0301", "E")),
        tuple(f"{orders.fresh()}{end}" for end in ("-0123456789A", "-0123456789A", "-0123456789B")),
    )
    for group in groups:
        for text in group:
            yield Send(Probe("rare/lookalike", {**plain, orders.reference: text}))


def _replaced(orders: OrderFactory, old: str, new: str) -> bytes:
    """Return a full order as JSON with the last occurrence of `old` replaced by `new`."""
    head, _, tail = encode(orders.full()).decode().rpartition(old)
    return f"{head}{new}{tail}".encode()
