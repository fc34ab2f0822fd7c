"""Both engines over a million days: 20,000 drawn malls, 50 days of each, row for row.

    python tests/long.py -k test_five_thousand_days            # all of it, hours; may be broken off
    python tests/long.py -k test_five_thousand_days --shard 1/40

The malls of a part follow from its number. Where rows differ, the smallest such mall is looked for,
then the fewest citizens, and both rows are shown.
"""

from __future__ import annotations

from typing import Any

import pytest
from drawn_malls import rich_malls
from engines import differences
from hypothesis import given, seed
from malls import scenario_of
from test_laws import law

from sim import Log, Scenario, Workload, simulate
from sim.engine import play_all
from sim.sampling import at_once

PARTS, MALLS, DAYS = 200, 100, 50


@pytest.mark.parametrize("part", [PARTS])
def test_a_few_days(part: int) -> None:
    hold_equal(part, malls=6, days=4)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_five_thousand_days(part: int) -> None:
    hold_equal(part, MALLS, DAYS)


def hold_equal(part: int, malls: int, days: int) -> None:
    """Let both engines play so many days of so many malls; raise AssertionError if they differ."""

    @seed(part)
    @law(malls, thorough=True)
    @given(rich_malls())
    def play(data: dict[str, Any]) -> None:
        scenario = scenario_of(data)
        drawn = at_once(scenario, part, range(days))
        logs = play_all(scenario, drawn, "compiled")
        for workload, compiled in zip(drawn.apart(), logs, strict=True):
            if simulate(scenario, workload, "simpy") != compiled:
                raise AssertionError(_told(scenario, fewest(scenario, workload)))

    play()


def fewest(scenario: Scenario, workload: Workload) -> Workload:
    """Return a workload with fewer citizens on which the engines still differ."""
    visits = len(workload)
    at_a_time = visits // 2
    while at_a_time:
        first = 0
        while first < len(workload):
            left = without(scenario, workload, range(first, first + at_a_time))
            if len(left) and differ(scenario, left):
                workload = left
            else:
                first += at_a_time
        at_a_time //= 2
    return workload


def without(scenario: Scenario, workload: Workload, visits: range) -> Workload:
    """Return a workload less some visits, and less all further attempts of their citizens."""
    frame = workload.to_frame()
    who = ["journey", "origin", "index"]
    keys = frame[who].drop_duplicates().reset_index(drop=True)
    gone = keys.iloc[visits.start : visits.stop].assign(gone=True)
    kept = frame.merge(gone, on=who, how="left")["gone"].isna().to_numpy()
    officers, down = workload.officers_frame(scenario), workload.outages_frame(scenario)
    number = workload.replication
    return Workload.from_frame(frame[kept], scenario, number, officers, down)


def differ(scenario: Scenario, workload: Workload) -> bool:
    """Whether the engines write other rows."""
    return simulate(scenario, workload, "simpy") != simulate(scenario, workload, "compiled")


def _told(scenario: Scenario, workload: Workload) -> str:
    logs: list[Log] = [simulate(scenario, workload, engine) for engine in ("simpy", "compiled")]
    return f"{len(workload)} citizens\n{differences(*logs)}"


def test_of_a_day_on_which_engines_differ_the_fewest_citizens_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if they differed wherever two people want the second service."""
    scenario = scenario_of(
        {
            "name": "two",
            "calendar": {"days": "mon", "hours": "08:00-10:00"},
            "agencies": {"a": {"counters": 1, "services": {
                name: {"time": {"always": "2 min"}} for name in ("s", "t")}}},
            "journeys": {name: {"per_day": 30, "stops": [f"a.{name}"]} for name in ("s", "t")},
        }
    )  # fmt: skip

    def differ(_: Scenario, workload: Workload) -> bool:
        return bool((workload.service == 1).sum() >= 2)

    monkeypatch.setattr(f"{__name__}.differ", differ)
    workload = at_once(scenario, 1, range(1)).run
    assert len(workload) > 40
    assert len(fewest(scenario, workload)) == 2
