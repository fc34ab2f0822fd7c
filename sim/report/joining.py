"""What a plan of joins says: who may join alone, with whom, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiments.joining import Combination, JoinPlan
from sim.report import locale
from sim.report.break_even import break_evens, until
from sim.report.comparison import plain as plain_comparison
from sim.report.comparison import reasons, repair_of
from sim.words import say

MOST_LINES = 6
"""Of the break-evens of a step, those that turn its verdict most easily come first."""


def described(found: JoinPlan, lang: str) -> str:
    """Return a plan of joins as plain text: the order first, then every combination."""
    return "\n".join(_lines(found, lang))


def _lines(found: JoinPlan, lang: str) -> Iterator[str]:
    order, *combinations = verdicts(found, lang)
    yield order
    yield from ("  " + line for line in combinations)
    for number, step in enumerate(found.steps):
        yield from _step(found, number, step, lang)
    head = {"base": found.comparison.base.scenario.name, "n": found.comparison.base.replications}
    yield say("study.joining.method", lang, **head)


def _step(found: JoinPlan, number: int, step: Combination, lang: str) -> Iterator[str]:
    """Say up to where the verdict holds once a newcomer has joined after those before."""
    name, before = found.order[number], found.order[:number]
    values = {"n": number + 1, "name": name, "before": locale.join(before, lang)}
    yield say(f"study.joining.step_{'next' if before else 'first'}", lang, **values)
    yield from ("    " + line for line in list(break_evens(step.alternative, lang))[:MOST_LINES])


def verdicts(found: JoinPlan, lang: str) -> list[str]:
    """Return the order in which they may join, then the verdict on each combination."""
    return [_order(found, lang), *(combination(one, lang) for one in found.combinations)]


def _order(found: JoinPlan, lang: str) -> str:
    if not found.order:
        return say("study.joining.nobody", lang)
    key = "all" if len(found.order) == len(found.newcomers) else "some"
    order = " → ".join(found.order)
    left = [name for name in found.newcomers if name not in found.order]
    said = say(f"study.joining.{key}", lang, order=order, left=locale.join(left, lang))
    if any(step.alternative.as_assumed == "may_join_if" for step in found.steps):
        said += " " + say("study.joining.on_conditions", lang)
    if any(step.alternative.until for step in found.steps):
        said += " " + say("study.joining.as_assumed", lang)
    return said


def combination(one: Combination, lang: str) -> str:
    """Say the verdict on a combination, and what decides it."""
    of = one.alternative
    values = {"reasons": reasons(of, lang), "repair": repair_of(of, lang)}
    verdict = say(f"study.joining.{of.as_assumed}", lang, **values)
    if of.until:
        verdict = say("study.joining.until", lang, figures=until(of, lang), verdict=verdict)
    return f"{' + '.join(one.who)}: {verdict}"


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
