"""One day in mppsim, in Ciw and in plain SimPy: do means and distributions of waits agree?

    pip install mppsim[peers]
    python benchmarks/peers/agree.py [DAYS]

Prints a table in Markdown, as it stands in docs/comparison.md. Each program draws for itself; what
is compared are means and shares over independent days, each with its 95 % interval (delta method).
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import simpy

HOURS = (0, 60, 180, 300, 420, 480)  # minutes since 08:00
PARTS = (3, 5, 4, 3, 1)
SPAN = sum(w * (b - a) for w, a, b in zip(PARTS, HOURS, HOURS[1:], strict=False))
RATES = [120 * w / SPAN for w in PARTS]  # citizens a minute
SIGMA = math.sqrt(math.log(1 + 0.36))
MU = math.log(10) - SIGMA**2 / 2
Waits = tuple[list[float], list[float]]
"""Minutes at the desk and at the bank."""


def in_mppsim(days: int) -> list[Waits]:
    """Play so many days of day.yaml."""
    import sim

    mall = sim.load(Path(__file__).parent / "day.yaml")
    found = []
    for k in range(days):
        rows = sim.simulate(mall, sim.sample(mall, seed=1, replication=k)).stop_rows
        minutes = (rows.called - rows.ticket) / 60_000_000
        bank, desk = (minutes[rows.service == s].tolist() for s in (0, 1))
        found.append((desk, bank))
    return found


def in_ciw(days: int) -> list[Waits]:
    """The same day as two nodes; a network for each, since it draws its arrivals once."""
    import ciw

    found = []
    for k in range(days):
        ciw.seed(k)
        day = ciw.Simulation(_network(ciw))
        day.simulate_until_max_time(5_000)
        records = day.get_all_records()
        desk, bank = ([r.waiting_time for r in records if r.node == n] for n in (1, 2))
        found.append((desk, bank))
    return found


def _network(ciw: Any) -> Any:
    rates, ends = [*RATES, 1e-12], [*HOURS[1:], 10_000]  # nobody comes after the last slot
    arrivals = ciw.dists.PoissonIntervals(rates=rates, endpoints=ends, max_sample_date=9_999)
    return ciw.create_network(
        arrival_distributions=[arrivals, None],
        service_distributions=[ciw.dists.Lognormal(MU, SIGMA), ciw.dists.Exponential(rate=1 / 5)],
        routing=[[0.0, 0.6], [0.0, 0.0]],
        number_of_servers=[3, 1],
    )


def in_simpy(days: int) -> list[Waits]:
    """The same day as two resources."""
    found = []
    for k in range(days):
        random.seed(k)
        env, waits = simpy.Environment(), ([], [])
        env.process(_door(env, simpy.Resource(env, 3), simpy.Resource(env, 1), waits))
        env.run()
        found.append(waits)
    return found


def _door(env: Any, desk: Any, bank: Any, waits: Waits) -> Generator[Any, Any, None]:
    for rate, end in zip(RATES, HOURS[1:], strict=True):
        while True:
            gap = random.expovariate(rate)
            if env.now + gap >= end:
                yield env.timeout(end - env.now)
                break
            yield env.timeout(gap)
            env.process(_visit(env, desk, bank, waits))


def _visit(env: Any, desk: Any, bank: Any, waits: Waits) -> Generator[Any, Any, None]:
    for place, of, time in (
        (desk, waits[0], random.lognormvariate(MU, SIGMA)),
        (bank, waits[1], random.expovariate(1 / 5)),
    ):
        if place is bank and random.random() >= 0.6:
            return
        came = env.now
        with place.request() as turn:
            yield turn
            of.append(env.now - came)
            yield env.timeout(time)


MEASURES: dict[str, Callable[[Waits], tuple[float, int]]] = {
    "citizens a day": lambda w: (len(w[0]), 1),
    "mean wait at the desk, min": lambda w: (sum(w[0]), len(w[0])),
    "waits above 10 min at the desk": lambda w: (sum(x > 10 for x in w[0]), len(w[0])),
    "waits above 30 min at the desk": lambda w: (sum(x > 30 for x in w[0]), len(w[0])),
    "mean wait at the bank, min": lambda w: (sum(w[1]), len(w[1])),
    "waits above 10 min at the bank": lambda w: (sum(x > 10 for x in w[1]), len(w[1])),
}


def estimate(days: list[Waits], of: Callable[[Waits], tuple[float, int]]) -> tuple[float, float]:
    """Return a ratio over days and its standard error (the delta method)."""
    total, n = np.array([of(day) for day in days], dtype=float).T
    value = total.sum() / n.sum()
    error = np.sqrt(((total - value * n) ** 2).sum() / (len(n) - 1) / len(n)) / n.mean()
    return float(value), float(error)


def main(days: int) -> None:
    """Print the table."""
    programs = {"mppsim": in_mppsim, "Ciw": in_ciw, "plain SimPy": in_simpy}
    played = {name: play(days) for name, play in programs.items()}
    print(f"| over {days:,} days | mppsim | Ciw | plain SimPy | largest z |\n|---|---|---|---|---|")
    for name, of in MEASURES.items():
        found = [estimate(play, of) for play in played.values()]
        (ours, error), *others = found
        z = max(abs(v - ours) / math.hypot(e, error) for v, e in others)
        cells = " | ".join(f"{v:.3f} ± {1.96 * e:.3f}" for v, e in found)
        print(f"| {name} | {cells} | {z:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2_000)
