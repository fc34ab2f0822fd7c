"""Checks of surges: for a journey that there is, on a day that there is, while the doors let in."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import quantities as q
from sim.scenario.checking_hours import Whole
from sim.scenario.faults import Finding, Path, nearest
from sim.scenario.surge import Surge


def _surges(whole: Whole) -> Iterator[Finding]:
    scenario = whole.scenario
    for name, surge in scenario.demand.surges.items():
        path: Path = ("demand", "surges", name)
        if scenario.calendar.continuous is not None:
            yield Finding("not_continuous", {"value": "surges"}, ("demand", "surges"), at_key=True)
            return
        if surge.journey not in scenario.journeys:
            near = nearest(surge.journey, scenario.journeys)
            yield Finding(
                "surge_journey", {"value": surge.journey, "near": near}, (*path, "journey")
            )
        if surge.from_ >= surge.to:
            shown = {"value": f"{q.clock(surge.from_)}-{q.clock(surge.to)}"}
            yield Finding("interval_order", shown, (*path, "to"))
        elif whole.sound_hours:
            yield from _day(whole, surge, path)


def _day(whole: Whole, surge: Surge, path: Path) -> Iterator[Finding]:
    if (surge.date is None) == (surge.day is None):
        yield Finding("surge_day", {}, path)
        return
    calendar = whole.scenario.calendar
    opened = [*calendar.numbers] if calendar.dates else []
    if surge.date is not None and not calendar.dates:
        yield Finding("surge_no_dates", {"value": surge.date.isoformat()}, (*path, "date"))
        return
    if surge.date is not None and surge.date not in opened:
        yield Finding("surge_closed", {"value": surge.date.isoformat()}, (*path, "date"))
        return
    days = [day for day in whole.scenario.days if surge.on(day)]
    if surge.day is not None and not days:
        yield Finding("surge_closed", {"value": ", ".join(surge.day)}, (*path, "day"))
    for day in days:
        begin, end = day.entry
        if surge.from_ < begin or surge.to > end:
            shown = {"value": f"{q.clock(surge.from_)}-{q.clock(surge.to)}"}
            shown["limit"] = q.interval((begin, end))
            yield Finding("surge_outside", shown, (*path, "from"))
            return


SURGES_CHECKS = (_surges,)
