"""Orders with named faults: one at a time, two at a time, and broken bodies."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from spec import instants
from spec.contract import Contract
from spec.fields import RequestField
from strategies import moments
from strategies.probe import Order, encode

MISSING = object()
# Values of each JSON type, the most telling first; "like" stands for the field's own plain value in that type, and "as
# number" for a number that a careless reader could take for it.
_LIKE = object()
_AS_NUMBER = object()
_OF_TYPE: Mapping[str, tuple[Any, ...]] = {
    "number": (_AS_NUMBER, 0, 1.5),
    "boolean": (True, False),
    "array": ([_LIKE], []),
    "object": ({"value": _LIKE}, {}),
    "string": ("50", "", "12.30", "1,5", "NaN", "abc"),
}
# So many near misses are tried in every field of a kind; the rest is shared out among them.
_TELLING = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field; `value` is `MISSING` where the field is left out.

    `rank` says how telling it is among those of the same field and kind: 0 first.
    """

    name: str
    field: str
    value: Any
    rank: int

    @property
    def is_absence(self) -> bool:
        """Whether the field has no value."""
        return self.value is MISSING or self.value is None

    def applied(self, order: Order) -> dict[str, Any]:
        """Spoil an order."""
        spoilt = dict(order)
        if self.value is MISSING:
            spoilt.pop(self.field, None)
        else:
            spoilt[self.field] = self.value
        return spoilt


def single(contract: Contract, plain: Order) -> Iterator[Fault]:
    """Enumerate the faults of every field.

    Args:
        contract: where the fields are described.
        plain: an order that has every field with a plain value.

    """
    names = list(contract.fields)
    enums = [field.name for field in contract.fields.values() if field.enum]
    dates = [field.name for field in contract.fields.values() if field.format == "date-time"]
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
            near = _shared(moments.NEAR_MISSES, dates.index(field.name), len(dates))
            yield from _ranked(f"{field.name}/format", field.name, near)


def pairs(faults: Iterable[Fault]) -> Iterator[tuple[Fault, Fault]]:
    """Enumerate two faults at a time: each field's first with the next field's second kind."""
    by_field: dict[str, list[Fault]] = {}
    for fault in faults:
        by_field.setdefault(fault.field, []).append(fault)
    fields = list(by_field.values())
    for here, there in itertools.pairwise(fields):
        yield here[0], there[min(1, len(there) - 1)]


def near_values(field: RequestField, others: tuple[str, ...] = ()) -> Iterator[str]:
    """Enumerate texts that are close to a documented value without being one, the most telling first."""
    documented = set(field.enum)
    words = [value for value in field.enum if "_" in value] or list(field.enum)
    turns = itertools.cycle(field.enum)
    candidates = [
        *field.never[:2],
        next(turns).lower(),
        "",
        "NONSENSE",
        next((other for other in others if other not in documented), "OTHERS"),
        words[0].replace("_", " "),
        words[-1].replace("_", "-"),
        next(turns)[:-1],
        f"{next(turns)}S",
        next(turns).title(),
        f" {next(turns)}",
        f"{next(turns)} ",
        words[0].replace("_", ""),
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
    """Generate one fault of any field."""
    listed = st.sampled_from(list(single(contract, plain)))
    dated = [field.name for field in contract.fields.values() if field.format == "date-time"]
    enums = [field for field in contract.fields.values() if field.enum]
    broken_dates = st.builds(
        lambda name, text: Fault(f"{name}/format", name, text, 0), st.sampled_from(dated), moments.near_misses()
    )
    strangers = st.sampled_from(enums).flatmap(
        lambda field: (
            st.text(st.characters(codec="utf-8"), max_size=12)
            .filter(lambda text: text not in field.enum)
            .map(lambda text: Fault(f"{field.name}/enum", field.name, text, 0))
        )
    )
    return listed | broken_dates | strangers


def random_pairs(contract: Contract, plain: Order) -> st.SearchStrategy[tuple[Fault, Fault]]:
    """Generate two faults of different fields."""
    one = random(contract, plain)
    return st.tuples(one, one).filter(lambda pair: pair[0].field != pair[1].field)


def broken_bodies(make: Callable[[], Order], text: str) -> Iterator[tuple[str, bytes]]:
    """Enumerate bodies that are no order at all, by name, the most telling first.

    Args:
        make: makes plain orders with fresh references, one for each body.
        text: a field of the orders that may hold any text.

    """
    for name, spoil in _SPOILERS.items():
        yield name, spoil(make(), text)


def _replaced(old: str, new: str) -> Callable[[Order, str], bytes]:
    return lambda order, _text: encode(order).decode().replace(old, new).encode()


def _first_name(template: str) -> Callable[[Order, str], bytes]:
    """Write the first field's name otherwise."""

    def spoil(order: Order, _text: str) -> bytes:
        first = next(iter(order))
        return encode(order).decode().replace(f'"{first}"', template.format(first), 1).encode()

    return spoil


_SPOILERS: Mapping[str, Callable[[Order, str], bytes]] = {
    "empty": lambda _order, _text: b"",
    "malformed/no-quotes": _first_name("{}"),
    "truncated/brace": lambda order, _text: encode(order)[:-1],
    "trailing-text/word": lambda order, _text: encode(order) + b" x",
    "not-an-object/array": lambda order, _text: b"[" + encode(order) + b"]",
    "not-an-object/null": lambda _order, _text: b"null",
    "not-a-number/NaN": lambda order, _text: with_number(order, b"NaN"),
    "not-utf-8/latin-1": lambda order, text: with_raw(order, text, b"Caf\xe9"),
    "malformed/trailing-comma": lambda order, _text: encode(order)[:-1] + b",}",
    "malformed/single-quotes": _replaced('"', "'"),
    "malformed/comment": lambda order, _text: b"/* order */" + encode(order),
    "malformed/leading-zero": lambda order, _text: with_number(order, b"050"),
    "truncated/middle": lambda order, _text: encode(order)[: len(encode(order)) // 2],
    "trailing-text/object": lambda order, _text: encode(order) * 2,
    "trailing-text/brace": lambda order, _text: encode(order) + b"}",
    "not-an-object/string": lambda order, _text: encode(encode(order).decode()),
    "not-an-object/number": lambda _order, _text: b"50",
    "not-a-number/Infinity": lambda order, _text: with_number(order, b"-Infinity"),
    "malformed/form": lambda order, _text: "&".join(f"{name}={value}" for name, value in order.items()).encode(),
    "not-an-object/empty-array": lambda _order, _text: b"[]",
    "empty/blanks": lambda _order, _text: b"  \n",
    "malformed/control-character": _first_name('"\x00{}"'),
    "not-an-object/boolean": lambda _order, _text: b"true",
}


def random_bodies(order: Order, text: str) -> st.SearchStrategy[tuple[str, bytes]]:
    """Generate broken bodies: a listed one, or a plain order cut anywhere."""
    whole = encode(order)
    cut = st.integers(min_value=1, max_value=len(whole) - 1).map(lambda end: ("truncated/anywhere", whole[:end]))
    return st.sampled_from(list(broken_bodies(lambda: order, text))) | cut


def _shared(texts: tuple[str, ...], place: int, places: int) -> tuple[str, ...]:
    """Share out near misses: each field gets the most telling ones, and its part of the rest."""
    return (*texts[:_TELLING], *texts[_TELLING:][place::places])


def _of_wrong_type(field: RequestField, plain: Any, place: int) -> Iterator[Fault]:
    """Enumerate values of every other JSON type; which one comes first changes from field to field."""
    for kind, values in _OF_TYPE.items():
        if kind == field.type:
            continue
        turn = 0 if kind == "string" or (kind == "number" and field.format) else place % len(values)
        for rank, value in enumerate((*values[turn:], *values[:turn])):
            yield Fault(f"{field.name}/type/{kind}/{rank}", field.name, _filled(value, plain), rank)


def _filled(value: Any, plain: Any) -> Any:
    if value is _AS_NUMBER:
        moment = instants.parse(plain)
        return int(moment.timestamp()) * 1000 if moment else 7
    if isinstance(value, list):
        return [plain if item is _LIKE else item for item in value]
    if isinstance(value, dict):
        return {name: plain if item is _LIKE else item for name, item in value.items()}
    return value


def _ranked(name: str, field: str, values: Iterable[Any]) -> Iterator[Fault]:
    for rank, value in enumerate(values):
        yield Fault(f"{name}/{rank}", field, value, rank)


def _doubled(value: str) -> str:
    """Double the middle letter, as a typist does."""
    middle = len(value) // 2
    return value[:middle] + value[middle] + value[middle:]


def with_number(order: Order, literal: bytes) -> bytes:
    """Write an order whose first number is something else, character by character."""
    number = next(name for name, value in order.items() if isinstance(value, (int, float)))
    return encode({**order, number: "\ufffe"}).replace('"\ufffe"'.encode(), literal, 1)


def with_raw(order: Order, text: str, raw: bytes) -> bytes:
    """Write an order of which one text is made of these bytes."""
    return encode({**order, text: "\ufffe"}).replace("\ufffe".encode(), raw, 1)
