"""What is true of a mall lies in the intervals of a fit to its log as often as these claim."""

from __future__ import annotations

import numpy as np
import pytest
from round_trip import Found, covered, refuted, trial, true_wait, wait_after

SHORT, LONG = range(4), range(200)


def hits(found: list[Found]) -> dict[str, list[bool]]:
    held = [covered(one) for one in found]
    return {key: [one[key] for one in held] for key in held[0]}


def test_the_test_refutes_intervals_that_claim_too_much() -> None:
    good = [True] * 95 + [False] * 5
    assert refuted({"a": good, "b": good}) == {}
    assert set(refuted({"a": good, "b": [True] * 85 + [False] * 15})) == {"b"}


def test_the_truth_comes_back_from_a_log_with_faults() -> None:
    """A few trials, each figure in its interval made twice as wide; the long test counts."""
    every = [trial(number, waits=False) for number in SHORT]
    for number, found in enumerate(every):
        for key, true in {"ktp mean": 9.0, "kk mean": 6.0, "ktp a day": 24.0, "kk sd": 3.0}.items():
            value, low, high = found[key]
            assert value - 2 * (value - low) <= true <= value + 2 * (high - value), (number, key)
    assert refuted(hits(every)) == {}


@pytest.mark.long
def test_intervals_hold_the_truth_as_often_as_they_claim() -> None:
    """Figures, and waits with input uncertainty; at 1 in 100 for all of them together."""
    assert refuted(hits([trial(number) for number in LONG])) == {}


@pytest.mark.long
def test_the_error_of_a_wait_falls_with_the_root_of_the_days() -> None:
    """Sixteen times the days, a quarter of the median error, within what 40 logs can tell."""
    from round_trip import SEED, SMALL

    from sim import replicate
    from sim.scenario.loading import load_text

    mall = load_text(SMALL, overrides={"calendar.days": "mon-fri", "calendar.open": None})
    true = replicate(mall, 400, seed=SEED, workers=1).estimate("wait.mean").value
    assert true == pytest.approx(true_wait(), rel=0.1)
    error = [np.median([abs(wait_after(weeks, k) - true) for k in range(40)]) for weeks in (4, 64)]
    assert 2.2 < error[0] / error[1] < 7.5
