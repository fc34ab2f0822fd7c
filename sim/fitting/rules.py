"""What a person says about a log: which column is which, and when a row is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from sim.errors import LogError, why
from sim.fitting.columns import FIELDS
from sim.fitting.times import as_date, read_date
from sim.scenario import quantities as q
from sim.scenario.document import LARGEST_FILE, read_document
from sim.scenario.faults import nearest
from sim.scenario.tree import plain
from sim.words import Phrase
from sim.workload import ABSENT


@dataclass(frozen=True)
class Rules:
    """When a row is set aside. Times in µs.

    forgotten_open : a service longer than this was not closed when it ended
    clock_jump : a ticket this far from its neighbours in number has the time of a wrong clock
    holiday_below : a day with fewer tickets than this share of an ordinary one was no ordinary day
    half_day_below : likewise a morning, or an afternoon, of which the other half is as usual
    rare_slot : tickets in a quarter of an hour that so few days have were printed while closed
    hours : tickets outside are set aside; without it the log itself says when the mall is open
    holidays : days since 1970
    today : days since 1970; what is later has a wrong date
    """

    forgotten_open: int = 3 * q.HOUR
    clock_jump: int = 15 * q.MINUTE
    holiday_below: float = 0.2
    half_day_below: float = 0.1
    rare_slot: float = 0.1
    hours: tuple[int, int] | None = None
    holidays: tuple[int, ...] = ()
    today: int | None = None


Order = Literal["", "day_first", "month_first"]


@dataclass(frozen=True)
class Told:
    """A mapping file: columns by field, one date for a log without any, and rules.

    order : how dates such as 05/06/2025 are written, "" where the log shows it
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    date: int | None = None
    order: Order = ""
    rules: Rules = field(default_factory=Rules)


def _date(raw: object) -> int:
    day = read_date(str(raw))
    if day == ABSENT:
        raise ValueError(raw)
    return day


def _dates(raw: object) -> tuple[int, ...]:
    return tuple(_date(item) for item in (raw if isinstance(raw, list) else [raw]))


def _order(raw: object) -> Order:
    if raw not in ("day_first", "month_first"):
        raise ValueError(raw)
    return "month_first" if raw == "month_first" else "day_first"


_READERS: dict[str, Callable[[Any], Any]] = {
    "forgotten_open": q.read_duration, "clock_jump": q.read_duration, "hours": q.read_interval,
    "holiday_below": q.read_share, "half_day_below": q.read_share, "rare_slot": q.read_share,
    "holidays": _dates, "today": _date,
}  # fmt: skip


_PARTS = ("columns", "date", "dates", "rules")


def read_mapping(path: Path) -> Told:
    """Read a mapping file: `columns:`, `date:`, `dates:` and `rules:`, or columns alone.

    Raises LogError for a file that cannot be read and for what is no field or rule.
    """
    try:
        with path.open("rb") as file:
            root, faults = read_document(file.read(LARGEST_FILE + 1), str(path))
    except OSError as error:
        raise LogError("not_readable", file=path, why=why(error)) from error
    if faults or root is None:
        raise LogError("mapping", file=path, why=faults[0] if faults else Phrase("fault.empty"))
    data = plain(root)
    if not set(data) & set(_PARTS):
        data = {"columns": data}
    _known(data, _PARTS, path)
    parts = {part: data.get(part) or {} for part in ("columns", "rules")}
    for part, content in parts.items():
        if not isinstance(content, dict):
            raise LogError("mapping", file=path, why=part)
    _known(parts["columns"], FIELDS, path)
    _known(parts["rules"], tuple(_READERS), path)
    when = _read(_date, data["date"], "date", path) if data.get("date") else None
    order: Order = _read(_order, data["dates"], "dates", path) if data.get("dates") else ""
    given = {key: _read(_READERS[key], raw, key, path) for key, raw in parts["rules"].items()}
    columns = {key: str(name) for key, name in parts["columns"].items() if name is not None}
    return Told(columns, when, order, replace(Rules(), **given))


def _read(reader: Callable[[Any], Any], raw: object, key: str, path: Path) -> Any:
    try:
        return reader(raw)
    except ValueError as error:
        raise LogError("rule_value", file=path, key=key, value=str(raw)[:80]) from error


def _known(data: Mapping[str, object], known: tuple[str, ...], path: Path) -> None:
    for key in data:
        if key not in known:
            near = nearest(key, known)
            raise LogError(
                "mapping_key", file=path, key=key, near=near or "–", known=", ".join(known)
            )


def told(rules: Rules) -> dict[str, str]:
    """Return the rules as a mapping file would write them, those that are off left out."""

    def day(value: int) -> str:
        return as_date(value).isoformat()

    texts: dict[str, str] = {}
    for one in fields(rules):
        value = getattr(rules, one.name)
        if value is None or value == ():
            continue
        if one.name in ("forgotten_open", "clock_jump"):
            texts[one.name] = q.duration(value)
        elif one.name == "hours":
            texts[one.name] = q.interval(value)
        elif one.name == "holidays":
            texts[one.name] = ", ".join(map(day, value))
        else:
            texts[one.name] = day(value) if one.name == "today" else q.share(value)
    return texts
