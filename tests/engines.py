"""Both engines on one workload: the same rows."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sim.engine import simulate
from sim.log import Log
from sim.scenario.model import Scenario
from sim.workload import Workload

TABLES = ("visit_rows", "stop_rows", "counter_rows")


def both(scenario: Scenario, workload: Workload) -> Log:
    """Return the reference engine's log, which the compiled engine's must equal."""
    reference = simulate(scenario, workload, engine="simpy")
    compiled = simulate(scenario, workload, engine="compiled")
    assert compiled == reference, differences(reference, compiled)
    return reference


def differences(one: Log, other: Log) -> str:
    """Return the first rows that differ, of each table, beside each other."""
    lines = []
    for table in TABLES:
        names = [f.name for f in fields(getattr(one, table))]
        rows, others = (_rows(getattr(log, table), names) for log in (one, other))
        for k in range(max(len(rows), len(others))):
            a, b = (of[k] if k < len(of) else None for of in (rows, others))
            if a != b:
                lines += [f"{table} {k}: {', '.join(names)}", f"  simpy    {a}", f"  compiled {b}"]
                break
    return "\n".join(lines)


def _rows(table: Any, names: list[str]) -> list[tuple[int, ...]]:
    return [*zip(*(getattr(table, name).tolist() for name in names), strict=True)]
