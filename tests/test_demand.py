"""How many come: weekdays and variation of a single journey, and one-off surges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from malls import mall, us

from sim.engine.loads import loads
from sim.sampling import sample
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.scenario.writing import show


def two(days: str = "mon-fri", demand: Any = None, **of_b: Any) -> Scenario:
    """Two journeys of 40 a day each; what is given holds for `b` alone."""
    journeys = {
        "a": {"per_day": 40, "stops": ["x.s"]},
        "b": {"per_day": 40, "stops": ["x.s"], **of_b},
    }
    return mall({"x": 3}, days=days, demand=demand or {}, journeys=journeys)


def counts(scenario: Scenario, replications: int = 40) -> np.ndarray:
    """Citizens by replication, journey and day."""
    found = []
    for r in range(replications):
        w = sample(scenario, 1, r)
        cell = w.journey * len(w.days) + w.day
        found.append(np.bincount(cell, minlength=2 * len(w.days)).reshape(2, -1))
    return np.array(found)


def test_weekday_factors_of_a_journey_hold_for_it_alone() -> None:
    plain, own = two(demand={"weekday": {"mon": 2}}), two(
        demand={"weekday": {"mon": 2}}, weekday={"fri": 3}
    )  # fmt: skip
    a, b = counts(own).transpose(1, 0, 2)
    assert (a == counts(plain)[:, 0]).all()
    mean = b.mean(axis=0)
    wanted = 40 * 5 / 7 * np.array([1, 1, 1, 1, 3])
    assert (abs(mean - wanted) < 4 * np.sqrt(wanted / len(b))).all()


def test_factors_of_one_change_nothing() -> None:
    same = sample(two(weekday={"mon": 1, "tue": 1}), 1)
    assert same == sample(two(), 1)


def test_the_load_knows_the_weekdays_of_a_journey() -> None:
    def friday(scenario: Scenario) -> float:
        return next(x.offered for x in loads(scenario) if (x.weekday, x.interval) == ("fri", ""))

    one = friday(two())
    assert friday(two(weekday={"fri": 3})) == pytest.approx(one / 2 * (1 + 3 * 5 / 7))


def test_a_journey_has_good_and_bad_days_of_its_own() -> None:
    scenario = two(day_to_day="40 %")
    a, b = counts(scenario, 100).transpose(1, 0, 2).reshape(2, -1)
    assert (a == counts(two(), 100)[:, 0].ravel()).all()
    assert abs(b.mean() - 40) < 4 * b.std() / np.sqrt(b.size)
    excess = b.var() / b.mean() ** 2 - 1 / b.mean()
    assert 0.3 < np.sqrt(excess) < 0.5
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.2


def test_an_agency_moves_those_who_come_for_it_and_nobody_else() -> None:
    """Three journeys: two that come for x, one of them by way of the entrance, and one for y."""

    def counted(**of_x: str) -> np.ndarray:
        journeys = {"a": {"per_day": 40, "stops": [{"x.s": "50 %"}, "y.s"]},
                    "b": {"per_day": 40, "stops": ["x.s"]},
                    "c": {"per_day": 40, "stops": ["y.s", "x.s"]}}  # fmt: skip
        scenario = mall({"x": {"counters": 3, **of_x}, "y": 3, "z": 1}, entrance=["z.s"],
                        journeys=journeys, days="mon-fri")  # fmt: skip
        workloads = [sample(scenario, 1, r) for r in range(100)]
        return np.array([np.bincount(w.journey * 5 + w.day, minlength=15) for w in workloads])

    plain, own = (found.reshape(-1, 3, 5).transpose(1, 0, 2).reshape(3, -1)
                  for found in (counted(), counted(day_to_day="40 %")))  # fmt: skip
    assert (plain[2] == own[2]).all()
    assert (counted(day_to_day="0 %").reshape(-1, 3, 5) == counted().reshape(-1, 3, 5)).all()
    shared = np.cov(own[0], own[1])[0, 1] / own[0].mean() / own[1].mean()
    assert 0.3 < np.sqrt(shared) < 0.5
    assert abs(np.corrcoef(own[0], own[2])[0, 1]) < 0.2


def test_what_is_shared_moves_all_together() -> None:
    a, b = counts(two(demand={"day_to_day": "40 %"}, day_to_day="10 %"), 60).transpose(1, 0, 2)
    assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.6


# Surges

AID = {"journey": "b", "visits": 30, "day": "wed", "from": "09:00", "to": "09:30"}


def test_a_surge_adds_citizens_of_its_journey_within_its_hours() -> None:
    plain, surged = two(), two(demand={"surges": {"aid": AID}})
    more = counts(surged) - counts(plain)
    assert (more[:, 0] == 0).all()
    assert (more[:, 1, [0, 1, 3, 4]] == 0).all()
    wednesday = more[:, 1, 2]
    assert abs(wednesday.mean() - 30) < 4 * np.sqrt(30 / len(wednesday))
    workload = sample(surged, 1)
    new = workload.index >= 1_000_000
    assert new.any()
    assert set(workload.day[new].tolist()) == {2}
    hour = workload.due[new] / us(60)
    assert ((hour >= 9) & (hour < 9.5)).all()


def test_a_surge_moves_nobody_else() -> None:
    plain, surged = sample(two(), 1), sample(two(demand={"surges": {"aid": AID}}), 1)
    old = surged.index < 1_000_000
    assert (surged.due[old] == plain.due).all()
    stops = np.repeat(old, np.diff(surged.offset))
    assert (surged.time[stops] == plain.time).all()


def test_surges_of_two_names_have_draws_of_their_own() -> None:
    one = sample(two(demand={"surges": {"aid": AID}}), 1)
    both = sample(two(demand={"surges": {"aid": AID, "zz": {**AID, "day": "fri"}}}), 1)
    of = (both.index >= 1_000_000) & (both.index < 2_000_000)
    assert (both.due[of] == one.due[one.index >= 1_000_000]).all()
    assert (both.index >= 2_000_000).any()


def test_a_surge_among_dates_comes_once() -> None:
    aid = {key: value for key, value in AID.items() if key != "day"} | {"date": "2025-08-06"}
    scenario = two("2025-08-04 .. 2025-08-15", demand={"surges": {"aid": aid}})
    workload = sample(scenario, 1)
    days = set(workload.day[workload.index >= 1_000_000].tolist())
    assert [scenario.days[day].label for day in days] == ["2025-08-06"]
    assert load_text(show(scenario)) == scenario


def test_the_load_knows_a_surge() -> None:
    def at_nine(scenario: Scenario) -> float:
        of = (x.offered for x in loads(scenario) if (x.weekday, x.interval) == ("wed", "09:00"))
        return next(of)

    assert at_nine(two(demand={"surges": {"aid": AID}})) == pytest.approx(at_nine(two()) + 30 / 6)
