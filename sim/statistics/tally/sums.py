"""The sums of replications, and what is noted beside them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.statistics.tally.mall import Floats, Ints

MINUTES, DAYS = -2, -1
"""What a sum may be divided by, beside other sums: how long a slice lasts, how many days it covers.

Every table of sums has them as its last columns, once it is cut into slices.
"""


class Sums(NamedTuple):
    """What the rows of a log add up to, on W weekdays and D days; times in µs.

    The columns of each table are named in the file of its noun.

    stops_by_hour, stops : (services and classes, W, hours, columns), and without the hours
    quantiles : (mall and agencies and services and classes, W + 1, columns) of the waits on
        each weekday and, if there are several, on all days
    visits : (journeys and classes, W, columns)
    stops_by_date, visits_by_date : (D, columns) of the mall where days are dates
    lines, longest : (mall and agencies, W, hours + 1), and (the same, W) the most at once
    hall, fullest : (W, hours + 1), and (D) the most at once
    standing, overtime : (W)
    counters : (agencies, W, hours + 1, columns)
    office_work : (agencies whose services leave work, W, columns)
    """

    stops_by_hour: Floats
    stops: Floats
    stops_by_date: Floats
    quantiles: Floats
    visits: Floats
    visits_by_date: Floats
    lines: Floats
    longest: Floats
    hall: Floats
    fullest: Floats
    standing: Floats
    overtime: Floats
    counters: Floats
    office_work: Floats


class Aside(NamedTuple):
    """What is noted while the rows of one log are added up.

    since : (S,) when the wait began; wait : (S,) of who was called, else ABSENT; both µs
    waited, broken, from_home : (V,) the waits of a visit, whether one was longer than promised,
        and whether it began at home
    line_changes : (2 S,) who comes to a line or leaves it, each as one number that sorts by time
    hall_changes, steps, counts : (2 V,) the same of the hall, how many come or leave, and
        whether they are chosen
    """

    since: Ints
    wait: Ints
    waited: Floats
    broken: NDArray[np.bool_]
    from_home: NDArray[np.bool_]
    line_changes: Ints
    hall_changes: Ints
    steps: Ints
    counts: NDArray[np.bool_]
