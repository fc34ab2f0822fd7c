"""Staffing: against exact answers, against every other plan, and what it says of itself."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from malls import mall, scenario_of

from sim import MallError, Scenario, sample, simulate
from sim.experiments.points import run_points
from sim.experiments.slots import slots_of
from sim.experiments.staffing import staff
from sim.report.staffing import described
from sim.scenario.loading import load_text
from sim.scenario.writing import show
from sim.statistics.verdict import margin_of
from sim.verification.exact.cases import CASES

ERLANG = CASES["ME-STAFF-ERLC"]
SERVICE: dict[str, Any] = {
    "time": {"dist": "exponential", "mean": "6 min"}, "promise": {"wait": "5 min", "for": "80 %"},
}  # fmt: skip


def of_day(per_day: int, hours: str = "08:00-11:00", **service: Any) -> Scenario:
    """Return one agency with three times as many citizens in its second hour."""
    return mall(
        {"a": {"counters": 9, "services": {"s": SERVICE | service}}},
        hours=hours,
        journeys={"all": {"per_day": per_day, "stops": ["a.s"]}},
        demand={"profile": {"08:00": 1, "09:00": 3, "10:00": 1}},
    )


@pytest.mark.parametrize("place", range(2))
def test_in_a_hall_that_never_closes_it_finds_what_erlang_c_says(place: int) -> None:
    rate, fewest = ERLANG["model"]["arrival_rates"][place], ERLANG["expected"][0]["value"][place]
    scenario = scenario_of({
        "name": "endless", "calendar": {"continuous": "4 days", "warm_up": "6 h"},
        "agencies": {"a": {"counters": 20, "services": {"s": SERVICE}}},
        "journeys": {"all": {"per_day": round(rate * 1440), "stops": ["a.s"]}},
    })  # fmt: skip
    found = staff(scenario, replications=2, certify=6, workers=1)
    (of_agency,) = found.agencies
    assert of_agency.after == (fewest,)
    assert of_agency.state == "kept"
    assert of_agency.fewer_share is not None and of_agency.fewer_share.value < 0.8


@pytest.mark.long
def test_no_cheaper_plan_keeps_the_promise() -> None:
    """Every plan with fewer counter-hours is tried on the citizens of the certification."""
    scenario = of_day(30)
    found = staff(scenario, replications=40, certify=150, workers=1)
    (of_agency,) = found.agencies
    assert of_agency.state == "kept" and of_agency.hours_after == sum(of_agency.after)
    most = [range(1, n + 2) for n in of_agency.after]
    cheaper = [t for t in itertools.product(*most) if sum(t) < sum(of_agency.after)]
    slots = slots_of(scenario)
    runs = run_points(
        scenario, [{"agencies.a.counters": slots.table(t)} for t in cheaper], 150, workers=1
    )
    confidence = of_agency.share.confidence
    surely = [
        t for t, r in zip(cheaper, runs, strict=True) if margin_of(r, "a", confidence).low > 0
    ]
    assert not surely


def test_one_counter_fewer_costs_citizens_and_the_overlay_runs() -> None:
    scenario = of_day(40)
    found = staff(scenario, replications=10, certify=40, workers=1)
    (of_agency,) = found.agencies
    assert of_agency.hours_before == 27 > of_agency.hours_after
    assert of_agency.fewer is not None and sum(of_agency.fewer) == sum(of_agency.after) - 1
    assert of_agency.fewer_share is not None
    assert of_agency.fewer_share.value < of_agency.share.value
    assert of_agency.fewer_late > 0
    figures = load_text(show(scenario), overrides=found.figures)
    assert slots_of(scenario).read(figures.agencies["a"].counters) == of_agency.after  # type: ignore[arg-type]
    assert found.overlay().startswith("agencies:\n  a: {counters: ")


def test_a_promise_that_no_counters_can_keep_is_said_to_be_so() -> None:
    """Citizens come an hour before the counters open."""
    scenario = mall(
        {"a": {"counters": 2, "services": {"s": SERVICE}}, "b": {"counters": 1}},
        hours="09:00-11:00",
        calendar={"doors": "08:00"},
        demand={"profile": {"08:00": 3, "09:00": 1}},
    )
    found = staff(scenario, replications=3, certify=4, workers=1)
    assert list(found.impossible) == ["a"] and found.impossible["a"].value < 0.8
    assert not found.agencies and found.left_alone == ("b",)


def test_where_there_is_nothing_to_staff_it_says_so() -> None:
    named = mall({"a": {"counters": {"x": {}}, "services": {"s": SERVICE}}})
    for scenario in (mall({"a": 1}), named):
        with pytest.raises(MallError, match="nothing to staff"):
            staff(scenario, replications=2, certify=2, workers=1)


def test_hours_without_work_cost_nothing_and_a_table_reads_again() -> None:
    scenario = mall({"a": 1}, hours="08:30-12:00", calendar={"breaks": "10:00-11:00"})
    slots = slots_of(scenario)
    assert slots.hours == (0.5, 1, 0, 1)
    assert slots.table((2, 2, 1, 3)) == {"08:30": 2, "10:00": 1, "11:00": 3}
    assert slots.cost((2, 2, 9, 1)) == 4
    assert [slots.of(hour) for hour in ("", "07:00", "08:00", "09:00", "12:00")] == [0, 0, 0, 1, 3]


def test_what_officers_cost_is_told_and_changes_nothing() -> None:
    plain, dear = (
        mall(
            {"a": {"counters": 3, "services": {"s": SERVICE}, **more}}, hours="08:00-10:00",
            journeys={"all": {"per_day": 30, "stops": ["a.s"]}},
        )
        for more in ({}, {"officer_cost": 50000})
    )  # fmt: skip
    assert simulate(plain, sample(plain, 2)) == simulate(dear, sample(dear, 2))
    one, other = (staff(of, replications=4, certify=8, workers=1) for of in (plain, dear))
    assert one.agencies[0].after == other.agencies[0].after
    assert "Rp" not in described(one, "en")
    after = f"{50000 * other.agencies[0].hours_after:,.0f}"
    assert f"Officers: Rp {after} a day, today Rp 300,000." in described(other, "en")
