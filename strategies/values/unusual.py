"""Unusual values: a server may accept or reject them, but must not fail on them or return them changed."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates

Change = Mapping[str, Any]
# The special times of the plan's later orders are after it.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# The special time that comes first in them: a short plan has those ahead of it in plain orders.
_FIRST_SPECIAL = 12

# Texts that faulty servers change or fail on, each in several parts. The whole text is sent in every text field; if a
# field does not accept it, its parts are sent in this field. First what most servers accept: punctuation, quotes, two
# blanks. Then alphabets, and characters that are composed, invisible or depend on the locale. Then markup, escapes,
# line breaks, and white space at the ends.
COMBINED: tuple[tuple[str, ...], ...] = (
    ("O'Brien & Co.", '"A" + B; 50%', "two  blanks", "a/b, #7 (x) = y!"),
    (
        "Zażółć äöüß",
        "Привет Ω 漢字 한국어",
        "e\u0301 A\u030a \U0001f600",
        "שלום مرحبا हिन्दी ไทย \ufb01 \u0130\u0131 \u1e9e € “x” \uff76",
    ),
    (" blank, lines\r\nand\ttab", "<b>&amp; -- /* c */ @", "C:\\dir\\new", "%s %20 ${x} {{y}} ` \u00a0\u2028\u200b "),
)
# Texts that look like values of other types, or that some databases and spreadsheets treat in another way.
ALIKE = (
    "1e5",
    "lower case",
    "null",
    "=1+1",
    "0012345",
    "-1",
    "'; DROP TABLE orders; --",
    "true",
    "nul \u0000 character",
    "2024-01-01",
    "NaN",
    "[]",
)
# By how many texts a field goes on in each round: coprime to their number, so that it comes to all of them.
_STEP = 5
# Too long for the columns of many databases, empty, and blank.
LONG, EMPTY, BLANK = "x" * 4200, "", " "
# The rounds of `ALIKE` that come before these.
_FIRST_ALIKE = 2

# An unpaired surrogate: JSON can escape it, UTF-8 cannot encode it. Many servers reject it; hence it is sent alone.
UNPAIRED_SURROGATE = "half \ud83d a pair"


@dataclass(frozen=True, slots=True)
class Round:
    """Unusual values for many fields of one order.

    Attributes:
        change: the value of each field.
        parts: the texts to try in a field that does not accept its value; none for most values.
        plain: the fields whose value is plain.

    """

    change: Change
    parts: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()


def rounds(contract: Contract, fresh: Callable[[], str]) -> Iterator[Round]:
    """Enumerate orders with unusual values in many fields at once.

    The first ones have a text of `COMBINED` in every text field, then each field another one of `ALIKE`, then all texts
    are too long, empty and blank. In the others each field has the other texts of `ALIKE` one after the other. Numbers
    and dates come before texts, so that the halves of a rejected order separate them.

    Args:
        contract: the contract, which describes the fields.
        fresh: returns a fresh reference; unusual references begin with it.

    """
    key = contract.extension.duplicate.reference
    texts = [field for field in contract.fields.values() if field.type == "string" and not (field.enum or field.format)]
    listed: list[tuple[tuple[str, ...], Callable[[int], str]]] = [
        *((parts, _always(" ".join(parts))) for parts in COMBINED),
        *(((), partial(_alike, turn)) for turn in range(_FIRST_ALIKE)),
        *(((), _always(text)) for text in (LONG, EMPTY, BLANK)),
        *(((), partial(_alike, turn)) for turn in range(_FIRST_ALIKE, len(ALIKE))),
    ]
    used: Counter[tuple[str, int]] = Counter()
    for turn, (parts, text_at) in enumerate(listed):
        change = _values_of(contract, turn, used)
        for place, field in enumerate(texts):
            # Listed values of the organisation's own fields come in the last rounds before those of `LONG`.
            own = turn - len(COMBINED) - _FIRST_ALIKE + len(field.unusual)
            text = field.unusual[own] if field.organisation and own in range(len(field.unusual)) else text_at(place)
            change[field.name] = f"{fresh()}{text}" if field.name == key else text
        plain = (name for name in change if contract.fields[name].format and turn >= len(dates.UNUSUAL))
        yield Round(change, parts, frozenset(plain))


def _alike(turn: int, place: int) -> str:
    return ALIKE[(_STEP * turn + place) % len(ALIKE)]


def _always(text: str) -> Callable[[int], str]:
    return lambda _place: text


def _values_of(contract: Contract, turn: int, used: Counter[tuple[str, int]]) -> dict[str, Any]:
    """Return an unusual value for each number, and for each date-time as long as there are any; then special times."""
    fields = contract.fields.values()
    # The last value is the greatest: it comes second, so that a short plan has it.
    change: dict[str, Any] = {
        field.name: field.unusual[-turn % len(field.unusual)]
        for field in fields
        if field.type == "number" and field.unusual
    }
    dated = [field.name for field in fields if field.format == "date-time"]
    if turn < len(dates.UNUSUAL):
        unusual = {name: dates.UNUSUAL[(turn + place) % len(dates.UNUSUAL)] for place, name in enumerate(dated)}
        return change | unusual
    chronology = sorted(dated, key=contract.extension.core.chronology.index)
    forms = {
        name: (dates.OFFSETS[(len(dated) * turn + place) % len(dates.OFFSETS)], turn % 2 * 3)
        for place, name in enumerate(chronology)
    }
    return {**change, **dates.special_times(_EARLIEST, forms, used, _FIRST_SPECIAL)}


def nulls(contract: Contract) -> Change:
    """Return a change that sets null in every field that is not required."""
    return {field.name: None for field in contract.fields.values() if not field.required}


def unknown_property(order: Order) -> Change:
    """Return a change that adds undocumented properties: a simple one, a nested one, and two with unusual names."""
    unknown = "".join(sorted(name[0] for name in order))
    return {
        f"x{unknown}": "unknown",
        "extensions": [{"key": {"deep": [1, None, True]}}],
        "$where": "1",
        "__proto__": {"a": 1},
    }


def own_values(contract: Contract, text: str) -> Change:
    """Return a change that sends the fields that only a response has, as a client might to choose their values.

    Its ref and link look like those of a service, so that one that takes them does not reject them for their form.
    Other fields have a text in place of an object: one that takes them returns a wrong type.

    Args:
        contract: the contract, which describes the fields.
        text: a text that no other run has; ref and link follow from it.

    """
    identity = contract.extension.identity
    reference = str(uuid.uuid5(uuid.NAMESPACE_URL, text))
    own = {identity.reference: reference, identity.link: f"https://127.0.0.1{contract.path}/{reference}"}
    created = contract.responses[contract.extension.statuses.created]
    names = dict.fromkeys(field.path[0] for field in created.fields)
    return {name: own.get(name, "unknown") for name in names if name not in contract.fields}


def deep(depth: int) -> bytes:
    """Return a JSON array of arrays, nested `depth` levels deep."""
    return b"[" * depth + b"]" * depth


def random(contract: Contract, reference: st.SearchStrategy[str]) -> st.SearchStrategy[Change]:
    """Generate changes of an order that set unusual values in one to three fields; references come from `reference`."""
    texts = [field.name for field in contract.fields.values() if field.is_free_text]
    numbers = [field.name for field in contract.fields.values() if field.type == "number"]
    listed = (*itertools.chain.from_iterable(COMBINED), *ALIKE, LONG, EMPTY, BLANK)
    text = st.sampled_from(listed) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
    number = st.floats(allow_nan=False, allow_infinity=False, width=64) | st.integers(-(10**12), 10**12)
    key = contract.extension.duplicate.reference
    one = st.one_of(
        st.sampled_from([name for name in texts if name != key]).flatmap(
            lambda name: text.map(lambda value: {name: value})
        ),
        st.tuples(reference, text).map(lambda pair: {key: f"{pair[0]}{pair[1]}"}),
        st.sampled_from(numbers).flatmap(lambda name: number.map(lambda value: {name: value})),
        st.dictionaries(st.text(max_size=8), st.none() | st.integers() | text, min_size=1, max_size=3),
    )
    return st.lists(one, min_size=1, max_size=3).map(
        lambda parts: {name: value for part in parts for name, value in part.items()}
    )
