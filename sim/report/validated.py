"""What the days say that were held out of a fit, agency by agency."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sim.fitting.validation import MARGIN, MARGIN_SHARE, TRIALS, Checked, Validation
from sim.report import locale
from sim.statistics.intervals import Estimate
from sim.words import say

COLOURS = {
    "usable": "kept", "with_care": "cannot_tell", "not_usable": "broken", "unchecked": "absent",
}  # fmt: skip
MARKS = {"usable": "✓", "with_care": "≈", "not_usable": "✗", "unchecked": "–"}


def lines(found: Validation, lang: str) -> Iterator[str]:
    """Yield what is said of the days held out as plain text."""
    yield from notes(found, lang)
    for one in found.agencies:
        yield "  " + say(
            "validated.line", lang, agency=one.agency, wait=locale.minutes(one.wait, lang),
            again=change(one.again, lang), drawn=change(one.drawn, lang), use=use(one, lang),
            why=why(one, lang),
        )  # fmt: skip


def notes(found: Validation, lang: str) -> Iterator[str]:
    """Yield how the days were held out, or why none were."""
    if found.skipped:
        yield say(f"validated.skipped.{found.skipped}", lang)
        return
    first, last = (locale.weekday(day, lang) for day in found.period)
    yield say(
        "validated.method", lang, fitted=found.fitted, days=found.days, trials=TRIALS,
        first=first, last=last,
    )  # fmt: skip
    yield say(
        "validated.margin", lang, margin=locale.number(MARGIN, lang),
        share=locale.percent(MARGIN_SHARE, lang),
    )  # fmt: skip
    yield say("validated.inputs", lang)
    if not math.isnan(found.demand):
        yield say("validated.months", lang, ratio=locale.number(found.demand, lang, 2))
    if found.missing:
        yield say("validated.missing", lang, n=locale.number(found.missing, lang))
    if not found.agencies:
        yield say("validated.no_agency", lang)


def summary(found: Validation, lang: str) -> str:
    """Say in one line at which agencies the scenario may be used, "" where nothing is known."""
    if not found.agencies:
        return ""
    named = {key: [one.agency for one in found.agencies if one.use == key] for key in COLOURS}
    uses = "; ".join(
        f"{say(f'validated.use.{key}', lang)}: {locale.join(names, lang)}"
        for key, names in named.items()
        if names
    )
    return say("validated.summary", lang, days=found.days, uses=uses[:1].upper() + uses[1:])


def change(one: Estimate, lang: str) -> str:
    """Return a difference in minutes with its sign and interval."""
    if math.isnan(one.value):
        return locale.ABSENT
    value, low, high = (locale.signed(v, lang) for v in (one.value, one.low, one.high))
    return f"{value} ({low} … {high})"


def use(one: Checked, lang: str) -> str:
    """Say what the scenario may be used for, as far as an agency goes."""
    return say(f"validated.use.{one.use}", lang)


def why(one: Checked, lang: str) -> str:
    """Say why."""
    return say(f"validated.why.{one.why}", lang, n=locale.number(one.n, lang))


def rows(found: Validation, lang: str) -> list[dict[str, str]]:
    """Return a row of the page for each agency."""
    return [_row(one, lang) for one in found.agencies]


def _row(one: Checked, lang: str) -> dict[str, str]:
    inside, points = one.waits.inside()
    more = locale.ABSENT
    if not math.isnan(one.throughput):
        sign = "+" if one.throughput > 0 else "−" if one.throughput < 0 else ""
        more = sign + locale.percent(abs(one.throughput), lang)
    return {
        "agency": one.agency, "colour": COLOURS[one.use], "why": why(one, lang),
        "use": f"{MARKS[one.use]} {use(one, lang)}",
        "wait": f"{locale.number(one.wait, lang, 1) if one.n else locale.ABSENT} "
        f"(±{locale.number(one.margin, lang, 1)})",
        "again": change(one.again, lang), "drawn": change(one.drawn, lang),
        "served": f"{locale.number(one.served, lang)} ({more})",
        "inside": f"{inside} / {points}",
    }  # fmt: skip


def plain(found: Validation) -> dict[str, Any]:
    """Return all of it as plain data for fit.json."""
    agencies = []
    for one in found.agencies:
        data = asdict(one)
        for band in ("waits", "line", "spread"):
            data[band] = {key: values.tolist() for key, values in data[band].items()}
        agencies.append(data | {"use": one.use, "why": one.why})
    return {
        "skipped": found.skipped, "days_held_out": found.days, "days_fitted": found.fitted,
        "period": list(found.period), "visits_not_played": found.missing,
        "demand_of_days_held_out": None if math.isnan(found.demand) else found.demand,
        "agencies": agencies,
    }  # fmt: skip
