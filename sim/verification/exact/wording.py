"""What a case says, in the words of a scenario."""

from __future__ import annotations

from typing import Any

from sim.verification.exact.cases import Case

OPENS = 6 * 60
"""Minute 0 of a terminating day is 06:00, so that late days fit before midnight."""


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


def stations(case: Case) -> dict[str, Any]:
    """Return the stations of a case as agencies with one service."""
    return {
        s["name"]: {"counters": s["counters"], "services": {"s": {"time": law(s["service"])}}}
        for s in case["model"]["stations"]
    }
