"""Up to where a verdict on a join holds: values that were tried, on both sides of the turn."""

from __future__ import annotations

from typing import Any

import pytest
from malls import scenario_of

from sim import Scenario, compare
from sim.experiments import side_by_side
from sim.experiments.break_even import REPLICATIONS, with_break_evens
from sim.experiments.pairs import compare_pairs
from sim.experiments.side_by_side import Pair
from sim.experiments.varying import varied
from sim.report.comparison import described, plain, verdict
from sim.report.comparison_page import render_comparison, sheets

PER_DAY = "journeys.new.per_day"
NEW = {"time": {"mean": "4 min", "sd": "2 min"}}


def mall(newcomers: int = 0, **more: Any) -> Scenario:
    """Return two hours of one agency, with as many newcomers on their way there and beyond."""
    service = {"s": {"name": "Papers", "time": {"mean": "5 min", "sd": "3 min"}}}
    promise = {"wait": "10 min", "for": "80 %"}
    agencies: dict[str, Any] = {"a": {"counters": 2, "promise": promise, "services": service}}
    journeys: dict[str, Any] = {"old": {"per_day": 10, "stops": ["a.s"]}}
    if newcomers:
        agencies["b"] = {"counters": 3, "services": {"t": NEW}}
        journeys["new"] = {"name": "New", "per_day": newcomers, "stops": ["b.t", "a.s"]}
    return scenario_of(
        {"name": "plan", "calendar": {"days": "mon", "hours": "08:00-10:00"},
         "agencies": agencies, "journeys": journeys,
         "decision": {"every_agency_keeps": "promise"}, **more}
    )  # fmt: skip


def found(plan: Scenario, **more: Any) -> Any:
    """Return the plan beside the mall of today, with its break-evens."""
    compared = compare(mall(**more), plan, 40, seed=1, workers=1)
    return with_break_evens(compared, workers=1)


def answer_at(plan: Scenario, path: str, value: object) -> bool:
    """Say whether every condition for which the join is blamed holds by its estimate."""
    of = compare(mall(), varied(plan, {path: str(value)}), REPLICATIONS, seed=1, workers=1)
    return all(c.left >= 0 for c in of.alternatives[0].conditions if c.blamed)


def test_both_sides_of_a_break_even_were_tried_and_lie_side_by_side() -> None:
    plan = mall(6)
    (of,) = found(plan).alternatives
    assert of.as_assumed == of.verdict == "may_join"
    one = next(b for b in of.break_evens if b.path == PER_DAY)
    assert one.holds and not one.stated and not one.shared and not one.turns
    assert one.above is None and one.nearness > 1  # twice as many are borne too
    (of,) = found(mall(10, plausible={PER_DAY: "5 .. 60"})).alternatives
    one = next(b for b in of.break_evens if b.path == PER_DAY)
    assert one.above is not None and one.below is None and 0 < one.nearness < 1
    assert one.above.fails.value - one.above.holds.value == 1
    assert answer_at(mall(10), PER_DAY, one.above.holds)
    assert not answer_at(mall(10), PER_DAY, one.above.fails)


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_plausible_range_that_crosses_it_leaves_the_verdict_to_the_newcomer(lang: str) -> None:
    told = found(mall(10, plausible={PER_DAY: "5 .. 60"}))
    (of,) = told.alternatives
    assert (of.verdict, of.as_assumed) == ("cannot_tell", "may_join")
    assert [b.path for b in of.until] == [PER_DAY]
    (edge,) = (b.above for b in of.until)
    head, figure, then = described(told, lang).splitlines()[:3]
    assert f" {edge.holds} " in figure and ("may join." in then or "boleh bergabung." in then)
    assert plain(told)["alternatives"][0]["break_evens"][0]["path"] == of.break_evens[0].path
    (sheet,) = sheets(told, lang)
    assert any("New" in line for section in sheet.sections for line in section.lines)
    page = render_comparison(told, lang)
    assert page.index(head) < page.index(then)


def test_a_figure_of_the_whole_mall_is_not_the_newcomers_to_state() -> None:
    ranges = {"demand.scale": "0.9 .. 9"}
    (of,) = found(mall(10, plausible=ranges, demand={"scale": 1}), demand={"scale": 1}).alternatives
    one = next(b for b in of.break_evens if b.path == "demand.scale")
    assert one.shared and not of.until
    assert of.until_known == ((one,) if one.turns else ())
    said = " ".join(verdict(of, "en"))
    assert ("Even then it hangs on figures of the mall itself" in said) == one.turns
    assert of.verdict == of.as_assumed


def test_without_newcomers_or_a_decision_there_is_nothing_to_look_at() -> None:
    assert found(mall()).alternatives[0].break_evens == ()
    (of,) = found(mall(5, decision={})).alternatives
    assert of.break_evens == () and of.verdict == "no_rule"


@pytest.mark.parametrize("room", [0, 30, 150_000])
def test_a_base_that_is_remembered_changes_no_number(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "MOST_REMEMBERED", room)
    side_by_side._remembered.cache_clear()
    base, points = mall(), [{PER_DAY: n} for n in (1, 30, 5)]
    kept = compare_pairs(base, mall(1), [({}, p) for p in points], 7, seed=3, workers=1)
    for one, point in zip(kept, points, strict=True):
        alone = Pair(base, (varied(mall(1), point),), 3, "compiled", whole=True)(0, 7)
        five = (one.base, one.results, one.present_before, one.present, one.newcomers)
        for results, numbers in zip(five, zip(*alone, strict=True), strict=True):
            assert (results.total == [total for total, _, _ in numbers]).all()
            assert (results.n == [n for _, n, _ in numbers]).all()


def test_a_base_is_played_once_for_all_that_is_compared_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side_by_side._remembered.cache_clear()
    malls: list[str] = []
    real = side_by_side.played

    def noted(mall: Scenario, seed: int, engine: Any, numbers: range) -> Any:
        malls.extend("base" if len(mall.journeys) == 1 else "plan" for _ in numbers)
        return real(mall, seed, engine, numbers)

    monkeypatch.setattr(side_by_side, "played", noted)
    points: list[Any] = [({}, {PER_DAY: n}) for n in (1, 30, 5)]
    compare_pairs(mall(), mall(1), points, 20, workers=1)
    assert malls.count("base") == 20
    assert malls.count("plan") == 60
