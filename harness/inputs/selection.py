"""Selecting requirements by a pattern, with the words of pytest's own `-k`."""

from __future__ import annotations

from functools import partial

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.spec.contract import Contract


def select(contract: Contract, pattern: str | None) -> tuple[str, ...]:
    """Select requirements whose id matches a pattern: parts of ids, joined by `and`, `or` and `not`.

    Returns:
        The ids, in the contract's order.

    Raises:
        InvalidInputError: the pattern cannot be understood, or nothing matches it.

    """
    if pattern is None:
        return tuple(contract.requirements)
    # pytest has no public door to its expressions; both ways to start the suite must understand the same.
    from _pytest.mark.expression import Expression  # noqa: PLC0415 - only needed for a pattern

    try:
        expression = Expression.compile(pattern)
    except SyntaxError as error:
        message = f"the pattern {pattern!r} cannot be understood ({error.msg}): join parts of ids with and, or, not"
        raise InvalidInputError(message) from error
    found = tuple(
        identifier for identifier in contract.requirements if expression.evaluate(partial(_occurs, identifier.lower()))
    )
    if not found:
        message = f"no requirement matches {pattern!r}: see 'orders-conformance list' for their ids"
        raise InvalidInputError(message)
    return found


def _occurs(identifier: str, word: str, /, **_details: str | int | bool | None) -> bool:
    return word.lower() in identifier
