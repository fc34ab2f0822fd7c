"""What happened in the hall: three tables, kept as arrays, shown as DataFrames.

Times are as they happened, in µs since midnight of the day; a wait is never stored, it is
derived forwards (called - ticket).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import OutputError, why
from sim.glance import lang, table
from sim.words import say
from sim.workload import ABSENT

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]

VISIT_OUTCOMES = (
    "completed", "left", "refused", "no_show", "cancelled", "moved", "sent_home", "in_progress",
)  # fmt: skip
STOP_OUTCOMES = (
    "served", "reneged", "balked", "turned_away", "incomplete", "missed", "sent_home",
    "in_progress", "parked",
)  # fmt: skip
REASONS = (
    "", "patience", "closed", "hall_full", "day_end", "quota", "no_officer", "line_too_long",
    "missed_call", "no_slot", "incomplete",
)  # fmt: skip
STATES = ("closed", "break", "idle", "calling", "serving", "down", "absent", "wrapping")


@dataclass(frozen=True)
class Names:
    """What the codes in a log stand for."""

    days: tuple[str, ...]
    dates: tuple[str, ...]
    journeys: tuple[str, ...]
    services: tuple[str, ...]
    classes: tuple[str, ...]
    counters: tuple[tuple[str, str], ...]


class Rows:
    """Columns of equal length, int64; subclasses name them."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name))
            for f in fields(self)  # type: ignore[arg-type]
        )

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Visits(Rows):
    """One row for every due citizen, by day and order of arrival (`visit`, from 1)."""

    day: Ints
    visit: Ints
    journey: Ints
    index: Ints
    origin: Ints
    attempt: Ints
    visitor_class: Ints
    people: Ints
    priority: Ints
    booked: Ints
    due: Ints
    entered: Ints
    left: Ints
    outcome: Ints
    reason: Ints


@dataclass(frozen=True, eq=False)
class Stops(Rows):
    """One row for every attempt at a service; `row` is the row of its visit.

    counter is -1 and number 0 where there is none.
    """

    row: Ints
    stop: Ints
    tries: Ints
    service: Ints
    counter: Ints
    number: Ints
    ticket: Ints
    called: Ints
    start: Ints
    end: Ints
    outcome: Ints
    reason: Ints


@dataclass(frozen=True, eq=False)
class Counters(Rows):
    """What each counter really did: one row for every stretch of time in one state."""

    day: Ints
    counter: Ints
    begin: Ints
    end: Ints
    state: Ints


@dataclass(frozen=True, eq=False)
class Log:
    """The log of one replication; `visits`, `stops` and `counters` are DataFrames on demand.

    names : what the codes of the rows stand for
    visit_rows, stop_rows, counter_rows : arrays of int64, a row a visit, an attempt at a service,
        a state of a counter; times in µs since midnight of the day
    """

    replication: int
    names: Names
    visit_rows: Visits
    stop_rows: Stops
    counter_rows: Counters

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Log):
            return NotImplemented
        return all(getattr(self, f.name) == getattr(other, f.name) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def visits(self) -> pd.DataFrame:
        """One row per due citizen; times as timedelta64[us] since midnight, NaT where none."""
        import pandas as pd

        rows = self.visit_rows
        return pd.DataFrame(
            {
                **self._day_columns(rows.day),
                "visit": rows.visit,
                "journey": _named(self.names.journeys, rows.journey),
                "index": rows.index,
                "origin": rows.origin,
                "attempt": rows.attempt,
                "visitor_class": _named(self.names.classes, rows.visitor_class),
                "people": rows.people,
                "priority": rows.priority,
                **{name: _time(getattr(rows, name)) for name in ("booked", "due", "entered")},
                "left": _time(rows.left),
                "outcome": _named(VISIT_OUTCOMES, rows.outcome),
                "reason": _named(REASONS, rows.reason),
            }
        )

    @cached_property
    def stops(self) -> pd.DataFrame:
        """One row per attempt at a service; times as timedelta64[us], NaT where none."""
        import pandas as pd

        rows = self.stop_rows
        agencies = tuple(name.partition(".")[0] for name in self.names.services)
        services = tuple(name.partition(".")[2] for name in self.names.services)
        labels = (*(label for _, label in self.names.counters), "")
        return pd.DataFrame(
            {
                **self._day_columns(self.visit_rows.day[rows.row]),
                "visit": self.visit_rows.visit[rows.row],
                "stop": rows.stop,
                "try": rows.tries,
                "agency": _named(agencies, rows.service),
                "service": _named(services, rows.service),
                "counter": _named(labels, rows.counter),
                "number": rows.number,
                **{n: _time(getattr(rows, n)) for n in ("ticket", "called", "start", "end")},
                "outcome": _named(STOP_OUTCOMES, rows.outcome),
                "reason": _named(REASONS, rows.reason),
            }
        )

    @cached_property
    def counters(self) -> pd.DataFrame:
        """One row per stretch of a counter in one state."""
        import pandas as pd

        rows = self.counter_rows
        return pd.DataFrame(
            {
                **self._day_columns(rows.day),
                "agency": _named(tuple(a for a, _ in self.names.counters), rows.counter),
                "counter": _named(tuple(c for _, c in self.names.counters), rows.counter),
                "from": _time(rows.begin),
                "to": _time(rows.end),
                "state": _named(STATES, rows.state),
            }
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: how many visits and stops ended how."""
        visits, stops = self.visit_rows, self.stop_rows
        known = (*VISIT_OUTCOMES, *(o for o in STOP_OUTCOMES if o not in VISIT_OUTCOMES))
        ended = [
            {name: int((rows.outcome == k).sum()) for k, name in enumerate(names)}
            for rows, names in ((visits, VISIT_OUTCOMES), (stops, STOP_OUTCOMES))
        ]
        rows = [
            (o, *(of.get(o, 0) for of in ended))
            for o in known
            if any(o in e and e[o] for e in ended)
        ]
        of = {"replication": self.replication, "visits": len(visits), "stops": len(stops)}
        return table(say("glance.log", lang(), **of), ("outcome", "visits", "stops"), rows)

    def _day_columns(self, day: Ints) -> dict[str, Any]:
        dates = np.array([d or "NaT" for d in self.names.dates], dtype="datetime64[s]")
        return {
            "replication": np.full(len(day), self.replication),
            "day": _named(self.names.days, day),
            "date": dates[day] if len(dates) else np.empty(0, "datetime64[s]"),
        }

    def save(self, folder: str | Path) -> None:
        """Write the log as Parquet files into a folder, which is made if need be.

        Raises OutputError where the folder cannot be written; no file is left half-written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = Path(folder)
        about = json.dumps({"replication": self.replication, "names": _plain(self.names)})
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in _TABLES:
                rows = getattr(self, name)
                table = pa.table({f.name: getattr(rows, f.name) for f in fields(rows)})
                table = table.replace_schema_metadata({"mppsim": about})
                aside = folder / f".{name}.parquet.part"
                pq.write_table(table, aside)
                aside.replace(folder / f"{name}.parquet")
        except OSError as error:
            raise OutputError.of("error.log_not_written", folder=folder, why=why(error)) from error

    @classmethod
    def load(cls, folder: str | Path) -> Log:
        """Read a log that `save` wrote into a folder; every row is equal.

        Raises OutputError where there is none, or where a file is not what `save` writes.
        """
        import pyarrow.parquet as pq

        tables: dict[str, Any] = {}
        about = b""
        for name, kind in _TABLES.items():
            path = Path(folder) / f"{name}.parquet"
            try:
                if pq.read_metadata(path).num_rows > MOST_LOG_ROWS:
                    raise ValueError(f"more than {MOST_LOG_ROWS:,} rows")
                table = pq.read_table(path)
                about = (table.schema.metadata or {}).get(b"mppsim", b"")
                tables[name] = kind(**{f.name: _whole(table[f.name]) for f in fields(kind)})
            except (OSError, ValueError, KeyError) as error:
                raise OutputError.of("error.log_not_read", file=path, why=error) from error
        try:
            stored = json.loads(about)
            names = {key: tuple(value) for key, value in stored["names"].items()}
            names["counters"] = tuple((agency, label) for agency, label in names["counters"])
            log = cls(int(stored["replication"]), Names(**names), **tables)
            _check_codes(log)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutputError.of("error.log_not_read", file=folder, why=error) from error
        return log


MOST_LOG_ROWS = 200_000_000
"""Of a table that is read; its columns would take some 20 GB."""
_TABLES = {"visit_rows": Visits, "stop_rows": Stops, "counter_rows": Counters}


def _whole(column: Any) -> Ints:
    """Return a column of whole numbers. Raises ValueError for any other."""
    values: Ints = column.to_numpy()
    if values.dtype != np.int64:
        raise ValueError(f"a column holds {values.dtype}, no whole numbers")
    return values


def _check_codes(log: Log) -> None:
    """Raise ValueError where a row names what there is not: a stranger's file may."""
    names, visits, stops, at = log.names, log.visit_rows, log.stop_rows, log.counter_rows
    for column, least, known in (
        (visits.day, 0, names.days), (visits.journey, 0, names.journeys),
        (visits.visitor_class, 0, names.classes), (visits.outcome, 0, VISIT_OUTCOMES),
        (visits.reason, 0, REASONS), (stops.row, 0, visits.day), (stops.service, 0, names.services),
        (stops.counter, -1, names.counters), (stops.outcome, 0, STOP_OUTCOMES),
        (stops.reason, 0, REASONS), (at.day, 0, names.days), (at.counter, 0, names.counters),
        (at.state, 0, STATES),
    ):  # fmt: skip
        if len(column) and not least <= column.min() <= column.max() < len(known):
            raise ValueError("a row names what its file does not know")


def _plain(names: Names) -> dict[str, Any]:
    return {f.name: getattr(names, f.name) for f in fields(names)}


def _named(names: tuple[str, ...], codes: Ints) -> Any:
    import pandas as pd

    unique = tuple(dict.fromkeys(names))
    codes = np.array([unique.index(n) for n in names], dtype=np.int64)[codes] if names else codes
    return pd.Categorical.from_codes(codes, categories=pd.Index(unique, dtype="str"))


def _time(column: Ints) -> NDArray[np.timedelta64]:
    return column.view("timedelta64[us]")


def waits(stops: Stops) -> Ints:
    """Return called - ticket in µs of each stop, ABSENT where nobody was called."""
    called = stops.called != ABSENT
    return np.where(called, stops.called - stops.ticket, ABSENT)
