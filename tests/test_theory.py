"""Theory: every case with a closed form that is given here, and the laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import gammainc
from scipy.stats import lognorm, norm

from sim.theory import (
    MG1,
    ErlangA,
    MDc,
    MMc,
    MMcK,
    allen_cunneen_mean_wait,
    erlang_b,
    erlang_c,
    kimura_mean_wait,
    minimal_counters,
    priority_mg1_mean_waits,
    priority_mmc_mean_waits,
)
from sim.verification.exact.cases import CASES

ROUNDED = 1e-9
"""The cases print 12 digits; M/D/c about 10."""


# --- cases --------------------------------------------------------------------------------


def moments(service: dict[str, Any]) -> tuple[float, float, float]:
    """Return E[S], E[S^2] and E[S^3] of a service law of the cases."""
    kind = service["type"]
    if kind == "exponential":
        m = service["mean"]
        return m, 2 * m**2, 6 * m**3
    if kind == "deterministic":
        d = service["value"]
        return d, d**2, d**3
    if kind == "gamma":
        scale = service["sd"] ** 2 / service["mean"]
        shape = service["mean"] / scale
        powers = np.cumprod([shape * scale, (shape + 1) * scale, (shape + 2) * scale])
    elif kind == "two-point":
        powers = [np.dot(service["probs"], np.power(service["values"], k)) for k in (1, 2, 3)]
    else:
        assert kind == "lognormal"
        v = math.log1p((service["sd"] / service["mean"]) ** 2)
        law = lognorm(math.sqrt(v), scale=service["mean"] * math.exp(-v / 2))
        powers = [law.moment(k) for k in (1, 2, 3)]
    first, second, third = powers
    return float(first), float(second), float(third)


def mmc(model: dict[str, Any]) -> MMc:
    return MMc(model["arrivals"]["rate"], model["service"]["mean"], model["counters"])


def mmck(model: dict[str, Any]) -> MMcK:
    rate, mean = model["arrivals"]["rate"], model["service"]["mean"]
    return MMcK(rate, mean, model["counters"], model["capacity"])


def erlang_a(model: dict[str, Any]) -> ErlangA:
    rate, mean = model["arrivals"]["rate"], model["service"]["mean"]
    return ErlangA(rate, mean, model["counters"], model["patience"]["mean"])


def mg1(model: dict[str, Any]) -> MG1:
    return MG1(model["arrivals"]["rate"], *moments(model["service"]))


def mdc(model: dict[str, Any]) -> MDc:
    return MDc(model["arrivals"]["rate"], model["service"]["value"], model["counters"])


MODELS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "M/M/c": mmc,
    "M/M/c/K": mmck,
    "Erlang-A": erlang_a,
    "M/G/1": mg1,
    "M/D/c": mdc,
}
"""Families whose every measure is an attribute of one model, or a method of the number behind."""

NOT_GIVEN = {("M/D/c", "p_wait_gt")}
"""Measures without a function here: the law of the wait of M/D/c."""

OTHERWISE = {
    "SS-PRIO-MM1-ciw", "SS-PRIO-MG1-3", "SS-PRIO-MM4", "SS-MGc-approx", "SS-TANDEM", "SS-LCFS",
}  # fmt: skip
"""Steady-state cases with a test of their own below."""

WITHOUT_THEORY = {
    "SS-MMcD-pat15", "SS-MMcU-pat", "SS-BALK-1", "SS-ME2c3", "SS-DM1", "SS-PRIO-ACCUM",
    "SS-PRIO-PREEMPT", "SS-JACKSON-FB", "SS-BATCH-1", "SS-BREAKDOWN-3", "SS-BREAKS-POST-3",
    "SS-VAC-MM1", "SS-SKILL-N-1-1", "SS-JSQ-2",
}  # fmt: skip
"""Steady-state cases that have no function here; this list only shrinks."""


def measured(name: str) -> list[Any]:
    """Return every expected measure of the families above as one parameter each."""
    return [
        pytest.param(case, e["measure"], e["value"], id=f"{case['id']}-{e['measure']}")
        for case in CASES.values()
        for e in case["expected"]
        if case["family"] == name and (name, e["measure"].rpartition("_")[0]) not in NOT_GIVEN
    ]


def figure(model: Any, measure: str) -> float:
    """Return a measure by its name in the cases: `p_wait`, or `p_wait_gt_5` of a number."""
    if hasattr(model, measure):
        return float(getattr(model, measure))
    name, _, number = measure.rpartition("_")
    at = 1 / 3 if number == "0.333333" else float(number)  # the case prints a third shortened
    return float(getattr(model, name)(at))


@pytest.mark.parametrize(
    ("case", "measure", "value"), [p for family in MODELS for p in measured(family)]
)
def test_case(case, measure, value):
    model = MODELS[case["family"]](case["model"])
    assert figure(model, measure) == pytest.approx(value, rel=ROUNDED)


def test_each_steady_state_case_is_covered_or_listed_as_not():
    families = {c["id"] for c in CASES.values() if c["family"] in MODELS}
    steady = {name for name in CASES if name.startswith("SS-")}
    assert families | OTHERWISE | WITHOUT_THEORY == steady
    assert not (families & OTHERWISE or WITHOUT_THEORY & (families | OTHERWISE))


def expected(name: str) -> dict[str, Any]:
    return {e["measure"]: e["value"] for e in CASES[name]["expected"]}


def test_case_priority_mm1():
    model, answer = CASES["SS-PRIO-MM1-ciw"]["model"], expected("SS-PRIO-MM1-ciw")
    rates, mean = [c["rate"] for c in model["classes"]], model["service"]["mean"]
    waits = priority_mmc_mean_waits(rates, mean, 1)
    assert waits == pytest.approx([answer["mean_wait_high"], answer["mean_wait_low"]])
    assert waits + mean == pytest.approx([answer["mean_sojourn_high"], answer["mean_sojourn_low"]])
    same = priority_mg1_mean_waits(rates, [mean] * 2, [2 * mean**2] * 2)
    assert waits == pytest.approx(same)


def test_case_priority_mg1():
    model, answer = CASES["SS-PRIO-MG1-3"]["model"], expected("SS-PRIO-MG1-3")
    rates = [c["rate"] for c in model["classes"]]
    first, second, _ = zip(*(moments(c["service"]) for c in model["classes"]), strict=True)
    waits = priority_mg1_mean_waits(rates, first, second)
    assert waits == pytest.approx([answer[f"mean_wait_{k}"] for k in "ABC"], rel=ROUNDED)
    overall = np.average(waits, weights=rates)
    assert overall == pytest.approx(answer["mean_wait_overall"], rel=ROUNDED)


def test_case_priority_mmc():
    model, answer = CASES["SS-PRIO-MM4"]["model"], expected("SS-PRIO-MM4")
    rates, mean, c = [k["rate"] for k in model["classes"]], model["service"]["mean"], 4
    waits = priority_mmc_mean_waits(rates, mean, c)
    assert waits == pytest.approx([answer[f"mean_wait_{k}"] for k in "123"], rel=ROUNDED)
    line = MMc(sum(rates), mean, c)
    assert line.p_wait == pytest.approx(answer["p_wait"], rel=ROUNDED)
    assert line.mean_wait == pytest.approx(answer["mean_wait_overall"], rel=ROUNDED)


def test_case_approximations_of_mgc():
    model, answer = CASES["SS-MGc-approx"]["model"], expected("SS-MGc-approx")
    rate, mean, c = model["arrivals"]["rate"], model["service"]["mean"], model["counters"]
    scv = (model["service"]["sd"] / mean) ** 2
    found = allen_cunneen_mean_wait(rate, mean, scv, c)
    assert found == pytest.approx(answer["mean_wait_lee_longton"], rel=ROUNDED)
    assert kimura_mean_wait(rate, mean, scv, c) == pytest.approx(
        answer["mean_wait_kimura"], rel=ROUNDED
    )
    mixed = scv * MMc(rate, mean, c).mean_wait + (1 - scv) * MDc(rate, mean, c).mean_wait
    assert mixed == pytest.approx(answer["mean_wait_mixed"], rel=ROUNDED)


def test_case_tandem_is_two_lines_one_after_the_other():
    model, answer = CASES["SS-TANDEM"]["model"], expected("SS-TANDEM")
    lines = [
        MMc(model["arrivals"]["rate"], s["service"]["mean"], s["counters"])
        for s in model["stations"]
    ]
    for line, station in zip(lines, model["stations"], strict=True):
        assert line.mean_wait == pytest.approx(answer[f"mean_wait_{station['name']}"])
        assert line.p_wait == pytest.approx(answer[f"p_wait_{station['name']}"])
    assert sum(line.mean_sojourn for line in lines) == pytest.approx(answer["mean_total_time"])


def test_case_second_moment_of_the_wait():
    model, answer = CASES["SS-LCFS"]["model"], expected("SS-LCFS")
    line = mg1(model)
    assert line.mean_wait == pytest.approx(answer["mean_wait"])
    assert line.second_moment_wait == pytest.approx(answer["second_moment_wait_FCFS"])


def test_case_minimal_counters():
    model, answer = CASES["ME-STAFF-ERLC"]["model"], expected("ME-STAFF-ERLC")
    mean, wait, share = model["service_mean"], model["threshold"], model["target"]
    rates = model["arrival_rates"]
    fewest = [minimal_counters(rate, mean, wait, share) for rate in rates]
    assert fewest == answer["min_counters"]
    levels = [1 - MMc(r, mean, c).p_wait_gt(wait) for r, c in zip(rates, fewest, strict=True)]
    assert levels == pytest.approx(answer["service_level_at_min"], rel=ROUNDED)


# --- laws ---------------------------------------------------------------------------------

loads = st.floats(0.01, 60)
numbers = st.integers(1, 60)
below_one = st.floats(0.05, 0.97)


@settings(deadline=None, max_examples=60)
@given(numbers, loads)
def test_erlang_b_is_the_loss_formula_and_erlang_c_is_no_less(counters, load):
    logs = [k * math.log(load) - math.lgamma(k + 1) for k in range(counters + 1)]
    top = max(logs)
    formula = math.exp(logs[-1] - top) / sum(math.exp(x - top) for x in logs)
    assert erlang_b(counters, load) == pytest.approx(formula, rel=1e-9)
    assert erlang_b(counters, load) <= erlang_c(counters, load) <= 1


@settings(deadline=None, max_examples=60)
@given(numbers, loads, st.floats(1.001, 2))
def test_both_rise_with_the_load_and_fall_with_the_counters(counters, load, factor):
    for erlang in (erlang_b, erlang_c):
        assert erlang(counters, load) <= erlang(counters, load * factor)
        assert erlang(counters, load) >= erlang(counters + 1, load)


def test_limits_of_erlangs_formulas():
    assert erlang_b(0, 5.0) == 1 and erlang_b(3, 0.0) == 0 and erlang_c(3, 0.0) == 0
    assert erlang_c(3, 3.0) == erlang_c(3, 9.0) == 1
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    # Large systems: B = phi(b) / (sqrt(c) Phi(b)) with b = (c - a) / sqrt(c), here 1.
    assert erlang_b(10_000, 9_900.0) == pytest.approx(norm.pdf(1) / norm.cdf(1) / 100, rel=0.01)


@settings(deadline=None, max_examples=60)
@given(numbers, below_one, st.floats(0.1, 50), st.floats(0.5, 0.999))
def test_the_quantile_inverts_the_law_of_the_wait(counters, rho, mean, p):
    line = MMc(rho * counters / mean, mean, counters)
    t = line.wait_quantile(p)
    assert t >= 0
    if t > 0:
        assert line.p_wait_gt(t) == pytest.approx(1 - p)
    else:
        assert line.p_wait <= 1 - p + 1e-12


@settings(deadline=None, max_examples=60)
@given(numbers, below_one, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(counters, rho, unit):
    base, other = MMc(rho * counters, 1, counters), MMc(rho * counters / unit, unit, counters)
    assert other.mean_wait == pytest.approx(base.mean_wait * unit)
    assert other.p_wait_gt(2 * unit) == pytest.approx(base.p_wait_gt(2))


@settings(deadline=None, max_examples=60)
@given(st.floats(0.1, 30), st.floats(0, 10), st.floats(0.5, 0.99))
def test_minimal_counters_suffice_and_one_fewer_does_not(load, wait, share):
    def level(counters: int) -> float:
        return 1 - MMc(load, 1, counters).p_wait_gt(wait)

    c = minimal_counters(load, 1, wait, share)
    assert c > load and level(c) >= share
    assert c - 1 <= load or level(c - 1) < share


def test_an_overloaded_line_has_no_steady_state():
    line = MMc(3, 1, 3)
    assert (line.p_wait, line.utilisation) == (1, 1)
    assert line.mean_wait == line.mean_queue == line.wait_quantile(0.5) == math.inf
    assert line.p_wait_gt(1e6) == 1
    assert MG1(1, 1, 2, 6).mean_wait == MG1(1, 1, 2, 6).var_wait == math.inf
    assert MDc(3, 1, 3).mean_wait == math.inf and MDc(3, 1, 3).p_wait == 1
    assert kimura_mean_wait(3, 1, 0.5, 3) == math.inf


def test_where_nobody_comes_nobody_waits():
    line = MMc(0, 1, 3)
    assert (line.p_wait, line.mean_wait, line.wait_quantile(0.99)) == (0, 0, 0)
    assert MG1(0, 1, 2).mean_wait == 0 and math.isnan(MG1(0, 1, 2).mean_wait_delayed)
    assert MDc(0, 1, 3).mean_wait == MDc(0, 1, 3).p_wait == kimura_mean_wait(0, 1, 0.5, 3) == 0


@settings(deadline=None, max_examples=60)
@given(numbers, loads)
def test_a_full_hall_of_counters_only_is_erlangs_loss(counters, load):
    assert MMcK(load, 1, counters, counters).p_block == pytest.approx(erlang_b(counters, load))


@settings(deadline=None, max_examples=60)
@given(numbers, below_one)
def test_an_ample_hall_is_no_limit(counters, rho):
    hall, line = (
        MMcK(rho * counters, 1, counters, counters + 1500),
        MMc(rho * counters, 1, counters),
    )
    assert hall.mean_wait_accepted == pytest.approx(line.mean_wait, rel=1e-6, abs=1e-12)
    assert hall.p_wait_accepted == pytest.approx(line.p_wait, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(numbers, loads, st.integers(0, 60))
def test_a_hall_obeys_littles_law_and_loses_less_when_larger(counters, load, room):
    hall = MMcK(load, 1, counters, counters + room)
    larger = MMcK(load, 1, counters, counters + room + 1)
    assert hall.probabilities.sum() == pytest.approx(1)
    busy = hall.utilisation * counters
    assert hall.mean_in_system == pytest.approx(hall.mean_queue + busy)
    assert larger.p_block <= hall.p_block * (1 + 1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.floats(0.1, 60), st.floats(0.05, 50), st.floats(0.01, 10))
def test_erlang_a_agrees_with_palms_incomplete_gamma(counters, load, patience, t):
    """P(wait > t) without own patience, from the density exp(rate H(x) - c x) instead."""
    x, y = counters * patience, load * patience
    assume(gammainc(x, y * math.exp(-t / patience)) > 1e-200)
    line = ErlangA(load, 1, counters, patience)
    still = math.exp(-t / patience)
    palm = line.p_wait * still * gammainc(x, y * still) / gammainc(x, y)
    assert line.p_wait_gt(t) == pytest.approx(palm, rel=1e-7)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 40), st.floats(0.1, 60), st.floats(0.05, 50))
def test_in_erlang_a_everyone_is_served_or_leaves(counters, load, patience):
    line = ErlangA(load, 1, counters, patience)
    assert 0 <= line.p_abandon <= line.p_wait <= 1
    assert line.p_wait_gt(0) == pytest.approx(line.p_wait)
    assert line.p_served_within(1e9) == pytest.approx(1 - line.p_abandon)
    assert line.p_served_within(0) == pytest.approx(1 - line.p_wait, abs=1e-9)
    assert line.p_served_within(2) + line.p_wait_gt(2) <= 1 + 1e-9
    served = (1 - line.p_abandon) * line.mean_wait_served
    if line.p_abandon > 1e-6:
        both = served + line.p_abandon * line.mean_wait_abandoned
        assert both == pytest.approx(line.mean_wait_all)
    assert line.utilisation <= 1 + 1e-12


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 20), st.floats(0.1, 0.9))
def test_endless_patience_is_erlang_c_and_none_is_erlang_b(counters, rho):
    load = rho * counters
    patient, line = ErlangA(load, 1, counters, 1e9), MMc(load, 1, counters)
    assert patient.p_wait == pytest.approx(line.p_wait, rel=1e-5)
    assert patient.mean_wait_served == pytest.approx(line.mean_wait, rel=1e-4)
    assert patient.p_wait_gt(1) == pytest.approx(line.p_wait_gt(1), rel=1e-4)
    hasty = ErlangA(load, 1, counters, 1e-7)
    assert hasty.p_abandon == pytest.approx(erlang_b(counters, load), rel=1e-4)


def test_a_hopeless_overload_loses_the_excess():
    assert ErlangA(50, 10, 5, 20).p_abandon == pytest.approx(1 - 5 / 500)


@settings(deadline=None, max_examples=60)
@given(below_one, st.floats(0.1, 20))
def test_exponential_services_make_mg1_an_mm1_and_constant_ones_halve_the_wait(rho, mean):
    rate = rho / mean
    exponential = MG1(rate, mean, 2 * mean**2, 6 * mean**3)
    assert exponential.mean_wait == pytest.approx(MMc(rate, mean, 1).mean_wait)
    constant = MG1(rate, mean, mean**2).mean_wait
    assert constant == pytest.approx(exponential.mean_wait / 2)
    assert MDc(rate, mean, 1).mean_wait == pytest.approx(constant, rel=1e-8)
    assert MDc(rate, mean, 1).p_wait == pytest.approx(rho, rel=1e-8)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), below_one, st.floats(0, 4))
def test_approximations_are_exact_where_they_should_be(counters, rho, scv):
    rate = rho * counters
    exponential = MMc(rate, 1, counters).mean_wait
    for approximation in (allen_cunneen_mean_wait, kimura_mean_wait):
        assert approximation(rate, 1, 1.0, counters) == pytest.approx(exponential)
        single = MG1(rho, 1, 1 + scv).mean_wait
        assert approximation(rho, 1, scv, 1) == pytest.approx(single, rel=1e-7)
    if exponential > 1e-12 and rho <= 0.95:  # nearer to 1 its series is not computed
        constant = kimura_mean_wait(rate, 1, 0.0, counters)
        assert constant == pytest.approx(MDc(rate, 1, counters).mean_wait, rel=1e-6)
        assert constant >= exponential / 2 * (1 - 1e-6)


@pytest.mark.parametrize("counters", [2, 5, 20])
def test_kimura_does_not_jump_where_it_leaves_the_series(counters):
    rhos = np.linspace(0.94, 0.999, 40)
    waits = [kimura_mean_wait(r * counters, 1, 0.3, counters) * (1 - r) for r in rhos]
    assert np.abs(np.diff(waits) / waits[:-1]).max() < 0.01


rates = st.lists(st.floats(0.01, 1), min_size=2, max_size=5)


@settings(deadline=None, max_examples=60)
@given(rates, st.integers(1, 8), st.floats(0.1, 0.95))
def test_priority_moves_waits_and_conserves_their_sum(weights, counters, rho):
    share = np.array(weights) / sum(weights) * rho * counters
    waits = priority_mmc_mean_waits(share, 1, counters)
    assert (np.diff(waits) >= 0).all()
    line = MMc(rho * counters, 1, counters)
    assert np.average(waits, weights=share) == pytest.approx(line.mean_wait)
    if counters == 1:
        other = priority_mg1_mean_waits(share, np.ones(len(share)), np.full(len(share), 2.0))
        assert waits == pytest.approx(other)


def test_an_overload_of_the_last_class_leaves_the_first_a_steady_state():
    first, last = priority_mmc_mean_waits([0.4, 0.9], 1, 1)
    assert first == pytest.approx(1 / 0.6) and last == math.inf
    assert priority_mg1_mean_waits([0.4, 0.9], [1, 1], [2, 2])[0] == pytest.approx(1 / 0.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(-1, 1), "counters"),
        (lambda: erlang_b(3, math.nan), "load"),
        (lambda: erlang_c(0, 1), "counters"),
        (lambda: MMc(1, 0, 1), "mean_service"),
        (lambda: MMc(1, 1, 3).p_wait_gt(-1), "t must"),
        (lambda: MMc(1, 1, 3).wait_quantile(1), "p lies"),
        (lambda: MMcK(1, 1, 3, 2), "capacity"),
        (lambda: MMcK(0, 1, 3, 4), "above 0"),
        (lambda: ErlangA(1, 1, 3, 0), "mean_patience"),
        (lambda: ErlangA(1e9, 1, 1, 1).p_wait, "so long a line"),
        (lambda: MG1(1, 2, 3), "second"),
        (lambda: MG1(0.1, 1, 2, 3), "third"),
        (lambda: MDc(1.9999, 1, 2), "close"),
        (lambda: minimal_counters(1, 1, 1, 1), "share"),
        (lambda: priority_mg1_mean_waits([1, 2], [1], [2]), "each class"),
        (lambda: priority_mmc_mean_waits([-1.0], 1, 1), "0 or more"),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
