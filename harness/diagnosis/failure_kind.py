"""The kind of a failure: an order is simplified only as long as it fails in the same way."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from orders_conformance.harness.messages.exchange import Exchange
from orders_conformance.harness.messages.json_body import read_object
from orders_conformance.harness.oracle.classification import Classification, Name
from orders_conformance.harness.verdicts.traits import value_traits
from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract

# What may have happened to a text on its way, the most specific first.
_CHANGES_OF_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "none": lambda sent, returned: returned == sent,
    "letter case": lambda sent, returned: returned.casefold() == sent.casefold(),
    "blanks": lambda sent, returned: "".join(returned.split()) == "".join(sent.split()),
    "normalisation": lambda sent, returned: _normal(returned) == _normal(sent),
    "escapes": lambda sent, returned: html.unescape(returned) == sent or html.unescape(sent) == returned,
    "end cut off": lambda sent, returned: sent.startswith(returned),
    "beginning cut off": lambda sent, returned: sent.endswith(returned),
    "letters outside ASCII": lambda sent, returned: _ascii(returned) == _ascii(sent),
    "characters dropped": lambda sent, returned: _is_part(returned, sent),
    "other text": lambda sent, returned: returned != sent,
}
# A text that is cut at a blank has these traits, which do not make it another kind of text.
_BY_CUTTING = ("with a blank at an end of", "with two blanks inside")


@dataclass(frozen=True, slots=True)
class FailureKind:
    """The kind of a failure.

    Attributes:
        outcome: the status of the response, or the kind of the failure to get one.
        named: the fields that its message names: another cause of the same status names others.
        changes: all words for how the returned value of the field that the requirement is about differs from the one
            sent, the most specific first.
        traits: the traits of the values that were sent.

    """

    outcome: int | str | None
    named: frozenset[str]
    changes: tuple[str, ...]
    traits: frozenset[str]

    @classmethod
    def of(cls, name: Name, exchange: Exchange, classification: Classification, contract: Contract) -> FailureKind:
        """Return the kind of the failure of an exchange that broke requirement `name`."""
        response, failure = exchange.response, exchange.failure
        body = (read_object(response.body) if response else None) or {}
        texts = " ".join(str(body.get(one)) for one in contract.extension.message_fields)
        field = name[2] if len(name) > len(("family", "status")) else ""
        changes = _changes((classification.document or {}).get(field), body.get(field)) if field else ("none",)
        return cls(
            outcome=response.status if response else failure.kind if failure else None,
            named=frozenset(one for one in contract.fields if one.casefold() in texts.casefold()),
            changes=changes,
            traits=frozenset(kinds_of_values(classification, contract)),
        )

    def is_same(self, simpler: FailureKind, plain: frozenset[str]) -> bool:
        """Return whether a simpler order failed in this way: its values have no traits that are new.

        Args:
            simpler: the failure of the simpler order.
            plain: the traits of the plain order, which any order may have.

        """
        outcome = (self.outcome, self.named) == (simpler.outcome, simpler.named)
        return outcome and self.changes[0] in simpler.changes and simpler.traits <= self.traits | plain


def kinds_of_values(classification: Classification, contract: Contract) -> Iterator[str]:
    """Yield the traits of the values of an order, without those that cutting a text brings about."""
    return (trait for trait in value_traits(classification, contract) if not trait.startswith(_BY_CUTTING))


def _changes(sent: Any, returned: Any) -> tuple[str, ...]:
    """Return in words how a returned value differs from the one sent."""
    if isinstance(sent, str) and isinstance(returned, str):
        before, after = date_time.parse(sent), date_time.parse_leniently(returned)
        if before is not None and after is not None:
            return (f"{_sign(after > before, after < before)} {abs(after - before) < timedelta(seconds=1)}",)
        return tuple(word for word, applies in _CHANGES_OF_TEXT.items() if applies(sent, returned))
    if _is_number(sent) and _is_number(returned):
        distance = Decimal(str(returned)) - Decimal(str(sent))
        return (f"{_sign(distance > 0, distance < 0)} {abs(distance) < 1}",)
    return (f"{type(sent).__name__} {type(returned).__name__}",)


def _sign(more: bool, less: bool) -> str:  # noqa: FBT001 - both come from comparisons
    return "more" if more else "less" if less else "same"


def _is_part(part: str, whole: str) -> bool:
    """Return whether a text is another one without some of its characters."""
    rest = iter(whole)
    return all(one in rest for one in part)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _ascii(text: str) -> str:
    """Return the ASCII letters of a text, without what often stands for others."""
    return "".join(one for one in text if one.isascii() and one != "?")
