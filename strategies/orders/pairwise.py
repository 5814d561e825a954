"""Covering arrays (pairwise testing): few rows that contain every level of every factor, or every pair of levels.

A factor is what varies between orders, such as a field; its levels are its values. A row has a level of each factor.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

Row = tuple[int, ...]
_Pair = tuple[int, int, int, int]


def each_level(sizes: Sequence[int]) -> Iterator[Row]:
    """Enumerate rows that contain every level of every factor: as many rows as the largest factor has levels.

    Args:
        sizes: the number of levels of each factor.

    """
    for index in range(max(sizes)):
        yield tuple(index % size for size in sizes)


def each_pair(sizes: Sequence[int]) -> Iterator[Row]:
    """Enumerate rows that contain every pair of levels of every two factors; greedy and deterministic.

    The first rows are those of `each_level`.

    Args:
        sizes: the number of levels of each factor.

    """
    missing = {
        (left, a, right, b): None
        for left, right in itertools.combinations(range(len(sizes)), 2)
        for a in range(sizes[left])
        for b in range(sizes[right])
    }
    for row in each_level(sizes):
        _cover(missing, row)
        yield row
    while missing:
        row = _next_row(missing, sizes)
        _cover(missing, row)
        yield row


def _next_row(missing: Mapping[_Pair, None], sizes: Sequence[int]) -> Row:
    left, a, right, b = next(iter(missing))
    chosen = {left: a, right: b}
    for factor in sorted(set(range(len(sizes))) - chosen.keys(), key=lambda factor: -sizes[factor]):
        # Of levels with equal gain, another one comes first in each row; else the first level would be used too often.
        turn = len(missing) % sizes[factor]
        levels = [(turn + step) % sizes[factor] for step in range(sizes[factor])]
        chosen[factor] = max(levels, key=lambda level: _gain(missing, chosen, factor, level))
    return tuple(chosen[factor] for factor in range(len(sizes)))


def _gain(missing: Mapping[_Pair, None], chosen: Mapping[int, int], factor: int, level: int) -> int:
    return sum(
        ((other, taken, factor, level) if other < factor else (factor, level, other, taken)) in missing
        for other, taken in chosen.items()
    )


def _cover(missing: dict[_Pair, None], row: Row) -> None:
    for left, right in itertools.combinations(range(len(row)), 2):
        missing.pop((left, row[left], right, row[right]), None)
