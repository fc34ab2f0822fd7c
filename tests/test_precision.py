"""Precision: the method case, and that nothing but the replications in their order decides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.statistics.intervals import ratio_intervals, t_factor
from sim.statistics.precision import (
    SHARE,
    WAIT,
    Progress,
    Rule,
    Tolerance,
    replications_to_precision,
    running_half_width,
)
from sim.verification.exact.cases import CASES

QUICK = Rule(minimum=3, maximum=200, look_ahead=2)


def column(values) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, np.newaxis]


def waits(replications: int, seed: int, measures: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return totals and counts of measures that settle at different times."""
    random = np.random.default_rng(seed)
    n = random.poisson(20, (replications, measures)).astype(float)
    spread = np.linspace(1, 3, measures)
    return n * (10 + spread * random.normal(0, 1, n.shape)), n


def outcome(found: Progress) -> tuple[int | None, int | None, bool, int]:
    return found.stop, found.settled, found.precise, found.last


# --- the case -----------------------------------------------------------------------------


def test_case_replications_with_look_ahead():
    found = CASES["ME-REPS"]
    model = found["model"]
    expected = {e["measure"]: e["value"] for e in found["expected"]}
    total = column(model["replications"])
    value, half = running_half_width(total, np.ones_like(total), model["confidence"])
    assert (half / value)[2:, 0] == pytest.approx(expected["deviation"], rel=1e-9)
    within = Tolerance(relative=model["precision"])
    for look_ahead, measure in ((0, "n_first_met"), (5, "n_with_look_ahead_5")):
        rule = Rule(minimum=model["initial"], look_ahead=look_ahead)
        progress = replications_to_precision(total, np.ones_like(total), [within], rule)
        assert progress.settled == expected[measure]
        assert progress.stop == expected[measure] + look_ahead


def test_the_look_ahead_grows_beyond_a_hundred_replications():
    rule = Rule()
    assert [rule.ahead(n) for n in (20, 100, 119, 120, 200, 1000)] == [5, 5, 5, 6, 10, 50]


# --- widths -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 40), st.integers(0, 10**6))
def test_the_running_width_is_the_linearised_one_of_each_beginning(replications, seed):
    total, n = waits(replications, seed, 2)
    value, half = running_half_width(total, n)
    for m in range(2, replications + 1):
        t, w = total[:m], n[:m]
        ratio = t.sum(axis=0) / w.sum(axis=0)
        variance = ((t - ratio * w) ** 2).sum(axis=0) * m / (m - 1) / w.sum(axis=0) ** 2
        assert value[m - 1] == pytest.approx(ratio)
        assert half[m - 1] == pytest.approx(t_factor(m - 1) * np.sqrt(variance), rel=1e-6)


def test_small_spread_about_a_large_mean_loses_no_digits():
    total = column(1e9 + np.random.default_rng(5).normal(0, 1, 300))
    _, half = running_half_width(total, np.ones_like(total))
    reported = ratio_intervals(total, np.ones_like(total)).half_width
    assert half[-1] == pytest.approx(reported, rel=1e-6)


# --- the decision -------------------------------------------------------------------------


def decide_by_hand(total, n, tolerances, rule) -> int | None:
    """Return the settling replication, by trying each in turn with the reported intervals."""

    def precise(m: int) -> bool:
        found = ratio_intervals(total[:m], n[:m], rule.confidence, [t.share for t in tolerances])
        allowed = [
            max(t.relative * abs(v), t.absolute)
            for t, v in zip(tolerances, found.value, strict=True)
        ]
        return bool((found.half_width <= allowed).all() and (found.n >= rule.minimum).all())

    for m in range(rule.minimum, len(total) + 1):
        window = range(m, m + rule.ahead(m) + 1)
        if window[-1] <= min(len(total), rule.maximum) and all(map(precise, window)):
            return m
    return None


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.02, 0.3))
def test_it_settles_where_the_reported_intervals_do(seed, relative):
    total, n = waits(60, seed)
    tolerances = [Tolerance(relative=relative)] * 3
    found = replications_to_precision(total, n, tolerances, QUICK)
    by_hand = decide_by_hand(total, n, tolerances, QUICK)
    # The quick width may ask for a replication more, and never for one less.
    if found.settled is not None:
        assert by_hand is not None and by_hand <= found.settled <= by_hand + 10
        window = slice(found.settled, found.settled + 1)
        assert decide_by_hand(total, n, tolerances, Rule(window.start, 200, 2)) == window.start


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 17))
def test_neither_blocks_nor_what_follows_change_the_decision(seed, block):
    total, n = waits(90, seed)
    tolerances = [Tolerance(relative=0.06)] * 3
    whole = replications_to_precision(total, n, tolerances, QUICK)
    for m in range(block, 90 + block, block):
        part = replications_to_precision(total[:m], n[:m], tolerances, QUICK)
        if whole.stop is not None and m >= whole.stop:
            assert outcome(part) == outcome(whole)
            assert (part.strain == whole.strain).all()
        else:
            assert part.stop is None and part.settled is None


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_what_is_reported_after_stopping_meets_its_tolerance(seed):
    total, n = waits(600, seed)
    found = replications_to_precision(total, n, [Tolerance(0.05, 0.5)] * 3, Rule(look_ahead=3))
    assert found.precise and found.stop is not None
    assert found.stop >= 20 and found.settled is not None and found.settled >= 20
    after = ratio_intervals(total[: found.stop], n[: found.stop])
    allowed = np.maximum(0.05 * after.value, 0.5)
    assert found.strain == pytest.approx(after.half_width / allowed, rel=1e-12)
    assert (found.strain <= 1).all()


def test_where_the_reported_interval_is_wider_than_the_quick_one_it_decides():
    random = np.random.default_rng(12)
    n = random.geometric(0.05, (60, 1)).astype(float)
    total = n * random.exponential(5.0, (60, 1))
    quick = running_half_width(total, n)[1][19, 0]
    assert ratio_intervals(total[:20], n[:20]).half_width[0] > quick
    found = replications_to_precision(total, n, [Tolerance(absolute=quick)], Rule(look_ahead=0))
    assert found.settled is not None and found.settled > 20


def test_the_sign_of_a_result_decides_nothing():
    total, n = waits(200, 4)
    assert outcome(replications_to_precision(total, n, [WAIT] * 3)) == outcome(
        replications_to_precision(-total, n, [WAIT] * 3)
    )


def test_the_wider_of_relative_and_absolute_counts():
    total, n = waits(200, 11, 1)
    both = replications_to_precision(total, n, [Tolerance(0.01, 0.5)])
    for tolerance in (Tolerance(absolute=0.5), Tolerance(relative=0.01)):
        alone = replications_to_precision(total, n, [tolerance])
        assert both.settled is not None
        assert alone.settled is None or alone.settled >= both.settled
    assert both.settled == replications_to_precision(total, n, [Tolerance(0, 0.5)]).settled


def test_early_luck_is_undone_by_the_look_ahead():
    lucky = [10.0, 10.0, 10.0, 30.0] + [10.0] * 26
    within = [Tolerance(relative=0.5)]
    without = replications_to_precision(column(lucky), np.ones((30, 1)), within, Rule(3, 99, 0))
    ahead = replications_to_precision(column(lucky), np.ones((30, 1)), within, Rule(3, 99, 2))
    assert without.settled == 3
    assert ahead.settled is not None and ahead.settled > 4


def test_the_last_to_settle_is_the_one_that_still_failed():
    total, n = waits(200, 8)
    calm, restless = total[:, 0], total[:, 2]
    for columns, last in (((calm, restless), 1), ((restless, calm), 0)):
        found = replications_to_precision(
            np.column_stack(columns), n[:, :2] * 0 + 20, [Tolerance(relative=0.05)] * 2, QUICK
        )
        assert found.last == last


def test_the_last_to_settle_is_the_widest_just_before():
    allowed, turned = 0.4, 0
    for seed in range(60):
        total = np.random.default_rng(seed).normal(10, 1, (80, 3))
        n = np.ones_like(total)
        found = replications_to_precision(total, n, [Tolerance(absolute=allowed)] * 3, QUICK)
        if found.settled is None or found.settled == QUICK.minimum:
            continue
        half = running_half_width(total, n, anchor=QUICK.minimum)[1]
        assert found.last == np.argmax(half[found.settled - 2])
        turned += found.last != np.argmax(half[found.settled - 3])
    assert turned  # so that it matters which one is looked at


def test_of_those_that_settle_at_once_the_widest_is_the_last():
    swing = np.tile([1.0, -1.0], 15)
    for sizes, last in (((0.01, 0.1), 1), ((0.1, 0.01), 0)):
        total = 10 + np.outer(swing, sizes)
        within = [Tolerance(relative=0.9)] * 2
        found = replications_to_precision(total, np.ones_like(total), within, QUICK)
        assert (found.settled, found.last) == (QUICK.minimum, last)


def test_the_last_to_settle_need_not_be_the_widest_once_settled():
    steady, jump = np.tile([1.0, -1.0], 20), np.eye(40)[4]
    total = np.column_stack((steady, jump))
    half = running_half_width(total, np.ones_like(total), anchor=3)[1]
    within = [Tolerance(absolute=half[4, 0] * 1.05), Tolerance(absolute=half[4, 1] * 1.0001)]
    found = replications_to_precision(total, np.ones_like(total), within, QUICK)
    assert found.settled == 5 and found.last == 0


# --- never precise ------------------------------------------------------------------------


@pytest.mark.parametrize("absent", [math.nan, 0.0])
def test_a_measure_that_nobody_experienced_is_never_precise(absent):
    total, n = waits(300, 1, 2)
    total[:, 1], n[:, 1] = absent, 0
    found = replications_to_precision(total, n, [WAIT, WAIT], Rule(maximum=300))
    assert (found.stop, found.settled, found.precise, found.last) == (300, None, False, 1)
    assert math.isinf(found.strain[1])


def test_nor_is_one_that_too_few_replications_experienced():
    total, n = np.full((100, 1), 5.0), np.zeros((100, 1))
    n[::10] = 1
    found = replications_to_precision(total * n, n, [WAIT])
    assert found.stop is None and math.isinf(found.strain[0])
    often = np.zeros((100, 1))
    often[::2] = 1
    assert replications_to_precision(total * often, often, [WAIT]).settled == 39


def test_a_share_that_never_failed_needs_enough_trials():
    few, many = np.ones((400, 1)), np.full((400, 1), 50.0)
    assert replications_to_precision(many, many, [SHARE]).settled == 20
    assert replications_to_precision(few, few, [SHARE]).settled == 368  # 3.7 / 0.01
    never = replications_to_precision(0 * few, few, [SHARE])
    assert never.settled == 368
    often = few * (np.arange(400) % 10 > 0)[:, np.newaxis]  # who did not come has no share
    assert replications_to_precision(0 * often, often, [SHARE]).stop is None
    assert replications_to_precision(0 * often, 50 * often, [SHARE]).settled == 23
    early = replications_to_precision(few[:100], few[:100], [SHARE])
    assert early.stop is None and early.strain[0] == pytest.approx(3.62, abs=0.01)
    plain = Tolerance(absolute=0.01)
    assert replications_to_precision(few, few, [plain]).settled == 20


def test_waits_of_exactly_zero_are_within_any_tolerance():
    zero = np.zeros((30, 1))
    found = replications_to_precision(zero, zero + 5, [Tolerance(relative=0.05)])
    assert (found.settled, found.stop, found.strain[0]) == (20, 25, 0)


def test_the_ceiling_ends_a_run_and_says_so():
    total, n = waits(60, 2)
    found = replications_to_precision(total, n, [Tolerance(relative=1e-6)] * 3, Rule(maximum=50))
    assert (found.stop, found.settled, found.precise) == (50, None, False)
    assert (found.strain > 1).all()


def test_without_replications_nothing_is_decided():
    found = replications_to_precision(np.empty((0, 2)), np.empty((0, 2)), [WAIT, SHARE])
    assert outcome(found) == (None, None, False, 0)
    assert found.strain.shape == (2,) and np.isinf(found.strain).all()


def test_two_replications_may_be_enough_and_all():
    ones = np.ones((9, 1))
    found = replications_to_precision(ones, ones, [WAIT], Rule(minimum=2, maximum=2, look_ahead=0))
    assert outcome(found) == (2, 2, True, 0)


def test_a_thousand_replications_of_many_measures_are_judged_quickly():
    from time import perf_counter

    total, n = waits(1000, 3, 100)
    begin = perf_counter()
    replications_to_precision(total, n, [Tolerance(relative=1e-3)] * 100)
    assert perf_counter() - begin < 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Tolerance(), "above 0"),
        (lambda: Tolerance(relative=-0.05, absolute=1), "above 0"),
        (lambda: Rule(minimum=1), "minimum"),
        (lambda: Rule(minimum=30, maximum=20), "minimum"),
        (lambda: Rule(look_ahead=-1), "look-ahead"),
        (lambda: Tolerance(relative=math.inf), "above 0"),
        (lambda: replications_to_precision([[1.0]], [[1.0]], []), "as many tolerances"),
        (lambda: replications_to_precision([1.0], [1.0], [WAIT]), "replications, measures"),
    ],
)
def test_misuse_is_refused_with_the_remedy(call, message):
    with pytest.raises(ValueError, match=message):
        call()
