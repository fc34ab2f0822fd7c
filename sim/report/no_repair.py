"""Why no repair was found: what more officers cannot mend, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from sim.experiments.compare import Alternative
from sim.experiments.decision import Condition
from sim.experiments.plenty import Plenty
from sim.report import locale
from sim.report.staffing import waiting_for
from sim.report.titles import titles
from sim.words import say

REFUSALS = ("quota", "closed", "no_officer", "hall_full", "no_slot")


def no_repair(of: Alternative, lang: str) -> Iterator[str]:
    """Yield why a plan has no repair; that none was looked for, where that is so."""
    if of.not_mended is None:
        yield say("sheet.repair_not_sought", lang)
        return
    yield say("sheet.repair_none", lang)
    for condition in of.deciding:
        if condition.name in of.not_mended:
            yield from _agency(of, condition, of.not_mended[condition.name], lang)
        elif condition.kind == "refused_at_most":
            yield from _refused(of, lang)


def _agency(of: Alternative, one: Condition, plenty: Plenty, lang: str) -> Iterator[str]:
    values = {
        "agency": titles(of.scenario)[one.name],
        "share": locale.number(100 * plenty.share, lang),
    }
    if not plenty.staffed:
        yield say("sheet.repair_named", lang, **values)
    elif plenty.causes and plenty.share < one.limit:
        yield say("study.staff.impossible", lang, **values) + " " + waiting_for(plenty, lang)
    else:
        yield say("sheet.repair_helps", lang, **values)


def _refused(of: Alternative, lang: str) -> Iterator[str]:
    """Yield for what reasons visits are refused, where officers do not help."""
    found = {
        reason: of.results.estimate(f"turned_away.{reason}").value
        for reason in REFUSALS
    }  # fmt: skip
    told = [
        say(f"sheet.refused.{reason}", lang, n=locale.people(number, lang))
        for reason, number in sorted(found.items(), key=lambda pair: -pair[1])
        if number > 0
    ]
    if told:
        yield say("sheet.repair_refused", lang, parts=locale.join(told, lang))
