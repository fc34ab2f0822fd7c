"""Capacity: where a promise breaks as demand rises, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from malls import mall
from scipy.optimize import brentq
from scipy.stats import binomtest

from sim import MallError, Scenario, replicate
from sim.experiments.capacity import Capacity, Curve, capacity
from sim.experiments.varying import with_demand
from sim.report.capacity import answer, sentence
from sim.verification.truths import CounterDays


def one_counter(**more: Any) -> Scenario:
    """Return a counter that takes 12 citizens an hour and serves 15 of them."""
    service = {"time": {"dist": "exponential", "mean": "4 min"}, "promise": {"wait": "10 min"}}
    journeys = {"all": {"per_day": 30, "stops": ["a.s"]}}
    agencies = {"a": {"counters": 1, "services": {"s": service}}}
    return mall(agencies, hours="08:00-12:00", journeys=journeys, **more)


def curve(margin: list[float], half: float = 0.02) -> Curve:
    values = np.array(margin)
    factors = np.linspace(1, 2, len(margin))
    return Curve("a", factors, values, values - half, values + half, ())


def test_a_crossing_is_where_the_margin_is_zero_and_its_interval_where_it_may_be() -> None:
    found = curve([0.1, -0.1]).crossing
    assert (found.state, found.factor) == ("crosses", pytest.approx(1.5))
    assert (found.low, found.high) == (pytest.approx(1.4), pytest.approx(1.6))


def test_none_in_range_and_several_are_answers() -> None:
    assert curve([0.3, 0.2]).crossing.state == "never"
    assert curve([-0.1, -0.2]).crossing.state == "always"
    several = curve([0.1, -0.1, 0.1]).crossing
    assert (several.state, several.factor) == ("several", pytest.approx(1.25))
    assert several.high == pytest.approx(1.3)  # where the margin is surely below again


def test_an_end_that_is_not_reached_is_the_end_of_the_range() -> None:
    found = curve([0.01, -0.1]).crossing
    assert (found.low, found.high) == (1.0, pytest.approx(1 + 0.03 / 0.11))


def test_it_is_said_where_the_interval_reaches_what_was_tried_and_what_that_means_today() -> None:
    found = Capacity(one_counter(), "all", 30, 20, ())

    def said(*margins: list[float]) -> list[str]:
        curves = tuple(curve(margin) for margin in margins)
        return [sentence(replace(found, curves=curves), one, "en") for one in curves]

    reaches, within, beyond = said([0.01, -0.1], [0.2, -0.1], [0.1, -0.01])
    assert "(between 1 or less and 1.27)" in reaches
    assert reaches.endswith("Whether it is kept today is not certain.")
    assert "(between 1.6 and 1.73)" in within and within.endswith(" visits a day.")
    assert "(between 1.73 and 2 or more)" in beyond
    low = replace(curve([0.1, -0.1]), factors=np.array([0.4, 0.8]))
    assert sentence(replace(found, curves=(low,)), low, "en").endswith("So it is not kept today.")
    both = answer(replace(found, curves=(low, curve([0.01, -0.1]))), "en")
    assert "Today already these do not keep their promise: a." in both
    assert "Whether these keep theirs today is not certain: a." in both


def test_capacity_agrees_with_a_run_at_that_demand() -> None:
    scenario = one_counter()
    found = capacity(scenario, workers=1, replications=40)
    crossing = found.curves[0].crossing
    assert crossing.state == "crosses" and crossing.low < crossing.factor < crossing.high
    assert found.per_day == 30
    for level, kept in ((crossing.low / 1.1, True), (crossing.high * 1.1, False)):
        run = replicate(with_demand(scenario, level), 150, seed=99, workers=1)
        assert (run.estimate("promise_margin", "agency", "a").value > 0) is kept


def test_demand_may_leave_what_is_plausible_for_it() -> None:
    scenario = one_counter(demand={"scale": 1}, plausible={"demand.scale": "0.9 .. 1.1"})
    assert with_demand(scenario, 2.5).demand.scale == 2.5


def test_what_is_near_the_crossing_is_looked_at_more_closely() -> None:
    found = capacity(one_counter(), workers=1, replications=10, levels=3)
    crossing = found.curves[0].crossing
    assert len(found.curves[0].factors) > 3
    near = found.curves[0].factors
    assert min(abs(near / crossing.factor - 1)) < 0.1


@pytest.mark.parametrize(
    ("scenario", "more", "said"),
    [
        (mall({"a": 1}), {}, "no agency promises"),
        (one_counter(), {"low": 2, "high": 1}, "lower to a higher"),
        (one_counter(), {"of": "x"}, "no journey or agency 'x'"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    scenario: Scenario, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(MallError, match=said):
        capacity(scenario, workers=1, replications=2, **more)


@pytest.mark.long
def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """200 trials on days of one counter; the truth is exact (`sim/verification/truths.py`)."""
    scenario = one_counter()

    def margin(factor: float) -> float:
        days = CounterDays(per_minute=30 / 240 * factor, service=4, until=240, promise=10)
        return days.truth[1] - 0.9

    def crossing(seed: int) -> Any:
        found: Capacity = capacity(
            scenario, low=0.5, high=1.4, levels=8, replications=25, seed=seed, workers=1
        )
        return found.curves[0].crossing

    truth = brentq(margin, 0.5, 2)
    found = [crossing(seed) for seed in range(200)]
    covered = sum(c.low <= truth <= c.high for c in found)
    assert binomtest(covered, 200, 0.94, alternative="less").pvalue > 0.01
