"""The bodies of replies, made from the contract's fields and examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orders_conformance.spec.contract import Contract
from orders_conformance.spec.fields import ResponseField


def created_body(contract: Contract, status: int, given: Mapping[str, Any], now: str) -> dict[str, Any]:
    """Make the body of a reply with every field that is documented.

    Args:
        contract: where the reply is documented.
        status: its status.
        given: the values at the top, by name; lists are empty.
        now: what a time is that may be the time of the request, where it is not given.

    """
    return dict(_members(contract.responses[status].fields, (), given, now))


def refusal_body(contract: Contract, status: int, like: int, words: Mapping[str, str]) -> dict[str, Any]:
    """Make the body of a refusal: the contract's example with other words.

    Args:
        contract: where refusals are documented.
        status: the status of the reply.
        like: a status that is documented with a body; another than `status` where that one is not.
        words: the texts, by field; an empty one leaves the example's.

    """
    body = _example(contract, like)
    for field in contract.responses[like].fields:
        if field.equals is not None:
            body[field.name] = field.equals if like == status else status
    return body | {name: text for name, text in words.items() if text and name in body}


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
