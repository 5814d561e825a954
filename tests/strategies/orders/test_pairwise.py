"""Covering arrays: every level, every pair, and few rows."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_conformance.strategies.orders.pairwise import each_level, each_pair

factors = st.lists(st.integers(1, 6), min_size=1, max_size=6)


def pairs(rows: list[tuple[int, ...]]) -> set[tuple[int, int, int, int]]:
    return {
        (left, row[left], right, row[right])
        for row in rows
        for left, right in itertools.combinations(range(len(row)), 2)
    }


@settings(derandomize=True, deadline=None)
@given(factors)
def test_every_level_occurs(sizes: list[int]) -> None:
    rows = list(each_level(sizes))
    assert [{row[place] for row in rows} for place in range(len(sizes))] == [set(range(size)) for size in sizes]


@settings(derandomize=True, deadline=None)
@given(factors)
def test_levels_need_as_many_rows_as_the_largest_factor(sizes: list[int]) -> None:
    assert len(list(each_level(sizes))) == max(sizes)


@settings(derandomize=True, deadline=None)
@given(factors)
def test_every_pair_occurs(sizes: list[int]) -> None:
    everything = {
        (left, a, right, b)
        for left, right in itertools.combinations(range(len(sizes)), 2)
        for a in range(sizes[left])
        for b in range(sizes[right])
    }
    assert pairs(list(each_pair(sizes))) == everything


@settings(derandomize=True, deadline=None)
@given(factors)
def test_rows_have_levels_that_exist(sizes: list[int]) -> None:
    for row in each_pair(sizes):
        assert all(0 <= level < size for level, size in zip(row, sizes, strict=True))


@settings(derandomize=True, deadline=None)
@given(factors)
def test_the_pairs_begin_with_the_levels(sizes: list[int]) -> None:
    levels = list(each_level(sizes))
    assert list(itertools.islice(each_pair(sizes), len(levels))) == levels


@settings(derandomize=True, deadline=None)
@given(factors)
def test_the_rows_are_the_same_each_time(sizes: list[int]) -> None:
    assert list(each_pair(sizes)) == list(each_pair(sizes))


@settings(derandomize=True, deadline=None)
@given(factors)
def test_every_further_row_covers_something_new(sizes: list[int]) -> None:
    rows = list(each_pair(sizes))
    for count in range(len(list(each_level(sizes))), len(rows)):
        assert pairs(rows[: count + 1]) > pairs(rows[:count])


@pytest.mark.parametrize(("sizes", "most"), [((2, 2, 2), 6), ((3, 3, 3, 3), 15), ((14, 12, 10, 7, 6, 2, 2), 230)])
def test_pairs_need_few_rows(sizes: tuple[int, ...], most: int) -> None:
    assert len(list(each_pair(sizes))) <= most
