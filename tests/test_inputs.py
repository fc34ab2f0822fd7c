"""Input uncertainty: what the data leave open goes into every interval, and is told apart."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall

from sim import MallError, Scenario, compare, replicate
from sim.cli import main
from sim.experiments.capacity import capacity
from sim.experiments.inputs import Inputs, read_inputs, with_inputs, with_inputs_compared
from sim.experiments.points import run_points
from sim.report.capacity import described
from sim.report.inputs import lines
from sim.scenario.writing import show
from sim.statistics.change import inputs_of_difference
from sim.statistics.intervals import Estimate
from sim.statistics.spread import InputPart, Share, part, values, widened

MEAN = "agencies.a.services.s.time.mean"
DEMAND = "journeys.all.per_day"


def small(journey: str = "all", **more: Any) -> Scenario:
    agencies = {
        "a": {
            "counters": 2, "promise": {"wait": "10 min", "for": "90 %"},
            "services": {"s": {"time": {"mean": "7 min", "sd": "3 min"}}},
        }
    }  # fmt: skip
    journeys = {journey: {"per_day": 40, "stops": ["a.s"]}}
    return mall(agencies, "08:00-11:00", journeys=journeys, **more)


def drawn(low: float, high: float, days: int = 20) -> Inputs:
    """Return draws of the service time spread evenly, and of the demand, which is known."""
    means = np.linspace(low, high, 39)
    draws = tuple({MEAN: f"{mean:.4f} min", DEMAND: "40"} for mean in np.roll(means, 7))
    return Inputs(draws, {"a.s": (MEAN,), "arrivals": (DEMAND,)}, days)


def written(folder: Path, inputs: Inputs) -> tuple[str, str]:
    """Write the small mall and draws of its figures; return the names of both files."""
    file, draws = folder / "mall.yaml", folder / "mall.inputs.json"
    file.write_text(show(small()), encoding="utf-8")
    data = {"set": inputs.draws, "inputs": inputs.groups, "days": inputs.days}
    draws.write_text(json.dumps(data), encoding="utf-8")
    return str(file), str(draws)


# The arithmetic


def test_chance_is_taken_off_what_the_draws_show() -> None:
    """Draws that differ by chance alone leave nothing open; real differences stay."""
    rng = np.random.default_rng(1)
    runs = 30
    n = np.ones((400, runs))
    common = rng.normal(0, 9, runs)  # what a replication does to all draws alike
    noise = rng.normal(0, 2, (400, runs))
    found, chance = values((10 + common + noise, n))
    assert chance == pytest.approx(4 / runs, rel=0.05)
    assert part(found, chance).sd < 0.15
    true = rng.normal(0, 1.5, (400, 1))
    found, chance = values((10 + common + noise + true, n))
    assert part(found, chance).sd == pytest.approx(1.5, rel=0.08)


def test_between_the_outermost_of_39_draws_lie_95_of_100_more() -> None:
    draws = np.arange(39.0)
    inputs = part(draws, 0.0)
    assert (inputs.low, inputs.high) == (0.0, 38.0)
    wider = part(draws, 0.0, 0.99)
    assert wider.low < 0 and wider.high > 38
    assert part(draws[:18], 0.0) is None


def test_the_two_parts_are_legs_of_a_right_angle() -> None:
    one = Estimate(10, 7, 13, 100, "t", 0.95)
    both = widened(one, InputPart(6, 14, 2))
    assert (both.low, both.high) == (5, 15)
    assert widened(one, None) is one
    share = Estimate(0.95, 0.9, 0.99, 100, "jackknife", 0.95)
    assert widened(share, InputPart(0.9, 1.2, 0.1), (0, 1)).high == 1


def test_how_many_days_halve_what_is_open() -> None:
    shares = (Share("arrivals", 3.0), Share("a.s", 1.0))
    assert InputPart(0, 1, math.sqrt(10), shares, 50).days_to_halve == 250
    even = (Share("arrivals", 1.0), Share("a.s", 1.0))
    assert InputPart(0, 1, 1, even, 50).days_to_halve is None
    assert InputPart(0, 1, 1, shares, 0).days_to_halve is None


# A mall


def test_draws_that_are_the_figures_themselves_leave_nothing_open() -> None:
    results = replicate(small(), 20, seed=2, workers=1)
    whole = with_inputs(results, drawn(7, 7), runs=3, workers=1)
    one, other = whole.estimate("wait.mean"), results.estimate("wait.mean")
    assert (one.low, one.high) == pytest.approx((other.low, other.high))
    assert whole.inputs_of("wait.mean").sd == pytest.approx(0, abs=1e-9)


def test_what_is_unsure_widens_and_is_named() -> None:
    results = replicate(small(), 40, seed=2, workers=1)
    whole = with_inputs(results, drawn(6, 8), runs=4, workers=1)
    bare, both = results.estimate("wait.mean"), whole.estimate("wait.mean")
    assert both.value == bare.value
    assert both.low < bare.low and both.high > bare.high
    inputs = whole.inputs_of("wait.mean")
    assert inputs.shares[0].name == "a.s" and inputs.shares[1].sd < 0.1 * inputs.shares[0].sd
    ends = [
        replicate(small(), 40, seed=2, workers=1).estimate("wait.mean").value,
        replicate(_with(8), 40, seed=2, workers=1).estimate("wait.mean").value,
    ]
    assert inputs.high - both.value == pytest.approx(ends[1] - ends[0], rel=0.25)
    frame = whole.intervals().set_index(["scope", "name", "interval", "weekday", "measure"])
    row = frame.loc[("mall", "", "", "", "wait.mean")]
    assert (row["low"], row["high"]) == pytest.approx((both.low, both.high))
    text = "\n".join(lines(whole, "en"))
    assert "is included" in text and "for longer: service time" in text and "60 days" in text
    assert "is not included" in "\n".join(lines(results, "en"))


def _with(mean: float) -> Scenario:
    from sim.experiments.varying import varied

    return varied(small(), {MEAN: f"{mean} min"})


def test_a_verdict_that_the_data_leave_open_cannot_be_told() -> None:
    decision = {"every_agency_keeps": "promise"}
    base = small(decision=decision)
    other = small(decision=decision, name="Other")
    found = compare(base, other, 60, seed=3, workers=1)
    share = found.base.estimate("called_in_time", "agency", "a")
    assert share.low > 0.9 or share.high < 0.9, "the promise is clear by runs alone"
    whole = with_inputs_compared(found, drawn(4, 10), runs=4, workers=1)
    (alternative,) = whole.alternatives
    assert found.alternatives[0].verdict != "cannot_tell"
    assert alternative.conditions[0].state == "cannot_tell"
    change = alternative.difference("fulfilled")
    assert (change.low, change.high) == pytest.approx((0, 0)), "both take the same draws"


def test_what_an_alternative_changes_is_its_plan() -> None:
    base = small()
    other = _with(3)
    found = compare(base, other, 20, seed=3, workers=1)
    whole = with_inputs_compared(found, drawn(6, 8), runs=3, workers=1)
    (alternative,) = whole.alternatives
    inputs = [of.inputs_of("wait.mean").sd for of in (whole.base, alternative.results)]
    assert inputs[0] > 0.1 and inputs[1] == pytest.approx(0, abs=1e-9)


def test_where_nobody_takes_a_ticket_the_inputs_leave_nothing_open() -> None:
    """An hour in which nobody comes has no change, and no warning of an empty mean."""
    found = compare(small(), small(name="Other"), 4, seed=3, workers=1)
    (of,) = with_inputs_compared(found, drawn(4, 10), runs=2, workers=1).alternatives
    nobody = np.zeros_like(of.present.spread.total)  # type: ignore[union-attr]
    spread = replace(of.present.spread, n=nobody, total=nobody)  # type: ignore[type-var]
    empty = replace(of.present, spread=spread)
    assert inputs_of_difference(empty, of.present_before, "called_in_time") is None


# Files


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "holds no draws"), ('{"set": 3}', "holds no draws"), ('{"set": [{}]}', "at least")],
)
def test_a_file_that_is_none_is_refused(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "draws.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MallError, match=says) as refused:
        read_inputs(file)
    assert str(file) in refused.value.say("id")
    with pytest.raises(MallError, match="cannot be read"):
        read_inputs(tmp_path / "nowhere.json")


def test_draws_of_another_mall_are_refused() -> None:
    results = replicate(small(), 4, workers=1)
    draws = tuple({"journeys.nobody.per_day": "3"} for _ in range(20))
    with pytest.raises(MallError, match="about a figure of this scenario"):
        with_inputs(results, Inputs(draws, {"arrivals": ("journeys.nobody.per_day",)}), workers=1)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_commands_say_whether_it_is_included(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mall_file, draws = written(tmp_path, drawn(6, 8))
    said = {"en": ("is included", "is not included"), "id": ("ikut dihitung", "tidak ikut")}
    for options, which in (
        (["--input-uncertainty", draws], 0),
        ([], 1),
    ):
        words = ["run", mall_file, "--replications", "6", "--workers", "1"]
        with pytest.raises(SystemExit) as ended:
            main([*words, "--lang", lang, "--out", str(tmp_path / "out"), *options])
        assert not ended.value.code
        assert said[lang][which] in capsys.readouterr().out
        page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
        assert said[lang][which] in page and ('id="inputs"' in page) == (which == 0)


def test_a_staffing_plan_is_played_once_more_with_the_inputs_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mall_file, draws = written(tmp_path, drawn(5, 9))
    words = ["staff", mall_file, "--replications", "4", "--certify", "10"]
    words += ["--workers", "1", "--lang", "en", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit):
        main(words)
    assert "not included: the plan is certified" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*words, "--input-uncertainty", draws])
    said = capsys.readouterr().out
    assert "once more with input uncertainty" in said and "of 100 called in time" in said


# Capacity


def test_what_a_promise_bears_is_less_sure_where_the_figures_are() -> None:
    """The crossing stays, its interval widens, and both parts are told."""
    plain = capacity(small(), replications=10, levels=5, workers=1)
    found = capacity(small(), replications=10, levels=5, inputs=drawn(5, 9), workers=1)
    both, bare = found.curves[0].crossing, found.bare[0].crossing
    assert both.factor == pytest.approx(plain.curves[0].crossing.factor, rel=0.05)
    assert both.high - both.low > 1.5 * (bare.high - bare.low)
    assert both.low < bare.low <= bare.high < both.high
    text = described(found, "en")
    assert "is included" in text and "narrows with more runs" in text and "for longer: " in text
    assert "is not included" in described(plain, "en")
    known = capacity(small(), replications=10, levels=5, inputs=drawn(7, 7), workers=1)
    same = plain.curves[0].crossing
    assert (known.curves[0].crossing.low, known.curves[0].crossing.high) == pytest.approx(
        (same.low, same.high)
    )


def test_results_that_keep_some_measures_are_widened_by_their_own() -> None:
    """A study of many malls keeps those of the whole span; the draws hold them all."""
    (few,) = run_points(small(), [{}], 10, seed=2, workers=1)
    every = replicate(small(), 10, seed=2, workers=1)
    assert len(few.measures) < len(every.measures)
    one, other = (with_inputs(of, drawn(6, 8), runs=2, workers=1) for of in (few, every))
    for measure in few.measures:
        at = measure.measure, measure.scope, measure.name
        assert one.inputs_of(*at) == other.inputs_of(*at)


@pytest.mark.parametrize("of", ["all", "all_day"])
def test_draws_of_demand_are_raised_with_it(of: str) -> None:
    """A draw replaces a figure, and would else take back what a level raises."""
    path = "journeys.all_day.per_day"
    known = Inputs(({path: "40"},) * 20, {"arrivals": (path,)}, 20)
    one = capacity(small("all_day"), of, replications=6, levels=3, inputs=known, workers=1)
    assert one.nearest is not None and one.nearest.spread is not None
    k = one.nearest.position("tickets", "agency", "a")
    spread = one.nearest.spread
    came = spread.total[..., k].sum() / spread.n[..., k].sum()
    assert came == pytest.approx(one.nearest.estimate("tickets", "agency", "a").value, rel=0.1)


def test_the_command_takes_draws_for_a_capacity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mall_file, draws = written(tmp_path, drawn(6, 8))
    words = ["capacity", mall_file, "--replications", "3", "--workers", "1"]
    words += ["--input-uncertainty", draws, "--lang", "id"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--out", str(tmp_path / "out")])
    assert not ended.value.code and "ikut dihitung: 39 susunan angka" in capsys.readouterr().out
    data = json.loads((tmp_path / "out" / "capacity.json").read_text(encoding="utf-8"))
    assert data["input_uncertainty"]
