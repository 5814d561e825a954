"""Telling who lets wrong credentials in from who looks at them too late."""

from __future__ import annotations

from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service
from tests.support.runs import blamed


class _Trusting(Service):
    """Lets in whoever has no credentials."""

    def is_authenticated(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is None or super().is_authenticated(request)


class _ValidatesFirst(Service):
    """Looks at the order before it looks at the credentials."""

    def process(self, request: ServerRequest) -> ServerResponse:
        if self.accepts_media_type(request):
            self.check(self.normalise(self.decode(request)))
        return super().process(request)


class _TurnsAwayWithOk(Service):
    """Answers 200 to wrong credentials, and does nothing."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return ServerResponse(200, response.headers, response.body) if response.status == 401 else response


def test_who_is_let_in_is_told_that_the_order_exists_for_that_reason() -> None:
    assert blamed(_Trusting) == {"request/credentials/none"}


def test_who_looks_at_the_order_first_lets_nobody_in() -> None:
    assert "401/before-validation" in blamed(_ValidatesFirst)
    assert not [one for one in blamed(_ValidatesFirst) if one.startswith("request/credentials")]


def test_wrong_credentials_that_are_answered_with_a_success_created_nothing_that_is_known() -> None:
    accused = blamed(_TurnsAwayWithOk)
    assert {one for one in accused if not one.startswith("request/credentials")} == set()
    assert "request/credentials/none" in accused
