"""mppsim: a discrete-event capacity simulator for public service malls.

A scenario describes the mall; seed, replications and engine belong to the call:

>>> import sim
>>> mall = sim.load("scenarios/tutorial.yaml")
>>> workload = sim.sample(mall, seed=1, replication=0)
>>> log = sim.simulate(mall, workload)
>>> log.stops[["agency", "ticket", "called", "outcome"]].shape[1]
4
>>> measures = sim.measure(log, mall)
>>> results = sim.replicate(mall, replications=10, seed=1, workers=1)
>>> called_in_time = results.estimate("called_in_time")
>>> bool(called_in_time.low <= called_in_time.value <= called_in_time.high)
True

`compare(base, alternatives)` runs the same citizens through several malls and `plan` through every
combination of newcomers; `sweep` varies
figures, `capacity` raises demand until promises break, `staff` finds the fewest counters that
keep them, and `Explanation(log, scenario)` says why people waited. `verify` lets
the installed program, or an engine of your own, prove itself. `fit(logs)` reads
tickets that a mall has counted, and `draft` writes the scenario that they give; `calibrate` finds
the figures that agree with mere counts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.engine import simulate
    from sim.errors import (
        EngineError,
        LogError,
        MallError,
        OutputError,
        ScenarioError,
        WorkloadError,
    )
    from sim.experiments.capacity import Capacity, capacity
    from sim.experiments.compare import Comparison, compare
    from sim.experiments.explain import Explanation
    from sim.experiments.joining import JoinPlan, plan
    from sim.experiments.replicate import replicate
    from sim.experiments.sensitivity import Sensitivity, sensitivity
    from sim.experiments.staffing import StaffingPlan, staff
    from sim.experiments.sweep import Sweep, sweep
    from sim.fitting.calibration import Calibration, calibrate
    from sim.fitting.draft import draft
    from sim.fitting.fit import Fitted, fit
    from sim.log import Log
    from sim.sampling import sample
    from sim.scenario.loading import load
    from sim.scenario.model import Scenario
    from sim.statistics.measure import Measures
    from sim.statistics.measures import measure
    from sim.statistics.results import Results
    from sim.verification.verify import Verification, verify
    from sim.workload import Workload

_ROOMS = {
    "Calibration": "fitting.calibration",
    "Capacity": "experiments.capacity",
    "Comparison": "experiments.compare",
    "EngineError": "errors",
    "Explanation": "experiments.explain",
    "Fitted": "fitting.fit",
    "JoinPlan": "experiments.joining",
    "Log": "log",
    "LogError": "errors",
    "MallError": "errors",
    "Measures": "statistics.measure",
    "OutputError": "errors",
    "Results": "statistics.results",
    "Scenario": "scenario.model",
    "ScenarioError": "errors",
    "Sensitivity": "experiments.sensitivity",
    "StaffingPlan": "experiments.staffing",
    "Sweep": "experiments.sweep",
    "Verification": "verification.verify",
    "Workload": "workload",
    "WorkloadError": "errors",
    "calibrate": "fitting.calibration",
    "capacity": "experiments.capacity",
    "compare": "experiments.compare",
    "draft": "fitting.draft",
    "fit": "fitting.fit",
    "load": "scenario.loading",
    "measure": "statistics.measures",
    "plan": "experiments.joining",
    "replicate": "experiments.replicate",
    "sample": "sampling",
    "sensitivity": "experiments.sensitivity",
    "simulate": "engine",
    "staff": "experiments.staffing",
    "sweep": "experiments.sweep",
    "verify": "verification.verify",
}
__all__ = [
    "Calibration",
    "Capacity",
    "Comparison",
    "EngineError",
    "Explanation",
    "Fitted",
    "JoinPlan",
    "Log",
    "LogError",
    "MallError",
    "Measures",
    "OutputError",
    "Results",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "StaffingPlan",
    "Sweep",
    "Verification",
    "Workload",
    "WorkloadError",
    "calibrate",
    "capacity",
    "compare",
    "draft",
    "fit",
    "load",
    "measure",
    "plan",
    "replicate",
    "sample",
    "sensitivity",
    "simulate",
    "staff",
    "sweep",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `mppsim --help` answers at once."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(f"sim.{_ROOMS[name]}"), name)
