"""What the tests share: the contract, figures that are shown at the end, and how workers of pytest-xdist share them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from orders_conformance.spec.contract import Contract

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

_FIGURES = pytest.StashKey[list[str]]()
# Fixtures that judge hundreds of servers with processes of their own, for minutes.
_MATRICES = {"sample", "whole"}


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """See that processes of the tests can be interrupted: what a shell runs in the background inherits the contrary."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def _without_ci_system() -> Iterator[None]:
    """Let no run of the tests take itself for a job of the CI system that they run on."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract that ships."""
    return Contract.load()


@pytest.fixture(scope="session")
def show_figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Return a function that shows a line at the end of the test run."""
    return pytestconfig.stash.setdefault(_FIGURES, []).append


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the figures of a worker to the process that shows them."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["figures"] = session.config.stash.get(_FIGURES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Receive the figures of a worker."""
    figures = getattr(node, "workeroutput", {}).get("figures", [])
    node.config.stash.setdefault(_FIGURES, []).extend(figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures."""
    for line in config.stash.get(_FIGURES, []):
        terminalreporter.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Run the tests of a file in one worker, since they share what is made once, and the files in the given order."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - pytest-xdist may not be installed

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the run on the embedded server, and let workers begin with what takes longest.

    So none of them waits for it at the end. The suite that is installed elsewhere has no marker of this project.
    """
    for item in items:
        if item.nodeid.startswith("tests/conformance/"):
            item.add_marker(pytest.mark.slow)  # 7 s of CPU: a whole run
    if not hasattr(config, "workerinput"):
        return
    ranks: dict[str, int] = {}
    for item in items:
        file = item.nodeid.partition("::")[0]
        ranks[file] = min(_rank(item), ranks.get(file, 2))
    items.sort(key=lambda item: ranks[item.nodeid.partition("::")[0]])


def _rank(item: pytest.Item) -> int:
    fixtures = set(item.fixturenames) if isinstance(item, pytest.Function) else set()
    return 0 if fixtures & _MATRICES else 2 - ("slow" in item.keywords)
