"""Arrivals that are not ours: workloads from tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.verification.exact.cases import Case
from sim.verification.exact.expressed import Draw
from sim.verification.malls import MINUTE
from sim.workload import Workload

Chance = np.random.Generator
"""What tables are drawn from."""


def random_of(seed: int, replication: int) -> Chance:
    """Return the generator of one replication of a table."""
    return np.random.default_rng([seed, replication])


def times_of(scenario: Scenario, service: str, u: NDArray[Any]) -> NDArray[Any]:
    """Return service times in µs at uniforms u, as the scenario has them."""
    return np.rint(scenario.service(service).time.quantile(u)).astype(np.int64)


def _table(scenario: Scenario, rng: np.random.Generator, due: NDArray[Any]) -> Workload:
    frame = pd.DataFrame({"due": np.rint(due * MINUTE).astype(np.int64)})
    frame["journey"], frame["service"] = "all", "a.s"
    frame["time"] = times_of(scenario, "a.s", rng.random(len(due)))
    return Workload.from_frame(frame, scenario)


def evenly(case: Case) -> Draw:
    """Draw arrivals at equal intervals."""

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        end = scenario.days[0].closes / MINUTE
        due = np.arange(0, end, case["model"]["arrivals"]["interval"])
        return _table(scenario, random_of(seed, replication), due)

    return draw


def groups(case: Case) -> Draw:
    """Draw groups that come together at random."""
    arrivals = case["model"]["arrivals"]
    sizes = [int(k) for k in arrivals["group_size_pmf"]]
    shares = list(arrivals["group_size_pmf"].values())

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng = random_of(seed, replication)
        end = scenario.days[0].closes / MINUTE
        due = np.sort(rng.random(rng.poisson(arrivals["group_rate"] * end)) * end)
        return _table(scenario, rng, np.repeat(due, rng.choice(sizes, len(due), p=shares)))

    return draw


def linear(case: Case) -> Draw:
    """Draw days whose rate is linear between knots, by the inverse of the cumulated rate.

    Klein and Roberts (1984): within a stretch that is a quadratic equation.
    """
    at, rate = (np.array(case["model"]["arrivals"][key]) for key in ("knots_t", "knots_rate"))
    slope = np.diff(rate) / np.diff(at)
    upto = np.concatenate(([0.0], np.cumsum(np.diff(at) * (rate[1:] + rate[:-1]) / 2)))

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng = random_of(seed, replication)
        days = len(scenario.days)
        number = rng.poisson(upto[-1], days)
        mass = rng.random(number.sum()) * upto[-1]
        k = np.searchsorted(upto, mass, side="right") - 1
        rest = mass - upto[k]
        root = np.sqrt(rate[k] ** 2 + 2 * slope[k] * rest)
        due = scenario.days[0].opens / MINUTE + at[k] + 2 * rest / (rate[k] + root)
        frame = pd.DataFrame({"due": np.rint(due * MINUTE).astype(np.int64), "journey": "all"})
        frame["day"] = np.repeat([day.label for day in scenario.days], number)
        return Workload.from_frame(frame.assign(service="a.s", time=0), scenario)

    return draw


def random_routes(case: Case) -> Draw:
    """Draw each visit's route beforehand: where she goes next does not depend on the hall."""
    names = [s["name"] for s in case["model"]["stations"]]
    routing = case["model"]["routing"]
    next_of = np.array([[routing[n].get(m, 0.0) for m in [*names, "exit"]] for n in names])
    cumulated = np.cumsum(next_of, axis=1)
    external = np.array([s["external_rate"] for s in case["model"]["stations"]])

    def draw(scenario: Scenario, seed: int, replication: int) -> Workload:
        rng = random_of(seed, replication)
        end = scenario.days[0].closes / MINUTE
        number = rng.poisson(external.sum() * end)
        due = np.rint(rng.random(number) * end * MINUTE).astype(np.int64)
        who = np.arange(number)
        at = rng.choice(len(names), number, p=external / external.sum())
        parts = []
        for stop in range(1, 200):
            parts.append(pd.DataFrame({"index": who, "due": due[who], "stop": stop, "at": at}))
            u = rng.random(len(who))
            at = (u[:, None] >= cumulated[at]).sum(axis=1)
            who, at = who[at < len(names)], at[at < len(names)]
            if not len(who):
                break
        frame = pd.concat(parts, ignore_index=True)
        frame["service"] = np.array([f"{n}.s" for n in names])[frame["at"]]
        frame["time"] = 0
        for name in names:
            here = (frame["service"] == f"{name}.s").to_numpy()
            frame.loc[here, "time"] = times_of(scenario, f"{name}.s", rng.random(int(here.sum())))
        return Workload.from_frame(frame.assign(journey="all"), scenario)

    return draw
