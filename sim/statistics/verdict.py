"""Three-valued verdicts from intervals: kept, broken, or it cannot be told.

The one place where an interval becomes a verdict; pages and comparisons only ask here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from sim.statistics.intervals import Estimate
from sim.statistics.results import Results

State = Literal["kept", "broken", "cannot_tell"]
_TINY = 1e-12
"""Sums of `in time - promised` are a hair off where they should be 0."""


def state(low: float, high: float) -> State:
    """Say whether something that has to be 0 or more is so, given its interval."""
    if math.isnan(low) or math.isnan(high):
        return "cannot_tell"
    if low >= -_TINY:
        return "kept"
    return "broken" if high < -_TINY else "cannot_tell"


def promise(called_in_time: Estimate, margin: Estimate) -> State:
    """Say whether a promise is kept.

    margin : the share called in time less the share promised, by ticket, so that services that
        promise different shares are judged together
    """
    widened = widest(called_in_time, margin)
    return state(widened.low, widened.high)


def widest(called_in_time: Estimate, margin: Estimate) -> Estimate:
    """Return the margin with the wider of its own interval and that of the share."""
    # The share's own bound is stricter where everybody was called in time, or nobody: there the
    # margin has hardly any width, though a few tickets prove little.
    required = called_in_time.value - margin.value
    low = min(margin.low, called_in_time.low - required)
    return replace(margin, low=low, high=max(margin.high, called_in_time.high - required))


def margin_of(results: Results, agency: str, confidence: float = 0.95) -> Estimate:
    """Return an agency's share called in time less the share that it promises."""
    called_in_time, margin, _ = promise_of(results, "agency", agency, confidence)
    return widest(called_in_time, margin)


def promise_of(
    results: Results, scope: str, name: str, confidence: float
) -> tuple[Estimate, Estimate, State]:
    """Return the share called in time of an agency or service, its margin, and the verdict."""
    called_in_time, margin = (
        results.estimate(measure, scope, name, confidence=confidence)
        for measure in ("called_in_time", "promise_margin")
    )
    return called_in_time, margin, promise(called_in_time, margin)


def together(number: int) -> float:
    """Return the confidence of each of so many intervals that are 95 % together (Bonferroni)."""
    return 1 - 0.05 / max(number, 1)
