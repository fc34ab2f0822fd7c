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
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.errors import MallError, OutputError
from sim.experiments.replicate import replicate
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS
from sim.scenario.writing import fingerprint
from sim.statistics.measure import Measure
from sim.statistics.results import Results

FOLDER = Path("results/reference")
SCENARIOS = Path("scenarios")
SEED = 20241212
REPLICATIONS = 5
LONG = 50
"""A run of so many days stands for itself: one replication of it is a reference."""
RELATIVE = 1e-6
CITIZENS = 1e-4

Kind = Literal["moved", "last_bit", "gone", "new"]
Numbers = dict[str, tuple[float, float]]
"""Pooled total and n by the name of a measure."""


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
            raise MallError.of("error.no_references", folder=FOLDER.as_posix())
        return found
    paths = [_reference_of(file) for file in files]
    for file, path in zip(files, paths, strict=True):
        if not path.exists():
            raise MallError.of("error.no_reference", file=file)
    return paths


def without_reference() -> list[Path]:
    """Return the scenarios of this folder that have no reference, so that none is forgotten."""
    return [file for file in sorted(SCENARIOS.rglob("*.yaml")) if not _reference_of(file).exists()]


def check(reference: Path, workers: int | None = None) -> Checked:
    """Rerun the scenario of a reference and compare.

    Raises MallError where the reference is not one.
    """
    stored = _read(reference)
    scenario = load(stored.scenario)
    results = replicate(scenario, stored.replications, seed=stored.seed, workers=workers)
    return Checked(
        scenario=stored.scenario,
        measures=len(stored.measures),
        scenario_changed=fingerprint(scenario) != stored.scenario_hash,
        shifts=tuple(_shifts(stored.measures, _numbers(results))),
    )


def renew(
    files: Sequence[Path] | None = None, workers: int | None = None, reason: str = ""
) -> Iterator[Path]:
    """Rewrite references: of some scenarios, or of all that have one; yield each as written.

    reason : why numbers move; it goes into the reference, where it stays until they move again

    Raises MallError where numbers of a reference moved and no reason is given, OutputError where
    one cannot be written; the earlier reference is kept.
    """
    scenarios = files or [Path(_read(path).scenario) for path in references()]
    for file, path in [(file, _reference_of(file)) for file in scenarios]:
        scenario = load(file)
        number = REPLICATIONS if len(scenario.days) < LONG else 1
        results = replicate(scenario, number, seed=SEED, workers=workers)
        before = _known(path)
        why = reason or (before.reason if before else "")
        if before and not reason and _moved(before, _numbers(results)):
            raise MallError.of("error.no_reason", file=file)
        _replace(path, _text(_below_here(file), scenario, results, why))
        yield path


def _known(path: Path) -> _Reference | None:
    """Return the reference as it stands; None where there is none, or none that can be read."""
    try:
        return _read(path)
    except MallError:
        return None


def _moved(before: _Reference, now: Numbers) -> bool:
    """Whether a number that the reference has is another now: a new measure moves nothing."""
    return any(shift.kind in ("moved", "gone") for shift in _shifts(before.measures, now))


def _replace(path: Path, text: str) -> None:
    """Write a file aside and put it in its place whole."""
    aside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    except OSError as error:
        why = error.strerror or error
        raise OutputError.of("error.reference_not_written", file=path, why=why) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)  # there only if writing was cut short


def _below_here(file: Path) -> Path:
    """Return the path of a file from the present folder, so that it holds on other machines."""
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        raise MallError.of("error.outside", file=file) from None


def _reference_of(file: Path) -> Path:
    """Return where the reference of a scenario stands: below the folder as the scenario is."""
    parts = _below_here(file).with_suffix(".json").parts
    return FOLDER.joinpath(*(parts[1:] if parts[0] == "scenarios" else parts))


@dataclass(frozen=True)
class _Reference:
    """What a reference file says."""

    scenario: str
    scenario_hash: str
    seed: int
    replications: int
    measures: Numbers
    reason: str = ""


def _read(reference: Path) -> _Reference:
    try:
        stored = json.loads(reference.read_text(encoding="utf-8"))
        return _Reference(
            scenario=str(stored["scenario"]),
            scenario_hash=str(stored["scenario_hash"]),
            seed=int(stored["seed"]),
            replications=int(stored["replications"]),
            measures={name: _pair(numbers) for name, numbers in stored["measures"].items()},
            reason=str(stored.get("reason", "")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        why = f"{type(error).__name__}: {error}"
        raise MallError.of("error.not_a_reference", file=reference, why=why) from error


def _pair(numbers: Sequence[float]) -> tuple[float, float]:
    total, n = (float(number) for number in numbers)
    if not math.isfinite(total) or not math.isfinite(n):
        raise ValueError(f"{numbers} are not two numbers")
    return total, n


def _text(file: Path, scenario: Scenario, results: Results, reason: str = "") -> str:
    """Write a reference with one line a measure, so that a change reads well in a diff."""
    head = {
        "scenario": file.as_posix(),
        "scenario_hash": fingerprint(scenario),
        "seed": SEED,
        "replications": results.replications,
        **({"reason": reason} if reason else {}),
    }
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},"
        for key, value in head.items()
    ]
    rows = [
        f"    {json.dumps(key)}: [{total!r}, {n!r}]"
        for key, (total, n) in _numbers(results).items()
    ]
    return "\n".join(["{", *lines, '  "measures": {', ",\n".join(rows), "  }", "}", ""])


def _numbers(results: Results) -> Numbers:
    """Return sums of total and n over the replications, of the measures that people read.

    Quantiles and maxima are averaged over replications, so of these n counts the replications.
    """
    averaged = np.array([m.kind in ("quantile", "maximum") for m in results.measures])
    totals = results.total.sum(axis=0)
    n = np.where(averaged, results.n > 0, results.n).sum(axis=0)
    return {
        _name(m): (float(totals[k]), float(n[k]))
        for k, m in enumerate(results.measures)
        if not m.interval and (not m.weekday or (m.scope == "mall" and m.weekday in WEEKDAYS))
    }


def _name(measure: Measure) -> str:
    parts = (measure.scope, measure.name, measure.weekday, measure.measure)
    return " ".join(part for part in parts if part)


def _shifts(before: Numbers, now: Numbers) -> Iterator[Shift]:
    for name in sorted(before.keys() | now.keys()):
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
    allowed = CITIZENS if before.is_integer() and now.is_integer() else RELATIVE
    return abs(now - before) <= allowed * max(abs(before), abs(now))


def _value(numbers: tuple[float, float]) -> float | None:
    total, n = numbers
    return total / n if n else None
