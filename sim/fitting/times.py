"""Dates and times of the day as logs write them.

Queue systems, and the spreadsheets in which their exports are kept, write `2025-01-06 08:01:30`,
`6 Januari 2025 08.01`, `1/6/2025 8:01 AM`, `24:00`, or Excel's number of days since 1900. Whether
06/01 is in January or in June is decided for a whole log, never cell by cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.workload import ABSENT

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE

_TIME = re.compile(
    r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:[.,](\d{1,6})\d*)?)?"
    r"\s*(am|pm|a\.m\.|p\.m\.|pagi|siang|sore|malam)?"
    r"\s*(?:wib|wita|wit|utc|z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MOMENT = re.compile(rf"(.*?\d)[\s,]*(?:\bpukul\b|\bjam\b|T|\s)[\s,]*({_TIME.pattern})", re.I)
_DIGITS = re.compile(r"\d{4}|\d{6}")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_FRACTION = re.compile(r"0?[.,]\d{3,}")
_MONTHS = {
    **dict.fromkeys(("jan", "januari", "january"), 1),
    **dict.fromkeys(("feb", "peb", "februari", "pebruari", "february"), 2),
    **dict.fromkeys(("mar", "mrt", "maret", "march"), 3),
    **dict.fromkeys(("apr", "april"), 4),
    **dict.fromkeys(("mei", "may"), 5),
    **dict.fromkeys(("jun", "juni", "june"), 6),
    **dict.fromkeys(("jul", "juli", "july"), 7),
    **dict.fromkeys(("agu", "ags", "agt", "agust", "agustus", "aug", "august"), 8),
    **dict.fromkeys(("sep", "sept", "september"), 9),
    **dict.fromkeys(("okt", "oktober", "oct", "october"), 10),
    **dict.fromkeys(("nov", "nop", "november", "nopember"), 11),
    **dict.fromkeys(("des", "desember", "dec", "december"), 12),
}
_NUMERIC = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED = re.compile(r"(?:[a-z']+,?\s+)?(\d{1,2})[-/. ]*([a-z]+)\.?[-/., ]*(\d{4}|\d{2})", re.I)
_NAMED_FIRST = re.compile(r"(?:[a-z']+,?\s+)?([a-z]+)\.?\s+(\d{1,2}),?\s+(\d{4})", re.I)
_WEEKDAY = re.compile(r"[A-Za-z']+,?\s+(?=\d)")
_NOTHING = ("null", "none", "nan", "nat", "n/a", "na")
_YEARS = range(1990, 2101)
_EXCEL = date(1899, 12, 30).toordinal()
_EPOCH = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=200_000)
def read_clock(text: str) -> int:
    """Return a time of the day in µs since midnight, ABSENT where the text is none.

    `08:30`, `08.30`, `8:30:05 PM`, `2.30 siang`, `0830`, `24:00`, and Excel's share of a day.
    """
    text = text.strip()
    if found := _TIME.fullmatch(text):
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        micro = int((found[4] or "").ljust(6, "0") or 0)
        return _of_day(_hour(hour, (found[5] or "").lower()), minute, second, micro)
    if _DIGITS.fullmatch(text):
        return _of_day(int(text[:2]), int(text[2:4]), int(text[4:] or 0), 0)
    if _FRACTION.fullmatch(text):
        return round(float("0." + re.split("[.,]", text)[1]) * DAY / SECOND) * SECOND
    return ABSENT


def _hour(hour: int, half: str) -> int:
    """Return the hour of 24; what needs no half of the day, such as `14.30 sore`, stays."""
    half = half.replace(".", "")
    if half in ("am", "pagi") and hour == 12:
        return 0
    if half in ("pm", "sore", "malam") and hour < 12:
        return hour + 12
    return hour + 12 if half == "siang" and hour <= 6 else hour


def _of_day(hour: int, minute: int, second: int, micro: int) -> int:
    time = ((hour * 60 + minute) * 60 + second) * SECOND + micro
    return time if minute < 60 and second < 60 and time <= DAY else ABSENT


def split_moment(text: str) -> tuple[str, int]:
    """Return the text of the date, "" where there is none, and the time in µs, maybe ABSENT."""
    text = text.strip()
    if len(text) == 19 and text[10] in " T" and text[4] == "-":  # what most systems write
        return text[:10], read_clock(text[11:])
    if found := _SERIAL.fullmatch(text):
        share = float(f"0.{found[2] or 0}")
        return found[1], round(share * DAY / SECOND) * SECOND if found[2] else ABSENT
    if found := _MOMENT.fullmatch(text):
        return found[1], read_clock(found[2])
    time = read_clock(text)
    if time != ABSENT and not _COMPACT.fullmatch(text):
        return "", time
    return text, ABSENT


def no_date(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, or what programs write for nothing."""
    return not re.search(r"\w", text) or text.strip().lower() in _NOTHING


def either_way(texts: Iterable[str]) -> bool:
    """Whether a log's dates can be read with the day first and with the month first."""
    found = [parts for text in texts if (parts := _NUMERIC.fullmatch(text.strip()))]
    found = [parts for parts in found if len(parts[1]) < 3]
    no_more = all(int(parts[k]) <= 12 for parts in found for k in (1, 2))
    return no_more and any(int(parts[1]) != int(parts[2]) for parts in found)


def month_first(texts: Iterable[str]) -> bool:
    """Whether a log writes the month before the day, as `01/31/2025` gives away.

    Without such a date in the log the day is first: so it is in Indonesia.
    """
    day_first = False
    for text in texts:
        found = _NUMERIC.fullmatch(text.strip())
        if found and len(found[1]) < 3:
            day_first = day_first or int(found[1]) > 12
            if int(found[2]) > 12:
                return not day_first
    return False


def read_date(text: str, american: bool = False) -> int:
    """Return a date as days since 1970, ABSENT where the text is none.

    american : whether `06/01/2025` is the first of June
    """
    text = " ".join(text.split()).strip(",. ")
    parts = _date_parts(text, american) or _date_parts(_WEEKDAY.sub("", text, count=1), american)
    if parts is None:
        found = _SERIAL.fullmatch(text)
        if found and 32_000 < int(found[1]) < 74_000:
            return int(found[1]) + _EXCEL - _EPOCH
        return ABSENT
    year, month, day = parts
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, day).toordinal() - _EPOCH if year in _YEARS else ABSENT
    except ValueError:
        return ABSENT


def _date_parts(text: str, american: bool) -> tuple[int, int, int] | None:
    if found := _NUMERIC.fullmatch(text):
        first, second, third = int(found[1]), int(found[2]), int(found[3])
        if len(found[1]) == 4:
            return first, second, third
        if len(found[3]) not in (2, 4):
            return None
        return (third, first, second) if american else (third, second, first)
    if found := _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NAMED.fullmatch(text):
        month = _MONTHS.get(found[2].lower())
        return None if month is None else (int(found[3]), month, int(found[1]))
    if found := _NAMED_FIRST.fullmatch(text):
        month = _MONTHS.get(found[1].lower())
        return None if month is None else (int(found[3]), month, int(found[2]))
    return None


_DURATION = re.compile(
    r"(?:(\d+)\s*(?:jam|h|hours?)\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:menit|mnt|min|minutes?|m)\s*)?"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:detik|dtk|det|seconds?|sec|s)\s*)?",
    re.IGNORECASE,
)
_CLOCKLIKE = re.compile(r"(?:(\d+):)?(\d+):(\d{2})(?:[.,]\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_LONGEST = 1_000 * DAY
"""No wait and no service; a number of so many digits is something else."""


def read_length(text: str, unit: int) -> int:
    """Return how long something took in µs, ABSENT where the text does not say.

    unit : µs of one, for cells that are plain numbers, with a decimal point or comma
    """
    seconds = _seconds(text.strip(), unit / SECOND)
    return round(seconds * SECOND) if seconds * SECOND < _LONGEST else ABSENT


def _seconds(text: str, unit: float) -> float:
    """Return a length in seconds, infinite where the text states none."""
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", ".")) * unit
    if found := _CLOCKLIKE.fullmatch(text):
        parts = [float(part or 0) for part in found.groups()]
    else:
        found = _DURATION.fullmatch(text)
        if not text or found is None:
            return math.inf
        parts = [float((part or "0").replace(",", ".")) for part in found.groups()]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def as_date(day: int) -> date:
    """Return a day since 1970 as a date."""
    return date.fromordinal(_EPOCH + day)


def weekday_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the weekdays of days since 1970, 0 for Monday: 1970 began on a Thursday."""
    return (days + 3) % 7
