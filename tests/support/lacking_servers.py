"""Servers that lack features, as mocks do; each meets the contract as far as it can without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from orders_conformance.mock.messages import ServerRequest
from orders_conformance.mock.service import Service


class NoAuthentication(Service):
    """Accepts requests without credentials."""

    def is_authenticated(self, request: ServerRequest) -> bool:
        return True


class AnyCredentials(Service):
    """Accepts every user name and password, but wants some."""

    def credentials_match(self, user: str, password: str) -> bool:
        return True


class NoValidation(Service):
    """Accepts every JSON object, and every order in it."""

    def problems(self, order: Mapping[str, Any]) -> tuple[Any, ...]:
        return ()

    def create(self, order: dict[str, Any], request: ServerRequest) -> Any:
        given = self.contract.fields
        usable = {
            name: value for name, value in order.items() if name in given and not self.value_problem(given[name], value)
        }
        record = self.created({**self.plain, **usable}, request)
        if (
            self.has_key(usable)
            and {self.reference_field, self.instant_field} <= usable.keys()
            and not self.store(usable, record, request)
        ):
            raise self.conflict(usable)
        return self.respond("created", record, request)

    @property
    def plain(self) -> dict[str, Any]:
        return {one.name: one.examples[0] for one in self.contract.fields.values() if one.required}


class NoMemory(Service):
    """Accepts every repeat."""

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        return True


class OneRef(Service):
    """Gives every order the same ref."""

    ref: ClassVar[str] = "2d7de9df-45a2-45ea-872c-30e45139007d"

    def new_ref(self, order: Mapping[str, Any]) -> str:
        return self.ref

    def store(self, order: Mapping[str, Any], record: Mapping[str, Any], request: ServerRequest) -> bool:
        return super().store(order, {**record, self.ref_field: super().new_ref(order)}, request)


class NoEcho(Service):
    """Answers every order with the values of the same one, but for ref and href."""

    def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
        same = {one.name: one.examples[-1] for one in self.contract.fields.values()}
        return {**super().created({**same, self.reference_field: "B94TXY-1"}, request)}


class Static(NoMemory, NoEcho, OneRef, NoValidation, NoAuthentication):
    """Answers everything with one example."""

    def process(self, request: ServerRequest) -> Any:
        self.route(request)
        return self.respond("created", self.created(self.plain, request), request)


LACKING: Mapping[str, type[Service]] = {
    "authentication": NoAuthentication,
    "credentials": AnyCredentials,
    "validation": NoValidation,
    "echo": NoEcho,
    "identity": OneRef,
    "memory": NoMemory,
}
