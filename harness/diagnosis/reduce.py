"""Making an order that shows a fault smaller, with a bounded number of requests.

Works towards a plain order: what differs from it is what the fault needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Order = Mapping[str, Any]


def shrink(order: Order, fails: Callable[[dict[str, Any]], bool], plain: Order, attempts: int) -> dict[str, Any]:
    """Simplify a failing order greedily.

    Args:
        order: one that fails.
        fails: sends an order and says whether it fails in the same way; never asked twice about the same one.
        plain: an order that nobody has reason to refuse; a field that is equal to its counts as nothing.
        attempts: how often `fails` may be called.

    Returns:
        The simplest order found that fails.

    """
    best = dict(order)
    seen = {_text(best)}
    candidates = _simpler(best, plain)
    while attempts and (candidate := next(candidates, None)) is not None:
        if _text(candidate) in seen or _cost(candidate, plain) >= _cost(best, plain):
            continue
        seen.add(_text(candidate))
        attempts -= 1
        if fails(candidate):
            best, candidates = candidate, _simpler(candidate, plain)
    return best


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _cost(order: Order, plain: Order) -> tuple[int, int]:
    """Count the fields that are not plain, then the size of those."""
    names = order.keys() | plain.keys()
    odd = [name for name in names if name not in order or _text(order[name]) != _text(plain.get(name))]
    return len(odd), sum(len(_text(order.get(name))) for name in odd)


def _simpler(order: Order, plain: Order) -> Iterator[dict[str, Any]]:
    # Whole groups first: most fields of a random order have nothing to do with the fault.
    odd = sorted(name for name in order.keys() | plain.keys() if order.get(name, ...) != plain.get(name, ...))
    for group in _halvings(odd):
        kept = {name: value for name, value in order.items() if name not in group}
        yield kept | {name: plain[name] for name in group if name in plain}
    for name in odd:
        value = order.get(name)
        if isinstance(value, (str, list)):
            for part in _halvings(range(len(value))):
                left = [item for position, item in enumerate(value) if position not in set(part)]
                yield {**order, name: left if isinstance(value, list) else "".join(left)}


def _halvings(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Enumerate the whole, its halves, its quarters and so on."""
    size = len(items)
    while size:
        for start in range(0, len(items), size):
            yield items[start : start + size]
        size //= 2


def fewest(items: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> list[str]:
    """Find a smallest part of `items` that fails on its own, where the whole is known to fail.

    No single item can be taken away from the result. Costs about twice as many calls as the result has items, times
    the logarithm of the number of items.
    """
    needed: list[str] = []
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
