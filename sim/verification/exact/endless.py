"""Steady state: one long run, with statistics after the line has forgotten how it began."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from sim.log import STATES, VISIT_OUTCOMES, Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.verification.exact.arrivals import random_routes
from sim.verification.exact.cases import Case, Pairs
from sim.verification.exact.expressed import Draw, Expressed
from sim.verification.exact.readings import Line, mean, over_time, waits
from sim.verification.exact.wording import law, stations
from sim.verification.malls import MINUTE, scenario_of
from sim.workload import ABSENT


def relaxation(case: Case) -> float:
    """Return minutes in which a line forgets how it began, roughly.

    Of M/M/c it is 1 / (c mu (1 - sqrt(load))^2) (Cohen 1982, The Single Server Queue, II.2.1).
    """
    model = case["model"]
    if "external_rate" in str(model):
        return 60.0  # three stations with loads below 0.6
    if isinstance(model.get("patience"), dict):
        return _mean_of(model["service"]) + _mean_of(model["patience"])
    return max(_relaxation_of(model, station) for station in model.get("stations", [model]))


def _relaxation_of(model: Case, station: Case) -> float:
    counters = station.get("counters") or sum(pool["counters"] for pool in station["pools"])
    streams = model.get("classes", [])
    laws = [c.get("service", station.get("service")) for c in streams] or [station["service"]]
    rates = [c["rate"] for c in streams] or [_rate(model["arrivals"])]
    longest = max(_mean_of(of) for of in laws)
    if isinstance(model.get("capacity"), int):
        return float(longest * (1 + model["capacity"] / counters))
    load = sum(rate * _mean_of(of) for rate, of in zip(rates, laws, strict=True)) / counters
    spread = max((1 + (of.get("sd", 0) / of.get("mean", 1)) ** 2) / 2 for of in laws)
    return float(max(spread, 1) * longest / counters / (1 - sqrt(load)) ** 2)


def _mean_of(spec: Case) -> float:
    if spec["type"] == "uniform":
        return float((spec["low"] + spec["high"]) / 2)
    if "values" in spec:
        return float(sum(v * p for v, p in zip(spec["values"], spec["probs"], strict=True)))
    return float(spec.get("mean") or spec["value"])


def rate_of(case: Case) -> float:
    """Return citizens per minute."""
    model = case["model"]
    if "classes" in model:
        return float(sum(c["rate"] for c in model["classes"]))
    if "arrivals" not in model:
        return float(sum(s["external_rate"] for s in model["stations"]))
    return _rate(model["arrivals"])


def _rate(arrivals: Case) -> float:
    if "interval" in arrivals:
        return float(1 / arrivals["interval"])
    if "group_rate" in arrivals:
        sizes = arrivals["group_size_pmf"].items()
        return float(arrivals["group_rate"] * sum(int(k) * p for k, p in sizes))
    return float(arrivals["rate"])


WARM_UP = 4
"""Relaxation times that a run needs to forget that it began empty."""


@dataclass(frozen=True)
class Span:
    """Statistics run from begin to end (minutes); citizens count if they come before `last`.

    Who comes in the last relaxation time might be called after the end, and does not count.
    """

    begin: float
    last: float
    end: float

    @classmethod
    def of(cls, scenario: Scenario) -> Span:
        """Return the span of an endless run."""
        day = scenario.days[0]
        begin, end = day.warm_up / MINUTE, day.closes / MINUTE
        return cls(begin, end - begin / WARM_UP, end)


def endless(case: Case, citizens: int, **data: Any) -> Scenario:
    """Return a run that is long enough for so many citizens after the warm-up."""
    warm_up = WARM_UP * relaxation(case)
    length = citizens / rate_of(case) + warm_up + warm_up / WARM_UP
    calendar = {"continuous": f"{round(length)} min", "warm_up": f"{round(warm_up)} min"}
    return scenario_of({"name": case["id"], "calendar": calendar, **data})


def _one_line(case: Case, citizens: int) -> Scenario:
    model = case["model"]
    service: dict[str, Any] = {"time": law(model["service"])}
    if isinstance(model.get("patience"), dict):
        service["patience"] = law(model["patience"])
    data: dict[str, Any] = {
        "agencies": {"a": {"counters": model["counters"], "services": {"s": service}}},
        "journeys": {"all": {"per_day": f"{rate_of(case) * 1440:.10f}", "stops": ["a.s"]}},
    }
    if isinstance(model.get("capacity"), int):
        data["hall"] = {"capacity": model["capacity"]}
    return endless(case, citizens, **data)


def one_line(case: Case, citizens: int, draw: Draw = sample) -> Expressed:
    """Express one line with like counters, endless."""
    return Expressed(case, _one_line(case, citizens), _steady, draw)


def _steady(case: Case, scenario: Scenario, log: Log) -> Pairs:
    span = Span.of(scenario)
    found = waits(case, Line.of(log, span.begin, span.last))
    waiting, time = over_time(log, span.begin, span.end, "waiting")
    found["mean_queue"] = waiting, time
    found["mean_in_system"] = over_time(log, span.begin, span.end, "inside")
    busy, time = over_time(log, span.begin, span.end, "serving")
    found["utilisation"] = busy, time * len(log.names.counters)
    due = log.visit_rows.due / MINUTE
    refused = log.visit_rows.outcome == VISIT_OUTCOMES.index("refused")
    here = due >= span.begin
    found["p_block"] = mean(refused, here)
    found["accepted_rate"] = float((here & ~refused).sum()), time
    return found


def separate_lines(case: Case, citizens: int) -> Expressed:
    """Express a line for each counter, of which citizens choose the shorter: agencies in order."""
    names = [chr(ord("a") + k) for k in range(case["model"]["counters"])]
    service = {"s": {"time": law(case["model"]["service"])}}
    choice = {"choose": [f"{name}.s" for name in names], "by": "shortest_line"}
    scenario = endless(
        case, citizens, agencies={name: {"counters": 1, "services": service} for name in names},
        journeys={"all": {"per_day": f"{rate_of(case) * 1440:.10f}", "stops": [choice]}},
    )  # fmt: skip
    return Expressed(case, scenario, _by_line)


def _by_line(case: Case, scenario: Scenario, log: Log) -> Pairs:
    found, span, at = _steady(case, scenario, log), Span.of(scenario), log.counter_rows
    for k in range(len(log.names.counters)):
        mine = (at.counter == k) & (at.state == STATES.index("serving"))
        overlap = at.end[mine] - np.maximum(at.begin[mine], int(span.begin * MINUTE))
        busy = np.maximum(overlap, 0).sum() / MINUTE
        found[f"utilisation_{k + 1}"] = busy, span.end - span.begin
    return found


def breakdowns(case: Case, citizens: int) -> Expressed:
    """Express counters that fail each by itself; who is interrupted goes to the head of the line.

    An outage begins, on average, every time that a counter is up and then down again.
    """
    model = case["model"]
    up, down = model["failures"]["up_mean"], model["failures"]["down_mean"]
    outage = {
        "times": f"{60 / (up + down):.12f} per hour", "each": "yes", "interrupted": "requeue",
        "lasting": {"dist": "exponential", "mean": f"{down} min"},
    }  # fmt: skip
    service = {"time": law(model["service"])}
    agency = {"counters": model["counters"], "services": {"s": service}, "outage": outage}
    scenario = endless(
        case, citizens, agencies={"a": agency},
        journeys={"all": {"per_day": f"{rate_of(case) * 1440:.10f}", "stops": ["a.s"]}},
    )  # fmt: skip
    return Expressed(case, scenario, _with_failures)


def _with_failures(case: Case, scenario: Scenario, log: Log) -> Pairs:
    span = Span.of(scenario)
    line = Line.of(log, span.begin, span.last)
    found = waits(case, line)
    found["mean_in_system"] = over_time(log, span.begin, span.end, "inside")
    found["p_not_served_at_once"] = mean(line.wait > 0)
    down, time = over_time(log, span.begin, span.end, "down")
    found["mean_servers_up"] = time * len(log.names.counters) - down, time
    return found


def priority(case: Case, citizens: int) -> Expressed:
    """Express classes with priority by the order in which they are named.

    One law of service for all: visitor classes. A law of its own for each: services, and a
    counter that serves one before the next.
    """
    model = case["model"]
    classes = model["classes"]
    per_day = 1440 * rate_of(case)
    if "service" in model:
        visitors = {
            f"c{c['name']}": {"priority": -k, "share": f"{100 * c['rate'] / rate_of(case)} %"}
            for k, c in enumerate(classes)
        }
        scenario = endless(
            case, citizens, visitors=visitors,
            agencies={"a": {"counters": model["counters"],
                            "services": {"s": {"time": law(model["service"])}}}},
            journeys={"all": {"per_day": f"{per_day:.10f}", "stops": ["a.s"]}},
        )  # fmt: skip
        return Expressed(case, scenario, _by_class)
    names = [c["name"] for c in classes]
    counters = {str(k + 1): {"serves": [[n] for n in names]} for k in range(model["counters"])}
    return Expressed(case, _skilled(case, citizens, counters), _by_service)


def _skilled(case: Case, citizens: int, counters: dict[str, Any]) -> Scenario:
    classes = case["model"]["classes"]
    return endless(
        case, citizens,
        agencies={"a": {"counters": counters,
                        "services": {c["name"]: {"time": law(c["service"])} for c in classes}}},
        journeys={
            c["name"]: {"per_day": f"{1440 * c['rate']:.10f}", "stops": [f"a.{c['name']}"]}
            for c in classes
        },
    )  # fmt: skip


def _by_class(case: Case, scenario: Scenario, log: Log) -> Pairs:
    span = Span.of(scenario)
    found = waits(case, Line.of(log, span.begin, span.last))
    for c in case["model"]["classes"]:
        line = Line.of(log, span.begin, span.last, visitor_class=f"c{c['name']}")
        found |= waits(case, line, f"_{c['name']}")
    return found


def _by_service(case: Case, scenario: Scenario, log: Log) -> Pairs:
    span = Span.of(scenario)
    found = waits(case, Line.of(log, span.begin, span.last))
    for c in case["model"]["classes"]:
        line = Line.of(log, span.begin, span.last, service=f"a.{c['name']}")
        found |= waits(case, line, f"_{c['name']}")
    return found


def skills(case: Case, citizens: int) -> Expressed:
    """Express pools of counters with skills."""
    counters: dict[str, Any] = {}
    for pool in case["model"]["pools"]:
        for k in range(pool["counters"]):
            counters[f"{pool['name']}{k}"] = {"serves": [[skill] for skill in pool["skills"]]}
    scenario = _skilled(case, citizens, counters)

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        found, span = _by_service(case, scenario, log), Span.of(scenario)
        rows, at = log.stop_rows, log.counter_rows
        pool = [label[0] for _, label in log.names.counters]
        for name in ("1", "2"):
            keep = (at.state == STATES.index("serving")) & (np.array(pool)[at.counter] == name)
            overlap = at.end[keep] - np.maximum(at.begin[keep], int(span.begin * MINUTE))
            busy = np.maximum(overlap, 0).sum() / MINUTE
            found[f"utilisation_pool{name}"] = busy, (span.end - span.begin) * pool.count(name)
        a = (rows.service == 0) & (rows.called != ABSENT) & (rows.ticket >= span.begin * MINUTE)
        found["share_of_A_served_by_pool2"] = mean(np.array(pool)[rows.counter] == "2", a)
        return found

    return Expressed(case, scenario, estimate)


def network(case: Case, citizens: int) -> Expressed:
    """Express stations that visits pass through, one after the other or at random."""
    names = [s["name"] for s in case["model"]["stations"]]
    scenario = endless(
        case, citizens, agencies=stations(case),
        journeys={"all": {"per_day": f"{1440 * rate_of(case):.10f}",
                          "stops": [f"{n}.s" for n in names]}},
    )  # fmt: skip

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        found: Pairs = {}
        span = Span.of(scenario)
        for name in names:
            line = Line.of(log, span.begin, span.last, service=f"{name}.s")
            found |= waits(case, line, f"_{name}")
            every = Line.of(log, span.begin, span.end, service=f"{name}.s")
            found[f"arrival_rate_{name}"] = float(len(every.ticket)), span.end - span.begin
        visits = log.visit_rows
        here = (visits.entered >= span.begin * MINUTE) & (visits.entered < span.last * MINUTE)
        here &= visits.left != ABSENT
        found["mean_total_time"] = mean((visits.left - visits.entered) / MINUTE, here)
        found["mean_in_mall"] = over_time(log, span.begin, span.end, "in_mall")
        return found

    draw = sample if "arrivals" in case["model"] else random_routes(case)
    return Expressed(case, scenario, estimate, draw)
