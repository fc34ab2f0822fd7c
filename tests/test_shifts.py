"""Shifts that cover the counters wanted, against every other choice."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import MallError
from sim.experiments.shifts import Shift, cover
from sim.scenario.quantities import HOUR


def hours(*numbers: int) -> list[int]:
    return [n * HOUR for n in numbers]


def test_a_peak_in_the_middle_is_covered_by_two_overlapping_shifts() -> None:
    """1, 2, 1 officers wanted in three hours, shifts of two: four officer-hours in two shifts."""
    found = cover(hours(8, 9, 10), hours(9, 10, 11), [1, 2, 1], shortest=2 * HOUR,
                  longest=2 * HOUR, every=HOUR)  # fmt: skip
    assert found == (Shift(8 * HOUR, 10 * HOUR, 1), Shift(9 * HOUR, 11 * HOUR, 1))


@given(st.lists(st.integers(0, 2), min_size=3, max_size=3), st.integers(1, 2), st.integers(0, 1))
def test_it_is_as_cheap_as_the_cheapest_of_all(wanted: list[int], shortest: int, more: int) -> None:
    begins, ends = hours(8, 9, 10), hours(9, 10, 11)
    longest = shortest + more
    found = cover(
        begins, ends, wanted, shortest=shortest * HOUR, longest=longest * HOUR, every=HOUR
    )
    possible = [(b, e) for b in range(3) for e in range(b + 1, 4) if shortest <= e - b <= longest]
    best = min(
        sum(n * (e - b) for n, (b, e) in zip(numbers, possible, strict=True))
        for numbers in itertools.product(range(3), repeat=len(possible))
        if all(
            sum(n for n, (b, e) in zip(numbers, possible, strict=True) if b <= k < e) >= wanted[k]
            for k in range(3)
        )
    )
    assert sum(s.officers * (s.end - s.begin) for s in found) == best * HOUR
    for k in range(3):
        on = sum(s.officers for s in found if s.begin <= begins[k] and ends[k] <= s.end)
        assert on >= wanted[k]


def test_shifts_that_cannot_cover_the_day_are_refused_with_the_remedy() -> None:
    with pytest.raises(MallError, match="allow other lengths"):
        cover(hours(8), hours(9), [1], shortest=4 * HOUR, longest=5 * HOUR)
    with pytest.raises(MallError, match="shortest and a longest"):
        cover(hours(8), hours(9), [1], shortest=2 * HOUR, longest=HOUR)
