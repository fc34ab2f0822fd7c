"""Hypothesis strategies: small malls over all that a scenario knows, days full of ties.

Minute 0 is 08:00 and everything happens within an hour or so, in whole minutes, so that events
of one instant are common.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from malls import clock, scenario_of, us, workload_of

from sim.scenario.model import Scenario
from sim.workload import COMES, PICKS, Workload

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


def _covers(hours: str, other: str) -> bool:
    (begin, end), (first, last) = hours.split("-"), other.split("-")
    return begin <= first and last <= end


@st.composite
def _counters(draw: st.DrawFn, services: list[str], classes: list[str]) -> Data:
    kind = draw(st.sampled_from(["number", "table", "named", "named", "machines"]))
    if kind == "machines":
        return {"machines": draw(st.integers(1, 2))}
    if kind == "number":
        return {"counters": draw(st.integers(1, 3))}
    if kind == "table":
        numbers = draw(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any))
        return {"counters": {at(15 * k): n for k, n in enumerate(numbers)}}
    labels = draw(st.lists(st.sampled_from("123"), min_size=1, max_size=3, unique=True))
    counters: Data = {}
    for k, label in enumerate(sorted(labels)):
        counter: Data = {"speed": draw(st.sampled_from([1, 1, 2, 0.5, 0.75]))}
        if draw(st.booleans()):
            counter["hours"] = draw(st.sampled_from(_SPANS))
        if draw(st.booleans()):
            hours = counter.get("hours", span(0, 60))
            within = [span(*m) for m in ((12, 18), (25, 28)) if _covers(hours, span(*m))]
            counter["breaks"] = [draw(st.sampled_from(within))]
        if k and draw(st.booleans()):  # the first one gives every service
            tiers = draw(st.permutations(services))
            counter["serves"] = [[s] for s in tiers] if draw(st.booleans()) else list(tiers[:1])
            if len(counter["serves"]) > 1 and isinstance(counter["serves"][0], list):
                counter |= draw(_maybe("help_from", st.integers(1, 3)))
        if k:
            whom = [{"only": only} for only in ("booked", "walk_in")]
            whom += [{"classes": name} for name in classes]
            counter |= draw(st.sampled_from([{}, *whom, {**whom[0], **whom[-1]}]))
        counter |= draw(_maybe("outage", _OUTAGE))
        counter |= draw(_maybe("at_break", st.sampled_from(["finish", "pause"])))
        counters[label] = counter
    return {"counters": counters}


def _maybe(word: str, of: st.SearchStrategy[Any]) -> st.SearchStrategy[Data]:
    """Generate {word: value} in one of three cases, else nothing."""
    return st.one_of(st.just({}), st.just({}), of.map(lambda value: {word: value}))


_OUTAGE = st.builds(
    lambda how, times: {"times": times, "lasting": {"always": "3 min"}, **how},
    st.sampled_from([
        {}, {"interrupted": "requeue"}, {"then": "restart"},
        {"interrupted": "requeue", "then": "restart"}, {"then": "by_hand", "by_hand_speed": 0.5},
    ]),
    st.sampled_from(["1 per hour", "3 per hour"]),
)  # fmt: skip
_COSTS = st.sampled_from([
    {}, {}, {}, {"wrap_up": "1 min"}, {"by_hour": {at(10): 2, at(20): 0.5}},
    {"wrap_up": "3 min", "by_hour": {"00:10": 1.5, "00:20": 1}},
])  # fmt: skip
_AT_BREAK = st.sampled_from([
    "pause", {"no_start_if_longer_than": "0 s"}, {"no_start_if_longer_than": "4 min"},
])  # fmt: skip
_SHIFTS = st.sampled_from([
    {span(20, 25): "50 %", span(25, 30): "50 %"}, {span(25, 35): "40 %", span(20, 30): "60 %"},
    span(10, 15), "none",
])  # fmt: skip
_BALKING = st.sampled_from([
    {"1": "50 %"}, {"0": "20 %", "2": "60 %", "3": "100 %"}, {"3 min": "50 %", "9 min": "100 %"},
])  # fmt: skip
_CALL = st.sampled_from([
    {"walk_up": "1 min"}, {"missed": "20 %", "every": "1 min"},
    {"missed": "20 %", "tries": 2, "every": "1 min", "again_after": 1},
    {"missed": "20 %", "again_after": 0}, {"walk_up": "2 min", "missed": "20 %", "again_after": 2},
    {"missed": "20 %", "tries": 3, "every": "2 min", "again_after": 3},
])  # fmt: skip
_ORDER = st.sampled_from([
    "longest_wait", "first_come", {"booked": 1, "walk_in": 1}, "longest_wait",
    {"booked": 2, "walk_in": 1},
])  # fmt: skip
_LATE = {"share": "50 %", "dist": "uniform", "low": "0 min", "high": "9 min"}
_BOOKING = st.fixed_dictionaries(
    {"every": st.just("5 min"), "hours": st.just(span(0, 15)), "share": st.just("50 %")},
    optional={
        "grace": st.sampled_from(["0 min", "4 min"]), "call_early": st.just("yes"),
        "no_show": st.just("20 %"), "cancelled": st.just("20 %"),
        "punctuality": st.just({"dist": "normal", "mean": "-2 min", "sd": "5 min"}),
        "beyond": st.sampled_from(["walk_in", "lost"]), "seats": st.just(2),
    },
)  # fmt: skip


@st.composite
def _quotas(draw: st.DrawFn, classes: list[str]) -> Any:
    released = st.one_of(st.integers(1, 4), st.just({at(0): 2, at(15): 1}))
    if draw(st.booleans()):
        return draw(released)
    own = {draw(st.sampled_from(classes)): draw(released)}
    return own | (draw(_maybe("rest", released)) if len(classes) > 1 else {})


@st.composite
def _rules(draw: st.DrawFn, endless: bool, days: list[str], classes: list[str]) -> Data:
    """Generate how an agency gives and calls tickets, and when its officers are there."""
    rules = draw(_maybe("balking", _BALKING)) | draw(_maybe("call", _CALL))
    rules |= draw(_maybe("order", _ORDER)) | draw(_maybe("outage", _OUTAGE))
    if "outage" in rules and draw(st.booleans()):
        rules["outage"] = {**rules["outage"], "each": "yes"}
    if endless:
        return rules
    rules |= draw(_maybe("at_break", _AT_BREAK))
    rules |= draw(_maybe("quota", _quotas(classes)))
    rules |= draw(_maybe("last_ticket", st.sampled_from([at(18), at(20)])))
    rules |= draw(_maybe("open", st.sampled_from(days)))
    rules |= draw(_maybe("absence", st.just("30 %"))) | draw(_maybe("away", st.just("10 %")))
    if "absence" in rules or "away" in rules:
        rules |= draw(_maybe("told_at", st.just("entrance")))
    return rules | draw(_maybe("late", st.just(_LATE)))


@st.composite
def plain_malls(draw: st.DrawFn, continuous: bool | None = None) -> Data:
    """Generate the plain data of a scenario that has no faults."""
    endless = draw(st.sampled_from([False] * 3 + [True])) if continuous is None else continuous
    data: Data = {"name": "small"}
    data["calendar"] = {"continuous": "1 h"} if endless else draw(_calendars())
    data["visitors"] = draw(_VISITORS)
    agencies: Data = {}
    for name in draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)):
        services = draw(st.sampled_from([["s"], ["s", "t"]]))
        counters = (
            {"counters": draw(st.integers(1, 2))}
            if endless
            else draw(_counters(services, sorted(data["visitors"])))
        )
        rules = draw(_rules(endless, _weekdays(data), sorted(data["visitors"])))
        if "machines" in counters:
            if "outage" in rules and "by_hand_speed" in rules["outage"]:
                rules.pop("outage")
        elif not endless:
            counters |= draw(_maybe("breaks", _SHIFTS))
        agencies[name] = counters | rules | {
            "services": {s: _service(draw(_LAWS), draw(_PATIENCE)) for s in services},
            "promise": {"wait": "4 min", "for": "80 %"},
        }  # fmt: skip
        if not endless:
            agencies[name]["services"]["s"] |= draw(_maybe("quota", st.integers(1, 4)))
        agencies[name]["services"]["s"] |= draw(_maybe("balking", _BALKING))
        for of in services:
            agencies[name]["services"][of] |= draw(_COSTS)
        if len(services) > 1:
            agencies[name]["services"]["t"] |= draw(_maybe("set_up", st.just("1 min")))
    draw(_helpers(agencies))
    every = [f"{a}.{s}" for a, of in agencies.items() for s in of["services"]]
    data["agencies"] = agencies
    data["journeys"] = draw(_journeys(every, endless))
    if draw(st.booleans()):
        data["entrance"] = [draw(st.sampled_from(every))]
    if any(len(of["stops"]) > 1 and "tickets" not in of for of in data["journeys"].values()):
        data |= draw(_maybe("tickets", st.just("all_at_entrance")))
    data["hall"] = draw(st.sampled_from([
        {}, {"capacity": 3}, {"capacity": 4}, {"walk": {"always": "2 min"}},
        {"walk": {"dist": "exponential", "mean": "1 min"}}, {"capacity": 3, "when_full": "line"},
        {"capacity": 4, "when_full": "line"},
    ]))  # fmt: skip
    data["hall"] |= draw(_maybe("standing_patience", st.sampled_from(["50 %", "0 %"])))
    if "standing_patience" in data["hall"]:
        data["hall"]["seats"] = draw(st.integers(0, 3))
    data["hall"] = data["hall"] | draw(_maybe("outage", _OUTAGE))
    data["demand"] = {"day_to_day": draw(st.sampled_from(["0", "0.3"]))}
    if draw(st.booleans()) and not endless:
        data["demand"]["profile"] = {at(0): 2, at(15): 1, at(30): 0, at(45): 1}
    return data


_VISITORS = st.sampled_from([
    {"general": {}},
    {"general": {"patience": {"always": "7 min"}}, "old": {"share": "30 %", "priority": 1}},
    {"b": {"takes_longer": 2}, "a": {"share": "40 %", "priority": -2}},
    {"a": {"patience_in_mall": {"always": "15 min"}}, "b": {"share": "50 %", "priority": 3}},
    {"a": {"people": {"1": "50 %", "3": "50 %"}, "patience_in_mall": {"always": "9 min"}}},
    {"a": {"documents": {"1": "50 %", "2": "50 %"}}, "b": {"share": "50 %", "people": 2}},
])  # fmt: skip


@st.composite
def _helpers(draw: st.DrawFn, agencies: Data) -> None:
    """Let some named counters serve other agencies too."""
    for name, of in agencies.items():
        others = [f"{a}.{s}" for a in agencies if a != name for s in agencies[a]["services"]]
        posts = of["counters"].values() if isinstance(of.get("counters"), dict) else ()
        for counter in posts:
            if isinstance(counter, dict) and others and draw(st.booleans()):
                own = list(of["services"])
                counter["serves"] = draw(st.sampled_from([[own, others[:1]], [others, own]]))
                counter |= draw(_maybe("help_from", st.integers(1, 3)))


@st.composite
def _journeys(draw: st.DrawFn, every: list[str], endless: bool) -> Data:
    journeys: Data = {"all": {"per_day": draw(st.integers(1, 20)), "stops": every}}
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=3))
        share = draw(st.sampled_from(["100 %", "50 %"]))
        journeys["more"] = {"per_day": 6, "stops": [{s: share} for s in chosen]}
    for journey in journeys.values():
        failures = st.sampled_from(["reneged, missed", "balked", "turned_away", _ALL_FAILURES])
        journey |= draw(_maybe("goes_on_after", failures))
        if len(journey["stops"]) > 1:
            journey |= draw(_maybe("tickets", st.just("all_at_entrance")))
        if not endless:
            journey |= draw(_maybe("booking", _BOOKING))
    if "booking" in journeys["all"] and draw(st.booleans()):
        journeys["all"]["booking"]["at"] = every[-1]
    return journeys


_ALL_FAILURES = "reneged, balked, turned_away, missed"


def _service(time: Data, patience: Data | None) -> Data:
    return {"time": time} | ({"patience": patience} if patience else {})


@st.composite
def _calendars(draw: st.DrawFn) -> Data:
    calendar: Data = {"days": draw(st.sampled_from(["mon", "mon-tue"]))}
    calendar["hours"] = {day: span(0, draw(st.sampled_from([40, 60]))) for day in ("mon", "tue")}
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


def _weekdays(data: Data) -> list[str]:
    return ["mon", "tue"] if data["calendar"].get("days") == "mon-tue" else ["mon"]


def malls(continuous: bool | None = None) -> st.SearchStrategy[Scenario]:
    """Generate scenarios."""
    return plain_malls(continuous).map(scenario_of)


@st.composite
def days(draw: st.DrawFn, continuous: bool | None = None) -> tuple[Scenario, Workload]:
    """Generate a scenario with a workload of up to 12 citizens in whole minutes."""
    scenario = draw(malls(continuous))
    number = draw(st.integers(1, 12))
    citizens = draw(st.lists(_citizens(scenario), min_size=number, max_size=number))
    rows = [{**row, "index": index} for index, of in enumerate(citizens) for row in of]
    workload = workload_of(scenario, rows)
    if not scenario.days[0].continuous:
        workload = draw(_staffed(workload))
    return scenario, replace(workload, outages=draw(_outages(scenario)))


@st.composite
def _outages(draw: st.DrawFn, scenario: Scenario) -> Any:
    """Generate when something is down: never twice at once for one thing."""
    rows: list[tuple[int, int, int, int]] = []
    begin = 0 if scenario.days[0].continuous else OPENS
    for day in range(len(scenario.played)):
        for source in range(len(scenario.outages)):
            for first in draw(st.sampled_from([(1,), (4,), (2, 25), (8,), (), (12, 30), (20,)])):
                down = first + draw(st.integers(0, 6)), first + draw(st.integers(7, 15))
                rows.append((day, source, *(us(begin + minute) for minute in down)))
    return np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)


@st.composite
def _citizens(draw: st.DrawFn, scenario: Scenario) -> list[Data]:
    """Generate the rows of one citizen."""
    begin = 0 if scenario.days[0].continuous else OPENS
    booked = draw(st.one_of(st.none(), st.none(), st.integers(0, 40)))
    stay = draw(st.one_of(st.none(), st.none(), st.none(), st.integers(0, 30)))
    visit = {
        "day": draw(st.sampled_from(scenario.days)).label,
        "journey": draw(st.sampled_from(sorted(scenario.journeys))),
        "visitor_class": draw(st.sampled_from(tuple(scenario.class_shares))),
        "due": us(max(0, begin + draw(_DUE))),
        "booked": None if booked is None else us(begin + booked),
        "stay": None if stay is None else us(stay),
        "comes": draw(st.sampled_from([COMES[0]] * 20 + list(COMES[1:]))),
        "people": draw(st.sampled_from([1, 1, 1, 2, 3, 1, 4])),
        "lead": draw(st.sampled_from([None, None, None, 0, 2, None, 5])),
    }
    if visit["lead"] is not None:  # mostly before the doors open, else she comes at once
        visit["lead"], visit["due"] = us(visit["lead"]), us(max(0, begin + draw(_NUMBER_AT)))
    stop = st.builds(
        _stop, st.sampled_from(scenario.services), st.integers(0, 4),
        st.one_of(_MINUTES, st.integers(10, 30)), st.one_of(st.none(), st.none(), _MINUTES),
        st.sampled_from([1, 0.3, 0.5, 0]),
        st.sampled_from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0]),
    )  # fmt: skip
    number = draw(st.sampled_from([1, 2, 3, 2, 1, 2, 3, 0]))
    stops = draw(st.lists(stop, min_size=number, max_size=number))
    return [{**visit, **of} for of in stops or [_stop("", 0, 0, None, 1, 0)]]


_NUMBER_AT = st.integers(-20, 4)
_DUE = st.one_of(st.integers(0, 12), st.integers(20, 40), st.integers(-12, 62))


def _stop(
    service: str, walk: int, time: int, patience: int | None, balk: float, misses: int
) -> Data:
    return {
        "service": service, "walk": us(walk), "time": us(time), "balk": float(balk),
        "patience": None if patience is None else us(patience), "misses": misses,
    }  # fmt: skip


@st.composite
def _staffed(draw: st.DrawFn, workload: Workload) -> Workload:
    """Generate which officers are missing, and how late the others are."""
    absent, late = workload.absent.copy(), workload.late.copy()
    for away in draw(st.lists(st.tuples(*map(_index, absent.shape)), max_size=2)):
        absent[away] = True
    for opening in draw(st.lists(st.tuples(*map(_index, late.shape)), max_size=2)):
        late[opening] = us(draw(st.integers(1, 25)))
    return replace(workload, absent=absent, late=late)


def _index(length: int) -> st.SearchStrategy[int]:
    return st.integers(0, length - 1)


_TRIES = st.sampled_from([
    *[[("served", 0)]] * 4, [("incomplete", 0)], [("no_papers", 0)],
    [("incomplete", 0), ("served", 0)], [("incomplete", 0), ("served", 1)],
    [("no_papers", 0), ("incomplete", 0)], [("parked", 0), ("served", 1)],
    [("incomplete", 0), ("incomplete", 1), ("parked", 1), ("served", 1)],
])  # fmt: skip
"""How the tries at a stop end, and whether she keeps her ticket from the one before."""
_BACK = {"refused": "50 %", "left": "50 %", "sent_home": "50 %", "incomplete": "90 %"}


@st.composite
def ways(draw: st.DrawFn) -> tuple[Scenario, Workload]:
    """Generate days with tries, choices, any order, documents, and attempts on later days."""
    data = draw(plain_malls())
    endless = "continuous" in data["calendar"]
    every = data["journeys"]["all"]["stops"]
    for of in (data, *data["journeys"].values()):
        of.pop("tickets", None)
    once = len(every) > 1 and draw(st.sampled_from([True, False, False]))
    if once:  # in several lines each stop has one try, and no document of another
        data["tickets"] = "all_at_entrance"
    elif len(every) > 1 and draw(st.booleans()):
        data["journeys"]["all"]["needs"] = {every[-1]: every[0]}
    for journey in data["journeys"].values():
        if draw(st.booleans()):
            journey["goes_on_after"] = f"{_ALL_FAILURES}, incomplete"
    if not endless and draw(st.integers(0, 3)):
        data["demand"]["come_back"] = _BACK
    scenario = scenario_of(data)
    rows: list[Data] = []
    for index in range(draw(st.integers(4, 12))):
        of = draw(_citizens(scenario))
        here = {
            "comes": COMES[0],
            "due": of[0]["due"] if index % 2 or of[0]["lead"] else us(OPENS + index),
        }
        of = [row | (here if not endless else {}) | {"misses": 0} for row in of]
        first = {"index": index, "attempt": 1, "back": draw(st.sampled_from([0.1, 0.3, 0.7, 1.0]))}
        day = _place(scenario, of[0]["day"])
        first["origin"] = scenario.played[day].key
        way = _once(of) if once else _ways(of, scenario.services)
        rows += [{**row, **first} for row in draw(way)]
        if day + 1 < len(scenario.played) and draw(st.booleans()):
            label = scenario.played[draw(st.integers(day + 1, len(scenario.played) - 1))].label
            again = {"attempt": 2, "day": label, "booked": None, "comes": COMES[0]}
            rows += [{**row, **first, **again} for row in draw(way)]
    workload = workload_of(scenario, rows)
    return scenario, workload if endless else draw(_staffed(workload))


def _once(rows: list[Data]) -> st.SearchStrategy[list[Data]]:
    """Generate one try at each stop, in their order."""
    ends = st.sampled_from(["served", "served", "incomplete", "no_papers"])
    tries = st.lists(ends, min_size=len(rows), max_size=len(rows))
    return tries.map(lambda found: [
        {**row, "stop": k + 1, "ends": end if row["service"] else "served"}
        for k, (row, end) in enumerate(zip(rows, found, strict=True))
    ])  # fmt: skip


def _place(scenario: Scenario, label: str) -> int:
    return [day.label for day in scenario.played].index(label)


@st.composite
def _ways(draw: st.DrawFn, rows: list[Data], services: tuple[str, ...]) -> list[Data]:
    """Generate the tries at each stop, and which stops stand together."""
    found = []
    grouped = draw(st.sampled_from([(0, 0), (0, 2), (1, 3), (0, 3)])) if len(rows) > 1 else (0, 0)
    pick = draw(st.sampled_from(PICKS[1:]))
    if grouped[1]:  # at different lines, so that one may be shorter
        order = draw(st.permutations(services))
        rows = [{**row, "service": order[k % len(order)]} for k, row in enumerate(rows)]
    for k, row in enumerate(rows):
        together = grouped[0] <= k < grouped[1]
        way = {"stop": k + 1, "group": int(together), "pick": pick if together else PICKS[0]}
        tries = draw(_TRIES) if row["service"] else [("served", 0)]
        for number, (ends, keeps) in enumerate(tries, start=1):
            later = {"walk": us(draw(st.integers(0, 6)))} if number > 1 else {}
            found.append({**row, **way, **later, "tries": number, "ends": ends, "keeps": keeps})
    return found


WORDS = (
    "absence", "again_after", "at_break", "at_close", "away", "balking", "booking", "breaks",
    "by_hour", "call_early", "capacity", "classes", "continuous", "day_end", "doors", "entrance",
    "goes_on_after", "grace", "help_from", "last_ticket", "late", "machines", "missed", "only",
    "open", "order", "outage", "patience", "patience_in_mall", "priority", "quota", "serves",
    "set_up", "speed", "tickets", "told_at", "walk", "walk_up", "wrap_up",
    "documents", "people", "standing_patience", "when_full",
)  # fmt: skip
"""What a scenario may say: each is generated, and with each other that it can stand with."""


def words_in(data: Any, words: tuple[str, ...] = WORDS) -> set[str]:
    """Return which of the words a scenario's plain data says, at any depth."""
    if isinstance(data, dict):
        found = {word for word in words if word in data}
        return found.union(*(words_in(value, words) for value in data.values()))
    found = [words_in(value, words) for value in data] if isinstance(data, list) else []
    return set().union(*found)
