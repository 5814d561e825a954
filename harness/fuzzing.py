"""The random part of a run: our own strategies, schema-driven cases, and sequences; judged like everything else."""

from __future__ import annotations

import random
from datetime import datetime

from hypothesis import strategies as st

from harness.draws import draw
from harness.engine import Engine
from harness.schema_cases import SchemaCases
from strategies import faults, sequences, unusual
from strategies.probe import Probe, Script, Send


class Fuzzing:
    """Random traffic for one run.

    It is drawn before the first of it is sent, so that it depends on the seed and the contract alone.
    """

    def __init__(self, engine: Engine, seed: int, examples: int, now: datetime) -> None:
        """Prepare the strategies.

        Args:
            engine: sends and judges.
            seed: makes the draws reproducible.
            examples: about how many requests to send.
            now: the time of day; plain instants are before it.

        """
        self._engine = engine
        self._orders = engine.orders
        self._seeds = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self._examples = examples
        self._valid = self._orders.random(now)

    def perform(self) -> None:
        """Send everything.

        Raises:
            BudgetSpent: the run may send nothing more.
            TargetUnavailable: the target cannot be reached, or stopped answering.

        """
        share = self._examples // 4
        for script in (self._own(share * 2), self._sequence(share), self._schema(share)):
            self._engine.perform(script)

    def _own(self, number: int) -> Script:
        for probe in draw(self._probes(), number, self._seeds):
            yield Send(probe.with_body(self._rekeyed(probe)))

    def _sequence(self, number: int) -> Script:
        drawn = draw(sequences.steps(self._valid), number, self._seeds)
        wrong = tuple(self._engine.oracle.contract.extension["credentials"]["wrong"])
        known = self._engine.credentials.variants()
        yield from sequences.perform(self._orders, drawn, [variant for variant in wrong if variant in known])

    def _schema(self, number: int) -> Script:
        cases = SchemaCases.load(self._engine.oracle.contract, self._orders)
        for case in (*cases.coverage(), *cases.fuzzed(number, self._seeds)):
            body, content_type = cases.render(case)
            before = len(self._engine.exchanges)
            yield Send(Probe("schema", body, content_type=content_type))
            sent = list(self._engine.exchanges.values())[before:]
            for opinion in cases.opinions(case, sent[-1]) if sent else ():
                self._engine.second_opinion(sent[-1], opinion)

    def _probes(self) -> st.SearchStrategy[Probe]:
        """Generate single requests of every kind."""
        contract, orders = self._engine.oracle.contract, self._orders
        plain = orders.full()
        valid = self._valid.map(lambda order: Probe("random/valid", order))
        one = st.builds(
            lambda order, fault: Probe(f"random/{fault.name}", fault.applied(order)),
            self._valid,
            faults.random(contract, plain),
        )
        two = st.builds(
            lambda order, pair: Probe("random/two-faults", pair[0].applied(pair[1].applied(order))),
            self._valid,
            faults.random_pairs(contract, plain),
        )
        beyond = st.builds(
            lambda order, change: Probe("random/unusual", {**order, **change}),
            st.just(orders.minimal()),
            unusual.random(contract, st.builds(orders.fresh)),
        )
        bodies = faults.random_bodies(plain, orders.text).map(lambda named: Probe(f"random/body/{named[0]}", named[1]))
        return st.one_of(valid, valid, one, one, two, beyond, bodies)

    def _rekeyed(self, probe: Probe) -> bytes | dict[str, object]:
        """Give an order a fresh reference, unless its reference is what is unusual about it."""
        if isinstance(probe.body, bytes):
            return probe.body
        reference = probe.body.get(self._orders.reference)
        plain = isinstance(reference, str) and reference.rpartition("-")[0] == self._orders.prefix
        return self._orders.rekeyed(probe.body) if plain else dict(probe.body)
