"""What changes from one mall to another, paired by replication."""

from __future__ import annotations

import math

from sim.statistics.intervals import PairedDifference, paired_ratio_difference
from sim.statistics.results import Results
from sim.statistics.spread import InputPart, differences, part, widened


def difference(
    after: Results, before: Results, measure: str, scope: str = "mall", name: str = "",
    weekday: str = "", confidence: float = 0.95, interval: str = "",
) -> PairedDifference:  # fmt: skip
    """Return after less before of one measure, paired: both met the same citizens.

    Raises MallError where one of them lacks the measure.
    """
    j, k = (of.position(measure, scope, name, interval, weekday) for of in (after, before))
    share = before.is_share(k)
    found = paired_ratio_difference(*after.poolable(j), *before.poolable(k), confidence, share)
    inputs = inputs_of_difference(
        after, before, measure, scope, name, weekday, confidence, interval
    )
    return widened(found, inputs, (-1.0, 1.0) if share else (-math.inf, math.inf))


def inputs_of_difference(
    after: Results, before: Results, measure: str, scope: str = "mall", name: str = "",
    weekday: str = "", confidence: float = 0.95, interval: str = "",
) -> InputPart | None:  # fmt: skip
    """Return what the inputs leave open of `difference`; None where they were not drawn."""
    if after.spread is None or before.spread is None:
        return None
    j, k = (of.position(measure, scope, name, interval, weekday) for of in (after, before))
    drawn, noise = differences(
        after.sums(j, after.spread.total, after.spread.n),
        before.sums(k, before.spread.total, before.spread.n),
    )
    return part(drawn, noise, confidence)
