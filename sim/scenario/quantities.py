"""Quantities as a planner writes them: `9 min`, `08:30`, `12 %`, `2 of 100`, `0.5`.

Every scalar of a scenario reaches this file as text. Each function reads one kind of
quantity and, where the text is not one, refuses it with the remedy in the message.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario.faults import Finding, refuse

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {
    "us": 1, "ms": 1000,
    "s": SECOND, "sec": SECOND, "second": SECOND, "seconds": SECOND, "detik": SECOND,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE, "menit": MINUTE,
    "h": HOUR, "hour": HOUR, "hours": HOUR, "jam": HOUR,
    "day": DAY, "days": DAY, "hari": DAY,
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_DURATION = re.compile(r"(?P<number>[^a-zA-Z%\s]+)\s*(?P<unit>[a-zA-Z]+)")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_OF = re.compile(r"(\S+)\s+(?:of|dari)\s+(\S+)")
LONGEST = 3660 * DAY
"""The longest duration a scenario may state: ten years. Sums of waits then stay far below 2**63."""
LARGEST = Decimal(10) ** 9
LARGEST_VARIATION = 3
"""Days that differ by more than three times their mean are a slip of the pen: `15` for `15 %`."""
LARGEST_FACTOR = 20
"""An officer twenty times as fast as others is a slip of the pen: `80` for `80 %`."""


def text_of(raw: object, code: str, **params: object) -> str:
    """Return `raw` as the text of one scalar; a mapping or a list in its place is a fault.

    params : what the words of the fault need besides the value
    """
    if raw is None or isinstance(raw, (bool, dict, list, tuple)):
        value = "a list or mapping" if raw is not None else "nothing"
        refuse(Finding(code, {"value": value, **params}))
    return str(raw).strip()


def decimal(raw: object, code: str = "number", unit: str = "") -> Decimal:
    """Read a plain number, finite; `0,88`, `0830` and `1_000` are faults with their remedy.

    unit : what stands behind it, ` min`, to be kept in the remedy
    """
    text = text_of(raw, code)
    _thousands(text)
    if re.fullmatch(r"-?\d+,\d+", text):
        refuse(
            Finding(
                "decimal_comma", {"value": text + unit, "remedy": text.replace(",", ".") + unit}
            )
        )
    if re.fullmatch(r"-?0\d+(\.\d*)?", text):
        refuse(Finding("leading_zero", {"value": text}))
    if not _NUMBER.fullmatch(text):
        refuse(Finding(code, {"value": text}))
    try:
        value = Decimal(text)
    except InvalidOperation:
        refuse(Finding(code, {"value": text}))
    if abs(value) > LARGEST:
        refuse(Finding("too_large", {"value": text, "limit": f"{LARGEST:.0f}"}))
    return value


def _thousands(text: str) -> None:
    """Refuse what may be meant as thousands: nobody writes 1.2 as `1.200`."""
    if re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d\d0", text):
        remedy, other = re.sub("[.,]", "", text), text.replace(",", ".").rstrip("0").rstrip(".")
        refuse(Finding("thousands", {"value": text, "remedy": remedy, "other": other}))
    marked = _MARKED.fullmatch(text)
    if marked and len(re.findall("[.,]", text)) > 1:
        part = marked["part"] or marked["other"]
        whole = re.sub("[.,]", "", text.removesuffix(part or ""))
        remedy = f"{whole}.{part}" if part else whole
        refuse(Finding("thousands_marked", {"value": text, "remedy": remedy}))


_MARKED = re.compile(r"-?[1-9]\d{0,2}((\.\d{3})+(,(?P<part>\d+))?|(,\d{3})+(\.(?P<other>\d+))?)")


def read_number(raw: object) -> float:
    """Read a finite number."""
    return float(decimal(raw))


def read_positive(raw: object) -> float:
    """Read a number above zero."""
    value = decimal(raw)
    if value <= 0:
        refuse(Finding("not_positive", {"value": text_of(raw, "number")}))
    return float(value)


def read_weight(raw: object) -> float:
    """Read a number of zero or more."""
    value = decimal(raw)
    if value < 0:
        refuse(Finding("negative", {"value": text_of(raw, "number")}))
    return float(value)


def read_integer(raw: object) -> int:
    """Read a whole number, possibly negative."""
    text = text_of(raw, "integer")
    value = decimal(text, "integer")
    if value != int(value):
        refuse(Finding("integer", {"value": text}))
    return int(value)


def read_count(raw: object) -> int:
    """Read a whole number of zero or more."""
    value = read_integer(raw)
    if value < 0:
        refuse(Finding("negative", {"value": text_of(raw, "integer")}))
    if value > 1_000_000:
        refuse(Finding("too_large", {"value": text_of(raw, "integer"), "limit": "1000000"}))
    return value


def read_share(raw: object) -> float:
    """Read a share between 0 and 1: `12 %`, `0.12` or `2 of 100`."""
    text = text_of(raw, "share")
    ratio = _OF.fullmatch(text)
    if ratio:
        part, whole = decimal(ratio[1], "share"), decimal(ratio[2], "share")
        if whole <= 0:
            refuse(Finding("share", {"value": text}))
        value = part / whole
    elif text.endswith("%"):
        value = decimal(text[:-1].strip(), "share", " %") / 100
    else:
        value = decimal(text, "share")
    if 1 < value <= 100 and not ratio and "%" not in text:
        refuse(Finding("share_percent", {"value": text}))
    if not 0 <= value <= 1:
        refuse(Finding("negative" if value < 0 else "share_range", {"value": text}))
    return float(value)


def read_ratio(raw: object) -> float:
    """Read a ratio of zero or more that may exceed 1: `15 %`, `0.15`."""
    text = text_of(raw, "ratio")
    value = decimal(text[:-1].strip(), unit=" %") / 100 if text.endswith("%") else decimal(text)
    if value < 0:
        refuse(Finding("negative", {"value": text}))
    return float(value)


def read_variation(raw: object) -> float:
    """Read a coefficient of variation of whole days: a ratio, not beyond belief."""
    value, text = read_ratio(raw), text_of(raw, "ratio")
    if value > LARGEST_VARIATION:
        code = "ratio_large" if text.endswith("%") else "ratio_percent"
        limit = f"{100 * LARGEST_VARIATION} %"
        refuse(Finding(code, {"value": text, "percent": f"{100 * value:g}", "limit": limit}))
    return value


def read_factor(raw: object) -> float:
    """Read a factor on a speed or a time that somebody may mean: `0.8`, `80 %`."""
    value, text = read_ratio(raw), text_of(raw, "ratio")
    if value == 0:
        refuse(Finding("not_positive", {"value": text}))
    if not 1 / LARGEST_FACTOR <= value <= LARGEST_FACTOR:
        percent = "%" not in text and value > 1 and value / 100 <= LARGEST_VARIATION
        code = "ratio_percent" if percent else "factor_range"
        limits = {"low": f"{1 / LARGEST_FACTOR:g}", "high": str(LARGEST_FACTOR)}
        refuse(Finding(code, {"value": text, "percent": f"{100 * value:g}", **limits}))
    return value


def read_span(raw: object) -> int:
    """Read a duration that may be negative, in µs: `9 min`, `90 s`, `1.5 h`, `-5 min`."""
    text = text_of(raw, "duration")
    if _NUMBER.fullmatch(text) and Decimal(text) == 0:
        return 0
    if _NUMBER.fullmatch(text):
        refuse(Finding("duration_unit", {"value": text}))
    match = _DURATION.fullmatch(text)
    unit = _UNITS.get(match["unit"]) if match else None
    if match is None or unit is None:
        refuse(Finding("duration", {"value": text}))
    value = decimal(match["number"], "duration", f" {match['unit']}") * unit
    if abs(value) > LONGEST:
        refuse(Finding("duration_long", {"value": text}))
    return int(value.to_integral_value())


def read_duration(raw: object) -> int:
    """Read a duration of zero or more, in µs."""
    value = read_span(raw)
    if value < 0:
        refuse(Finding("negative", {"value": text_of(raw, "duration")}))
    return value


def read_clock(raw: object) -> int:
    """Read a clock time between 00:00 and 24:00, in µs since midnight: `08:30` or `08.30`."""
    text = text_of(raw, "clock")
    match = _CLOCK.fullmatch(text)
    if match is None:
        if re.fullmatch(r"\d{3,4}", text):
            padded = text.zfill(4)
            refuse(Finding("clock_colon", {"value": text, "remedy": f"{padded[:2]}:{padded[2:]}"}))
        if re.fullmatch(r"\d{1,2}[:.]\d{2}[:.]\d{2}", text):
            refuse(Finding("clock_seconds", {"value": text, "remedy": text[:-3]}))
        refuse(Finding("clock", {"value": text}))
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        refuse(Finding("clock_range", {"value": text}))
    return hours * HOUR + minutes * MINUTE


def read_interval(raw: object) -> tuple[int, int]:
    """Read an interval of the clock, from before to: `08:30-15:30`."""
    text = text_of(raw, "interval")
    parts = re.split(r"\s*[-–]\s*", text)
    if len(parts) != 2:
        refuse(Finding("interval", {"value": text}))
    begin, end = read_clock(parts[0]), read_clock(parts[1])
    if begin >= end:
        refuse(Finding("interval_order", {"value": text}))
    return begin, end


def read_intervals(raw: object) -> tuple[tuple[int, int], ...]:
    """Read one interval, a list of them, or `none`; they come back sorted, without overlap."""
    if isinstance(raw, str) and raw.strip().lower() == "none":
        return ()
    intervals = [read_interval(item) for item in (raw if isinstance(raw, list) else [raw])]
    intervals.sort()
    for (_, end), (begin, _) in pairwise(intervals):
        if begin < end:
            refuse(Finding("intervals_overlap", {"value": clock(begin)}))
    return tuple(intervals)


def duration(value: int) -> str:
    """Write a duration so that `read_duration` gives the same microseconds back."""
    for unit, size in (("h", HOUR), ("min", MINUTE), ("s", SECOND), ("ms", 1000)):
        if value and value % size == 0:
            return f"{value // size} {unit}"
    if value % 1 == 0:
        seconds = Decimal(value) / SECOND
        return f"{seconds.normalize():f} s" if value else "0 s"
    raise ValueError(f"not a whole number of microseconds: {value}")


def rounded(value: float) -> str:
    """Write a duration to the second, one below a minute to the millisecond."""
    grain = SECOND if value >= MINUTE else SECOND // 1000
    return duration(round(value / grain) * grain)


def clock(value: int) -> str:
    """Write µs since midnight as `08:30`."""
    minutes = value // MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def share(value: float) -> str:
    """Write a share so that `read_share` gives the same number back: `12 %` where it is exact."""
    percent = f"{Decimal(repr(value)) * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    return f"{percent} %" if read_share(f"{percent} %") == value else repr(value)


def interval(value: tuple[int, int]) -> str:
    """Write an interval of the clock as `08:30-15:30`."""
    return f"{clock(value[0])}-{clock(value[1])}"


def _text(pattern_hint: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "description": pattern_hint})


Duration = Annotated[
    int, BeforeValidator(read_duration), PlainSerializer(duration), _text("duration: 9 min, 90 s")
]
Clock = Annotated[
    int, BeforeValidator(read_clock), PlainSerializer(clock), _text("clock time: 08:30")
]
Share = Annotated[
    float, BeforeValidator(read_share), PlainSerializer(share), _text("share: 12 %, 0.12, 2 of 100")
]
Ratio = Annotated[float, BeforeValidator(read_ratio), _text("ratio: 15 %, 0.15")]
Variation = Annotated[float, BeforeValidator(read_variation), _text("ratio: 15 %, 0.15")]
Number = Annotated[float, BeforeValidator(read_number), _text("number")]
Positive = Annotated[float, BeforeValidator(read_positive), _text("number above 0")]
Factor = Annotated[float, BeforeValidator(read_factor), _text("factor: 0.8, 80 %")]
Weight = Annotated[float, BeforeValidator(read_weight), _text("number of 0 or more")]
Integer = Annotated[int, BeforeValidator(read_integer), _text("whole number")]
Count = Annotated[int, BeforeValidator(read_count), _text("whole number of 0 or more")]
Interval = Annotated[
    tuple[int, int], BeforeValidator(read_interval), PlainSerializer(interval),
    _text("interval: 08:30-15:30"),
]  # fmt: skip
