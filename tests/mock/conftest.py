"""What the tests of the embedded server share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orders_conformance.spec.contract import Contract
from tests.support.mock_client import Client, example, opened


@pytest.fixture
def client(contract: Contract) -> Iterator[Client]:
    service = opened(contract)
    yield Client(service)
    service.close()


@pytest.fixture
def order(contract: Contract) -> dict[str, Any]:
    return example(contract)
