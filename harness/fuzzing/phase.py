"""The random part of a run: what was drawn is sent, and judged like everything else; what is found is made smaller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orders_conformance.harness.diagnosis.minimise import minimise
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.fuzzing.second_opinion import SecondOpinion
from orders_conformance.harness.fuzzing.state_machine import StateMachineRunner
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.generated.traffic import Traffic
from orders_conformance.strategies.probe import Answer, Script, Send

# Requests spent on making findings smaller: in all, and on one of them.
_SHRINKING, _SHRINKING_ONE = 120, 40


@dataclass(frozen=True)
class FuzzingPhase:
    """Random traffic for one run.

    Attributes:
        engine: sends and judges.
        traffic: what to send; the sequences are drawn as they go, for they depend on the answers.
        now: the time of day; the sequences' plain instants are before it.

    """

    engine: Engine
    traffic: Traffic
    now: datetime

    def perform(self) -> None:
        """Send everything.

        Raises:
            BudgetSpentError: the run may send nothing more.
            TargetUnavailableError: the target cannot be reached, or stopped answering.

        """
        self.engine.perform(self._own())
        number, seed = self.traffic.sequences
        StateMachineRunner(self.engine, self.now).run(seed, number)
        self.engine.perform(self._schema())
        self._shrink()

    def _shrink(self) -> None:
        """Find a smaller order for each requirement that was shown to be broken."""
        left = _SHRINKING
        for requirement, finding in self.engine.evaluation.tally.smallest():
            left -= minimise(self.engine, requirement, finding, min(left, _SHRINKING_ONE))

    def _own(self) -> Script:
        for probe in self.traffic.own:
            yield Send(self.traffic.rekeyed(probe, self.engine.orders))

    def _schema(self) -> Script:
        evaluation = self.engine.evaluation
        second = SecondOpinion(self.traffic.schema.operation)
        judged = opinions = 0
        for case, probe in self.traffic.cases:
            answer: Answer = yield Send(self.traffic.rekeyed(probe, self.engine.orders))
            if answer.status is None or answer.exchange is None:
                continue
            judged += 1
            # Not the last exchange of the run: settling a suspicion sends further requests after this one.
            exchange = evaluation.exchanges[answer.exchange]
            for opinion in second.opinions(case, exchange):
                evaluation.observe((Rule.SCHEMATHESIS_CHECKS,), opinion, exchange)
                opinions += 1
        if not opinions:
            evaluation.observe((Rule.SCHEMATHESIS_CHECKS,), f"nothing, in {judged} answers", None)
