"""How fast it is: days a second of the mall day, in pairs with plain SimPy, in one process.

    make bench

Each part is timed in turn with plain SimPy, in processor time, so that a machine which is busy or
changes its speed slows both; ratios are medians over the pairs. Writes results/bench.json.
"""

from __future__ import annotations

import json
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import simpy_plain

from sim import load, replicate, sample, simulate
from sim.engine.compiled import instant, run
from sim.engine.compiled.tables import tables_of
from sim.sampling import drawn_together
from sim.statistics.measures import measure_together

ROOT = Path(__file__).parent.parent
PAIRS = 7
WAITS = {"triage": (0.133, 0.01), "agency": (13.661, 0.5), "cashier": (3.920, 0.3)}
"""Minutes, of 20,000 days in C, and how far a hundred days may lie from them."""


def timed(work: Callable[[], object], days: int, clock: Callable[[], float]) -> float:
    """Return days a second of a clock."""
    began = clock()
    work()
    return days / (clock() - began)


def parts() -> dict[str, tuple[Callable[[], object], int]]:
    """Return what is timed, and how many days each does."""
    scenario = load(ROOT / "benchmarks" / "mall_day.yaml")
    workloads = [sample(scenario, 1, r) for r in range(20)]
    logs = [simulate(scenario, w, "compiled") for w in workloads]
    tables = tables_of(scenario)
    ready = []
    for workload in workloads:
        given = run._given(scenario, workload, tables)
        hall = run._hall(tables, given)
        ready.append((hall, given, run._rows(hall)))

    def kernel() -> None:
        for _ in range(10):
            for arrays in ready:
                instant.play(*arrays)

    return {
        "kernel alone, full rows": (kernel, 200),
        "compiled engine": (lambda: [simulate(scenario, w, "compiled") for w in workloads], 20),
        "SimPy engine": (lambda: [simulate(scenario, w, "simpy") for w in workloads[:5]], 5),
        "sample, one day at a time": (lambda: [sample(scenario, 3, r) for r in range(5)], 5),
        "sample, 32 days together": (lambda: list(drawn_together(scenario, 3, range(32))), 32),
        "measure, 20 days together": (lambda: measure_together(logs, scenario), 20),
        "replicate, one worker": (lambda: replicate(scenario, 64, seed=2, workers=1), 64),
        "replicate, two workers": (lambda: replicate(scenario, 640, seed=2, workers=2), 640),
    }


def reproduces() -> dict[str, float]:
    """Return the mean waits of a hundred days; raise AssertionError if they are of another mall."""
    scenario = load(ROOT / "benchmarks" / "mall_day.yaml")
    total: dict[str, list[float]] = {name: [0.0, 0.0] for name in WAITS}
    for r in range(100):
        stops = simulate(scenario, sample(scenario, 4, r), "compiled").stop_rows
        waits = (stops.called - stops.ticket) / 60e6
        for code, service in enumerate(scenario.services):
            agency = service.partition(".")[0]
            here = (stops.service == code) & (stops.called > 0)
            of = total["agency" if agency.startswith("a") else agency]
            of[0] += waits[here].sum()
            of[1] += here.sum()
    means = {name: of[0] / of[1] for name, of in total.items()}
    for name, (wanted, within) in WAITS.items():
        assert abs(means[name] - wanted) < within, (name, means[name], wanted)
    return means


def main() -> None:
    """Time every part in turn with plain SimPy, print and keep what came out."""
    found: dict[str, Any] = {"waits, min": reproduces()}
    for name, (work, days) in parts().items():
        work()
        pairs = []
        for pair in range(PAIRS):
            plain = simpy_plain.play(5, pair)["days_a_second"]
            # the work of other processes is not in this one's processor time
            clock = time.perf_counter if name.endswith("two workers") else time.process_time
            ours = timed(work, days, clock)
            pairs.append((ours, plain, ours / plain))
        ours, plain, ratio = (statistics.median(column) for column in zip(*pairs, strict=True))
        found[name] = {"days a second": ours, "plain SimPy": plain, "ratio": ratio}
        print(f"{name:34} {ours:8.1f} days/s  plain {plain:6.1f}  x {ratio:6.1f}", flush=True)
    found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["versions"] = {
        "python": platform.python_version(), "numpy": np.__version__, "numba": numba.__version__,
    }  # fmt: skip
    path = ROOT / "results" / "bench.json"
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"written: {path.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
