"""Which stops of a visit its booked time holds for."""

from __future__ import annotations

import numpy as np

from sim.columns import ABSENT, Ints
from sim.scenario.model import Scenario


def booked_times(
    scenario: Scenario, journey: Ints, service: Ints, tries: Ints, booked: Ints
) -> Ints:
    """Return the booked time of each stop: that of its visit where its journey books the service.

    It holds for the first try. Where no journey of the scenario has bookings, a booked time was
    given by hand and holds at all stops of the visit.

    journey, service, tries, booked : (S,); returns (S,) µs, ABSENT where none
    """
    of_journey = [scenario.journeys[name].booked_service for name in sorted(scenario.journeys)]
    first = np.where(tries == 1, booked, ABSENT)
    if not any(of_journey):
        return first
    services = [scenario.services.index(name) if name else -1 for name in of_journey]
    return np.where(np.array(services)[journey] == service, first, ABSENT)
