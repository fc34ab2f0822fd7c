"""What a scenario can say of times that depend on something: speeds of counters, and `by_hour`.

A speed belongs to a counter with a name and hours of its own, so it can be said where the same
counters are open at the same hours on most days. That officers hurry while many wait cannot.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.fitting.counters import Open
from sim.fitting.effects import Effect, Effects
from sim.fitting.history import History
from sim.fitting.likelihood import Floats


def speeds(effects: Effects, agency: str, open_: Open) -> tuple[Effect, ...]:
    """Return the effects of an agency's counters, where a scenario can name these."""
    return effects.of("counter", agency) if open_.posts else ()


def said(effect: Effect, counters: Mapping[str, Open]) -> bool:
    """Whether a scenario can say an effect."""
    if effect.kind == "counter":
        return bool(counters[effect.name].posts)
    return effect.kind == "hour"


def pace(history: History, effects: Effects, counters: Mapping[str, Open]) -> Floats:
    """Return (R,) how much longer each service takes for what the scenario says by itself."""
    longer = np.ones(len(history.row))
    for effect in effects.sure:
        if said(effect, counters):
            longer *= _of(effect, history)
    return longer


def _of(effect: Effect, h: History) -> Floats:
    longer = np.ones(len(h.row))
    factors = effect.factors()
    if effect.kind == "counter":
        mine = np.isin(h.service, [s for s in range(len(h.services))
                                   if h.full_name(s) in effect.services])  # fmt: skip
        for counter, factor in factors.items():
            longer[mine & (h.counter == counter)] = factor
        return longer
    mine = h.service == [h.full_name(s) for s in range(len(h.services))].index(effect.name)
    starts = sorted(factors)
    place = np.searchsorted(starts, h.begin[mine], side="right") - 1
    longer[mine] = np.array([factors[at] for at in starts])[np.maximum(place, 0)]
    return longer
