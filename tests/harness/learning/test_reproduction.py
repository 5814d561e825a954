"""Replays of a record: which exchanges are compared, and what the record suggests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.learning.exchanges import exchanges_of
from orders_conformance.harness.learning.reproduction import Hypothesis, Reproduction
from orders_conformance.mock.different import CATALOGUE
from orders_conformance.mock.drawn.behaviour import Behaviour
from orders_conformance.mock.service import Service
from tests.support.lessons import CREDENTIALS, record
from tests.support.runs import CONTRACT, ORGANISATION


def reproduction(kind: type[Service], *scripts: str) -> Reproduction:
    exchanges = tuple(exchanges_of(record(kind, *scripts), CONTRACT, CREDENTIALS))
    return Reproduction(CONTRACT, CREDENTIALS, ORGANISATION, exchanges)


@pytest.fixture(scope="module")
def public() -> Reproduction:
    return reproduction(CATALOGUE["public-host"], "first orders")


def test_the_embedded_server_reproduces_its_own_record() -> None:
    found = reproduction(Service, "first orders")
    assert sum(found.scores(Hypothesis())) == 0
    assert found.unlike(Hypothesis()) == ()


def test_a_host_is_suggested_by_the_links_of_the_record(public: Reproduction) -> None:
    (host,) = public.proposals["host"]
    assert host.startswith("https://")
    assert sum(public.scores(Hypothesis(replace(Behaviour(), host=host)))) == 0 < sum(public.scores(Hypothesis()))


def test_a_comparison_ends_where_it_is_worse_than_the_best(public: Reproduction) -> None:
    hopeless = Hypothesis(replace(Behaviour(), identifier="number"))
    assert len(public.scores(hopeless, 0)) < len(public.scores(hopeless))


def test_what_explains_a_difference_promises_something(public: Reproduction) -> None:
    right = Hypothesis(replace(Behaviour(), host=public.proposals["host"][0]))
    assert public.promises(right, Hypothesis())
    assert not public.promises(Hypothesis(replace(Behaviour(), null="rejected")), Hypothesis())


def test_most_rejections_of_one_kind_are_left_out() -> None:
    found = reproduction(Service, "first orders", "faults")
    sent = record(Service, "first orders", "faults").exchanges
    assert found.compared < len(sent)
