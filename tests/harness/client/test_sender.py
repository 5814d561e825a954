"""The request that a sender makes of a probe."""

from __future__ import annotations

from orders_conformance.strategies.probe import Probe
from tests.harness.client.test_answered import CREATED, forever, refused, sender
from tests.support.runs import CREDENTIALS


def test_a_request_names_the_variant_that_its_header_was_made_as() -> None:
    made, _ = sender(forever(CREATED), refused)
    request = made.request(Probe("probe", {}, credentials="swapped"))
    assert (request.credentials, request.authorization) == ("swapped", CREDENTIALS.header("swapped"))


def test_a_whole_header_is_sent_under_the_name_that_the_probe_has() -> None:
    made, _ = sender(forever(CREATED), refused)
    request = made.request(Probe("probe", {}, credentials="wrong-user", authorization="Basic eA=="))
    assert (request.credentials, request.authorization) == ("wrong-user", "Basic eA==")
