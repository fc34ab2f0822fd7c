"""Regression: rerun the scenarios that have a reference result and see what moved.

A reference is a small file under results/reference/: the scenario's path and hash, the seed, the
number of replications, and the pooled sums behind the measures that people read. Numbers may
differ by 1e-6, counts by one citizen in 10,000, since the last bit of `exp` and `log` differs
between machines; such shifts are called "last bit". Anything more has moved.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sim.errors import MallError
from sim.experiments.replicate import replicate
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS
from sim.scenario.writing import fingerprint
from sim.statistics.measures import Measure
from sim.statistics.results import Results

FOLDER = Path("results/reference")
SEED = 20241212
REPLICATIONS = 5
RELATIVE = 1e-6
CITIZENS = 1e-4

Kind = Literal["moved", "last_bit", "gone", "new"]


@dataclass(frozen=True)
class Shift:
    """One measure that is not as it was; values are None where there is none."""

    measure: str
    kind: Kind
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Checked:
    """What became of one reference.

    scenario_changed : whether the scenario itself differs from the one of the reference
    """

    scenario: str
    measures: int
    scenario_changed: bool
    shifts: tuple[Shift, ...]

    @property
    def moved(self) -> tuple[Shift, ...]:
        """The shifts that count: all but those of the last bit."""
        return tuple(shift for shift in self.shifts if shift.kind != "last_bit")

    def plain(self) -> dict[str, Any]:
        """Return the whole as plain data."""
        return {**asdict(self), "moved": len(self.moved)}


def references(files: Sequence[Path] | None = None) -> list[Path]:
    """Return the references of some scenarios, or all that there are.

    Raises MallError where a scenario has none.
    """
    if not files:
        found = sorted(FOLDER.rglob("*.json"))
        if not found:
            raise MallError(f"there is no reference in {FOLDER}; make one: check --update FILE")
        return found
    paths = [_reference_of(file) for file in files]
    for file, path in zip(files, paths, strict=True):
        if not path.exists():
            raise MallError(f"{file} has no reference; make one: mppsim check --update {file}")
    return paths


def check(reference: Path, workers: int | None = None) -> Checked:
    """Rerun the scenario of a reference and compare.

    Raises MallError where the reference is not one.
    """
    stored = _read(reference)
    scenario = load(stored["scenario"])
    results = replicate(
        scenario, stored["replications"], seed=stored["seed"], workers=workers
    )
    now, before = _numbers(results), {k: tuple(v) for k, v in stored["measures"].items()}
    return Checked(
        scenario=stored["scenario"],
        measures=len(before),
        scenario_changed=fingerprint(scenario) != stored["scenario_hash"],
        shifts=tuple(_shifts(before, now)),
    )


def renew(files: Sequence[Path] | None = None, workers: int | None = None) -> Iterator[Path]:
    """Rewrite references: of some scenarios, or of all that have one; yield each as written."""
    scenarios = [Path(_read(path)["scenario"]) for path in references()] if not files else files
    for file in scenarios:
        scenario = load(file)
        results = replicate(scenario, REPLICATIONS, seed=SEED, workers=workers)
        path = _reference_of(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_text(_text(file, scenario, results), encoding="utf-8")
        aside.replace(path)
        yield path


def _reference_of(file: Path) -> Path:
    """Return where the reference of a scenario stands: below the folder as the scenario is."""
    parts = file.with_suffix(".json").parts
    below = parts[parts.index("scenarios") + 1 :] if "scenarios" in parts else parts[-1:]
    return FOLDER.joinpath(*below)


def _read(reference: Path) -> dict[str, Any]:
    try:
        stored = json.loads(reference.read_text(encoding="utf-8"))
        return {key: stored[key] for key in _KEYS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MallError(
            f"{reference} is not a reference ({error}); rewrite it: mppsim check --update FILE"
        ) from error


_KEYS = ("scenario", "scenario_hash", "seed", "replications", "measures")


def _text(file: Path, scenario: Scenario, results: Results) -> str:
    """Write a reference with one line a measure, so that a change reads well in a diff."""
    head = {
        "scenario": file.as_posix(),
        "scenario_hash": fingerprint(scenario),
        "seed": SEED,
        "replications": REPLICATIONS,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = [
        f"    {json.dumps(key)}: [{total!r}, {n!r}]"
        for key, (total, n) in _numbers(results).items()
    ]
    return "\n".join(["{", *lines, '  "measures": {', ",\n".join(rows), "  }", "}", ""])


def _numbers(results: Results) -> dict[str, tuple[float, float]]:
    """Return sums of total and n over the replications, of the measures that people read."""
    return {
        _name(m): (float(results.total[:, k].sum()), float(results.n[:, k].sum()))
        for k, m in enumerate(results.measures)
        if not m.interval and (not m.weekday or (m.scope == "mall" and m.weekday in WEEKDAYS))
    }


def _name(measure: Measure) -> str:
    parts = (measure.scope, measure.name, measure.weekday, measure.measure)
    return " ".join(part for part in parts if part)


Numbers = dict[str, tuple[float, float]]


def _shifts(before: Numbers, now: Numbers) -> Iterator[Shift]:
    for name in before.keys() | now.keys():
        if name not in now:
            yield Shift(name, "gone", _value(before[name]), None)
        elif name not in before:
            yield Shift(name, "new", None, _value(now[name]))
        elif before[name] != now[name]:
            small = all(_same(a, b) for a, b in zip(before[name], now[name], strict=True))
            kind: Kind = "last_bit" if small else "moved"
            yield Shift(name, kind, _value(before[name]), _value(now[name]))


def _same(before: float, now: float) -> bool:
    """Whether two sums agree: counts of citizens to one in 10,000, other numbers to 1e-6."""
    whole = before == int(before) and now == int(now)
    allowed = max(CITIZENS * abs(before), 0) if whole else RELATIVE * max(abs(before), abs(now))
    return math.isclose(before, now, rel_tol=0, abs_tol=allowed)


def _value(numbers: tuple[float, float]) -> float | None:
    total, n = numbers
    return total / n if n else None
