"""A workload: the citizens of one replication and all that they bring, before the hall opens.

Its arrays are made by `sim.sampling.sample`, or from a table: a recorded day, or a researcher's
own arrival process, is a workload like any other. An engine plays it by the rules of the hall.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.columns import ABSENT, JOINS, NEVER, Bools, Columns, Floats, Ints
from sim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ABSENT", "COMES", "ENDS", "JOINS", "MOST_MISSES", "NEVER", "NO_OUTAGES", "OPENINGS", "PICKS",
    "STAYS_AWAY", "Bools", "Floats", "Ints", "Workload", "all_officers",
]  # fmt: skip
OPENINGS = 4
"""How many openings of a counter on one day may be late: the first, and after each break."""
COMES = ("comes", "no_show", "cancelled", "moved", "lost")
"""What a due citizen does: who does not come stands in the ledger all the same."""
ENDS = ("served", "incomplete", "no_papers", "parked")
"""How a try ends if she is served: for good; her papers lack something, found at the counter or
before she got a ticket; or she has something to do elsewhere, and the next row is the rest."""
PICKS = ("next", "one_of", "any_order")
"""Which stop comes next: the next row; one of those that stand together, the others never; or
each of them, in the order of the lines."""
STAYS_AWAY = 1.0
"""The uniform of a citizen who does not come back, whatever becomes of her."""
MOST_MISSES = 3
"""After so many calls in vain a ticket is dropped, whatever the agency's rule."""


@dataclass(frozen=True, eq=False)
class Workload:
    """The citizens of one replication, sorted by day, due time and identity.

    V visits with S stops in all; times in µs since midnight of the day, int64.

    days : labels of the days; `day` holds positions in it
    journeys, services, classes : names, sorted; the columns hold positions in them
    day, journey, index, origin, attempt, visitor_class, people, booked, due : (V,)
    stay, comes, back, lead : (V,)
        index counts the citizens of a journey on their origin day; people is how many come
        together, of whom one is served; booked is ABSENT for walk-ins;
        stay is how long she stays in the mall before she leaves a line, or NEVER; comes is a
        place in COMES; back is the uniform held against the share of those who come back on
        another day; an attempt after the first takes place only if she does; lead is ABSENT but
        for who takes a number from home, at `due`: how long before her turn she comes
    offset : (V + 1,) the stops of visit v are offset[v] .. offset[v + 1]
    stop, service, walk, time, patience, slot, balk, misses, tries, ends, keeps : (S,)
    group, pick : (S,)
        stop is its number within the journey, from 1; walk is the way to it; time is the service
        that she needs; patience is NEVER where she does not leave; slot is the booked time of
        this stop, or ABSENT; balk is the uniform held against the share of those who do not join;
        misses is how many calls she does not hear; tries counts the rows of one stop from 1: the
        next is reached if this one ends, by a place in ENDS, incomplete or parked, and walk is
        then how long that takes; keeps is 1 where she comes back with the ticket that she has;
        rows of one group (a number above 0) stand together, and pick, a place in PICKS, says
        which of their stops she makes
    absent, late : (D, C) bool and (D, C, openings) µs, the officers of each day and counter
    outages : (K, 4) day, place in `scenario.outages`, from before to (µs); sorted
    """

    replication: int
    days: tuple[str, ...]
    journeys: tuple[str, ...]
    services: tuple[str, ...]
    classes: tuple[str, ...]
    day: Ints
    journey: Ints
    index: Ints
    origin: Ints
    attempt: Ints
    visitor_class: Ints
    people: Ints
    booked: Ints
    due: Ints
    stay: Ints
    comes: Ints
    back: Floats
    lead: Ints
    offset: Ints
    stop: Ints
    service: Ints
    walk: Ints
    time: Ints
    patience: Ints
    slot: Ints
    balk: Floats
    misses: Ints
    tries: Ints
    ends: Ints
    keeps: Ints
    group: Ints
    pick: Ints
    absent: Bools
    late: Ints
    outages: Ints

    drawn_for: ClassVar[Scenario | None] = None
    """For which scenario all of this was drawn: it fits that one, and nobody need look."""

    def __post_init__(self) -> None:
        for column in _COLUMNS:
            getattr(self, column).flags.writeable = False

    def known_to_fit(self, scenario: Scenario | None) -> Workload:
        """Note for which scenario it was drawn; `replace` and saving forget it."""
        object.__setattr__(self, "drawn_for", scenario)
        return self

    def __len__(self) -> int:
        return len(self.day)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Workload):
            return NotImplemented
        return all(_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]

    def rank(self) -> Ints:
        """Return each visit's place in the order of identity, which settles ties.

        Booked before walk-ins, then journey by name, origin day, index, attempt; (V,) int64.
        """
        keys = (self.attempt, self.index, self.origin, self.journey, self.booked == ABSENT)
        rank = np.empty(len(self), dtype=np.int64)
        rank[np.lexsort(keys)] = np.arange(len(self))
        return rank

    def order(self) -> Ints:
        """Return the identity of each visit as one number, in the order of `rank`; (V,) int64.

        Booked before walk-ins, journey, origin, index, attempt: written side by side where they
        fit into 61 bits, which saves sorting them; else the rank itself.
        """
        order: Ints = (self.booked == ABSENT).astype(np.int64)
        for column, bits in zip(self._who(), (12, 22, 22, 4), strict=True):
            if len(column) and not 0 <= column.min() <= column.max() < 1 << bits:
                return self.rank()
            order = order << bits | column
        return order

    def _who(self) -> tuple[Ints, ...]:
        return self.journey, self.origin, self.index, self.attempt

    def next_attempts(self, days: int = 0) -> Ints:
        """Return the row of each citizen's next attempt, -1 where she has none; (V,).

        days : of a replication, where those of several follow each other
        """
        after = np.full(len(self), -1, dtype=np.int64)
        if (self.attempt == self.attempt[:1]).all():
            return after
        run = self.day // (days or len(self.days))
        keys = (self.attempt, self.index, self.origin, self.journey, run)
        order = np.lexsort(keys)
        same = np.diff(self.attempt[order]) == 1
        for key in keys[1:]:
            same &= np.diff(key[order]) == 0
        after[order[:-1][same]] = order[1:][same]
        return after

    def to_frame(self) -> pd.DataFrame:
        """Return one row per stop, with every draw; a visit without stops has one, service "".

        Times are timedelta64[us]; NaT stands for "not booked" and "never leaves".
        """
        import pandas as pd

        stops = np.diff(self.offset)
        of = np.repeat(np.arange(len(self)), np.maximum(stops, 1))
        has_stop = np.repeat(stops > 0, np.maximum(stops, 1))
        return pd.DataFrame(
            {
                "day": np.array(self.days, dtype=object)[self.day[of]],
                "journey": np.array(self.journeys, dtype=object)[self.journey[of]],
                "index": self.index[of],
                "origin": self.origin[of],
                "attempt": self.attempt[of],
                "visitor_class": np.array(self.classes, dtype=object)[self.visitor_class[of]],
                "people": self.people[of],
                "booked": self.booked[of].view("timedelta64[us]"),
                "due": self.due[of].view("timedelta64[us]"),
                "comes": np.array(COMES, dtype=object)[self.comes[of]],
                "stay": _endless(self.stay[of]).view("timedelta64[us]"),
                "back": self.back[of],
                "lead": self.lead[of].view("timedelta64[us]"),
                **self._stop_columns(has_stop),
            }
        )

    def _stop_columns(self, has_stop: Bools) -> dict[str, Any]:
        """Return the columns of stops, spread over the rows that have one."""

        def at_stop(column: Ints, empty: int) -> Ints:
            values = np.full(len(has_stop), empty, dtype=np.int64)
            values[has_stop] = column
            return values

        def time(column: Ints, empty: int) -> Any:
            return at_stop(column, empty).view("timedelta64[us]")

        balk = np.full(len(has_stop), JOINS)
        balk[has_stop] = self.balk
        names = np.array([*self.services, ""], dtype=object)
        return {
            "stop": at_stop(self.stop, 0),
            "service": names[at_stop(self.service, len(self.services))],
            "walk": time(self.walk, 0),
            "time": time(self.time, 0),
            "patience": time(_endless(self.patience), ABSENT),
            "slot": time(self.slot, ABSENT),
            "balk": balk,
            "misses": at_stop(self.misses, 0),
            "tries": at_stop(self.tries, 1),
            "ends": np.array(ENDS, dtype=object)[at_stop(self.ends, 0)],
            "keeps": at_stop(self.keeps, 0),
            "group": at_stop(self.group, 0),
            "pick": np.array(PICKS, dtype=object)[at_stop(self.pick, 0)],
        }

    def officers_frame(self, scenario: Scenario) -> pd.DataFrame:
        """Return one row per day and counter of a scenario: is its officer absent, or how late."""
        import pandas as pd

        days, counters, _ = self.late.shape
        late = self.late.reshape(days * counters, -1)
        return pd.DataFrame(
            {
                "day": np.repeat(np.array(self.days, dtype=object), counters),
                "agency": [agency for agency, _ in scenario.counters] * days,
                "counter": [label for _, label in scenario.counters] * days,
                "absent": self.absent.ravel(),
                **{
                    f"late_{k + 1}": np.ascontiguousarray(late[:, k]).view("timedelta64[us]")
                    for k in range(OPENINGS)
                },
            }
        )

    def outages_frame(self, scenario: Scenario) -> pd.DataFrame:
        """Return one row per outage: of the mall (no agency), an agency (no counter), or a counter.

        scenario : the one that it was drawn for

        Times are timedelta64[us] since midnight.
        """
        import pandas as pd

        source = self.outages[:, 1]
        of = np.array([(a, c) for a, c, _ in scenario.outages], dtype=object).reshape(-1, 2)
        return pd.DataFrame(
            {
                "day": np.array(self.days, dtype=object)[self.outages[:, 0]],
                "agency": of[source, 0],
                "counter": of[source, 1],
                "from": np.ascontiguousarray(self.outages[:, 2]).view("timedelta64[us]"),
                "to": np.ascontiguousarray(self.outages[:, 3]).view("timedelta64[us]"),
            }
        )

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        scenario: Scenario,
        replication: int = 0,
        officers: pd.DataFrame | None = None,
        outages: pd.DataFrame | None = None,
    ) -> Workload:
        """Return the workload that a frame states, one row per stop; nothing is drawn.

        replication : the number that it is to have

        Needed are `journey`, `due`, `service` and `time`; `day` (default: the scenario's first),
        `index` (default: order within day and journey), `stop` (default: order within the visit),
        `visitor_class` (default: the first by name), `people` (1), `walk` (0), `patience`,
        `stay` and `booked` (none), `balk` (joins), `misses` (0), `tries` (order within the stop),
        `ends` (served), `keeps` (0), `group` (0), `pick` (next), `lead` (none), `origin` and
        `attempt` may be left out. `officers`
        is a table as `officers_frame` gives it; without one everybody is there. `outages` is
        one as `outages_frame` gives it; without one nothing is down.

        Rows of one visit share day, journey and index; without `index` each row is a visit of its
        own. Times: timedelta64, or integers in µs.

        Raises WorkloadError where a column is missing, a name unknown, a time negative, where the
        rows of one visit disagree in what is said of the visit, or two have one stop number.
        """
        from sim.workload.table import read_rows

        names = _names_of(scenario)
        visits, stops, offset = read_rows(frame, scenario, names)
        return cls(
            replication=replication,
            days=names["days"],
            journeys=names["journeys"],
            services=names["services"],
            classes=names["classes"],
            **visits,
            offset=offset,
            **stops,
            **_officers_from(officers, scenario),
            outages=_outages_from(outages, scenario),
        )


_COLUMNS = tuple(f.name for f in fields(Workload) if f.type in ("Ints", "Floats", "Bools"))


def all_officers(scenario: Scenario) -> dict[str, Any]:
    """Return `absent` and `late` of days on which every officer is there, and in time."""
    shape = (len(scenario.played), len(scenario.counters))
    return {"absent": np.zeros(shape, np.bool_), "late": np.zeros((*shape, OPENINGS), np.int64)}


def _officers_from(frame: pd.DataFrame | None, scenario: Scenario) -> dict[str, Any]:
    officers = all_officers(scenario)
    if frame is None:
        return officers
    columns = Columns(frame)
    day = columns.names("day", tuple(day.label for day in scenario.played))
    posts = tuple(f"{agency} {label}" for agency, label in scenario.counters)
    named = frame.assign(post=frame["agency"].astype(str) + " " + frame["counter"].astype(str))
    counter = Columns(named).names("post", posts)
    officers["absent"][day, counter] = frame["absent"].to_numpy(dtype=np.bool_)
    for k in range(OPENINGS):
        officers["late"][day, counter, k] = columns.times(f"late_{k + 1}", 0)
    return officers


NO_OUTAGES = np.empty((0, 4), dtype=np.int64)


def _outages_from(frame: pd.DataFrame | None, scenario: Scenario) -> Ints:
    if frame is None or not len(frame):
        return NO_OUTAGES.copy()
    known = tuple(f"{agency} {counter}".strip() for agency, counter, _ in scenario.outages)
    texts = frame["agency"].astype(str) + " " + frame["counter"].astype(str)
    columns = Columns(frame.assign(outage=texts.str.strip()))
    rows = np.stack(
        [
            columns.names("day", tuple(day.label for day in scenario.played)),
            columns.names("outage", known),
            columns.times("from"),
            columns.times("to"),
        ],
        axis=1,
    )
    return rows[np.lexsort(rows.T[::-1])]


def _endless(column: Ints) -> Ints:
    """Return a column of durations with NEVER as ABSENT, as tables show it."""
    return np.where(column == NEVER, ABSENT, column)


def _equal(a: Any, b: Any) -> bool:
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else bool(a == b)


def _names_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    return {
        "days": tuple(day.label for day in scenario.played),
        "journeys": tuple(sorted(scenario.journeys)),
        "services": scenario.services,
        "classes": tuple(scenario.class_shares),
    }
