"""Equivalence: two things are as good as equal where their difference is surely within a margin.

That no difference was found is no proof of equality: too few days find none either. Two one-sided
tests at 5 % ask the other way round (Schuirmann 1987, J. Pharmacokinetics and Biopharmaceutics
15, 657-680; for simulations Balci and Sargent 1984, Simuletter 16(3), 15-27; Robinson 2014,
Simulation, 2nd ed., ch. 12): both reject exactly where the 90 % interval lies within the margin.
"""

from __future__ import annotations

import math
from typing import Literal

from sim.statistics.intervals import Estimate

Equivalence = Literal["equivalent", "different", "undecided"]
CONFIDENCE = 0.90
"""Of the interval that is held against the margin: two one-sided tests at 5 % each."""


def equivalence(difference: Estimate, margin: float) -> Equivalence:
    """Say whether a difference is surely within the margin, surely beyond it, or neither.

    difference : with its 90 % interval; margin : the largest that does not matter, same unit
    """
    low, high = difference.low, difference.high
    if math.isnan(low) or math.isnan(high):
        return "undecided"
    if -margin <= low and high <= margin:
        return "equivalent"
    return "different" if low > margin or high < -margin else "undecided"
