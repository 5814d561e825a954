"""Targets behind the limits of a run, which respond with given outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders_conformance.harness.client.limits.budget import Budget, BudgetLimits
from orders_conformance.harness.client.limits.circuit_breaker import CircuitBreaker
from orders_conformance.harness.client.limits.transport import LimitedTransport
from orders_conformance.harness.ledger.names import OrderNames
from orders_conformance.harness.messages.exchange import Failure, Request, Response
from orders_conformance.strategies.probe import encode
from tests.support.ledgers import order
from tests.support.runs import CONTRACT

ORDER, OTHER, NEXT = (
    Request(encode(order(number)), "application/json", "Basic a2V5OnRva2Vu") for number in range(1, 4)
)
NAMES = OrderNames(CONTRACT, "OC123456")
CONFLICT = CONTRACT.statuses.conflict
TIMEOUT = Failure("timeout", "why")


def status(number: int) -> Response:
    return Response(number, {}, b"")


@dataclass
class Target:
    """A target that responds with the given outcomes in turn, and records the requests."""

    outcomes: list[Response | Failure]
    sent: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, connection: str) -> Response | Failure:
        assert connection == "main"
        self.sent.append(request)
        return self.outcomes.pop(0)


def limited(
    *outcomes: Response | Failure, limits: BudgetLimits | None = None, breaker: int | None = None
) -> tuple[LimitedTransport, Target, Budget]:
    target, budget = Target(list(outcomes)), Budget(limits or BudgetLimits(), CONFLICT, NAMES)
    return LimitedTransport(target, budget, CircuitBreaker(breaker)), target, budget


def cost(*outcomes: Response | Failure, requests: tuple[Request, ...] = ()) -> tuple[int, int, int]:
    """Send the same order, or requests in turn; return the numbers of requests, orders and possible orders."""
    send, _, budget = limited(*outcomes)
    for request in requests or (ORDER,) * len(outcomes):
        send(request, "main")
    return budget.requests, budget.orders, budget.possible
