"""Stretches of dates with rules of their own: seasons (Ramadan, school holidays), special days."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from sim.scenario import quantities as q
from sim.scenario.clock_tables import Profile, Profiles, clock_table, write_clock_table
from sim.scenario.dates import SomeDates
from sim.scenario.fields import Frozen, Yes
from sim.scenario.weekdays import Breaks, Clocks, Hours, Intervals


class Season(Frozen):
    """Dates on which other hours hold, or more or fewer citizens come.

    What a season leaves out is as on ordinary days. demand : factor upon that of the day
    """

    dates: SomeDates
    hours: Hours | None = None
    breaks: Breaks | None = None
    doors: Clocks | None = None
    last_ticket: Clocks | None = None
    profile: Profiles | None = None
    demand: q.Weight = 1.0


def _read_day_profile(raw: object) -> Profile:
    return clock_table(raw, q.read_weight, "day_profile")


DayProfile = Annotated[
    Profile, BeforeValidator(_read_day_profile), PlainSerializer(write_clock_table)
]
"""The profile of one day."""


class Special(Frozen):
    """One date with rules of its own, which win over those of seasons."""

    closed: Yes = False
    hours: q.Interval | None = None
    breaks: Intervals | None = None
    doors: q.Clock | None = None
    last_ticket: q.Clock | None = None
    profile: DayProfile | None = None
    demand: q.Weight = 1.0


SETTINGS = ("hours", "breaks", "doors", "last_ticket", "profile")
"""What a season or a special day may set in place of the ordinary."""
