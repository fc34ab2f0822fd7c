"""Where a journey's citizens went before: told with the results, and never computed with."""

from __future__ import annotations

from sim.scenario import quantities as q
from sim.scenario.fields import Frozen, Text


class MovedFrom(Frozen):
    """The old office of a journey, as its citizens leave it: a consequence outside the mall.

    per_day : how many came to the old office a day
    share : of the journey's citizens, who would have gone there; the others come anew
    """

    office: Text
    per_day: q.Positive
    share: q.Share

    def moved(self, come: float) -> float:
        """Return how many of `come` citizens of the journey came from the old office."""
        return self.share * come
