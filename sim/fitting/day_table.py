"""What each day of a log says: visits by journey, tickets by half hour, who was there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.fitting.history import Bools, History, Ints
from sim.fitting.likelihood import Floats
from sim.fitting.routes import Routes
from sim.fitting.times import weekday_of
from sim.fitting.year import FEWEST_IN_MONTH, Year
from sim.scenario import quantities as q
from sim.workload import ABSENT

SLOT = 30 * q.MINUTE
FEWEST_WALK = 0.02
"""With a smaller share of walk-ins the course of the day is that of all."""


@dataclass(frozen=True, eq=False)
class DayTable:
    """D days.

    days : (D,) since 1970; counts : (D, J) visits by journey, with who booked and did not come;
        seen : (D, J) whether its agency was there
    table : (D, K) walk-ins by slot; slots : (K,) when they begin, µs
    whole : (D,) whether every usual agency was there; course : (D,) whether the course of the day
        rests on it
    """

    days: Ints
    counts: Floats
    seen: Bools
    table: Floats
    slots: Ints
    whole: Bools
    course: Bools

    @property
    def weekday(self) -> Ints:
        """(D,) 0 is Monday."""
        return weekday_of(self.days)

    @property
    def shut(self) -> Ints:
        """Days since 1970 without tickets, of weekdays on which the mall is open most weeks."""
        every = np.arange(self.days[0], self.days[-1] + 1)
        opened = np.isin(every, self.days)
        weekday = weekday_of(every)
        all_of, open_of = (np.bincount(w, minlength=7) for w in (weekday, weekday[opened]))
        return np.asarray(every[~opened & (2 * open_of > all_of)[weekday]], dtype=np.int64)

    def ordinary(self, year: Year) -> DayTable:
        """Return the days as ordinary ones: without what dates make of them.

        Days that stand out do not count; the visits of the others are over the factor of theirs.
        In Ramadan the day has a course of its own.
        """
        whole = self.whole & year.ordinary
        course = whole & ~year.fasting
        return replace(
            self, counts=self.counts / year.factor[:, None],
            seen=self.seen & year.ordinary[:, None], whole=whole,
            course=course if course.sum() >= FEWEST_IN_MONTH else whole,
        )  # fmt: skip


def day_table(routes: Routes, history: History) -> DayTable:
    """Count the visits of a log."""
    days = history.days
    counts = np.zeros((len(days), len(routes.keys)))
    np.add.at(counts, (routes.day, routes.journey), 1)
    np.add.at(counts, (history.unseen.day, routes.unseen), 1)
    table, slots = _slots(routes, len(days))
    whole = _whole(routes)
    return DayTable(days, counts, routes.seen, table, slots, whole, whole)


def _whole(routes: Routes) -> Bools:
    """(D,) whether every usual agency has tickets; all days where hardly any day is like that."""
    usual = routes.seen.mean(axis=0) >= 0.5
    whole: Bools = np.asarray(routes.seen[:, usual].all(axis=1))
    return whole if whole.mean() >= 0.5 else np.ones(len(whole), dtype=bool)


def _slots(routes: Routes, days: int) -> tuple[Floats, Ints]:
    """Count walk-ins: who booked comes by her time. All where hardly anybody walks in."""
    walks = routes.booked == ABSENT
    if walks.mean() < FEWEST_WALK:
        walks[:] = True
    place = routes.arrival[walks] // SLOT
    first, last = int(place.min()), int(place.max())
    table = np.zeros((days, last - first + 1))
    np.add.at(table, (routes.day[walks], place - first), 1)
    return table, (first + np.arange(table.shape[1])) * SLOT
