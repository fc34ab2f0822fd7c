"""Who went home without it, and came back: by what they came for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.statistics.intervals import Estimate
from sim.statistics.results import Results

SHOWN = 0.05
"""People a day; fewer would be shown as none."""


@dataclass(frozen=True)
class Returning:
    """The citizens of one journey: people a day, and of those who are done the share of some days.

    turned_away, gave_up, sent_home, incomplete : who went home without it
    returned : who comes on an ordinary day since she went home on an earlier one
    several_days : of those whose business is done
    """

    title: str
    turned_away: Estimate
    gave_up: Estimate
    sent_home: Estimate
    incomplete: Estimate | None
    returned: Estimate
    several_days: Estimate


def returning(results: Results) -> list[Returning]:
    """Return the journeys to which somebody comes back, those with most of them first."""
    there = {measure.measure for measure in results.measures if measure.scope == "journey"}
    if "returned" not in there:
        return []
    found = []
    for name, journey in results.scenario.journeys.items():

        def of(measure: str, name: str = name) -> Estimate:
            return results.estimate(measure, "journey", name)

        if of("returned").value >= SHOWN:
            row = Returning(
                title=journey.name or name,
                turned_away=of("turned_away"),
                gave_up=of("gave_up"),
                sent_home=of("sent_home"),
                incomplete=of("incomplete") if "incomplete" in there else None,
                returned=of("returned"),
                several_days=of("several_days"),
            )
            found.append(row)
    return sorted(found, key=lambda row: (-row.returned.value, row.title))
