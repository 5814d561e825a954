"""Requests that use an order's key before the order is created, to show what a rejection leaves behind.

Some of them must be rejected: for wrong credentials, a fault or a media type. If the order that follows gets a
conflict, the server has stored the key of a rejected request. The others are the same order in another form, which the
server may or should accept; the order itself follows only if they are rejected.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from orders_conformance.strategies.credentials import RIGHT
from orders_conformance.strategies.invalid import fields
from orders_conformance.strategies.invalid.bodies import with_number
from orders_conformance.strategies.invalid.fields import Fault
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.orders.variants import with_fault
from orders_conformance.strategies.probe import Order, Probe, encode
from orders_conformance.strategies.values import unusual


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """A request before an order.

    Attributes:
        probe: makes the probe from the order that follows.
        creates: whether the probe creates this order if it succeeds, so that no other request is needed.
        may_be_rejected: whether a conformant server may reject it, or must.

    """

    probe: Callable[[Order], Probe]
    creates: bool = False
    may_be_rejected: bool = True


def unauthorized(variants: tuple[str, ...], and_invalid: Iterator[EarlierRequest]) -> Iterator[EarlierRequest]:
    """Enumerate requests with wrong credentials; none of them creates an order.

    Args:
        variants: the variants of wrong credentials.
        and_invalid: requests that are invalid as well.

    """

    def with_variant(variant: str, connection: str = "main") -> EarlierRequest:
        return EarlierRequest(lambda order: Probe(f"credentials/{variant}", order, variant, connection=connection))

    yield with_variant(variants[0])
    yield with_variant(variants[0], connection="new")
    yield from itertools.islice(and_invalid, 2)
    yield from map(with_variant, variants[1:])
    yield from and_invalid


def wrong_and_invalid(orders: OrderFactory, variants: tuple[str, ...]) -> Iterator[EarlierRequest]:
    """Enumerate requests with wrong credentials that are invalid as well: each variant with another kind of fault.

    A server may check some kinds of credentials before it reads the order and others after it.
    """
    of_each_kind: dict[str, Fault] = {}
    for fault in fields.single(orders.contract, orders.full()):
        if fault.value is not fields.MISSING:
            of_each_kind.setdefault(fault.name.split("/")[1], fault)
    other_media_type, *_ = orders.contract.extension.media_types.rejected

    def faulty(fault: Fault) -> Callable[[Order, str], Probe]:
        return lambda order, variant: Probe("", fault.applied(order), variant)

    kinds: Mapping[str, Callable[[Order, str], Probe]] = {
        "missing": lambda order, variant: Probe("", with_fault(orders, order), variant),
        "truncated": lambda order, variant: Probe("", encode(order)[:-1], variant),
        "media-type": lambda order, variant: Probe("", order, variant, content_type=other_media_type),
        **{kind: faulty(fault) for kind, fault in of_each_kind.items()},
        "not-an-object": lambda order, variant: Probe("", b"[" + encode(order) + b"]", variant),
        "no-fields": lambda _order, variant: Probe("", {}, variant),
    }

    def named(kind: str, variant: str) -> EarlierRequest:
        return EarlierRequest(lambda order: replace(kinds[kind](order, variant), name=f"credentials/{variant}+{kind}"))

    # The first and the last variant come first: no credentials, and those that cannot be decoded.
    turns = (variants[0], variants[-1], variants[0], *variants[1:-1])
    return map(named, itertools.cycle(kinds), turns)


def rewritten(orders: OrderFactory, right: tuple[str, ...]) -> Iterator[EarlierRequest]:
    """Enumerate other forms of the same order, and the order with an undocumented property or half a character."""

    def as_media_type(media_type: str | None) -> EarlierRequest:
        return EarlierRequest(
            lambda order: Probe(f"media-type/{media_type}", order, content_type=media_type),
            creates=True,
            may_be_rejected=media_type is None,
        )

    def with_credentials(variant: str) -> EarlierRequest:
        return EarlierRequest(
            lambda order: Probe(f"credentials/{variant}", order, variant), creates=True, may_be_rejected=False
        )

    yield from (as_media_type(media_type) for media_type in orders.contract.extension.media_types.accepted)
    yield EarlierRequest(lambda order: Probe("other-words", rewritten_json(order)), creates=True, may_be_rejected=False)
    yield from (with_credentials(variant) for variant in right if variant != RIGHT)
    yield as_media_type(None)
    yield EarlierRequest(
        lambda order: Probe("unusual/unknown-property", {**order, **unusual.unknown_property(order)}), creates=True
    )
    own = unusual.own_values(orders.contract, orders.prefix)
    yield EarlierRequest(lambda order: Probe("unusual/own-values", {**order, **own}), creates=True)
    yield EarlierRequest(lambda order: Probe("unusual/rare-json", with_rare_json(order)), creates=True)
    yield EarlierRequest(
        lambda order: Probe("unusual/half-a-pair", {**order, orders.text: unusual.UNPAIRED_SURROGATE}), creates=True
    )


def rewritten_json(order: Order) -> bytes:
    """Return an order in other JSON: members in reverse order, white space, numbers with exponents, escaped letters."""
    members = (f"{json.dumps(name)} :\t{_rewritten_value(value)}" for name, value in reversed(list(order.items())))
    return ("{\r\n" + " ,\n".join(members) + "\n}\n").encode()


def with_rare_json(order: Order) -> bytes:
    """Return an order in JSON that a receiver may reject: a name occurs twice, and a number is too large for a double.

    Both occurrences of the name have the same value.
    """
    name, value = list(order.items())[-1]
    repeated = f",{json.dumps(name)}:{json.dumps(value)}}}"
    return with_number(order, b"1e400")[:-1] + repeated.encode()


def _rewritten_value(value: object) -> str:
    if isinstance(value, str) and value and value[0].isascii():
        return f'"\\u{ord(value[0]):04x}{json.dumps(value[1:])[1:]}'
    return f"{Decimal(str(value)):e}" if isinstance(value, (int, float)) else json.dumps(value)


def rejected(orders: OrderFactory) -> Iterator[EarlierRequest]:
    """Enumerate requests that must be rejected for another reason than credentials."""

    def as_media_type(media_type: str) -> EarlierRequest:
        return EarlierRequest(lambda order: Probe(f"media-type/{media_type}", order, content_type=media_type))

    yield rejected_variant(orders, 1)
    yield from (as_media_type(media_type) for media_type in orders.contract.extension.media_types.rejected)
    yield EarlierRequest(lambda order: Probe("before/truncated", encode(order)[:-1]))


def with_fault_first(fault: Fault) -> EarlierRequest:
    """Return a request with the order and a fault in it."""
    return EarlierRequest(lambda order: Probe(fault.name, fault.applied(order)))


def rejected_variant(orders: OrderFactory, place: int = 0) -> EarlierRequest:
    """Return a request that must be rejected, with another value in every field; `place` as for `with_fault`.

    None of these values may be in the response to the order that follows.
    """

    def probe(order: Order) -> Probe:
        return Probe(
            "before/refused-neighbour",
            with_fault(orders, orders.other({**orders.full(), **_key(orders, order)}), place),
        )

    return EarlierRequest(probe)


def _key(orders: OrderFactory, order: Order) -> Order:
    return {name: order[name] for name in (orders.reference, orders.instant)}


def similar_references(orders: OrderFactory, order: Order) -> Iterator[EarlierRequest]:
    """Enumerate orders whose references differ from another one in a hyphen, case, a space, a zero or their end."""
    reference = order[orders.reference]
    head, _, tail = reference.rpartition("-")
    texts = {
        "hyphen": f"{head}{tail}",
        "case": reference.lower(),
        "blank": f"{reference} ",
        "zero": f"{head}-0{tail}",
        # No fresh reference has a second hyphen.
        "longer": f"{reference}-0",
    }

    def with_reference(name: str, text: str) -> EarlierRequest:
        return EarlierRequest(
            lambda other: Probe(f"lookalike/{name}", {**other, orders.reference: text}),
            creates=True,
        )

    yield from (with_reference(name, text) for name, text in texts.items())
