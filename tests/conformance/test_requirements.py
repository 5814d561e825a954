"""Each requirement of the contract is kept by the target."""

from __future__ import annotations

import pytest


def test_requirement(requirement: str, verdict: tuple[str, str]) -> None:
    word, account = verdict
    if word == "untested":
        pytest.skip(f"{requirement} was not tested: {account}")
    if word == "waived":
        pytest.xfail(f"waived: {account}")
    assert word != "failed", account
