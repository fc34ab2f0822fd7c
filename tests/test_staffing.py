"""Staffing: against exact answers, against every other plan, and what it says of itself."""

from __future__ import annotations

import itertools
import math
import operator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall, scenario_of
from scipy.stats import poisson

from sim import MallError, Scenario, replicate, sample, simulate
from sim.experiments.floating import _named
from sim.experiments.points import run_points
from sim.experiments.slots import slots_of
from sim.experiments.staffing import staff
from sim.experiments.staffing_search import Search
from sim.experiments.staggering import in_two_shifts
from sim.report.staffing import described
from sim.scenario import quantities as q
from sim.scenario.loading import load, load_text
from sim.scenario.writing import show
from sim.statistics.verdict import margin_of
from sim.theory import ErlangA
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


LARGE = [pytest.param(place, marks=pytest.mark.long) for place in (2, 3, 4)]


@pytest.mark.parametrize("place", [0, 1, *LARGE])
def test_in_a_hall_that_never_closes_it_finds_what_erlang_c_says(place: int) -> None:
    rate, fewest = ERLANG["model"]["arrival_rates"][place], ERLANG["expected"][0]["value"][place]
    found = staff(endless(round(rate * 1440)), replications=2, certify=6, workers=1)
    (of_agency,) = found.agencies
    assert of_agency.after == (fewest,)
    assert of_agency.state == "kept"
    assert of_agency.fewer_share is not None and of_agency.fewer_share.value < 0.8


def endless(per_day: int, **service: Any) -> Scenario:
    """Return one agency in a hall that never closes."""
    return scenario_of({
        "name": "endless", "calendar": {"continuous": "4 days", "warm_up": "6 h"},
        "agencies": {"a": {"counters": 20, "services": {"s": SERVICE | service}}},
        "journeys": {"all": {"per_day": per_day, "stops": ["a.s"]}},
    })  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("rate", [0.5, 0.7, 1.5])
def test_where_people_lose_patience_it_finds_what_erlang_a_says(rate: float) -> None:
    """Who is served within five minutes, of all who came; patience is exponential, ten minutes."""
    shares = [ErlangA(rate, 6, c, 10).p_served_within(5) for c in range(1, 30)]
    fewest = 1 + next(k for k, share in enumerate(shares) if share >= 0.8)
    assert shares[fewest - 1] > 0.85 and shares[fewest - 2] < 0.77  # no close call
    scenario = endless(round(rate * 1440), patience={"dist": "exponential", "mean": "10 min"})
    (found,) = staff(scenario, replications=2, certify=6, workers=1).agencies
    assert (found.after, found.state) == ((fewest,), "kept")
    share = shares[fewest - 1]
    assert found.share.low - 0.01 < share < found.share.high + 0.01


def delayed(counters: list[int], rates: list[float]) -> list[float]:
    """Return the exact share of each hour's citizens who find all counters busy, from empty.

    Service and patience have one law, exponential of an hour: so N(t) is Poisson, whatever the
    staffing, with m'(t) = rate - m(t). Source: Feldman, Mandelbaum, Massey and Whitt (2008).
    """
    load, found = 0.0, []
    for number, rate in zip(counters, rates, strict=True):
        t = (np.arange(200) + 0.5) / 200
        found.append(float(poisson.sf(number - 1, rate + (load - rate) * np.exp(-t)).mean()))
        load = rate + (load - rate) * math.exp(-1)
    return found


def wavy() -> tuple[list[float], list[int]]:
    """Return rates and counters of 24 hours: as published, by the hour, a tenth are delayed."""
    rates = [100 + 20 * math.sin(hour + 0.5) for hour in range(24)]
    counters: list[int] = []
    for hour in range(24):
        number = 1
        while delayed([*counters, number], rates[: hour + 1])[-1] > 0.1:
            number += 1
        counters.append(number)
    return rates, counters


@pytest.mark.long
def test_delays_are_stable_where_demand_is_not_as_published() -> None:
    """ME-MOL-FMMW by the hour: delays are the exact ones, near the tenth that is aimed at.

    Where the counters fall, fewer are delayed: here an officer finishes before she leaves, in the
    paper another takes over her citizen.
    """
    rates, counters = wavy()
    law = {"dist": "exponential", "mean": "1 h"}
    scenario = mall(
        {"a": {"counters": {f"{h:02d}:00": n for h, n in enumerate(counters)},
               "services": {"s": {"time": law, "patience": law, "promise": {"wait": "0 s"}}}}},
        hours="00:00-24:00",
        journeys={"all": {"per_day": round(sum(rates)), "stops": ["a.s"]}},
        demand={"profile": {f"{h:02d}:00": round(rate, 6) for h, rate in enumerate(rates)}},
    )  # fmt: skip
    results = replicate(scenario, 200, seed=8, workers=1)
    exact = delayed(counters, rates)
    confidence = 1 - 0.01 / 24
    for hour in range(24):
        found = results.estimate(
            "called_in_time", "agency", "a", f"{hour:02d}:00", confidence=confidence
        )
        assert 1 - exact[hour] <= found.high
        if counters[hour] >= max(counters[max(hour - 2, 0) : hour + 1]):
            assert found.low <= 1 - exact[hour]
        assert hour < 3 or 0.07 < exact[hour] <= 0.1  # a counter more or less is so much


SMALL: dict[str, Any] = {
    "one peak": lambda: of_day(30),
    "patience": lambda: of_day(36, patience={"mean": "12 min", "sd": "6 min"}),
    "constant": lambda: of_day(40, time={"always": "5 min"}),
}


@pytest.mark.long
@pytest.mark.parametrize("which", SMALL)
def test_no_cheaper_plan_keeps_the_promise(which: str) -> None:
    """Every plan with fewer counter-hours is tried on the citizens of the certification."""
    scenario = SMALL[which]()
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
    said = described(found, "en")
    (slot,) = (k for k, n in enumerate(of_agency.after) if of_agency.fewer[k] < n)
    begin = q.clock(found.slots.begins[slot])
    assert f"one counter fewer from {begin} to {q.clock(found.slots.ends[slot])}: " in said
    assert "All 1 promises hold with it" in said and "on 40 replications" in said
    assert "Fewer than today are enough at: a." in said and "More than today" not in said
    assert "--shift" in said and "--shift" not in described(found, "en", {"a": ()})
    unsure = replace(found, agencies=(replace(of_agency, state="cannot_tell", hours_before=1),))
    said = described(unsure, "en")
    assert "0 of 1 promises surely hold" in said and "not so: a." in said
    assert "More than today is needed at: a." in said


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
    assert next(iter(found.why["a"].causes)) == "closed"
    assert found.why["a"].share == pytest.approx(found.impossible["a"].value, abs=0.1)
    assert sum(found.why["a"].causes.values()) == pytest.approx(1)
    assert "nobody works at the line" in described(found, "en")


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


def noon(days: str = "thu-fri", **calendar: Any) -> Scenario:
    """Return a mall whose citizens come around a long break."""
    service = {
        "time": {"mean": "6 min", "sd": "3 min"},
        "promise": {"wait": "15 min", "for": "80 %"},
    }
    return mall(
        {"a": {"counters": 2, "services": {"s": service}}}, hours="08:00-16:00", days=days,
        calendar={"breaks": "12:00-13:00", **calendar},
        demand={"profile": {"08:00": 0, "11:00": 2, "12:00": 3, "13:00": 1, "14:00": 0}},
        journeys={"all": {"per_day": 60, "stops": ["a.s"]}},
    )  # fmt: skip


def test_breaks_in_two_shifts_are_as_long_as_before_and_lie_around_them() -> None:
    assert in_two_shifts(noon()) == {
        "thu": {"11:30-12:30": "50 %", "12:30-13:30": "50 %"}, "fri": ["12:00-13:00"],
    }  # fmt: skip
    early = noon(breaks={"thu": "08:15-09:00", "fri": "none"}, hours="08:00-16:00")
    assert in_two_shifts(early) == {
        "thu": {"08:00-08:45": "50 %", "08:45-09:30": "50 %"}, "fri": "none",
    }  # fmt: skip
    odd = noon("thu", hours="08:02-16:00", breaks="08:10-09:00")
    assert in_two_shifts(odd) == {"thu": {"08:02-08:52": "50 %", "08:52-09:42": "50 %"}}
    assert in_two_shifts(noon(breaks={"thu": "none", "fri": "11:30-13:00"})) is None
    assert in_two_shifts(noon(breaks={"thu": ["10:00-10:15", "12:00-13:00"]})) is None
    dated = noon("2025-01-06 .. 2025-01-10", open="mon-fri")
    with pytest.raises(MallError, match="typical week"):
        staff(dated, replications=2, certify=2, stagger=True, workers=1)


def test_staggered_breaks_are_taken_where_they_let_a_promise_be_kept(tmp_path: Path) -> None:
    """With everybody at lunch no number of counters calls those who come then in time."""
    few: dict[str, Any] = {"replications": 6, "certify": 20, "workers": 1}
    together, shifts = (staff(noon("thu"), stagger=of, **few) for of in (False, True))
    assert list(together.impossible) == ["a"] and not together.staggered
    assert list(shifts.staggered) == ["a"] and not shifts.impossible
    (of_agency,) = shifts.agencies
    assert of_agency.state == "kept"
    again = load_text(show(noon("thu")), overrides=shifts.figures)
    hours = slots_of(again, "a").hours
    assert hours == (1, 1, 1, 0.75, 0.5, 0.75, 1, 1)
    assert of_agency.hours_after == sum(map(operator.mul, of_agency.after, hours))
    (tmp_path / "base.yaml").write_text(show(noon("thu")), encoding="utf-8")
    (tmp_path / "staffing.yaml").write_text(shifts.overlay(), encoding="utf-8")
    laid = load(tmp_path / "base.yaml", overlays=[tmp_path / "staffing.yaml"])
    assert laid.agencies == again.agencies
    assert "in two shifts: 11:30-12:30 / 12:30-13:30." in described(shifts, "en")
    assert "Friday" not in described(shifts, "en")  # on which this mall is closed
    open_on = {"a": {**shifts.staggered["a"], "fri": ["12:00-13:00"]}}
    assert "Friday break stays" in described(replace(shifts, staggered=open_on), "en")


def quiet(*per_day: int) -> Scenario:
    """Return agencies a, b, ... to which so many come on a day of four hours."""
    service = {
        "time": {"mean": "6 min", "sd": "3 min"},
        "promise": {"wait": "15 min", "for": "80 %"},
    }
    names = "abc"[: len(per_day)]
    return mall(
        {name: {"counters": 1, "services": {"s": service}} for name in names},
        hours="08:00-12:00",
        journeys={
            n: {"per_day": k, "stops": [f"{n}.s"]} for n, k in zip(names, per_day, strict=True)
        },
    )  # fmt: skip


def test_two_quiet_agencies_may_share_an_officer_and_a_busy_one_may_not(tmp_path: Path) -> None:
    found = staff(quiet(8, 8, 60), replications=6, certify=40, floating=True, workers=1)
    (shared,) = found.floats
    assert shared.agencies == ("a", "b")
    assert shared.hours == 4
    assert all(0.8 < share.low <= share.value for share in shared.shares)
    assert "a and b may share one officer in place of one each" in described(found, "en")
    (tmp_path / "base.yaml").write_text(show(found.scenario), encoding="utf-8")
    (tmp_path / "staffing.yaml").write_text(found.overlay(), encoding="utf-8")
    laid = load(tmp_path / "base.yaml", overlays=[tmp_path / "staffing.yaml"])
    assert [name for name, _ in laid.counters].count("b") == 0
    assert ("a", "bersama") in laid.counters
    assert laid.agencies == load_text(show(found.scenario), overrides=found.figures).agencies


def test_a_table_with_one_counter_less_is_named_as_it_was() -> None:
    """Named counters with the hours of a table call as the table's do."""
    table = {"08:00": 1, "09:00": 3, "11:00": 2}
    plain = mall(
        {"a": table}, hours="08:00-12:00", journeys={"all": {"per_day": 60, "stops": ["a.s"]}}
    )
    spans = [(8, 9), (9, 10), (10, 11), (11, 12)]
    hours = [(begin * q.HOUR, end * q.HOUR) for begin, end in spans]
    named = _named(hours, (2, 4, 4, 3))
    assert named == {"1": {}, "2": {"hours": ["09:00-12:00"]}, "3": {"hours": ["09:00-11:00"]}}
    other = load_text(show(plain), overrides={"agencies.a.counters": named})
    workload = sample(plain, 4)
    assert len(workload) > 40
    assert simulate(other, workload) == simulate(plain, workload)


def test_who_waits_for_the_opening_is_helped_by_no_counter_and_the_search_goes_elsewhere() -> None:
    """Most are late in the first hour, before it opens; only counters in the second one help."""
    service = {"time": {"always": "6 min"}, "promise": {"wait": "10 min", "for": "60 %"}}
    scenario = mall(
        {"a": {"counters": 1, "services": {"s": service}}}, hours="08:30-11:00",
        calendar={"doors": "08:00"}, journeys={"all": {"per_day": 40, "stops": ["a.s"]}},
        demand={"profile": {"08:00": 5, "08:10": 0, "09:00": 6, "10:00": 2}},
    )  # fmt: skip
    search = Search(scenario, 6, 0, "compiled", 1, None, None)
    plan = search.mended(search.ample())
    assert not search.impossible and search.tried < 60
    assert search.held is not None and search.held[0] == plan
