"""Covering arrays: few rows in which every level of every factor, or every pair of levels, occurs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

Row = tuple[int, ...]
_Pair = tuple[int, int, int, int]


def each_level(sizes: Sequence[int]) -> Iterator[Row]:
    """Enumerate rows in which every level of every factor occurs: as many as the largest factor has levels.

    Args:
        sizes: the number of levels of each factor.

    """
    for index in range(max(sizes)):
        yield tuple(index % size for size in sizes)


def each_pair(sizes: Sequence[int]) -> Iterator[Row]:
    """Enumerate rows in which every pair of levels of every two factors occurs; greedy and deterministic.

    Begins with the rows of `each_level`.
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
        # Ties go to a level that moves on from row to row, or one level would stand in for all.
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
