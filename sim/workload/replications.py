"""Replications at one go: their days follow each other as if they were one long run."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from sim.workload import Workload

_ALL = [field.name for field in fields(Workload)]
_OF_VISITS = _ALL[_ALL.index("day") : _ALL.index("offset")]
_OF_STOPS = _ALL[_ALL.index("offset") + 1 : _ALL.index("absent")]


@dataclass(frozen=True)
class Replications:
    """Replications that were drawn together.

    numbers : which; run : the workload of them all, in which each has its own days, all of them
    """

    numbers: range
    run: Workload

    @property
    def days(self) -> int:
        """How many days each replication has."""
        return len(self.run.days) // len(self.numbers)

    def apart(self) -> list[Workload]:
        """Return each replication by itself."""
        run, days = self.run, self.days
        if len(self.numbers) == 1:
            return [run]
        bounds = np.arange(len(self.numbers) + 1) * days
        visits, down = (np.searchsorted(day, bounds) for day in (run.day, run.outages[:, 0]))
        found = []
        for k, number in enumerate(self.numbers):
            of = slice(visits[k], visits[k + 1])
            stops = slice(run.offset[of.start], run.offset[of.stop])
            its = slice(k * days, (k + 1) * days)
            cut = {
                **{key: getattr(run, key)[of] for key in _OF_VISITS},
                **{key: getattr(run, key)[stops] for key in _OF_STOPS},
                "day": run.day[of] - its.start,
                "offset": run.offset[of.start : of.stop + 1] - stops.start,
                "absent": run.absent[its],
                "late": run.late[its],
                "outages": run.outages[down[k] : down[k + 1]] - [its.start, 0, 0, 0],
            }
            alone = replace(run, replication=number, days=run.days[its], **cut)
            found.append(alone.known_to_fit(run.drawn_for))
        return found
