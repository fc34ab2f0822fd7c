"""What a log makes of the hours: open, breaks, doors, last ticket; the mall knows them better."""

from __future__ import annotations

from collections.abc import Iterator

from sim.fitting.fit import Fitted
from sim.fitting.opening import Hours
from sim.report import locale
from sim.scenario import quantities as q
from sim.words import say


def sentences(found: Fitted, lang: str) -> Iterator[str]:
    """Yield the hours of each kind of day, and what to ask the mall of them."""
    opening = found.opening
    yield say("fit.hours.by_calls" if opening.called else "fit.hours.by_tickets", lang)
    for hours, days in _alike(opening.hours).items():
        yield _of_days(hours, locale.weekdays(days, lang), opening.called, lang)
    yield say("fit.hours.ask", lang)


def _alike(hours: dict[str, Hours]) -> dict[Hours, list[str]]:
    """Return the weekdays that have the same hours."""
    found: dict[Hours, list[str]] = {}
    for day, of in hours.items():
        found.setdefault(of, []).append(day)
    return found


def _of_days(of: Hours, days: str, called: bool, lang: str) -> str:
    if of.pause is not None:
        pause = say("fit.hours.pause", lang, hours=_span(of.pause, lang))
    else:
        pause = say("fit.hours.no_pause" if called else "fit.hours.unknown_pause", lang)
    return say(
        "fit.hours.of", lang, days=days, hours=_span((of.opens, of.closes), lang), pause=pause,
        doors=locale.clock(of.doors, lang), last=locale.clock(of.last_ticket, lang),
    )  # fmt: skip


def _span(span: tuple[int, int], lang: str) -> str:
    return locale.hours(q.clock(span[0]), q.clock(span[1]), lang)
