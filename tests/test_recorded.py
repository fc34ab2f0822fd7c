"""A recorded workload has the rows that were written down with it, on each engine.

`python tests/test_recorded.py` writes them anew: only when a rule of the hall has changed.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import Scenario, Workload, load, sample, simulate
from sim.engine import ENGINES
from sim.errors import WorkloadError

HERE = Path(__file__).parent / "recorded"
TABLES = ("visit_rows", "stop_rows", "counter_rows")


def columns_of(table: Any) -> dict[str, Any]:
    """Return a workload, or the rows of a log, as JSON can hold it."""
    return {
        f.name: value.tolist() if isinstance(value := getattr(table, f.name), np.ndarray) else value
        for f in fields(table)
    }


@cache
def the_mall() -> Scenario:
    return load(HERE / "mall.yaml")


@cache
def recorded() -> dict[str, Any]:
    return json.loads((HERE / "day.json").read_text(encoding="utf-8"))


def workload_of(written: dict[str, Any]) -> Workload:
    """Return the workload that was written down, each column of its own kind."""
    kinds = {"Ints": np.int64, "Floats": np.float64, "Bools": np.bool_}
    known = {f.name: kinds.get(str(f.type)) for f in fields(Workload)}
    return Workload(**{
        name: value if name == "replication" else tuple(value) if known[name] is None
        else np.array(value, dtype=known[name])
        for name, value in written.items()
    })  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_recorded_workload_has_the_recorded_rows(engine: str) -> None:
    written = recorded()
    log = simulate(the_mall(), workload_of(written["workload"]), engine)
    for name in TABLES:
        found, wanted = columns_of(getattr(log, name)), written[name]
        rows = (zip(*(table[of] for of in found), strict=True) for table in (found, wanted))
        for k, (row, was) in enumerate(zip_longest(*rows, fillvalue=())):
            assert row == was, f"{name}, row {k}: {dict(zip(found, row, strict=False))}"


def test_the_recorded_rows_are_of_many_kinds() -> None:
    written = recorded()
    assert len(set(written["stop_rows"]["outcome"])) >= 4
    assert len(set(written["visit_rows"]["outcome"])) >= 4
    assert len(set(written["counter_rows"]["state"])) >= 5


SPOILT: dict[str, dict[str, Any]] = {
    "other services": {"services": lambda w: ("elsewhere",)},
    "must be sorted": {"due": lambda w: w.due[::-1].copy()},
    "'due' has a negative": {"due": lambda w: w.due - 10**12},
    "'walk' has a negative": {"walk": lambda w: w.walk - 10**12},
    "'booked' has a negative": {"booked": lambda w: np.full_like(w.booked, -5)},
    "'service' names something": {"service": lambda w: w.service + 100},
    "'visitor_class' names something": {"visitor_class": lambda w: w.visitor_class - 9},
    "numbered 1, 2": {"tries": lambda w: w.tries + 1},
    "no ticket that she could keep": {"keeps": lambda w: w.keeps + 1},
    "a group says how to pick": {"group": lambda w: w.group + 1},
    "'slot' must hold": {"slot": lambda w: np.zeros_like(w.slot)},
}
"""What is said of the recorded workload with one column of it spoilt."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("said", SPOILT)
def test_a_workload_that_does_not_fit_is_refused_by_each_engine(said: str, engine: str) -> None:
    scenario, workload = the_mall(), workload_of(recorded()["workload"])
    spoilt = {name: spoil(workload) for name, spoil in SPOILT[said].items()}
    with pytest.raises(WorkloadError, match=said):
        simulate(scenario, replace(workload, **spoilt), engine)


def write() -> None:
    """Record the days anew."""
    scenario = the_mall()
    workload = sample(scenario, seed=2, replication=0)
    log = simulate(scenario, workload, "simpy")
    parts = {"workload": workload, **{name: getattr(log, name) for name in TABLES}}
    text = ",\n".join(
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in columns_of(part).items())
        + "}"
        for name, part in parts.items()
    )
    (HERE / "day.json").write_text(f"{{{text}}}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
