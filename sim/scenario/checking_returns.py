"""Checks of coming back: somebody who does, on a later day, and not for ever."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checking_hours import Whole
from sim.scenario.come_back import ComeBack
from sim.scenario.faults import Finding, Path

LONGEST_REACH = 60
"""Days that are played before the first one, at most."""


def _come_back(whole: Whole) -> Iterator[Finding]:
    for path, back in _all(whole):
        if whole.scenario.calendar.continuous is not None:
            yield Finding("not_continuous", {"value": "come_back"}, path, at_key=True)
        elif not any(back.shares.values()):
            yield Finding("back_nobody", {}, path)
        elif back.at_most == 0:
            yield Finding("back_never", {}, (*path, "at_most"))
        elif back.reach > LONGEST_REACH:
            shown = {"value": back.reach, "limit": LONGEST_REACH}
            yield Finding("back_long", shown, path)


def _all(whole: Whole) -> Iterator[tuple[Path, ComeBack]]:
    if whole.scenario.demand.come_back is not None:
        yield ("demand", "come_back"), whole.scenario.demand.come_back
    for name, journey in whole.scenario.journeys.items():
        if journey.come_back is not None:
            yield ("journeys", name, "come_back"), journey.come_back


RETURNS_CHECKS = (_come_back,)
