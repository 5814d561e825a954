"""Registers the plugin's fixtures where the suite is collected as a part of a bigger folder."""

from __future__ import annotations

import pytest

from orders_conformance.harness.pytest_plugin import register


def pytest_configure(config: pytest.Config) -> None:
    """Register them, unless they are there because the session was asked for the suite by name."""
    register(config)
