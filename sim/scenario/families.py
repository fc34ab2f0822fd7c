"""The laws that a few numbers determine, and the forms in which a planner may give them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.scenario import laws
from sim.scenario import quantities as q
from sim.scenario.faults import Finding, refuse
from sim.scenario.gathering import Gathering, braces, known_keys
from sim.scenario.laws import Distribution, Spec

Numbers = dict[str, float]

CV = (1e-4, 50.0)
SIGMA = (1e-4, 3.0)
GAMMA_SHAPE = (1e-4, 1e8)
WEIBULL_SHAPE = (0.1, 1000.0)
BETA_SHAPE = (1e-3, 1e8)
STAGES = (1, 1000)
"""Within these bounds the inverses are exact, and 2**52 different draws do show the mean."""
LEAST_KEPT = 1e-6
"""The least share of a normal law that must lie between its cuts; less is no law that is meant."""


@dataclass(frozen=True)
class Family:
    """A law of numbers only: the forms in which it may be given, and what makes it of them."""

    forms: tuple[tuple[str, ...], ...]
    make: Callable[[Numbers, Spec], Distribution]
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of the family, each once, in the order of its forms."""
        return tuple(dict.fromkeys(k for form in (*self.forms, self.optional) for k in form))

    def __str__(self) -> str:
        forms = " | ".join(braces(form) for form in self.forms)
        return forms + "".join(f" [{key}]" for key in self.optional)


def read_family(raw: dict[str, Any], family: Family, signed: bool, dist: str = "") -> Distribution:
    """Read a law of numbers: the keys, then the numbers, then how they go together.

    raw : the mapping less its key `dist`, which is `dist`, or empty where the law has none
    """
    gathering = Gathering()
    meant = () if dist else ("dist", "always")
    given = known_keys(raw, family.keys, str(family), gathering, meant)
    _check_form(given, family, gathering)
    values: Numbers = {}
    for key in given:
        value = gathering.read((key,), _READERS[key], raw[key], signed)
        if value is not None:
            values[key] = float(value)
    gathering.refuse_any()
    written: Spec = {"dist": dist} if dist else {}
    written |= {key: _text(key, values[key]) for key in family.keys if key in values}
    return family.make(values, written)


def _check_form(given: list[str], family: Family, gathering: Gathering) -> None:
    """Note parameters that are too few or too many; a misspelt key explains itself already."""
    needed = {key for key in given if key not in family.optional}
    if not gathering.found and not any(needed == set(form) for form in family.forms):
        gathering.add("dist_parameters", given=braces(given), accepted=str(family))


def number_text(value: float) -> str:
    """Write a plain number so that it reads back to the same float."""
    return repr(float(value)).removesuffix(".0")


def _text(key: str, value: float) -> str:
    return number_text(value) if key in _PLAIN else q.duration(int(value))


def read_place(raw: object, signed: bool) -> float:
    """Read where on the axis of time something lies, in µs; below zero only where `signed`."""
    return q.read_span(raw) if signed else q.read_duration(raw)


def _size(raw: object, _signed: bool) -> float:
    return q.read_duration(raw)


_PLAIN = ("cv", "shape", "sigma", "stages", "a", "b")
_READERS: dict[str, Callable[[object, bool], float]] = {
    **dict.fromkeys(("always", "mean", "low", "mode", "high"), read_place),
    **dict.fromkeys(("sd", "median", "p90", "scale"), _size),
    **dict.fromkeys(("shape", "sigma", "a", "b"), lambda raw, _: q.read_positive(raw)),
    "cv": lambda raw, _: q.read_ratio(raw),
    "stages": lambda raw, _: q.read_count(raw),
}


def above_zero(p: Numbers, *keys: str) -> None:
    """Refuse times that are not above zero; a spread of zero is better said by `always`."""
    gathering = Gathering()
    for key in keys:
        if key in p and p[key] <= 0:
            code = "dist_no_spread" if key in ("sd", "cv") else "not_positive"
            gathering.add(code, key, value=_text(key, p[key]))
    gathering.refuse_any()


def _rising(p: Numbers, *keys: str, strictly: bool = True) -> None:
    """Refuse times that do not stand in the order of `keys`."""
    gathering = Gathering()
    present = [key for key in keys if key in p]
    for lower, upper in pairwise(present):
        if p[lower] > p[upper] or (strictly and p[lower] == p[upper]):
            gathering.add("dist_order", upper, lower=lower, upper=upper)
    gathering.refuse_any()


def _within(bounds: tuple[float, float], value: float, key: str, what: str = "") -> float:
    """Return a parameter that can be drawn from; one that cannot is refused at `key`.

    what : the parameter that `value` is, where it follows from `key`: the cv from the sd
    """
    if not bounds[0] <= value <= bounds[1]:
        low, high = (f"{bound:.10g}" for bound in bounds)
        params = {"what": what or key, "value": f"{value:.4g}", "low": low, "high": high}
        refuse(Finding("dist_extreme", params, (key,)))
    return value


def _cv(p: Numbers) -> float:
    """Return the coefficient of variation, from `cv` or from `sd` and `mean`."""
    above_zero(p, "mean", "sd", "cv")
    return _within(CV, p["cv"], "cv") if "cv" in p else _within(CV, p["sd"] / p["mean"], "sd", "cv")


def _constant(p: Numbers, written: Spec) -> Distribution:
    return laws.Constant(written=written, value=p["always"])


def _uniform(p: Numbers, written: Spec) -> Distribution:
    _rising(p, "low", "high")
    return laws.Uniform(written=written, low=p["low"], high=p["high"])


def _triangular(p: Numbers, written: Spec) -> Distribution:
    _rising(p, "low", "mode", "high", strictly=False)
    _rising(p, "low", "high")
    return laws.Triangular(written=written, low=p["low"], mode=p["mode"], high=p["high"])


def _exponential(p: Numbers, written: Spec) -> Distribution:
    above_zero(p, "mean")
    return laws.Exponential(written=written, scale=p["mean"])


def _gamma(p: Numbers, written: Spec) -> Distribution:
    above_zero(p, "mean")
    shape = _within(GAMMA_SHAPE, p["shape"], "shape") if "shape" in p else _cv(p) ** -2
    return laws.Gamma(written=written, shape=shape, scale=p["mean"] / shape)


def _erlang(p: Numbers, written: Spec) -> Distribution:
    above_zero(p, "mean")
    stages = _within(STAGES, p["stages"], "stages")
    return laws.Gamma(written=written, shape=stages, scale=p["mean"] / stages)


def _lognormal(p: Numbers, written: Spec) -> Distribution:
    """Make the law from its median, or from its mean: median = mean / sqrt(1 + cv**2)."""
    if "median" not in p:
        cv = _cv(p)
        sigma, median = math.sqrt(math.log1p(cv**2)), p["mean"] / math.sqrt(1 + cv**2)
    else:
        above_zero(p, "median")
        _rising(p, "median", "p90")
        median = p["median"]
        if "p90" in p:
            sigma = _within(SIGMA, math.log(p["p90"] / median) / laws.Z90, "p90", "sigma")
        else:
            sigma = _within(SIGMA, p["sigma"], "sigma")
    return laws.Lognormal(written=written, median=median, sigma=sigma)


def _weibull(p: Numbers, written: Spec) -> Distribution:
    above_zero(p, "mean", "scale")
    shape = _within(WEIBULL_SHAPE, p["shape"], "shape")
    scale = p["scale"] if "scale" in p else p["mean"] / math.gamma(1 + 1 / shape)
    return laws.Weibull(written=written, shape=shape, scale=scale)


def _beta(p: Numbers, written: Spec) -> Distribution:
    """Make the law from a and b, or by moments: a + b = m(1 - m)/v - 1 on the unit interval."""
    _rising(p, "low", "mean", "high")
    low, high = p["low"], p["high"]
    if "a" in p:
        a, b = (_within(BETA_SHAPE, p[key], key) for key in ("a", "b"))
        return laws.Beta(written=written, a=a, b=b, low=low, high=high)
    above_zero(p, "sd")
    m, sd = (p["mean"] - low) / (high - low), p["sd"] / (high - low)
    total = m * (1 - m) / sd**2 - 1
    if total <= 0:
        limit = int(math.sqrt(m * (1 - m)) * (high - low)) // q.SECOND * q.SECOND
        params = {"value": written["sd"], "limit": q.duration(limit)}
        refuse(Finding("dist_beta_sd", params, ("sd",)))
    a, b = (_within(BETA_SHAPE, total * part, "sd", k) for k, part in (("a", m), ("b", 1 - m)))
    return laws.Beta(written=written, a=a, b=b, low=low, high=high)


def _normal(p: Numbers, written: Spec) -> Distribution:
    """Make the normal law; mean and sd are those before it is cut at `low` and `high`."""
    above_zero(p, "sd")
    _rising(p, "low", "high")
    low, high = p.get("low", -math.inf), p.get("high", math.inf)
    law = laws.Normal(written=written, centre=p["mean"], spread=p["sd"], low=low, high=high)
    if law.kept < LEAST_KEPT:
        refuse(Finding("dist_window", {"limit": number_text(LEAST_KEPT * 1e6)}))
    return law


_MOMENTS = (("mean", "sd"), ("mean", "cv"))
NAMELESS = Family((*_MOMENTS, ("median", "p90")), _lognormal)
ALWAYS = Family((("always",),), _constant)
FAMILIES: dict[str, Family] = {
    "uniform": Family((("low", "high"),), _uniform),
    "triangular": Family((("low", "mode", "high"),), _triangular),
    "exponential": Family((("mean",),), _exponential),
    "gamma": Family((*_MOMENTS, ("mean", "shape")), _gamma),
    "erlang": Family((("mean", "stages"),), _erlang),
    "lognormal": Family((*_MOMENTS, ("median", "p90"), ("median", "sigma")), _lognormal),
    "weibull": Family((("shape", "mean"), ("shape", "scale")), _weibull),
    "beta": Family((("low", "high", "mean", "sd"), ("low", "high", "a", "b")), _beta),
    "normal": Family((("mean", "sd"),), _normal, optional=("low", "high")),
}
"""The laws of numbers only, by the name after `dist:`."""
