"""What the tests of the detection matrix share."""

from __future__ import annotations

import pytest

from orders_conformance.harness.selfcheck.matrix import Matrix, build_matrix
from tests.support.distinct_servers import alike, measured

# The whole takes about 390 s of CPU (919 servers, 422 of them distinct), in a step of its own in .ci/run.
_WHOLE = pytest.param("whole", marks=[pytest.mark.catalogue, pytest.mark.slow])


@pytest.fixture(scope="session")
def distinct() -> Matrix:
    """The matrix of all servers but those that are told from no other one; it is made once."""
    return build_matrix(left_out=alike(measured()["faulty"]))


@pytest.fixture(scope="session")
def whole() -> Matrix:
    """The matrix of all servers; it is made once."""
    return build_matrix()


@pytest.fixture(scope="session", params=["distinct", _WHOLE])
def judged(request: pytest.FixtureRequest) -> Matrix:
    """Each of both matrices."""
    matrix: Matrix = request.getfixturevalue(request.param)
    return matrix
