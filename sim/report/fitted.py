"""What a fit says: the ledger, how well each part is known, and what is left to ask."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.fitting.doubts import Doubt
from sim.fitting.doubts import doubts as doubts_of
from sim.fitting.draft import Draft
from sim.fitting.fit import Fitted
from sim.fitting.grades import Part, parts
from sim.fitting.ledger import PARTS
from sim.fitting.rules import told
from sim.fitting.validation import Validation
from sim.report import (
    fitted_bookings,
    fitted_dates,
    fitted_effects,
    fitted_hours,
    locale,
    validated,
)
from sim.report.path_text import BETWEEN
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.words import say

FACTORS = ("month", "after", "apart")
"""Parts that are so many times an ordinary day."""
SHARES = ("booked", "no_show", "cancelled")
BOOKED = (*SHARES, "early", "early_sd")
"""Parts of bookings: shares, and minutes around the booked time."""


def described(
    found: Fitted, draft: Draft, lang: str, checked: Validation | None = None
) -> str:  # fmt: skip
    """Return what a fit says as plain text, the answer first."""
    said = [
        *doubts(found, lang),
        answer(draft, checked, lang),
        *(f"  {path}: {text}" for path, text in draft.gaps.items()),
    ]
    said += ["", *_lines(found, lang)]
    return "\n".join(said + ([] if checked is None else list(validated.lines(checked, lang))))


def doubts(found: Fitted, lang: str) -> list[str]:
    """Ask what may have been read wrongly."""
    return [_doubt(one, found, lang) for one in doubts_of(found)]


def _doubt(one: Doubt, found: Fitted, lang: str) -> str:
    first, last = (locale.weekday(day, lang) for day in found.period)
    return say(
        f"fit.doubt.{one.key}", lang, columns=locale.join(one.columns, lang), first=first,
        last=last, days=locale.number(found.arrivals.days, lang), sundays=one.sundays,
        lost=locale.number(one.rows, lang), rows=locale.number(len(found.tickets), lang),
    )  # fmt: skip


def answer(draft: Draft, checked: Validation | None, lang: str) -> str:
    """Say whether the scenario can be used, and what it still lacks."""
    known = "" if checked is None else validated.summary(checked, lang)
    first = gaps_line(draft, lang) if draft.gaps or not known else ""
    return " ".join(filter(None, (first, known, promises_line(draft, lang))))


def _lines(found: Fitted, lang: str) -> Iterator[str]:
    yield head(found, lang)
    for part in PARTS:
        yield "  " + ledger_line(found, part, lang)
    yield from ("  " + note for note in notes(found, lang))
    for part_ in parts(found):
        yield "  " + part_line(part_, found, lang)
    yield from (f"  {sentence}" for sentence in fitted_hours.sentences(found, lang))
    yield from (f"  {sentence}" for sentence in tests(found, lang))
    yield from (f"  {sentence}" for sentence in fitted_effects.sentences(found, lang))
    yield from (f"  {sentence}" for sentence in fitted_dates.sentences(found, lang))
    yield from (f"  {sentence}" for sentence in fitted_bookings.sentences(found, lang))


def head(found: Fitted, lang: str) -> str:
    """Say how much was read and of which days."""
    first, last = (locale.weekday(day, lang) for day in found.period)
    return say(
        "fit.head", lang, rows=locale.number(len(found.tickets), lang),
        used=locale.number(len(found.history.row), lang), first=first, last=last,
        days=locale.number(found.arrivals.days, lang),
    )  # fmt: skip


def ledger_line(found: Fitted, part: str, lang: str) -> str:
    """Say of one account how many rows are used and why the others are not; they add up."""
    counts = found.ledger.counts(part)
    used = counts.pop("used")
    reasons = "; ".join(
        f"{say(f'fit.reason.{reason}', lang)} {locale.number(n, lang)}"
        for reason, n in counts.items()
    )
    name = say(f"fit.part.{part}", lang)
    return say(
        "fit.ledger", lang, part=name, used=locale.number(used, lang),
        aside=locale.number(sum(counts.values()), lang), reasons=f" ({reasons})" if reasons else "",
    )  # fmt: skip


def notes(found: Fitted, lang: str) -> Iterator[str]:
    """Yield what has to be known of the log as a whole."""
    for key, n in found.ledger.notes:
        yield say(f"fit.note.{key}", lang, n=n)
    step = max(found.step, found.snapshots)
    if step >= q.MINUTE:
        key = "snapshots" if found.snapshots else "step"
        yield say(f"fit.note.{key}", lang, step=locale.duration(step, lang))
    if found.arrivals.whole < found.arrivals.days:
        yield say("fit.note.whole", lang, whole=found.arrivals.whole, days=found.arrivals.days)
    if found.tickets.guessed:
        yield say("fit.note.day_first", lang)
    if not found.history.joined:
        yield say("fit.note.no_visits", lang)
    if found.routes.cut:
        yield say("fit.note.cut", lang, n=found.routes.cut)


def tests(found: Fitted, lang: str) -> Iterator[str]:
    """Yield what the tests of the arrivals found."""
    a = found.arrivals
    if not math.isnan(a.within_p):
        refuted = a.within_p < 0.01 and a.within > 1.2
        key, ratio = "clumped" if refuted else "poisson", locale.number(a.within, lang, 2)
        yield say(f"fit.test.{key}", lang, ratio=ratio, p=locale.chance(a.within_p, lang))
    if not math.isnan(a.between_p):
        key = "days_differ" if a.between_p < 0.05 else "days_alike"
        yield say(f"fit.test.{key}", lang, p=locale.chance(a.between_p, lang))
    if found.arrivals.days < 40:
        yield say("fit.test.few_days", lang, days=found.arrivals.days)


def part_line(part: Part, found: Fitted, lang: str) -> str:
    """Say of a part how well it is known."""
    return say(
        "fit.row", lang, kind=say(f"fit.kind.{part.kind}", lang),
        name=f" {part_name(part, found, lang)}".rstrip(), value=figure(part, lang),
        grade=say(f"fit.grade.{part.grade}", lang), why=why(part, lang),
    )  # fmt: skip


def part_name(part: Part, found: Fitted, lang: str) -> str:
    """Return what people call a journey, a service, an agency, a month or a day."""
    history, routes = found.history, found.routes
    if part.kind == "month":
        return fitted_dates.month_title(part.name, lang)
    if part.kind == "apart":
        return locale.weekday(part.name, lang)
    if part.kind in ("arrivals", *BOOKED):
        return " → ".join(history.title(s) for s in routes.stops[routes.keys.index(part.name)])
    if part.kind == "counters":
        return history.agency_title(history.agencies.index(part.name))
    return {history.full_name(s): service_name(s, found)
            for s in range(len(history.services))}.get(part.name, part.name)  # fmt: skip


def service_name(service: int, found: Fitted) -> str:
    """Return what people call a service, with its agency."""
    history = found.history
    agency = history.agency_title(int(history.agency_of[service]))
    return f"{agency}{BETWEEN}{history.title(service)}"


def figure(part: Part, lang: str) -> str:
    """Return the figure of a part with its interval, or without where none is known."""
    if part.value is None:
        return _bare(part, lang)
    if part.kind == "early":
        return _early(part.value, lang)
    scale, unit = (100, " %") if part.kind in ("day_to_day", *SHARES) else (1, "")
    if part.kind in ("service", "early_sd", *FACTORS):
        unit = " " + say("fit.times" if part.kind in FACTORS else "fit.minutes", lang)
    value, low, high = (
        locale.number(scale * v, lang, 2 if part.kind in FACTORS else 1)
        for v in (part.value.value, part.value.low, part.value.high)
    )
    return f"{value}{unit} ({low}–{high})"


def _early(of: Estimate, lang: str) -> str:
    """Say by how much people come before or after the time that they booked."""
    if of.low <= 0 <= of.high:
        key, ends = "around", (-of.low, of.high)
    else:
        key = "before" if of.high < 0 else "after"
        ends = (min(abs(of.low), abs(of.high)), max(abs(of.low), abs(of.high)))
    value, low, high = (locale.number(v, lang, 1) for v in (abs(of.value), *ends))
    return say(f"fit.early.{key}", lang, value=value, low=low, high=high)


def _bare(part: Part, lang: str) -> str:
    if not part.bare:
        return locale.ABSENT
    if part.kind == "patience":
        return say("fit.bare.patience", lang, mean=locale.number(part.bare[0], lang))
    low, high = (locale.number(n, lang) for n in part.bare)
    return say("fit.bare.counters" if low != high else "fit.bare.counters_same", lang, low=low,
               high=high)  # fmt: skip


def why(part: Part, lang: str) -> str:
    """Say what a part rests on."""
    return say(f"fit.why.{part.why}", lang, n=locale.number(part.n, lang))


def gaps_line(draft: Draft, lang: str) -> str:
    """Say how many questions are open."""
    return say("fit.draft.gaps" if draft.gaps else "fit.draft.whole", lang, n=len(draft.gaps))


def promises_line(draft: Draft, lang: str) -> str:
    """Say what a log never says, "" where the scenario that lends its figures does."""
    agencies = draft.parts["agencies"].values()
    promised = any("promise" in of or "promise" in str(of.get("services")) for of in agencies)
    return "" if promised else say("fit.draft.promises", lang)


def plain(
    found: Fitted, draft: Draft, command: Sequence[str] = (), checked: Validation | None = None
) -> dict[str, Any]:
    """Return all that a fit found as plain data for fit.json."""
    arrivals = found.arrivals
    return {
        "command": list(command),
        "files": list(found.tickets.files),
        "columns": dict(found.tickets.columns),
        "unused_columns": list(found.tickets.unused),
        "asked_of_reading": [one.key for one in doubts_of(found)],
        "rules": told(found.ledger.rules),
        "period": list(found.period),
        "rows": len(found.tickets),
        "ledger": {part: found.ledger.counts(part) for part in PARTS},
        "step_seconds": found.step / q.SECOND,
        "snapshots_seconds": found.snapshots / q.SECOND,
        "parts": [{**asdict(part), "value": _estimate(part.value)} for part in parts(found)],
        "arrivals": {
            "slots": [q.clock(int(slot)) for slot in arrivals.slots],
            "profile": [_estimate(one) for one in arrivals.profile],
            "weekday": {day: _estimate(one) for day, one in arrivals.weekday.items()},
            "dates": fitted_dates.plain(arrivals.year),
            "bookings": fitted_bookings.plain(found),
            "between_days_p": arrivals.between_p,
            "within_days_p": arrivals.within_p,
            "within_days_variance_ratio": arrivals.within,
        },
        "services": {found.history.full_name(s): _service(one)
                     for s, one in enumerate(found.services)},
        "effects": fitted_effects.plain(found),
        "questions": draft.gaps,
        "validation": None if checked is None else validated.plain(checked),
    }  # fmt: skip


def _estimate(one: Estimate | None) -> dict[str, Any] | None:
    return None if one is None else asdict(one)


def _service(one: Any) -> dict[str, Any]:
    fits = [
        {"family": fit.law.family, "mean": fit.law.mean, "sd": fit.law.sd, "aic": fit.aic}
        for fit in one.fits
    ]
    goodness = None if one.goodness is None else asdict(one.goodness)
    return {"n": one.n, "basis": one.basis, "fits": fits, "goodness": goodness,
            "empirical": bool(one.values)}  # fmt: skip
