"""Warm-up: the MSER-5 case and its laws."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.warm_up import mser5
from sim.verification.exact.cases import CASES


def test_case_mser5():
    found = CASES["ME-MSER5"]
    expected = {e["measure"]: e["value"] for e in found["expected"]}
    cut = mser5(found["model"]["series"], found["model"]["batch"])
    assert cut.batches == expected["truncate_batches"]
    assert cut.observations == expected["truncate_observations"]
    assert cut.value == pytest.approx(expected["mser_value"], rel=1e-9)
    assert cut.mean == pytest.approx(expected["mean_after_truncation"], rel=1e-9)
    assert cut.reliable


def test_a_higher_start_is_cut_off_and_a_shift_of_all_moves_only_the_mean():
    random = np.random.default_rng(1)
    series = np.concatenate((random.normal(50, 1, 40), random.normal(10, 1, 160)))
    low, high = mser5(series), mser5(series + 1e6)
    assert 40 <= low.observations == high.observations <= 60
    assert high.mean - low.mean == pytest.approx(1e6)


def test_a_series_that_never_settles_is_called_unreliable():
    cut = mser5(np.arange(100.0))
    assert not cut.reliable and cut.batches == 10  # half of them, where the search ends


def test_a_constant_series_loses_nothing():
    assert mser5([3.0] * 23).observations == 0
    assert mser5([3.0] * 10).mean == 3  # two batches are enough


def test_observations_may_be_looked_at_one_by_one():
    cut = mser5([9.0, 1.0, 1.0, 1.0, 1.0, 1.0], batch=1)
    assert (cut.batches, cut.observations, cut.mean) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("series", "batch"),
    [([], 5), ([1.0] * 9, 5), ([1.0] * 9 + [float("nan")], 5), ([1.0] * 9, 0), ([[1.0]] * 10, 5)],
)
def test_misuse_is_refused(series, batch):
    with pytest.raises(ValueError, match="MSER"):
        mser5(series, batch)
