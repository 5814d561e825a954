"""The random requests of a run: probes of our own strategies, cases of schemathesis, and the seed of sequences."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from hypothesis import strategies as st
from schemathesis import Case

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.credentials import Credentials
from orders_conformance.strategies.generated import headers
from orders_conformance.strategies.generated.draw import draw
from orders_conformance.strategies.generated.schema_cases import SchemaCases
from orders_conformance.strategies.invalid import bodies, fields
from orders_conformance.strategies.orders.references import References
from orders_conformance.strategies.orders.valid import OrderFactory
from orders_conformance.strategies.probe import Order, Probe
from orders_conformance.strategies.values import unusual

_STEPS_PER_SEQUENCE = 15


@dataclass(frozen=True, slots=True)
class Traffic:
    """The random requests of a run; independent of what a target does.

    Attributes:
        own: probes of our own strategies. Before they are sent, `rekeyed` replaces their references.
        schema: the generator of `cases`, which also checks the responses to them.
        cases: the cases that schemathesis generates from the contract, each with its probe; `rekeyed` as above.
        sequences: the number of request sequences to send, and their seed.

    """

    own: tuple[Probe, ...]
    schema: SchemaCases
    cases: tuple[tuple[Case[Any], Probe], ...]
    sequences: tuple[int, int]
    _orders: OrderFactory
    _reference: bytes

    @classmethod
    def drawn(  # noqa: PLR0913, PLR0917 - what a draw depends on, and nothing else
        cls,
        contract: Contract,
        organisation: Mapping[str, str],
        prefix: str,
        credentials: Credentials,
        seed: int,
        examples: int,
        now: datetime,
    ) -> Self:
        """Draw the random requests of a run.

        Args:
            contract: the contract.
            organisation: the organisation's own values, by field.
            prefix: the prefix of the run's references; those in the drawn requests have one more letter, R.
            credentials: the right credentials, from which wrong ones are generated.
            seed: the seed of all draws.
            examples: the approximate number of requests.
            now: the current time; plain instants are before it.

        """
        seeds = random.Random(seed)  # noqa: S311 - reproducible on purpose
        share = examples // 4
        orders = OrderFactory(contract, organisation, References(f"{prefix}R"))
        plain = orders.full()
        own = draw(_probes(contract, orders, plain, credentials, now), share * 2, seeds)
        sequences = (-(-share // _STEPS_PER_SEQUENCE), seeds.getrandbits(32))
        schema = SchemaCases.load(contract, orders, plain)
        cases = tuple((case, schema.probe(case)) for case in (*schema.coverage(), *schema.fuzzed(share, seeds)))
        return cls(tuple(own), schema, cases, sequences, orders, str(plain[orders.reference]).encode())

    def rekeyed(self, probe: Probe, orders: OrderFactory) -> Probe:
        """Return a probe with a fresh reference; unchanged where the drawn reference is an unusual or invalid one.

        Args:
            probe: the probe.
            orders: generates the references of the run.

        """
        if isinstance(probe.body, bytes):
            return probe.with_body(probe.body.replace(self._reference, orders.fresh().encode()))
        reference = probe.body.get(orders.reference)
        plain = isinstance(reference, str) and reference.rpartition("-")[0] == self._orders.prefix
        return probe.with_body(orders.rekeyed(probe.body)) if plain else probe


def _probes(
    contract: Contract, orders: OrderFactory, plain: Order, credentials: Credentials, now: datetime
) -> st.SearchStrategy[Probe]:
    """Generate probes of every kind."""
    valid_orders = orders.random(now)
    valid = valid_orders.map(lambda order: Probe("random/valid", order))
    one = st.builds(
        lambda order, fault: Probe(f"random/{fault.name}", fault.applied(order)),
        valid_orders,
        fields.random(contract, plain),
    )
    two = st.builds(
        lambda order, pair: Probe("random/two-faults", pair[0].applied(pair[1].applied(order))),
        valid_orders,
        fields.random_pairs(contract, plain),
    )
    unusual_orders = st.builds(
        lambda order, change: Probe("random/unusual", {**order, **change}),
        st.just(orders.minimal()),
        unusual.random(contract, st.builds(orders.fresh)),
    )
    invalid_bodies = bodies.random_bodies(plain, orders.text).map(
        lambda named: Probe(f"random/body/{named[0]}", named[1])
    )
    wrong_credentials = st.builds(
        lambda order, header: Probe("random/credentials", order, authorization=header),
        valid_orders,
        headers.wrong_headers(credentials),
    )
    media = st.builds(
        lambda order, media_type: Probe("random/media-type", order, content_type=media_type),
        valid_orders,
        headers.other_media_types(contract.extension.media_types.rejected),
    )
    return st.one_of(valid, valid, one, one, two, unusual_orders, invalid_bodies, wrong_credentials, media)
