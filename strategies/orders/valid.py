"""Plain orders: systematic ones that cover every value or every pair of values, and random ones."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
# A choice has a value for one field, or for each of a group of fields. A date-time that follows the order's instant is
# a `_Form` in it, and becomes text when the order is assembled.
_Choice = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A date-time after the order's instant, in a form of `dates.FORMS`."""

    form: tuple[float | None, int]


class OrderFactory:
    """Makes plain orders for one organisation.

    Every order has a fresh reference. The values of the other fields are examples and enums of the contract, and the
    organisation's own values.

    Attributes:
        contract: the contract, which describes the fields.
        organisation: the organisation's own values, by field.
        fresh: returns a fresh reference.
        prefix: the prefix of the references.
        reference: the name of the field for the reference.
        instant: the name of the field for the instant.
        text: the name of another field that may have any text.

    """

    def __init__(self, contract: Contract, organisation: Mapping[str, str], references: References) -> None:
        """Compute the choices for each field, or group of fields that depend on each other.

        Args:
            contract: the contract, which describes the fields.
            organisation: the organisation's own value for each field with `x-organisation`.
            references: generates fresh references.

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

    @property
    def most_choices(self) -> int:
        """Return how many choices the field with the most of them has: so many turns of `varied` have them all."""
        return max(map(len, self._factors))

    def minimal(self) -> dict[str, Any]:
        """Return the smallest plain order: the required fields, each with its first example."""
        required = [field for field in self.contract.fields.values() if field.required]
        return {field.name: self._first(field) for field in required}

    def full(self) -> dict[str, Any]:
        """Return a plain order with all fields, each with its first example."""
        return {field.name: self._first(field) for field in self.contract.fields.values()}

    def covering(self, strength: int) -> Iterator[dict[str, Any]]:
        """Enumerate plain orders that cover every choice (strength 1) or every pair of choices (strength 2).

        The first order has all fields with their first examples, and the second one only the required fields. An
        instant that occurs again is replaced by its alternatives in turn.
        """
        sizes = tuple(len(factor) for factor in self._factors)
        rows = _rows(sizes, strength)
        turns: Counter[str] = Counter()
        used: Counter[tuple[str, int]] = Counter()
        for index, row in enumerate(rows):
            if index == 1:
                yield self.minimal()
            choices = [factor[level] for factor, level in zip(self._factors, row, strict=True)]
            yield self._assemble(choices, instant=self._next_instant(choices, turns), used=used)

    def varied(self, turn: int, day: date, *, ahead: int = 0, complete: bool = False) -> dict[str, Any]:
        """Return a plain order with other values in each turn, and with an instant on a day that is long ago.

        Of as many turns in a row as a field has values, each has another one of them. Fields with as many values as
        each other do not go through them in step.

        Args:
            turn: the number of the turn.
            day: the day of the order's instant; its time and offset are those of a plain one.
            ahead: how many values to go on before the first turn.
            complete: whether the order has every field, but for those that may not stand beside its other values.

        """
        choices = []
        for place, factor in enumerate(self._factors):
            whole = [choice for choice in factor if next(iter(choice.values())) is not ABSENT] if complete else factor
            size = len(whole)
            choices.append(whole[(ahead + turn + place * (turn // size)) % size])
        chosen: str = next(choice[self.instant] for choice in choices if self.instant in choice)
        return self._assemble(choices, instant=f"{day:%Y-%m-%d}{chosen[len('2024-01-01') :]}")

    def other(self, order: Order) -> dict[str, Any]:
        """Return a plain order with the same key whose other fields differ, where they have another plain value."""
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
        """Enumerate the plain values of a group of fields that depend on each other; absent fields are left out."""
        for factor in self._factors:
            if factor and set(factor[0]) == names:
                for choice in factor:
                    yield {name: value for name, value in choice.items() if value is not ABSENT}

    def rekeyed(self, order: Order) -> dict[str, Any]:
        """Return an order with a fresh reference."""
        return {**order, self.reference: self.fresh()}

    def random(self, now: datetime) -> st.SearchStrategy[dict[str, Any]]:
        """Generate any plain orders: instants at least a day ago, and all numbers and choices that the core allows."""
        core = self.contract.extension.core
        after = date_time.parse(core.after) or now
        factors = [st.sampled_from(factor) for factor in self._factors]
        amounts = {
            name: st.integers(
                min_value=int(limits["minimum"] * 10**core.decimals),
                max_value=int(limits["maximum"] * 10**core.decimals),
            ).map(lambda cents: cents / 10**core.decimals)
            for name, limits in core.schema["properties"].items()
            if "maximum" in limits
        }

        @st.composite
        def order(draw: st.DrawFn) -> dict[str, Any]:
            choices = [draw(strategy) for strategy in factors]
            instant = draw(dates.plain_instants(after, now - timedelta(days=1)))
            made = self._assemble(choices, instant=dates.written(instant, draw(dates.forms())))
            return made | {name: draw(strategy) for name, strategy in amounts.items()}

        return order()

    def _next_instant(self, choices: Sequence[_Choice], turns: Counter[str]) -> str:
        """Return the chosen instant, or its next alternative where it was chosen before."""
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

    def _assemble(
        self,
        choices: Sequence[_Choice],
        instant: str | None = None,
        used: Counter[tuple[str, int]] | None = None,
    ) -> dict[str, Any]:
        """Merge choices; date-times after the instant are special times if it is counted how often each is used."""
        merged: dict[str, Any] = {}
        for choice in choices:
            merged |= choice
        if instant is not None:
            merged[self.instant] = instant
        merged[self.reference] = self.fresh()
        start = date_time.parse(merged[self.instant])
        present = [name for name in self.contract.fields if merged.get(name, ABSENT) is not ABSENT]
        forms = {name: merged[name].form for name in self._chronology if isinstance(merged.get(name), _Form)}
        special = dates.special_times(start, forms, used) if used is not None and start is not None else {}
        return {name: special.get(name) or self._value(name, merged[name], start) for name in present}

    def _value(self, name: str, value: Any, start: datetime | None) -> Any:
        if not isinstance(value, _Form) or start is None:
            return value
        # One hour after the field ahead of it in the chronology; plain instants are long enough ago for that.
        place = self._chronology.index(name) if name in self._chronology else 1
        return dates.written(start + timedelta(hours=place), value.form)

    def _first(self, field: RequestField) -> Any:
        if field.name == self.reference:
            return self.fresh()
        if field.organisation:
            return self.organisation[field.name]
        return field.examples[0]


def default_organisation(contract: Contract) -> dict[str, str]:
    """Return the contract's first example for each field with `x-organisation`."""
    return {field.name: field.examples[0] for field in contract.fields.values() if field.organisation}


@cache
def _rows(sizes: tuple[int, ...], strength: int) -> tuple[pairwise.Row, ...]:
    return tuple(pairwise.each_level(sizes) if strength == 1 else pairwise.each_pair(sizes))
