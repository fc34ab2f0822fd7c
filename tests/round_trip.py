"""There and back: a small mall, its log made worse as real ones are, and the mall fitted to that.

python tests/round_trip.py 0 1000 results/round_trip.csv     trials, a row for each figure
    ... figures     without the waits, which take longer
    python tests/round_trip.py summary results/*.csv     how often each held the truth

Trials may be shared out among files and machines; what was broken off goes on where it ended.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
from ticket_logs import degraded, simulated

from sim import Results, draft, fit, replicate
from sim.experiments.inputs import Inputs, with_inputs
from sim.fitting.inputs import inputs
from sim.scenario.loading import load_text
from sim.statistics.intervals import Estimate

SEED = 20250106
"""Fixed before the first trial was run."""
SMALL = """
name: There and back
calendar:
  days: 2025-01-06 .. 2025-02-28
  open: mon-fri
  hours: 08:00-12:00
  last_ticket: 11:30
  at_close: serve_all
demand:
  profile: {08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2}
  weekday: {mon: 1.2, fri: 0.8}
  day_to_day: 12 %
agencies:
  dukcapil:
    counters: 2
    services:
      ktp: {time: {mean: 9 min, sd: 5 min}}
      kk: {time: {dist: gamma, mean: 6 min, cv: 0.5}}
journeys:
  ktp: {per_day: 24, stops: [dukcapil.ktp]}
  kk: {per_day: 16, stops: [dukcapil.kk]}
"""
TRUE = {
    "ktp mean": 9.0, "ktp sd": 5.0, "kk mean": 6.0, "kk sd": 3.0,
    "ktp a day": 24.0, "kk a day": 16.0, "day to day": 0.12,
}  # fmt: skip
Found = dict[str, tuple[float, float, float]]
"""By figure: value, and the ends of its 95 % interval."""


@cache
def true_wait() -> float:
    """Return the mean wait of the true mall on a typical week, from a long run."""
    mall = load_text(SMALL, overrides={"calendar.days": "mon-fri", "calendar.open": None})
    return replicate(mall, 4000, seed=SEED, workers=1).estimate("wait.mean").value


def trial(number: int, waits: bool = True, text: str = SMALL, step: str = "5min") -> Found:
    """Simulate a log, make it worse, fit it, and return every figure with its interval.

    waits : whether the fitted mall is simulated too, with its inputs drawn, which takes longer
    """
    log = degraded(simulated(text, SEED + number)[1], step, SEED + number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        log.to_parquet(path)
        found = fit([path])
    h = found.history
    figures: dict[str, Estimate | None] = {"day to day": found.arrivals.day_to_day}
    for s, one in enumerate(found.services):
        figures[f"{h.services[s]} mean"], figures[f"{h.services[s]} sd"] = one.mean, one.sd
    for key, of in found.arrivals.per_day.items():
        figures[f"{key} a day"] = of
    if waits:
        known = Inputs(inputs(found, 39).draws, {"all": ()}, len(h.days))
        mall = load_text(draft(found, "en"))
        figures["wait"] = _wait(replicate(mall, 60, seed=number, workers=1), known)
    return {key: (of.value, of.low, of.high) for key, of in figures.items() if of is not None}


def _wait(results: Results, known: Inputs) -> Estimate:
    whole = with_inputs(results, known, runs=4, workers=1)
    return whole.estimate("wait.mean")


def wait_after(weeks: int, number: int, runs: int = 400) -> float:
    """Return the mean wait of a mall fitted to so many weeks of a log without faults, in minutes.

    Its runs are those of the true mall, so that little but the figures differs.
    """
    last = pd.Timestamp("2025-01-06") + pd.Timedelta(days=7 * weeks - 3)
    text = SMALL.replace("2025-02-28", f"{last:%Y-%m-%d}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        simulated(text, SEED + number)[1].to_parquet(path)
        mall = load_text(draft(fit([path]), "en"))
    return replicate(mall, runs, seed=SEED, workers=1).estimate("wait.mean").value


def true_of(found: Found) -> dict[str, float]:
    """Return what is true of the figures that were found."""
    return TRUE | ({"wait": true_wait()} if "wait" in found else {})


def covered(found: Found) -> dict[str, bool]:
    """Return whether each interval holds the truth."""
    true = true_of(found)
    return {key: found[key][1] <= value <= found[key][2] for key, value in true.items()}


def refuted(hits: dict[str, list[bool]], level: float = 0.01) -> dict[str, float]:
    """Return the figures whose intervals hold the truth less often than the 95 of 100 they claim.

    By an exact binomial test each, together at a level (Bonferroni); with its p.
    """
    from scipy.stats import binomtest

    p = {
        key: float(binomtest(sum(held), len(held), 0.95, alternative="less").pvalue)
        for key, held in hits.items()
    }
    return {key: value for key, value in p.items() if value < level / len(p)}


def summary(paths: list[Path]) -> str:
    """Return how often the intervals of files of trials held the truth, figure by figure."""
    rows = pd.concat(map(pd.read_csv, paths)).drop_duplicates(["trial", "figure"])
    rows["held"] = (rows["low"] <= rows["true"]) & (rows["true"] <= rows["high"])
    hits = {str(key): of["held"].tolist() for key, of in rows.groupby("figure")}
    wrong = refuted(hits)
    lines = [f"{key}: {sum(held)} of {len(held)}" for key, held in hits.items()]
    return "\n".join([*lines, f"refuted at 1 in 100, all together: {sorted(wrong) or 'none'}"])


def main(first: int, last: int, path: Path, waits: bool = True) -> None:
    """Write one row for each figure of the trials from first before last, those that lack."""
    done = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    first = max((int(line.split(",")[0]) + 1 for line in done[1:]), default=first)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        if not done:
            file.write("trial,figure,true,value,low,high\n")
        for number in range(first, last):
            found = trial(number, waits)
            for key, true in true_of(found).items():
                file.write(f"{number},{key},{true},{','.join(map(str, found[key]))}\n")
            file.flush()


if __name__ == "__main__" and sys.argv[1] == "summary":
    print(summary([Path(name) for name in sys.argv[2:]]))
elif __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), "figures" not in sys.argv)
