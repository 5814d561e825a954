"""What the tests of the strategies share."""

from __future__ import annotations

import pytest

from orders_conformance.spec.contract import Contract
from orders_conformance.strategies.orders.valid import OrderFactory
from tests.support.classified_orders import NOW, Referee, plain_orders


@pytest.fixture
def orders(contract: Contract) -> OrderFactory:
    return plain_orders(contract)


@pytest.fixture(scope="session")
def referee(contract: Contract) -> Referee:
    return Referee(contract, NOW)
