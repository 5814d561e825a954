"""What the tests of the detection matrix share."""

from __future__ import annotations

import pytest

from orders_conformance.harness.selfcheck.matrix import Matrix, build_matrix
from tests.support.samples import left_out

_WHOLE = pytest.param("whole", marks=[pytest.mark.thorough, pytest.mark.slow])


@pytest.fixture(scope="session")
def sample() -> Matrix:
    """The matrix of every twelfth server; it is made once."""
    return build_matrix(left_out=left_out())


@pytest.fixture(scope="session")
def whole() -> Matrix:
    """The matrix of all servers; it is made once."""
    return build_matrix()


@pytest.fixture(scope="session", params=["sample", _WHOLE])
def judged(request: pytest.FixtureRequest) -> Matrix:
    """Each of both matrices."""
    matrix: Matrix = request.getfixturevalue(request.param)
    return matrix
