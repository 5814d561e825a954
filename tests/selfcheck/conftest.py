"""What the tests of the kill matrix share."""

from __future__ import annotations

import pytest

from harness.selfcheck import Matrix, judge_all


@pytest.fixture(scope="session")
def judged() -> Matrix:
    """The whole matrix; it takes minutes, and is made once."""
    return judge_all()
