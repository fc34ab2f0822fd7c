"""What a comparison says: the verdict first, then why, then who is worse off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.compare import Alternative, Comparison, Condition
from sim.report import locale
from sim.report.provenance import provenance
from sim.report.titles import titles
from sim.words import say

MEASURES = ("fulfilled", "called_in_time", "left", "refused")


def described(found: Comparison, lang: str) -> str:
    """Return the comparison as plain text."""
    lines = [line for alternative in found.alternatives for line in _alternative(alternative, lang)]
    head = {"base": found.base.scenario.name, "n": found.base.replications}
    return "\n".join([*lines, say("compare.method", lang, **head)])


def _alternative(of: Alternative, lang: str) -> Iterator[str]:
    names = {"name": of.scenario.name, "base": of.base.scenario.name}
    yield say(f"compare.verdict_{of.verdict}", lang, **names)
    title_of = titles(of.scenario)
    for condition in of.conditions:
        yield "  " + _condition(condition, lang, title_of.get(condition.name, condition.name))
    yield from _present(of, lang)
    new = of.newcomers.estimate("visits")
    if new.value > 0:
        values = {key: _of_100(of.newcomers, key, lang) for key in MEASURES}
        yield say("compare.newcomers", lang, visits=locale.people(new.value, lang), **values)
    else:
        yield say("compare.no_newcomers", lang)


def _present(of: Alternative, lang: str) -> Iterator[str]:
    """Say what becomes of the citizens who come in both, before and after."""
    for key in ("fulfilled", "called_in_time"):
        change = of.difference(key)
        if change.n == 0:
            continue
        values = {
            "before": _of_100(of.present_before, key, lang),
            "after": _of_100(of.present, key, lang),
            "low": _signed(100 * change.low, lang),
            "high": _signed(100 * change.high, lang),
        }
        unchanged = change.value == change.low == change.high == 0
        yield say(f"compare.{key}_{'same' if unchanged else 'change'}", lang, **values)


def _condition(condition: Condition, lang: str, title: str) -> str:
    estimate = condition.estimate
    values = {
        "agency": title,
        "low": locale.number(100 * estimate.low, lang, 1),
        "high": locale.number(100 * estimate.high, lang, 1),
        "limit": locale.short(100 * condition.limit, lang),
        "state": say(f"compare.state_{condition.state}", lang),
    }
    if condition.kind == "present_citizens_lose_at_most":
        values["low"] = _signed(100 * estimate.low, lang)
        values["high"] = _signed(100 * estimate.high, lang)
    text = say(f"compare.{condition.kind}", lang, **values)
    if not condition.blamed:
        text += " " + say("compare.broken_before", lang)
    return text


def _of_100(results: Any, measure: str, lang: str) -> str:
    value = results.estimate(measure).value
    return locale.number(100 * value, lang, 0) if value == value else "–"


def _signed(value: float, lang: str) -> str:
    text = locale.number(abs(value), lang, 1)
    zero = text == locale.number(0, lang, 1)
    return text if zero else f"{'+' if value > 0 else '−'}{text}"


def plain(found: Comparison, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the comparison as plain data for comparison.json."""
    return {
        "base": provenance(found.base, command),
        "alternatives": [
            {
                "name": of.scenario.name,
                "verdict": of.verdict,
                "conditions": [{**asdict(c), "blamed": c.blamed} for c in of.conditions],
                "present": {
                    key: {
                        "before": asdict(of.present_before.estimate(key)),
                        "after": asdict(of.present.estimate(key)),
                        "difference": asdict(of.difference(key)),
                    }
                    for key in MEASURES
                },
                "newcomers": {key: asdict(of.newcomers.estimate(key)) for key in MEASURES},
                "scenario": provenance(of.results)["scenario"],
            }
            for of in found.alternatives
        ],
    }
