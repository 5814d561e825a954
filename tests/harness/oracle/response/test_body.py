"""The body of a response is judged by what the contract documents for its status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orders_conformance.harness.messages.exchange import Response
from orders_conformance.harness.oracle.evidence import Judgement
from orders_conformance.spec.fields import ResponseField
from tests.support.runs import (
    CONTRACT,
    Judge,
    broken,
    created,
    full,
    held,
    minimal,
    problem,
    refused,
    request,
    response,
)

ORDER = full()
WRONG: Mapping[str, list[Any]] = {
    "string": [7, True, [], {}],
    "integer": ["400", 400.5, True, []],
    "number": ["50", True, []],
    "object": ["{}", [], 7],
    "array": [{}, "[]", 7],
}
FIELDS = [(status, field) for status, documented in CONTRACT.responses.items() for field in documented.fields]


def ids(value: object) -> str | None:
    return value.name if isinstance(value, ResponseField) else None


def conformant(status: int) -> Response:
    """Return a conformant response of a status."""
    return created(ORDER) if status == 201 else refused(status)


def sent(status: int) -> Judge:
    """Make a judge for whom a repeat of the order is one, where the status says so."""
    judge = Judge()
    if status == 409:
        judge.create(ORDER)
    return judge


def judged(status: int, answer: Response) -> Judgement:
    """Judge a response to the request that it fits: valid, invalid, with wrong credentials, or a repeat."""
    suitable = {201: ORDER, 400: full(price=...), 401: request(ORDER, "none"), 409: ORDER}
    return sent(status).judge(suitable[status], answer)


def altered(status: int, path: tuple[str, ...], value: object) -> Judgement:
    """Judge a conformant response with one value of its body changed; an ellipsis removes it."""
    body = problem(status) if status != 201 else full(**_created_body())
    inner = body
    for name in path[:-1]:
        inner[name] = dict(inner[name])
        inner = inner[name]
    inner[path[-1]] = value
    if value is ...:
        del inner[path[-1]]
    return judged(status, response(status, body, www_authenticate="Basic"))


def _created_body() -> dict[str, Any]:
    listed: dict[str, Any] = {name: {"items": []} for name in ("contacts", "consumers", "orderItems")}
    return {"ref": "r-9", "href": "https://api.example.com/v2.1/orders/r-9", **listed}


@pytest.mark.parametrize(("status", "field"), FIELDS, ids=ids)
def test_a_conformant_response_keeps_all_requirements_of_a_field(status: int, field: ResponseField) -> None:
    about = {
        "/".join((requirement.family, *requirement.subject))
        for requirement in CONTRACT.requirements.values()
        if requirement.subject == (str(status), field.name)
        and requirement.family not in {"not_from_another_order", "left_out"}
    }
    assert about
    assert about <= held(judged(status, conformant(status)))


@pytest.mark.parametrize(("status", "field"), FIELDS, ids=ids)
def test_a_documented_field_that_is_missing(status: int, field: ResponseField) -> None:
    presence = "present_when_sent" if field.only_repeats else "present"
    assert f"{presence}/{status}/{field.name}" in broken(altered(status, field.path, ...))


@pytest.mark.parametrize(("status", "field"), FIELDS, ids=ids)
def test_a_documented_field_of_another_type(status: int, field: ResponseField) -> None:
    for value in WRONG[field.type]:
        assert f"response_type/{status}/{field.name}" in broken(altered(status, field.path, value)), value


@pytest.mark.parametrize(("status", "field"), [pair for pair in FIELDS if pair[1].enum], ids=ids)
def test_a_value_that_is_not_documented(status: int, field: ResponseField) -> None:
    assert f"response_enum/{status}/{field.name}" in broken(altered(status, field.path, "FAX"))


@pytest.mark.parametrize(("status", "field"), [pair for pair in FIELDS if pair[1].format], ids=ids)
def test_a_value_of_another_format(status: int, field: ResponseField) -> None:
    for value in ("", "soon", "2024-01-01T16:17:16", "ftp://example.com/1", "https://a b"):
        assert f"response_format/{status}/{field.name}" in broken(altered(status, field.path, value)), value


@pytest.mark.parametrize(("status", "field"), [pair for pair in FIELDS if pair[1].equals is not None], ids=ids)
def test_another_value_than_the_only_one_allowed(status: int, field: ResponseField) -> None:
    other = 418 if isinstance(field.equals, int) else "TEAPOT"
    assert f"equals/{status}/{field.name}" in broken(altered(status, field.path, other))


@pytest.mark.parametrize("status", CONTRACT.responses)
@pytest.mark.parametrize("media_type", ["text/html", "application/problem+json", ""])
def test_another_media_type(status: int, media_type: str) -> None:
    answer = conformant(status)
    other = Response(answer.status, {**answer.headers, "content-type": media_type}, answer.body)
    assert f"media_type/{status}" in broken(judged(status, other))


@pytest.mark.parametrize("status", CONTRACT.responses)
def test_a_media_type_with_a_parameter_is_the_same(status: int) -> None:
    answer = conformant(status)
    other = Response(answer.status, {**answer.headers, "content-type": "Application/JSON; charset=utf-8"}, answer.body)
    assert f"media_type/{status}" in held(judged(status, other))


@pytest.mark.parametrize("status", CONTRACT.responses)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"no", b'{"a": NaN}', b'{"a": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_object(status: int, body: bytes) -> None:
    assert f"object/{status}" in broken(judged(status, response(status, body)))


@pytest.mark.parametrize("status", CONTRACT.responses)
def test_the_fields_of_a_body_that_cannot_be_read_are_not_judged(status: int) -> None:
    families = {one.partition("/")[0] for one in broken(judged(status, response(status, b"{")))}
    assert not families & {"present", "present_when_sent", "response_type", "equals", "message_names_field"}


def test_an_optional_field_that_was_not_sent_may_be_missing() -> None:
    assert broken(Judge().judge(minimal(), created(minimal()))) == set()


def test_an_optional_field_that_was_not_sent_should_be_left_out() -> None:
    judged = Judge().judge(minimal(), created(minimal(), channel=None))
    assert broken(judged) == {"left_out/201/channel"}
    assert "left_out/201/cardType" in held(judged)


def test_an_optional_field_that_was_sent_as_null_may_be_null() -> None:
    assert broken(Judge().judge(minimal(channel=None), created(minimal(), channel=None))) == set()


@pytest.mark.parametrize(
    "body",
    [
        b'{"ref": "r-1", "ref": "r-2"}',
        b'{"ref": "r-1", "contacts": {"items": [], "items": []}}',
        b'{"consumers": {"items": [{"a": 1, "a": 1}]}}',
    ],
)
def test_a_name_that_occurs_twice_in_an_object(body: bytes) -> None:
    assert "unique_names/201" in broken(Judge().judge(minimal(), response(201, body)))


def test_the_same_name_in_several_objects_occurs_once_in_each() -> None:
    assert "unique_names/201" in held(Judge().judge(minimal(), created(minimal())))


def test_an_optional_field_that_was_sent_may_not_be_null() -> None:
    assert "response_type/201/channel" in broken(Judge().judge(ORDER, created(ORDER, channel=None)))


def test_a_field_that_is_always_required_may_not_be_null() -> None:
    assert "response_type/201/ref" in broken(altered(201, ("ref",), None))


def test_an_empty_ref_has_the_wrong_type() -> None:
    assert "response_type/201/ref" in broken(Judge().judge(ORDER, created(ORDER, ref="")))


def test_a_missing_object_breaks_one_requirement_only() -> None:
    accused = broken(altered(201, ("contacts",), ...))
    assert accused == {"present/201/contacts"}


def test_a_whole_number_with_a_fraction_of_zero_is_an_integer() -> None:
    assert broken(judged(400, response(400, problem(400, code=400.0, message="price")))) == set()


def test_undocumented_fields_of_a_response_are_not_judged() -> None:
    assert broken(Judge().judge(ORDER, created(ORDER, colour="red", audit={"by": None}))) == set()
