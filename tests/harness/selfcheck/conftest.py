"""What the tests of the detection matrix share."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from orders_conformance.harness.engine.threads import start_thread
from orders_conformance.harness.selfcheck.matrix import Matrix, build_matrix

_MATRIX = pytest.StashKey[Future[Matrix]]()
_ENDED = pytest.StashKey[threading.Event]()


class _NobodyWaitsError(Exception):
    pass


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin with the matrix, if a test needs it: it takes minutes, in processes of its own."""
    if session.config.option.collectonly or not any("judged" in _fixtures(item) for item in session.items):
        return
    ended = session.config.stash[_ENDED] = threading.Event()

    def see(_done: int, _all: int) -> None:
        if ended.is_set():
            raise _NobodyWaitsError

    session.config.stash[_MATRIX] = start_thread(lambda: build_matrix(see))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Cancel the matrix, if it is not ready."""
    if _ENDED in session.config.stash:
        session.config.stash[_ENDED].set()


@pytest.fixture(scope="session")
def judged(pytestconfig: pytest.Config) -> Matrix:
    """The whole matrix, made once."""
    return pytestconfig.stash[_MATRIX].result()


def _fixtures(item: pytest.Item) -> tuple[str, ...]:
    return tuple(item.fixturenames) if isinstance(item, pytest.Function) else ()
