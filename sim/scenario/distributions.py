"""How a planner writes a law: `{mean: 9 min, sd: 5 min}`, `{dist: uniform, low: .., high: ..}`.

    {always: 9 min}                                 constant
    {mean, sd} {mean, cv} {median, p90}             without `dist`: lognormal
    {dist: NAME, ...}                               a law of `FAMILIES`, with one of its forms
    {dist: discrete, values: {4 min: 70 %, 12 min: 30 %}}
    {dist: empirical, values: [4 min, 5 min]}       or file: times.csv with column, unit
    {dist: mixture, of: [{share: 70 %, mean: .., sd: ..}, {share: 30 %, ...}]}
    {dist: scipy, family: invgauss, args: {mu: 0.5}, scale: 5 min, loc: 0 min}

Never more and never less than determines the law. So {mean, p90} is none: two lognormal laws
may share both. Every law is refused that could draw a negative duration or one above ten years.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from sim.scenario import laws
from sim.scenario import quantities as q
from sim.scenario.compound_laws import Mixture, Patience
from sim.scenario.families import ALWAYS, FAMILIES, NAMELESS, read_family
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.gathering import Gathering, exactly, sum_to_one
from sim.scenario.law_tables import Context, ReadTable, read_discrete, read_empirical
from sim.scenario.laws import Distribution
from sim.scenario.scipy_law import read_scipy

__all__ = ["FAMILIES", "NAMES", "Distribution", "Patience", "read_distribution", "read_patience"]


def read_distribution(
    raw: object, *, signed: bool = False, read_table: ReadTable | None = None
) -> Distribution:
    """Read a law of durations.

    raw : the YAML of the law, every scalar a text; a law that is read already passes through
    signed : whether it may draw negative times (how early or late people come)
    read_table : gives the lines of a CSV file for `{dist: empirical, file: ..}`

    Raises findings (`faults.refuse`), all that the law has, each with its path below the law.
    """
    context = Context(signed, read_table)
    law = raw if isinstance(raw, Distribution) else _read_law(_mapping(raw), context)
    _check(law, context)
    return law


def read_patience(raw: object, *, read_table: ReadTable | None = None) -> Patience:
    """Read a patience: a law and, by `share`, how many have it; the rest never leave.

    Raises findings like `read_distribution`.
    """
    if isinstance(raw, Patience):
        return raw
    if isinstance(raw, Distribution):
        return Patience(read_distribution(raw))
    rest = _mapping(raw)
    gathering = Gathering()
    share: float | None = 1.0
    if "share" in rest:
        share = gathering.read(("share",), q.read_share, rest.pop("share"))
    law = gathering.read((), partial(read_distribution, read_table=read_table), rest)
    gathering.refuse_any()
    assert law is not None and share is not None
    return Patience(law, share)


def _mapping(raw: object) -> dict[str, Any]:
    """Return a copy of the law's mapping; one bare duration in its place lacks its variation."""
    if raw is None or isinstance(raw, (list, tuple)):
        refuse(Finding("dist_shape"))
    if not isinstance(raw, dict):
        refuse(Finding("dist_bare", {"value": str(raw).strip()}))
    return {str(key): value for key, value in raw.items()}


def _read_law(raw: dict[str, Any], context: Context) -> Distribution:
    if "dist" not in raw:
        return _read_nameless(raw, context)
    name = Gathering()
    dist = name.read(("dist",), q.text_of, raw["dist"], "dist_name")
    name.refuse_any()
    assert dist is not None
    if dist not in NAMES:
        params = {"value": dist, "accepted": ", ".join(NAMES), "near": nearest(dist, NAMES)}
        refuse(Finding("dist_unknown", params, ("dist",)))
    rest = {key: value for key, value in raw.items() if key != "dist"}
    if dist in FAMILIES:
        return read_family(rest, FAMILIES[dist], context.signed, dist)
    return _STRUCTURED[dist](rest, context)


def _read_nameless(raw: dict[str, Any], context: Context) -> Distribution:
    """Read a law without `dist`: constant or lognormal; keys of other laws need its name."""
    if "always" in raw:
        return read_family(raw, ALWAYS, context.signed)
    others = {key for family in FAMILIES.values() for key in family.keys} | _STRUCTURED_KEYS
    if not raw or (others - set(NAMELESS.keys)) & set(raw):
        params = {"accepted": str(NAMELESS), "names": ", ".join(NAMES)}
        refuse(Finding("dist_missing", params))
    return read_family(raw, NAMELESS, context.signed)


def _mixture(raw: dict[str, Any], c: Context) -> Distribution:
    exactly(raw, ("of",))
    items = raw["of"]
    if not isinstance(items, (list, tuple)) or len(items) < 2:
        refuse(Finding("dist_parts", {}, ("of",)))
    gathering = Gathering()
    parts = [gathering.read(("of", i), _part, item, c) for i, item in enumerate(items)]
    read = [part for part in parts if part is not None]
    sum_to_one([share for share, _ in read], gathering, "of")
    gathering.refuse_any()
    written = [{"share": q.share(share), **law.spec()} for share, law in read]
    drawn = [(share, law) for share, law in read if share > 0]
    total = math.fsum(share for share, _ in drawn)
    return Mixture(
        written={"dist": "mixture", "of": written},
        parts=tuple((share / total, law) for share, law in drawn),
    )


def _part(item: object, c: Context) -> tuple[float, Distribution]:
    rest = _mapping(item)
    gathering = Gathering()
    share: float | None = 0.0
    if "share" in rest:
        share = gathering.read(("share",), q.read_share, rest.pop("share"))
    else:
        gathering.add("dist_part_share")
    reader = partial(read_distribution, signed=c.signed, read_table=c.read_table)
    law = gathering.read((), reader, rest)
    gathering.refuse_any()
    assert share is not None and law is not None
    return share, law


def _check(law: Distribution, context: Context) -> None:
    """Refuse a law that can draw a negative duration, or one above the longest of a scenario."""
    if law.lowest < 0 and not context.signed:
        refuse(Finding("dist_negative"))
    with np.errstate(over="ignore", invalid="ignore"):
        draws = law.quantile(np.array([laws.FIRST, laws.LAST]))
    longest = float(np.max(np.abs(draws)))
    if not longest <= q.LONGEST:
        params = {"value": f"{longest / q.DAY:.0f}", "limit": q.LONGEST // q.DAY}
        refuse(Finding("dist_too_long", params))


_STRUCTURED: dict[str, Callable[[dict[str, Any], Context], Distribution]] = {
    "discrete": read_discrete,
    "empirical": read_empirical,
    "mixture": _mixture,
    "scipy": read_scipy,
}
_STRUCTURED_KEYS = {"values", "file", "column", "unit", "of", "family", "args", "loc"}
NAMES = (*FAMILIES, *_STRUCTURED)
"""All names that may stand after `dist:`."""
