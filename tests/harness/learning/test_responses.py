"""Wording, headers and undocumented members, as they are taken over from a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orders_conformance.mock.learned.learned import Learned
from orders_conformance.mock.messages import Headers, ServerRequest
from orders_conformance.mock.rejection import Rejection, Result
from orders_conformance.mock.service import Service
from tests.support.lessons import lesson


def learned(kind: type[Service], *scripts: str) -> Learned:
    return lesson(kind, *scripts).learned


def test_messages_are_templates() -> None:
    class German(Service):
        def problem(self, field: Any, order: Mapping[str, Any]) -> str | None:
            found = super().problem(field, order)
            return found and "fehlt leider" if "null" in (found or "") else found and "ist falsch"

        def message(self, problems: Any) -> str:
            return " ".join(f"Das Feld '{one.field}' {one.text}." for one in problems)

        def conflict(self, order: Mapping[str, Any]) -> Rejection:
            return Rejection("conflict", f"{order['referenceId']} gibt es schon.")

    errors = learned(German, "first orders", "faults").errors
    message = errors["rejected"].messages["message"]
    assert message["may not be null"] == "Das Feld '{field}' fehlt leider."
    assert message["must be a number"] == message[""] == "Das Feld '{field}' ist falsch."
    assert errors["conflict"].messages["message"] == {"": "{reference} gibt es schon."}


def test_headers_are_taken_but_those_of_one_response() -> None:
    class Gateway(Service):
        def headers(self, outcome: Result) -> Headers:
            return (
                *super().headers(outcome),
                ("Date", "now"),
                ("ETag", '"1"'),
                ("Set-Cookie", "a=b"),
                ("Via", "1.1 x"),
            )

    found = learned(Gateway, "first orders")
    assert found.created is not None
    assert found.created.headers == (("Content-Type", "application/json"), ("Via", "1.1 x"))
    assert found.errors["rejected"].headers == found.created.headers


def test_undocumented_members_are_taken_with_their_digits() -> None:
    class Wordy(Service):
        def created(self, order: Mapping[str, Any], request: ServerRequest) -> dict[str, Any]:
            return {**super().created(order, request), "version": 1, "extensions": {"items": []}}

    found = learned(Wordy, "first orders").created
    assert found is not None
    assert found.more == {"version": 1, "extensions": {"items": []}}


def test_what_was_not_seen_is_not_learned() -> None:
    found = learned(Service)
    assert found.created is None
    assert set(found.errors) == {"rejected"}
