"""The mall day in plain SimPy, as one would write it for this day alone: the measure of speed.

    python benchmarks/simpy_plain.py DAYS SEED

It keeps no log, only what each stage needs for a mean; the figures are those of mall_day.yaml.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Generator
from typing import Any

import simpy

WEIGHTS = (0.6, 0.9, 1.3, 1.6, 1.7, 1.5, 1.2, 0.8, 0.7, 0.9, 1.1, 1.2, 1.0, 0.7, 0.5, 0.3)
SLOT, LUNCH = 30.0, (180.0, 240.0)
COUNTERS = (6, 5, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1)
CHOSEN = (0.22, 0.16, 0.14, 0.10, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.03, 0.01)
MEANS = (10, 12, 10, 12, 12, 10, 12, 15, 8, 12, 10, 20)
AGENCIES = range(len(CHOSEN))
Steps = Generator[simpy.Event, Any, None]


def lognormal(mean: float, cv: float) -> tuple[float, float]:
    """Return the parameters of a lognormal law."""
    variance = math.log(1 + cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


TRIAGE = lognormal(1.0, 0.5)
LAWS = [lognormal(mean, 0.8) for mean in MEANS]


def service(agency: int) -> float:
    """Draw a service time, in minutes."""
    if agency % 2 == 0:
        return random.lognormvariate(*LAWS[agency])
    return random.gammavariate(2.0, MEANS[agency] / 2)


class Mall:
    """One day."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.triage = simpy.Resource(env, 3)
        self.agencies = [simpy.PriorityResource(env, n) for n in COUNTERS]
        self.cashier = simpy.PriorityResource(env, 4)
        self.waits: dict[str, list[float]] = {"triage": [], "agency": [], "cashier": []}
        self.visits = self.left = 0
        for place in [*self.agencies, self.cashier]:
            for _ in range(place.capacity):
                env.process(self.lunch(place))
        env.process(self.door())

    def lunch(self, place: simpy.PriorityResource) -> Steps:
        """A counter's lunch goes before all citizens, and interrupts nobody."""
        yield self.env.timeout(LUNCH[0])
        with place.request(priority=-1) as request:
            yield request
            yield self.env.timeout(max(0.0, LUNCH[1] - self.env.now))

    def door(self) -> Steps:
        """Citizens come at a rate that changes every half hour."""
        for slot, weight in enumerate(WEIGHTS):
            end, rate = (slot + 1) * SLOT, 600 * weight / 16 / SLOT
            while True:
                gap = random.expovariate(rate)
                if self.env.now + gap >= end:
                    yield self.env.timeout(end - self.env.now)
                    break
                yield self.env.timeout(gap)
                self.env.process(self.visit())

    def visit(self) -> Steps:
        """Triage, one or two agencies, and for most the cashier."""
        self.visits += 1
        came = self.env.now
        with self.triage.request() as request:
            yield request
            self.waits["triage"].append(self.env.now - came)
            yield self.env.timeout(random.lognormvariate(*TRIAGE))
        way = random.choices(AGENCIES, CHOSEN)
        if random.random() < 0.25:
            second = way[0]
            while second == way[0]:
                second = random.choices(AGENCIES, CHOSEN)[0]
            way.append(second)
        for agency in way:
            came = self.env.now
            with self.agencies[agency].request(priority=0) as request:
                if random.random() < 0.05:
                    yield request | self.env.timeout(random.expovariate(1 / 60))
                    if not request.triggered:
                        self.left += 1
                        return
                else:
                    yield request
                self.waits["agency"].append(self.env.now - came)
                yield self.env.timeout(service(agency))
        if random.random() < 0.6:
            came = self.env.now
            with self.cashier.request(priority=0) as request:
                yield request
                self.waits["cashier"].append(self.env.now - came)
                yield self.env.timeout(random.gammavariate(2.0, 1.5))


def play(days: int, seed: int) -> dict[str, float]:
    """Play so many days and return means, and days a second of processor time."""
    totals = {name: [0.0, 0] for name in ("triage", "agency", "cashier")}
    visits = left = 0
    began = time.process_time()
    for day in range(days):
        random.seed(seed * 100_000 + day)
        env = simpy.Environment()
        mall = Mall(env)
        env.run()
        visits, left = visits + mall.visits, left + mall.left
        for name, waits in mall.waits.items():
            totals[name][0] += sum(waits)
            totals[name][1] += len(waits)
    seconds = time.process_time() - began
    means = {f"wait.{name}": total / n for name, (total, n) in totals.items()}
    return {
        "days_a_second": days / seconds, "visits": visits / days, "left": left / days, **means,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(play(int(sys.argv[1]), int(sys.argv[2]))))
