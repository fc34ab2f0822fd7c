"""Counters in reserve keep promises with most of what the figures may be, and are no more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from test_inputs import DEMAND, MEAN, drawn, small, written

from sim import load
from sim.cli import main
from sim.experiments.inputs import Inputs
from sim.experiments.points import run_points
from sim.experiments.reserve import Reserved, reserve
from sim.experiments.staffing import StaffingPlan, staff
from sim.scenario.loading import load_text
from sim.statistics.intervals import exact_share
from sim.statistics.verdict import margin_of

UNSURE = drawn(5, 9)
LATE = """
name: Late
calendar: {days: mon-fri, hours: 08:00-11:00, breaks: 09:00-10:00, at_close: serve_all}
demand: {profile: {08:00: 19, 09:00: 1, 10:00: 20}}
agencies:
  a:
    counters: 2
    promise: {wait: 5 min, for: 90 %}
    services: {s: {time: {mean: 3 min, sd: 1 min}}}
journeys: {all: {per_day: 40, stops: [a.s]}}
"""


@pytest.fixture(scope="module")
def plan() -> StaffingPlan:
    return staff(small(), replications=10, certify=60, workers=1)


def one(plan: StaffingPlan, inputs: Inputs, share: float = 0.9) -> Reserved:
    (found,) = reserve(plan, inputs, share=share, workers=1).agencies
    return found


def kept(plan: StaffingPlan, figures: dict[str, object]) -> float:
    """Return the share of the draws with which a table keeps the promise, from long runs."""
    points = [{**draw, **figures} for draw in UNSURE.draws]
    found = run_points(plan.scenario, points, 120, first=5_000, workers=1)
    return float(np.mean([margin_of(results, "a").value >= 0 for results in found]))


def test_the_reserve_keeps_the_promise_with_most_draws_and_the_plan_does_not(
    plan: StaffingPlan,
) -> None:
    found = reserve(plan, UNSURE, workers=1)
    (a,) = found.agencies
    assert found.hours == a.hours > 0
    assert all(after >= before for after, before in zip(a.after, a.before, strict=True))
    assert kept(plan, found.figures) >= 0.9 > kept(plan, plan.figures)
    assert a.at_first == pytest.approx(kept(plan, plan.figures), abs=0.15)
    assert a.enough and a.kept.n == 20
    fewest = (a.before, *((*a.before[:k], a.before[k] + 1, *a.before[k + 1 :]) for k in range(3)))
    assert a.after in fewest


def test_what_is_known_needs_no_reserve_and_more_certainty_never_needs_less(
    plan: StaffingPlan,
) -> None:
    known = one(plan, drawn(6.9, 7.1))
    assert (known.hours, known.after, known.at_first) == (0, known.before, 1.0)
    hours = [one(plan, UNSURE, share).hours for share in (0.5, 0.9, 0.99)]
    assert hours == sorted(hours) and hours[0] == 0


def test_what_no_counter_mends_gets_none_and_is_said() -> None:
    """Who comes in the break waits; so many come then with most draws that no promise is kept."""
    mall = load_text(LATE)
    profile = [{"08:00": "19", "09:00": f"{w:.2f}", "10:00": "20"} for w in np.linspace(1, 20, 30)]
    draws = tuple({"demand.profile": of} for of in np.random.default_rng(1).permutation(profile))
    plan = staff(mall, replications=10, certify=40, workers=1)
    a = one(plan, Inputs(draws, {"arrivals": ("demand.profile",)}))
    assert not a.in_plenty and a.hours == 0 and a.after == a.before
    assert a.at_first < 0.5


def test_the_interval_is_that_of_scipy() -> None:
    for held in (0, 7, 19, 20):
        ours, theirs = exact_share(held, 20, 0.95), binomtest(held, 20).proportion_ci(0.95)
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "To keep each promise with 90 of 100 draws"),
                       ("id", "Agar setiap janji ditepati pada 90 dari 100 susunan")],
)  # fmt: skip
def test_the_command_says_what_the_reserve_costs_and_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, says: str
) -> None:
    file, draws = written(tmp_path, UNSURE)
    words = ["staff", file, "--replications", "4", "--certify", "10", "--workers", "1"]
    out = ["--out", str(tmp_path / "out"), "--input-uncertainty", draws, "--lang", lang]
    with pytest.raises(SystemExit) as ended:
        main([*words, *out])
    assert not ended.value.code and says in capsys.readouterr().out
    data = json.loads((tmp_path / "out" / "staffing.json").read_text(encoding="utf-8"))["reserve"]
    again = load(file, [tmp_path / "out" / "reserve.yaml"])
    counters = data["counters"]["agencies.a.counters"]
    assert again.agencies["a"].counters == load(
        file, overrides={"agencies.a.counters": counters}
    ).agencies["a"].counters  # fmt: skip
    assert {MEAN, DEMAND} == set(UNSURE.draws[0])
