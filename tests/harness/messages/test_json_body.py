"""Every fault of a body is named."""

from __future__ import annotations

import json

import pytest

from orders_conformance.harness.messages.json_body import faults_of
from tests.support.runs import minimal

ORDER = json.dumps(minimal()).encode()


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (ORDER, set()),
        (ORDER[:-1], {"truncated"}),
        (ORDER.replace(b"EUR", b"\xe9UR"), {"not-utf-8"}),
        (ORDER.replace(b"EUR", b"\xe9UR")[:-1], {"not-utf-8", "truncated"}),
        (b"e\xa00\xb9$\xa9", {"not-utf-8", "malformed"}),
    ],
)
def test_every_fault_of_a_body_is_named(body: bytes, faults: set[str]) -> None:
    assert faults_of(body) == faults
