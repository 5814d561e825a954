"""The random phase of a run: send random requests, judge them like all others, and simplify the findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orders_conformance.harness.diagnosis.minimise import minimise
from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.fuzzing.second_opinion import SecondOpinion
from orders_conformance.harness.fuzzing.state_machine import StateMachineRunner
from orders_conformance.spec.rules import Rule
from orders_conformance.strategies.generated.traffic import Traffic
from orders_conformance.strategies.probe import ProbeResult, Script, Send

# At most so many requests to simplify findings: in all, and for one finding.
_MINIMISING, _MINIMISING_ONE = 120, 40


@dataclass(frozen=True)
class FuzzingPhase:
    """Random traffic for one run.

    Attributes:
        engine: sends and judges.
        traffic: the requests to send; the sequences are drawn while they are sent, since they depend on the responses.
        now: the current time; plain instants in the sequences are before it.

    """

    engine: Engine
    traffic: Traffic
    now: datetime

    def perform(self) -> None:
        """Send all random requests.

        Raises:
            BudgetSpentError: the run may send nothing more.
            TargetUnavailableError: the target cannot be reached, or stopped responding.

        """
        self.engine.perform(self._drawn_requests())
        number, seed = self.traffic.sequences
        StateMachineRunner(self.engine, self.now).run(seed, number)
        self.engine.perform(self._schema_cases())
        self._minimise()

    def _minimise(self) -> None:
        """Find a simpler order for each requirement that was broken."""
        left = _MINIMISING
        for requirement, finding in self.engine.evaluation.tally.plainest():
            left -= minimise(self.engine, requirement, finding, min(left, _MINIMISING_ONE))

    def _drawn_requests(self) -> Script:
        for probe in self.traffic.own:
            yield Send(self.traffic.rekeyed(probe, self.engine.orders))

    def _schema_cases(self) -> Script:
        evaluation = self.engine.evaluation
        second = SecondOpinion(self.traffic.schema.operation)
        judged = opinions = 0
        for case, probe in self.traffic.cases:
            result: ProbeResult = yield Send(self.traffic.rekeyed(probe, self.engine.orders))
            if result.status is None or result.exchange is None:
                continue
            judged += 1
            # Not the last exchange of the run: settling a suspicion sends further requests after this one.
            exchange = evaluation.exchanges[result.exchange]
            if exchange.response is not None and exchange.response.is_brief:
                continue
            for opinion in second.opinions(case, exchange):
                evaluation.observe((Rule.SCHEMATHESIS_CHECKS,), opinion, exchange)
                opinions += 1
        if not opinions:
            evaluation.observe((Rule.SCHEMATHESIS_CHECKS,), f"nothing, in {judged} responses", None)
