"""Published days of few customers, played by hand: each row of the log, exact to the µs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from sim.log import REASONS, STATES, STOP_OUTCOMES, VISIT_OUTCOMES, Log
from sim.scenario.model import Scenario
from sim.verification.exact.cases import CASES
from sim.verification.malls import clock, mall, us
from sim.workload import ABSENT

TRACES = {name: case for name, case in CASES.items() if name.startswith("TR-")}
OPENS = 8 * 60
LATE = 15 * 60
"""Minute 0 of a trace is 08:00; a trace that never closes closes at 15:00 later."""


def published(case: dict[str, Any], by_class: bool = False) -> Scenario:
    """Express the model of a trace; classes of customers are services, or priorities."""
    model = case["model"]
    classes = sorted({c["cls"] for c in model["customers"]})
    agencies: dict[str, Any] = {}
    for counter in model["counters"]:
        agency = agencies.setdefault(
            counter["station"], {"counters": {}, "services": ["s"] if by_class else classes}
        )
        agency["counters"][counter["id"]] = _counter(counter, by_class)
    more: dict[str, Any] = {}
    if by_class:
        share, rest = 1 / len(classes), classes[1:]
        more["visitors"] = {c: {"priority": -k, "share": share} for k, c in enumerate(classes)}
        more["visitors"][rest[-1]].pop("share")
    if "capacity" in model:
        more["hall"] = {"capacity": model["capacity"]}
    close = clock(OPENS + model.get("close", LATE - 1))
    return mall(agencies, hours=f"08:00-{close}", **more)


def _counter(counter: dict[str, Any], by_class: bool) -> dict[str, Any]:
    spans = counter["open"]
    breaks = [
        f"{clock(OPENS + end)}-{clock(OPENS + begin)}" for (_, end), (begin, _) in pairwise(spans)
    ]
    return {"breaks": breaks} | ({} if by_class else {"serves": counter["skills"]})


def citizens(case: dict[str, Any], by_class: bool = False) -> list[dict[str, Any]]:
    """Return the customers of a trace as rows of a workload."""
    rows = []
    for customer in case["model"]["customers"]:
        patience = customer.get("patience")
        for station, time in customer["route"]:
            row = {
                "journey": "all",
                "index": customer["id"],
                "due": us(OPENS) + us(customer["arrive"]),
                "service": f"{station}.{'s' if by_class else customer['cls']}",
                "time": us(time),
                "patience": None if patience is None else us(patience),
            }
            rows.append(row | ({"visitor_class": customer["cls"]} if by_class else {}))
    return rows


_OUTCOMES = {
    "served": "served", "reneged": "reneged/patience", "blocked_full": "refused/hall_full",
    "turned_away_closed": "refused/closed",
}  # fmt: skip


def as_records(log: Log) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Return (customer, stage) -> station, counter, enter, start, end, outcome."""
    rows, visits = log.stop_rows, log.visit_rows
    found: dict[tuple[int, int], tuple[Any, ...]] = {}
    for k, (outcome, reason) in enumerate(zip(visits.outcome, visits.reason, strict=True)):
        if VISIT_OUTCOMES[outcome] == "refused":
            what = f"refused/{REASONS[reason]}"
            found[int(visits.index[k]), 1] = ("", "", int(visits.due[k]), ABSENT, ABSENT, what)
    for k, row in enumerate(rows.row.tolist()):
        what = "/".join(filter(None, (STOP_OUTCOMES[rows.outcome[k]], REASONS[rows.reason[k]])))
        counter = log.names.counters[rows.counter[k]][1] if rows.counter[k] >= 0 else ""
        times = [int(t[k]) for t in (rows.ticket, rows.start, rows.end)]
        station = log.names.services[rows.service[k]].partition(".")[0]
        key = int(visits.index[row]), int(rows.stop[k])
        found[key] = (station, counter, *times, what)
    return found


def recorded(case: dict[str, Any]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Return the records of a trace in the same form."""
    found = {}
    for record in case["records"]:
        times = [
            us(OPENS) + us(record[name]) if name in record else ABSENT
            for name in ("enter", "start", "end")
        ]
        if "left" in record:
            times[2] = us(OPENS) + us(record["left"])
        what = _OUTCOMES[record["outcome"]]
        station = "" if what.startswith("refused") else record["station"]
        key = record["id"], record["stage"]
        found[key] = (station, str(record.get("counter", "")), *times, what)
    return found


def summary(log: Log) -> dict[str, float]:
    """Return the sums that the traces state, from all three tables; minutes."""
    rows = log.stop_rows
    outcome = np.array(STOP_OUTCOMES)[rows.outcome]
    served, reneged = outcome == "served", outcome == "reneged"
    wait = (rows.start - rows.ticket)[served] / us(1)
    refused = log.visits.loc[log.visits["outcome"] == "refused", "reason"].astype(str)
    at = log.counter_rows
    busy = (at.end - at.begin)[np.array(STATES)[at.state] == "serving"].sum()
    return {
        "n_served_stages": served.sum(),
        "n_reneged": reneged.sum(),
        "n_blocked": (refused == "hall_full").sum(),
        "n_turned_away": (refused == "closed").sum(),
        "sum_wait_served": wait.sum(),
        "sum_wait_reneged": (rows.end - rows.ticket)[reneged].sum() / us(1),
        "last_departure": rows.end[served].max() / us(1) - OPENS,
        "busy_minutes": busy / us(1),
        "n_waited_served": (wait > 0).sum(),
        "max_wait_served": wait.max(),
        "mean_wait_served": wait.mean(),
    }
