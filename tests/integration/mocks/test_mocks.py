"""Every stock mock loads the exported contract, and a run against it ends by itself with true failures only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.mocks.catalogue import MOCKS, Mock, running

# Programs of others, which take seconds to start: a step of its own in .ci/run.
pytestmark = [pytest.mark.mocks, pytest.mark.slow]


@pytest.mark.parametrize("mock", MOCKS, ids=lambda mock: mock.name)
def test_the_exported_contract_is_loaded(mock: Mock, tmp_path: Path) -> None:
    with running(mock, tmp_path) as url:
        assert url.startswith("http://127.0.0.1:")
