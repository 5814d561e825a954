"""What a record teaches as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.harness.learning.lesson import learn
from orders_conformance.mock.service import Service
from tests.support.lessons import record
from tests.support.runs import CONTRACT


def test_the_organisation_is_that_of_the_run() -> None:
    found = record()
    settings = {**found.header["settings"], "currencyCode": "GBP"}
    lesson = learn(replace(found, header={**found.header, "settings": settings}), CONTRACT)
    assert lesson.learned.organisation == {"currencyCode": "GBP", "pointOfSale": "home"}


def test_exchanges_that_no_choice_explains_are_named() -> None:
    class Odd(Service):
        def process(self, request):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as the service's
            response = super().process(request)
            return replace(response, status=202) if response.status == 201 else response

    found = record(Odd, "first orders")
    accepted = [one["id"] for one in found.exchanges.values() if one["response"]["status"] == 202]
    assert accepted
    assert set(accepted) <= set(learn(replace(found, findings=()), CONTRACT).unlike)


def test_a_record_without_a_response_teaches_nothing() -> None:
    with pytest.raises(InvalidInputError, match="no response to learn from"):
        learn(replace(record(), exchanges={}), CONTRACT)
