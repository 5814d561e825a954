"""A Hypothesis state machine that sends random sequences of requests.

Its steps create orders, repeat them (also with other fields, offsets, connections or wrong credentials), reuse
references with other instants, send requests that are rejected, and pause. It does not judge: the oracle judges every
exchange, with the history of the whole run.
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
from orders_conformance.strategies.probe import Order, Pause, Probe, ProbeResult, Script, Send, Together

_CONNECTIONS = ("main", "other", "new")
_LONGEST_PAUSE = 0.05  # seconds
_STEPS = 25


class StateMachineRunner:
    """Runs the machine against one engine.

    Attributes:
        problem: the error that stopped the run, or None; the machine then goes on without sending.

    """

    def __init__(self, engine: Engine, now: datetime) -> None:
        """Prepare to send plain orders whose instants are before `now`."""
        self.engine = engine
        self.orders = engine.orders
        self.plain = engine.orders.random(now)
        wrong = engine.evaluation.oracle.contract.extension.credentials.wrong
        known = engine.sender.credentials.variants()
        self.wrong = tuple(variant for variant in wrong if variant in known)
        self.problem: BrokenRunError | None = None

    def run(self, number: int, examples: int) -> None:
        """Send a number of sequences of up to 25 steps each.

        Args:
            number: the seed of Hypothesis.
            examples: the number of sequences.

        Raises:
            BrokenRunError: the run may send nothing more, or cannot.

        """
        # Hypothesis keeps every machine until the process ends; the weak reference lets the run be freed before.
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
        """Perform a script, unless the run was stopped; keep the error that stops it until the machine has ended."""
        if self.problem is not None:
            return
        try:
            self.engine.perform(script)
        except BrokenRunError as problem:
            # Hypothesis would treat an exception in the machine as a failing test and send everything again.
            self.problem = problem

    def send(self, name: str, body: Order | bytes, credentials: str = RIGHT, connection: str = "main") -> list[Order]:
        """Send a probe; return the order in a list if it was created, else an empty list."""
        created: list[Order] = []

        def script() -> Script:
            result: ProbeResult = yield Send(Probe(f"sequence/{name}", body, credentials, connection=connection))
            if result.success and not isinstance(result.probe.body, bytes):
                created.append(result.probe.body)

        self.perform(script())
        return created


def _machine(sequences: StateMachineRunner) -> type[RuleBasedStateMachine]:  # noqa: C901 - a list of rules
    orders = sequences.orders
    plain = sequences.plain.map(dict)
    which: Callable[..., Any] = st.sampled_from

    class Machine(RuleBasedStateMachine):
        created = Bundle("created")
        rejected = Bundle("rejected")

        @rule(target=created, order=plain, connection=which(_CONNECTIONS))
        def create(self, order: Order, connection: str) -> Any:
            return multiple(*sequences.send("create", orders.rekeyed(order), connection=connection))

        @rule(target=rejected, order=plain)
        def reject(self, order: Order) -> Order:
            fresh = orders.rekeyed(order)
            sequences.send("refused", with_fault(orders, fresh))
            return fresh

        @rule(target=rejected, order=plain, credentials=which(sequences.wrong))
        def send_unauthorized(self, order: Order, credentials: str) -> Order:
            fresh = orders.rekeyed(order)
            sequences.send("unauthorized", fresh, credentials)
            return fresh

        @rule(target=created, order=consumes(rejected))
        def create_after_rejection(self, order: Order) -> Any:
            return multiple(*sequences.send("create-refused", order))

        @rule(order=created, connection=which(_CONNECTIONS))
        def repeat(self, order: Order, connection: str) -> None:
            sequences.send("repeat", order, connection=connection)

        @rule(order=created)
        def repeat_with_other_fields(self, order: Order) -> None:
            sequences.send("repeat/other-fields", orders.other(order))

        @rule(order=created, credentials=which(sequences.wrong))
        def repeat_unauthorized(self, order: Order, credentials: str) -> None:
            sequences.send("repeat/unauthorized", order, credentials)

        @rule(order=created, offset=which((2, -8, 5.5)))
        def repeat_with_offset(self, order: Order, offset: float) -> None:
            sequences.send("repeat/same-instant", with_instant_moved(orders, order, timedelta(), (offset, 0)))

        @rule(order=created, hours=st.integers(1, 48))
        def change_instant_by_hours(self, order: Order, hours: int) -> None:
            sequences.send("near", with_instant_moved(orders, order, timedelta(hours=-hours)))

        @rule(order=created, days=st.integers(4, 60))
        def recycle_reference(self, order: Order, days: int) -> None:
            sequences.send("recycled", with_instant_moved(orders, order, timedelta(days=-days)))

        @rule(order=plain, racers=st.integers(2, 4))
        def race(self, order: Order, racers: int) -> None:
            same = orders.rekeyed(order)
            probes = tuple(Probe("sequence/race", same, connection=f"racer-{number}") for number in range(racers))
            sequences.perform(_script(Together(probes)))

        @rule(seconds=st.floats(0, _LONGEST_PAUSE))
        def pause(self, seconds: float) -> None:
            sequences.perform(_script(Pause(seconds)))

    return Machine


def _script(action: Together | Pause) -> Script:
    yield action
