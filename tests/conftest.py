"""What the tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from orders_conformance.spec.contract import Contract


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """See that processes of the tests can be interrupted: what a shell runs in the background inherits the contrary."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract that ships."""
    return Contract.load()
