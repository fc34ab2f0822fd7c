"""The largest malls that are let in: nothing overflows there, in either engine.

What is larger is refused when it is read: tests/scenarios/invalid/*_too_many.yaml and _too_long.
"""

from __future__ import annotations

import numpy as np
import pytest
from engines import both
from malls import mall, scenario_of, us, workload_of

from sim import sample
from sim.engine.compiled.run import run
from sim.scenario.checking import MOST_COUNTERS, MOST_VISITS_A_DAY
from sim.scenario.quantities import DAY, LONGEST
from sim.workload import ABSENT


def test_ten_thousand_counters_serve() -> None:
    scenario = mall({"a": MOST_COUNTERS - 1, "b": 1})
    rows = [
        {"journey": "all", "index": k, "service": service, "due": us(480), "time": us(10)}
        for k in range(4)
        for service in ("a.s", "b.s")
    ]
    log = both(scenario, workload_of(scenario, rows))
    served = log.stop_rows.counter
    assert set(served[log.stop_rows.service == 0].tolist()) == set(range(4))
    assert set(served[log.stop_rows.service == 1].tolist()) == {MOST_COUNTERS - 1}


def test_ten_years_without_a_night_keep_every_microsecond() -> None:
    days = LONGEST // DAY
    calendar = {"continuous": f"{days} days"}
    agencies = {"a": {"counters": 1, "services": {"s": {"time": {"always": "10 min"}}}}}
    journeys = {"all": {"per_day": 1, "stops": ["a.s"]}}
    scenario = scenario_of(
        {"name": "endless", "calendar": calendar, "agencies": agencies, "journeys": journeys}
    )
    last = LONGEST - us(30)
    rows = [
        {"journey": "all", "index": k, "service": "a.s", "due": last + k, "time": us(10) + 1}
        for k in range(4)
    ]
    log = both(scenario, workload_of(scenario, rows))
    assert log.stop_rows.end[:2].tolist() == [last + us(10) + 1, last + 2 * us(10) + 2]
    assert (log.stop_rows.end[2:] == ABSENT).sum() >= 1  # the run ends while she is served


def test_the_longest_times_end_nowhere_but_at_the_end_of_the_day() -> None:
    scenario = mall({"a": 1})
    rows = [
        {"journey": "all", "index": k, "service": "a.s", "due": us(480), "time": LONGEST,
         "walk": LONGEST, "patience": LONGEST}
        for k in range(3)
    ]  # fmt: skip
    log = both(scenario, workload_of(scenario, rows))
    assert (log.visit_rows.left <= DAY).all()


@pytest.mark.long
def test_a_million_visits_a_day_are_drawn_and_each_has_her_own_draws() -> None:
    journeys = {"all": {"per_day": MOST_VISITS_A_DAY, "stops": ["a.s"]}}
    scenario = mall({"a": 1}, journeys=journeys)
    workload = sample(scenario, 3)
    assert abs(len(workload) - MOST_VISITS_A_DAY) < 6e3
    assert len(np.unique(workload.due)) > 0.99 * len(workload)
    log = run(scenario, workload)
    assert len(log.visit_rows.outcome) == len(workload)
