"""What the tests of the contract share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.contract_copies import document_copy


@pytest.fixture
def document() -> dict[str, Any]:
    """A copy of the document, to be changed."""
    return document_copy()
