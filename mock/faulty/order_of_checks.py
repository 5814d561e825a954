"""Servers that look at the order before they have checked all of the credentials, or store it before it is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from orders_conformance.mock.catalogue import Catalogue
from orders_conformance.mock.faulty.bases import add_server
from orders_conformance.mock.service import ServerRequest, Service
from orders_conformance.mock.validation import is_of_type
from orders_conformance.spec.fields import RequestField

SERVERS = Catalogue()

_BREAKS = ("create/401/before-validation",)


class _Validates(Service):
    """Validates the order of some requests whose credentials are wrong."""

    def is_validated(self, request: ServerRequest) -> bool:
        """Return whether the order of a request with wrong credentials is validated."""
        return self.credentials(request.header("Authorization")) is not None

    def is_authenticated(self, request: ServerRequest) -> bool:
        authenticated = super().is_authenticated(request)
        if not authenticated and self.is_validated(request):
            self.validate(request)
        return authenticated

    def validate(self, request: ServerRequest) -> None:
        """Reject a request whose order is invalid.

        Raises:
            Rejection: it is.

        """
        if self.accepts_media_type(request):
            self.check(self.normalise(self.decode(request)))


@SERVERS.add
class ChecksPasswordInHandler(_Validates):
    """Compares client key and API token after validation; only their form is checked before."""

    breaks = _BREAKS


@SERVERS.add
class ChecksPasswordOfKnownUserInHandler(_Validates):
    """Checks the API token after validation, and the client key before it."""

    breaks = _BREAKS

    def is_validated(self, request: ServerRequest) -> bool:
        user, _ = self.credentials(request.header("Authorization")) or ("", "")
        return self.same_text(user, self.client_key)


@SERVERS.add
class ValidatesForOtherSchemes(_Validates):
    """Validates the order of a request with another authentication scheme before it responds with 401."""

    breaks = _BREAKS

    def is_validated(self, request: ServerRequest) -> bool:
        header = request.header("Authorization")
        return header is not None and not header.lower().startswith("basic")


@SERVERS.add
class ReadsBodyForEmptyPassword(_Validates):
    """Reads and validates the order where the API token is empty, and then responds with 401."""

    breaks = _BREAKS

    def is_validated(self, request: ServerRequest) -> bool:
        _, password = self.credentials(request.header("Authorization")) or ("", "x")
        return not password


class _StoresBeforeCheck(Service):
    """Stores an order before it rejects it for one kind of fault."""

    checked: ClassVar[Callable[[RequestField], bool]]

    def check(self, order: Mapping[str, Any]) -> None:
        wrong = [self.contract.fields[problem.field] for problem in self.problems(order)]
        late = all(type(self).checked(field) and is_of_type(order.get(field.name), field.type) for field in wrong)
        if wrong and late and self.has_key(order):
            reference, instant = order[self.reference_field], self.microseconds(order)
            self.orders.add(self.new_ref(order), reference, instant, b"{}")
        super().check(order)


for _name, _checked, _doc in (
    ("stores before enums", lambda field: bool(field.enum), "Stores an order before it looks at its enums."),
    ("stores before formats", lambda field: bool(field.format), "Stores an order before it looks at its formats."),
):
    add_server(SERVERS, _StoresBeforeCheck, _name, _doc, ("create/400/stores-nothing",), checked=staticmethod(_checked))
