"""Send what a mock is asked to respond to with a status, and have the shape of the responses judged."""

from __future__ import annotations

from orders_conformance.harness.engine.engine import Engine
from orders_conformance.harness.oracle.oracle import FORCED_RULES
from orders_conformance.strategies.forced import ForcedHeader


def send_forced(engine: Engine, header: ForcedHeader) -> None:
    """Force a response with each documented status of which something was not judged by now.

    A response with another status shows that the target does not know the header: no evidence, and a note says so.

    Args:
        engine: the engine of a run that has sent everything else.
        header: the header that the user names.

    """
    evaluation = engine.evaluation
    contract, tally, ignored = evaluation.oracle.contract, evaluation.tally, []
    shapes = [one for one in map(contract.requirements.get, tally.counts) if one and one.family in FORCED_RULES]
    left = {one.subject[0] for one in shapes if tally.is_open_to_forced(one.id)}
    wanted = [status for status in contract.responses if str(status) in left]
    for probe in header.probes(engine.orders, wanted):
        judged = engine.send_forced(probe)
        if probe.forced is not None and judged.status != probe.forced.status:
            ignored.append(f"{judged.status or 'nothing'} for {probe.forced.status}")
    if ignored:
        evaluation.event_writer.note(f"the target does not follow {header}: it responded {', '.join(ignored)}")
