"""Where the search for a staffing begins: against the exact answers that formulas have."""

from __future__ import annotations

import math
from typing import Any

import pytest
from malls import mall

from sim import Scenario
from sim.experiments.first_guess import fewest_counters, first_guess, leaving_rate, modified_loads
from sim.experiments.slots import slots_of
from sim.theory import ErlangA
from sim.verification.exact.cases import CASES

WAVY = CASES["ME-MOL-FMMW"]
LOADS, EXACT = (of["value"] for of in WAVY["expected"][:2])


def test_the_load_lags_behind_who_comes_as_published() -> None:
    """ME-MOL-FMMW: 100 + 20 sin t citizens an hour of an hour each, in slots of a hundredth."""
    slots = 100
    offered = [100 + 20 * math.sin((k + 0.5) / slots) for k in range(20 * slots)]
    found = modified_loads(offered, [1 / slots] * len(offered), 1)
    turns = 2 * math.pi  # the wave has settled by its second turn
    for t, load in enumerate(LOADS):
        assert found[round((turns + t) * slots)] == pytest.approx(load, abs=0.3)


def test_a_slot_has_the_most_that_is_there_at_any_time_of_it() -> None:
    rises, stays, falls = modified_loads([4, 4, 0], [5, 1e6, 5], 5)
    assert rises == pytest.approx(4 * (1 - math.exp(-1)))
    assert stays == pytest.approx(4)
    assert falls == pytest.approx(4)


def test_with_patience_it_is_what_is_exact_where_services_and_patience_are_alike() -> None:
    """ME-MOL-FMMW: the number in the hall is then Poisson, and a tenth may be delayed."""
    assert [fewest_counters(m, 1, 0, 0.9, 1) for m in LOADS] == EXACT


@pytest.mark.parametrize("load", [0.05, 0.7, 3, 40])
@pytest.mark.parametrize("patience", [2.0, 12.0, 200.0])
def test_one_counter_fewer_would_not_do(load: float, patience: float) -> None:
    counters = fewest_counters(load, 6, 5, 0.8, patience)
    for number, enough in ((counters, True), (counters - 1, False)):
        if number:
            within = ErlangA(load / 6, 6, number, patience).p_served_within(5)
            assert (within >= 0.8) == enough


def test_without_patience_it_is_erlang_c() -> None:
    case = CASES["ME-STAFF-ERLC"]
    rates, fewest = case["model"]["arrival_rates"], case["expected"][0]["value"]
    assert [fewest_counters(6 * rate, 6, 5, 0.8, math.inf) for rate in rates] == fewest


def of_day(**service: Any) -> Scenario:
    """Return one agency of two hours, the second three times as busy as the first."""
    promise = {"wait": "5 min", "for": "80 %"}
    law = {"dist": "exponential", "mean": "6 min"}
    return mall(
        {"a": {"counters": 9, "services": {"s": {"time": law, "promise": promise} | service}}},
        hours="08:00-10:00",
        journeys={"all": {"per_day": 80, "stops": ["a.s"]}},
        demand={"profile": {"08:00": 1, "09:00": 3}},
    )


def test_each_hour_has_its_own_guess_and_patience_has_a_part_in_it() -> None:
    patient, hasty = of_day(), of_day(patience={"dist": "exponential", "mean": "8 min"})
    slots = slots_of(patient)
    loads = modified_loads([2, 6], [60, 60], 6)
    for mall_, patience in ((patient, math.inf), (hasty, 8)):
        wanted = [fewest_counters(load, 6, 5, 0.8, patience) for load in loads]
        assert first_guess(mall_, "a", [2, 6], slots) == tuple(wanted)
    assert first_guess(patient, "a", [2, 6], slots) == (3, 8)


def test_patience_of_a_share_counts_by_how_many_leave() -> None:
    half = of_day(patience={"share": "50 %", "dist": "exponential", "mean": "10 min"})
    assert leaving_rate(half, "a.s") == pytest.approx(0.05)
    assert leaving_rate(of_day(), "a.s") == 0
