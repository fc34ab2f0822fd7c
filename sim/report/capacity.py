"""What a capacity says: which promise breaks first, and how much demand each one bears."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.capacity import Capacity, Crossing, Curve
from sim.report import locale
from sim.report.inputs import measure_next, statement
from sim.report.provenance import origin
from sim.report.titles import titles
from sim.words import say


def described(found: Capacity, lang: str) -> str:
    """Return the capacity as plain text, the first promise to break first."""
    rough = say("study.capacity.rough", lang, n=found.replications)
    lines = [answer(found, lang), rough, _head(found, lang)]
    lines += ["  " + sentence(found, curve, lang) for curve in found.curves]
    lines += ["  " + text for text in _inputs(found, lang)]
    levels = len(found.curves[0].factors)
    return "\n".join([*lines, say("study.capacity.method", lang, n=found.replications,
                                  levels=levels)])  # fmt: skip


def _inputs(found: Capacity, lang: str) -> Iterator[str]:
    """Yield whether input uncertainty is included and, if so, what it does to each interval."""
    if found.nearest is None:
        yield say("inputs.not_included_capacity", lang)
        return
    yield statement(found.nearest, lang)
    for both, bare in zip(found.curves, found.bare, strict=True):
        if both.crossing.state in ("crosses", "several"):
            yield say(
                "study.capacity.of_which", lang, agency=titles(found.scenario)[both.agency],
                both=_range(both.crossing, lang), runs=_range(bare.crossing, lang),
            )  # fmt: skip
    yield measure_next(found.nearest, lang)


def _range(at: Crossing, lang: str) -> str:
    return f"{locale.short(at.low, lang, 2)}–{locale.short(at.high, lang, 2)}"


def answer(found: Capacity, lang: str) -> str:
    """Say which promise breaks first, and where."""
    names = titles(found.scenario)
    ends = found.curves[0].factors
    broken = [names[c.agency] for c in found.curves if c.crossing.state == "always"]
    if broken:
        level, listed = locale.short(ends[0], lang, 2), locale.join(broken, lang)
        return say("study.capacity.first_broken", lang, level=level, agencies=listed)
    first = found.curves[0]
    if first.crossing.state == "never":
        low, high = (locale.short(x, lang, 2) for x in (ends[0], ends[-1]))
        return say("study.capacity.first_none", lang, low=low, high=high)
    today = [c for c in found.curves if c.crossing.state != "never" and c.crossing.high < 1]
    if today:
        listed = locale.join([names[c.agency] for c in today], lang)
        most = max(c.crossing.factor for c in today)
        said = say(
            "study.capacity.first_today", lang, agencies=listed,
            level=locale.short(most, lang, 2), visits=locale.people(most * found.per_day, lang),
        )  # fmt: skip
        unsure = [c for c in found.curves if c.crossing.state == "crosses" and c not in today]
        named = [names[c.agency] for c in unsure if c.crossing.low <= 1]
        if named:
            said += " " + say("study.capacity.first_unsure", lang,
                              agencies=locale.join(named, lang))  # fmt: skip
        return said
    level = locale.short(first.crossing.factor, lang, 2)
    return say("study.capacity.first", lang, level=level, agency=names[first.agency])


def _head(found: Capacity, lang: str) -> str:
    per_day = locale.people(found.per_day, lang)
    if found.of == "all":
        return say("study.capacity.head_all", lang, per_day=per_day)
    return say("study.capacity.head", lang, of=found.of, per_day=per_day)


def sentence(found: Capacity, curve: Curve, lang: str) -> str:
    """Say how much demand one agency's promise bears."""
    at = curve.crossing
    key: str = at.state
    if at.state == "never" and at.low < curve.factors[-1]:
        key = "never_unsure"
    low = curve.factors[0] if at.state == "always" else at.low
    said = say(
        f"study.capacity.{key}", lang,
        agency=titles(found.scenario)[curve.agency],
        level=locale.short(at.factor, lang, 2),
        low=locale.short(low, lang, 2),
        high=locale.short(at.high, lang, 2),
        between=_between(curve, lang),
        visits=locale.people(at.factor * found.per_day, lang) if at.factor == at.factor else "",
    )  # fmt: skip
    if at.state != "crosses" or at.low > 1:
        return said
    return f"{said} {say('study.capacity.today_' + ('broken' if at.high < 1 else 'unsure'), lang)}"


def _between(curve: Curve, lang: str) -> str:
    """Say the interval; an end of it that is also an end of what was tried may lie farther off."""
    at = curve.crossing
    low, high = (locale.short(x, lang, 2) for x in (at.low, at.high))
    if at.low <= curve.factors[0]:
        low = say("study.capacity.or_less", lang, level=low)
    if at.high >= curve.factors[-1]:
        high = say("study.capacity.or_more", lang, level=high)
    return say("study.capacity.between", lang, low=low, high=high)


def plain(found: Capacity, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the capacity as plain data for capacity.json."""
    return {
        "origin": origin(found.scenario, command),
        "of": found.of,
        "per_day": found.per_day,
        "input_uncertainty": found.nearest is not None,
        "agencies": [
            {
                "agency": curve.agency,
                **{k: v for k, v in asdict(curve.crossing).items() if not _absent(v)},
                "levels": [
                    {"factor": factor, "called_in_time": asdict(share), "margin": margin,
                     "margin_low": low, "margin_high": high}
                    for factor, share, margin, low, high in zip(
                        curve.factors.tolist(), curve.share, curve.margin.tolist(),
                        curve.low.tolist(), curve.high.tolist(), strict=True,
                    )
                ],
            }
            for curve in found.curves
        ],
    }  # fmt: skip


def _absent(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
