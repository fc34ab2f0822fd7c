"""A repair in words: `Resepsionis: one more officer from 08:30 to 11:00`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from sim.experiments.slots import worked
from sim.report import locale
from sim.report.differences import differences
from sim.report.titles import titles
from sim.scenario import quantities as q
from sim.scenario.agency import Staffing
from sim.scenario.model import Scenario
from sim.words import say


def repair_words(before: Scenario, after: Scenario, lang: str) -> list[str]:
    """Return what a repair changes: further officers as people say it, then all other figures."""
    said, agencies = [], dict(after.agencies)
    for name, agency in after.agencies.items():
        was = before.agencies.get(name)
        if was is None or not (
            isinstance(was.counters, Staffing) and isinstance(agency.counters, Staffing)
        ):
            continue
        more = list(_more(was.counters, agency.counters, after))
        if len(more) == 1 and more[0][0] > 0:
            said.append(_costing(_officers(titles(after)[name], *more[0], after, lang),
                                 agency.officer_cost, *more[0], after, lang))  # fmt: skip
            agencies[name] = agency.model_copy(update={"counters": was.counters})
    rest = after.model_copy(update={"agencies": agencies})
    return [*said, *differences(before, rest, lang)]


def _more(was: Staffing, now: Staffing, scenario: Scenario) -> Iterator[tuple[int, int, int]]:
    """Yield how many officers more there are, from when until when (µs), where there are."""
    opens, closes = min(d.opens for d in scenario.days), max(d.closes for d in scenario.days)
    changes = sorted({t for table in (was.table, now.table) for t, _ in table})
    edges = [opens, *(t for t in changes if opens < t < closes), closes]
    parts = [(_at(now, begin) - _at(was, begin), begin, end) for begin, end in pairwise(edges)]
    for number, group in groupby(parts, key=lambda part: part[0]):
        stretch = list(group)
        if number:
            yield number, stretch[0][1], stretch[-1][2]


def _costing(
    what: str, hourly: float | None, number: int, begin: int, end: int, scenario: Scenario,
    lang: str,
) -> str:  # fmt: skip
    """Say what further officers cost on a mean day, where that is stated."""
    if hourly is None:
        return what
    cost = hourly * number * worked(scenario, begin, end)
    return say("compare.costing", lang, what=what, cost=locale.number(cost, lang))


def _at(staffing: Staffing, time: int) -> int:
    return next((n for t, n in reversed(staffing.table) if t <= time), staffing.table[0][1])


def _officers(
    agency: str, number: int, begin: int, end: int, scenario: Scenario, lang: str
) -> str:  # fmt: skip
    opens, closes = min(d.opens for d in scenario.days), max(d.closes for d in scenario.days)
    key = "officers_all_day" if (begin, end) == (opens, closes) else "officers"
    times = {"begin": locale.clock(q.clock(begin), lang), "end": locale.clock(q.clock(end), lang)}
    return say(f"compare.{key}", lang, agency=agency, n=locale.number(number, lang), **times)
