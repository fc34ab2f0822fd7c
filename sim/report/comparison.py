"""What a comparison says: the verdict and what decides it, then why, then who is worse off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.break_even import REPLICATIONS
from sim.experiments.compare import Alternative, Comparison
from sim.experiments.decision import MOST_TO_ADVISE, Condition
from sim.report import break_even, inputs, locale
from sim.report.differences import differences
from sim.report.outside import outside
from sim.report.provenance import provenance
from sim.report.repair import repair_words
from sim.report.sentences import digits_for, shown
from sim.report.titles import titles
from sim.scenario.figures import figures
from sim.statistics.intervals import Estimate, PairedDifference, ratio_interval
from sim.statistics.results import Results
from sim.words import say

AT_COUNTERS = "called_at_counters"
"""Tickets called in time, machines left out."""
MEASURES = ("fulfilled", AT_COUNTERS, "left", "refused")
PARTS = ("broken", "cannot_tell", "not_blamed", "kept")
"""The conditions by trouble: what decides, then what is not the join's doing, then what is kept."""


def described(found: Comparison, lang: str) -> str:
    """Return the comparison as plain text."""
    lines = [line for alternative in found.alternatives for line in _alternative(alternative, lang)]
    head = {"base": found.base.scenario.name, "n": found.base.replications}
    last = (*best(found, lang), *inputs.compared(found, lang), say("compare.method", lang, **head))
    return "\n".join([*lines, *last])


def best(found: Comparison, lang: str) -> Iterator[str]:
    """Say which of several plans is best for present citizens, or which are left."""
    choice = found.best
    if choice is None:
        return
    names = [found.alternatives[k].scenario.name for k in choice.left]
    values = {
        "n": locale.number(len(found.alternatives), lang),
        "names": locale.join(names, lang),
        "delta": locale.short(100 * found.delta, lang, 2),
        "after": locale.number(choice.after, lang),
        "enough": locale.number(choice.enough, lang),
        "replications": choice.enough,
    }
    near = "near" if choice.enough > MOST_TO_ADVISE else "open"
    yield say("compare.best" if choice.best is not None else f"compare.best_{near}", lang, **values)


def _alternative(of: Alternative, lang: str) -> Iterator[str]:
    yield from verdict(of, lang)
    done = of.carried_out
    for part, conditions in by_part(done).items():
        yield with_condition(say(f"compare.part.{part}", lang), done is not of, lang) + ":"
        for one in conditions:
            yield "  " + condition(done, one, lang)
            yield from ("    " + note for note in notes(done, one, lang))
    yield from people(done, lang)
    yield from repaired(of, lang) if done is of else without(of, lang)
    if changes := list(changed(of, lang)):
        yield say("compare.changes", lang) + ":"
        yield from ("  " + line for line in changes)
    if of.break_evens:
        yield say("compare.break_even.title", lang) + ":"
        yield from ("  " + line for line in break_even.break_evens(of, lang))
        yield say("compare.break_even.method", lang, n=REPLICATIONS)
    yield from outside(of.scenario, lang, of.base.scenario)
    yield assumed(of, lang)


def changed(of: Alternative, lang: str) -> Iterator[str]:
    """Say what the plan says otherwise than today's mall, and which present agencies it changes."""
    before, after = of.base.scenario, of.scenario
    names = titles(after)
    both = [name for name in before.agencies if name in after.agencies]
    touched = [names[n] for n in both if before.agencies[n] != after.agencies[n]]
    if touched:
        yield say("compare.changes_present", lang, agencies=locale.join(touched, lang))
    yield from differences(before, after, lang)


def assumed(of: Alternative, lang: str) -> str:
    """Say how many of the plan's figures are assumptions."""
    listed = figures(of.scenario)
    unsure = sum(1 for figure in listed if figure.kind != "source")
    return say("page.assumed.sentence", lang, assumed=unsure, all=len(listed))


def with_condition(heading: str, mended: bool, lang: str) -> str:
    """Return a heading that says whether what stands below it is with the condition."""
    return say("compare.with_condition", lang, heading=heading) if mended else heading


def without(of: Alternative, lang: str) -> Iterator[str]:
    """Say what becomes of a plan without its condition: what decides then, and why."""
    yield say("compare.without", lang)
    for one in of.deciding:
        yield "  " + condition(of, one, lang)
        yield from ("    " + note for note in notes(of, one, lang))


def repaired(of: Alternative, lang: str) -> Iterator[str]:
    """Say what a repair that is not enough does, condition by condition that decides without it."""
    if of.repair is None:
        return
    yield say("compare.repaired", lang, repair=repair_of(of, lang))
    found = {(c.kind, c.name): c for c in of.repair.conditions}
    deciding = dict.fromkeys((c.kind, c.name) for c in (*of.deciding, *of.repair.deciding))
    for which in deciding:
        if which in found:
            yield "  " + condition(of.repair, found[which], lang)
    if of.repair.as_planned != "may_join" and of.repair.deciding:
        key = "unclear" if of.repair.as_planned == "cannot_tell" else "fails"
        yield "  " + say(f"compare.repair_{key}", lang, reasons=reasons(of.repair, lang))


def repair_of(of: Alternative, lang: str) -> str:
    """Name the repair by what it changes."""
    if of.repair is None:
        return ""
    return "; ".join(repair_words(of.scenario, of.repair.scenario, lang))


def answers(found: Comparison, lang: str) -> list[str]:
    """Say the verdict on each alternative and what decides it."""
    return [line for of in found.alternatives for line in verdict(of, lang)]


def verdict(of: Alternative, lang: str) -> list[str]:
    """Say the verdict and what decides it."""
    values = {"reasons": reasons(of, lang), "repair": repair_of(of, lang)}
    as_assumed = say(f"compare.verdict_{of.as_assumed}", lang, **values)
    said = [say("compare.verdict", lang, name=of.scenario.name, verdict=as_assumed)]
    if of.until:
        until = say("compare.verdict_until", lang)
        said = [
            say("compare.verdict", lang, name=of.scenario.name, verdict=until),
            *break_even.until(of, lang),
            say("compare.verdict_then", lang, verdict=as_assumed),
        ]
    if of.until_known:
        figures = break_even.of_the_mall(of, lang)
        said.append(say("compare.verdict_mall", lang, figures=figures))
    return [*said, say("compare.identical", lang)] if of.identical else said


def reasons(of: Alternative, lang: str) -> str:
    """Name what the verdict rests on."""
    title_of = titles(of.scenario)
    named = [
        title_of[c.name] if c.name else say(f"compare.reason.{c.kind}", lang) for c in of.deciding
    ]
    return locale.join(named, lang)


def by_part(of: Alternative) -> dict[str, list[Condition]]:
    """Return the conditions by the part in which they stand, without empty ones."""
    parts: dict[str, list[Condition]] = {part: [] for part in PARTS}
    for one in of.conditions:
        parts[one.state if one.blamed or one.state == "kept" else "not_blamed"].append(one)
    return {part: conditions for part, conditions in parts.items() if conditions}


def condition(of: Alternative, one: Condition, lang: str) -> str:
    """Say whether a condition holds, with the figures before and after."""
    digits = max(1, digits_for(one.estimate, one.limit))
    text = shown(one.estimate, lang, digits, 100)  # bounds rounded outwards, as in the tables
    values = {
        "agency": titles(of.scenario).get(one.name, one.name),
        "state": say(f"compare.state_{one.state}", lang),
        "limit": locale.short(100 * one.limit, lang),
        "value": text.value,
        "low": text.low or locale.ABSENT,
        "high": text.high or locale.ABSENT,
        "today": locale.number(100 * one.today.value, lang, 1) if one.today else "",
    }
    key = one.kind
    if one.kind == "present_citizens_lose_at_most":
        values |= _change(of, "fulfilled", lang)
    elif one.before == "new":
        key += "_new"
    return say(f"compare.{key}", lang, **values)


def notes(of: Alternative, one: Condition, lang: str) -> Iterator[str]:
    """Say why a condition is not blamed on the join, or what caused it, or what would tell."""
    if one.state == "kept":
        return
    if not one.blamed:
        why = "unchanged" if one.unchanged else "no_worse" if one.touched else "untouched"
        key = "broken_before" if one.before == "broken" else f"unclear_before_{why}"
        if one.before == "broken" and one.change is not None and one.change.high < 0:
            worse = locale.number(-100 * one.change.value, lang, 1)
            yield say("compare.broken_before_worse", lang, worse=worse)
            yield from _because(of, one, lang)
            return
        yield say(f"compare.{key}", lang)
        return
    if one.before == "broken" and one.change is not None:
        yield say(
            "compare.broken_before_too_much_worse", lang,
            worse=locale.number(-100 * one.change.value, lang, 1),
            most=locale.short(100 * one.worse_at_most, lang),
        )  # fmt: skip
    yield from _because(of, one, lang)
    if one.state == "cannot_tell":
        yield _remedy(of, one, lang)


def _because(of: Alternative, one: Condition, lang: str) -> Iterator[str]:
    """Say what the newcomers share with those who come today, and what the plan itself changes."""
    agencies, before = of.scenario.agencies, of.base.scenario.agencies
    if one.name not in before:
        return
    if agencies[one.name] != before[one.name]:
        yield say("compare.because_plan", lang)
    if of.newcomers.estimate("tickets", "agency", one.name).value > 0:
        was, now = (
            [results.estimate(key, "agency", one.name).value for key in ("tickets", "utilisation")]
            for results in (of.base, of.results)
        )
        yield say(
            "compare.because_shared",
            lang,
            journeys=locale.join(_new_journeys(of, one.name), lang),
            before=locale.people(was[0], lang),
            after=locale.people(now[0], lang),
            busy_before=locale.percent(was[1], lang),
            busy=locale.percent(now[1], lang),
        )


def _new_journeys(of: Alternative, agency: str) -> list[str]:
    """Name the journeys with newcomers that stop at an agency."""
    return [
        journey.name or name
        for name, journey in of.scenario.journeys.items()
        if any(stop.agency == agency for stop in of.scenario.stops_of(name))
        and of.newcomers.estimate("visits", "journey", name).value > 0
    ]


def _remedy(of: Alternative, one: Condition, lang: str) -> str:
    if one.estimate.value != one.estimate.value:
        return say("compare.remedy_nobody", lang)
    needed = one.replications_needed
    if needed is None:
        return say("compare.remedy_near", lang)
    return say("compare.remedy_more", lang, n=needed, seed=of.base.run.seed + 1)


def people(of: Alternative, lang: str) -> Iterator[str]:
    """Say what becomes of the citizens who come in both, and of the newcomers."""
    said = {one.kind for one in of.conditions}
    for key, name in (("fulfilled", "fulfilled"), (AT_COUNTERS, "called_in_time")):
        if key == "fulfilled" and "present_citizens_lose_at_most" in said:
            continue  # it stands there with the same figures
        change = difference(of, key)
        if change.n:
            same = change.value == change.low == change.high == 0
            text = f"compare.{name}_{'same' if same else 'change'}"
            yield say(text, lang, **_change(of, key, lang))
    new = of.newcomers.estimate("visits")
    if new.value > 0:
        values = {key: _of_100(of.newcomers, key, lang) for key in MEASURES}
        called = values.pop(AT_COUNTERS)
        text = say("compare.newcomers", lang, visits=locale.people(new.value, lang), **values)
        if called != locale.ABSENT:
            text += " " + say("compare.newcomers_called", lang, called_in_time=called)
        yield text
    else:
        yield say("compare.no_newcomers", lang)


def estimate(results: Results, measure: str, confidence: float = 0.95) -> Estimate:
    """Return a measure of the mall, or of its tickets at counters."""
    if measure == AT_COUNTERS:
        return ratio_interval(*results.at_counters("called_in_time"), confidence, share=True)
    return results.estimate(measure, confidence=confidence)


def difference(of: Alternative, measure: str) -> PairedDifference:
    """Return what changes for the citizens of both, at the confidence of the decision."""
    if measure == AT_COUNTERS:
        return of.difference_at_counters(of.confidence)
    return of.difference(measure, confidence=of.confidence)


def _change(of: Alternative, measure: str, lang: str) -> dict[str, str]:
    change = difference(of, measure)
    return {
        "before": _of_100(of.present_before, measure, lang),
        "after": _of_100(of.present, measure, lang),
        "low": locale.signed(100 * change.low, lang),
        "high": locale.signed(100 * change.high, lang),
    }


def _of_100(results: Results, measure: str, lang: str) -> str:
    return of_100(estimate(results, measure).value, lang)


def of_100(share: float, lang: str) -> str:
    """Write a share as so many of 100, with one decimal: rules speak of differences of 1 or 2."""
    return locale.number(100 * share, lang, 1)


def plain(found: Comparison, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the comparison as plain data for comparison.json."""
    return {
        "base": provenance(found.base, command),
        "input_uncertainty": found.base.spread is not None,
        "alternatives": [_plain(of) for of in found.alternatives],
        "best": None if found.best is None else {"delta": found.delta, **asdict(found.best)},
    }


def _plain(of: Alternative) -> dict[str, Any]:
    return {
        "name": of.scenario.name,
        "verdict": of.verdict,
        "verdict_as_assumed": of.as_assumed,
        "break_evens": break_even.plain(of),
        "identical": of.identical,
        "repair": None if of.repair is None else _plain(of.repair),
        "conditions": [
            {**asdict(c), "blamed": c.blamed, "replications_needed": c.replications_needed}
            for c in of.conditions
        ],
        "present": {
            key: {
                "before": asdict(estimate(of.present_before, key)),
                "after": asdict(estimate(of.present, key)),
                "difference": asdict(difference(of, key)),
            }
            for key in MEASURES
        },
        "newcomers": {key: asdict(estimate(of.newcomers, key)) for key in MEASURES},
        "scenario": provenance(of.results)["scenario"],
    }
