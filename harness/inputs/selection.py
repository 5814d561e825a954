"""Select requirements by a pattern in the syntax of pytest's option `-k`."""

from __future__ import annotations

from functools import partial

from orders_conformance.harness.errors import InvalidInputError
from orders_conformance.spec.contract import Contract


def select(contract: Contract, pattern: str | None) -> tuple[str, ...]:
    """Return the requirements whose id, or former id, matches a pattern: parts of ids with `and`, `or` and `not`.

    Returns:
        The ids, in the contract's order.

    Raises:
        InvalidInputError: the pattern is not valid, or no requirement matches it.

    """
    if pattern is None:
        return tuple(contract.requirements)
    # pytest has no public interface for its expressions; the command line must read them as a pytest session does.
    from _pytest.mark.expression import Expression  # noqa: PLC0415 - only needed for a pattern

    try:
        expression = Expression.compile(pattern)
    except SyntaxError as error:
        message = f"the pattern {pattern!r} cannot be understood ({error.msg}): join parts of ids with and, or, not"
        raise InvalidInputError(message) from error
    found = tuple(one.id for one in contract.requirements.values() if expression.evaluate(partial(_matches, one.ids)))
    if not found:
        message = f"no requirement matches {pattern!r}: see 'orders-conformance list' for their ids"
        raise InvalidInputError(message)
    return found


def _matches(identifiers: tuple[str, ...], part: str, /, **_details: str | int | bool | None) -> bool:
    return any(part.lower() in identifier.lower() for identifier in identifiers)
