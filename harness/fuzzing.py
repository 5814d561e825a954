"""The random part of a run: our own strategies, schema-driven cases, and sequences; judged like everything else."""

from __future__ import annotations

import random
from datetime import datetime

from hypothesis import strategies as st

from harness.draws import draw
from harness.engine import Engine
from harness.machine import Sequences
from harness.minimising import minimise
from harness.schema_cases import SchemaCases
from strategies import faults, manners, unusual
from strategies.probe import Answer, Probe, Script, Send

_STEPS_OF_A_SEQUENCE = 15
# Requests spent on making findings smaller: in all, and on one of them.
_SHRINKING, _SHRINKING_ONE = 120, 40


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
        self._now = now
        self._valid = self._orders.random(now)
        self._drawn_reference = b""

    def perform(self) -> None:
        """Send everything.

        Raises:
            BudgetSpent: the run may send nothing more.
            TargetUnavailable: the target cannot be reached, or stopped answering.

        """
        share = self._examples // 4
        self._engine.perform(self._own(share * 2))
        sequences = -(-share // _STEPS_OF_A_SEQUENCE)
        Sequences(self._engine, self._now).run(self._seeds.getrandbits(32), sequences)
        self._engine.perform(self._schema(share))
        self._shrink()

    def _shrink(self) -> None:
        """Find a smaller order for each requirement that was shown to be broken."""
        left = _SHRINKING
        for requirement, finding in self._engine.evaluation.tally.smallest():
            left -= minimise(self._engine, requirement, finding, min(left, _SHRINKING_ONE))

    def _own(self, number: int) -> Script:
        for probe in draw(self._probes(), number, self._seeds):
            yield Send(probe.with_body(self._rekeyed(probe)))

    def _schema(self, number: int) -> Script:
        cases = SchemaCases.load(self._engine.evaluation.oracle.contract, self._orders)
        judged = opinions = 0
        for case in (*cases.coverage(), *cases.fuzzed(number, self._seeds)):
            body, content_type = cases.render(case)
            answer: Answer = yield Send(Probe("schema", body, content_type=content_type))
            if answer.status is None:
                continue
            judged += 1
            last = next(reversed(self._engine.evaluation.exchanges.values()))
            for opinion in cases.opinions(case, last):
                self._engine.evaluation.observe(("second_judge",), opinion, last)
                opinions += 1
        if not opinions:
            self._engine.evaluation.observe(("second_judge",), f"nothing, in {judged} answers", None)

    def _probes(self) -> st.SearchStrategy[Probe]:
        """Generate single requests of every kind."""
        contract, orders = self._engine.evaluation.oracle.contract, self._orders
        plain = orders.full()
        self._drawn_reference = str(plain[orders.reference]).encode()
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
        refused = contract.extension["media_types"]["refused"]
        strangers = st.builds(
            lambda order, header: Probe("random/credentials", order, authorization=header),
            self._valid,
            manners.wrong_headers(self._engine.sender.credentials),
        )
        media = st.builds(
            lambda order, media_type: Probe("random/media-type", order, content_type=media_type),
            self._valid,
            manners.other_media_types(refused),
        )
        return st.one_of(valid, valid, one, one, two, beyond, bodies, strangers, media)

    def _rekeyed(self, probe: Probe) -> bytes | dict[str, object]:
        """Give an order a fresh reference, unless its reference is what is unusual about it."""
        if isinstance(probe.body, bytes):
            return probe.body.replace(self._drawn_reference, self._orders.fresh().encode())
        reference = probe.body.get(self._orders.reference)
        plain = isinstance(reference, str) and reference.rpartition("-")[0] == self._orders.prefix
        return self._orders.rekeyed(probe.body) if plain else dict(probe.body)
