"""What the tests of the contract share."""

from __future__ import annotations

from typing import Any

import pytest

from orders_conformance.spec.contract import Contract
from tests.spec.copies import document_copy


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract.load()


@pytest.fixture
def document() -> dict[str, Any]:
    """A copy of the document, to be changed."""
    return document_copy()
