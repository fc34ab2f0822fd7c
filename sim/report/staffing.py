"""What a staffing says: the counters of each agency, and what one fewer would cost citizens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.plenty import Plenty
from sim.experiments.shifts import Shift
from sim.experiments.slots import Table
from sim.experiments.staffing import Staffed, StaffingPlan
from sim.experiments.staggering import PRAYER, Breaks
from sim.report import locale
from sim.report.provenance import provenance
from sim.report.sentences import shown
from sim.report.titles import titles
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.words import say

Shifts = Mapping[str, tuple[Shift, ...]]
MOST_CAUSES = 3


def described(found: StaffingPlan, lang: str, shifts: Shifts | None = None) -> str:
    """Return a staffing as plain text, the whole first."""
    return "\n".join(_lines(found, lang, shifts or {}))


def _lines(found: StaffingPlan, lang: str, shifts: Shifts) -> Iterator[str]:
    names = titles(found.scenario)
    if found.agencies:
        yield from _head(found, names, lang)
    if found.left_alone:
        listed = locale.join([names[name] for name in found.left_alone], lang)
        yield say("study.staff.left_alone", lang, agencies=listed)
    if found.agencies and not shifts:
        yield say("study.staff.no_shifts", lang)
    yield from _costs(found, lang)
    for one in found.agencies:
        yield from _agency(found, one, names[one.agency], lang)
        if one.agency in shifts:
            yield "    " + _shifts(names[one.agency], shifts[one.agency], lang)
    yield from _floats(found, names, lang)
    for agency, share in found.impossible.items():
        in_time = locale.number(100 * share.value, lang, 1)
        yield say("study.staff.impossible", lang, agency=names[agency], share=in_time)
        if agency in found.why and found.why[agency].causes:
            yield "    " + waiting_for(found.why[agency], lang)
    key = "method" if found.certified else "method_so_far"
    yield say(f"study.staff.{key}", lang, tried=found.tried, n=found.results.replications)


def waiting_for(of: Plenty, lang: str) -> str:
    """Say what people wait for where counters are in plenty: `62 % everybody is on a break`."""
    parts = [
        say("study.explain.total_part", lang, share=locale.percent(share, lang),
            cause=say(f"study.explain.cause.{cause}", lang))
        for cause, share in list(of.causes.items())[:MOST_CAUSES]
    ]  # fmt: skip
    return say("study.staff.waiting_for", lang, parts=locale.join(parts, lang))


def _head(found: StaffingPlan, names: Mapping[str, str], lang: str) -> Iterator[str]:
    """Say how many counter-hours it takes, how sure that is, and who needs more or fewer."""
    after = sum(one.hours_after for one in found.agencies)
    before = sum(one.hours_before for one in found.agencies)
    hours = {"hours": locale.short(after, lang), "before": locale.short(before, lang)}
    yield say("study.staff.head", lang, **hours)
    key = "same" if after == before else "fewer" if after < before else "more"
    yield say(f"study.staff.head_{key}", lang, n=locale.short(abs(after - before), lang))
    if found.certified:
        unsure = [names[one.agency] for one in found.agencies if one.state != "kept"]
        yield say(
            f"study.staff.{'unsure' if unsure else 'sure'}", lang,
            agencies=locale.join(unsure, lang), n=len(found.agencies) - len(unsure),
            all=len(found.agencies), replications=found.results.replications,
        )  # fmt: skip
    for key, more in (("more_at", 1), ("fewer_at", -1)):
        listed = [
            names[one.agency]
            for one in found.agencies
            if more * (one.hours_after - one.hours_before) > 0
        ]
        if listed:
            yield say(f"study.staff.{key}", lang, agencies=locale.join(listed, lang))


def _agency(found: StaffingPlan, one: Staffed, name: str, lang: str) -> Iterator[str]:
    yield "  " + say(
        "study.staff.agency", lang, agency=name, table=table(found, one.after, lang),
        hours=locale.short(one.hours_after, lang), before=locale.short(one.hours_before, lang),
        limit=locale.short(100 * one.limit, lang),
        **_of_hundred(one.share, lang),
    )  # fmt: skip
    if one.agency in found.staggered:
        yield "    " + _staggered(found.staggered[one.agency], lang)
    if found.certified:
        yield "    " + say(f"study.staff.{one.state}", lang)
    hourly = found.scenario.agencies[one.agency].officer_cost
    if hourly is not None:
        yield "    " + _cost("cost", hourly * one.hours_before, hourly * one.hours_after, lang)
    if one.fewer is not None and one.fewer_share is not None:
        ending = {"kept": "_kept", "cannot_tell": "_unsure"}.get(one.fewer_state or "", "")
        fewer = shown(one.fewer_share, lang, 1, 100)
        yield "    " + say(
            f"study.staff.fewer{ending}", lang,
            when=_where_fewer(found, one.after, one.fewer, lang), share=fewer.value,
            low=fewer.low, high=fewer.high, late=locale.people(one.fewer_late, lang),
        )  # fmt: skip


def _where_fewer(found: StaffingPlan, after: Table, fewer: Table, lang: str) -> str:
    """Say when there is a counter less: `from 11:00 to 12:00`."""
    slots = zip(found.slots.begins, found.slots.ends, after, fewer, strict=True)
    times = [
        say("study.staff.when", lang, begin=locale.clock(q.clock(begin), lang),
            end=locale.clock(q.clock(end), lang))
        for begin, end, more, less in slots
        if less < more
    ]  # fmt: skip
    return locale.join(times, lang)


def _of_hundred(share: Estimate, lang: str) -> dict[str, str]:
    """Write a share and its interval as people of 100, by the names that texts give them."""
    figures = {"share": share.value, "low": share.low, "high": share.high}
    return {name: locale.number(100 * value, lang, 1) for name, value in figures.items()}


def _staggered(breaks: Breaks, lang: str) -> str:
    """Say when the halves of the officers take their break, for days of equal breaks together."""
    shifts = dict.fromkeys(" / ".join(of) for of in breaks.values() if isinstance(of, dict))
    listed = [locale.clock(text, lang) for text in shifts]
    said = say("study.staff.staggered", lang, breaks=locale.join(listed, lang))
    if breaks.get(PRAYER, "none") == "none":  # closed on that day, or open without a break
        return said
    return f"{said} {say('study.staff.friday_stays', lang)}"


def _floats(found: StaffingPlan, names: Mapping[str, str], lang: str) -> Iterator[str]:
    """Say which two agencies may share an officer, and how they then keep their promises."""
    for of in found.floats:
        shares = [
            say("study.staff.float_share", lang, agency=names[name],
                **_of_hundred(e, lang))
            for name, e in zip(of.agencies, of.shares, strict=True)
        ]  # fmt: skip
        yield "  " + say(
            "study.staff.float", lang, first=names[of.agencies[0]], second=names[of.agencies[1]],
            hours=locale.short(of.hours, lang), shares=locale.join(shares, lang),
        )  # fmt: skip


def _costs(found: StaffingPlan, lang: str) -> Iterator[str]:
    """Say what the officers cost together, where that is stated of several agencies."""
    hourly = {one.agency: found.scenario.agencies[one.agency].officer_cost
              for one in found.agencies}  # fmt: skip
    known = [(cost, one) for one in found.agencies if (cost := hourly[one.agency]) is not None]
    if len(known) > 1:
        before = sum(cost * one.hours_before for cost, one in known)
        after = sum(cost * one.hours_after for cost, one in known)
        yield _cost("cost_all", before, after, lang)


def _cost(key: str, before: float, after: float, lang: str) -> str:
    rupiah = {"before": locale.number(before, lang), "after": locale.number(after, lang)}
    return say(f"study.staff.{key}", lang, **rupiah)


def table(found: StaffingPlan, counters: Table, lang: str) -> str:
    """Write counters over the day: `2 all day`, `from 08:30 2, from 10:00 3`."""
    written = found.slots.table(counters)
    if isinstance(written, int):
        return say("study.staff.all_day", lang, n=written)
    return ", ".join(
        say("study.staff.from_on", lang, time=locale.clock(time, lang), n=n)
        for time, n in written.items()
    )


def _shifts(name: str, shifts: tuple[Shift, ...], lang: str) -> str:
    listed = [
        say("study.staff.shift", lang, n=s.officers, begin=locale.clock(s.begin, lang),
            end=locale.clock(s.end, lang))
        for s in shifts
    ]  # fmt: skip
    hours = sum(s.officers * (s.end - s.begin) for s in shifts) / q.HOUR
    return say("study.staff.shifts", lang, agency=name, shifts="; ".join(listed),
               hours=locale.short(hours, lang))  # fmt: skip


def plain(
    found: StaffingPlan, command: Sequence[str] = (), shifts: Shifts | None = None
) -> dict[str, Any]:
    """Return the staffing as plain data for staffing.json."""
    return {
        "origin": provenance(found.results, command),
        "counters": found.figures,
        "agencies": [asdict(one) for one in found.agencies],
        "impossible": {name: asdict(share) for name, share in found.impossible.items()},
        "why_impossible": {name: asdict(of) for name, of in found.why.items()},
        "left_alone": list(found.left_alone),
        "staggered": dict(found.staggered),
        "floats": [asdict(of) for of in found.floats],
        "plans_tried": found.tried,
        "shifts": {name: [asdict(s) for s in of] for name, of in (shifts or {}).items()},
    }
