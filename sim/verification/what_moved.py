"""What happened where a reference moved, with its proof: three kinds, which do not exclude another.

Structural: the scenario says something else, or other measures are taken. Numerical: the same
scenario and seed give other rows. Statistical: mean waits differ by more than is tolerated.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.errors import ScenarioError
from sim.scenario import quantities as q
from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.statistics.intervals import PairedDifference, paired_ratio_difference
from sim.statistics.results import Results
from sim.verification.reference import ROWS, Reference, by_hour, first_rows, model_of, waits

TOLERANCE = q.MINUTE
"""By how much a mean wait may differ where the scenario states nothing."""

Happened = Literal["structural", "numerical", "statistical"]
Alike = Literal["alike", "other", "cannot_tell"]


@dataclass(frozen=True)
class FirstRow:
    """The first row that differs.

    hour : the day and hour in which it begins; same : the last row before it that is the same, ""
        where there is none; before, now : the row in both versions, "" where there is none there,
        both "" where it comes after the rows that the reference has written out
    """

    hour: str
    same: str
    before: str
    now: str


@dataclass(frozen=True)
class WaitChange:
    """How one mean wait changed, in minutes, over paired replications; alike within `tolerance`."""

    measure: str
    change: PairedDifference
    tolerance: float
    state: Alike


@dataclass(frozen=True)
class Moved:
    """Everything that is said of a reference that moved.

    structure : lines of the resolved scenario that went (-) and came (+)
    before : the scenario of the reference, None where it can no longer be read; now : today's
    """

    structure: tuple[str, ...]
    first_row: FirstRow | None
    waits: tuple[WaitChange, ...]
    measures_differ: bool
    before: Scenario | None
    now: Scenario

    @property
    def happened(self) -> tuple[Happened, ...]:
        """Which of the three it was."""
        structural = bool(self.structure) or self.measures_differ
        other = any(wait.state == "other" for wait in self.waits)
        found: dict[Happened, bool] = {
            "structural": structural,
            "numerical": not self.structure and self.first_row is not None,
            "statistical": other,
        }
        return tuple(kind for kind, so in found.items() if so)


def what_moved(
    before: Reference, scenario: Scenario, results: Results, measures_differ: bool
) -> Moved:
    """Return the proofs of what happened between a reference and today's results."""
    return Moved(
        structure=tuple(_lines(before.model, model_of(scenario))) if before.model else (),
        first_row=_first_row(before, scenario) if before.hours else None,
        waits=tuple(_waits(before, scenario, results)),
        measures_differ=measures_differ,
        before=_as_it_was(before.model),
        now=scenario,
    )


def _lines(before: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    """Yield the lines that differ."""
    for line in difflib.ndiff(before, now):
        if line[:2] in ("- ", "+ "):
            yield line


def _as_it_was(model: Sequence[str]) -> Scenario | None:
    try:
        return load_text("\n".join(model)) if model else None
    except ScenarioError:
        return None  # today's schema knows other words


def _first_row(before: Reference, scenario: Scenario) -> FirstRow | None:
    """Return the first row of the first replication that differs, None if none does."""
    now = first_rows(scenario, before.seed)
    shared = min(len(before.rows), len(now))
    k = next((k for k in range(shared) if before.rows[k] != now[k]), shared)
    if k < len(before.rows) or (len(before.rows) < ROWS and k < len(now)):
        one, other = (rows[k] if k < len(rows) else "" for rows in (before.rows, now))
        return FirstRow(_hour(one or other), now[k - 1] if k else "", one, other)
    hours = by_hour(now)
    for hour in dict.fromkeys([*before.hours, *hours]):
        if before.hours.get(hour) != hours.get(hour):
            return FirstRow(hour, "", "", "")
    return None


def _hour(row: str) -> str:
    return next(iter(by_hour([row])))


def _waits(before: Reference, scenario: Scenario, results: Results) -> Iterator[WaitChange]:
    stated = scenario.tolerance
    tolerance = (TOLERANCE if stated is None else stated) / q.MINUTE
    for name, pairs in waits(results).items():
        was = before.waits.get(name, [])
        if len(was) != len(pairs) or pairs == was:
            continue
        total, n = np.array(pairs).T
        total_was, n_was = np.array(was).T
        change = paired_ratio_difference(total, n, total_was, n_was)
        yield WaitChange(name, change, tolerance, _state(change, tolerance))


def _state(change: PairedDifference, tolerance: float) -> Alike:
    if change.low >= -tolerance and change.high <= tolerance:
        return "alike"
    return "other" if change.low > tolerance or change.high < -tolerance else "cannot_tell"
