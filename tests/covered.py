"""Which lines and branches of the kernels are reached: played as the Python they are written in.

This plays the shipped features and generated days; the tests with days by hand do the rest. The
commands stand in `docs/testing.md`.
"""

from __future__ import annotations

from typing import Any

from drawn_malls import rich_malls
from hypothesis import given
from malls import scenario_of
from strategies import days, ways
from test_laws import law

from sim import Scenario, Workload, sample, simulate
from sim.verification.agreement import agreement


@law(150)
@given(days())
def days_full_of_ties(day: tuple[Scenario, Workload]) -> None:
    simulate(*day)


@law(150)
@given(ways())
def ways_and_tries(day: tuple[Scenario, Workload]) -> None:
    simulate(*day)


@law(150)
@given(rich_malls())
def drawn_malls(data: dict[str, Any]) -> None:
    scenario = scenario_of(data)
    simulate(scenario, sample(scenario, 1))


if __name__ == "__main__":
    assert all(proof.right for proof in agreement("compiled"))
    days_full_of_ties()
    ways_and_tries()
    drawn_malls()
