"""The page of a comparison: may it join, what decides, who is worse off; then agency by agency."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.experiments.compare import Alternative, Comparison
from sim.experiments.decision import Answer
from sim.report import comparison as said
from sim.report import inputs, locale
from sim.report.outside import outside
from sim.report.page import MARKS, environment, precise_text, program_version
from sim.report.plots import change, crossing
from sim.report.plots.saving import to_svg
from sim.report.sentences import Shown, runs_of, share, shown
from sim.report.sheet import Sheet, sheet_of
from sim.report.style import style
from sim.report.titles import titles
from sim.scenario.model import Journey
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.slices import weekdays_of
from sim.words import say

VERDICTS: dict[Answer, tuple[str, str]] = {
    "may_join": ("kept", "yes"),
    "may_join_if": ("kept", "yes_if"),
    "may_not": ("broken", "no"),
    "cannot_tell": ("cannot_tell", "unclear"),
    "no_rule": ("no_promise", ""),
}
"""The colour of a verdict, and its one word."""


@dataclass(frozen=True)
class Pair:
    """One figure today and after; `today` is None for what is new."""

    today: Shown | None
    after: Shown


@dataclass(frozen=True)
class Row:
    """An agency or a journey, with its figures today and after."""

    title: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Part:
    """One alternative, in words and rows.

    of : the plan as it would be carried out, its condition done where it has one (`mended`)
    conditions : (verdict, sentence, notes) in the order of trouble, by part
    rest : what is said of the plan without its condition, or of a repair that is not enough
    """

    colour: str
    word: str
    of: Alternative
    mended: bool
    sentences: list[str]
    tiles: list[tuple[str, str, str]]
    conditions: dict[str, list[tuple[str, str, list[str]]]]
    agencies: list[Row]
    journeys: list[Row]
    outside: list[str]
    rest: list[str]
    pictures: list[str]
    sheet: Sheet


def sheets(found: Comparison, lang: str, joins: Sequence[str] = ()) -> tuple[Sheet, ...]:
    """Return the one page of each alternative; joins : all verdicts in a line each."""
    joins = joins or [" ".join(said.verdict(of, lang)) for of in found.alternatives]
    return tuple(sheet_of(of, joins, lang) for of in found.alternatives)


def origin_line(found: Comparison, lang: str) -> str:
    """Say in one line where a sheet comes from."""
    return " · ".join(f"{label}: {text}" for label, text in _origin(found, lang) if text)


def render_comparison(found: Comparison, lang: str = "id", joins: Sequence[str] = ()) -> str:
    """Return the page of a comparison as HTML.

    joins : of a plan, who may join in which order, then more of it and all verdicts in lines; they
        stand at the head
    """
    base = found.base
    dates = sum(1 for day in base.scenario.days if day.date)
    runs = runs_of(base.replications, len(weekdays_of(base.scenario)), dates, lang)
    text: str = environment(lang).get_template("compare.html.j2").render(
        lang=lang,
        base=base,
        runs=runs,
        inputs=list(inputs.compared(found, lang))[1:],  # the first stands on each sheet
        parts=[
            _part(number, of, sheet, lang)
            for number, (of, sheet) in enumerate(
                zip(found.alternatives, sheets(found, lang, joins[:1]), strict=True)
            )
        ],
        joins=joins,
        best=[] if joins else list(said.best(found, lang)),  # fewer who join are no rival of more
        marks=MARKS,
        t=lambda key, **values: say(f"page.{key}", lang, **values),
        c=lambda key, **values: say(f"compare.{key}", lang, **values),
        headed=lambda heading, mended: said.with_condition(heading, mended, lang),
        method=list(_method(found, lang)),
        origin=_origin(found, lang),
    )  # fmt: skip
    return text


def _part(number: int, plan: Alternative, sheet: Sheet, lang: str) -> Part:
    colour, word = VERDICTS[plan.verdict]
    of = plan.carried_out
    return Part(
        colour=colour,
        word=say(f"page.{word}", lang) if word else "",
        of=of,
        mended=of is not plan,
        sentences=said.verdict(plan, lang),
        tiles=list(_tiles(of, plan, lang)),
        conditions={
            part: [
                (c.state, said.condition(of, c, lang), list(said.notes(of, c, lang))) for c in cs
            ]
            for part, cs in said.by_part(of).items()
        },
        agencies=_agencies(of, lang),
        journeys=_journeys(of, lang),
        outside=outside(of.scenario, lang, of.base.scenario),
        rest=list(said.repaired(plan, lang) if of is plan else said.without(plan, lang)),
        pictures=list(_pictures(number, of, lang)),
        sheet=sheet,
    )


def _pictures(number: int, of: Alternative, lang: str) -> Iterator[str]:
    """Yield the pictures as SVG: who crosses the promise, and what changes in which hour."""
    for name, picture in (("crossing", crossing.picture), ("change", change.picture)):
        with style():
            figure = picture(of, lang)
            if figure is not None:
                yield to_svg(figure, f"{name}-{number}")


def _tiles(of: Alternative, plan: Alternative, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield figure, label and note: what becomes of present citizens, and of newcomers.

    of : as it would be carried out; plan : without its condition
    """
    for key, label in (("fulfilled", "present"), (said.AT_COUNTERS, "called")):
        before, after = (said.estimate(r, key) for r in (of.present_before, of.present))
        change = said.difference(of, key)
        if not change.n:
            continue
        was, now, bare = (
            said.of_100(e.value, lang) for e in (before, after, said.estimate(plan.present, key))
        )
        low, high = (locale.signed(100 * bound, lang) for bound in (change.low, change.high))
        same = change.value == change.low == change.high == 0
        note = say("compare.page." + ("no_change" if same else "today"), lang,
                   before=was, low=low, high=high)  # fmt: skip
        if of is not plan:
            note += "; " + say("compare.page.today_without", lang, after=bare)
        yield (
            say("compare.page.before_after", lang, before=was, after=now),
            say(f"compare.page.{label}", lang),
            note,
        )
    visits = of.newcomers.estimate("visits").value
    if visits > 0:
        done = of.newcomers.estimate("fulfilled").value
        note = say("compare.page.newcomers_note", lang, visits=locale.people(visits, lang))
        yield said.of_100(done, lang), say("compare.page.newcomers", lang), note


def _agencies(of: Alternative, lang: str) -> list[Row]:
    """Return the agencies, what they lose first: called in time, tickets, wait, counters busy."""
    title_of, old = titles(of.scenario), of.base.scenario.agencies
    found: list[tuple[float, Row]] = []
    for name in of.scenario.agencies:
        pairs = []
        for measure, how in _OF_AGENCIES.items():
            confidence = of.confidence if measure == "called_in_time" else 0.95
            today, after = (
                results.estimate(measure, "agency", name, confidence=confidence)
                if name in results.scenario.agencies
                else None
                for results in (of.base, of.results)
            )
            assert after is not None
            pairs.append(Pair(how(today, lang) if today else None, how(after, lang)))
        found.append((_lost(of, name) if name in old else 1.0, Row(title_of[name], tuple(pairs))))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _lost(of: Alternative, agency: str) -> float:
    """Return the change of the share called in time; 0 where there is none."""
    was, now = (r.estimate("called_in_time", "agency", agency).value for r in (of.base, of.results))
    return 0.0 if math.isnan(now - was) else now - was


def _whole(estimate: Estimate, lang: str) -> Shown:
    return shown(estimate, lang, 0, 100)


def _one_digit(estimate: Estimate, lang: str) -> Shown:
    return shown(estimate, lang, 1)


_OF_AGENCIES = {
    "called_in_time": lambda e, lang: shown(e, lang, 1, 100),
    "tickets": _one_digit,
    "wait.mean": _one_digit,
    "utilisation": _whole,
}
_OF_JOURNEYS = {"fulfilled": share, "visits": _one_digit, "time_in_mall.mean": _one_digit}


def _journeys(of: Alternative, lang: str) -> list[Row]:
    """Return the journeys of present citizens, and of newcomers where they are new."""
    before: Mapping[str, Journey] = of.base.scenario.journeys
    rows = []
    for name, journey in of.scenario.journeys.items():
        results: tuple[Results | None, Results] = (of.present_before, of.present)
        if name not in before:
            results = (None, of.newcomers)
        pairs = []
        for measure, how in _OF_JOURNEYS.items():
            today, after = (
                how(r.estimate(measure, "journey", name), lang) if r else None for r in results
            )
            assert after is not None
            pairs.append(Pair(today, after))
        rows.append(Row(journey.name or name, tuple(pairs)))
    return rows


def _method(found: Comparison, lang: str) -> Iterator[str]:
    """Yield how it was found out: in pairs, how sure each interval is, what the pairs gained."""
    base, n = found.base.scenario.name, found.base.replications
    yield say("compare.method", lang, base=base, n=locale.number(n, lang))
    for of in found.alternatives:
        done = of.carried_out
        if done.conditions:
            yield say(
                "compare.page.each_at", lang, name=of.scenario.name,
                n=round(0.05 / (1 - done.confidence)),
                each=locale.number(100 * done.confidence, lang, 2),
            )  # fmt: skip
        gained = said.difference(done, "fulfilled").variance_reduction
        if math.isfinite(gained):
            times = locale.short(gained, lang)
            yield say("compare.page.gained", lang, name=of.scenario.name, times=times)


def _origin(found: Comparison, lang: str) -> list[tuple[str, Any]]:
    run = found.base.run
    rows = [
        ("program", f"mppsim {program_version()}".strip()),
        ("runs", locale.number(found.base.replications, lang)),
        ("seed", str(run.seed)),
        ("engine", run.engine),
        ("precise", precise_text(found.base, lang)),
    ]
    return [(say(f"page.origin.{key}", lang), text) for key, text in rows]
