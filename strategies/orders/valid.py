"""Valid orders of the plain core: systematic ones that cover every value and every pair, and random ones."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from orders_conformance.spec import date_time
from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import RequestField
from orders_conformance.strategies.orders import pairwise
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.probe import Order
from orders_conformance.strategies.values import dates

ABSENT = object()
# A choice gives some fields a value each; a moment is written down only when the order is put together, because
# instants follow each other.
_Choice = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A date field that follows the order's instant, written like this."""

    form: tuple[float | None, int]


class OrderFactory:
    """Makes plain orders for one organisation.

    Every order gets a fresh reference. The other fields come from the contract's examples and enums, and from the
    organisation's own values.
    """

    def __init__(self, contract: Contract, organisation: Mapping[str, str], references: References) -> None:
        """Prepare the choices for each field, or for those that depend on each other.

        Args:
            contract: where the fields are described.
            organisation: the organisation's own value for each field that the contract marks so.
            references: hands out references that were never used.

        """
        self.contract = contract
        self.organisation = organisation
        self.fresh = references.fresh
        self.prefix = references.prefix
        self.reference: str = contract.extension.duplicate.reference
        self.instant: str = contract.extension.duplicate.instant
        self.text = next(
            field.name for field in contract.fields.values() if field.is_free_text and field.name != self.reference
        )
        self._core = Draft202012Validator(contract.extension.core.schema)
        self._chronology = contract.extension.core.chronology
        self._factors = tuple(self._choices())

    def minimal(self) -> dict[str, Any]:
        """Make the simplest plain order: required fields only, each with its first example."""
        required = [field for field in self.contract.fields.values() if field.required]
        return {field.name: self._first(field) for field in required}

    def full(self) -> dict[str, Any]:
        """Make a plain order that has every field, each with its first example."""
        return {field.name: self._first(field) for field in self.contract.fields.values()}

    def covering(self, strength: int) -> Iterator[dict[str, Any]]:
        """Enumerate plain orders that cover every choice (strength 1) or every pair of choices (strength 2).

        The first has every field with its first example, and the second only the required ones. An instant that is
        chosen again takes turns with those like it.
        """
        sizes = tuple(len(factor) for factor in self._factors)
        rows = _rows(sizes, strength)
        turns: Counter[str] = Counter()
        for index, row in enumerate(rows):
            if index == 1:
                yield self.minimal()
            choices = [factor[level] for factor, level in zip(self._factors, row, strict=True)]
            yield self._assemble(choices, moment=self._in_turn(choices, turns))

    def other(self, order: Order) -> dict[str, Any]:
        """Change every field of a plain order that may be changed, but not its key."""
        changed = dict(order)
        later = date_time.parse(order[self.instant]) or date_time.parse(dates.PLAIN[0])
        for factor in self._factors:
            for choice in factor:
                if self.instant not in choice and all(
                    order.get(name, ABSENT) != self._value(name, value, later) for name, value in choice.items()
                ):
                    changed |= choice
                    break
        assembled = {name: value for name, value in changed.items() if value is not ABSENT}
        return {name: self._value(name, value, later) for name, value in assembled.items()}

    def choices(self, names: set[str]) -> Iterator[dict[str, Any]]:
        """Enumerate the plain choices for fields that depend on each other; a field that is left out is absent."""
        for factor in self._factors:
            if factor and set(factor[0]) == names:
                for choice in factor:
                    yield {name: value for name, value in choice.items() if value is not ABSENT}

    def rekeyed(self, order: Order) -> dict[str, Any]:
        """Give an order a fresh reference."""
        return {**order, self.reference: self.fresh()}

    def random(self, now: datetime) -> st.SearchStrategy[dict[str, Any]]:
        """Generate plain orders: any instant, amount, text, combination and presence that the core allows."""
        core = self.contract.extension.core
        after = date_time.parse(core.after) or now
        whole = {factor_index: st.sampled_from(factor) for factor_index, factor in enumerate(self._factors)}
        price = core.schema["properties"]
        amounts = {
            name: st.integers(
                min_value=int(limits["minimum"] * 10**core.decimals),
                max_value=int(limits["maximum"] * 10**core.decimals),
            ).map(lambda cents: cents / 10**core.decimals)
            for name, limits in price.items()
            if "maximum" in limits
        }

        @st.composite
        def order(draw: st.DrawFn) -> dict[str, Any]:
            choices = [draw(strategy) for strategy in whole.values()]
            moment = draw(dates.plain_moments(after, now - timedelta(days=1)))
            made = self._assemble(choices, moment=dates.written(moment, draw(dates.forms())))
            return made | {name: draw(strategy) for name, strategy in amounts.items()}

        return order()

    def _in_turn(self, choices: Sequence[_Choice], turns: Counter[str]) -> str:
        """Write the instant otherwise each time that it is chosen."""
        chosen: str = next(choice[self.instant] for choice in choices if self.instant in choice)
        texts = (chosen, *dates.ALTERNATIVES.get(chosen, ()))
        turns[chosen] += 1
        return texts[(turns[chosen] - 1) % len(texts)]

    def _choices(self) -> Iterator[Sequence[_Choice]]:
        together = [tuple(group) for group in self.contract.extension.core.together]
        grouped = {name: group for group in together for name in group}
        done: set[str] = set()
        for field in self.contract.fields.values():
            if field.name in done or field.name == self.reference:
                continue
            names = grouped.get(field.name, (field.name,))
            done.update(names)
            values = [list(self._values(self.contract.fields[name])) for name in names]
            choices = [dict(zip(names, combination, strict=True)) for combination in itertools.product(*values)]
            yield [choice for choice in choices if self._plain(choice)]

    def _values(self, field: RequestField) -> Iterator[Any]:
        if field.organisation:
            yield self.organisation[field.name]
        elif field.enum:
            yield from dict.fromkeys((*field.examples, *field.enum))
        elif field.name == self.instant:
            yield from dates.PLAIN
        elif field.format == "date-time":
            yield from (_Form(form) for form in dates.FORMS)
        else:
            yield from field.examples
        if not field.required:
            yield ABSENT

    def _plain(self, choice: _Choice) -> bool:
        present = {name: value for name, value in choice.items() if isinstance(value, (str, int, float))}
        return self._core.is_valid(present)

    def _assemble(self, choices: Sequence[_Choice], moment: str | None = None) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for choice in choices:
            merged |= choice
        if moment is not None:
            merged[self.instant] = moment
        merged[self.reference] = self.fresh()
        start = date_time.parse(merged[self.instant])
        present = [name for name in self.contract.fields if merged.get(name, ABSENT) is not ABSENT]
        return {name: self._value(name, merged[name], start) for name in present}

    def _value(self, name: str, value: Any, start: datetime | None) -> Any:
        if not isinstance(value, _Form) or start is None:
            return value
        # An hour for each place in the order of events: later than the ones ahead, and never in the future.
        place = self._chronology.index(name) if name in self._chronology else 1
        return dates.written(start + timedelta(hours=place), value.form)

    def _first(self, field: RequestField) -> Any:
        if field.name == self.reference:
            return self.fresh()
        if field.organisation:
            return self.organisation[field.name]
        return field.examples[0]


def default_organisation(contract: Contract) -> dict[str, str]:
    """The page's own examples for the fields that an organisation defines."""
    return {field.name: field.examples[0] for field in contract.fields.values() if field.organisation}


@cache
def _rows(sizes: tuple[int, ...], strength: int) -> tuple[pairwise.Row, ...]:
    return tuple(pairwise.each_level(sizes) if strength == 1 else pairwise.each_pair(sizes))
