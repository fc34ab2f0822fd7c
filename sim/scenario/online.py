"""Numbers from home: citizens who take one by telephone, and come when their turn is near."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario import quantities as q
from sim.scenario.fields import Frozen
from sim.scenario.law_fields import Law


class OnlineNumber(Frozen):
    """The numbers from home of a journey.

    share : of its citizens without a booking who take a number from home if that spares them time
    from : from when on numbers are given; by default from when the doors open
    earlier : how long before she would otherwise have come she takes it
    lead : how long before the announced turn she is at the door
    """

    share: q.Share = 1.0
    from_: Annotated[q.Clock | None, Field(alias="from")] = None
    earlier: Law | None = None
    lead: Law | None = None
