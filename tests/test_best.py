"""Choosing the best of several plans: for present citizens, with a guarantee, and said plainly."""

from __future__ import annotations

from typing import Any

import pytest
from malls import mall

from sim import MallError, Scenario, compare
from sim.experiments import mending
from sim.experiments.compare import Comparison
from sim.report.comparison import described, plain
from sim.report.comparison_page import render_comparison

SERVICE = {"time": {"mean": "5 min", "sd": "3 min"}, "promise": {"wait": "10 min"}}


def with_counters(number: int, name: str, **more: Any) -> Scenario:
    journeys = {"all": {"per_day": 60, "stops": ["a.s"]}}
    agencies = {"a": {"counters": number, "services": {"s": SERVICE}}}
    return mall(agencies, hours="08:00-12:00", journeys=journeys, **more).model_copy(
        update={"name": name}
    )


def of(counters: list[int], replications: int = 40, **more: Any) -> Comparison:
    plans = [with_counters(n, f"with {n}", **more) for n in counters]
    base = with_counters(1, "base", **more)
    return compare(base, plans, replications, seed=3, workers=1)


def test_the_plan_with_most_fulfilled_visits_is_chosen() -> None:
    found = of([1, 3, 1], 20)
    assert found.best is not None and found.best.best == 1
    assert "with 3, with 95 % certainty" in described(found, "en")
    assert plain(found)["best"]["best"] == 1
    for lang, said in (("en", "Best of the 3 plans"), ("id", "Yang terbaik dari 3 rencana")):
        assert said in render_comparison(found, lang)


def test_where_it_is_not_told_the_plans_that_are_left_are_named() -> None:
    found = of([2, 3, 1], 20)
    open_, near = (Comparison(found.base, found.alternatives, delta=d) for d in (0.012, 1e-4))
    assert open_.best is not None and open_.best.best is None
    assert "these are left: with 2 and with 3" in described(open_, "en")
    assert f"--replications {open_.best.enough}" in described(open_, "en")
    assert "a larger one would tell (--delta)" in described(near, "en")


def test_of_one_plan_there_is_nothing_to_choose() -> None:
    found = of([2], 20)
    assert found.best is None and plain(found)["best"] is None
    assert "Best of" not in described(found, "en")


def test_the_difference_that_matters_survives_the_search_for_a_repair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decision = {"every_agency_keeps": "promise"}
    base = with_counters(2, "base", decision=decision)
    plans = [with_counters(1, "one", decision=decision), with_counters(3, "three")]
    found = compare(base, plans, 20, delta=0.03, seed=3, workers=1)
    monkeypatch.setattr(
        mending, "mended", lambda of, **_: base if of.as_planned != "may_join" else None
    )
    again = mending.with_repairs(found, workers=1)
    assert again.alternatives[0].repair is not None
    assert again.delta == found.delta == 0.03 and again.best == found.best


@pytest.mark.parametrize("delta", [0, 1])
def test_a_difference_that_cannot_matter_is_refused(delta: float) -> None:
    plans = [with_counters(1, "a"), with_counters(2, "b")]
    with pytest.raises(MallError, match="difference that matters"):
        compare(with_counters(1, "base"), plans, 5, delta=delta, workers=1)
