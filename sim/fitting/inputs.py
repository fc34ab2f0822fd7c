"""Draws of all that a fit has estimated, as its data leave it open: input uncertainty.

Days are resampled whole, so that what goes together on a day stays together (Barton and Schruben
2001, "Resampling methods for input modeling", Winter Simulation Conference); laws of times are
drawn from the normal limit of their likelihood. Each input is drawn by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.fitting.chance import uniforms
from sim.fitting.day_table import day_table
from sim.fitting.draft import factor, minutes, percent, signed
from sim.fitting.effects import Effect
from sim.fitting.fit import Fitted
from sim.fitting.likelihood import Floats, Law
from sim.fitting.paces import said
from sim.fitting.services import ServiceTime
from sim.scenario import quantities as q
from sim.scenario.weekdays import WEEKDAYS

DRAWS = 200
Draw = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """So many draws: a value by path each; groups : the inputs, with their paths."""

    draws: tuple[Draw, ...]
    groups: Mapping[str, tuple[str, ...]]


def inputs(found: Fitted, number: int = DRAWS) -> Drawn:
    """Draw every figure of the scenario that the log tells."""
    groups: dict[str, list[Draw]] = {"arrivals": list(_arrivals(found, number))}
    for name, draws in (*_services(found, number), *_paces(found, number)):
        groups.setdefault(name, [{} for _ in range(number)])
        groups[name] = [a | b for a, b in zip(groups[name], draws, strict=True)]
    if found.bookings:
        groups["bookings"] = list(_bookings(found, number))
    if found.patience is not None and found.patience.fit is not None:
        u = uniforms("inputs", "patience", 0, 2 * number).reshape(-1, 2)
        laws = found.patience.fit.drawn(u)
        if laws:
            groups["patience"] = [_law("visitors.general.patience", law) for law in laws]
    whole: list[Draw] = [{} for _ in range(number)]
    for draws in groups.values():
        whole = [a | b for a, b in zip(whole, draws, strict=True)]
    return Drawn(tuple(whole), {name: tuple(draws[0]) for name, draws in groups.items()})


def plain(found: Fitted, drawn: Drawn) -> dict[str, Any]:
    """Return draws as plain data, as `--input-uncertainty` reads them."""
    return {
        "days": len(found.history.days),
        "inputs": {name: list(paths) for name, paths in drawn.groups.items()},
        "set": list(drawn.draws),
    }


# Arrivals


def _arrivals(found: Fitted, number: int) -> Iterator[Draw]:
    """Yield demand: days are drawn again, each weekday's mean with the scatter of all days.

    Scaled by a chi-square, as Student's t is: few days do not know how much days differ.
    """
    from scipy.special import chdtri

    kept = day_table(found.routes, found.history).ordinary(found.arrivals.year)
    counts, seen, whole, weekday = kept.counts, kept.seen, kept.whole, kept.weekday
    days, place = np.unique(weekday, return_inverse=True)
    freedom = len(weekday) - len(days)
    mean, off = _scatter(counts, seen, place)
    total_mean, total_off = _scatter(
        counts.sum(axis=1, keepdims=True), whole[:, None], place
    )  # fmt: skip
    for k in range(number):
        u = uniforms("inputs", "arrivals", k, len(weekday) + 2)
        pick = (u[: len(weekday)] * len(weekday)).astype(np.int64)
        wide = math.sqrt(freedom / float(chdtri(freedom, 1 - u[-1]))) if freedom > 0 else 1.0
        each = mean + wide * _by_weekday(off[pick], seen, place)
        every = total_mean + wide * _by_weekday(total_off[pick], whole[:, None], place)
        yield _demand(found, each, every[:, 0], days, float(u[-2])) | _profile(
            found, kept.table, kept.slots, kept.course, pick
        )


def _scatter(counts: Floats, seen: Any, place: Any) -> tuple[Floats, Floats]:
    """Return (W, J) means of the weekdays and (D, J) residuals, 0 on days that do not count.

    The residuals are as large as if the means were known, and all days counted.
    """
    n = _sums(seen.astype(np.float64), place)
    mean = _sums(np.where(seen, counts, 0.0), place) / np.maximum(n, 1)
    off = np.where(seen, counts - mean[place], 0.0)
    days, weekdays = seen.sum(axis=0), (n > 0).sum(axis=0)
    freedom = np.maximum(days - weekdays, 1)
    return mean, off * np.sqrt(days / freedom) * np.sqrt(len(counts) / np.maximum(days, 1))


def _by_weekday(off: Floats, seen: Any, place: Any) -> Floats:
    """Return (W, J) means over the days of each weekday."""
    n = _sums(seen.astype(np.float64), place)
    return _sums(np.where(seen, off, 0.0), place) / np.maximum(n, 1)


def _sums(values: Floats, place: Any) -> Floats:
    found = np.zeros((int(place.max()) + 1, values.shape[1]))
    np.add.at(found, place, values)
    return found


def _demand(
    found: Fitted, each: Floats, every: Floats, days: Any, u: float
) -> Draw:  # fmt: skip
    least = 0.05
    draw: Draw = {}
    for j, key in enumerate(found.routes.keys):
        known = [k for k in range(len(days)) if each[k, j] != 0]
        value = float(each[known, j].mean()) if known else 0.0
        usual = found.arrivals.per_day[key].value
        draw[f"journeys.{key}.per_day"] = f"{max(value, least * usual, 0.1):.2f}"
    every = np.maximum(every, least * every.mean())
    draw["demand.weekday"] = {
        WEEKDAYS[day]: f"{value:.4f}"
        for day, value in zip(days, every / every.mean(), strict=True)
        if WEEKDAYS[day] in found.arrivals.weekday
    }
    if found.arrivals.day_to_day is not None:
        draw["demand.day_to_day"] = percent(found.arrivals.scatter.drawn(u))
    return draw


def _profile(found: Fitted, table: Floats, slots: Any, whole: Any, pick: Any) -> Draw:
    """Return the course of the day of the days drawn; nothing where weekdays have their own."""
    if found.arrivals.own_profile:
        return {}
    counted = table[pick[whole[pick]]]
    if not counted.sum():
        counted = table[whole]
    share = counted.sum(axis=0) / counted.sum()
    weights = {
        q.clock(int(slot)): f"{1000 * v:.2f}" for slot, v in zip(slots, share, strict=True)
    }  # fmt: skip
    return {"demand.profile": weights}


def _bookings(found: Fitted, number: int) -> Iterator[Draw]:
    """Yield shares and lateness by the normal limit of their estimates, a deviation by its log."""
    from scipy.special import ndtri

    for k in range(number):
        draw: Draw = {}
        for key, of in found.bookings.items():
            path = f"journeys.{key}.booking"
            z = ndtri(uniforms("inputs", f"booking {key}", k, 5)) / 1.96
            shares = {"share": of.share, "no_show": of.no_show, "cancelled": of.cancelled}
            for (name, one), far in zip(shares.items(), z, strict=False):
                if one is not None and one.value > 0:
                    drawn = one.value + far * one.half_width
                    draw[f"{path}.{name}"] = percent(min(max(drawn, 0.0), 0.99))
            if of.normal:
                mean, sd = of.mean, of.sd
                wide = (sd.high / sd.value) ** z[4]
                draw[f"{path}.punctuality.mean"] = signed(mean.value + z[3] * mean.half_width)
                draw[f"{path}.punctuality.sd"] = minutes(sd.value * wide)
        yield draw


# Times


def _services(found: Fitted, number: int) -> Iterator[tuple[str, list[Draw]]]:
    """Yield the draws of each service by the name of whose times they are."""
    h = found.history
    for s, one in enumerate(found.services):
        if one.mean is None or one.drawn is None:
            continue
        path = f"agencies.{h.agencies[h.agency_of[s]]}.services.{h.services[s]}.time"
        name = one.lender or h.full_name(s)
        pairs = one.drawn[np.arange(number) % len(one.drawn)]
        yield name, [_time(path, one, float(mean), float(sd)) for mean, sd in pairs]


def _paces(found: Fitted, number: int) -> Iterator[tuple[str, list[Draw]]]:
    """Yield the draws of speeds and of factors by hour, by agency or service."""
    for effect in found.effects.sure:
        if not said(effect, found.counters):
            continue
        levels = len(effect.levels)
        u = uniforms("inputs", f"{effect.kind} {effect.services}", 0, number * levels)
        drawn = [effect.factors(row) for row in u.reshape(number, levels)]
        yield effect.name, [_pace(found, effect, of) for of in drawn]


def _pace(found: Fitted, effect: Effect, of: Mapping[int, float]) -> Draw:
    if effect.kind == "hour":
        agency, _, service = effect.name.partition(".")
        table = {q.clock(at): factor(value) for at, value in of.items()}
        return {f"agencies.{agency}.services.{service}.by_hour": table}
    path = f"agencies.{effect.name}.counters"
    return {f"{path}.{post.label}.speed": factor(1 / of[post.code])
            for post in found.counters[effect.name].posts if post.code in of}  # fmt: skip


def _time(path: str, one: ServiceTime, mean: float, sd: float) -> Draw:
    if one.values:
        assert one.mean is not None and one.sd is not None
        stretch = sd / max(one.sd.value, 1e-9)
        values = [mean + stretch * (value - one.mean.value) for value in one.values]
        return {f"{path}.values": [minutes(value) for value in values]}
    family = one.law.family
    if family == "weibull":
        return {f"{path}.mean": minutes(mean), f"{path}.shape": f"{_shape(sd / mean):.4f}"}
    if family == "exponential":
        return {f"{path}.mean": minutes(mean)}
    return {f"{path}.mean": minutes(mean), f"{path}.sd": minutes(sd)}


def _shape(cv: float) -> float:
    """Return the shape of a Weibull law with a coefficient of variation, by bisection."""
    low, high = 0.05, 50.0
    for _ in range(60):
        shape = math.sqrt(low * high)
        one, two = math.lgamma(1 + 1 / shape), math.lgamma(1 + 2 / shape)
        low, high = (shape, high) if math.expm1(two - 2 * one) > cv * cv else (low, shape)
    return math.sqrt(low * high)


def _law(path: str, law: Law) -> Draw:
    draw: Draw = {f"{path}.mean": minutes(law.mean)}
    if law.family == "weibull":
        draw[f"{path}.shape"] = f"{math.exp(law.theta[0]):.4f}"
    return draw
