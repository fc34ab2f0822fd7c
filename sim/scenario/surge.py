"""A surge: many who come for one thing within some hours of one day."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.scenario import quantities as q
from sim.scenario.calendar import Day
from sim.scenario.dates import Date
from sim.scenario.fields import Frozen, Text
from sim.scenario.weekdays import Weekdays

Floats = NDArray[np.float64]


class Surge(Frozen):
    """Citizens of a journey who come on top of the ordinary ones.

    journey : what they come for; visits : how many on average (Poisson)
    date : the day among dates; day : the weekday, each time in a typical week
    from, to : within which hours they come, evenly
    """

    journey: Text
    visits: q.Positive
    date: Date | None = None
    day: Weekdays | None = None
    from_: Annotated[q.Clock, Field(alias="from")]
    to: q.Clock

    def times(self, u: Floats) -> Floats:
        """Return the clock times (µs) at which the citizens of these uniforms come."""
        return np.floor(self.from_ + u * (self.to - self.from_))

    def on(self, day: Day) -> bool:
        """Whether it falls on a day."""
        if self.date is not None:
            return day.date == self.date
        return self.day is not None and day.weekday in self.day
