"""Intervals: the method cases, the laws, and how often they cover the truth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, t

from sim.statistics.intervals import (
    ABSENT,
    mean_interval,
    mean_intervals,
    no_event_bound,
    paired_difference,
    paired_differences,
    paired_ratio_difference,
    paired_ratio_differences,
    quantile_interval,
    quantile_ranks,
    ratio_interval,
    ratio_intervals,
    welch_difference,
)
from sim.verification.exact.cases import CASES


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return model and expected values of one case."""
    found = CASES[name]
    return found["model"], {e["measure"]: e["value"] for e in found["expected"]}


def close(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9)


# --- cases --------------------------------------------------------------------------------


def test_case_t_interval():
    model, expected = case("ME-TCI")
    found = mean_interval(model["replication_means"], model["confidence"])
    assert found.value == close(expected["mean"])
    assert found.half_width == close(expected["half_width"])
    assert found.half_width / found.value == close(expected["relative_half_width"])
    assert (found.n, found.method, found.left_out) == (10, "t", 0)


def test_case_paired_and_welch():
    model, expected = case("ME-PAIRED")
    a, b = model["system_A"], model["system_B"]
    paired, welch = paired_difference(a, b), welch_difference(a, b)
    assert paired.value == close(expected["mean_difference"])
    assert paired.half_width == close(expected["paired_half_width"])
    assert paired.correlation == close(expected["correlation"])
    assert paired.variance_reduction == close(expected["variance_reduction_factor"])
    assert welch.half_width == close(expected["welch_half_width"])
    assert welch.degrees_of_freedom == close(expected["welch_df"])


def test_an_interval_says_how_many_it_needs_only_where_it_is_absent():
    assert ratio_interval([1.0, 2.0], [1, 1]).n_needed == 0
    assert ratio_interval([1.0], [1]).n_needed == 2


def test_welch_of_samples_without_spread_is_exact_and_counts_both():
    found = welch_difference([2.0] * 4, [1.5] * 3 + [np.nan])
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    assert (found.n, found.n_other, found.left_out, found.n_needed) == (4, 3, 1, 0)
    assert found.degrees_of_freedom == 5


def test_case_welch_against_what_was_counted():
    model, expected = case("ME-VALID")
    found = welch_difference(model["simulated_days"], model["observed_days"], 0.90)
    assert found.value == close(expected["difference"])
    assert (found.low, found.high) == (close(expected["ci90_low"]), close(expected["ci90_high"]))
    assert (found.n, found.n_other) == (15, 10)


def test_case_quantile_ranks():
    model, expected = case("ME-QCI")
    found = [quantile_ranks(n, p, model["confidence"]) for n, p in model["cases"]]
    assert [r.lower for r in found] == expected["lower_rank"]
    assert [r.upper for r in found] == expected["upper_rank"]
    assert [r.coverage for r in found] == close(expected["coverage"])


# --- absence ------------------------------------------------------------------------------

NOBODY = ([0.0, 0.0, 0.0], [0, 0, 0], 0)
ONE = ([0.0, 6.0, 0.0], [0, 3, 0], 1)


@pytest.mark.parametrize(("total", "n", "seen"), [NOBODY, ONE])
def test_fewer_than_two_replications_have_no_interval_and_nobody_no_value(total, n, seen):
    for share in (False, True):
        found = ratio_interval(np.array(total) / 10, n, share=share)
        assert math.isnan(found.low) and math.isnan(found.high)
        assert math.isnan(found.value) if not seen else found.value == pytest.approx(0.2)
        assert math.isnan(found.half_width)
        assert (found.n, found.left_out, found.method) == (seen, 3 - seen, ABSENT)
        assert found.n_needed == 2
    values = [t / k if k else math.nan for t, k in zip(total, n, strict=True)]
    assert mean_interval(values).method == ABSENT
    assert paired_difference(values, values).method == ABSENT
    assert paired_ratio_difference(total, n, total, n).method == ABSENT
    assert math.isnan(paired_ratio_difference(total, n, total, n).variance_reduction)
    assert welch_difference(values, [1.0, 2.0]).method == ABSENT


def test_replications_that_nobody_experienced_are_left_out_and_counted():
    some = ratio_interval([4.0, 0.0, 9.0, math.nan, 2.0], [2, 0, 3, 4, 1])
    only = ratio_interval([4.0, 9.0, 2.0], [2, 3, 1])
    assert (some.value, some.low, some.high) == (only.value, only.low, only.high)
    assert (some.n, some.left_out) == (3, 2)
    assert mean_interval([1.0, math.nan, 3.0]).left_out == 1
    assert paired_difference([1.0, math.nan, 3.0, 4.0], [1.0, 1.0, math.nan, 5.0]).left_out == 2
    assert quantile_interval([1.0, math.nan], 0.5).left_out == 1


def test_a_quantile_of_too_few_says_how_many_it_needs():
    found = quantile_interval(np.arange(20.0), 0.95)
    assert found.method == ABSENT and math.isnan(found.low) and found.value == 18.0
    assert found.n_needed == 72
    assert quantile_ranks(72, 0.95).lower > 0 and quantile_ranks(71, 0.95).lower == 0
    assert quantile_interval([], 0.5).n_needed == 6 and math.isnan(quantile_interval([], 0.5).value)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.01, 0.99), st.floats(0.5, 0.999), st.integers(0, 60))
def test_ranks_cover_as_stated_and_with_one_replication_less_there_are_none(p, confidence, extra):
    needed = quantile_ranks(0, p, confidence).n_needed
    assert quantile_ranks(needed - 1, p, confidence).lower == 0
    n = needed + extra
    ranks = quantile_ranks(n, p, confidence)
    assert 1 <= ranks.lower < ranks.upper <= n
    assert ranks.coverage >= confidence - 1e-12
    exact = binom.cdf(ranks.upper - 1, n, p) - binom.cdf(ranks.lower - 1, n, p)
    assert ranks.coverage == pytest.approx(exact, abs=1e-12)


def test_a_bound_that_is_met_exactly_is_met():
    assert quantile_ranks(5, 0.5, 0.9375)[:2] == (1, 5)  # F(0) = 1/32 = alpha/2


# --- the jackknife ------------------------------------------------------------------------

counts = st.integers(1, 40)
pairs = st.lists(st.tuples(st.integers(0, 500), counts), min_size=2, max_size=25)


def by_hand(statistic, rows) -> tuple[float, float]:
    """Return a statistic of rows and its jackknife standard error, deleting one row at a time."""
    n = len(rows)
    deleted = np.array([statistic(np.delete(rows, i, axis=0)) for i in range(n)])
    return statistic(rows), math.sqrt((n - 1) / n * ((deleted - deleted.mean()) ** 2).sum())


@settings(deadline=None, max_examples=60)
@given(pairs)
def test_the_ratio_interval_is_the_jackknife_done_by_hand(data):
    rows = np.array(data, dtype=float)
    value, se = by_hand(lambda r: r[:, 0].sum() / r[:, 1].sum(), rows)
    found = ratio_interval(rows[:, 0], rows[:, 1])
    assert found.value == pytest.approx(value)
    assert found.half_width == pytest.approx(t.ppf(0.975, len(rows) - 1) * se, abs=1e-9 * value)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_a_ratio_over_ones_has_the_t_interval(values):
    ratio, mean = ratio_interval(values, np.ones(len(values))), mean_interval(values)
    assert ratio.value == pytest.approx(mean.value, abs=1e-6)
    assert ratio.half_width == pytest.approx(mean.half_width, rel=1e-6, abs=1e-6)


def test_a_pooled_ratio_is_not_the_mean_of_daily_means():
    assert ratio_interval([10.0, 90.0], [10, 30]).value == 2.5
    assert mean_interval([1.0, 3.0]).value == 2.0


@settings(deadline=None, max_examples=60)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_replications_does_not_matter(data, random):
    shuffled = random.sample(data, len(data))
    first, second = (ratio_interval(*map(list, zip(*d, strict=True))) for d in (data, shuffled))
    assert first.value == pytest.approx(second.value)
    assert first.half_width == pytest.approx(second.half_width, abs=1e-9 * (1 + first.value))


def test_the_plural_gives_each_column_what_the_singular_gives():
    random = np.random.default_rng(7)
    n = random.poisson(3.0, (30, 40)).astype(float)
    total, other = random.exponential(n), random.exponential(n)
    values = np.where(n > 0, total, np.nan)
    means, ratios = mean_intervals(values), ratio_intervals(total, n)
    differences = paired_differences(values, other)
    pooled = paired_ratio_differences(total, n, other, n)
    assert len(ratios) == 40
    for i, (mean, ratio, difference) in enumerate(zip(means, ratios, differences, strict=True)):
        assert mean.half_width == close(mean_interval(values[:, i]).half_width)
        assert ratio.half_width == close(ratio_interval(total[:, i], n[:, i]).half_width)
        single = paired_difference(values[:, i], other[:, i])
        assert difference.correlation == close(single.correlation)
        one = paired_ratio_difference(total[:, i], n[:, i], other[:, i], n[:, i])
        assert pooled[i].high == close(one.high)
        assert ratios.half_width[i] == ratio.half_width


# --- shares -------------------------------------------------------------------------------


@pytest.mark.parametrize("always", [True, False])
def test_a_share_without_any_event_is_not_called_certain(always):
    n = np.full(20, 50)
    found = ratio_interval(n if always else n * 0, n, share=True)
    bound = 1 - 0.025 ** (1 / 1000)
    assert (found.low, found.high) == ((close(1 - bound), 1.0) if always else (0.0, close(bound)))
    assert found.method == "no events" and 3 / 1000 < bound < 3.7 / 1000
    plain = ratio_interval(n if always else n * 0, n)
    assert plain.half_width == 0  # what the rule is there to avoid


def test_the_bound_of_no_event_is_wider_with_fewer_trials_and_total_with_none():
    bounds = no_event_bound([0, 1, 10, 100, 1000])
    assert bounds[0] == 1 and (np.diff(bounds) < 0).all()
    days = ratio_interval([420.0] * 20, [420.0] * 20, share=True, trials=np.ones(20))
    assert days.low == close(0.025 ** (1 / 20))  # minutes are no trials


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(counts, st.floats(0, 1)), min_size=2, max_size=20))
def test_a_share_and_its_interval_lie_between_zero_and_one(data):
    n = np.array([k for k, _ in data])
    found = ratio_interval(np.floor([k * f for k, f in data]), n, share=True)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high > found.low or found.value not in (0, 1)


def test_what_is_no_share_is_refused_as_one():
    with pytest.raises(ValueError, match="between 0 and 1"):
        ratio_interval([3, 1], [2, 2], share=True)


# --- differences --------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(pairs, st.booleans())
def test_identical_systems_differ_by_exactly_nothing(data, share):
    n = np.array([k for _, k in data], dtype=float)
    total = np.minimum([t for t, _ in data], n) if share else np.array([t for t, _ in data]) / 7
    ratio = paired_ratio_difference(total, n, total, n, share=share)
    mean = paired_difference(total / n, total / n)
    for found in (ratio, mean):
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
        assert math.isinf(found.variance_reduction) or math.isnan(found.variance_reduction)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 99), counts, st.integers(0, 99), counts), min_size=3))
def test_a_difference_of_ratios_is_the_jackknife_done_by_hand(data):
    rows = np.array(data, dtype=float)

    def difference(r):
        return r[:, 0].sum() / r[:, 1].sum() - r[:, 2].sum() / r[:, 3].sum()

    value, se = by_hand(difference, rows)
    found = paired_ratio_difference(*rows.T)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.half_width == pytest.approx(t.ppf(0.975, len(rows) - 1) * se, abs=1e-9)


def test_a_difference_equals_that_of_the_ratios_as_reported_even_where_one_is_absent():
    total, n = np.array([4.0, 0.0, 9.0, 2.0, 0.0]), np.array([2, 0, 3, 1, 0])
    other, m = np.array([5.0, 3.0, 9.0, 1.0, 0.0]), np.array([2, 1, 3, 1, 0])
    found = paired_ratio_difference(total, n, other, m)
    expected = ratio_interval(total, n).value - ratio_interval(other, m).value
    assert found.value == close(expected)
    assert (found.n, found.left_out) == (4, 1)


def test_two_shares_that_never_failed_on_different_counts_are_not_called_equal():
    found = paired_ratio_difference([20] * 20, [20] * 20, [22] * 20, [22] * 20, share=True)
    assert found.value == 0
    assert found.low == close(-no_event_bound(400)) and found.high == close(no_event_bound(440))


def test_common_citizens_narrow_the_difference_of_ratios():
    random = np.random.default_rng(3)
    n = random.poisson(40, 200)
    crowd = random.gamma(4, 5, 200)
    a, b = n * (crowd + random.normal(0, 1, 200)), n * (crowd + 2 + random.normal(0, 1, 200))
    found = paired_ratio_difference(b, n, a, n)
    assert found.low < 2 < found.high and found.correlation > 0.95
    apart = math.hypot(ratio_interval(a, n).half_width, ratio_interval(b, n).half_width)
    assert (apart / found.half_width) ** 2 == pytest.approx(found.variance_reduction, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20), st.floats(0.5, 0.99))
def test_more_confidence_is_never_narrower(values, confidence):
    wider = mean_interval(values, (1 + confidence) / 2)
    assert wider.half_width >= mean_interval(values, confidence).half_width


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mean_interval([[1.0, 2.0]]), "plural"),
        (lambda: ratio_intervals([1.0], [1.0]), "replications, measures"),
        (lambda: ratio_interval([1.0, 2.0], [1, -1]), "negative"),
        (lambda: mean_interval([1.0, math.inf]), "infinite"),
        (lambda: mean_interval([1.0, 2.0], 95), "0.95"),
        (lambda: mean_interval([1.0, 2.0], 0), "0.95"),
        (lambda: mean_interval([1.0, 2.0], 1), "0.95"),
        (lambda: ratio_interval([1.0, 2.0], [1, 1, 1]), "same replications"),
        (lambda: quantile_ranks(10, 1.0), "0 < p < 1"),
        (lambda: quantile_ranks(10, 0.0), "0 < p < 1"),
        (lambda: quantile_ranks(-1, 0.5), "n >= 0"),
    ],
)
def test_misuse_is_refused_with_the_remedy(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- coverage -----------------------------------------------------------------------------

MACRO = 4000
LEVEL = 0.01 / 12
"""1 % family-wise over the twelve binomial tests below."""


def covered(low, high, truth) -> int:
    return int(((low <= truth) & (truth <= high)).sum())


def not_below(hits: int, floor: float) -> bool:
    """Return whether an exact binomial test leaves it open that coverage is at least `floor`."""
    return bool(binom.cdf(hits, MACRO, floor) >= LEVEL)


@pytest.mark.parametrize("n", [2, 10, 30])
def test_coverage_of_the_t_interval_on_normal_values_is_exact(n):
    x = np.random.default_rng(20_260_101 + n).normal(10, 3, (n, MACRO))
    found = mean_intervals(x)
    hits = covered(found.low, found.high, 10)
    assert not_below(hits, 0.95) and binom.sf(hits - 1, MACRO, 0.95) >= LEVEL


def days(n: int, seed: int, luck: bool) -> tuple[np.ndarray, np.ndarray, float]:
    """Return waits, tickets and the true mean wait of days whose demand varies by 20 %.

    A wait grows with the cube of the demand; `luck` multiplies each day by an exponential.
    """
    random = np.random.default_rng(seed)
    demand = random.gamma(25.0, 1 / 25, (n, MACRO))
    tickets = random.poisson(60 * demand).astype(float)
    waits = tickets * 5 * demand**3 * (random.exponential(1.0, (n, MACRO)) if luck else 1.0)
    return waits, tickets, 5 * (26 / 25) * (27 / 25) * (28 / 25)  # 5 E[D^4] / E[D]


@pytest.mark.parametrize(
    ("n", "luck", "rate"),
    [(30, False, 0.913), (100, False, 0.933), (30, True, 0.877), (100, True, 0.916)],
)
def test_on_skewed_waits_the_jackknife_falls_short_as_its_docstring_says(n, luck, rate):
    """A finding, not a promise: below the floor of 94 % in all four.

    The rates are from 100,000 macro-replications of another seed; their own error is 0.2 points.
    """
    waits, tickets, truth = days(n, 20_260_200 + n, luck)
    found = ratio_intervals(waits, tickets)
    hits = covered(found.low, found.high, truth)
    assert binom.cdf(hits, MACRO, rate - 0.002) >= LEVEL / 2
    assert binom.sf(hits - 1, MACRO, rate + 0.002) >= LEVEL / 2


@pytest.mark.parametrize("n", [30, 100])
def test_coverage_of_the_jackknife_where_days_vary_without_skew(n):
    random = np.random.default_rng(20_260_250 + n)
    tickets = random.poisson(60, (n, MACRO)).astype(float)
    waits = tickets * random.normal(5, 1, (n, MACRO)) + 0.02 * tickets**2
    found = ratio_intervals(waits, tickets)
    truth = 5 + 0.02 * 61  # E[N^2] / E[N] of a Poisson law with mean 60
    assert not_below(covered(found.low, found.high, truth), 0.94)


def test_coverage_of_the_paired_difference_of_ratios():
    random = np.random.default_rng(20_260_300)
    n = random.poisson(50, (40, MACRO)).astype(float)
    crowd = random.gamma(9.0, 1.0, (40, MACRO))
    noise = random.normal(0, 1, (2, 40, MACRO))
    found = paired_ratio_differences(n * (crowd + 1 + noise[0]), n, n * (crowd + noise[1]), n)
    assert not_below(covered(found.low, found.high, 1.0), 0.94)


@pytest.mark.parametrize(("n", "p"), [(30, 0.5), (60, 0.9)])
def test_coverage_of_order_statistics_is_what_the_ranks_say(n, p):
    x = np.sort(np.random.default_rng(20_260_400 + n).exponential(1.0, (n, MACRO)), axis=0)
    ranks = quantile_ranks(n, p)
    hits = covered(x[ranks.lower - 1], x[ranks.upper - 1], -math.log1p(-p))
    tails = binom.cdf(hits, MACRO, ranks.coverage), binom.sf(hits - 1, MACRO, ranks.coverage)
    assert min(tails) >= LEVEL / 2
    one = quantile_interval(x[:, 0], p)
    assert (one.low, one.high) == (x[ranks.lower - 1, 0], x[ranks.upper - 1, 0])
