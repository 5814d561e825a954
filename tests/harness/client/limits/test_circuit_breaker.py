"""Server errors in a row end a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.errors import CircuitOpenError
from tests.support.limited_targets import ORDER, limited, status


def test_server_errors_in_a_row_open_the_circuit() -> None:
    send, target, _ = limited(*[status(500)] * 9, breaker=3)
    for _ in range(3):
        send(ORDER, "main")
    with pytest.raises(CircuitOpenError, match="3 server errors in a row"):
        send(ORDER, "main")
    assert len(target.sent) == 3


def test_any_other_response_closes_the_circuit_again() -> None:
    outcomes = [status(500), status(503), status(400)] * 4
    send, target, _ = limited(*outcomes, breaker=3)
    for _ in outcomes:
        send(ORDER, "main")
    assert len(target.sent) == len(outcomes)


def test_waiting_for_the_end_of_an_outage_does_not_open_the_circuit() -> None:
    send, target, _ = limited(*[status(502)] * 9, breaker=3)
    for _ in range(9):
        send(replace(ORDER, is_waiting=True), "main")
    assert len(target.sent) == 9
