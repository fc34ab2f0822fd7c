"""A run that is killed: it says how far it is, and goes on only when it is told to.

python killed.py WHICH FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import sim.experiments.compare as comparing
from sim import compare, load, replicate
from sim.experiments import points
from sim.experiments import replicate as replicating
from sim.experiments.saved import saving
from sim.experiments.staffing import staff
from sim.experiments.sweep import sweep

SCENARIO = """
name: killed
calendar: {days: mon, hours: 08:00-10:00}
agencies:
  a: {counters: 2, services: {s: {time: {mean: 5 min, sd: 3 min}, promise: {wait: 10 min}}}}
journeys: {all: {per_day: 20, stops: [a.s]}}
"""
BLOCK = 4


def outcome(which: str, folder: Path, progress: Any = None) -> np.ndarray:
    """Return every number of an experiment, finished blocks kept below the folder."""
    replicating.TOGETHER = comparing.TOGETHER = points.TOGETHER = BLOCK
    file = folder / "mall.yaml"
    file.write_text(SCENARIO)
    mall, how = load(file), {"seed": 7, "workers": 1, "progress": progress}
    with saving(folder / "unfinished"):
        if which == "replicate":
            every = [replicate(mall, 20, **how)]
        elif which == "compare":
            other = load(file, overrides={"agencies.a.counters": "3"})
            (found,) = compare(mall, other, 20, **how).alternatives
            every = [found.base, found.results, found.present, found.newcomers]
        elif which == "sweep":
            axes = ["agencies.a.counters=1..3"]
            every = [p.results for p in sweep(mall, axes, replications=6, **how).points]
        else:
            every = [staff(mall, replications=4, certify=8, **how).results]
    return np.concatenate([np.stack((of.total, of.n)).ravel() for of in every])


def told(done: int, _: int) -> None:
    print(done, flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    outcome(sys.argv[1], Path(sys.argv[2]), told)
