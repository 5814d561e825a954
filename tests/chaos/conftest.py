"""The figures of the chaos tests, shown at the end of the test run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def show_figure(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Return what shows a line at the end of the test run."""
    return pytestconfig.stash.setdefault(_FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures."""
    for line in config.stash.get(_FIGURES, []):
        terminalreporter.write_line(line)
