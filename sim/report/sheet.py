"""The one page for the mayor: the verdict, on what it rests, and who pays for it, as people.

How many of 100 and how many a day, as the plan would be carried out: with its condition, where it
may join on one. How sure that is stands in a section of its own; all ranges on the pages behind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.break_even import REPLICATIONS
from sim.experiments.compare import Alternative
from sim.report import comparison as said
from sim.report import inputs, locale
from sim.report.break_even import break_evens
from sim.report.figure_text import figure_text
from sim.report.no_repair import no_repair
from sim.report.observed import counted, made_of_them
from sim.report.path_text import path_text
from sim.report.titles import titles
from sim.scenario.figures import Figure, figures
from sim.statistics.results import Results
from sim.statistics.slices import weekdays_of
from sim.words import say

MOST = 4
"""So many people, agencies or figures are named; the others are counted."""
SPREADS = (".sd", ".cv")
"""Nobody at an agency can state these: they are asked for last."""
BAD = 0.1
"""A bad day is the worst of ten."""


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; lines : short sentences."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One page: the name of what is judged, the verdict's sentences, the sections."""

    title: str
    verdict: tuple[str, ...]
    sections: tuple[Section, ...]


def sheet_of(of: Alternative, joins: Sequence[str], lang: str) -> Sheet:
    """Return the page of one alternative.

    joins : the verdicts of all alternatives or combinations, a line each
    """
    done = of.carried_out
    parts = {
        "rule": _rule(of, lang),
        "joins": joins if len(joins) > 1 else (),
        "repair": _repair(of, lang),
        "sure": _sure(of, lang),
        "changes": _changes(of, lang),
        "shared": _shared(done, lang),
        "worse": _worse(of, lang),
        "days": _days(done, lang),
        "counted": _counted(of, lang),
        "break_even": tuple(break_evens(of, lang))[: 2 * MOST],
        "writing": _in_writing(of, lang),
        "missing": [say("sheet.missing_is", lang)],
    }
    mended = () if done is of else ("shared", "worse", "days")
    sections = [
        Section(said.with_condition(say(f"sheet.{key}", lang), key in mended, lang), tuple(lines))
        for key, lines in parts.items()
    ]
    return Sheet(
        say("compare.page.question", lang, name=of.scenario.name),
        tuple(said.verdict(of, lang)),
        tuple(section for section in sections if section.lines),
    )


def _rule(of: Alternative, lang: str) -> Iterator[str]:
    """Yield the scenario's decision, from which alone the verdict follows."""
    decision = of.scenario.decision
    if decision.every_agency_keeps:
        yield say("sheet.rule_keeps", lang)
    if decision.present_citizens_lose_at_most is not None:
        most = locale.short(100 * decision.present_citizens_lose_at_most, lang)
        yield say("sheet.rule_lose", lang, most=most)
    if decision.refused_at_most is not None:
        most = locale.short(100 * decision.refused_at_most, lang)
        yield say("sheet.rule_refused", lang, most=most)
    failing = [c for c in of.conditions if c.name and c.before == "broken"]
    title_of = titles(of.scenario)
    for key, blamed in (("worse", True), ("today", False)):
        named = [title_of[c.name] for c in failing if c.blamed == blamed]
        if named:
            most = locale.short(100 * failing[0].worse_at_most, lang)
            yield say(f"sheet.rule_{key}", lang, agencies=locale.join(named, lang), most=most)


def _repair(of: Alternative, lang: str) -> Iterator[str]:
    if of.verdict == "may_join":
        return
    if of.repair is None:
        yield from no_repair(of, lang)
        return
    key = {"may_join": "holds", "may_not": "fails"}.get(of.repair.as_planned, "unclear")
    yield say(f"sheet.repair_{key}", lang, repair=said.repair_of(of, lang),
              reasons=said.reasons(of.repair, lang))  # fmt: skip
    yield from _still_failing(of, lang)


def _still_failing(of: Alternative, lang: str) -> Iterator[str]:
    """Yield why a repair suffices though an agency that decided fails with it, as it does today."""
    title_of = titles(of.scenario)
    decided = {c.name for c in of.deciding if c.name}
    for one in of.carried_out.conditions:
        failed = one.name in decided and one.before == "broken" and one.state != "kept"
        if failed and not one.blamed and one.today is not None:
            yield say(
                "sheet.repair_enough", lang, agency=title_of[one.name],
                after=said.of_100(one.estimate.value, lang),
                today=said.of_100(one.today.value, lang),
                limit=locale.short(100 * one.limit, lang),
                most=locale.short(100 * one.worse_at_most, lang),
            )  # fmt: skip


def _sure(of: Alternative, lang: str) -> Iterator[str]:
    """Yield what chance leaves open, how much is assumed, and what no range here holds."""
    change = said.difference(of.carried_out, "fulfilled")
    if change.n:
        low, high = (_more_or_fewer(bound, lang) for bound in (change.low, change.high))
        n = locale.number(of.base.replications, lang)
        yield say("sheet.sure_chance", lang, low=low, high=high, n=n)
    yield said.assumed(of, lang)
    known = of.base.spread is not None
    yield inputs.statement(of.base, lang, True) if known else say("sheet.sure_figures", lang)
    if of.break_evens:
        yield say("compare.break_even.method", lang, n=REPLICATIONS)


def _more_or_fewer(change: float, lang: str) -> str:
    key = "fewer" if change < 0 else "more"
    return say(f"sheet.{key}", lang, n=said.of_100(abs(change), lang))


def _changes(of: Alternative, lang: str) -> Iterator[str]:
    """Yield what the plan says otherwise than today, the notice of present agencies first."""
    every = list(said.changed(of, lang))
    yield from every[: 2 * MOST]
    if len(every) > 2 * MOST:
        yield say("sheet.changes_more", lang, n=len(every) - 2 * MOST)


def _shared(of: Alternative, lang: str) -> Iterator[str]:
    """Yield where newcomers meet those who come today, the busiest first."""
    title_of = titles(of.scenario)
    met = [
        name
        for name in of.base.scenario.agencies
        if name in of.scenario.agencies
        and of.newcomers.estimate("tickets", "agency", name).value > 0
    ]
    if not met:
        yield say("sheet.shared_nothing", lang, name=of.scenario.name)
    met.sort(key=lambda name: -of.results.estimate("utilisation", "agency", name).value)
    for name in met[:MOST]:
        was, now = (
            [r.estimate(key, "agency", name).value for key in ("tickets", "utilisation")]
            for r in (of.base, of.results)
        )
        yield say(
            "sheet.shared_with", lang, agency=title_of[name],
            before=locale.people(was[0], lang), after=locale.people(now[0], lang),
            busy_before=locale.number(100 * was[1], lang), busy=locale.number(100 * now[1], lang),
        )  # fmt: skip


def _worse(of: Alternative, lang: str) -> Iterator[str]:
    """Yield what becomes of present citizens, whose errands lose most, and of newcomers."""
    done = of.carried_out
    yield say("sheet.worse_all", lang, **_before_after(done, lang))
    if of.repair is not None:
        other, key = (of.repair, "repaired") if done is of else (of, "without")
        after = other.present.estimate("fulfilled").value
        yield say(f"sheet.worse_{key}", lang, after=said.of_100(after, lang))
    lost = sorted(_lost(done), reverse=True)
    for people, journey in lost[:MOST]:
        name = of.scenario.journeys[journey].name or journey
        values = {"journey": name, "people": locale.people(people, lang)}
        yield say("sheet.worse_journey", lang, **values, **_before_after(done, lang, journey))
    if not lost:
        yield say("sheet.worse_nobody", lang)
    visits = done.newcomers.estimate("visits").value
    if visits > 0:
        served = said.of_100(done.newcomers.estimate("fulfilled").value, lang)
        yield say("sheet.worse_new", lang, visits=locale.people(visits, lang), done=served)


def _before_after(of: Alternative, lang: str, journey: str = "") -> dict[str, str]:
    """Return how many of 100 present citizens, or of one of their errands, are done in time."""
    scope = ("journey", journey) if journey else ()
    was, now = (r.estimate("fulfilled", *scope).value for r in (of.present_before, of.present))
    return {"before": said.of_100(was, lang), "after": said.of_100(now, lang)}


def _lost(of: Alternative) -> Iterator[tuple[float, str]]:
    """Yield how many of each present journey a day are done in time no more, if any are."""
    for journey in of.base.scenario.journeys:
        if journey not in of.scenario.journeys:
            continue
        was, now = (
            r.estimate("fulfilled", "journey", journey).value
            for r in (of.present_before, of.present)
        )
        visits = of.present.estimate("visits", "journey", journey).value
        people = (was - now) * visits
        if not math.isnan(people) and people >= 0.05:
            yield people, journey


def _days(of: Alternative, lang: str) -> Iterator[str]:
    """Yield the weekday with most visits, as it is mostly and on the worst of ten."""
    open_on = weekdays_of(of.base.scenario)
    if len(open_on) == 0 or any(day.continuous for day in of.base.scenario.days):
        return
    busiest = max(open_on, key=lambda day: of.base.estimate("visits", weekday=day).value)
    name = locale.weekday(busiest, lang)
    pair = (of.present_before, of.present)
    was, now = (r.estimate("fulfilled", weekday=busiest).value for r in pair)
    values = {"before": said.of_100(was, lang), "after": said.of_100(now, lang)}
    yield say("sheet.days_usual", lang, day=name, **values)
    if len(of.base.scenario.days) <= len(open_on):  # each replication has that day once
        was, now = (_on_a_bad_day(r, busiest) for r in pair)
        values = {"before": said.of_100(was, lang), "after": said.of_100(now, lang)}
        yield say("sheet.days_bad", lang, day=name, **values)


def _on_a_bad_day(results: Results, weekday: str) -> float:
    each = results.per_replication("fulfilled", weekday=weekday)
    return float(np.nanquantile(each, BAD)) if np.isfinite(each).any() else math.nan


def _counted(of: Alternative, lang: str) -> Iterator[str]:
    rows = counted(of.base)
    if not rows:
        yield say("sheet.counted_nothing", lang)
        return
    within = sum(row.place == "within" for row in rows)
    key = "some"
    if made_of_them(of.base.scenario):
        key = "same" if within == len(rows) else "unlike"
    numbers = {"within": within, "outside": len(rows) - within, "all": len(rows)}
    yield say(f"sheet.counted_{key}", lang, **numbers)


def _in_writing(of: Alternative, lang: str) -> Iterator[str]:
    """Yield the figures of the newcomers that nobody knows for sure, those with a range first."""
    known = {(f.path, f.text) for f in figures(of.base.scenario)}
    ranges = of.scenario.plausible
    unsure = [f for f in figures(of.scenario) if f.kind != "source" or f.path in ranges]
    unsure = [f for f in unsure if (f.path, f.text) not in known]
    unsure.sort(key=lambda f: (f.path not in ranges, f.path.endswith(SPREADS)))
    for figure in unsure[: 2 * MOST]:
        yield _asked(figure, of, lang)
    if len(unsure) > 2 * MOST:
        yield say("sheet.writing_more", lang, n=len(unsure) - 2 * MOST)


def _asked(figure: Figure, of: Alternative, lang: str) -> str:
    what = path_text(figure.path, of.scenario, lang)
    values = {"what": what, "value": figure_text(figure.text, lang)}
    if figure.path not in of.scenario.plausible:
        return say("sheet.writing_figure", lang, **values)
    low, high = (figure_text(end, lang) for end in of.scenario.plausible[figure.path])
    return say("sheet.writing_range", lang, low=low, high=high, **values)
