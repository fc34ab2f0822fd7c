"""The fitted mall on the dates of its log: months, Ramadan, closures and days that stand out.

The scenario itself is an average week. A second one extends it and opens on the log's dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from sim.fitting.draft import hours_of
from sim.fitting.fit import Fitted
from sim.fitting.national import in_ramadan
from sim.fitting.times import as_date
from sim.fitting.year import RAMADAN, RAMADAN_NAME, Apart, month_name, months_of
from sim.scenario.dates import Dates, Range, write_dates
from sim.scenario.demand_factors import MONTHS
from sim.scenario.weekdays import WEEKDAYS, write_weekdays
from sim.scenario.writing import Lines, yaml_text
from sim.statistics.intervals import Estimate
from sim.words import say

Data = dict[str, Any]
AFTER = "after-closure"


def dated(found: Fitted, lang: str, base: str) -> str:
    """Return the scenario of the log's dates as YAML text.

    base : name of the file that it extends, which lies beside it
    """
    return yaml_text(_Dated(found, lang).data(base))


class _Dated:
    """That scenario in the making."""

    def __init__(self, found: Fitted, lang: str) -> None:
        self.found, self.lang = found, lang
        self.year = found.arrivals.year
        self.sources: dict[str, str] = {}
        self.plausible: dict[str, str] = {}

    def data(self, base: str) -> Data:
        """Return the whole as plain data."""
        days = self.found.history.days
        weekdays = [day for day in WEEKDAYS if day in self.found.opening.hours]
        calendar: Data = {
            "days": f"{as_date(int(days[0]))} .. {as_date(int(days[-1]))}",
            "open": write_weekdays(weekdays),
        }
        if closed := self._closed(weekdays):
            calendar["holidays"] = Lines(closed)
        if seasons := dict(self._seasons()):
            calendar["seasons"] = seasons
        if self.year.standing:
            calendar["special"] = {
                as_date(one.day).isoformat(): {"demand": self._special(one)}
                for one in self.year.standing
            }
        self.sources["calendar.days"] = self._say("days")
        head = {"extends": base, "name": self._say("name", of=", ".join(self.found.tickets.files))}
        parts = {"calendar": calendar, "sources": Lines(self.sources)}
        if self.plausible:
            parts["plausible"] = Lines(self.plausible)
        return head | parts

    def _say(self, key: str, **values: object) -> str:
        return say(f"fit.dated.{key}", self.lang, **values)

    def _closed(self, weekdays: list[str]) -> dict[str, str]:
        """Return the dates without tickets on which the mall would open, with what is known."""
        days = self.found.history.days
        shut = np.setdiff1d(np.arange(days[0], days[-1] + 1), days)
        named = self.found.arrivals.holidays
        found = {}
        for day in np.setdiff1d(shut, self.found.arrivals.half).tolist():
            if WEEKDAYS[as_date(day).weekday()] in weekdays:
                found[as_date(day).isoformat()] = named.get(day, self._say("closed"))
        if found:
            self.sources["calendar.holidays"] = self._say("holidays")
        return found

    def _seasons(self) -> Iterator[tuple[str, Data]]:
        """Yield each month with days enough where months differ, and what closures leave."""
        days = self.found.history.days
        every = np.arange(days[0], days[-1] + 1)
        fasting = in_ramadan(every, self.found.arrivals.holidays)
        month = np.where(fasting, RAMADAN, months_of(every))
        for code in np.unique(month):
            one = self.year.months.get(month_name(code)) if self.year.differ else None
            found = {}
            if one is not None:
                found = self._season(_key(month_name(code)), every[month == code].tolist(), one)
            if code == RAMADAN and self.found.ramadan is not None:
                found.setdefault("dates", _written(every[fasting].tolist()))
                found |= hours_of(self.found.ramadan)
            if found:
                yield _key(month_name(code)), found
        if self.year.after_matters and self.year.after is not None:
            yield AFTER, self._season(AFTER, self.year.after_days, self.year.after)

    def _season(self, key: str, days: Iterable[int], one: Estimate) -> Data:
        path = f"calendar.seasons.{key}"
        self.sources[path] = self._say(
            "after" if key == AFTER else "month", n=one.n, low=f"{one.low:.2f}",
            high=f"{one.high:.2f}",
        )  # fmt: skip
        self.plausible[f"{path}.demand"] = f"{one.low:.2f} .. {one.high:.2f}"
        return {"dates": _written(days), "demand": f"{one.value:.2f}"}

    def _special(self, one: Apart) -> str:
        path = f"calendar.special.{as_date(one.day)}"
        low, high = one.factor.low, one.factor.high
        self.sources[path] = self._say("special", n=one.counted, low=f"{low:.2f}",
                                       high=f"{high:.2f}")  # fmt: skip
        self.plausible[f"{path}.demand"] = f"{low:.2f} .. {high:.2f}"
        return f"{one.factor.value:.2f}"


def _key(month: str) -> str:
    """Return `mar-2025` for `2025-03`."""
    year, _, number = month.partition("-")
    return month if month == RAMADAN_NAME else f"{MONTHS[int(number) - 1]}-{year}"


def _written(days: Iterable[int]) -> str | list[str]:
    return write_dates(Dates(tuple(_ranges(map(as_date, days)))))


def _ranges(days: Iterable[date]) -> Iterator[Range]:
    """Yield days in order as ranges of neighbours."""
    numbered = enumerate(days)
    for _, run in groupby(numbered, key=lambda pair: pair[1] - timedelta(days=pair[0])):
        dates = [day for _, day in run]
        yield dates[0], dates[-1]
