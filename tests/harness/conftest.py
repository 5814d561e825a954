"""What the tests of the run share."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders_conformance.harness.inputs.credentials import KEY_VARIABLE, TOKEN_VARIABLE
from tests.harness.runs import CREDENTIALS
from tests.harness.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in an empty folder, with credentials in its environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(KEY_VARIABLE, CREDENTIALS.client_key)
    monkeypatch.setenv(TOKEN_VARIABLE, CREDENTIALS.api_token)
    return Terminal(tmp_path, monkeypatch, capsys)
