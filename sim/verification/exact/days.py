"""Terminating days: a week of like days, each of which begins empty."""

from __future__ import annotations

import re
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.log import STATES, VISIT_OUTCOMES, Log
from sim.scenario.model import Scenario
from sim.verification.exact.arrivals import linear, random_of, times_of
from sim.verification.exact.cases import Case, Pairs, entry_of, expected
from sim.verification.exact.expressed import Expressed
from sim.verification.exact.readings import (
    Line,
    longest_line,
    mean,
    overtime,
    present,
    visits_inside,
    waits,
)
from sim.verification.exact.wording import OPENS, law, stations
from sim.verification.malls import MINUTE, clock, scenario_of
from sim.workload import ABSENT, Workload


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
        data["agencies"] = stations(case)
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
        total = _at(case, log, name, over, serving)
        if total is not None:
            found[name] = float(total), days
    if "stations" in case["model"]:
        for name in ("S1", "S2"):
            found |= waits(case, Line.of(log, service=f"{name}.s"), f"_{name}")
        found["day_mean_total_time"] = mean((visits.left - visits.entered) / MINUTE)
        found["p_any_at_close"] = ((visits_inside(log, close) > 0).sum(), days)
    return found


def _at(case: Case, log: Log, name: str, over: NDArray[Any], serving: NDArray[Any]) -> float | None:
    """Return the total over the days of a measure whose name holds a number, or None."""
    if match := re.fullmatch(r"p_overtime_gt_(\d+)", name):
        return float((over > float(match[1])).sum())
    if match := re.fullmatch(r"mean_busy_minutes_per_counter\[(\d)\]", name):
        return float(serving[log.counter_rows.counter == int(match[1])].sum())
    if match := re.fullmatch(r"(E[NQ](_S\d)?_at_t)\[(\d)\]", name):
        minute = entry_of(case, match[1])["at"][int(match[3])]
        service = f"{match[2][1:]}.s" if match[2] else None
        return float(present(log, minute, match[1][1], service).sum())
    if match := re.fullmatch(r"p_empty_at_t\[(\d)\]", name):
        minute = entry_of(case, "p_empty_at_t")["at"][int(match[1])]
        return float((present(log, minute, "N") == 0).sum())
    if match := re.fullmatch(r"p_max_waiting_ge_m\[(\d)\]", name):
        least = entry_of(case, "p_max_waiting_ge_m")["m"][int(match[1])]
        return float((longest_line(log) >= least).sum())
    return None


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


def generator(case: Case, _: int = 0) -> Expressed:
    """Express arrivals alone: days that differ as a whole, or a rate that rises and falls."""
    return linear_rate(case) if "knots_t" in case["model"]["arrivals"] else day_factor(case)


def linear_rate(case: Case) -> Expressed:
    """Express a rate that is linear between knots as a table of visits: ours are constant."""
    scenario = week(
        case, case["model"]["arrivals"]["knots_t"][-1], 1,
        agencies={"a": {"counters": 1, "services": {"s": {"time": {"always": "0 min"}}}}},
    )  # fmt: skip

    def estimate(case: Case, scenario: Scenario, log: Log) -> Pairs:
        visits, days = log.visit_rows, len(log.names.days)
        minute = visits.entered / MINUTE - OPENS
        first = np.array([minute[visits.day == day].min(initial=np.inf) for day in range(days)])
        halves = np.bincount((minute // 30).astype(np.int64), minlength=12)
        median = entry_of(case, "median_time_of_first_arrival")["value"]
        return {
            "mean_arrivals": (len(visits), days),
            "median_time_of_first_arrival": ((first <= median).sum(), days),
            "P_no_arrival_before_10": ((first >= 10).sum(), days),
            **{f"mean_count_per_30min[{k}]": (n, days) for k, n in enumerate(halves.tolist())},
        }

    return Expressed(case, scenario, estimate, linear(case))


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
        rng, parts = random_of(seed, replication), []
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
        frame["time"] = times_of(scenario, "a.s", rng.random(len(frame)))
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
        found[f"day_mean_wait_{kind}"] = mean(line.wait, of)
        found[f"p_wait_{kind}"] = mean(line.wait > 0, of)
    for k, slot in enumerate(slots):
        here = booked & (rows.ticket == int((OPENS + slot) * MINUTE))
        found[f"mean_wait_by_slot[{k}]"] = mean(line.wait, here)
    return found
