"""Programs that the tests need and that pip does not install."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def do_without(message: str) -> NoReturn:
    """End a test for which something is missing: it fails in CI, where everything is installed; else it is skipped."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
