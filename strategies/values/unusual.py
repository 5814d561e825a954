"""Unusual values: a server may accept or reject them, but must not fail on them or return them changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates

Change = Mapping[str, Any]

# Texts that faulty servers change or fail on. The first four combine many features: alphabets; punctuation, markup and
# escapes; characters that are composed, invisible or depend on the locale; white space and line breaks. Then come texts
# that look like values of other types, long ones, and characters that some databases cannot store. The last ones have a
# single feature each, for servers that reject the combined ones.
TEXTS = (
    "Zażółć 漢字 Ω Привет שלום مرحبا हिन्दी ไทย 한국어 カ ｶ € “x”",
    'O\'Brien "x" \\ / ` <b>&amp; %s %20 ${x} {{y}} # ; -- /* c */ @',
    "😀 e\u0301 \u200b\u00a0\u2028 \ufb01 A\u030a \u0130 \u0131 \u1e9e",
    " blank at both ends,\r\nlines\tand tab ",
    "0012345",
    "x" * 4200,
    "null",
    "1e5",
    "nul \u0000 character",
    "=1+1",
    "true",
    "",
    "äöüß ÀÉ",
    "😀",
    "Привет",
    "漢字",
    "O'Brien",
    "a\\b/c",
    "<b>",
    "50%20",
    "two\nlines",
    " blank",
    " ",
    "2024-01-01",
    "c:\\dir\\",
    "-1",
    "lower case",
    "'; DROP TABLE orders; --",
)

# An unpaired surrogate: JSON can escape it, UTF-8 cannot encode it. Many servers reject it; hence it is sent alone.
UNPAIRED_SURROGATE = "half \ud83d a pair"


def changes(contract: Contract, reference: str) -> Iterator[Change]:
    """Enumerate changes of an order that set unusual values in many fields at once.

    Each change sets other texts of `TEXTS` in the text fields, beginning with the first ones. All changes together set
    each text in each field.

    Args:
        contract: the contract, which describes the fields.
        reference: a fresh reference; unusual references begin with it.

    """
    key = contract.extension.duplicate.reference
    fields = [field for field in contract.fields.values() if not field.enum]
    texts = [field.name for field in fields if field.is_free_text]
    # After so many turns each field has the same texts again, unless it begins one text later: with 6 fields and 28
    # texts after 14 turns.
    cycle = len(TEXTS) // math.gcd(len(texts), len(TEXTS))
    for turn in range(len(TEXTS)):
        change: dict[str, Any] = {field.name: field.unusual[turn] for field in fields if turn < len(field.unusual)}
        dated = [field.name for field in fields if field.format == "date-time"]
        if turn < len(dates.UNUSUAL):
            change |= {name: dates.UNUSUAL[(turn + place) % len(dates.UNUSUAL)] for place, name in enumerate(dated)}
        for place, name in enumerate(texts):
            text = TEXTS[(turn * len(texts) + place + turn // cycle) % len(TEXTS)]
            change[name] = f"{reference}{turn}{text}" if name == key else text
        yield change


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


def deep(depth: int) -> bytes:
    """Return a JSON array of arrays, nested `depth` levels deep."""
    return b"[" * depth + b"]" * depth


def random(contract: Contract, reference: st.SearchStrategy[str]) -> st.SearchStrategy[Change]:
    """Generate changes of an order that set unusual values in one to three fields; references come from `reference`."""
    texts = [field.name for field in contract.fields.values() if field.is_free_text]
    numbers = [field.name for field in contract.fields.values() if field.type == "number"]
    text = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
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
