"""What a fit says of bookings: who books, who comes when, who does not come, at which times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sim.fitting.bookings import FEWEST, Booked
from sim.fitting.fit import Fitted
from sim.report import locale
from sim.scenario import quantities as q
from sim.words import say

OTHER_TIMES = 0.1
"""With a larger share of the bookings at other times than the scenario's, the page warns."""
FULL = 0.05
"""Likewise with a larger share of the days on which every seat is taken."""


def sentences(found: Fitted, lang: str) -> Iterator[str]:
    """Yield what the log says of bookings, nothing where it has no booked times."""
    if "booked" not in found.tickets.has:
        return
    if not found.bookings:
        yield say("fit.bookings.few", lang, fewest=FEWEST)
    elif any(of.share.value < 1 for of in found.bookings.values()):
        yield say("fit.bookings.course", lang)
    for key, of in found.bookings.items():
        stops = found.routes.stops[found.routes.keys.index(key)]
        name = " → ".join(found.history.title(s) for s in stops)
        yield from _of_journey(of, name, lang)
        if of.full > FULL * found.arrivals.days:
            yield say("fit.bookings.full", lang, name=name, full=of.full, days=found.arrivals.days)


def _of_journey(of: Booked, name: str, lang: str) -> Iterator[str]:
    spans = [locale.hours(q.clock(begin), q.clock(end), lang) for begin, end in of.spans]
    yield say("fit.bookings.slots", lang, name=name, every=locale.duration(of.every, lang),
              seats=of.seats, hours=locale.join(spans, lang))  # fmt: skip
    if of.filled > OTHER_TIMES:
        yield say("fit.bookings.other_times", lang, name=name, share=round(100 * of.filled))
    if of.no_show is None:
        yield say("fit.bookings.only_who_came", lang, name=name)
    key = {True: "called_early", False: "not_called_early", None: "early_unknown"}[of.call_early]
    yield say(f"fit.bookings.{key}", lang, name=name)
    if not of.normal:
        yield say("fit.bookings.not_normal", lang, name=name)


def plain(found: Fitted) -> dict[str, Any]:
    """Return what was found of bookings as plain data, by journey."""
    return {key: _plain(of) for key, of in found.bookings.items()}


def _plain(of: Booked) -> dict[str, Any]:
    estimates = {
        name: None if one is None else asdict(one)
        for name, one in (("share", of.share), ("no_show", of.no_show), ("sd", of.sd),
                          ("cancelled", of.cancelled), ("mean", of.mean))
    }  # fmt: skip
    spans = [q.interval(span) for span in of.spans]
    return {**estimates, "n": of.n, "normal": of.normal, "every_minutes": of.every / q.MINUTE,
            "seats": of.seats, "hours": spans, "at_other_times": of.filled,
            "days_full": of.full, "call_early": of.call_early}  # fmt: skip
