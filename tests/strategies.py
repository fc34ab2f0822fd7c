"""Hypothesis strategies: small malls over all that a scenario knows, days full of ties.

Minute 0 is 08:00 and everything happens within an hour or so, in whole minutes, so that events
of one instant are common.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from malls import clock, scenario_of, us, workload_of

from sim.scenario.model import Scenario
from sim.workload import Workload

OPENS = 8 * 60
Data = dict[str, Any]


def at(minute: int) -> str:
    """Return a minute of the day as a clock time."""
    return clock(OPENS + minute)


def span(begin: int, end: int) -> str:
    """Return minutes as an interval."""
    return f"{at(begin)}-{at(end)}"


_SPANS = (span(0, 30), span(20, 60), span(10, 50), span(0, 20))
_MINUTES = st.integers(0, 12)
_LAWS = st.sampled_from([
    {"always": "3 min"}, {"dist": "exponential", "mean": "4 min"}, {"mean": "5 min", "sd": "3 min"},
    {"dist": "uniform", "low": "0 min", "high": "9 min"},
    {"dist": "discrete", "values": {"0 min": "30 %", "2 min": "70 %"}},
])  # fmt: skip
_PATIENCE = st.one_of(
    st.none(),
    st.sampled_from([
        {"always": "5 min"}, {"dist": "exponential", "mean": "6 min"},
        {"share": "50 %", "dist": "weibull", "shape": "1.5", "mean": "8 min"},
    ]),
)  # fmt: skip


@st.composite
def _counters(draw: st.DrawFn, services: list[str]) -> Data:
    kind = draw(st.sampled_from(["number", "table", "named", "machines"]))
    if kind == "machines":
        return {"machines": draw(st.integers(1, 2))}
    if kind == "number":
        return {"counters": draw(st.integers(1, 3))}
    if kind == "table":
        numbers = draw(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any))
        return {"counters": {at(20 * k): n for k, n in enumerate(numbers)}}
    labels = draw(st.lists(st.sampled_from("123"), min_size=1, max_size=3, unique=True))
    counters: Data = {}
    for k, label in enumerate(sorted(labels)):
        counter: Data = {"speed": draw(st.sampled_from([1, 1, 2, 0.5, 0.75]))}
        if draw(st.booleans()):
            counter["hours"] = draw(st.sampled_from(_SPANS))
        if draw(st.booleans()):
            counter["breaks"] = [draw(st.sampled_from([span(12, 18), span(25, 28)]))]
        if k and draw(st.booleans()):  # the first one gives every service
            tiers = draw(st.permutations(services))
            counter["serves"] = [[s] for s in tiers] if draw(st.booleans()) else list(tiers[:1])
        counters[label] = counter
    return {"counters": counters}


@st.composite
def plain_malls(draw: st.DrawFn, continuous: bool | None = None) -> Data:
    """Generate the plain data of a scenario that has no faults."""
    endless = draw(st.booleans()) if continuous is None else continuous
    agencies: Data = {}
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        services = draw(st.sampled_from([["s"], ["s", "t"]]))
        counters = {"counters": draw(st.integers(1, 2))} if endless else draw(_counters(services))
        agencies[name] = counters | {
            "services": {s: _service(draw(_LAWS), draw(_PATIENCE)) for s in services},
            "promise": {"wait": "4 min", "for": "80 %"},
        }
    every = [f"{a}.{s}" for a, of in agencies.items() for s in of["services"]]
    journeys: Data = {"all": {"per_day": draw(st.integers(1, 20)), "stops": every}}
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3))
        share = draw(st.sampled_from(["100 %", "50 %"]))
        journeys["more"] = {"per_day": 6, "stops": [{s: share} for s in chosen]}
    data: Data = {"name": "small", "agencies": agencies, "journeys": journeys}
    if draw(st.booleans()):
        data["entrance"] = [draw(st.sampled_from(every))]
    data["hall"] = draw(st.sampled_from([
        {}, {"capacity": 2}, {"capacity": 4}, {"walk": {"always": "2 min"}},
        {"walk": {"dist": "exponential", "mean": "1 min"}},
    ]))  # fmt: skip
    data["visitors"] = draw(st.sampled_from([
        {"general": {}},
        {"general": {"patience": {"always": "7 min"}}, "old": {"share": "30 %", "priority": 1}},
        {"b": {"takes_longer": 2}, "a": {"share": "40 %", "priority": -2}},
    ]))  # fmt: skip
    data["calendar"] = {"continuous": "1 h"} if endless else draw(_calendars())
    data["demand"] = {"day_to_day": draw(st.sampled_from(["0", "0.3"]))}
    if draw(st.booleans()) and not endless:
        data["demand"]["profile"] = {at(0): 2, at(15): 1, at(30): 0, at(45): 1}
    return data


def _service(time: Data, patience: Data | None) -> Data:
    return {"time": time} | ({"patience": patience} if patience else {})


@st.composite
def _calendars(draw: st.DrawFn) -> Data:
    calendar: Data = {"days": draw(st.sampled_from(["mon", "mon-tue"]))}
    calendar["hours"] = {"mon": span(0, 60), "tue": span(0, draw(st.sampled_from([40, 60])))}
    if draw(st.booleans()):
        calendar["breaks"] = draw(st.sampled_from([span(25, 35), span(30, 40)]))
    if draw(st.booleans()):
        calendar["doors"] = "07:50"
    if draw(st.booleans()):
        calendar["last_ticket"] = at(35)
    if draw(st.booleans()):
        calendar["at_close"] = "send_home"
    if draw(st.booleans()):
        calendar["day_end"] = at(66)
    if calendar["days"] == "mon":
        calendar["hours"].pop("tue")
    return calendar


def malls(continuous: bool | None = None) -> st.SearchStrategy[Scenario]:
    """Generate scenarios."""
    return plain_malls(continuous).map(scenario_of)


@st.composite
def days(draw: st.DrawFn, continuous: bool | None = None) -> tuple[Scenario, Workload]:
    """Generate a scenario with a workload of up to 12 citizens in whole minutes."""
    scenario = draw(malls(continuous))
    begin = 0 if scenario.days[0].continuous else OPENS
    rows: list[Data] = []
    citizen = st.tuples(
        st.sampled_from(scenario.days), st.sampled_from(sorted(scenario.journeys)),
        st.sampled_from(tuple(scenario.class_shares)), st.integers(-12, 62), st.integers(0, 3),
        st.one_of(st.none(), st.none(), st.integers(0, 40)),
    )  # fmt: skip
    stop = st.tuples(
        st.sampled_from(scenario.services), st.integers(0, 4), _MINUTES,
        st.one_of(st.none(), _MINUTES),
    )  # fmt: skip
    for index, (day, journey, of_class, due, stops, booked) in enumerate(
        draw(st.lists(citizen, min_size=1, max_size=12))
    ):
        visit = {
            "day": day.label, "journey": journey, "index": index, "visitor_class": of_class,
            "due": us(max(0, begin + due)),
            "booked": None if booked is None else us(begin + booked),
        }  # fmt: skip
        if stops == 0:
            rows.append({**visit, "service": "", "time": 0, "walk": 0, "patience": None})
        for service, walk, time, patience in draw(st.lists(stop, min_size=stops, max_size=stops)):
            rows.append({
                **visit, "service": service, "walk": us(walk), "time": us(time),
                "patience": None if patience is None else us(patience),
            })  # fmt: skip
    return scenario, workload_of(scenario, rows)
