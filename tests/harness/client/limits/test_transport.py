"""A page that comes with a success is no order where it comes to requests that create nothing."""

from __future__ import annotations

from dataclasses import replace

from orders_conformance.harness.messages.exchange import Response
from tests.support.limited_targets import ORDER, OTHER, cost


def page(status: int) -> Response:
    return Response(status, {"content-type": "text/html"}, b"<html>")


REJECTED = replace(OTHER, may_create=False)


def test_a_page_in_answer_to_an_order_may_be_one() -> None:
    assert cost(page(200)) == (1, 0, 1)


def test_a_page_that_comes_to_invalid_orders_too_is_no_order() -> None:
    assert cost(page(200), page(200), requests=(REJECTED, ORDER)) == (2, 0, 0)


def test_a_page_with_201_is_an_order() -> None:
    assert cost(page(201), page(201), requests=(REJECTED, ORDER)) == (2, 2, 0)
