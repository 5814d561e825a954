"""Faults of single fields that make an order invalid, alone and in pairs."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates, numbers

MISSING = object()
# Values of each JSON type; those that most faulty servers accept come first. `_LIKE` is replaced by the value that the
# field has in the order, and `_AS_NUMBER` by a number that lenient servers convert to it: for a date-time milliseconds
# since 1970, or seconds where it is `_AS_SECONDS`. So a lenient server does not store the same key for two of these
# orders.
_LIKE = object()
_AS_NUMBER = object()
_AS_SECONDS = object()
_OF_TYPE: Mapping[str, tuple[Any, ...]] = {
    "number": (_AS_NUMBER, 0, 1.5),
    "boolean": (True, False),
    "array": ([_LIKE], []),
    "object": ({"value": _LIKE}, {}),
    "string": numbers.TEXTS,
}
# In place of a date-time; the first one differs from field to field. A server reads one unit or the other.
_NUMBERS_OF_DATES = (_AS_SECONDS, _AS_NUMBER)
# A number in place of a text that is no reference.
_NO_REFERENCE = 7
# How many of each unit are in a second.
_UNITS: Mapping[object, int] = {_AS_NUMBER: 1000, _AS_SECONDS: 1}
# The first near misses are sent in every field of a kind; each of the others in one of these fields.
_IN_EVERY_FIELD = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one field.

    Attributes:
        name: the name of the fault: `price/type/string/0`.
        field: the name of the field.
        value: the invalid value; `MISSING` where the field is left out.
        rank: its position among the faults of the same field and kind; 0 for the one that most faulty servers accept.
        template: the value with a placeholder for the valid one of an order; None where it has no placeholder.

    """

    name: str
    field: str
    value: Any
    rank: int
    template: Any = None

    @property
    def is_absence(self) -> bool:
        """Return whether the field is missing or null."""
        return self.value is MISSING or self.value is None

    def applied(self, order: Order) -> dict[str, Any]:
        """Return an order with this fault."""
        with_fault = dict(order)
        if self.value is MISSING:
            with_fault.pop(self.field, None)
        else:
            fits = self.template is not None and isinstance(order.get(self.field), str)
            with_fault[self.field] = _filled(self.template, order[self.field]) if fits else self.value
        return with_fault


def single(contract: Contract, plain: Order) -> Iterator[Fault]:
    """Enumerate the faults of every field.

    Args:
        contract: the contract, which describes the fields.
        plain: a plain order with all fields.

    """
    names = list(contract.fields)
    enums = [field.name for field in contract.fields.values() if field.enum]
    dated = [field.name for field in contract.fields.values() if field.format == "date-time"]
    for field in contract.fields.values():
        if field.required:
            yield Fault(f"{field.name}/missing", field.name, MISSING, 0)
            yield Fault(f"{field.name}/null", field.name, None, 0)
        yield from _of_wrong_type(field, plain[field.name], names.index(field.name))
        if field.enum:
            others = itertools.chain.from_iterable(other.enum for other in contract.fields.values() if other != field)
            near = _shared(tuple(near_values(field, tuple(others))), enums.index(field.name), len(enums))
            yield from _ranked(f"{field.name}/enum", field.name, near)
        if field.format == "date-time":
            near = _shared(dates.NEAR_MISSES, dated.index(field.name), len(dated))
            yield from _ranked(f"{field.name}/format", field.name, near)


def spread(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Return an iterator over faults that takes one of each field and kind in turn: enum, format and type."""
    by_kind: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        by_kind.setdefault((fault.field, fault.name.split("/")[1]), []).append(fault)
    turns = itertools.zip_longest(*(by_kind[one] for one in sorted(by_kind, key=operator.itemgetter(1))))
    return (fault for turn in turns for fault in turn if fault is not None)


def pairs(faults: Iterable[Fault]) -> Iterator[tuple[Fault, Fault]]:
    """Enumerate pairs of faults: the first fault of each field with the second one of the next field."""
    by_field: dict[str, list[Fault]] = {}
    for fault in faults:
        by_field.setdefault(fault.field, []).append(fault)
    fields = list(by_field.values())
    for one, next_one in itertools.pairwise(fields):
        yield one[0], next_one[min(1, len(next_one) - 1)]


def names_in_other_case(contract: Contract) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Enumerate new names for required fields, with other letters in upper case; each with the name of the probe.

    First several fields at once: all of them, and those outside the key. Then each field alone: a server may read one
    field in another way.
    """
    rule = contract.extension.duplicate
    required = [field.name for field in contract.fields.values() if field.required]
    yield "name-case/first-upper", {name: _first_upper(name) for name in required}
    outside = [name for name in required if name not in {rule.reference, rule.instant}]
    yield "name-case/upper", {name: name.upper() for name in outside}
    changes = (_first_upper, str.upper, str.lower)
    for place, name in enumerate(required):
        other = changes[place % len(changes)](name)
        yield f"{name}/name-case", {name: other if other != name else _first_upper(name)}
    yield "name-case/all-upper", {name: name.upper() for name in required}


def _first_upper(name: str) -> str:
    return name[0].upper() + name[1:]


def near_values(field: RequestField, others: tuple[str, ...] = ()) -> Iterator[str]:
    """Enumerate texts that are close to an enum value and invalid; those that most faulty servers accept come first.

    Args:
        field: the enum field.
        others: values of other enum fields.

    """
    documented = set(field.enum)
    compound = [value for value in field.enum if "_" in value] or list(field.enum)
    turns = itertools.cycle(field.enum)
    candidates = [
        *field.never[:2],
        next(turns).lower(),
        "",
        "NONSENSE",
        next((other for other in others if other not in documented), "OTHERS"),
        compound[0].replace("_", " "),
        compound[-1].replace("_", "-"),
        next(turns)[:-1],
        f"{next(turns)}S",
        next(turns).title(),
        f" {next(turns)}",
        f"{next(turns)} ",
        compound[0].replace("_", ""),
        "0",
        "1",
        "null",
        f"{next(turns)},{next(turns)}",
        _doubled(next(turns)),
        f"{next(turns)}\n",
        f"{next(turns)}\u200b",
        next(turns).replace("O", "\u041e").replace("E", "\u0415").replace("A", "\u0410"),
        *field.never[2:],
    ]
    return (text for text in dict.fromkeys(candidates) if text not in documented)


def random(contract: Contract, plain: Order) -> st.SearchStrategy[Fault]:
    """Generate faults of any field."""
    listed = st.sampled_from(list(single(contract, plain)))
    dated = [field.name for field in contract.fields.values() if field.format == "date-time"]
    enums = [field for field in contract.fields.values() if field.enum]
    near_dates = st.builds(
        lambda name, text: Fault(f"{name}/format", name, text, 0), st.sampled_from(dated), dates.near_misses()
    )
    near_enum = st.sampled_from(enums).flatmap(
        lambda field: (
            st.text(st.characters(codec="utf-8"), max_size=12)
            .filter(lambda text: text not in field.enum)
            .map(lambda text: Fault(f"{field.name}/enum", field.name, text, 0))
        )
    )
    return listed | near_dates | near_enum


def random_pairs(contract: Contract, plain: Order) -> st.SearchStrategy[tuple[Fault, Fault]]:
    """Generate pairs of faults of different fields."""
    one = random(contract, plain)
    return st.tuples(one, one).filter(lambda pair: pair[0].field != pair[1].field)


def _shared(texts: tuple[str, ...], place: int, places: int) -> tuple[str, ...]:
    """Return the near misses of the field at `place` of `places`: the first ones, and its share of the others."""
    return (*texts[:_IN_EVERY_FIELD], *texts[_IN_EVERY_FIELD:][place::places])


def _of_wrong_type(field: RequestField, plain: Any, place: int) -> Iterator[Fault]:
    """Enumerate values of every other JSON type; the first one differs from field to field.

    Texts and arrays begin with the same one in every field: a text that is a number, an array with the right value.
    """
    for kind, listed in _OF_TYPE.items():
        if kind == field.type:
            continue
        values = _NUMBERS_OF_DATES if kind == "number" and field.format == "date-time" else listed
        turn = 0 if kind in {"string", "array"} else place % len(values)
        for rank, value in enumerate((*values[turn:], *values[:turn])):
            yield Fault(f"{field.name}/type/{kind}/{rank}", field.name, _filled(value, plain), rank, value)


def _filled(value: Any, plain: Any) -> Any:
    if value is _AS_NUMBER or value is _AS_SECONDS:
        instant = date_time.parse(plain)
        return int(instant.timestamp()) * _UNITS[value] if instant else _number_of(plain)
    if isinstance(value, list):
        return [plain if item is _LIKE else item for item in value]
    if isinstance(value, dict):
        return {name: plain if item is _LIKE else item for name, item in value.items()}
    return value


def _number_of(plain: Any) -> int:
    """Return a number that belongs to a text: that of the last part of a reference in base 36."""
    tail = plain.rpartition("-")[2] if isinstance(plain, str) else ""
    return int(tail, 36) if tail.isascii() and tail.isalnum() and tail != plain else _NO_REFERENCE


def _ranked(name: str, field: str, values: Iterable[Any]) -> Iterator[Fault]:
    for rank, value in enumerate(values):
        yield Fault(f"{name}/{rank}", field, value, rank)


def _doubled(value: str) -> str:
    """Return a text with its middle letter doubled: a typing error."""
    middle = len(value) // 2
    return value[:middle] + value[middle] + value[middle:]
