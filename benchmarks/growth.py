"""Malls that grow, and lines that formulas know: time for each row, and visits a second."""

from __future__ import annotations

import copy
from typing import Any

from parts import DAY, Part, kernel_of
from ruamel.yaml import YAML

from sim.sampling import at_once
from sim.scenario.model import Scenario
from sim.verification.malls import mall, scenario_of


def lines() -> dict[str, Part]:
    """Return M/M/c and M/G/c on one day without a night's end: the kernel with full rows."""
    laws = {
        "M/M/c": {"dist": "exponential", "mean": "8 s"},
        "M/G/c": {"mean": "8 s", "sd": "12 s"},
    }
    found = {}
    for name, law in laws.items():
        agencies = {"a": {"counters": 20, "services": {"s": {"time": law}}}}
        journeys = {"all": {"per_day": 190_000, "stops": ["a.s"]}}
        scenario = mall(agencies, hours="00:00-24:00", journeys=journeys)
        drawn = at_once(scenario, 1, range(1))
        found[name] = (kernel_of(scenario, drawn), len(drawn.run))
    return found


def grown() -> dict[str, tuple[Part, int]]:
    """Return malls that are so many times the mall day: the kernel, and the rows of stops."""
    day = YAML(typ="safe", pure=True).load(DAY.read_text(encoding="utf-8"))
    found = {}
    for times in (1, 10, 100):
        scenario = scenario_of(day)
        found[f"days x {times}"] = _part(scenario, range(times))
    for times in (1, 4, 16):
        found[f"demand x {times}"] = _part(scenario_of(_busier(day, times)), range(4))
    for times in (1, 4, 16):
        found[f"agencies x {times}"] = _part(scenario_of(_wider(day, times)), range(4))
    return found


def _part(scenario: Scenario, replications: range) -> tuple[Part, int]:
    drawn = at_once(scenario, 1, replications)
    return (kernel_of(scenario, drawn), len(replications)), len(drawn.run.stop)


def _busier(day: dict[str, Any], times: int) -> dict[str, Any]:
    """Return the day with so many times as many citizens and counters."""
    mall_ = copy.deepcopy(day)
    mall_["demand"]["scale"] = times
    for agency in mall_["agencies"].values():
        for key in ("counters", "machines"):
            if key in agency:
                agency[key] *= times
    return mall_


def _wider(day: dict[str, Any], times: int) -> dict[str, Any]:
    """Return so many of the day's malls under one roof: agencies and journeys, each apart."""
    mall_ = copy.deepcopy(day)
    agencies, journeys = mall_.pop("agencies"), mall_.pop("journeys")
    mall_["agencies"] = {f"m{k}-{name}": of for k in range(times) for name, of in agencies.items()}
    mall_["journeys"] = {
        f"m{k}-{name}": {**of, "stops": _renamed(of["stops"], f"m{k}-")}
        for k in range(times)
        for name, of in journeys.items()
    }
    mall_["sources"] = {"agencies": "assumption"}
    return mall_


def _renamed(stops: Any, before: str) -> Any:
    if isinstance(stops, str):
        return before + stops
    if isinstance(stops, list):
        return [_renamed(stop, before) for stop in stops]
    return {
        key if key == "choose" else before + key: _renamed(of, before) if key == "choose" else of
        for key, of in stops.items()
    }
