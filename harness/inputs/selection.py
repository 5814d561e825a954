"""Selecting requirements by a pattern, with the words of pytest's own `-k`."""

from __future__ import annotations

from functools import partial

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.spec.contract import Contract


def select(contract: Contract, pattern: str | None) -> tuple[str, ...]:
    """Select requirements whose id, or former id, matches a pattern: parts of ids, joined by `and`, `or` and `not`.

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
    found = tuple(one.id for one in contract.requirements.values() if expression.evaluate(partial(_occurs, one.ids)))
    if not found:
        message = f"no requirement matches {pattern!r}: see 'orders-conformance list' for their ids"
        raise InvalidInputError(message)
    return found


def _occurs(identifiers: tuple[str, ...], word: str, /, **_details: str | int | bool | None) -> bool:
    return any(word.lower() in identifier.lower() for identifier in identifiers)
