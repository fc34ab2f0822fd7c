"""Sensitivity: the figure that matters comes first, and what it decides is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from malls import mall

from sim import MallError, Scenario, replicate
from sim.experiments.sensitivity import sensitivity
from sim.experiments.varying import varied
from sim.report.sensitivity import described

AGENCY: dict[str, Any] = {
    "counters": 1,
    "services": {"s": {"time": {"mean": "7 min", "sd": "2 min"},
                       "promise": {"wait": "10 min", "for": "70 %"}}},
}  # fmt: skip
RANGES = {"agencies.a.services.s.time.mean": "4 min .. 10 min", "agencies.b.services.s.time.mean":
          "1 min .. 2 min", "demand.scale": "0.9 .. 1.1"}  # fmt: skip


def small(**more: Any) -> Scenario:
    more = {"demand": {"scale": 1}} | more
    service = {"s": {"time": {"mean": "90 s", "sd": "30 s"}}}
    agencies = {"a": AGENCY, "b": {"counters": 2, "services": service}}
    return mall(agencies, hours="08:00-11:00", **more)


def test_what_matters_most_comes_first_and_names_the_promise_that_it_decides() -> None:
    scenario = small(plausible=RANGES | {"demand.scale": "2 .. 2.4"}, demand={"scale": 2.2})
    found = sensitivity(scenario, replications=12, workers=1)
    assert found.swings[0].path == "agencies.a.services.s.time.mean"
    first = found.swings[0]
    assert first.at_low.value > 0 > first.at_high.value
    (decided,) = first.breaks
    assert decided.agency == "a" and (decided.at_low, decided.at_high) == ("kept", "broken")
    assert first.low.value < decided.value.value < first.high.value
    idle = next(s for s in found.swings if s.path.startswith("agencies.b"))
    assert abs(idle.at_high.value) < abs(first.at_high.value) / 4 and not idle.breaks


def test_each_change_is_that_of_a_run_of_its_own_on_the_same_citizens() -> None:
    found = sensitivity(small(plausible=RANGES), "wait.mean", 4, seed=3, workers=1)
    assert "Input uncertainty is not included: one figure" in described(found, "en")
    for swing in found.swings:
        alone = replicate(
            varied(small(plausible=RANGES), {swing.path: str(swing.high)}), 4, seed=3, workers=1
        )
        base = found.base.estimate("wait.mean").value
        assert np.isclose(swing.at_high.value, alone.estimate("wait.mean").value - base)


def test_where_nothing_may_be_wrong_it_says_so() -> None:
    with pytest.raises(MallError, match="add plausible"):
        sensitivity(small(), workers=1)


def test_a_measure_that_is_none_is_named_before_anything_runs() -> None:
    with pytest.raises(MallError, match="no measure 'waits' of mall; there are "):
        sensitivity(small(plausible=RANGES), "waits", workers=1, progress=_no_progress)


def _no_progress(done: int, most: int) -> None:
    pytest.fail(f"something ran: {done} of {most}")
