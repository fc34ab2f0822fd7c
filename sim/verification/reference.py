"""A reference result: a small file that says what a scenario gave when it was made.

It holds the scenario's path and hash, the seed, the number of replications and the pooled sums
behind the measures that people read; and, as proof of what happened where these move, the model
as it was, the first rows of the first replication with a hash of every hour, and the waits of each
replication.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import simulate
from sim.errors import MallError, OutputError, why
from sim.log import Log
from sim.sampling import sample
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.scenario.weekdays import WEEKDAYS
from sim.scenario.writing import fingerprint, show
from sim.statistics.measure import Measure
from sim.statistics.results import Results
from sim.verification.difference import clock_time
from sim.workload import ABSENT, NEVER

ROWS = 100
"""So many rows of the first replication are written out; the others are known by their hash."""
LARGEST = 20_000_000
"""Bytes of a reference that is read."""
Numbers = dict[str, tuple[float, float]]
"""Pooled total and n by the name of a measure."""
Waits = dict[str, list[tuple[float, float]]]
"""Total and n of each replication by the name of a mean wait."""


@dataclass(frozen=True)
class Reference:
    """What a reference file says.

    scenario : its path from the folder of the project; reason : why its numbers moved last
    model : the resolved scenario without its notes, as lines of YAML
    rows : the first attempts at a service of the first replication, in time, as lines
    hours : a hash of all such rows by the hour in which they begin, in time
    waits : of the mall and each agency, in minutes
    """

    scenario: str
    scenario_hash: str
    seed: int
    replications: int
    measures: Numbers
    reason: str = ""
    model: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    hours: Mapping[str, str] = field(default_factory=dict)
    waits: Waits = field(default_factory=dict)


def reference_of(path: str, scenario: Scenario, results: Results, reason: str = "") -> Reference:
    """Return what a reference of these results says."""
    rows = first_rows(scenario, results.run.seed)
    return Reference(
        scenario=path,
        scenario_hash=fingerprint(scenario),
        seed=results.run.seed,
        replications=results.replications,
        measures=numbers(results),
        reason=reason,
        model=model_of(scenario),
        rows=tuple(rows[:ROWS]),
        hours=by_hour(rows),
        waits=waits(results),
    )


def model_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the resolved scenario as lines of YAML, without the notes, which change no number."""
    notes: dict[str, Any] = {"observed": {}, "expect": {}, "sources": {}, "plausible": {}}
    bare = scenario.model_copy(update={**notes, "tolerance": None, "description": ""})
    return tuple(show(bare).splitlines())


def first_rows(scenario: Scenario, seed: int) -> list[str]:
    """Return the attempts at a service of the first replication, as `told` says them."""
    return told(simulate(scenario, sample(scenario, seed, 0)))


def told(log: Log) -> list[str]:
    """Return every attempt at a service in words, by day and by when it began, to the second."""
    stops, times = log.stops, ("ticket", "called", "start", "end")
    stamps = {name: getattr(log.stop_rows, name) for name in times}
    clock = {name: [_clock(t) for t in of.tolist()] for name, of in stamps.items()}
    columns = ("day", "visit", "stop", "try", "agency", "service", "counter", "outcome", "reason")
    plain = [stops[name].tolist() for name in columns]
    first = np.min([np.where(of == ABSENT, NEVER, of) for of in stamps.values()], axis=0)
    order = np.lexsort((np.arange(len(stops)), first, log.visit_rows.day[log.stop_rows.row]))
    lines = []
    for k in order.tolist():
        day, visit, stop, number, agency, service, counter, outcome, reason = (c[k] for c in plain)
        began = next((of for name in times if (of := clock[name][k])), "")
        went = ", ".join(f"{name} {clock[name][k]}" for name in times if clock[name][k])
        lines.append(
            f"{day} {began}: visit {visit}, stop {stop}, try {number}, {agency}.{service}"
            f"{f' at {counter}' if counter else ''}: {went or 'no ticket'}; {outcome}"
            f"{f' ({reason})' if reason else ''}"
        )
    return lines


def by_hour(rows: Sequence[str]) -> dict[str, str]:
    """Return a hash of the rows of each hour of each day, in time."""
    parts: dict[str, list[str]] = {}
    for row in rows:
        day, began = row.split(": ", 1)[0].split(" ", 1)
        parts.setdefault(f"{day} {began[:2]}:00" if began else day, []).append(row)
    return {
        hour: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
        for hour, lines in parts.items()
    }


def _clock(time: int) -> str:
    return "" if time == ABSENT else clock_time(time - time % q.SECOND)


def numbers(results: Results) -> Numbers:
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


def waits(results: Results) -> Waits:
    """Return total and n of the mean waits of the mall and of each agency, by replication."""
    return {
        _name(m): list(zip(results.total[:, k].tolist(), results.n[:, k].tolist(), strict=True))
        for k, m in enumerate(results.measures)
        if m.measure == "wait.mean" and m.scope in ("mall", "agency")
        if not (m.interval or m.weekday)
    }


def _name(measure: Measure) -> str:
    parts = (measure.scope, measure.name, measure.weekday, measure.measure)
    return " ".join(part for part in parts if part)


def read(path: Path) -> Reference:
    """Read a reference. Raises MallError where the file is not one."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            limit = f"{LARGEST // 1_000_000} MB"
            raise MallError.of("error.reference_large", file=path, limit=limit)
        stored = json.loads(data.decode("utf-8"))
        return Reference(
            scenario=str(stored["scenario"]),
            scenario_hash=str(stored["scenario_hash"]),
            seed=int(stored["seed"]),
            replications=int(stored["replications"]),
            measures={name: _pair(pair) for name, pair in stored["measures"].items()},
            reason=str(stored.get("reason", "")),
            model=tuple(map(str, stored.get("model", ()))),
            rows=tuple(map(str, stored.get("rows", ()))),
            hours={str(hour): str(of) for hour, of in stored.get("hours", {}).items()},
            waits={
                name: [_pair(pair) for pair in pairs]
                for name, pairs in stored.get("waits", {}).items()
            },
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError,
            RecursionError) as error:  # fmt: skip
        raise MallError.of("error.not_a_reference", file=path) from error


def _pair(pair: Sequence[float]) -> tuple[float, float]:
    total, n = (float(number) for number in pair)
    if not math.isfinite(total) or not math.isfinite(n):
        raise ValueError(f"{pair} are not two numbers")
    return total, n


def write(path: Path, reference: Reference) -> None:
    """Write a reference aside and put it in its place whole.

    Raises OutputError where that cannot be done; the earlier one is kept.
    """
    aside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)  # a killed run's, or a link to elsewhere
        aside.write_text(_text(reference), encoding="utf-8", newline="\n")
        aside.replace(path)
    except OSError as error:
        raise OutputError.of("error.reference_not_written", file=path, why=why(error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)  # there only if writing was cut short


def _text(reference: Reference) -> str:
    """Write one line a measure and a row, so that a change reads well in a diff."""
    head = {name: getattr(reference, name) for name in _HEAD}
    if not head["reason"]:
        del head["reason"]
    parts = [f"  {_json(key)}: {_json(value)}" for key, value in head.items()]
    for name in ("measures", "waits", "hours"):
        lines = [f"    {_json(key)}: {_json(of)}" for key, of in getattr(reference, name).items()]
        parts.append(f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }")
    for name in ("rows", "model"):
        lines = [f"    {_json(line)}" for line in getattr(reference, name)]
        parts.append(f'  "{name}": [\n' + ",\n".join(lines) + "\n  ]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


_HEAD = ("scenario", "scenario_hash", "seed", "replications", "reason")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
