"""The days of a log played again: the same citizens at the same times, or others of the fit.

With the citizens of the log only service times and patience are drawn (trace-driven validation:
Kleijnen 1995, "Verification and validation of simulation models", European J. Operational
Research 82, 145-162); with drawn ones everything is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine import play
from sim.fitting.history import Bools, History, Ints
from sim.fitting.routes import Routes
from sim.fitting.seen import Seen
from sim.log import Log
from sim.randomness import Draws
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS
from sim.workload import ABSENT, Workload

if TYPE_CHECKING:
    import pandas as pd

SEED = 0


@dataclass(frozen=True, eq=False)
class Replay:
    """A fitted scenario and the days of a log on which it is tried.

    history, routes : of those days alone
    services : (S,) what the scenario calls each service of the history, "" where it has none
    agencies : (A,) likewise
    """

    scenario: Scenario
    history: History
    routes: Routes
    services: tuple[str, ...]
    agencies: tuple[str, ...]

    @cached_property
    def weeks(self) -> tuple[tuple[int, Ints], ...]:
        """Places of the days of each week, with a number of the week: one is played at a time."""
        week = (self.history.days + 3) // 7
        return tuple((int(w), np.flatnonzero(week == w)) for w in np.unique(week))

    @cached_property
    def missing(self) -> int:
        """How many visits go to services that the scenario does not have."""
        return int((~self._known).sum())

    def observed(self) -> Seen:
        """Return what the log shows of these days."""
        h = self.history
        place = np.array([self._place.get(key, -1) for key in self.agencies])[h.agency]
        which = h.waits & (place >= 0)
        return Seen(len(h.days), h.day[which], place[which], h.since[which], h.called[which])

    def again(self, trial: int) -> Seen:
        """Return the days with the citizens of the log."""
        return self._played(lambda week, days: self._recorded(trial, week, days))

    def drawn(self, trial: int) -> Seen:
        """Return the days with citizens that the scenario draws."""
        first = trial * len(self.weeks)
        numbers = {week: first + k for k, (week, _) in enumerate(self.weeks)}
        return self._played(lambda week, _: sample(self.scenario, SEED, numbers[week]))

    # How a week is played

    @cached_property
    def _place(self) -> dict[str, int]:
        return {key: k for k, key in enumerate(sorted(self.scenario.agencies))}

    def _played(self, workload: Any) -> Seen:
        parts = [self._seen(play(self.scenario, workload(week, days), "compiled"), days)
                 for week, days in self.weeks]  # fmt: skip
        columns = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Seen(len(self.history.days), *columns)

    def _seen(self, log: Log, days: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Return day, agency, ticket and call of those who were called on these days."""
        stops, names = log.stop_rows, log.names
        of_label = np.full(len(names.days), -1)
        for place in days:
            label = WEEKDAYS[self.history.weekday[place]]
            if label in names.days:
                of_label[names.days.index(label)] = place
        day = of_label[log.visit_rows.day[stops.row]]
        keys = [self._place[name.partition(".")[0]] for name in names.services]
        which = (stops.called != ABSENT) & (stops.ticket != ABSENT) & (day >= 0)
        agency = np.array(keys, dtype=np.int64)[stops.service[which]]
        since = np.minimum(log.visit_rows.booked[stops.row], stops.called)[which]
        return day[which], agency, np.maximum(stops.ticket[which], since), stops.called[which]

    @cached_property
    def _known(self) -> Bools:
        """(V,) whether the scenario has every service of a visit, and opens on its day."""
        ways = [all(self.services[s] for s in way) for way in self.routes.stops]
        open_on = {day.weekday for day in self.scenario.played}
        opened = [WEEKDAYS[w] in open_on for w in self.history.weekday]
        known: Bools = np.array(ways)[self.routes.journey] & np.array(opened)[self.routes.day]
        return known

    @cached_property
    def _journeys(self) -> list[str]:
        """The journey of the scenario whose stops each way makes, else any: it is a name only."""
        made = {tuple(s.service for s in self.scenario.stops_of(name)): name
                for name in self.scenario.journeys}  # fmt: skip
        any_ = min(self.scenario.journeys)
        return [made.get(tuple(self.services[s] for s in way), any_) for way in self.routes.stops]

    @cached_property
    def _table(self) -> pd.DataFrame:
        """One row a stop, of every visit that the scenario can play."""
        import pandas as pd

        routes = self.routes
        # in an order of their own: the numbers of visits follow hashes, which differ by process
        visits = np.lexsort((routes.journey, routes.arrival, routes.day))
        visits = visits[self._known[visits]]
        ways = [routes.stops[j] for j in routes.journey[visits]]
        lengths = [len(way) for way in ways]
        of = np.repeat(visits, lengths)
        return pd.DataFrame({
            "place": routes.day[of], "index": np.repeat(np.arange(len(visits)), lengths),
            "due": routes.arrival[of],
            "booked": routes.booked[of].view("timedelta64[us]"),
            "day": [WEEKDAYS[self.history.weekday[d]] for d in routes.day[of]],
            "journey": [self._journeys[j] for j in routes.journey[of]],
            "service": [self.services[s] for way in ways for s in way],
        })  # fmt: skip

    def _recorded(self, trial: int, week: int, days: Ints) -> Workload:
        table = self._table[self._table["place"].isin(days)].reset_index(drop=True)
        draws = Draws(SEED, range(trial, trial + 1), (week,)).under("replay")
        names = table["service"].to_numpy(dtype=object)
        time = np.zeros(len(table))
        for name in sorted(set(names)):
            mine = names == name
            u = draws("time", name, np.array([mine.sum()]))
            time[mine] = self.scenario.service(name).time.quantile(u)
        frame = table.assign(time=np.rint(time).astype(np.int64))
        law = next(iter(self.scenario.visitors.values())).patience
        if law is not None:
            u = draws("patience", "", np.array([len(table)]))
            frame["patience"] = np.rint(law.quantile(u)).astype(np.int64).view("timedelta64[us]")
        return Workload.from_frame(frame.drop(columns="place"), self.scenario, trial)


def replays(replay: Replay, trials: int) -> Iterator[tuple[Seen, Seen]]:
    """Yield the days so often: with the citizens of the log, and with drawn ones."""
    for trial in range(trials):
        yield replay.again(trial), replay.drawn(trial)
