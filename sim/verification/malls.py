"""Small malls from a few words, and workloads from minutes, for days that are played by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pandas as pd

from sim.scenario.loading import load_text
from sim.scenario.model import Scenario
from sim.workload import Workload


def us(minutes: float | int | str) -> int:
    """Return minutes as exact µs; ValueError where a decimal fraction does not come out whole."""
    value = Fraction(str(minutes)) * 60_000_000
    if value.denominator != 1:
        raise ValueError(f"{minutes} minutes are no whole number of microseconds")
    return int(value)


MINUTE = us(1)


def clock(minutes: int) -> str:
    """Return minutes since midnight as a clock time."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def text_of(data: Any) -> Any:
    """Return plain data with text scalars, as a file has them; JSON is YAML."""
    if isinstance(data, dict):
        return {str(key): text_of(value) for key, value in data.items()}
    return [text_of(item) for item in data] if isinstance(data, (list, tuple)) else str(data)


def scenario_of(data: dict[str, Any]) -> Scenario:
    """Read plain data as if it stood in a file, with all checks."""
    return load_text(json.dumps(text_of(data)))


def mall(
    agencies: dict[str, Any], hours: str = "08:00-16:00", days: str = "mon", **more: Any
) -> Scenario:
    """Return a mall whose only journey, `all`, stops at every service once.

    agencies : {name: counters}, with one service `s`, or {name: {counters, services: [...]}}
    more : further keys of the scenario; keys of `calendar` are merged into it
    """
    known = {name: _agency(of) for name, of in agencies.items()}
    stops = [f"{name}.{s}" for name, of in known.items() for s in of["services"]]
    calendar = {"days": days, "hours": hours, **more.pop("calendar", {})}
    data = {
        "name": "test",
        "calendar": calendar,
        "agencies": known,
        "journeys": {"all": {"per_day": 10, "stops": stops}},
        **more,
    }
    return scenario_of(data)


def _agency(of: Any) -> dict[str, Any]:
    named = isinstance(of, dict) and ("services" in of or "machines" in of or "counters" in of)
    agency = dict(of) if named else {"counters": of}
    services = agency.get("services", ["s"])
    if not isinstance(services, dict):
        services = {name: {} for name in services}
    agency["services"] = {
        name: {"time": {"always": "10 min"}, **service} for name, service in services.items()
    }
    return agency


def workload_of(scenario: Scenario, rows: list[dict[str, Any]]) -> Workload:
    """Return a workload from rows of one stop each; times in µs."""
    frame = pd.DataFrame(rows)
    for name in ("patience", "booked", "slot", "stay", "lead"):
        if name in frame:
            frame[name] = pd.to_timedelta(frame[name].astype("Int64"), unit="us")
            frame[name] = frame[name].astype("timedelta64[us]")
    return Workload.from_frame(frame, scenario)
