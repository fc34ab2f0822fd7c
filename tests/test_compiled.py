"""The compiled engine writes the rows of the reference engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from engines import both
from hypothesis import given
from malls import mall, workload_of
from strategies import days
from test_laws import law

from sim import Scenario, Workload, jit, load, sample, simulate
from sim.engine import play_all
from sim.engine.compiled.instant import play
from sim.engine.plan import CounterPlan, DayPlan, JourneyPlan, ServicePlan
from sim.sampling import at_once

ROOT = Path(__file__).parent.parent
LEFT_OUT = {"join", "studies"}
"""Those that build on others, and weeks without a night, which take the readable engine minutes."""
SCENARIOS = sorted(p for p in (ROOT / "scenarios").rglob("*.yaml") if not LEFT_OUT & {*p.parts})


@law(400)
@given(days())
def test_both_engines_write_the_same_rows(day: tuple[Scenario, Workload]) -> None:
    scenario, workload = day
    both(scenario, workload)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_has_the_same_rows(path: Path) -> None:
    scenario = load(path)
    both(scenario, sample(scenario, seed=3))


def _one_visit() -> tuple[Scenario, Workload]:
    scenario = mall({"a": 1})
    row = {"journey": "all", "due": 8 * 3600 * 10**6, "service": "a.s", "time": 60_000_000}
    return scenario, workload_of(scenario, [row])


@pytest.mark.parametrize("kind", [DayPlan, CounterPlan, ServicePlan, JourneyPlan, Workload])
def test_no_word_of_a_plan_or_a_workload_is_left_out(kind: type) -> None:
    """Where names become numbers each of them is read, so a new rule is never silently ignored."""
    files = ("tables.py", "run.py", "state.py")
    room = ROOT / "sim" / "engine" / "compiled"
    text = "".join((room / name).read_text(encoding="utf-8") for name in files)
    elsewhere = {"deserted", "label"}  # found by kernels; read from the scenario
    words = {field.name for field in fields(kind)} - elsewhere
    assert {word for word in words if not re.search(rf"\b{word}\b", text)} == set()


@pytest.mark.parametrize("name", ["come-back", "outage", "late", "booking"])
def test_replications_played_together_are_those_played_alone(name: str) -> None:
    scenario = load(ROOT / "scenarios" / "features" / f"{name}.yaml")
    together = at_once(scenario, 5, range(2, 6))
    alone = [simulate(scenario, workload) for workload in together.apart()]
    assert play_all(scenario, together, "compiled") == alone
    assert [log.replication for log in alone] == [2, 3, 4, 5]


def test_no_scenario_triggers_a_compilation() -> None:
    for path in SCENARIOS[:3]:
        scenario = load(path)
        simulate(scenario, sample(scenario, seed=1))
    scenario, workload = _one_visit()
    columns = {
        f.name: np.repeat(value, 2)[::2].astype(value.dtype)
        for f in fields(Workload)
        if isinstance(value := getattr(workload, f.name), np.ndarray) and value.ndim == 1
    }
    simulate(scenario, replace(workload, **columns))
    if not os.environ.get("NUMBA_DISABLE_JIT"):
        assert len(play.signatures) == 1  # type: ignore[attr-defined]


def test_a_workload_of_any_memory_layout_and_without_citizens_is_played() -> None:
    scenario, workload = _one_visit()
    assert both(scenario, workload) == both(scenario, workload)
    nobody = sample(replace_demand(scenario), seed=0)
    assert len(nobody) == 0
    both(scenario, nobody)


def replace_demand(scenario: Scenario) -> Scenario:
    """Return the scenario without demand."""
    return scenario.model_copy(
        update={
            "journeys": {
                name: journey.model_copy(update={"per_day": 0.0})
                for name, journey in scenario.journeys.items()
            }
        }
    )


# Where compiled kernels are kept

KEPT = "from sim.jit import cache_directory; print(cache_directory())"


def test_what_may_change_without_compiling_holds_nothing_that_a_kernel_needs() -> None:
    apart, holds = jit.WITHOUT_KERNELS, "\n@(kernel|entry)\\b"
    needs = rf"compiled\.({'|'.join(name.removesuffix('.py') for name in apart)})\b"
    for path in (ROOT / "sim" / "engine" / "compiled").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(holds if path.name in apart else needs, text)


def python(code: str, **environment: str) -> str:
    """Return what Python prints in an environment of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, **environment},
    ).stdout.strip()  # fmt: skip


def test_kernels_are_kept_where_the_user_says_and_apart_by_flags(tmp_path: Path) -> None:
    one = python(KEPT, MPPSIM_CACHE=str(tmp_path))
    assert one == python(KEPT, MPPSIM_CACHE=str(tmp_path))
    assert one.startswith(str(tmp_path))
    other = "0" if os.environ.get("NUMBA_BOUNDSCHECK") == "1" else "1"
    assert one != python(KEPT, MPPSIM_CACHE=str(tmp_path), NUMBA_BOUNDSCHECK=other)


def test_with_nowhere_to_write_nothing_is_kept() -> None:
    assert python(KEPT, MPPSIM_CACHE="/proc/nowhere") == "None"


@pytest.mark.parametrize("changed", ["heap.py", "log.py"])
def test_a_changed_callee_has_another_place(tmp_path: Path, changed: str) -> None:
    """So has a changed meaning of the numbers in a log, which stand in the kernels."""
    code = (
        "from pathlib import Path; from sim import jit\n"
        "before = jit.fingerprint()\n"
        "read = Path.read_bytes\n"
        f"Path.read_bytes = lambda p: read(p) + (b'#' if p.name == '{changed}' else b'')\n"
        "print(before == jit.fingerprint())"
    )
    assert python(code, MPPSIM_CACHE=str(tmp_path)) == "False"
