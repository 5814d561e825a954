"""What a user says of a contract on the command line."""

from __future__ import annotations

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.inputs.contract import read_without
from tests.support.runs import CONTRACT


@pytest.mark.parametrize("given", [("memory", "echo"), ("echo,memory",), (" memory , echo,", "echo")])
def test_features_are_read_with_commas_and_repeatedly(given: tuple[str, ...]) -> None:
    assert read_without(CONTRACT, given) == ("echo", "memory")


def test_a_feature_that_is_not_known_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InvalidInputError, match="no feature 'memry' that a target may lack: did you mean 'memory'"):
        read_without(CONTRACT, ["memry"])
