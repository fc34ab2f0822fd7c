"""The breaks of an agency, in one go or in shifts: half of the counters first, half after."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.gathering import Gathering
from sim.scenario.weekdays import BY_WEEKDAY, WEEKDAYS, Span, by_days, by_weekday, write_intervals


@dataclass(frozen=True)
class Shifts:
    """The breaks of one day.

    parts : shares of the counters, by number, with the breaks of each
    """

    parts: tuple[tuple[float, tuple[Span, ...]], ...]

    def of(self, number: int, counters: int) -> tuple[Span, ...]:
        """The breaks of a counter, by its number from 0: the first share goes first."""
        at, upto = (number + 0.5) / counters, 0.0
        for share, breaks in self.parts:
            upto += share
            if at < upto:
                return breaks
        return self.parts[-1][1]

    @property
    def spans(self) -> tuple[Span, ...]:
        """All breaks, of whichever counters."""
        return tuple(span for _, breaks in self.parts for span in breaks)


def _is_interval(key: object) -> bool:
    return re.match(r"\d{1,2}[:.]\d{2}", str(key).strip()) is not None


def _read_shifts(raw: object) -> Shifts:
    """Read `12:00-13:00`, a list, `none`, or shares `{11:30-12:45: 50 %, 12:45-14:00: 50 %}`."""
    if not isinstance(raw, dict):
        return Shifts(((1.0, q.read_intervals(raw)),))
    gathering = Gathering()
    parts = []
    for key, item in raw.items():
        span = gathering.read((key,), q.read_interval, key)
        share = gathering.read((key,), q.read_share, item)
        if span is not None and share is not None:
            parts.append((share, (span,)))
    total = math.fsum(share for share, _ in parts)
    if not gathering.found and abs(total - 1) > 1e-9:
        gathering.add("shifts_shares", value=f"{100 * total:.10g} %")
    gathering.refuse_any()
    return Shifts(tuple(sorted(parts, key=lambda part: part[1])))


def _read_breaks(raw: object) -> dict[str, Shifts]:
    by_share = isinstance(raw, dict) and any(map(_is_interval, raw))
    if by_share or raw == {}:
        return dict.fromkeys(WEEKDAYS, _read_shifts(raw))
    return by_weekday(_read_shifts)(raw)


def _write_shifts(shifts: Shifts) -> Any:
    if len(shifts.parts) == 1 and shifts.parts[0][0] == 1:
        return write_intervals(shifts.parts[0][1])
    return {q.interval(breaks[0]): q.share(share) for share, breaks in shifts.parts}


ShiftBreaks = Annotated[
    dict[str, Shifts],
    BeforeValidator(_read_breaks),
    PlainSerializer(by_days(_write_shifts)),
    BY_WEEKDAY,
]
