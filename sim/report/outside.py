"""What follows outside the mall: how many fewer come to the offices that citizens came from."""

from __future__ import annotations

from sim.report import locale
from sim.scenario.model import Scenario
from sim.words import say


def outside(scenario: Scenario, lang: str, besides: Scenario | None = None) -> list[str]:
    """Say for each journey what its `moved_from` means on an ordinary day, as an assumption.

    besides : a mall of which what it says already is left out
    """
    found = []
    for name, journey in scenario.journeys.items():
        old = journey.moved_from
        same = besides is not None and besides.journeys.get(name) == journey
        if old is None or same:
            continue
        come = journey.per_day * scenario.demand.scale
        moved = old.moved(come)
        values = {
            "journey": journey.name or name,
            "office": old.office,
            "come": locale.people(come, lang),
            "moved": locale.people(moved, lang),
            "before": locale.people(old.per_day, lang),
            "after": locale.people(max(old.per_day - moved, 0.0), lang),
            "fewer": locale.percent(min(moved / old.per_day, 1.0), lang),
        }
        found.append(say("page.outside.sentence", lang, **values))
    return found
