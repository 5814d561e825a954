"""Telling who lets wrong credentials in from who looks at them too late."""

from __future__ import annotations

from mock.service import Refusal, Reply, Request, Service
from tests.harness.runs import blamed


class _Trusting(Service):
    """Lets in whoever has no credentials."""

    def admits(self, request: Request) -> bool:
        return request.header("Authorization") is None or super().admits(request)


class _ValidatesFirst(Service):
    """Looks at the order before it looks at the credentials."""

    def answer(self, request: Request) -> Reply:
        if self.takes_media_type(request):
            self.check(self.normalise(self.decode(request)))
        return super().answer(request)


class _TurnsAwayWithOk(Service):
    """Answers 200 to wrong credentials, and does nothing."""

    def refuse(self, refusal: Refusal, request: Request) -> Reply:
        reply = super().refuse(refusal, request)
        return Reply(200, reply.headers, reply.body) if reply.status == 401 else reply


def test_who_is_let_in_is_told_that_the_order_exists_for_that_reason() -> None:
    assert blamed(_Trusting) == {"request/credentials/none"}


def test_who_looks_at_the_order_first_lets_nobody_in() -> None:
    assert "401/before-validation" in blamed(_ValidatesFirst)
    assert not [one for one in blamed(_ValidatesFirst) if one.startswith("request/credentials")]


def test_wrong_credentials_that_are_answered_with_a_success_created_nothing_that_is_known() -> None:
    accused = blamed(_TurnsAwayWithOk)
    assert {one for one in accused if not one.startswith("request/credentials")} == set()
    assert "request/credentials/none" in accused
