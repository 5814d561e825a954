"""Response bodies, made from the contract's fields and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import ResponseField


def created_body(contract: Contract, status: int, given: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Return a response body with every documented field.

    Args:
        contract: the contract, which documents the response.
        status: the status of the response.
        given: the values of top-level fields, by name; lists are empty.
        now: the value of date-time fields that are not given and may be the time of the request.

    """
    return dict(_members(contract.responses[status].fields, (), given, now))


def error_body(contract: Contract, status: int, like: int, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of an error response: the contract's example with other texts.

    Args:
        contract: the contract, which documents the error responses.
        status: the status of the response.
        like: the status whose documented body is used: `status`, or another one where `status` has no body.
        texts: the texts, by field; where a text is empty, the example's is kept.

    """
    body = _example(contract, like)
    for field in contract.responses[like].fields:
        if field.equals is not None:
            body[field.name] = field.equals if like == status else status
    return body | {name: text for name, text in texts.items() if text and name in body}


def _members(
    fields: tuple[ResponseField, ...], above: tuple[str, ...], given: Mapping[str, Any], now: str
) -> Iterator[tuple[str, Any]]:
    for field in fields:
        *parents, name = field.path
        if tuple(parents) != above:
            continue
        if not above and name in given:
            yield name, given[name]
        elif field.type == "object":
            yield name, dict(_members(fields, field.path, given, now))
        elif field.type == "array":
            yield name, []
        elif field.echo == "instant-or-now":
            yield name, now


def _example(contract: Contract, status: int) -> dict[str, Any]:
    response = contract.document["paths"][contract.path]["post"]["responses"][str(status)]
    examples = response["content"][contract.responses[status].media_type]["examples"]
    example: dict[str, Any] = next(iter(examples.values()))["value"]
    return dict(example)
