"""The exact cases that a scenario can express: case -> scenario, draws and estimates.

An estimate is a pair (total, n) of one replication, pooled over replications as sum / sum. What
is estimated comes straight from the rows of the log, so that the measures of `sim.statistics`
can be held against it too. Definitions stand at the top of `cases/cases.json`.

Two tricks keep the estimates free of bias: a quantile is checked as the share of waits at most
the exact quantile, a variance as the mean square distance from the exact mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from malls import clock, scenario_of, us

from sim import Log, Scenario, Workload, sample, simulate
from sim.log import STATES, STOP_OUTCOMES, VISIT_OUTCOMES
from sim.workload import ABSENT

MINUTE = us(1)
OPENS = 6 * 60
"""Minute 0 of a terminating day is 06:00, so that late days fit before midnight."""

Case = dict[str, Any]
Pairs = dict[str, tuple[float, float]]
Draw = Callable[[Scenario, int, int], Workload]

_FILE = Path(__file__).parent / "cases" / "cases.json"
CASES: dict[str, Case] = {
    case["id"]: case for case in json.loads(_FILE.read_text(encoding="utf-8"))["cases"]
}

NOT_YET = {
    "SS-BALK-1": "balking",
    "SS-BREAKS-POST-3": "breaks at random times",
    "SS-JSQ-2": "a line for each counter",
    "SS-LCFS": "last come, first served",
    "SS-MGc-approx": "approximations, not exact: no reference for a simulation",
    "SS-MM20-098": "the compiled engine: too many events for the reference engine",
    "SS-PRIO-ACCUM": "priority that grows with the wait",
    "SS-PRIO-PREEMPT": "preemptive priority",
    "SS-VAC-MM1": "tasks of an idle counter",
    "TD-NSPP-PL": "a piecewise linear profile",
    "TD-VAR-EXH": "never: an unnamed pool; counters have numbers and the highest closes",
    "TD-VAR-PRE": "never: an unnamed pool; counters have numbers and the highest closes",
}
"""What no scenario can express yet, and what it waits for. This list only shrinks."""

NOT_ESTIMATED = {
    "TD-DAYFACTOR": {"q95_arrivals"},
    "TD-MTGINF": {"q95_N_at_180_lognormal"},
    "TD-FIRSTN-MM1": {"steady_state_mean_wait"},
    "TD-FIRSTN-MM1-law": {"steady_state_mean_wait"},
}
"""Quantiles of a count, which lie on a step, and a limit that no finite run reaches."""


@dataclass(frozen=True)
class Expressed:
    """A case in our words.

    scenario : one replication is a long run, or a week of like days
    estimate : (case, scenario, log) -> pairs by measure; entries of a vector are `name[k]`
    draw : makes the workload, `sample` unless the arrivals are not ours
    """

    case: Case
    scenario: Scenario
    estimate: Callable[[Case, Scenario, Log], Pairs]
    draw: Draw = sample

    def run(self, seed: int, replication: int, engine: str = "simpy") -> Pairs:
        """Return the estimates of one replication."""
        workload = self.draw(self.scenario, seed, replication)
        log = simulate(self.scenario, workload, engine)
        return self.estimate(self.case, self.scenario, log)


def expected(case: Case) -> dict[str, float]:
    """Return the exact values by measure; entries of a vector are `name[k]`."""
    values: dict[str, float] = {}
    for entry in case["expected"]:
        name, value = entry["measure"], entry["value"]
        if name in NOT_ESTIMATED.get(case["id"], ()):
            continue
        if isinstance(value, list):
            values.update({f"{name}[{k}]": v for k, v in enumerate(value)})
        elif name.startswith("wait_quantile_"):
            values[name] = float(name.rpartition("_")[2])
        else:
            values[name] = value
    return values


def entry_of(case: Case, measure: str) -> dict[str, Any]:
    """Return the entry of a measure in a case, with its exact value and arguments."""
    return next(e for e in case["expected"] if e["measure"] == measure)


# Words for laws


def law(spec: Case) -> dict[str, Any]:
    """Return a law of the cases in the scenario's words."""
    kind = spec["type"]
    if kind == "deterministic":
        return {"always": f"{spec['value']} min"}
    if kind in ("exponential", "gamma", "lognormal", "erlang"):
        words = {"dist": kind, "mean": f"{spec['mean']} min"}
        if "sd" in spec:
            words["sd"] = f"{spec['sd']} min"
        return words | ({"stages": spec["stages"]} if "stages" in spec else {})
    if kind == "uniform":
        return {"dist": kind, "low": f"{spec['low']} min", "high": f"{spec['high']} min"}
    table = spec.get("pmf") or dict(zip(spec["values"], spec["probs"], strict=True))
    return {"dist": "discrete", "values": {f"{v} min": f"{100 * p} %" for v, p in table.items()}}


# What a log says


@dataclass(frozen=True)
class Line:
    """Tickets of a line; times in minutes.

    wait : in line until called or gone; sojourn : from ticket to end, NaN if never served
    """

    ticket: np.ndarray
    wait: np.ndarray
    sojourn: np.ndarray
    served: np.ndarray
    reneged: np.ndarray

    @classmethod
    def of(cls, log: Log, begin: float = 0, end: float = np.inf, **where: str) -> Line:
        """Return the tickets taken from begin before end (minutes), of a service or class."""
        rows = log.stop_rows
        keep = rows.ticket != ABSENT
        keep &= (rows.ticket >= begin * MINUTE) & (rows.ticket < end * MINUTE)
        if "service" in where:
            keep &= rows.service == log.names.services.index(where["service"])
        if "visitor_class" in where:
            code = log.names.classes.index(where["visitor_class"])
            keep &= log.visit_rows.visitor_class[rows.row] == code
        horizon = max(rows.ticket.max(initial=0), rows.end.max(initial=0))
        outcome = np.array(STOP_OUTCOMES)[rows.outcome[keep]]
        served = outcome == "served"
        called, over = rows.called[keep], rows.end[keep]
        gone = np.where(called != ABSENT, called, np.where(over != ABSENT, over, horizon))
        ticket = rows.ticket[keep] / MINUTE
        return cls(
            ticket=ticket,
            wait=(gone - rows.ticket[keep]) / MINUTE,
            sojourn=np.where(served, over / MINUTE - ticket, np.nan),
            served=served,
            reneged=outcome == "reneged",
        )


def _mean(values: np.ndarray, of: np.ndarray | None = None) -> tuple[float, float]:
    chosen = values if of is None else values[of]
    return float(chosen.sum()), float(len(chosen))


def waits(case: Case, line: Line, suffix: str = "") -> Pairs:
    """Return every measure of a case that one line answers; its name ends in the suffix."""
    found: Pairs = {}
    for name in expected(case):
        if not name.endswith(suffix):
            continue
        what = name.removesuffix(suffix)
        pair = _wait(case, line, what)
        if pair is not None:
            found[name] = pair
    return found


def _wait(case: Case, line: Line, what: str) -> tuple[float, float] | None:
    wait, served = line.wait, line.served
    simple: dict[str, Callable[[], tuple[float, float]]] = {
        "p_wait": lambda: _mean(wait > 0),
        "p_abandon": lambda: _mean(line.reneged),
        "mean_wait_delayed": lambda: _mean(wait, wait > 0),
        "mean_wait_served": lambda: _mean(wait, ~line.reneged),
        "mean_wait_abandoned": lambda: _mean(wait, line.reneged),
        "mean_sojourn": lambda: _mean(line.sojourn, served),
        "var_wait": lambda: _mean((wait - entry_of(case, "mean_wait")["value"]) ** 2),
    }
    simple |= dict.fromkeys(
        ("mean_wait", "mean_wait_all", "mean_wait_accepted", "day_mean_wait", "mean_wait_overall",
         "mean_wait_per_show", "day_mean_wait_accepted"),
        lambda: _mean(wait),
    )  # fmt: skip
    simple["p_wait_accepted"] = simple["p_wait_per_show"] = simple["p_wait"]
    if what in simple:
        return simple[what]()
    if match := re.fullmatch(r"(?:day_)?p_wait_gt_([\d.]+)(?:_per_show)?", what):
        return _mean(wait > _limit(match[1]))
    if match := re.fullmatch(r"p_served_within_([\d.]+)", what):
        return _mean(~line.reneged & (wait <= _limit(match[1])))
    if what.startswith("wait_quantile_"):
        return _mean(wait <= entry_of(case, what)["value"])
    return None


def _limit(text: str) -> float:
    return 1 / 3 if text == "0.333333" else float(text)


def over_time(
    log: Log, begin: float, end: float, what: str, service: str | None = None
) -> tuple[float, float]:
    """Return person-minutes (or counter-minutes) within a window, and its minutes.

    what : waiting, inside (from ticket to end), in_mall (from door to exit), serving or down
    """
    rows, visits, at = log.stop_rows, log.visit_rows, log.counter_rows
    last = int(end * MINUTE)
    if what in ("serving", "down"):
        keep = at.state == STATES.index(what)
        first, until = at.begin[keep], at.end[keep]
    elif what == "in_mall":
        keep = visits.entered != ABSENT
        first, until = visits.entered[keep], visits.left[keep]
    else:
        keep = rows.ticket != ABSENT
        if service:
            keep &= rows.service == log.names.services.index(service)
        called, over = rows.called[keep], rows.end[keep]
        stops_waiting = np.where(called != ABSENT, called, over)
        first, until = rows.ticket[keep], stops_waiting if what == "waiting" else over
    until = np.where(until == ABSENT, last, until)
    overlap = np.minimum(until, last) - np.maximum(first, int(begin * MINUTE))
    return float(np.maximum(overlap, 0).sum() / MINUTE), end - begin


# Steady state


def relaxation(case: Case) -> float:
    """Return minutes in which a line forgets how it began, roughly.

    Of M/M/c it is 1 / (c mu (1 - sqrt(load))^2) (Cohen 1982, The Single Server Queue, II.2.1).
    """
    model = case["model"]
    if "external_rate" in str(model):
        return 60.0  # three stations with loads below 0.6
    if isinstance(model.get("patience"), dict):
        return _mean_of(model["service"]) + _mean_of(model["patience"])
    stations = model.get("stations", [model])
    return max(_relaxation_of(model, station) for station in stations)


def _relaxation_of(model: Case, station: Case) -> float:
    counters = station.get("counters") or sum(pool["counters"] for pool in station["pools"])
    streams = model.get("classes", [])
    laws = [c.get("service", station.get("service")) for c in streams] or [station["service"]]
    rates = [c["rate"] for c in streams] or [_rate(model["arrivals"])]
    mean = max(_mean_of(of) for of in laws)
    if isinstance(model.get("capacity"), int):
        return mean * (1 + model["capacity"] / counters)
    load = sum(rate * _mean_of(of) for rate, of in zip(rates, laws, strict=True)) / counters
    spread = max((1 + (of.get("sd", 0) / of.get("mean", 1)) ** 2) / 2 for of in laws)
    return max(spread, 1) * mean / counters / (1 - sqrt(load)) ** 2


def _mean_of(spec: Case) -> float:
    if spec["type"] == "uniform":
        return (spec["low"] + spec["high"]) / 2
    if "values" in spec:
        return sum(v * p for v, p in zip(spec["values"], spec["probs"], strict=True))
    return spec.get("mean") or spec["value"]


def rate_of(case: Case) -> float:
    """Return citizens per minute."""
    model = case["model"]
    if "classes" in model:
        return sum(c["rate"] for c in model["classes"])
    if "arrivals" not in model:
        return sum(s["external_rate"] for s in model["stations"])
    return _rate(model["arrivals"])


def _rate(arrivals: Case) -> float:
    if "interval" in arrivals:
        return 1 / arrivals["interval"]
    if "group_rate" in arrivals:
        sizes = arrivals["group_size_pmf"].items()
        return arrivals["group_rate"] * sum(int(k) * p for k, p in sizes)
    return arrivals["rate"]


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
    found["p_block"] = _mean(refused, here)
    found["accepted_rate"] = float((here & ~refused).sum()), time
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
    found["p_not_served_at_once"] = _mean(line.wait > 0)
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
        found["share_of_A_served_by_pool2"] = _mean(np.array(pool)[rows.counter] == "2", a)
        return found

    return Expressed(case, scenario, estimate)


def _stations(case: Case) -> dict[str, Any]:
    return {
        s["name"]: {"counters": s["counters"], "services": {"s": {"time": law(s["service"])}}}
        for s in case["model"]["stations"]
    }


def network(case: Case, citizens: int) -> Expressed:
    """Express stations that visits pass through, one after the other or at random."""
    names = [s["name"] for s in case["model"]["stations"]]
    scenario = endless(
        case, citizens, agencies=_stations(case),
        journeys={"all": {"per_day": f"{1440 * rate_of(case):.10f}",
                          "stops": [f"{n}.s" for n in names]}},
    )  # fmt: skip

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        span, found = Span.of(scenario), {}
        for name in names:
            line = Line.of(log, span.begin, span.last, service=f"{name}.s")
            found |= waits(case, line, f"_{name}")
            every = Line.of(log, span.begin, span.end, service=f"{name}.s")
            found[f"arrival_rate_{name}"] = float(len(every.ticket)), span.end - span.begin
        visits = log.visit_rows
        here = (visits.entered >= span.begin * MINUTE) & (visits.entered < span.last * MINUTE)
        here &= visits.left != ABSENT
        found["mean_total_time"] = _mean((visits.left - visits.entered) / MINUTE, here)
        found["mean_in_mall"] = over_time(log, span.begin, span.end, "in_mall")
        return found

    draw = sample if "arrivals" in case["model"] else _random_routes(case)
    return Expressed(case, scenario, estimate, draw)


# Arrivals that are not ours: workloads from tables


def _rng(seed: int, replication: int) -> np.random.Generator:
    return np.random.default_rng([seed, replication])


def _times(scenario: Scenario, service: str, u: np.ndarray) -> np.ndarray:
    return np.rint(scenario.service(service).time.quantile(u)).astype(np.int64)


def _table(scenario: Scenario, rng: np.random.Generator, due: np.ndarray) -> Workload:
    frame = pd.DataFrame({"due": np.rint(due * MINUTE).astype(np.int64)})
    frame["journey"], frame["service"] = "all", "a.s"
    frame["time"] = _times(scenario, "a.s", rng.random(len(due)))
    return Workload.from_frame(frame, scenario)


def _evenly(case: Case) -> Draw:
    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        end = scenario.days[0].closes / MINUTE
        due = np.arange(0, end, case["model"]["arrivals"]["interval"])
        return _table(scenario, _rng(seed, replication), due)

    return draw


def _groups(case: Case) -> Draw:
    arrivals = case["model"]["arrivals"]
    sizes = [int(k) for k in arrivals["group_size_pmf"]]
    shares = list(arrivals["group_size_pmf"].values())

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng = _rng(seed, replication)
        end = scenario.days[0].closes / MINUTE
        due = np.sort(rng.random(rng.poisson(arrivals["group_rate"] * end)) * end)
        return _table(scenario, rng, np.repeat(due, rng.choice(sizes, len(due), p=shares)))

    return draw


def _random_routes(case: Case) -> Draw:
    """Draw each visit's route beforehand: where she goes next does not depend on the hall."""
    names = [s["name"] for s in case["model"]["stations"]]
    routing = case["model"]["routing"]
    next_of = np.array([[routing[n].get(m, 0.0) for m in [*names, "exit"]] for n in names])
    cumulated = np.cumsum(next_of, axis=1)
    external = np.array([s["external_rate"] for s in case["model"]["stations"]])

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng = _rng(seed, replication)
        end = scenario.days[0].closes / MINUTE
        number = rng.poisson(external.sum() * end)
        due = np.rint(rng.random(number) * end * MINUTE).astype(np.int64)
        who = np.arange(number)
        at = rng.choice(len(names), number, p=external / external.sum())
        parts = []
        for stop in range(1, 200):
            parts.append(pd.DataFrame({"index": who, "due": due[who], "stop": stop, "at": at}))
            u = rng.random(len(who))
            at = (u[:, None] >= cumulated[at]).sum(axis=1)
            who, at = who[at < len(names)], at[at < len(names)]
            if not len(who):
                break
        frame = pd.concat(parts, ignore_index=True)
        frame["service"] = np.array([f"{n}.s" for n in names])[frame["at"]]
        frame["time"] = 0
        for name in names:
            here = (frame["service"] == f"{name}.s").to_numpy()
            frame.loc[here, "time"] = _times(scenario, f"{name}.s", rng.random(int(here.sum())))
        return Workload.from_frame(frame.assign(journey="all"), scenario)

    return draw


# Terminating days


def week(case: Case, close: float, per_day: float, profile: Any = None, **data: Any) -> Scenario:
    """Return seven like days, open from minute 0 to `close`."""
    calendar = {
        "days": data.pop("days", "mon-sun"),
        "hours": f"{clock(OPENS)}-{clock(OPENS + round(close))}",
        **data.pop("calendar", {}),
    }
    journeys = data.pop("journeys", {"all": {"stops": ["a.s"]}})
    for journey in journeys.values():
        journey["per_day"] = f"{per_day:.10f}"
    if profile:
        data["demand"] = {"profile": {clock(OPENS + t): f"{w:.10f}" for t, w in profile.items()}}
    return scenario_of({"name": case["id"], "calendar": calendar, "journeys": journeys, **data})


def profile_of(arrivals: Case) -> tuple[float, dict[int, float], float]:
    """Return arrivals a day, the weight from each minute on, and the minute of the close."""
    if "segments" in arrivals:
        spans = [(b, e, rate) for b, e, rate in arrivals["segments"]]
    elif "per_hour" in arrivals:
        spans = [(60 * k, 60 * k + 60, n / 60) for k, n in enumerate(arrivals["per_hour"])]
    else:
        spans = [(*arrivals["window"], arrivals["rate"])]
    # Equal slots, since the last slot of a profile is as long as the one before it.
    step = 60 if len(spans) > 1 else spans[0][1]
    profile = {t: r * step for b, e, r in spans for t in range(b, e, step)}
    return sum(r * (e - b) for b, e, r in spans), profile, spans[-1][1]


def day_case(case: Case, _: int = 0) -> Expressed:
    """Express a day with a profile, numbered or named counters, breaks, room and patience."""
    model = case["model"]
    per_day, profile, close = profile_of(model["arrivals"])
    data: dict[str, Any] = {}
    if "stations" in model:
        data["agencies"] = _stations(case)
        data["journeys"] = {"all": {"stops": [f"{s['name']}.s" for s in model["stations"]]}}
    else:
        service: dict[str, Any] = {"time": law(model["service"])}
        if "patience" in model:
            service["patience"] = law(model["patience"])
        counters = model.get("counters") or _named(model["open_counters_per_hour"])
        data["agencies"] = {"a": {"counters": counters, "services": {"s": service}}}
    if "capacity" in model:
        data["hall"] = {"capacity": model["capacity"]}
    if "lunch" in model:
        data["calendar"] = {"breaks": f"{clock(OPENS + 180)}-{clock(OPENS + 240)}"}
    return Expressed(case, week(case, close, per_day, profile, **data), _days)


def _named(hours: list[list[int]]) -> dict[str, Any]:
    """Return counters with the hours in which each is open, touching hours joined."""
    counters: dict[str, Any] = {}
    for number in sorted({n for open_now in hours for n in open_now}):
        spans: list[list[int]] = []
        for k, open_now in enumerate(hours):
            if number in open_now and spans and spans[-1][1] == 60 * k:
                spans[-1][1] += 60
            elif number in open_now:
                spans.append([60 * k, 60 * k + 60])
        texts = [f"{clock(OPENS + b)}-{clock(OPENS + e)}" for b, e in spans]
        counters[str(number)] = {"hours": texts}
    return counters


def present(log: Log, at: float, what: str, service: str | None = None) -> np.ndarray:
    """Return on each day how many wait, or are at the line or counter, at a minute; (days,)."""
    rows = log.stop_rows
    time = int((OPENS + at) * MINUTE)
    keep = rows.ticket != ABSENT
    if service:
        keep &= rows.service == log.names.services.index(service)
    waiting_until = np.where(rows.called != ABSENT, rows.called, rows.end)
    until = waiting_until if what == "Q" else rows.end
    here = keep & (rows.ticket <= time) & (until > time)
    day = log.visit_rows.day[rows.row[here]]
    return np.bincount(day, minlength=len(log.names.days))


def _days(case: Case, scenario: Scenario, log: Log) -> Pairs:
    days = len(log.names.days)
    close = (scenario.days[0].closes / MINUTE) - OPENS
    line, visits, at = Line.of(log), log.visit_rows, log.counter_rows
    found = waits(case, line)
    refused = visits.outcome == VISIT_OUTCOMES.index("refused")
    over = overtime(log, close)
    serving = np.where(at.state == STATES.index("serving"), at.end - at.begin, 0) / MINUTE
    inside = present(log, close, "N")
    found |= {
        "mean_arrivals": (len(visits), days),
        "mean_served": (line.served.sum(), days),
        "day_sum_wait": (line.wait.sum(), days),
        "p_any_at_close": ((inside > 0).sum(), days),
        "EQ_at_close": (present(log, close, "Q").sum(), days),
        "mean_overtime": (over.sum(), days),
        "mean_busy_minutes": (serving.sum(), days),
        "mean_blocked": (refused.sum(), days),
        "p_block_pooled": (refused.sum(), len(visits)),
        "EQ_at_240_after_reopening": (present(log, 240, "Q").sum(), days),
    }
    for name in expected(case):
        if match := re.fullmatch(r"p_overtime_gt_(\d+)", name):
            found[name] = (over > float(match[1])).sum(), days
        elif match := re.fullmatch(r"mean_busy_minutes_per_counter\[(\d)\]", name):
            found[name] = serving[at.counter == int(match[1])].sum(), days
        elif match := re.fullmatch(r"(E[NQ](_S\d)?_at_t)\[(\d)\]", name):
            minute = entry_of(case, match[1])["at"][int(match[3])]
            service = f"{match[2][1:]}.s" if match[2] else None
            found[name] = present(log, minute, match[1][1], service).sum(), days
        elif match := re.fullmatch(r"p_empty_at_t\[(\d)\]", name):
            minute = entry_of(case, "p_empty_at_t")["at"][int(match[1])]
            found[name] = (present(log, minute, "N") == 0).sum(), days
        elif match := re.fullmatch(r"p_max_waiting_ge_m\[(\d)\]", name):
            least = entry_of(case, "p_max_waiting_ge_m")["m"][int(match[1])]
            found[name] = (longest_line(log) >= least).sum(), days
    if "stations" in case["model"]:
        for name in ("S1", "S2"):
            found |= waits(case, Line.of(log, service=f"{name}.s"), f"_{name}")
        found["day_mean_total_time"] = _mean((visits.left - visits.entered) / MINUTE)
        found["p_any_at_close"] = ((visits_inside(log, close) > 0).sum(), days)
    return found


def visits_inside(log: Log, at: float) -> np.ndarray:
    """Return on each day how many people are between door and exit at a minute; (days,)."""
    visits, time = log.visit_rows, int((OPENS + at) * MINUTE)
    here = (visits.entered != ABSENT) & (visits.entered <= time) & (visits.left > time)
    return np.bincount(visits.day[here], minlength=len(log.names.days))


def overtime(log: Log, close: float) -> np.ndarray:
    """Return on each day the minutes from closing to the last departure; (days,)."""
    visits = log.visit_rows
    over = np.zeros(len(log.names.days))
    here = visits.left != ABSENT
    np.maximum.at(over, visits.day[here], visits.left[here] / MINUTE - OPENS - close)
    return over


def longest_line(log: Log) -> np.ndarray:
    """Return on each day the most people who wait at one time; (days,).

    Who is called as she comes does not wait; who is called as another comes no longer waits.
    """
    rows = log.stop_rows
    gone = np.where(rows.called != ABSENT, rows.called, rows.end)
    waited = (rows.ticket != ABSENT) & (gone > rows.ticket)
    day = log.visit_rows.day[rows.row[waited]]
    time = np.concatenate((rows.ticket[waited], gone[waited]))
    step = np.repeat([1, -1], waited.sum())
    order = np.lexsort((step, time, np.tile(day, 2)))
    length, of = np.cumsum(step[order]), np.tile(day, 2)[order]
    longest = np.zeros(len(log.names.days), dtype=np.int64)
    np.maximum.at(longest, of, length)
    return longest


def transient(case: Case, _: int = 0) -> Expressed:
    """Express a line that starts empty and is looked at before the day is over."""
    model, last = case["model"], 241
    service = {"s": {"time": law(model["service"])}}
    agencies = {"a": {"counters": model["counters"], "services": service}}
    rate = model["arrivals"]["rate"]
    return Expressed(case, week(case, last, rate * last, agencies=agencies), _days)


def first_customers(case: Case, _: int = 0) -> Expressed:
    """Express the first customers of a line that starts empty."""
    model = case["model"]
    scenario = scenario_of({
        "name": case["id"],
        "calendar": {"continuous": f"{1200 / model['arrivals']['rate']:.0f} min"},
        "agencies": {"a": {"counters": 1, "services": {"s": {"time": law(model["service"])}}}},
        "journeys": {"all": {"per_day": 1440 * model["arrivals"]["rate"], "stops": ["a.s"]}},
    })  # fmt: skip

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        wait = Line.of(log).wait  # the rows stand in the order of arrival
        found: Pairs = {}
        for k, n in enumerate(entry_of(case, "mean_wait_of_customer_n")["n"]):
            found[f"mean_wait_of_customer_n[{k}]"] = wait[n - 1], 1
        for k, n in enumerate(entry_of(case, "mean_of_average_wait_first_n")["n"]):
            found[f"mean_of_average_wait_first_n[{k}]"] = wait[:n].mean(), 1
        return found

    return Expressed(case, scenario, estimate)


def ample(case: Case, citizens: int) -> Expressed:
    """Express a hall with more counters than people: three agencies, one for each law of stay."""
    days = "mon-sun" if citizens > 3000 else "mon"
    model = case["model"]
    per_day, profile, close = profile_of(model["arrivals"])
    kinds = [stay["type"] for stay in model["stay"]]
    agencies = {
        kind: {"counters": 200, "services": {"s": {"time": law(stay)}}}
        for kind, stay in zip(kinds, model["stay"], strict=True)
    }
    journeys = {kind: {"stops": [f"{kind}.s"]} for kind in kinds}
    scenario = week(case, close, per_day, profile, days=days, agencies=agencies, journeys=journeys)

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        found: Pairs = {}
        for kind in kinds:
            for k, minute in enumerate(entry_of(case, f"EN_at_t_{kind}")["at"]):
                people = present(log, minute, "N", f"{kind}.s")
                found[f"EN_at_t_{kind}[{k}]"] = people.sum(), len(people)
        people = present(log, 180, "N", "lognormal.s")
        found["P_N180_gt_30_lognormal"] = (people > 30).sum(), len(people)
        return found

    return Expressed(case, scenario, estimate)


def day_factor(case: Case, _: int = 0) -> Expressed:
    """Express days that differ as a whole; morning and afternoon have equal weight."""
    arrivals = case["model"]["arrivals"]
    scenario = week(
        case, 480, arrivals["mean_per_day"],
        agencies={"a": {"counters": 1, "services": {"s": {"time": {"always": "0 min"}}}}},
        demand={"day_to_day": sqrt(arrivals["factor"]["variance"])},
    )  # fmt: skip

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        visits, days = log.visit_rows, len(log.names.days)
        early = visits.due < (OPENS + 240) * MINUTE
        morning = np.bincount(visits.day[early], minlength=days)
        afternoon = np.bincount(visits.day[~early], minlength=days)
        total = morning + afternoon
        return {
            "mean_arrivals": (total.sum(), days),
            "var_arrivals": (((total - 200) ** 2).sum(), days),
            "P_more_than_260": ((total > 260).sum(), days),
            "corr_morning_afternoon": (((morning - 100) * (afternoon - 100)).sum(), days * 500),
        }

    return Expressed(case, scenario, estimate)


def appointments(case: Case, _: int = 0) -> Expressed:
    """Express punctual bookings, and walk-ins who are called after them, as tables of visits."""
    model = case["model"]
    booking = model["appointments"]
    close = 240 if "walkins" in model else model["session_end"]
    scenario = week(
        case, close + 1, 1,
        agencies={"a": {"counters": 1, "services": {"s": {"time": law(model["service"])}}}},
    )  # fmt: skip
    slots = np.array(booking["slots"], dtype=float)

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng, parts = _rng(seed, replication), []
        for day in scenario.days:
            shows = slots[rng.random(len(slots)) < booking["show_probability"]]
            parts.append(pd.DataFrame({"day": day.label, "due": shows, "booked": True}))
            for begin, end, rate in model.get("walkins", {}).get("segments", []):
                due = begin + (end - begin) * rng.random(rng.poisson(rate * (end - begin)))
                parts.append(pd.DataFrame({"day": day.label, "due": due, "booked": False}))
        frame = pd.concat(parts, ignore_index=True).assign(journey="all", service="a.s")
        frame["due"] = np.rint((OPENS + frame["due"]) * MINUTE).astype(np.int64)
        due = frame["due"].to_numpy().view("timedelta64[us]")
        frame["booked"] = np.where(frame["booked"], due, np.timedelta64("NaT", "us"))
        frame["time"] = _times(scenario, "a.s", rng.random(len(frame)))
        return Workload.from_frame(frame, scenario)

    return Expressed(case, scenario, _appointments, draw)


def _appointments(case: Case, scenario: Scenario, log: Log) -> Pairs:
    visits, rows = log.visit_rows, log.stop_rows
    days, line = len(log.names.days), Line.of(log)
    booked = (visits.booked != ABSENT)[rows.row]
    slots = case["model"]["appointments"]["slots"]
    close = 240 if "walkins" in case["model"] else case["model"]["session_end"]
    over = overtime(log, close)
    last = np.maximum(overtime(log, 0), slots[-1])
    found = waits(case, line) | {
        "mean_finish": (last.sum(), days),
        "mean_overtime": (over.sum(), days),
        "p_overtime": ((over > 0).sum(), days),
        "p_overtime_gt_15": ((over > 15).sum(), days),
        "mean_idle_until_finish": (last.sum() - (rows.end - rows.start).sum() / MINUTE, days),
        "mean_walkins": ((~booked).sum(), days),
        "mean_shows": (booked.sum(), days),
        "p_any_at_close": ((visits_inside(log, close) > 0).sum(), days),
    }
    for kind, of in (("appointment", booked), ("walkin", ~booked)):
        found[f"day_mean_wait_{kind}"] = _mean(line.wait, of)
        found[f"p_wait_{kind}"] = _mean(line.wait > 0, of)
    for k, slot in enumerate(slots):
        here = booked & (rows.ticket == int((OPENS + slot) * MINUTE))
        found[f"mean_wait_by_slot[{k}]"] = _mean(line.wait, here)
    return found


FAMILIES: dict[str, Callable[[Case, int], Expressed]] = {
    "M/M/c": one_line,
    "M/M/c/K": one_line,
    "Erlang-A": one_line,
    "M/M/c+G": one_line,
    "M/D/c": one_line,
    "M/G/1": one_line,
    "M/E2/c": one_line,
    "D/M/1": lambda case, n: one_line(case, n, _evenly(case)),
    "batch arrivals": lambda case, n: one_line(case, n, _groups(case)),
    "breakdowns": breakdowns,
    "priority": priority,
    "multi-skill": skills,
    "network": network,
    "transient": transient,
    "first n customers": first_customers,
    "terminating day": day_case,
    "Mt/M/s(t) day, named counters": day_case,
    "lunch closure": day_case,
    "Mt/M/s(t)+M day": day_case,
    "finite waiting room day": day_case,
    "daily maximum": day_case,
    "two-stop day": day_case,
    "appointments": appointments,
    "appointments + walk-ins": appointments,
    "Mt/G/infinity": ample,
    "arrival generator": day_factor,
}
"""How each family of cases is expressed."""

SIMULATED = {name: case for name, case in CASES.items() if name.startswith(("SS-", "TD-"))}
"""The cases that are for a simulation to meet."""
EXPRESSIBLE = tuple(
    name for name, case in SIMULATED.items() if case["family"] in FAMILIES and name not in NOT_YET
)


def express(name: str, citizens: int = 1000) -> Expressed:
    """Return a case in our words; `citizens` is the size of one replication of an endless run."""
    case = CASES[name]
    return FAMILIES[case["family"]](case, citizens)


@dataclass(frozen=True)
class Check:
    """One estimate beside its exact value; z is its distance in standard errors.

    With few replications the distance follows Student's t; z is the normal distance that is as
    improbable.
    """

    measure: str
    exact: float
    value: float
    error: float
    z: float

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % interval, as a share of the exact value."""
        return 1.96 * self.error / abs(self.exact) if self.exact else 0.0

    def __str__(self) -> str:
        return (
            f"{self.measure}: exact {self.exact:.6g}, found {self.value:.6g} "
            f"+/- {1.96 * self.error:.2g}, z {self.z:+.2f}"
        )


def compare(case: Case, runs: list[Pairs]) -> list[Check]:
    """Hold the pooled estimates of independent replications against the exact values.

    The standard error of sum(total) / sum(n) is that of the residuals total - ratio * n (Law
    2015, Simulation Modeling and Analysis, section 4.5).
    """
    checks = []
    for measure, exact in expected(case).items():
        total, n = np.array([run[measure] for run in runs], dtype=float).T
        value = total.sum() / n.sum()
        residual = total - value * n
        r = len(runs)
        error = sqrt(r / (r - 1) * (residual**2).sum()) / n.sum()
        z = _distance(value, exact, error, r, n.sum())
        checks.append(Check(measure, exact, float(value), float(error), z))
    return checks


def _distance(value: float, exact: float, error: float, r: int, n: float) -> float:
    from scipy.special import ndtri, stdtr

    if error > 1e-12 * abs(exact):
        t = (value - exact) / error
        return float(np.copysign(ndtri(stdtr(r - 1, -abs(t))), t))
    if abs(value - exact) <= 1e-9 * max(1, abs(exact)):
        return 0.0
    if 0 < exact < 1 and value in (0, 1):  # it never happened, or always: how likely is that?
        likely = n * np.log(exact if value == 1 else 1 - exact)
        return float(np.copysign(ndtri(np.exp(likely)), value - exact))
    return float(np.copysign(np.inf, value - exact))
