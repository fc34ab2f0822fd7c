"""The best of several: what is surely behind is dropped, what is left is told."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from sim.statistics.selection import FIRST, select_best

RANDOM = np.random.default_rng(20_261_130)
NOISE = RANDOM.normal(0, 1, (200, 3))


def plans(*means: float, replications: int = 200) -> np.ndarray:
    return NOISE[:replications] + np.array(means)


def test_the_best_is_chosen_after_few_replications_where_it_is_far_ahead() -> None:
    found = select_best(plans(0, 9, 0), 0.5)
    assert (found.best, found.left, found.after) == (1, (1,), FIRST)


def test_what_was_decided_stays_however_many_replications_follow() -> None:
    found = select_best(plans(0, 0.7, 0), 0.5)
    assert found.best == 1 and FIRST < found.after < 200
    assert select_best(plans(0, 0.7, 0, replications=found.after), 0.5) == found
    before = select_best(plans(0, 0.7, 0, replications=found.after - 1), 0.5)
    assert before.best is None and 1 in before.left and before.enough >= found.after


def test_where_it_is_not_told_it_says_who_is_left_and_what_tells() -> None:
    values = np.hstack([NOISE[:30, :2], NOISE[:30, [2]] - 9])
    found = select_best(values, 0.1)
    assert (found.best, found.left, found.after) == (None, (0, 1), 30)
    assert found.enough > 30


def test_before_the_variances_are_known_nothing_is_dropped() -> None:
    found = select_best(plans(0, 9, 0, replications=10), 0.5)
    assert (found.best, found.left, found.enough) == (None, (0, 1, 2), FIRST)


def test_of_alternatives_that_do_the_same_the_first_is_chosen() -> None:
    same = np.repeat(NOISE[:, :1], 3, axis=1)
    found = select_best(same, 0.1)
    assert (found.best, found.after) == (0, 200)
    assert select_best(same[:FIRST], 0.1).best == 0  # as many as are enough in any case


def test_what_the_citizens_share_costs_nothing() -> None:
    """The days differ by far more than the alternatives: only differences count."""
    days = 1000 * NOISE[:, :1]
    assert select_best(days + plans(0, 3, 0), 0.5) == select_best(plans(0, 3, 0), 0.5)


def test_the_reach_is_that_of_the_paper() -> None:
    """Two alternatives by hand: eta, h squared and the variance of the first replications."""
    values, delta, first = NOISE[:, :2] + [0.3, 0], 0.2, 20
    eta = ((2 * 0.05) ** (-2 / (first - 1)) - 1) / 2
    n = np.arange(1, 201)
    gap = np.cumsum(values[:, 0] - values[:, 1])
    h_s = 2 * eta * (first - 1) * np.var(values[:first, 0] - values[:first, 1], ddof=1)
    reach = np.maximum(0, delta / 2 / n * (h_s / delta**2 - n))
    decided = np.flatnonzero((np.abs(gap / n) > reach) & (n >= first))[0]
    found = select_best(values, delta, first=first)
    assert (found.after, found.best) == (decided + 1, 0 if gap[decided] > 0 else 1)


@pytest.mark.parametrize("alternatives", [2, 3])
def test_how_many_are_enough_is_that_of_the_paper(alternatives: int) -> None:
    """The reach of the two that differ most is 0; each pair may be wrong for beta = 5 % / (K - 1).

    Kim and Nelson (2001), figure 1: eta = ((2 beta)^(-2 / (n0 - 1)) - 1) / 2.
    """
    values, delta, first = NOISE[:21, :alternatives], 0.05, 20
    eta = ((2 * 0.05 / (alternatives - 1)) ** (-2 / (first - 1)) - 1) / 2
    pairs = itertools.combinations(values[:first].T, 2)
    spread = max(float(np.var(a - b, ddof=1)) for a, b in pairs)
    found = select_best(values, delta, first=first)
    assert found.best is None and len(found.left) == alternatives
    assert found.enough == int(2 * eta * (first - 1) * spread / delta**2) + 1


@pytest.mark.parametrize(
    ("x", "how", "said"),
    [
        (NOISE[:, :1], {"delta": 1}, "two alternatives"),
        (NOISE[:, 0], {"delta": 1}, "two alternatives"),
        (NOISE, {"delta": 0}, "above 0"),
        (NOISE, {"delta": 1, "confidence": 0}, "between 0 and 1"),
        (NOISE, {"delta": 1, "confidence": 1}, "between 0 and 1"),
        (NOISE, {"delta": 1, "first": 1}, "2 or more"),
        (np.full((30, 2), np.nan), {"delta": 1}, "without a value"),
    ],
)
def test_misuse_is_refused(x: np.ndarray, how: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        select_best(x, **how)


def test_two_replications_are_enough_to_estimate_a_variance() -> None:
    assert select_best(plans(0, 9, 0), 0.5, first=2).best == 1
