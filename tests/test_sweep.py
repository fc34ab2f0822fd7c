"""Sweeps: points are scenarios, citizens are the same, rows carry their figures."""

from __future__ import annotations

import numpy as np
import pytest
from malls import mall

from sim import MallError, ScenarioError, replicate
from sim.experiments.sweep import Axis, read_axis, sweep
from sim.experiments.varying import journeys_of, varied, with_demand

MALL = mall(
    {"a": {"counters": 1, "services": {"s": {"promise": {"wait": "5 min"}}}}, "b": 1},
    hours="08:00-10:00",
)


def test_axes_are_read_as_people_write_them() -> None:
    assert read_axis("demand.scale=0.8,1, 1.2").values == ("0.8", "1", "1.2")
    assert read_axis("a.counters=1..4").values == ("1", "2", "3", "4")
    assert read_axis("x.time.mean = 6 min..9 min by 90 s").values == ("6 min", "450 s", "9 min")
    assert read_axis("x.share=0.2..0.3").values == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand.scale", "write PATH=VALUE"),
        ("demand.scale=1,,2", "empty value"),
        ("a.counters=5..1", "lower to a higher"),
        ("a.counters=1..5 min", "of one kind"),
        ("a.counters=x..5", "'x' is no number"),
        ("a.counters=1..5 by 0", "above 0"),
    ],
)
def test_an_axis_that_cannot_be_meant_is_refused_with_its_remedy(text: str, said: str) -> None:
    with pytest.raises(MallError, match=said):
        read_axis(text)


def test_each_point_is_the_scenario_with_these_figures_on_the_same_citizens() -> None:
    found = sweep(MALL, ["agencies.a.counters=1..2", "demand.scale=1,1.5"], 3, seed=4, workers=1)
    figures = [tuple(p.figures.values()) for p in found.points]
    assert figures == [("1", "1"), ("1", "1.5"), ("2", "1"), ("2", "1.5")]
    for point in found.points:
        alone = replicate(varied(MALL, dict(point.figures)), 3, seed=4, workers=1)
        assert np.array_equal(
            point.results.per_replication("wait.mean"), alone.per_replication("wait.mean")
        )
    frame = found.to_frame(["wait.mean"])
    mine = frame[(frame["agencies.a.counters"] == "2") & (frame["demand.scale"] == "1.5")]
    of_mall = mine[mine["scope"] == "mall"]
    assert (
        of_mall["value"].tolist() == found.points[3].results.per_replication("wait.mean").tolist()
    )
    assert (found.intervals()["point"].unique() == np.arange(4)).all()


def test_the_workers_do_not_change_a_number() -> None:
    one, two = (sweep(MALL, ["demand.scale=1,2"], 6, workers=n) for n in (1, 2))
    for a, b in zip(one.points, two.points, strict=True):
        assert np.array_equal(a.results.total, b.results.total)


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_spread_designs_fill_the_ranges_evenly(design: str) -> None:
    axes = [read_axis("demand.scale=0.5..1.5"), Axis("agencies.a.counters", ("1", "2"))]
    found = sweep(MALL, axes, 2, design=design, points=8, workers=1)  # type: ignore[arg-type]
    scales = sorted(float(p.figures["demand.scale"]) for p in found.points)
    assert [int(8 * (x - 0.5)) for x in scales] == list(range(8))
    counters = [p.figures["agencies.a.counters"] for p in found.points]
    assert counters.count("1") == counters.count("2") == 4


@pytest.mark.parametrize(
    ("axes", "more", "said"),
    [
        ([], {}, "at least one figure"),
        (["demand.scale=1", "demand.scale=2"], {}, "each only once"),
        (["demand.scale=0.5..1.5"], {}, "in which steps"),
        (["a.counters=1..101", "demand.scale=1..100"], {}, "10100 points are more"),
        (["demand.scale=1..2"], {"design": "sobol", "points": 6}, "power of two"),
        (["demand.scale=1..2"], {"design": "latin_hypercube"}, "how many points"),
    ],
)
def test_impossible_designs_are_refused(axes: list[str], more: dict[str, int], said: str) -> None:
    with pytest.raises(MallError, match=said):
        sweep(MALL, axes, 2, workers=1, **more)  # type: ignore[arg-type]


def test_a_path_that_leads_nowhere_is_a_fault_with_the_nearest_name() -> None:
    with pytest.raises(ScenarioError, match="counters"):
        sweep(MALL, ["agencies.a.countrs=1,2"], 2, workers=1)


def test_demand_of_an_agency_is_that_of_the_journeys_that_stop_there() -> None:
    two = mall({"a": 1, "b": 1}, journeys={"x": {"per_day": 4, "stops": ["a.s", "b.s"]},
                                           "y": {"per_day": 6, "stops": ["b.s"]}})  # fmt: skip
    assert journeys_of(two, "a") == ("x",)
    more = with_demand(two, 1.5, "a")
    assert (more.journeys["x"].per_day, more.journeys["y"].per_day) == (6, 6)
    assert with_demand(two, 2).demand.scale == 2
    with pytest.raises(MallError, match="no journey or agency 'z'"):
        journeys_of(two, "z")
