"""How often what a calibration leaves holds the truth, by replications.

python tests/calibrated.py     some minutes
"""

from __future__ import annotations

import numpy as np
from malls import mall

from sim import Scenario, replicate
from sim.fitting.calibration import BEYOND, calibrate

MEAN = "agencies.a.services.s.time.mean"
TRUE = 7 * 60e6
SEEDS = range(100)


def small(**more: object) -> Scenario:
    """Return a mall whose service time of 7 minutes is asked for."""
    service = {"time": {"mean": "7 min", "cv": 0.5}}
    agencies = {"a": {"counters": 2, "services": {"s": service}}}
    journeys = {"all": {"per_day": 40, "stops": ["a.s"]}}
    return mall(agencies, "08:00-11:00", journeys=journeys, **more)


def counted() -> Scenario:
    """Return the mall with its true wait, use and line, from a long run, as if counted."""
    true = replicate(small(), 4000, seed=991, workers=1)
    wait, used, line = (
        true.estimate(measure, "agency", "a").value
        for measure in ("wait.mean", "utilisation", "line.mean")
    )
    observed = {
        "a.wait.mean": f"{wait:.4f} min", "a.utilisation": f"{100 * used:.3f} %",
        "a.line.mean": f"{line:.5f}",
    }  # fmt: skip
    return small(observed=observed, plausible={MEAN: "4 min .. 14 min"})


def main() -> None:
    """Print a line for each number of replications."""
    office = counted()
    for replications in (3, 4, 6, 10):
        learned = [
            calibrate(
                office, 12, replications, tolerance=0.001 / BEYOND, seed=seed, workers=1
            ).learned[0]
            for seed in SEEDS
        ]  # fmt: skip
        held = sum(one.low <= TRUE <= one.high for one in learned)
        left = float(np.median([one.left for one in learned]))
        print(f"{replications} replications: held {held} of {len(SEEDS)}, left {left:.0%}")


if __name__ == "__main__":
    main()
