"""Reduce a failing order or list to the part that still fails, with a bounded number of requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Order = Mapping[str, Any]


def fewest(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return a part of `items` that fails and from which no item can be removed; all `items` together must fail.

    Calls `fails` about 2 * n * log2(m) times, with n items in the result and m items in `items`.

    Args:
        items: the items, in any order.
        fails: returns whether some of the items fail without the others.

    """
    needed: list[T] = []
    rest = list(items)
    while rest and not (needed and fails(needed)):
        low, high = 0, len(rest)
        # The shortest prefix of the rest that fails together with the needed items ends in a needed item.
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
    """Return a simpler order that fails: it differs from a plain order only in what the failure needs.

    First as many fields as possible get their plain value or are left out; then texts and lists are shortened.

    Args:
        order: an order that fails.
        fails: sends an order and returns whether it fails in the same way; called once at most for each order.
        plain: an order that every conformant server accepts.
        attempts: the greatest number of calls of `fails`.

    Returns:
        The simplest order found that fails.

    """
    return _Shrinker(order, fails, plain, attempts).run()


class _Shrinker:
    def __init__(self, order: Order, fails: Callable[[dict[str, Any]], bool], plain: Order, attempts: int) -> None:
        self._best = dict(order)
        self._fails = fails
        self._plain = plain
        self._attempts_left = attempts
        self._tried = {_text(order): True}

    def run(self) -> dict[str, Any]:
        order, names = self._best, self._best.keys() | self._plain.keys()
        differing = sorted(name for name in names if self._differs(order, name))
        if differing and not self._try(dict(self._plain)):
            fewest(differing, lambda kept: self._try(self._with_only(order, kept)))
        for name in [one for one in differing if self._differs(self._best, one)]:
            value, others = self._best.get(name), self._best
            if isinstance(value, (str, list)) and not self._try({**others, name: value[:0]}):
                fewest(range(len(value)), lambda kept: self._try({**others, name: _parts(value, kept)}))  # noqa: B023 - called within this iteration only
        return self._best

    def _differs(self, order: Order, name: str) -> bool:
        return name not in order or _text(order[name]) != _text(self._plain.get(name))

    def _with_only(self, order: Order, kept: Sequence[str]) -> dict[str, Any]:
        """Return the plain order with the named fields of `order`."""
        base = {name: value for name, value in self._plain.items() if name not in kept}
        return {name: order[name] for name in order if name in kept or not self._differs(order, name)} | base

    def _try(self, order: dict[str, Any]) -> bool:
        known = self._tried.get(_text(order))
        if known is not None or not self._attempts_left:
            return bool(known)
        self._attempts_left -= 1
        failed = self._tried[_text(order)] = self._fails(order)
        if failed and self._cost(order) < self._cost(self._best):
            self._best = order
        return failed

    def _cost(self, order: Order) -> tuple[int, int]:
        """Return the number of fields that differ from the plain order, and the size of their values as JSON."""
        differing = [name for name in order.keys() | self._plain.keys() if self._differs(order, name)]
        return len(differing), sum(len(_text(order.get(name))) for name in differing)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _parts(value: str | list[Any], positions: Sequence[int]) -> str | list[Any]:
    return "".join(value[at] for at in positions) if isinstance(value, str) else [value[at] for at in positions]
