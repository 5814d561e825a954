"""Reduce what fails to the part that is needed for it, with a bounded number of requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Order = Mapping[str, Any]


def fewest(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """Find a smallest part of `items` that fails on its own, where the whole is known to fail.

    No single item can be taken away from the result. Costs about twice as many calls as the result has items, times
    the logarithm of the number of items.

    Args:
        items: what may be needed.
        fails: whether some of the items fail without the others; asked with items in their order.

    """
    needed: list[T] = []
    rest = list(items)
    while rest and not (needed and fails(needed)):
        low, high = 0, len(rest)
        # The shortest beginning of the rest that fails together with what is needed ends in a needed item.
        while high - low > 1:
            middle = (low + high) // 2
            if fails([*needed, *rest[:middle]]):
                high = middle
            else:
                low = middle
        needed.append(rest[high - 1])
        rest = rest[: high - 1]
    return needed


def shrink(order: Order, fails: Callable[[dict[str, Any]], bool], plain: Order, attempts: int) -> dict[str, Any]:
    """Find a simpler order that fails: what differs from a plain order is what the fault needs.

    First as many fields as possible get their plain value or are left out, then texts and lists lose their parts.

    Args:
        order: one that fails.
        fails: sends an order and says whether it fails in the same way; never asked twice about the same one.
        plain: an order that every conformant server accepts; a field that is equal to its counts as nothing.
        attempts: how often `fails` may be called.

    Returns:
        The simplest order found that fails.

    """
    return _Shrinking(order, fails, plain, attempts).run()


class _Shrinking:
    def __init__(self, order: Order, fails: Callable[[dict[str, Any]], bool], plain: Order, attempts: int) -> None:
        self._best = dict(order)
        self._fails = fails
        self._plain = plain
        self._left = attempts
        self._known = {_text(order): True}

    def run(self) -> dict[str, Any]:
        order, names = self._best, self._best.keys() | self._plain.keys()
        odd = sorted(name for name in names if self._is_odd(order, name))
        if odd and not self._try(dict(self._plain)):
            fewest(odd, lambda kept: self._try(self._with_only(order, kept)))
        for name in [one for one in odd if self._is_odd(self._best, one)]:
            value, others = self._best.get(name), self._best
            if isinstance(value, (str, list)) and not self._try({**others, name: value[:0]}):
                fewest(range(len(value)), lambda kept: self._try({**others, name: _parts(value, kept)}))  # noqa: B023 - called within this turn
        return self._best

    def _is_odd(self, order: Order, name: str) -> bool:
        return name not in order or _text(order[name]) != _text(self._plain.get(name))

    def _with_only(self, order: Order, kept: Sequence[str]) -> dict[str, Any]:
        """Take the named fields from an order, and all others as they are in the plain one."""
        base = {name: value for name, value in self._plain.items() if name not in kept}
        return {name: order[name] for name in order if name in kept or not self._is_odd(order, name)} | base

    def _try(self, order: dict[str, Any]) -> bool:
        known = self._known.get(_text(order))
        if known is not None or not self._left:
            return bool(known)
        self._left -= 1
        failed = self._known[_text(order)] = self._fails(order)
        if failed and self._cost(order) < self._cost(self._best):
            self._best = order
        return failed

    def _cost(self, order: Order) -> tuple[int, int]:
        """Count the fields that are not plain, then the size of those."""
        odd = [name for name in order.keys() | self._plain.keys() if self._is_odd(order, name)]
        return len(odd), sum(len(_text(order.get(name))) for name in odd)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _parts(value: str | list[Any], positions: Sequence[int]) -> str | list[Any]:
    return "".join(value[at] for at in positions) if isinstance(value, str) else [value[at] for at in positions]
