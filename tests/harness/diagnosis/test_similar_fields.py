"""Look for a fault of one field in similar fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orders_conformance.mock.service import ServerRequest, Service
from tests.support.runs import CONTRACT, blamed

_FREE = [field.name for field in CONTRACT.fields.values() if field.is_free_text]


class _CutsAtNul(Service):
    """Returns texts up to the first NUL only."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        body = super().created(order, request)
        return {name: value.split("\0")[0] if name in _FREE else value for name, value in body.items()}


class _KeepsRejectedValues(Service):
    """Returns values of a rejected order for fields that the next order does not have."""

    def set_up(self) -> None:
        self.rejected_values: dict[str, Any] = {}

    def create(self, order: dict[str, Any], request: ServerRequest) -> Any:
        wrong = {one.field for one in self.problems(self.normalise(order))}
        if wrong:
            optional = {name for name, field in self.contract.fields.items() if not field.required}
            self.rejected_values = {name: value for name, value in order.items() if name in optional - wrong}
        return super().create(order, request)

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        return super().created({**self.rejected_values, **order}, request)


class _AcceptsEveryThird(Service):
    """Accepts every third request with wrong credentials."""

    def set_up(self) -> None:
        self.wrong_credentials_in_a_row = 0

    def is_authenticated(self, request: ServerRequest) -> bool:
        right = super().is_authenticated(request)
        self.wrong_credentials_in_a_row += not right
        return right or self.wrong_credentials_in_a_row % 3 == 0


def test_a_text_is_sent_in_every_free_text_field() -> None:
    assert {f"201/{name}/echo" for name in _FREE if name != "referenceId"} <= blamed(_CutsAtNul)


def test_every_field_is_left_out_after_orders_that_had_it() -> None:
    # An organisation's own value may be a default wherever it is answered.
    owned = {one.subject[1] for one in CONTRACT.family("own") if not CONTRACT.fields[one.subject[1]].organisation}
    assert {f"201/{name}/not-from-another-order" for name in owned} <= blamed(_KeepsRejectedValues)


def test_all_wrong_credentials_are_sent_until_they_are_accepted() -> None:
    wrong = CONTRACT.extension.credentials.wrong
    assert {f"request/credentials/{variant}" for variant in wrong} == blamed(_AcceptsEveryThird)


def test_a_tenant_run_sends_no_follow_up_requests() -> None:
    assert len(blamed(_AcceptsEveryThird, "tenant")) < len(blamed(_AcceptsEveryThird))
