"""What a stand-in has beside the API: latency, a health check and a log."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.service import Service
from orders_conformance.mock.stand_in import HEALTH, LogEntry, StandIn
from orders_conformance.spec.contract import Contract
from tests.support.mock_client import opened


@pytest.fixture
def service(contract: Contract) -> Iterator[Service]:
    service = opened(contract)
    yield service
    service.close()


def _request(method: str, path: str) -> ServerRequest:
    return ServerRequest(method, path, (), b"")


def test_the_health_check_needs_no_credentials_and_is_not_logged(service: Service) -> None:
    log: list[LogEntry] = []
    response = StandIn(service, log=log.append).handle(_request("GET", HEALTH))
    assert (response.status, response.body) == (200, b'{"status":"ok"}')
    assert log == []


def test_only_reading_checks_the_health(service: Service) -> None:
    assert StandIn(service).handle(_request("POST", HEALTH)).status == 404


def test_each_response_of_the_service_is_delayed(service: Service) -> None:
    assert StandIn(service, latency=0.25).handle(_request("GET", "/elsewhere")).wire.delay == 0.25


def test_a_request_is_logged_with_its_response(service: Service) -> None:
    log: list[LogEntry] = []
    ticks = count(start=10.0, step=2.0)
    response = StandIn(service, 0.5, log.append, clock=lambda: next(ticks)).handle(_request("GET", "/elsewhere?a=b"))
    assert log == [LogEntry("GET", "/elsewhere?a=b", 404, len(response.body), 2.5)]


def test_how_connections_are_kept_is_up_to_the_service(contract: Contract) -> None:
    class Busy(Service):
        keep_alive = 0.25
        one_connection = True

    served = StandIn(opened(contract, Busy))
    assert (served.keep_alive, served.one_connection) == (0.25, True)
