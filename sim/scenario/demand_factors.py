"""Factors of demand by date: months, days of the month, growth over the years."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.gathering import Gathering

MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
YEAR = 365.25
"""Days of a year, by which growth is counted."""
_GROWTH = re.compile(r"(?P<share>.+?%)\s*(?:a|per|each)\s+year")


def _month(text: str) -> int:
    name = text.strip().lower()
    if name not in MONTHS:
        near = nearest(name, MONTHS)
        refuse(Finding("month", {"value": text, "accepted": ", ".join(MONTHS), "near": near}))
    return MONTHS.index(name) + 1


def _day(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d?", text.strip()) or int(text) > 31:
        refuse(Finding("day_of_month", {"value": text}))
    return int(text)


def _by_number(read_key: Callable[[str], int], code: str) -> Callable[[object], dict[int, float]]:
    """Return a reader for `{1-5: 1.2, 25: 1.1}`, with months or days as keys."""

    def read_keys(key: object) -> range:
        first, dash, last = str(key).partition("-")
        begin = read_key(first)
        end = read_key(last) if dash else begin
        if begin > end:
            refuse(Finding(f"{code}_order", {"value": key}))
        return range(begin, end + 1)

    def read(raw: object) -> dict[int, float]:
        if not isinstance(raw, dict) or not raw:
            refuse(Finding(f"{code}_table", {"value": "nothing" if not raw else str(raw)[:40]}))
        gathering = Gathering()
        table: dict[int, float] = {}
        for key, item in raw.items():
            before = len(gathering.found)
            numbers = gathering.read((key,), read_keys, key)
            for k in range(before, len(gathering.found)):  # these are about the key itself
                f = gathering.found[k]
                gathering.found[k] = Finding(f.code, f.params, f.path, at_key=True)
            factor = gathering.read((key,), q.read_weight, item)
            for number in numbers or ():
                if number in table:
                    gathering.add(f"{code}_twice", key, at_key=True, value=key)
                    break
                table[number] = 1.0 if factor is None else factor
        gathering.refuse_any()
        return {number: table[number] for number in sorted(table)}

    return read


def _writer(name: Callable[[int], str]) -> Callable[[dict[int, float]], dict[str, float]]:
    """Return a writer that joins neighbours with one factor: `{1-5: 1.2}`."""

    def write(table: dict[int, float]) -> dict[str, float]:
        runs: list[list[int]] = []
        for number, factor in table.items():
            if runs and runs[-1][-1] == number - 1 and table[number - 1] == factor:
                runs[-1].append(number)
            else:
                runs.append([number])
        return {
            name(run[0]) if len(run) == 1 else f"{name(run[0])}-{name(run[-1])}": table[run[0]]
            for run in runs
        }

    return write


def _read_growth(raw: object) -> float:
    text = q.text_of(raw, "growth")
    match = _GROWTH.fullmatch(text)
    if match is None:
        refuse(Finding("growth", {"value": text}))
    value = q.decimal(match["share"][:-1].strip(), "growth") / 100
    if not -1 < value <= 10:
        refuse(Finding("growth", {"value": text}))
    return float(value)


def _write_growth(value: float) -> str:
    percent = f"{Decimal(repr(value)) * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    return f"{percent} % a year"


Months = Annotated[
    dict[int, float],
    BeforeValidator(_by_number(_month, "month")),
    PlainSerializer(_writer(lambda number: MONTHS[number - 1])),
]
DaysOfMonth = Annotated[
    dict[int, float],
    BeforeValidator(_by_number(_day, "day_of_month")),
    PlainSerializer(_writer(str)),
]
Growth = Annotated[float, BeforeValidator(_read_growth), PlainSerializer(_write_growth)]


def grown(rate: float, since: date, day: date) -> float:
    """Return the factor that growth of `rate` a year comes to between two dates."""
    return float((1.0 + rate) ** ((day - since).days / YEAR))


def factor_of(months: dict[int, float], days: dict[int, float], day: date) -> float:
    """Return what the month and the day of the month make of an ordinary day's demand."""
    return months.get(day.month, 1.0) * days.get(day.day, 1.0)
