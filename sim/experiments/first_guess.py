"""The first guess of a staffing: Erlang's formulas, hour by hour, for the load that is there then.

In an hour an agency serves those who came in it and those who came before: what is offered to it
lags behind who comes (modified offered load). For that load the fewest counters are taken that
keep the promise in the long run, by Erlang C or, where citizens have patience that ends, by Erlang
A. The guess only begins the search: simulation decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiments.slots import Slots, Table
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.theory import ErlangA, minimal_counters

SURE = 0.999
"""Erlang's formulas promise nobody that all are called in time; this many of 1 instead."""


def first_guess(scenario: Scenario, agency: str, offered: Sequence[float], slots: Slots) -> Table:
    """Return for each slot the counters that theory wants, at least 1.

    offered : erlangs by slot, of who comes in it
    """
    promises = {
        name: promise
        for name in scenario.services
        if name.startswith(f"{agency}.") and (promise := scenario.promise_of(name))
    }
    wait = min(p.wait for p in promises.values()) / q.MINUTE
    share = min(max(p.for_ for p in promises.values()), SURE)
    mean = sum(scenario.service(name).time.mean for name in promises) / len(promises) / q.MINUTE
    mean = max(mean, 1e-6)
    leave = sum(leaving_rate(scenario, name) for name in promises) / len(promises)
    patience = 1 / max(leave, 1e-12)
    if not scenario.days[0].continuous:
        spans = zip(slots.begins, slots.ends, strict=True)
        lengths = [(end - begin) / q.MINUTE for begin, end in spans]
        offered = modified_loads(offered, lengths, mean)
    return tuple(fewest_counters(load, mean, wait, share, patience) for load in offered)


def modified_loads(offered: Sequence[float], lengths: Sequence[float], mean: float) -> list[float]:
    """Return the most that is offered to an agency at any time of each slot, in erlangs.

    offered : erlangs of who comes in each slot; lengths : of the slots, and mean : of a service,
        in the same unit

    With counters for everybody, exponential services and arrivals at a constant rate within a
    slot, the mean number in service goes from where the last slot left it to what is offered.
    Source: Eick, Massey & Whitt (1993), The physics of the Mt/G/infinity queue, eq. (3) with
    G exponential; Jennings, Mandelbaum, Massey & Whitt (1996) for its use in staffing.
    """
    loads, now = [], 0.0
    for comes, length in zip(offered, lengths, strict=True):
        then = comes + (now - comes) * math.exp(-length / mean)
        loads.append(max(now, then))
        now = then
    return loads


def fewest_counters(load: float, mean: float, wait: float, share: float, patience: float) -> int:
    """Return the fewest counters at which `share` of all citizens are called within `wait`.

    load : erlangs; mean : of a service; patience : its mean, inf where nobody leaves. In minutes

    Erlang C where nobody leaves; else Erlang A, where who leaves was not called in time. That
    search begins at the square-root rule (Halfin & Whitt 1981): the load and as many of its
    standard deviations as a normal law has below `share`.
    """
    from scipy.special import ndtri

    if load <= 0:
        return 1
    if patience > 1e6 * mean:
        return minimal_counters(load / mean, mean, wait, share)

    def enough(counters: int) -> bool:
        return ErlangA(load / mean, mean, counters, patience).p_served_within(wait) >= share

    counters = max(1, math.ceil(load + float(ndtri(share)) * math.sqrt(load)))
    while not enough(counters):
        counters += 1
    while counters > 1 and enough(counters - 1):
        counters -= 1
    return counters


def leaving_rate(scenario: Scenario, service: str) -> float:
    """Return how many of those who wait leave in a minute, were patience exponential."""
    own, rate = scenario.service(service).patience, 0.0
    for name, share in scenario.class_shares.items():
        patience = own or scenario.visitors[name].patience
        if patience is not None:
            rate += share * patience.share / max(patience.law.mean / q.MINUTE, 1e-6)
    return rate
