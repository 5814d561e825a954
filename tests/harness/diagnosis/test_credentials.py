"""Distinguish a server that accepts wrong credentials from one that checks them too late."""

from __future__ import annotations

from orders_conformance.mock.service import Rejection, ServerRequest, ServerResponse, Service
from tests.support.runs import blamed


class _AcceptsNoCredentials(Service):
    """Accepts requests without credentials."""

    def is_authenticated(self, request: ServerRequest) -> bool:
        return request.header("Authorization") is None or super().is_authenticated(request)


class _ValidatesFirst(Service):
    """Validates the order before it checks the credentials."""

    def process(self, request: ServerRequest) -> ServerResponse:
        if self.accepts_media_type(request):
            self.check(self.normalise(self.decode(request)))
        return super().process(request)


class _RejectsWith200(Service):
    """Responds 200 to wrong credentials, and creates nothing."""

    def reject(self, rejection: Rejection, request: ServerRequest) -> ServerResponse:
        response = super().reject(rejection, request)
        return ServerResponse(200, response.headers, response.body) if response.status == 401 else response


def test_a_conflict_after_accepted_credentials_is_reported_as_accepted_credentials() -> None:
    assert blamed(_AcceptsNoCredentials) == {"request/credentials/none"}


def test_validation_before_authentication_is_not_reported_as_accepted_credentials() -> None:
    assert "401/before-validation" in blamed(_ValidatesFirst)
    assert not [one for one in blamed(_ValidatesFirst) if one.startswith("request/credentials")]


def test_a_success_for_wrong_credentials_does_not_show_a_created_order() -> None:
    failed = blamed(_RejectsWith200)
    assert {one for one in failed if not one.startswith("request/credentials")} == set()
    assert "request/credentials/none" in failed
