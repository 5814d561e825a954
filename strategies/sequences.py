"""Sequences around the keys of orders: repeats, near-repeats, refusals, other credentials and connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from spec import instants
from strategies import moments
from strategies.orders import Orders
from strategies.probe import Answer, Order, Probe, Script, Send


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence.

    Attributes:
        kind: what happens, one of `KINDS`.
        which: to which of the orders so far, counted from the newest.
        distance: how far an instant is moved where it is moved.
        form: how an instant is written where it is written anew.
        order: the order that is created where one is.

    """

    kind: str
    which: int
    distance: timedelta
    form: tuple[float | None, int]
    order: Order


KINDS = (
    "create",
    "repeat",
    "repeat/other-fields",
    "repeat/other-connection",
    "repeat/same-instant",
    "near",
    "recycled",
    "refused",
    "refused/created",
    "unauthorized",
    "unauthorized/created",
    "repeat/unauthorized",
)


def steps(order: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[Step]:
    """Generate single steps.

    Args:
        order: generates the orders that are created.

    """
    return st.builds(
        Step,
        kind=st.sampled_from(KINDS),
        which=st.integers(min_value=0, max_value=20),
        distance=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=40)),
        form=st.tuples(st.sampled_from([2, -8, 5.5]), st.just(0)),
        order=order,
    )


def perform(orders: Orders, drawn: Iterable[Step], wrong: Sequence[str]) -> Script:
    """Perform steps in turn.

    Args:
        orders: makes references.
        drawn: the steps.
        wrong: the variants of wrong credentials.

    """
    existing: list[Order] = []
    for step in drawn:
        chosen = existing[-1 - step.which % len(existing)] if existing else None
        kind = "create" if chosen is None else step.kind
        order = orders.rekeyed(step.order)
        unauthorized = wrong[step.which % len(wrong)]
        if kind.startswith("refused"):
            yield Send(Probe("sequence/refused", spoilt(orders, order)))
        elif kind.startswith("unauthorized"):
            yield Send(Probe("sequence/unauthorized", order, credentials=unauthorized))
        if kind in {"create", "refused/created", "unauthorized/created"}:
            answer: Answer = yield Send(Probe("sequence/create", order))
            if answer.success and not isinstance(answer.probe.body, bytes):
                existing.append(answer.probe.body)
        elif chosen is not None and kind not in {"refused", "unauthorized"}:
            yield Send(_around(orders, chosen, step, unauthorized))


def _around(orders: Orders, chosen: Order, step: Step, unauthorized: str) -> Probe:
    name = f"sequence/{step.kind}"
    if step.kind == "repeat/unauthorized":
        return Probe(name, chosen, credentials=unauthorized)
    if step.kind == "repeat/other-connection":
        return Probe(name, chosen, connection="other")
    if step.kind == "repeat/other-fields":
        return Probe(name, orders.other(chosen))
    if step.kind == "repeat/same-instant":
        return Probe(name, moved(orders, chosen, timedelta(), step.form))
    if step.kind == "near":
        return Probe(name, moved(orders, chosen, -min(step.distance, timedelta(days=2))))
    if step.kind == "recycled":
        return Probe(name, moved(orders, chosen, -max(step.distance, timedelta(days=4))))
    return Probe(name, chosen)


def moved(orders: Orders, order: Order, distance: timedelta, form: tuple[float | None, int] = (None, 0)) -> Order:
    """Move the instant of an order; other dates are left out, since they would have to follow."""
    moment = instants.parse(order[orders.instant])
    if moment is None:
        return order
    fields = orders.contract.fields
    others = {name: value for name, value in order.items() if fields[name].format is None}
    if not distance:
        return {**others, orders.instant: moments.rewritten(moment, form[0])}
    return {**others, orders.instant: moments.written(moment + distance, form)}


def spoilt(orders: Orders, order: Order) -> Order:
    """Give an order a fault that leaves its key alone: a required field is missing."""
    keys = {orders.reference, orders.instant}
    required = next(field for field in orders.contract.fields.values() if field.required and field.name not in keys)
    return {name: value for name, value in order.items() if name != required.name}
