"""How well each part of a fitted scenario is known: `good`, `fair`, `weak` or `unknown`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.fitting.fit import Fitted
from sim.fitting.times import as_date
from sim.statistics.intervals import Estimate

Grade = Literal["good", "fair", "weak", "unknown"]
GOOD, FAIR = 0.05, 0.15
"""Half the width of a 95 % interval, over the value."""


@dataclass(frozen=True)
class Part:
    """One part of the scenario.

    kind : `arrivals`, `service`, `counters`, `patience`, `day_to_day`, or of dates `month`,
        `after`, `apart`, or of bookings `booked`, `no_show`, `cancelled`, `early`, `early_sd`;
        name : whose
    value : per day, minutes, or a share; None where it is no single number
    why : key of the sentence that says what it rests on; n : how many days, services or waits
    bare : figures without an interval: the fewest and the most counters of the usual day, or the
        mean patience in minutes
    """

    kind: str
    name: str
    value: Estimate | None
    n: int
    grade: Grade
    why: str
    bare: tuple[float, ...] = ()


def grade_of(value: Estimate | None) -> Grade:
    """Return the grade of an estimate by the width of its interval."""
    if value is None or not math.isfinite(value.half_width) or value.value <= 0:
        return "unknown"
    width = value.half_width / value.value
    return "good" if width <= GOOD else "fair" if width <= FAIR else "weak"


def parts(found: Fitted) -> Iterator[Part]:
    """Yield all parts, in the order of the scenario."""
    for key, per_day in found.arrivals.per_day.items():
        yield Part("arrivals", key, per_day, per_day.n, grade_of(per_day), "days")
    spread = found.arrivals.day_to_day
    days = found.arrivals.whole
    yield Part("day_to_day", "", spread, days, grade_of(spread), "days" if spread else "few_days")
    yield from _dates(found)
    yield from _bookings(found)
    for s, time in enumerate(found.services):
        name = found.history.full_name(s)
        grade = grade_of(time.mean)
        if time.basis in ("between_calls", "borrowed") and grade != "unknown":
            grade = "weak"
        yield Part("service", name, time.mean, time.n, grade, time.basis)
    for key, open_ in found.counters.items():
        grades: dict[str, Grade] = {"named": "good", "overlap": "weak", "unknown": "unknown"}
        open_now = [n for _, n in open_.table]
        usual = (min(open_now), max(open_now)) if open_now else ()
        yield Part("counters", key, None, days, grades[open_.source], open_.source, usual)
    patience = found.patience
    if patience is None or patience.fit is None:
        yield Part("patience", "", None, 0 if patience is None else patience.left, "unknown",
                   "nobody_left")  # fmt: skip
    else:
        few = patience.left < 100 or patience.missed > patience.left
        grade = "weak" if few else "fair"
        mean = (patience.fit.law.mean,)
        yield Part("patience", "", None, patience.left, grade, "left", mean)


def _dates(found: Fitted) -> Iterator[Part]:
    """Yield the factors of months and days, over those of an ordinary day."""
    year = found.arrivals.year
    for key, month in year.months.items():
        yield Part("month", key, month, month.n, grade_of(month), "days")
    if year.after is not None:
        yield Part("after", "", year.after, year.after.n, grade_of(year.after), "days")
    for day in year.standing:
        name = as_date(day.day).isoformat()
        yield Part("apart", name, day.factor, day.counted, grade_of(day.factor), "apart")


def _bookings(found: Fitted) -> Iterator[Part]:
    """Yield shares, and minutes before or after the booked time."""
    for key, of in found.bookings.items():
        yield Part("booked", key, of.share, of.share.n, grade_of(of.share), "days")
        for kind, share in (("no_show", of.no_show), ("cancelled", of.cancelled)):
            if share is not None:
                yield Part(kind, key, share, share.n, grade_of(share), "days")
        spread = grade_of(of.sd)
        yield Part("early", key, of.mean, of.mean.n, spread, "came_as_booked")
        yield Part("early_sd", key, of.sd, of.sd.n, spread, "came_as_booked")
