"""A plan that fails may join if a repair that was tried on the same citizens holds."""

from __future__ import annotations

from typing import Any

import pytest
from malls import scenario_of

from sim import MallError, Scenario, compare
from sim.report.comparison import described, plain
from sim.report.comparison_page import render_comparison
from sim.report.differences import differences
from sim.statistics.verdict import together


def mall(counters: int, newcomers: int = 0, **more: Any) -> Scenario:
    """Return two hours of one agency, with as many newcomers on its way."""
    journeys = {"old": {"per_day": 10, "stops": ["a.s"]}}
    if newcomers:
        journeys["new"] = {"per_day": newcomers, "stops": ["a.s"]}
    service = {"s": {"name": "Papers", "time": {"mean": "5 min", "sd": "3 min"}}}
    return scenario_of(
        {
            "name": f"with {counters}",
            "calendar": {"days": "mon", "hours": "08:00-10:00"},
            "agencies": {
                "a": {"counters": counters, "promise": {"wait": "10 min"}, "services": service}
            },
            "journeys": journeys,
            "decision": {"every_agency_keeps": "promise"},
            **more,
        }
    )


def test_what_fails_may_join_if_it_is_mended_and_not_if_it_is_not() -> None:
    base, plan = mall(3), mall(3, 200)
    for repair, verdict in ((mall(30, 200), "may_join_if"), (mall(4, 200), "may_not")):
        found = compare(base, plan, 10, repairs=[repair], seed=3, workers=1)
        (of,) = found.alternatives
        assert (of.as_planned, of.verdict) == ("may_not", verdict)
        assert of.repair is not None and of.repair.scenario is repair
        assert of.confidence == together(2)  # one condition, looked at in both malls
        text = described(found, "en")
        assert ("may join if this is done: a › Counters: 3 → 30" in text) == (
            of.verdict != "may_not"
        )
        assert ("That is not enough: a" in text) == (of.verdict == "may_not")
        assert plain(found)["alternatives"][0]["repair"]["name"] == repair.name
    assert "Ya, jika diperbaiki." in render_comparison(
        compare(base, plan, 10, repairs=[mall(30, 200)], seed=3, workers=1), "id"
    )


def test_what_may_join_needs_no_repair() -> None:
    found = compare(mall(30), mall(30, 20), 10, repairs=[mall(31, 20)], seed=3, workers=1)
    assert found.alternatives[0].verdict == "may_join"


def test_each_alternative_has_its_repair() -> None:
    with pytest.raises(MallError, match="2 alternatives, 1 repairs"):
        compare(mall(1), [mall(1, 5), mall(1, 6)], 2, repairs=[mall(2, 5)])


def test_differences_are_said_as_a_planner_would() -> None:
    before, after = mall(2), mall(2, 20, hall={"capacity": 50})
    table = {"08:00": 2, "09:00": 3}
    time = {"always": "5 min"}
    more = mall(2, agencies={"a": {"counters": table, "services": {"s": {"time": time}}}})
    assert differences(before, before, "en") == []
    assert "new: new" in differences(before, after, "en")
    assert "no more: new" in differences(after, before, "en")
    said = differences(before, more, "id")
    assert said[0] == "a › Loket: 2 → mulai 08.00 2, mulai 09.00 3"
