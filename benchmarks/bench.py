"""How fast it is: days a second of the mall day, in pairs with plain SimPy, in one process.

    make bench

Each part is timed in turn with plain SimPy, in processor time, so that a machine which is busy or
changes its speed slows both; ratios are medians over the pairs. Then the year 2025 of Lhokseumawe,
lines that formulas know, malls that grow, and how a process begins. Writes results/bench.json and
results/bench.png. Other programs play the same day in `benchmarks/peers/`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import simpy_plain
from growth import grown, lines
from parts import Part, parts, reproduces

from sim import load
from sim.engine import play_all
from sim.sampling import at_once
from sim.statistics.measures import measure_together

ROOT = Path(__file__).parent.parent
PAIRS = 7
BEGINS = "from sim import load, replicate; replicate(load('scenarios/tutorial.yaml'), 2, workers=1)"


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """Return how long something takes by a clock."""
    began = clock()
    work()
    return clock() - began


def paired(name: str, part: Part) -> dict[str, float]:
    """Return days a second and their ratio to plain SimPy, medians over pairs."""
    work, days = part
    work()
    # the work of other processes is not in this one's processor time
    clock = time.perf_counter if name.endswith("two workers") else time.process_time
    pairs = []
    for pair in range(PAIRS):
        plain = simpy_plain.play(5, pair)["days_a_second"]
        ours = days / seconds(work, clock)
        pairs.append((ours, plain, ours / plain))
    ours, plain, ratio = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name:36} {ours:8.1f} days/s  plain {plain:6.1f}  x {ratio:6.1f}", flush=True)
    return {"days a second": ours, "plain SimPy": plain, "ratio": ratio}


def year() -> dict[str, float]:
    """Return the seconds of one replication of the year 2025 of Lhokseumawe, the best of three."""
    scenario = load(ROOT / "scenarios" / "lhokseumawe-2025.yaml")
    drawn = at_once(scenario, 1, range(1))
    logs = play_all(scenario, drawn, "compiled")
    works: dict[str, Callable[[], object]] = {
        "drawing": lambda: at_once(scenario, 1, range(1)),
        "engine": lambda: play_all(scenario, drawn, "compiled"),
        "measuring": lambda: measure_together(logs, scenario),
    }
    found = {name: min(seconds(work) for _ in range(3)) for name, work in works.items()}
    print("the year 2025, s:", {name: round(of, 3) for name, of in found.items()}, flush=True)
    return found


def per_second() -> dict[str, float]:
    """Return the visits a second of lines that formulas know, the best of five."""
    found = {}
    for name, (work, visits) in lines().items():
        work()
        found[name] = visits / min(seconds(work) for _ in range(5))
        print(f"{name:36} {found[name] / 1e6:8.2f} million visits/s", flush=True)
    return found


def growth() -> dict[str, float]:
    """Return the nanoseconds for each row of a stop in malls that grow, the best of five."""
    found = {}
    for name, ((work, _), rows) in grown().items():
        work()
        found[name] = min(seconds(work) for _ in range(5)) / rows * 1e9
        print(f"{name:36} {found[name]:8.0f} ns a row", flush=True)
    return found


def starts() -> dict[str, float]:
    """Return the seconds until a new process has its first results: nothing kept, then kept."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "MPPSIM_CACHE": cache, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", BEGINS]

        def begin() -> None:
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment)

        found = {name: seconds(begin, time.perf_counter) for name in ("cold", "warm")}
    print("first results of a process, s:", found, flush=True)
    return found


def peers() -> dict[str, float]:
    """Return the days a second of `peers/day.yaml`, which Ciw can play too; the best of three.

    Drawn, played and logged, one day at a time, as each program does it. Ciw is left out where it
    is not installed (`pip install mppsim[peers]`).
    """
    sys.path.insert(0, str(Path(__file__).parent / "peers"))
    import agree

    programs = {"mppsim": agree.in_mppsim, "plain SimPy": agree.in_simpy}
    if importlib.util.find_spec("ciw"):
        programs["Ciw"] = agree.in_ciw
    found = {}
    for name, play in programs.items():
        play(2)
        found[name] = 20 / min(seconds(lambda play=play: play(20)) for _ in range(3))  # type: ignore[misc]
        print(f"the day of the peers, {name:14} {found[name]:8.1f} days/s", flush=True)
    return found


def picture(found: dict[str, Any], path: Path) -> None:
    """Draw the ratios, on a scale of powers of ten, and how the time for a row grows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    ratios, growing = figure.subplots(2, 1)
    of_parts = {name: of["ratio"] for name, of in found["parts"].items()}
    bars = ratios.barh([*of_parts], [*of_parts.values()])
    ratios.bar_label(bars, fmt="%.1f")
    ratios.set(xscale="log", title="times plain SimPy")
    ratios.axvline(1, color="black")
    bars = growing.barh([*found["growth"]], [*found["growth"].values()])
    growing.bar_label(bars, fmt="%.0f")
    growing.set(title="nanoseconds for each service, kernel alone")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Time everything, print and keep what came out."""
    found: dict[str, Any] = {
        "waits, min": reproduces(),
        "parts": {name: paired(name, part) for name, part in parts().items()},
        "year 2025, s": year(),
        "visits a second": per_second(),
        "growth": growth(),
        "starts, s": starts(),
        "day of the peers, days a second": peers(),
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "versions": {
            "python": platform.python_version(), "numpy": np.__version__,
            "numba": numba.__version__,
        },
    }  # fmt: skip
    results = ROOT / "results"
    (results / "bench.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    picture(found, results / "bench.png")
    print("written: results/bench.json, results/bench.png", file=sys.stderr)


if __name__ == "__main__":
    main()
