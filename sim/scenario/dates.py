"""Dates as a planner writes them: `2025-03-01`, `2025-03-01 .. 2025-03-29`, a list of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, Path, refuse

LONGEST = 3660
"""The most days between the first and the last date: ten years."""
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
Range = tuple[date, date]
"""From the first to the last date; both belong to it."""


@dataclass(frozen=True)
class Dates:
    """Ranges of dates in order, none of which touches a date of another."""

    ranges: tuple[Range, ...]

    @property
    def first(self) -> date:
        """The first date."""
        return self.ranges[0][0]

    @property
    def last(self) -> date:
        """The last date."""
        return self.ranges[-1][1]

    def __contains__(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.ranges)

    def __iter__(self) -> Iterator[date]:
        for first, last in self.ranges:
            for number in range(first.toordinal(), last.toordinal() + 1):
                yield date.fromordinal(number)

    def alone(self, day: date) -> bool:
        """Whether a date is named by itself, not as a part of a range."""
        return (day, day) in self.ranges


def read_date(raw: object) -> date:
    """Read a date of the years 1900 to 2199 as year-month-day: `2025-03-01`."""
    text = q.text_of(raw, "date")
    match = _DATE.fullmatch(text)
    if match is None or not 1900 <= int(match[1]) < 2200:
        refuse(Finding("date", {"value": text}))
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        refuse(Finding("date_none", {"value": text}))


def read_range(raw: object) -> Range:
    """Read `2025-03-01 .. 2025-03-29`, or one date."""
    text = q.text_of(raw, "dates")
    first, dots, last = text.partition("..")
    begin = read_date(first.strip())
    end = read_date(last.strip()) if dots else begin
    if begin > end:
        refuse(Finding("dates_order", {"value": text}))
    return begin, end


def read_dates(raw: object) -> Dates:
    """Read a date, a range of dates, or a list of both; in any order, none of them twice."""
    items = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    ranges: list[Range] = []
    findings: list[Finding] = []
    for number, item in enumerate(items):
        try:
            ranges.append(read_range(item))
        except Exception as error:
            at: Path = (number,) if isinstance(raw, (list, tuple)) else ()
            found = error.context["found"]  # type: ignore[attr-defined]
            findings += [Finding(f.code, f.params, (*at, *f.path), f.at_key) for f in found]
    if not items:
        refuse(Finding("dates", {"value": "nothing"}))
    if findings:
        refuse(*findings)
    ranges.sort()
    for (_, end), (begin, _) in pairwise(ranges):
        if begin <= end:
            refuse(Finding("dates_twice", {"value": begin.isoformat()}))
    dates = Dates(tuple(ranges))
    if dates.last - dates.first >= timedelta(days=LONGEST):
        refuse(Finding("dates_long", {"value": f"{dates.first} .. {dates.last}"}))
    return dates


def is_date(text: str) -> bool:
    """Whether a text begins as a date does, so that it is meant as one."""
    return re.match(r"\s*\d{1,4}[-/.]\d", text) is not None


def write_dates(dates: Dates) -> str | list[str]:
    """Write dates as `read_dates` reads them."""
    texts = [
        first.isoformat() if first == last else f"{first} .. {last}" for first, last in dates.ranges
    ]
    return texts[0] if len(texts) == 1 else texts


SomeDates = Annotated[Dates, BeforeValidator(read_dates), PlainSerializer(write_dates)]
Date = Annotated[date, BeforeValidator(read_date), PlainSerializer(lambda day: day.isoformat())]
