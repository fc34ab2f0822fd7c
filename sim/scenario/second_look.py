"""What else is wrong where some values cannot be read: names of stops, in the same round.

A file is checked as a whole only once each of its values can be read. So that a misspelt stop
need not wait until a duration has its unit, unreadable values are set aside and names are
checked in what is left. Whatever may only follow from a value set aside is not said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.scenario.checking_hours import Whole
from sim.scenario.checking_names import unknown_stops
from sim.scenario.faults import Finding, Path
from sim.scenario.merging import Merged
from sim.scenario.model import Scenario
from sim.scenario.tree import plain

_ROUNDS = 3
"""Setting one value aside may make another missing."""
_STAND_INS: dict[str, Any] = {
    "time": {"always": "1 min"},
    "per_day": "1",
    "counters": "1",
    "stops": [],
}
"""In place of values that cannot be left out."""
_OF_KEYS = frozenset({"unknown_key", "unknown_key_accepted", "missing", "not_a_table"})
"""Faults of a key: what an agency offers is then not known."""


def names_beside(
    merged: Merged, findings: Sequence[Finding], context: Mapping[str, Any]
) -> list[Finding]:
    """Return the stops that lead nowhere, in a scenario with these unreadable values."""
    of_keys = [f for f in findings if f.at_key or f.code in _OF_KEYS]
    if any(len(f.path) < 2 or (f.path[0] == "agencies" and len(f.path) == 2) for f in of_keys):
        return []  # which agencies there are is not known
    unclear = {f.path[1] for f in of_keys if f.path[0] == "agencies"}
    data = plain(merged.root)
    paths = [f.path for f in findings]
    for _ in range(_ROUNDS):
        for path in paths:
            _set_aside(data, path)
        try:
            scenario = Scenario.model_validate(data, context=dict(context))
        except ValidationError as error:
            paths = [tuple(s for s in e["loc"] if s != "[key]") for e in error.errors()]
        else:
            found = unknown_stops(Whole(scenario, merged.root, merged.removed))
            return [finding for finding in found if _agency(finding) not in unclear]
    return []


def _agency(finding: Finding) -> object:
    return finding.params.get("agency", finding.params.get("value"))


def _set_aside(data: Any, path: Path) -> None:
    """Take the value at a path away, or as much above it as can be taken."""
    for step in path[:-1]:
        inner = data.get(step) if isinstance(data, dict) else None
        if not isinstance(inner, dict):
            path = (step,)
            break
        data = inner
    last = path[-1] if path else ""
    if not isinstance(data, dict) or not isinstance(last, str):
        return
    if last in _STAND_INS and not (last == "counters" and "machines" in data):
        data[last] = _STAND_INS[last]
    else:
        data.pop(last, None)
