"""The compiled engine writes the rows of the reference engine, or refuses in plain words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from engines import both, unless_refused
from hypothesis import given
from malls import mall, workload_of
from strategies import days
from test_laws import law

from sim import Scenario, Workload, jit, load, sample, simulate
from sim.engine.compiled import uncovered
from sim.engine.compiled.instant import play
from sim.errors import EngineError

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted(p for p in (ROOT / "scenarios").rglob("*.yaml") if "join" not in p.parts)


@law(400)
@given(days())
def test_both_engines_write_the_same_rows(day: tuple[Scenario, Workload]) -> None:
    scenario, workload = day
    both(scenario, workload)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_has_the_same_rows(path: Path) -> None:
    scenario = load(path)
    workload = sample(scenario, seed=3)
    both(scenario, workload)
    assert unless_refused(scenario, workload) is not None


def test_a_refusal_names_the_word_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the engine had never heard of papers that lack something."""
    known = uncovered.KNOWN[Workload] - {"ends"}
    monkeypatch.setitem(uncovered.KNOWN, Workload, known)
    monkeypatch.setitem(uncovered.SAYS_NOTHING, "ends", 0)
    scenario, workload = _one_visit()
    both(scenario, workload)
    lacking = replace(workload, ends=workload.ends + 1)
    with pytest.raises(EngineError, match=r'does not know ends yet.*engine="simpy"'):
        simulate(scenario, lacking, engine="compiled")


def _one_visit() -> tuple[Scenario, Workload]:
    scenario = mall({"a": 1})
    row = {"journey": "all", "due": 8 * 3600 * 10**6, "service": "a.s", "time": 60_000_000}
    return scenario, workload_of(scenario, [row])


def test_every_word_of_a_plan_is_known_or_refused_while_it_says_something() -> None:
    """A word that is new in a plan has a default that says nothing, or all is refused."""
    for kind, known in uncovered.KNOWN.items():
        assert known <= {f.name for f in fields(kind)}
    scenario, workload = _one_visit()
    uncovered.refuse_unknown(scenario, workload)


def test_no_scenario_triggers_a_compilation() -> None:
    for path in SCENARIOS[:3]:
        scenario = load(path)
        unless_refused(scenario, sample(scenario, seed=1))
    scenario, workload = _one_visit()
    columns = {
        f.name: np.repeat(value, 2)[::2].astype(value.dtype)
        for f in fields(Workload)
        if isinstance(value := getattr(workload, f.name), np.ndarray) and value.ndim == 1
    }
    assert unless_refused(scenario, replace(workload, **columns)) is not None
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
    assert one != python(KEPT, MPPSIM_CACHE=str(tmp_path), NUMBA_BOUNDSCHECK="1")


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
