"""What cuts a service short from the citizen's side: papers that lack, things to do elsewhere."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario import quantities as q
from sim.scenario.fields import Frozen
from sim.scenario.law_fields import Law


class Incomplete(Frozen):
    """Papers that are not complete; `8 %` alone is `{share: 8 %}`.

    share : of the citizens whose papers lack something, drawn anew at each try
    found : at the counter, or before a ticket is given
    after : the share of the service time that is spent until it is found at the counter
    fetch : how long it takes her to fetch what lacks; without it she goes home
    back_to : then she takes a new ticket (tail), or keeps hers and is called first (head)
    tries : so often she tries in one visit at most
    """

    share: q.Share
    found: Literal["at_counter", "before_ticket"] = "at_counter"
    after: q.Share = 1.0
    fetch: Law | None = None
    back_to: Literal["tail", "head"] = "tail"
    tries: q.Count = 3

    @property
    def work(self) -> float:
        """Service times that one citizen costs on average, all her tries together."""
        spent = self.after if self.found == "at_counter" else 0.0
        tries = self.tries if self.fetch else 1
        once = 1 - self.share + self.share * spent
        return math.fsum(once * self.share**k for k in range(tries))

    @model_validator(mode="before")
    @classmethod
    def _share_alone(cls, raw: Any) -> Any:
        return raw if isinstance(raw, (dict, Incomplete)) else {"share": raw}


class Park(Frozen):
    """What a citizen does away from the counter in the middle of a service: a form, a payment.

    after : the share of the service time that comes before it
    for : how long it takes; then she is called before all others
    share : of the citizens who have to
    """

    after: q.Share
    for_: Annotated[Law, Field(alias="for")]
    share: q.Share = 1.0
