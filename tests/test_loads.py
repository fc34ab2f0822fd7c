"""The load that a scenario offers before anything is simulated, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from malls import mall

from sim.engine.loads import Load, loads, overloads
from sim.scenario.model import Scenario


def of_mall(journey: dict[str, Any], **more: Any) -> Scenario:
    """Return one counter from 08:00 to 12:00, ten minutes a citizen."""
    journeys = {"all": {"per_day": 12, "stops": ["a.s"], **journey}}
    return mall({"a": 1}, hours="08:00-12:00", journeys=journeys, **more)


def load(scenario: Scenario, interval: str = "") -> Load:
    return next(x for x in loads(scenario) if (x.agency, x.interval) == ("a", interval))


def test_walk_ins_bring_their_work_by_the_profile() -> None:
    """12 citizens of 10 minutes in 4 hours are half a counter; all in one hour they are two."""
    assert load(of_mall({})).offered == pytest.approx(0.5)
    profile = {"profile": {"08:00": 1, "09:00": 0}}
    early = of_mall({}, demand=profile)
    assert load(early, "08:00").offered == pytest.approx(2)
    assert load(early, "09:00").offered == 0
    assert [x.interval for x in overloads(early)] == ["08:00"]


def test_booked_citizens_come_in_their_slots_the_earliest_first() -> None:
    """Eight seats a slot of an hour: eight come at 08:00, four at 09:00, nobody later."""
    booking = {"every": "1 h", "seats": 8}
    scenario = mall(
        {"a": 2}, hours="08:00-12:00", demand={"profile": {"08:00": 0, "11:00": 1}},
        journeys={"all": {"per_day": 12, "stops": ["a.s"], "booking": booking}},
    )  # fmt: skip
    offered = [load(scenario, f"{hour:02d}:00").offered for hour in range(8, 12)]
    assert offered == pytest.approx([8 / 6, 4 / 6, 0, 0])


@pytest.mark.parametrize(
    ("booking", "come"),
    [
        ({"no_show": "25 %"}, 9),
        ({"cancelled": "25 %"}, 9),
        ({"seats": 2}, 8),
        ({"seats": 2, "beyond": "walk_in"}, 12),
        ({"seats": 2, "cancelled": "25 %"}, 6),
        ({"seats": 2, "cancelled": "25 %", "rebooked": "yes"}, 8),
        ({"share": "50 %", "no_show": "50 %"}, 9),
    ],
)
def test_who_does_not_come_brings_no_work(booking: dict[str, Any], come: float) -> None:
    """Of 12 citizens a day, as many bring ten minutes as come."""
    scenario = of_mall({"booking": {"every": "1 h", "seats": 8} | booking})
    assert load(scenario).offered == pytest.approx(come * 10 / 240)
