"""Numbers, times and lists as the reader writes them: `12,5 menit`, `12.5 min`.

An absent number (NaN) is a dash, never a 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from sim.scenario import quantities as q
from sim.scenario.weekdays import WEEKDAYS
from sim.words import say

ABSENT = "–"
"""What stands where there is no number."""
_MARKS = {"en": (",", "."), "id": (".", ",")}
"""The marks for thousands and for decimals."""


def number(value: float, lang: str, digits: int = 0) -> str:
    """Write a number with a fixed number of decimals: `1.234,5`."""
    if math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    value = round(value, digits) + 0.0  # never "-0"
    thousands, decimals = _MARKS[lang]
    return f"{value:,.{digits}f}".translate({ord(","): thousands, ord("."): decimals})


def signed(value: float, lang: str) -> str:
    """Write a change with its sign and one decimal, 0 without a sign."""
    text = number(abs(value), lang, 1)
    zero = text == number(0, lang, 1)
    return text if zero else f"{'+' if value > 0 else '−'}{text}"


def short(value: float, lang: str, digits: int = 1) -> str:
    """Write a number with at most `digits` decimals, without trailing zeros: `12`, `12,5`."""
    text = number(value, lang, digits)
    mark = _MARKS[lang][1]
    return text.rstrip("0").rstrip(mark) if mark in text else text


def minutes(value: float, lang: str, digits: int = 1) -> str:
    """Write minutes with their unit: `12,5 menit`."""
    return _with_unit("minutes", number(value, lang, digits), lang)


def duration(value: float, lang: str) -> str:
    """Write µs in the unit that people would use: `40 detik`, `20 menit`, `1,5 jam`."""
    for unit, size in (("days", q.DAY), ("hours", q.HOUR), ("minutes", q.MINUTE)):
        if abs(value) >= size and (unit != "hours" or value % (q.HOUR / 2) == 0):
            return _with_unit(unit, short(value / size, lang, 2), lang)
    return _with_unit("seconds", short(value / q.SECOND, lang, 2), lang)


def percent(value: float, lang: str, digits: int = 0) -> str:
    """Write a share as a percentage: `92,5%`."""
    return ABSENT if math.isnan(value) else f"{number(100 * value, lang, digits)}%"


def of_hundred(value: float, lang: str, digits: int = 0) -> str:
    """Write a share as people: `93 dari 100`."""
    return say("locale.of", lang, part=number(100 * value, lang, digits), whole=number(100, lang))


def chance(p: float, lang: str, digits: int = 3) -> str:
    """Write how likely something is by chance: `= 0,480`; never 0: `< 0,001`."""
    least = 10.0**-digits
    if p < least:
        return f"< {number(least, lang, digits)}"
    return f"= {number(p, lang, digits)}"


def people(value: float, lang: str) -> str:
    """Write how many people, on average: whole from 10 on, else one decimal; `0,04` is `< 0,1`."""
    if 0 < value < 0.05:
        return "< " + number(0.1, lang, 1)
    return number(value, lang, 0 if value >= 9.95 or value == 0 else 1)


def clock(value: int | str, lang: str) -> str:
    """Write µs since midnight, or `08:30`, as a time of the day: `08.30`."""
    text = value if isinstance(value, str) else q.clock(value)
    return text.replace(":", "." if lang == "id" else ":")


def hours(begin: str, end: str, lang: str) -> str:
    """Write a span of the clock, say of `08:00` and `10:00`: `08.00–10.00`."""
    return f"{clock(begin, lang)}–{clock(end, lang)}"


def weekday(label: str, lang: str) -> str:
    """Write a weekday's name, `Senin` for `mon`, or a date; any other label stays."""
    if label in WEEKDAYS:
        return say(f"locale.weekday.{label}", lang)
    try:
        return day(date.fromisoformat(label), lang)
    except ValueError:
        return label


def weekdays(labels: Sequence[str], lang: str) -> str:
    """Write weekdays, three or more in a row as from .. to: `Senin–Kamis`."""
    order = sorted({WEEKDAYS.index(label) for label in labels})
    runs: list[list[int]] = []
    for day in order:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts: list[str] = []
    for run in runs:
        names = [weekday(WEEKDAYS[day], lang) for day in run]
        parts.extend([f"{names[0]}–{names[-1]}"] if len(run) > 2 else names)
    return join(parts, lang)


def join(parts: Sequence[str], lang: str) -> str:
    """Write a list: `a`, `a dan b`, `a, b, dan c`."""
    if len(parts) < 2:
        return "".join(parts)
    if len(parts) == 2:
        return say("locale.and_two", lang, first=parts[0], last=parts[1])
    return say("locale.and_more", lang, first=", ".join(parts[:-1]), last=parts[-1])


def either(parts: Sequence[str], lang: str) -> str:
    """Write what one is chosen of: `a`, `a atau b`, `a, b, atau c`."""
    if len(parts) < 2:
        return "".join(parts)
    key = "locale.or_two" if len(parts) == 2 else "locale.or_more"
    return say(key, lang, first=", ".join(parts[:-1]), last=parts[-1])


def day(value: date, lang: str) -> str:
    """Write a date: `24 November 2026`."""
    month = say(f"locale.month.{value.month}", lang)
    return f"{value.day} {month} {value.year}"


def weekday_of(value: date, lang: str) -> str:
    """Write a date with its weekday: `Tuesday, 24 November 2026`."""
    return f"{weekday(WEEKDAYS[value.weekday()], lang)}, {day(value, lang)}"


def _with_unit(unit: str, text: str, lang: str) -> str:
    return text if text == ABSENT else say(f"locale.{unit}", lang, number=text)
