"""Traits of exchanges: what the exchanges that broke a requirement have in common and those that kept it lack.

A trait is a short text that completes "all ...". There are only as many traits as the contract has fields, values and
kinds, times the forms below. They are counted when a requirement was broken: most never are, and every response keeps
dozens of them. Until then a requirement needs a reference for each exchange that kept it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import Any

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.oracle.classification import Classification
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField
from orders_conformance.spec.rules import Rule

Traits = tuple[str, ...]

_MEDIA: Mapping[str, str] = {
    "parameter": "with a Content-Type in another notation",
    "unusual": "with an unusual Content-Type",
    "missing": "without Content-Type",
    "other": "with a Content-Type other than JSON",
}
_TYPES: Mapping[type, str] = {
    bool: "boolean",
    str: "string",
    int: "number",
    float: "number",
    Decimal: "number",
    list: "array",
    dict: "object",
}
_LONG, _NONE = 100, timedelta()


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


_FORMS_OF_TEXT: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("an empty {}", lambda text: not text),
    ("more than 100 characters in {}", lambda text: len(text) > _LONG),
    ("letters outside ASCII in {}", lambda text: not text.isascii()),
    ("control characters in {}", lambda text: any(ord(one) < ord(" ") for one in text)),
    ("a blank at an end of {}", lambda text: text != text.strip(" ")),
    ("two blanks inside {}", lambda text: "  " in text.strip(" ")),
    ("a quote or backslash in {}", lambda text: any(mark in text for mark in "\"'\\`")),
    ("a mark of HTML or URLs in {}", lambda text: any(mark in text for mark in "<>&%+")),
    ("digits only in {}", lambda text: text.isdecimal()),
    ("a number as the text of {}", _is_number),
)
# How a text may be nearly a value of a list: what is left of both is the same.
_WAYS: Mapping[str, Callable[[str], str]] = {
    "case": str.casefold,
    "blanks": str.strip,
    "marks": lambda text: "".join(filter(str.isalnum, text)).casefold(),
}
_NEARLY: Mapping[str, str] = {
    "case": "a {} in other letter case",
    "blanks": "blanks around a {}",
    "marks": "other separators in a {}",
}
_FORMS_OF_INSTANT: tuple[tuple[str, Callable[[datetime], bool]], ...] = (
    ("an offset in {}", lambda moment: bool(moment.utcoffset())),
    ("an offset west of UTC in {}", lambda moment: (moment.utcoffset() or _NONE) < _NONE),
    ("an offset with minutes in {}", lambda moment: bool((moment.utcoffset() or _NONE) % timedelta(hours=1))),
    ("another day in UTC in {}", lambda moment: moment.utctimetuple().tm_yday != moment.timetuple().tm_yday),
    ("29 February in {}", lambda moment: (moment.month, moment.day) == (2, 29)),
    # Days that may be taken for months, months of summer time, and hours that a clock of twelve hours cannot show.
    ("a day up to 12 in {}", lambda moment: moment.day in range(13)),
    ("a month from April to October in {}", lambda moment: moment.month in range(4, 11)),
    ("13 h or later in {}", lambda moment: moment.hour in range(13, 24)),
)
_FORMS_OF_NUMBER: tuple[tuple[str, Callable[[Decimal], bool]], ...] = (
    ("0 as {}", lambda number: number == 0),
    ("a negative {}", lambda number: number < 0),
    ("decimals in {}", lambda number: number != number.to_integral_value()),
    ("more than one decimal in {}", lambda number: number * 10 != (number * 10).to_integral_value()),
    ("1000 or more as {}", lambda number: number >= 10**3),
    ("1000000 or more as {}", lambda number: number >= 10**6),
)
# With fewer exchanges against the server, only a trait that no other exchange has is worth a remark.
_FEW = 3
# At most one in so many exchanges that kept the requirement has a trait that is named.
_SHARE = 10
_NAMED = 2


def traits(exchange: Exchange, classification: Classification, contract: Contract, *, repeat: bool) -> Traits:
    """Return the traits of an exchange, the special ones first.

    Args:
        exchange: the exchange.
        classification: of its request.
        contract: the contract, which names the fields and kinds.
        repeat: whether the key of its order was used before.

    """
    document = classification.document
    found = [*_circumstances(exchange, classification, contract), *(["as a repeat"] if repeat else [])]
    if document is None:
        return tuple(found)
    found += value_traits(classification, contract)
    fields = contract.fields.values()
    found += (f"{'with' if one.name in document else 'without'} {one.name}" for one in fields if not one.required)
    found += (f"without {one.name}" for one in fields if one.required and one.name not in document)
    # Each text is kept once, however many exchanges have it.
    return tuple(dict.fromkeys(map(intern, found)))


def value_traits(classification: Classification, contract: Contract) -> Iterator[str]:
    """Yield the traits of the values of an order, without those about fields that it has or lacks."""
    document = classification.document or {}
    names = (name[1] for name in classification.unusual if len(name) > 1 and name[1] in document)
    yield from (f"with an unusual {name}" for name in names)
    if (Rule.UNKNOWN_PROPERTY,) in classification.unusual:
        yield "with an unknown or repeated property"
    for one in contract.fields.values():
        yield from (f"with {text.format(one.name)}" for text in _value(one, document))


def _circumstances(exchange: Exchange, classification: Classification, contract: Contract) -> Iterator[str]:
    extension = contract.extension
    if not classification.has_right_credentials:
        yield f"with {extension.credentials.wrong.get(classification.credentials, classification.credentials)}"
    if classification.media in _MEDIA:
        yield _MEDIA[classification.media]
    if classification.body_fault:
        yield f"with a body that {extension.bodies[classification.body_fault].text}"
    if exchange.group is not None:
        yield "sent at once with others"
    elif exchange.connection != "main":
        yield "on another connection than most"
    if exchange.attempts:
        yield "after a try without a response"


def _value(one: RequestField, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the traits of the value of a field; in place of its name is a pair of braces."""
    if one.name not in document:
        return
    value = document[one.name]
    kind = "null" if value is None else _TYPES.get(type(value), "")
    if kind not in {one.type, "number" if one.type == "integer" else one.type}:
        yield f"{_article(kind)} as {{}}"
        yield from _text(value) if isinstance(value, str) else ()
    elif one.enum and value in one.enum:
        yield f"{{}} {value}"
    elif one.enum:
        yield _NEARLY.get(_nearness(value, one.enum), "an unknown {}")
        yield from _text(value)
    elif one.format == "date-time":
        yield from _instant(value)
    elif isinstance(value, str):
        yield from _text(value)
    else:
        yield from (text for text, applies in _FORMS_OF_NUMBER if applies(value))


def _article(kind: str) -> str:
    return kind if kind == "null" else f"a{'n' if kind[:1] in 'aeiou' else ''} {kind}"


# The same few texts occur in most orders.
@lru_cache(maxsize=256)
def _text(value: str) -> Traits:
    return tuple(text for text, applies in _FORMS_OF_TEXT if applies(value))


def _nearness(value: str, enum: Sequence[str]) -> str:
    """Return the first way in which a text is nearly a value of a list; empty if it is in none."""
    return next((way for way, form in _WAYS.items() if form(value) in map(form, enum)), "")


@lru_cache(maxsize=256)
def _instant(value: str) -> Traits:
    moment = date_time.parse(value)
    if moment is None:
        return ("another {} than RFC 3339 allows", *_text(value))
    fraction = ("a fraction of a second in {}",) if "." in value else ()
    return (*fraction, *(text for text, applies in _FORMS_OF_INSTANT if applies(moment)))


@dataclass(slots=True)
class TraitCounts:
    """How many of the exchanges that kept, and that broke, one requirement have each trait."""

    held: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    # Of exchanges that kept the requirement, and are not counted yet.
    _uncounted: list[Traits] = field(default_factory=list)

    def add(self, found: Traits, *, held: bool) -> None:
        """Count the traits of an exchange."""
        if held:
            self._uncounted.append(found)
        else:
            self.broken.update(found)

    def _count(self) -> None:
        self.held.update(chain.from_iterable(self._uncounted))
        self._uncounted.clear()

    def in_common(self, held: int, broken: int, subject: Sequence[str] = ()) -> str | None:
        """Return what all exchanges that broke the requirement have and at most a tenth of the others has.

        This says nothing about the cause. Traits of the field that the requirement is about come before others.

        Args:
            held: how many exchanges kept the requirement.
            broken: how many exchanges broke it.
            subject: what the requirement is about, the name of a field among it.

        Returns:
            One trait, or two that distinguish equally well; None if there is none, or too little to compare.

        """
        most = held // _SHARE if broken >= _FEW else 0
        if not held or broken <= 1:
            return None
        self._count()
        counts = {trait: self.held[trait] for trait, count in self.broken.items() if count == broken}
        separating = {trait: count for trait, count in counts.items() if count <= most}
        of_subject = {trait: count for trait, count in separating.items() if not set(subject).isdisjoint(trait.split())}
        shared = of_subject or separating
        fewest = min(shared.values(), default=held)
        if fewest > most:
            return None
        return " and ".join([trait for trait, count in shared.items() if count == fewest][:_NAMED])
