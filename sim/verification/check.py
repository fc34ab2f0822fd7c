"""Regression: rerun the scenarios that have a reference result and see what moved.

References are small files under results/reference/ (`sim.verification.reference`). Numbers may
differ by 1e-6, counts by one citizen in 10,000, since the last bit of `exp` and `log` differs
between machines; such shifts are called "last bit". Anything more has moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sim.errors import MallError
from sim.experiments.expecting import MOST, Expected, expecting
from sim.experiments.replicate import replicate
from sim.scenario.loading import load
from sim.scenario.model import Scenario
from sim.scenario.writing import fingerprint
from sim.verification.reference import Numbers, Reference, numbers, read, reference_of, write
from sim.verification.what_moved import Moved, what_moved

FOLDER = Path("results/reference")
SCENARIOS = Path("scenarios")
SEED = 20241212
REPLICATIONS = 5
LONG = 50
"""A run of so many days stands for itself: one replication of it is a reference."""
RELATIVE = 1e-6
CITIZENS = 1e-4

Loaded = dict[Path, Scenario]
"""Scenarios by the real path of their file."""
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
    proof : what happened, where something moved
    """

    scenario: str
    measures: int
    scenario_changed: bool
    shifts: tuple[Shift, ...]
    proof: Moved | None = None

    @property
    def moved(self) -> tuple[Shift, ...]:
        """The shifts that count: all but those of the last bit."""
        return tuple(shift for shift in self.shifts if shift.kind != "last_bit")

    def plain(self) -> dict[str, Any]:
        """Return the whole as plain data."""
        return {
            "scenario": self.scenario,
            "measures": self.measures,
            "scenario_changed": self.scenario_changed,
            "shifts": [asdict(shift) for shift in self.shifts],
            "moved": len(self.moved),
            **(_plain(self.proof) if self.proof else {}),
        }


def expected_of(
    files: Sequence[Path] | None = None,
    replications: int | None = None,
    workers: int | None = None,
    loaded: Loaded | None = None,
) -> dict[str, tuple[Expected, ...]]:
    """Judge what scenarios expect, by file: of those named, or of all that have a reference.

    replications : the most to run, as of `expecting` by default. Who states nothing is left out.
    loaded : is given the scenarios, for `check`
    """
    named = [str(file) for file in files or ()] or [_named_by(read(path)) for path in references()]
    scenarios = {file: load(file) for file in named}
    if loaded is not None:
        loaded.update({Path(file).resolve(): scenario for file, scenario in scenarios.items()})
    return {
        file: expecting(
            scenario, MOST if replications is None else replications, seed=SEED, workers=workers
        )
        for file, scenario in scenarios.items()
        if scenario.expect
    }


def references(files: Sequence[Path] | None = None, judged: Collection[str] = ()) -> list[Path]:
    """Return the references of some scenarios, or all that there are.

    judged : files that may have none, since what they expect is judged

    Raises MallError where another scenario has none.
    """
    if not files:
        found = sorted(FOLDER.rglob("*.json"))
        if not found:
            raise MallError.of("error.no_references", folder=FOLDER.as_posix())
        return found
    paths = [_reference_of(file) for file in files]
    for file, path in zip(files, paths, strict=True):
        if not path.exists() and str(file) not in judged:
            raise MallError.of("error.no_reference", file=file)
    return [path for path in paths if path.exists()]


def without_reference() -> list[Path]:
    """Return the scenarios of this folder that have no reference, so that none is forgotten."""
    return [file for file in sorted(SCENARIOS.rglob("*.yaml")) if not _reference_of(file).exists()]


def check(
    reference: Path, workers: int | None = None, loaded: Loaded | None = None
) -> Checked:  # fmt: skip
    """Rerun the scenario of a reference and compare.

    loaded : scenarios that need not be loaded again; the one of the reference is taken out

    Raises MallError where the reference is not one.
    """
    stored = read(reference)
    file = Path(_named_by(stored))
    scenario = (loaded or {}).pop(file.resolve(), None) or load(file)
    results = replicate(scenario, stored.replications, seed=stored.seed, workers=workers)
    shifts = tuple(_shifts(stored.measures, numbers(results)))
    differ = any(shift.kind in ("gone", "new") for shift in shifts)
    moved = any(shift.kind != "last_bit" for shift in shifts)
    return Checked(
        scenario=stored.scenario,
        measures=len(stored.measures),
        scenario_changed=fingerprint(scenario) != stored.scenario_hash,
        shifts=shifts,
        proof=what_moved(stored, scenario, results, differ) if moved else None,
    )


def _plain(proof: Moved) -> dict[str, Any]:
    row = proof.first_row
    return {
        "happened": list(proof.happened),
        "structure": list(proof.structure),
        "first_row": asdict(row) if row else None,
        "waits": [asdict(wait) for wait in proof.waits],
    }


def renew(
    files: Sequence[Path] | None = None, workers: int | None = None, reason: str = ""
) -> Iterator[Path]:
    """Rewrite references: of some scenarios, or of all that have one; yield each as written.

    reason : why numbers move; it goes into the reference, where it stays until they move again

    Raises MallError where numbers of a reference moved and no reason is given, OutputError where
    one cannot be written; the earlier reference is kept.
    """
    scenarios = files or [Path(_named_by(read(path))) for path in references()]
    for file, path in [(file, _reference_of(file)) for file in scenarios]:
        scenario = load(file)
        number = REPLICATIONS if len(scenario.days) < LONG else 1
        results = replicate(scenario, number, seed=SEED, workers=workers)
        before = _known(path)
        why = reason or (before.reason if before else "")
        if before and not reason and _moved(before, numbers(results)):
            raise MallError.of("error.no_reason", file=file)
        write(path, reference_of(_below_here(file).as_posix(), scenario, results, why))
        yield path


def _known(path: Path) -> Reference | None:
    """Return the reference as it stands; None where there is none, or none that can be read."""
    try:
        return read(path)
    except MallError:
        return None


def _moved(before: Reference, now: Numbers) -> bool:
    """Whether a number that the reference has is another now: a new measure moves nothing."""
    return any(shift.kind in ("moved", "gone") for shift in _shifts(before.measures, now))


def _below_here(file: Path) -> Path:
    """Return the path of a file from the present folder, so that it holds on other machines."""
    try:
        return file.resolve().relative_to(Path.cwd())
    except ValueError:
        raise MallError.of("error.outside", file=file) from None


def _named_by(reference: Reference) -> str:
    """Return the scenario of a reference. Raises MallError where it is not below this folder.

    Somebody else's reference may name any file of this machine.
    """
    _below_here(Path(reference.scenario))
    return reference.scenario


def _reference_of(file: Path) -> Path:
    """Return where the reference of a scenario stands: below the folder as the scenario is."""
    parts = _below_here(file).with_suffix(".json").parts
    return FOLDER.joinpath(*(parts[1:] if parts[0] == "scenarios" else parts))


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
