"""What is timed of the mall day, and that it is the day it claims to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim import load, replicate, sample, simulate
from sim.engine import play_all
from sim.engine.compiled import instant, run
from sim.engine.compiled.tables import tables_of
from sim.sampling import at_once
from sim.scenario.model import Scenario
from sim.statistics.measures import measure_together
from sim.workload.replications import Replications

Part = tuple[Callable[[], object], int]
"""What is done, and how many days, or visits, that is."""
DAY = Path(__file__).parent / "mall_day.yaml"
WAITS = {"triage": (0.133, 0.01), "agency": (13.661, 0.5), "cashier": (3.920, 0.3)}
"""Minutes, of 20,000 days in C, and how far a hundred days may lie from them."""


def parts() -> dict[str, Part]:
    """Return what is timed, and how many days each does."""
    scenario = load(DAY)
    drawn = at_once(scenario, 1, range(32))
    workloads = drawn.apart()
    logs = play_all(scenario, drawn, "compiled")
    return {
        "kernel alone, full rows": (kernel_of(scenario, drawn), 32),
        "compiled engine, 32 days together": (
            lambda: play_all(scenario, drawn, "compiled"), 32,
        ),
        "compiled engine, one day at a time": (
            lambda: [simulate(scenario, w) for w in workloads], 32,
        ),
        "SimPy engine": (lambda: [simulate(scenario, w, "simpy") for w in workloads[:5]], 5),
        "sample, one day at a time": (lambda: [sample(scenario, 3, r) for r in range(5)], 5),
        "sample, 64 days together": (lambda: at_once(scenario, 3, range(64)).apart(), 64),
        "measure, 32 days together": (lambda: measure_together(logs, scenario), 32),
        "replicate, one worker": (lambda: replicate(scenario, 192, seed=2, workers=1), 192),
        "replicate, two workers": (lambda: replicate(scenario, 960, seed=2, workers=2), 960),
    }  # fmt: skip


def kernel_of(scenario: Scenario, drawn: Replications) -> Callable[[], None]:
    """Return the kernel's call with all its tables made."""
    tables = tables_of(scenario)
    given = run._given(scenario, drawn, tables)
    hall = run._hall(tables, given, drawn.days, len(scenario.before))
    rows = run._rows(hall)
    return lambda: instant.play(hall, given, rows)


def reproduces() -> dict[str, float]:
    """Return the mean waits of a hundred days; raise AssertionError if they are of another mall."""
    scenario = load(DAY)
    total: dict[str, list[float]] = {name: [0.0, 0.0] for name in WAITS}
    for r in range(100):
        stops = simulate(scenario, sample(scenario, 4, r)).stop_rows
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
