"""When citizens come: the quantiles of a day's profile, which is a line between its edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.jit import entry
from sim.workload import Floats, Ints


class Profiles(NamedTuple):
    """Different profiles one behind the other.

    begin : (profiles + 1,) where each begins; edges, share : µs, and what share comes before it
    of : for each day which profile it has
    """

    begin: Ints
    edges: Floats
    share: Floats
    of: Ints


def arrivals(profiles: Profiles, day: Ints, u: Floats) -> Ints:
    """Return when citizens come on their days, never at the instant of the last ticket; (n,) µs."""
    due = np.empty(len(u), dtype=np.int64)
    _arrive(*profiles, day, u, due)
    return due


@entry
def _arrive(
    begin: Ints, edges: Floats, share: Floats, of: Ints, day: Ints, u: Floats, due: Ints
) -> None:
    days = len(of)
    for k in range(len(u)):
        profile = of[day[k] % days]
        low, end = begin[profile], begin[profile + 1] - 1
        high = end
        while high - low > 1:
            middle = (low + high) // 2
            if share[middle] <= u[k]:
                low = middle
            else:
                high = middle
        rise = (edges[low + 1] - edges[low]) / (share[low + 1] - share[low])
        at = int(np.floor(rise * (u[k] - share[low]) + edges[low]))
        due[k] = min(at, int(edges[end]) - 1)
