"""Laws given by their values: a discrete table, or times that were measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_core import PydanticCustomError

from sim.scenario import quantities as q
from sim.scenario.compound_laws import Discrete, Empirical
from sim.scenario.families import read_place
from sim.scenario.faults import Finding, Path, refuse
from sim.scenario.gathering import Gathering, braces, exactly, sum_to_one
from sim.scenario.laws import Distribution, Spec
from sim.scenario.measured_times import column_of_times

ReadTable = Callable[[str], Sequence[str]]
"""Gives the lines of a table (CSV) by the name of its file; refuses one that it may not read."""
MOST_WRITTEN = 5000
"""Up to so many values of a table are written out in `spec()`, so that it needs no other file."""


@dataclass(frozen=True)
class Context:
    """What a reader of laws needs beside the text."""

    signed: bool = False
    read_table: ReadTable | None = None


def read_discrete(raw: dict[str, Any], c: Context) -> Distribution:
    """Read `values: {4 min: 70 %, 12 min: 30 %}`; `raw` is the mapping less its key `dist`."""
    exactly(raw, ("values",))
    table = raw["values"]
    if not isinstance(table, dict) or not table:
        refuse(Finding("dist_values", {}, ("values",)))
    gathering = Gathering()
    shares: dict[float, float] = {}
    for key, item in table.items():
        path = ("values", key)
        value = gathering.read(path, _read_key, key, c.signed)
        share = gathering.read(path, q.read_share, item)
        if value is None or share is None:
            continue
        if value in shares:
            gathering.add("dist_twice", *path, at_key=True, value=q.duration(int(value)))
        shares[float(value)] = share
    sum_to_one(list(shares.values()), gathering, "values")
    gathering.refuse_any()
    written = {q.duration(int(value)): q.share(share) for value, share in shares.items()}
    drawn = sorted((value, share) for value, share in shares.items() if share > 0)
    return Discrete(
        written={"dist": "discrete", "values": written},
        values=tuple(value for value, _ in drawn),
        shares=tuple(share for _, share in drawn),
    )


def _read_key(raw: object, signed: bool) -> float:
    """Read a value that stands as a key, so that a fault points at the key."""
    gathering = Gathering()
    value = gathering.read((), read_place, raw, signed)
    if value is None:
        refuse(*(replace(f, at_key=True) for f in gathering.found))
    return value


def read_empirical(raw: dict[str, Any], c: Context) -> Distribution:
    """Read `values: [..]` or `file: times.csv`; `raw` is the mapping less its key `dist`."""
    if "file" in raw:
        return _from_table(raw, c)
    if "values" not in raw:
        accepted = "{values} | {file} [column] [unit]"
        refuse(Finding("dist_parameters", {"given": braces([]), "accepted": accepted}))
    exactly(raw, ("values",))
    items = raw["values"]
    if not isinstance(items, (list, tuple)):
        refuse(Finding("dist_list", {}, ("values",)))
    gathering = Gathering()
    read = (
        gathering.read(("values", i), read_place, item, c.signed) for i, item in enumerate(items)
    )
    values = [value for value in read if value is not None]
    gathering.refuse_any()
    return _measured(values, ("values",))


def _measured(values: Sequence[float], path: Path, table: Spec | None = None) -> Distribution:
    """Make the law of measured times; `table` is how to name the file they came from."""
    if len(values) < 2:  # one value would be a constant that does not say so
        refuse(Finding("dist_few_values", {}, path))
    written: Spec = {"dist": "empirical"}
    if table and len(values) > MOST_WRITTEN:
        written |= table
    else:
        written["values"] = [q.duration(int(value)) for value in values]
    return Empirical(written=written, values=tuple(sorted(map(float, values))))


def _from_table(raw: dict[str, Any], c: Context) -> Distribution:
    exactly(raw, ("file",), ("column", "unit"))
    gathering = Gathering()
    table: dict[str, str] = {}
    for key in ("file", "column", "unit"):
        if key in raw:
            table[key] = gathering.read((key,), q.text_of, raw[key], "dist_name") or ""
    if table.get("unit"):
        gathering.read(("unit",), _check_unit, table["unit"])
    if c.read_table is None:
        gathering.add("dist_file", "file", value=table["file"])
    gathering.refuse_any()
    assert c.read_table is not None
    lines = gathering.read(("file",), c.read_table, table["file"])
    gathering.refuse_any()
    assert lines is not None
    return _measured(column_of_times(lines, **table, signed=c.signed), ("file",), dict(table))


def _check_unit(unit: str) -> None:
    try:
        q.read_duration(f"1 {unit}")
    except PydanticCustomError:
        refuse(Finding("dist_unit_name", {"value": unit}))
