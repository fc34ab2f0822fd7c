"""Any continuous law of scipy.stats, by its name there."""

# ruff: noqa: D102 - what quantile, mean, sd and lowest are is said once, at Distribution

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.scenario import quantities as q
from sim.scenario.families import Numbers, above_zero, number_text, read_place
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.gathering import Gathering, braces, exactly, known_keys
from sim.scenario.law_tables import Context
from sim.scenario.laws import FIRST, LAST, Distribution, Floats, Spec


@dataclass(frozen=True, kw_only=True)
class ScipyLaw(Distribution):
    """A continuous law of scipy.stats by its name there.

    args : the shape parameters by name; loc, scale : shift and unit in µs
    """

    family: str
    args: tuple[tuple[str, float], ...]
    loc: float
    scale: float

    def _frozen(self) -> Any:
        import scipy.stats

        return getattr(scipy.stats, self.family)(loc=self.loc, scale=self.scale, **dict(self.args))

    def quantile(self, u: Floats) -> Floats:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # scipy's root search grumbles where it still succeeds
            return np.asarray(self._frozen().ppf(u), dtype=np.float64)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            mean, variance = (float(m) for m in self._frozen().stats(moments="mv"))
        return (
            mean if math.isfinite(mean) else math.inf,
            math.sqrt(variance) if math.isfinite(variance) else math.inf,
        )

    @property
    def mean(self) -> float:
        return self._moments[0]

    @property
    def sd(self) -> float:
        return self._moments[1]

    @property
    def lowest(self) -> float:
        return float(self._frozen().support()[0])


def read_scipy(raw: dict[str, Any], c: Context) -> Distribution:
    """Read `family`, `args`, `scale` and `loc`; `raw` is the mapping less its key `dist`.

    The name only picks one of scipy.stats' continuous laws; nothing of it is evaluated.
    """
    exactly(raw, ("family", "scale"), ("args", "loc"))
    gathering = Gathering()
    family = gathering.read(("family",), _scipy_family, raw["family"])
    scale = gathering.read(("scale",), q.read_duration, raw["scale"])
    loc = gathering.read(("loc",), read_place, raw.get("loc", "0 s"), c.signed)
    args = gathering.read(("args",), _scipy_args, raw.get("args", {}), family)
    gathering.refuse_any()
    assert family is not None and scale is not None
    assert loc is not None and args is not None
    above_zero({"scale": scale}, "scale")
    written: Spec = {"dist": "scipy", "family": family, "scale": q.duration(scale)}
    if args:
        written["args"] = {name: number_text(value) for name, value in args.items()}
    if loc:
        written["loc"] = q.duration(int(loc))
    ordered = tuple(sorted(args.items()))
    law = ScipyLaw(written=written, family=family, args=ordered, loc=loc, scale=scale)
    if not _draws_well(law):
        refuse(Finding("dist_args", {"family": family}, ("args",) if args else ("family",)))
    return law


def _scipy_family(raw: object) -> str:
    import scipy.stats

    name = q.text_of(raw, "dist_name")
    if not isinstance(getattr(scipy.stats, name, None), scipy.stats.rv_continuous):
        objects = vars(scipy.stats)
        known = [n for n in objects if isinstance(objects[n], scipy.stats.rv_continuous)]
        refuse(Finding("dist_family", {"value": name, "near": nearest(name, known)}))
    return name


def _scipy_args(raw: object, family: str | None) -> Numbers:
    """Read the shape parameters; which there are is known only where the family is."""
    import scipy.stats

    if not isinstance(raw, dict):
        refuse(Finding("dist_args_mapping"))
    gathering = Gathering()
    args: Numbers = {}
    for name in raw:
        value = gathering.read((name,), q.read_number, raw[name])
        if value is not None:
            args[str(name)] = value
    if family is not None:
        shapes = getattr(scipy.stats, family).shapes
        names = shapes.replace(" ", "").split(",") if shapes else []
        given = known_keys(raw, names, braces(names), gathering)
        if not gathering.found and len(given) < len(names):
            gathering.add("dist_parameters", given=braces(given), accepted=braces(names))
    gathering.refuse_any()
    return args


def _draws_well(law: Distribution) -> bool:
    """Whether a law of scipy answers over the whole range: finite, and rising with u."""
    u = np.array([FIRST, 1e-9, 1e-4, 0.05, 0.25, 0.5, 0.75, 0.95, 1 - 1e-4, 1 - 1e-9])
    try:
        draws = law.quantile(np.append(u, LAST))
    except Exception:  # whatever scipy's root search or a parameter check raises
        return False
    return bool(np.isfinite(draws).all() and (np.diff(draws) >= 0).all() and draws[-1] > draws[0])
