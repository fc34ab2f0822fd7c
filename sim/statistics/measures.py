"""What is measured in one log: sums and counts, so that replications can be pooled exactly.

Definitions (times in minutes):

wait : from ticket (a booked citizen: from the later of ticket and booked time; with a number from
    home: from when she entered) to call
called in time : called within the promise of the service, of all who took a ticket there; who
    left the line or was sent home was not called in time
left : of tickets, gave up waiting; of visits, ended because she gave up waiting, did not join a
    line or missed her call
refused : of stops, no ticket given, of all who took or wanted one; of visits, turned away at the
    door or at an agency
wait in visit : the waits of a completed visit, added up
visits : who comes to the door; no-shows, cancelled and moved bookings are counted apart
returned : visits of who comes back after another day; several days : of the completed visits,
    those of citizens who needed more than one day
sent home : at closing; who is sent home since her papers lack something is counted as incomplete
incomplete : of stops, tries at which the papers lacked something; of visits, those that ended so
tickets : one that is kept while she is away counts once, and so does its wait, until the first call
fulfilled : a visit completed with every wait within its promise, of all visits
lost to calls : time from call to start and calls in vain, of the time that counters were staffed
lost to outages : time down, of the same time; only where something may be down
utilisation : time serving and wrapping up, of the time that counters were staffed (overtime
    included)
line, in hall : people waiting for a call, people between door and exit: on average from door to
    close of each day, and the most at once on a day; in hall counts all who come together
standing : people in the hall beyond its seats, on average over the same time
outside : from coming to the open door to coming in, of all who came in; where there is such a line
work left, work done after : of what services leave behind the counter (`office_work.py`)
people : all who come to the door, where some come together

A measure that nobody experienced has n = 0; its value is absent, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.log import Log
from sim.scenario.model import Scenario
from sim.statistics.cuts import numbers_of
from sim.statistics.layout import layout_of
from sim.statistics.measure import Measure, Measures
from sim.statistics.slices import slices_of
from sim.statistics.tally.adding import sums_of
from sim.statistics.tally.columns import Mask
from sim.statistics.tally.mall import mall_of
from sim.statistics.tally.sums import Sums


def measure(
    log: Log, scenario: Scenario, only: Mask | None = None, *, whole: bool = False
) -> Measures:
    """Measure a log.

    scenario : the one that was played
    only : (V,) bool, the visits that count (all if None); counters always count
    whole : only the measures of the whole span, not those by weekday, hour or date
    """
    return measures_from([(log.replication, sums_of(log, scenario, only))], scenario, whole)[0]


def measure_together(
    logs: Iterable[Log], scenario: Scenario, *, whole: bool = False
) -> list[Measures]:
    """Measure several logs; each of the measures is what `measure` returns.

    A log is let go before the next is asked for: none but its sums are kept.
    """
    each = [(log.replication, sums_of(log, scenario)) for log in logs]
    return measures_from(each, scenario, whole)


def measures_from(
    each: Sequence[tuple[int, Sums]], scenario: Scenario, whole: bool = False
) -> list[Measures]:
    """Return the measures of logs of which only replication and sums are left."""
    of = layout_of(scenario, whole)
    numbers = numbers_of([sums for _, sums in each], mall_of(scenario), slices_of(scenario))
    total, n = numbers[:, of.total] / of.units, numbers[:, of.n] / of.units_of_n
    return [
        Measures(replication, of.measures, *found)
        for (replication, _), *found in zip(each, total, n, strict=True)
    ]


def measures_of(scenario: Scenario, whole: bool = False) -> tuple[Measure, ...]:
    """Return what is measured in a scenario, in a fixed order; whole : as in `measure`."""
    return layout_of(scenario, whole).measures
