"""Two engines, one workload: the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sim.engine import Engine, engine_name, simulate
from sim.log import Log
from sim.sampling import sample
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.shipped import shipped
from sim.verification.difference import first_difference
from sim.verification.malls import mall, us, workload_of
from sim.verification.proof import Proof
from sim.workload import Workload

SEED = 1
CONTRACT = "docs/rules.md"


def agreement(engine: Engine) -> Iterator[Proof]:
    """Yield for each day whether an engine has the rows of the other one."""
    other = "compiled" if engine == "simpy" else "simpy"
    for name, scenario, workload, log in days_of(other):
        yield _compared(engine, name, scenario, workload, log)


def _compared(engine: Engine, name: str, scenario: Scenario, workload: Workload, log: Log) -> Proof:
    def proof(right: bool, detail: str = "") -> Proof:
        return Proof("engines", name, engine_name(engine), right=right, detail=detail,
                     source=CONTRACT)  # fmt: skip

    try:
        found = simulate(scenario, workload, engine)
    except Exception as error:  # whatever a stranger's engine raises is the finding
        return proof(False, f"{type(error).__name__}: {error}")
    unlike = first_difference(found, log)
    return proof(unlike is None and found == log, "" if unlike is None else str(unlike))


@lru_cache(maxsize=2)
def days_of(engine: str) -> tuple[tuple[str, Scenario, Workload, Log], ...]:
    """Return the days on which engines are compared, with the rows of one of them.

    Every shipped feature, the mall of the tutorial, and a small hall full of ties.
    """
    names = [name for name in shipped() if name.startswith("features/") or name == "tutorial"]
    malls = [(name, load(shipped()[name])) for name in names]
    days = [(name, scenario, sample(scenario, SEED)) for name, scenario in malls]
    days.append(("a crowded hour", *crowded()))
    days.sort(key=lambda day: len(day[2].stop))  # what is wrong is found soonest on a small day
    return tuple((*day, simulate(*day[1:], engine)) for day in days)


def crowded() -> tuple[Scenario, Workload]:
    """Return a small mall in which many things happen at one instant."""
    scenario = mall(
        {"a": 2, "b": 1, "c": 3}, hours="08:00-09:00", hall={"capacity": 6},
        calendar={"breaks": "08:20-08:25"},
    )  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            "journey": "all", "index": k, "service": f"{'abc'[(k + stop) % 3]}.s",
            "due": us(480 + (60 - k) * 7 % 60), "time": us(k * 5 % 7), "walk": us(k % 2),
            "patience": us(3 + k % 4),
        }
        for k in range(60)
        for stop in range(1 + k % 3)
    ]  # fmt: skip
    return scenario, workload_of(scenario, rows)
