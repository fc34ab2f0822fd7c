"""What keeps an officer from the line: tasks, as citizens whom only her counter serves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.log import Log
from sim.sampling import sample
from sim.scenario.model import Scenario
from sim.verification.exact.arrivals import Chance, random_of
from sim.verification.exact.cases import Case, Pairs
from sim.verification.exact.endless import Span, endless, rate_of
from sim.verification.exact.expressed import Draw, Expressed
from sim.verification.exact.readings import Line, over_time, waits
from sim.verification.exact.wording import law
from sim.verification.malls import MINUTE
from sim.workload import Workload


def vacations(case: Case, citizens: int) -> Expressed:
    """Express a task whenever the line is empty, again and again: enough of them wait from 0 on.

    The counter serves them in a second tier, and nobody is interrupted.
    """
    length = case["model"]["vacations"]["length"]
    counters = {"1": {"serves": [["s"], ["task"]]}}
    scenario = _with_tasks(case, citizens, counters, {"task": {"always": f"{length} min"}})

    def tasks(rng: Chance, end: float) -> pd.DataFrame:
        index = np.arange(int(end / length) + 1)
        due = np.zeros_like(index)
        return pd.DataFrame({"index": index, "due": due, "service": "a.task"}).assign(
            journey="task", stop=1, walk=0, time=round(length * MINUTE)
        )

    return Expressed(case, scenario, _of_citizens, _beside(tasks))


def breaks(case: Case, citizens: int) -> Expressed:
    """Express breaks at random, each after the citizen whom the officer serves just then.

    A break is a stop that only this counter gives, and before all others; the way to the next
    one is how long the officer works.
    """
    model = case["model"]["breaks"]
    numbers = [str(k + 1) for k in range(case["model"]["counters"])]
    counters = {k: {"serves": [[f"b{k}"], ["s"]]} for k in numbers}
    rest = {"dist": "exponential", "mean": f"{model['break_mean']} min"}
    scenario = _with_tasks(case, citizens, counters, {f"b{k}": rest for k in numbers})

    def tasks(rng: Chance, end: float) -> pd.DataFrame:
        mean_of_both = model["open_spell_mean"] + model["break_mean"]
        stops = int(2 * end / mean_of_both) + 20
        return pd.concat([_breaks_of(k, stops, model, rng) for k in numbers])

    return Expressed(case, scenario, _with_breaks, _beside(tasks))


def _breaks_of(number: str, stops: int, model: Case, rng: Chance) -> pd.DataFrame:
    work = np.rint(rng.exponential(model["open_spell_mean"] * MINUTE, stops)).astype(np.int64)
    rest = np.rint(rng.exponential(model["break_mean"] * MINUTE, stops)).astype(np.int64)
    return pd.DataFrame({"walk": work, "time": rest, "stop": np.arange(1, stops + 1)}).assign(
        journey=f"b{number}", service=f"a.b{number}", due=work[0], index=0
    )


def _with_tasks(
    case: Case, citizens: int, counters: dict[str, Any], tasks: dict[str, Any]
) -> Scenario:
    """Return a line with tasks beside it: each a service, and a journey that we draw ourselves."""
    times = {"s": law(case["model"]["service"]), **tasks}
    return endless(
        case, citizens,
        agencies={"a": {"counters": counters,
                        "services": {name: {"time": time} for name, time in times.items()}}},
        journeys={"all": {"per_day": f"{1440 * rate_of(case):.10f}", "stops": ["a.s"]},
                  **{name: {"per_day": 1, "stops": [f"a.{name}"]} for name in tasks}},
    )  # fmt: skip


def _beside(tasks: Any) -> Draw:
    """Draw citizens as always, and tasks from (generator, minutes of the run)."""

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        frame = sample(scenario, seed, replication).to_frame()
        frame = frame[frame["journey"] == "all"][["due", "stop", "service", "time"]]
        frame["index"] = np.arange(len(frame))
        for name in ("due", "time"):
            frame[name] = frame[name].to_numpy("timedelta64[us]").astype(np.int64)
        end = scenario.days[0].closes / MINUTE
        of_tasks = tasks(random_of(seed, replication), end)
        both = pd.concat([frame.assign(journey="all", walk=0), of_tasks], ignore_index=True)
        return Workload.from_frame(both, scenario, replication)

    return draw


def _of_citizens(case: Case, scenario: Scenario, log: Log) -> Pairs:
    span = Span.of(scenario)
    return waits(case, Line.of(log, span.begin, span.last, service="a.s"))


def _with_breaks(case: Case, scenario: Scenario, log: Log) -> Pairs:
    found, span = _of_citizens(case, scenario, log), Span.of(scenario)
    found["mean_queue"] = over_time(log, span.begin, span.end, "waiting", "a.s")
    on_break = 0.0
    for service in log.names.services:
        if service != "a.s":
            inside, time = over_time(log, span.begin, span.end, "inside", service)
            waiting, _ = over_time(log, span.begin, span.end, "waiting", service)
            on_break += inside - waiting
    found["mean_on_break"] = on_break, time
    return found
