"""What a plan of joins says: who may join alone, with whom, and in which order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.experiments.break_even import REPLICATIONS
from sim.experiments.joining import Combination, JoinPlan
from sim.report import locale
from sim.report.break_even import break_evens, of_the_mall, until
from sim.report.comparison import assumed, reasons, repair_of
from sim.report.comparison import plain as plain_comparison
from sim.report.inputs import statement
from sim.report.titles import titles
from sim.words import say

MOST_LINES = 6
"""Of the break-evens of a step, those that turn its verdict most easily come first."""


def described(found: JoinPlan, lang: str) -> str:
    """Return a plan of joins as plain text: the order first, then every combination."""
    return "\n".join(_lines(found, lang))


def _lines(found: JoinPlan, lang: str) -> Iterator[str]:
    yield from _order(found, lang)
    yield from ("  " + line for line in _combinations(found, lang))
    for number, step in enumerate(found.steps):
        yield from _step(found, number, step, lang)
    base = found.comparison.base
    if any(step.alternative.break_evens for step in found.steps):
        yield say("compare.break_even.method", lang, n=REPLICATIONS)
    yield assumed(found.combinations[-1].alternative, lang)
    yield statement(base, lang, compared=True)
    yield say("study.joining.method", lang, base=base.scenario.name, n=base.replications)


def _step(found: JoinPlan, number: int, step: Combination, lang: str) -> Iterator[str]:
    """Say up to where the verdict holds once a newcomer has joined after those before."""
    named = names(found)
    name, *before = (named[key] for key in (found.order[number], *found.order[:number]))
    values = {"n": number + 1, "name": name, "before": locale.join(before, lang)}
    yield say(f"study.joining.step_{'next' if before else 'first'}", lang, **values)
    of = step.alternative
    if of.carried_out is not of:
        yield "    " + say("sheet.repair_holds", lang, repair=repair_of(of, lang))
    yield from ("    " + line for line in list(break_evens(of, lang))[:MOST_LINES])


def verdicts(found: JoinPlan, lang: str) -> list[str]:
    """Return the order in which they may join, then the verdict on each combination."""
    return [*_order(found, lang), *_combinations(found, lang)]


def _combinations(found: JoinPlan, lang: str) -> Iterator[str]:
    named = names(found)
    looked = any(one.alternative.break_evens for one in found.combinations)
    for one in found.combinations:
        said = combination(one, named, lang)
        joins = one.alternative.carried_out.as_planned == "may_join"
        if looked and joins and not one.alternative.break_evens:
            said += " " + say("study.joining.not_looked", lang)
        yield said


def names(found: JoinPlan) -> dict[str, str]:
    """Return what each newcomer is called: the agencies that it brings, or else its file."""
    today = found.comparison.base.scenario.agencies
    alone = {one.who[0]: one.alternative.scenario for one in found.combinations if not one.who[1:]}
    new = {
        key: [title for name, title in titles(plan).items()
              if name in plan.agencies and name not in today]
        for key, plan in alone.items()
    }  # fmt: skip
    return {key: " & ".join(new[key]) or key for key in found.newcomers}


def _order(found: JoinPlan, lang: str) -> Iterator[str]:
    """Say who may join, in which order, why in this one, and on what that depends."""
    if not found.order:
        yield say("study.joining.nobody", lang)
        return
    key = "all" if len(found.order) == len(found.newcomers) else "some"
    named = names(found)
    order = " → ".join(named[key] for key in found.order)
    left = [named[key] for key in found.newcomers if key not in found.order]
    open_still = any(s.alternative.until or s.alternative.until_known for s in found.steps)
    said = say(f"study.joining.{key}", lang, order=order, left=locale.join(left, lang))
    yield say("study.joining.not_yet", lang, then=said) if open_still else said
    if any(step.alternative.as_assumed == "may_join_if" for step in found.steps):
        yield say("study.joining.on_conditions", lang)
    yield from _why_this(found, lang)


def _why_this(found: JoinPlan, lang: str) -> Iterator[str]:
    """Say how many orders would do as well; nothing of a single step."""
    if len(found.order) > 1:
        every = math.perm(len(found.newcomers), len(found.order))
        which = "any" if len(found.orders) == every else "given" if found.orders[1:] else "only"
        yield say(f"study.joining.order_{which}", lang, n=len(found.orders), all=every)


def combination(one: Combination, named: Mapping[str, str], lang: str) -> str:
    """Say the verdict on a combination, and what decides it; named : what newcomers are called."""
    of = one.alternative
    values = {"reasons": reasons(of, lang), "repair": repair_of(of, lang)}
    verdict = say(f"compare.verdict_{of.as_assumed}", lang, **values)
    if of.until:
        then = say("compare.verdict_then", lang, verdict=verdict)
        verdict = " ".join([say("compare.verdict_until", lang), *until(of, lang), then])
    if of.until_known:
        verdict += " " + say("compare.verdict_mall", lang, figures=of_the_mall(of, lang))
    who = " + ".join(named[key] for key in one.who)
    return say("compare.verdict", lang, name=who, verdict=verdict)


def plain(found: JoinPlan, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the plan as plain data for plan.json."""
    return {
        "newcomers": list(found.newcomers),
        "order": list(found.order),
        "combinations": [
            {"who": list(one.who), "verdict": one.alternative.verdict,
             "deciding": [c.name or c.kind for c in one.alternative.deciding]}
            for one in found.combinations
        ],
        "comparison": plain_comparison(found.comparison, command),
    }  # fmt: skip
