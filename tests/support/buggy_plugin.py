"""A plugin of pytest that puts a bug into the suite, whose words and whose variables hold the API token."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

from orders_conformance.harness.inputs.credentials import TOKEN_VARIABLE


def pytest_configure(config: pytest.Config) -> None:  # noqa: ARG001 - the hook's signature
    """Let rendering fail."""

    def render(*_arguments: object) -> NoReturn:
        token = os.environ[TOKEN_VARIABLE]
        message = f"a bug that tells {token}"
        raise RuntimeError(message)

    # For the rest of the process, which is this session.
    pytest.MonkeyPatch().setattr("orders_conformance.harness.run.invocation.execute.render", render)
