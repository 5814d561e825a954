"""A Hypothesis state machine: creates, repeats, near-repeats, refusals, strangers, other connections and pauses.

It judges nothing: the engine has every exchange judged by the oracle, with the memory of the whole run.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, rule, run_state_machine_as_test

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.errors import BrokenRunError
from orders_conformance.strategies.credentials import RIGHT
from orders_conformance.strategies.generated.hypothesis_provider import reproducible
from orders_conformance.strategies.orders.variants import with_fault, with_instant_moved
from orders_conformance.strategies.probe import Answer, Order, Pause, Probe, Script, Send, Together

_CONNECTIONS = ("main", "other", "new")
_LONGEST_PAUSE = 0.05
_STEPS = 25


class StateMachineRunner:
    """Runs the machine against one engine.

    Attributes:
        problem: what stopped the run, if anything did; the machine then goes on without sending.

    """

    def __init__(self, engine: Engine, now: datetime) -> None:
        """Prepare to create plain orders whose instants are before `now`."""
        self.engine = engine
        self.orders = engine.orders
        self.plain = engine.orders.random(now)
        wrong = engine.evaluation.oracle.contract.extension.credentials.wrong
        known = engine.sender.credentials.variants()
        self.wrong = tuple(variant for variant in wrong if variant in known)
        self.problem: BrokenRunError | None = None

    def run(self, number: int, examples: int) -> None:
        """Run a number of sequences of up to 25 steps each.

        Args:
            number: the seed.
            examples: how many sequences.

        Raises:
            BrokenRunError: the run may send nothing more, or cannot.

        """
        # Hypothesis keeps every machine as long as the process lives; the run must not be kept with it.
        machine = seed(number)(_machine(weakref.proxy(self)))
        with reproducible():
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=_STEPS,
                    database=None,
                    deadline=None,
                    phases=(Phase.generate,),
                    suppress_health_check=list(HealthCheck),
                    verbosity=Verbosity.quiet,
                ),
            )
        if self.problem is not None:
            raise self.problem

    def perform(self, script: Script) -> None:
        """Perform a script, unless the run was stopped before; keep what stops it until the machine has ended."""
        if self.problem is not None:
            return
        try:
            self.engine.perform(script)
        except BrokenRunError as problem:
            # An exception inside the machine would be taken for a failing test, and everything sent again.
            self.problem = problem

    def send(self, name: str, body: Order | bytes, credentials: str = RIGHT, connection: str = "main") -> list[Order]:
        """Send a probe; list the order if it was created."""
        created: list[Order] = []

        def script() -> Script:
            answer: Answer = yield Send(Probe(f"sequence/{name}", body, credentials, connection=connection))
            if answer.success and not isinstance(answer.probe.body, bytes):
                created.append(answer.probe.body)

        self.perform(script())
        return created


def _machine(sequences: StateMachineRunner) -> type[RuleBasedStateMachine]:  # noqa: C901 - one rule after the other
    orders = sequences.orders
    plain = sequences.plain.map(dict)
    which: Callable[..., Any] = st.sampled_from

    class Machine(RuleBasedStateMachine):
        created = Bundle("created")
        refused = Bundle("refused")

        @rule(target=created, order=plain, connection=which(_CONNECTIONS))
        def create(self, order: Order, connection: str) -> Any:
            return multiple(*sequences.send("create", orders.rekeyed(order), connection=connection))

        @rule(target=refused, order=plain)
        def refuse(self, order: Order) -> Order:
            fresh = orders.rekeyed(order)
            sequences.send("refused", with_fault(orders, fresh))
            return fresh

        @rule(target=refused, order=plain, credentials=which(sequences.wrong))
        def turn_away(self, order: Order, credentials: str) -> Order:
            fresh = orders.rekeyed(order)
            sequences.send("unauthorized", fresh, credentials)
            return fresh

        @rule(target=created, order=consumes(refused))
        def create_what_was_refused(self, order: Order) -> Any:
            return multiple(*sequences.send("create-refused", order))

        @rule(order=created, connection=which(_CONNECTIONS))
        def repeat(self, order: Order, connection: str) -> None:
            sequences.send("repeat", order, connection=connection)

        @rule(order=created)
        def repeat_with_other_fields(self, order: Order) -> None:
            sequences.send("repeat/other-fields", orders.other(order))

        @rule(order=created, credentials=which(sequences.wrong))
        def repeat_as_stranger(self, order: Order, credentials: str) -> None:
            sequences.send("repeat/unauthorized", order, credentials)

        @rule(order=created, offset=which((2, -8, 5.5)))
        def repeat_with_offset(self, order: Order, offset: float) -> None:
            sequences.send("repeat/same-instant", with_instant_moved(orders, order, timedelta(), (offset, 0)))

        @rule(order=created, hours=st.integers(1, 48))
        def come_near(self, order: Order, hours: int) -> None:
            sequences.send("near", with_instant_moved(orders, order, timedelta(hours=-hours)))

        @rule(order=created, days=st.integers(4, 60))
        def recycle(self, order: Order, days: int) -> None:
            sequences.send("recycled", with_instant_moved(orders, order, timedelta(days=-days)))

        @rule(order=plain, racers=st.integers(2, 4))
        def race(self, order: Order, racers: int) -> None:
            same = orders.rekeyed(order)
            lanes = tuple(Probe("sequence/race", same, connection=f"racer-{lane}") for lane in range(racers))
            sequences.perform(_one(Together(lanes)))

        @rule(seconds=st.floats(0, _LONGEST_PAUSE))
        def pause(self, seconds: float) -> None:
            sequences.perform(_one(Pause(seconds)))

    return Machine


def _one(action: Together | Pause) -> Script:
    yield action
