"""Whether a service takes longer with some officer, in some hour, or while many wait.

Mean times are products: service x counter x hour x line, all estimated together, so that a slow
counter that is open in the morning makes no slow morning. The equations are those of a gamma
law with a log link, which are right for the means whatever the law (McCullagh and Nelder,
Generalized Linear Models, 2nd ed., sec. 9.2); days are the units that chance repeats, and the
variance is the scatter of their scores (Liang and Zeger 1986, Biometrika 73, eq. 2.6).

Many looks: each counter, hour and line against the others is a test; all tests of a log hold
together (Holm 1979). Told is only what is surely there and large enough to matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.fitting.history import History, Ints
from sim.fitting.likelihood import Floats
from sim.fitting.opening import Opening
from sim.fitting.splits import FEWEST, Kind, Split, alike, at_opening, in_line, splits
from sim.statistics.intervals import Estimate

CHANCE = 0.005
"""Of claiming anything in a log in which nothing depends on anything."""
MARGIN = 0.10
"""A smaller difference would not change a plan."""
FEWEST_DAYS = 8
"""Days on which a level is seen that is looked at."""
_TERMS, _MOST_CODES = 8, 2**40


@dataclass(frozen=True, eq=False)
class Level:
    """One counter, hour or length of line beside the others.

    key : code of the counter in the log; µs since midnight from which the hours run; 0 for a
        short line, 1 for a long one
    n : times; ratio : mean time over that of the others, all else alike, with a 95 % interval
    factor : mean time over that of all, with such an interval
    p : of no difference; freedom : with which it is known; sure : surely there and large enough
    """

    key: int
    n: int
    ratio: Estimate
    factor: Estimate
    p: float
    freedom: int = 0
    sure: bool = False

    @property
    def speed(self) -> Estimate:
        """How fast, where all together are 1."""
        of = self.factor
        return replace(of, value=1 / of.value, low=1 / of.high, high=1 / of.low)


@dataclass(frozen=True, eq=False)
class Effect:
    """The levels of one thing upon which a time may depend.

    name : an agency, or an agency.service where hours are looked at
    services : agency.service of all whose times are compared; counters that have no service in
        common with others are compared by themselves
    cut : of a line, the most that wait in a short one
    spread : (L, L) covariance of the logarithms of the factors
    """

    kind: Kind
    name: str
    services: tuple[str, ...]
    levels: tuple[Level, ...]
    spread: Floats
    cut: int = 0

    @property
    def sure(self) -> bool:
        """Whether any level is told."""
        return any(level.sure for level in self.levels)

    @property
    def told(self) -> tuple[Level, ...]:
        """The fewest of the sure levels that explain the others: what is left is alike.

        One slow counter makes all others faster than the rest, which has it among them. So the
        farthest is told first, and another only if it is apart from those not told yet.
        """
        told: list[int] = []
        while len(rest := [k for k in range(len(self.levels)) if k not in told]) > 1:
            logs = {k: self._beside(k, rest) for k in rest if self.levels[k].sure}
            apart = [k for k, (log, p) in logs.items()
                     if not told or (p <= CHANCE and abs(log) >= np.log1p(MARGIN))]  # fmt: skip
            if not apart:
                break
            told.append(max(apart, key=lambda k: (round(abs(logs[k][0]), 9), logs[k][0])))
        return tuple(self.levels[k] for k in sorted(told))

    def _beside(self, k: int, rest: list[int]) -> tuple[float, float]:
        """Return the logarithm of a level's ratio to those of `rest` but itself, and its p."""
        from scipy.special import stdtr

        n = np.array([level.n if j in rest and j != k else 0
                      for j, level in enumerate(self.levels)], dtype=np.float64)  # fmt: skip
        contrast = (np.arange(len(n)) == k) - n / n.sum()
        log = float(contrast @ np.log([level.factor.value for level in self.levels]))
        sd = math.sqrt(max(float(contrast @ self.spread @ contrast), 0.0))
        freedom = self.levels[k].freedom
        known = freedom > 0 and 0 < sd < math.inf
        return log, 2 * float(stdtr(freedom, -abs(log) / sd)) if known else 1.0

    def factors(self, u: Floats | None = None) -> dict[int, float]:
        """Return the factor of each level, or one drawn as the data leave them open.

        u : (L,) uniforms
        """
        logs = np.log([level.factor.value for level in self.levels])
        if u is not None:
            from scipy.special import ndtri

            values, vectors = np.linalg.eigh(self.spread)
            logs = logs + vectors @ (np.sqrt(np.maximum(values, 0.0)) * ndtri(u))
        return {level.key: float(f) for level, f in zip(self.levels, np.exp(logs), strict=True)}


@dataclass(frozen=True, eq=False)
class Effects:
    """All that was looked at.

    counters, lines : by agency; hours : by agency.service; tests : how many, all together
    """

    found: tuple[Effect, ...]
    tests: int

    @property
    def sure(self) -> tuple[Effect, ...]:
        """The effects of which something is told."""
        return tuple(effect for effect in self.found if effect.sure)

    def of(self, kind: Kind, name: str) -> tuple[Effect, ...]:
        """Return what is sure of a kind at an agency or service."""
        return tuple(e for e in self.sure if (e.kind, e.name) == (kind, name))


def effects(
    history: History, opening: Opening, step: int, lengths: Floats
) -> Effects:  # fmt: skip
    """Look at every agency whose services were measured.

    step : in which begin and end are written, µs; lengths : (R,) minutes, NaN where unknown
    """
    usable = ~np.isnan(lengths) & ~at_opening(history, opening, step)
    number = np.bincount(history.service[usable], minlength=len(history.services))
    usable &= (number >= FEWEST)[history.service]
    waiting = in_line(history)
    found = [
        effect
        for a in range(len(history.agencies))
        for rows in alike(history, np.flatnonzero(usable & (history.agency == a)))
        for effect in _of_agency(history, a, rows, lengths, waiting)
    ]
    return _together(found)


def _of_agency(
    h: History, agency: int, rows: Ints, lengths: Floats, waiting: Ints
) -> Iterator[Effect]:
    service = h.service[rows]
    factors = splits(h, rows, h.agencies[agency], waiting)
    _, day = np.unique(h.day[rows], return_inverse=True)
    if not factors or day.max() + 1 < FEWEST_DAYS:
        return
    design = _Design(service, factors, day, lengths[rows])
    services = tuple(h.full_name(int(s)) for s in np.unique(service))
    for factor in factors:
        yield design.effect(factor, services)


class _Design:
    """The times of an agency in cells of equal levels, and the means fitted to them.

    column : by kind and name, the places of a factor's levels among the columns
    beta, scatter : logarithms of all factors, and the covariance that the days show
    known : projects on what the cells can tell apart
    """

    def __init__(
        self, service: Ints, factors: list[Split], day: Ints, times: Floats
    ) -> None:  # fmt: skip
        self.day, self.times = day, times
        split = np.stack([service, *(factor.level for factor in factors)], axis=1)
        first, self.cell = _rows_alike(split)
        cells = split[first]
        self.n = np.bincount(self.cell).astype(np.float64)
        self.total = np.bincount(self.cell, weights=times)
        columns = [cells[:, :1] == np.unique(service)]
        self.column: dict[tuple[str, str], Ints] = {}
        for k, factor in enumerate(factors):
            kept = [j for j, key in enumerate(factor.keys) if key >= 0 or factor.kind == "counter"]
            first = sum(block.shape[1] for block in columns)
            self.column[factor.kind, factor.name] = first + np.arange(len(kept))
            columns.append(cells[:, k + 1][:, None] == np.array(kept))
        self.x = np.concatenate(columns, axis=1).astype(np.float64)
        self._solve()

    def _solve(self) -> None:
        """Solve the equations by Newton's method; columns that say the same share the blame."""
        beta = np.zeros(self.x.shape[1])
        start = np.log(max(self.total.sum() / self.n.sum(), 1e-6))
        beta[: int(self.column_of_services)] = start
        for _ in range(60):
            mean = np.exp(np.clip(self.x @ beta, -20, 20))
            score = self.x.T @ (self.total / mean - self.n)
            curve = self.x.T @ (self.x * (self.total / mean)[:, None])
            move = _inverse(curve) @ score
            beta = beta + np.clip(move, -1, 1)
            if np.abs(move).max() < 1e-9:
                break
        self.beta = beta
        whole = self.x.T @ (self.x * self.n[:, None])
        self.known = _inverse(whole) @ whole
        self.scatter = self._scatter(np.exp(np.clip(self.x @ beta, -20, 20)), whole)

    def _scatter(self, mean: Floats, whole: Floats) -> Floats:
        """Return the covariance that leaving out one day after the other shows, in one step each.

        (MacKinnon, Nielsen and Webb 2023, J. Econometrics 232, eq. 16: days with many services
        weigh as they do; the plain scatter of scores is too small for hours with few.)
        """
        days = int(self.day.max()) + 1
        off, seen = np.zeros((2, days, len(self.n)))
        np.add.at(off, (self.day, self.cell), self.times / mean[self.cell] - 1)
        np.add.at(seen, (self.day, self.cell), 1.0)
        # What is left without a day, whole - its own, is inverted by a series: with 8 days or more
        # the first term left out is below 1 in 8^8.
        inverse = _inverse(whole)
        scores = off @ self.x
        moved = scores @ inverse
        for _ in range(_TERMS):
            moved = (scores + ((moved @ self.x.T) * seen) @ self.x) @ inverse
        moved -= moved.mean(axis=0)
        found: Floats = moved.T @ moved * (days - 1) / days
        return found

    @property
    def column_of_services(self) -> int:
        """How many columns are the services' own."""
        return min(int(place[0]) for place in self.column.values())

    def effect(self, factor: Split, services: tuple[str, ...]) -> Effect:
        """Return each level beside the others, with its place among all."""
        place = self.column[factor.kind, factor.name]
        keys = factor.keys[: len(place)]
        n = np.array([(factor.level == k).sum() for k in range(len(place))], dtype=np.float64)
        beta, scatter = self.beta[place], self.scatter[np.ix_(place, place)]
        beyond = beta - np.log(n @ np.exp(beta) / n.sum())
        centre = np.eye(len(n)) - n * np.exp(beyond) / n.sum()
        levels = []
        for k in range(len(n)):
            others = np.where(np.arange(len(n)) == k, 0.0, n)
            beside = (np.arange(len(n)) == k) - others / others.sum()
            freedom = self._freedom(factor, k, beside)
            ratio = _ratio(beta, scatter, beside, freedom, int(n[k]))
            whole = _ratio(beyond, scatter, centre[k], freedom, int(n[k]), float(beyond[k]))
            p = _p(ratio, freedom)
            levels.append(Level(keys[k], int(n[k]), ratio, whole, p, freedom))
        known = [k for k, key in enumerate(keys) if key >= 0]
        spread = (centre @ scatter @ centre.T)[np.ix_(known, known)]
        told = tuple(levels[k] for k in known)
        return Effect(factor.kind, factor.name, services, told, spread, factor.cut)

    def _freedom(self, factor: Split, k: int, contrast: Floats) -> int:
        """Return a day less than a level was seen on, 0 where the cells cannot tell it apart.

        They cannot if a counter has an hour or a service to itself.
        """
        whole = np.zeros(len(self.beta))
        whole[self.column[factor.kind, factor.name]] = contrast
        if np.abs(whole @ self.known - whole).max() > 1e-6:
            return 0
        return int((np.bincount(self.day[factor.level == k]) > 0).sum()) - 1


def _rows_alike(table: Ints) -> tuple[Ints, Ints]:
    """Return the place of the first of all equal rows, and (N,) to which of these each belongs."""
    code = np.zeros(len(table), dtype=np.int64)
    for column in table.T:
        code = code * (int(column.max()) + 1) + column
        if code.max() > _MOST_CODES:
            _, code = np.unique(code, return_inverse=True)
    _, first, alike = np.unique(code, return_index=True, return_inverse=True)
    return first, alike


def _inverse(of: Floats) -> Floats:
    """Return the inverse of a symmetric matrix on what it tells apart."""
    return np.asarray(np.linalg.pinv(of, rcond=1e-10, hermitian=True))


def _ratio(
    beta: Floats, scatter: Floats, contrast: Floats, freedom: int, n: int,
    log: float | None = None,
) -> Estimate:  # fmt: skip
    """Return the exponential of a contrast, with the interval that days give; it may be infinite.

    log : the contrast itself, where it is no linear one
    """
    from scipy.special import stdtrit

    log = float(contrast @ beta) if log is None else log
    sd = math.sqrt(max(float(contrast @ scatter @ contrast), 0.0))
    half = float(stdtrit(freedom, 0.975)) * sd if freedom > 0 and sd > 0 else math.inf
    low, value, high = (math.exp(min(log + by, 700.0)) for by in (-half, 0.0, half))
    return Estimate(value, low, high, n, "t", 0.95)


def _p(ratio: Estimate, freedom: int) -> float:
    """Return how often chance alone gives a ratio so far from 1."""
    from scipy.special import stdtr, stdtrit

    half = math.log(ratio.high / ratio.value)
    if freedom < FEWEST_DAYS - 1 or not math.isfinite(half) or half == 0:  # all times are equal
        return 1.0
    sd = half / float(stdtrit(freedom, 0.975))
    return 2 * float(stdtr(freedom, -abs(math.log(ratio.value)) / sd))


def _together(found: list[Effect]) -> Effects:
    """Mark what is sure with all tests together (Holm), and beyond the margin."""
    every = [(level.p, e, k) for e, effect in enumerate(found)
             for k, level in enumerate(effect.levels)]  # fmt: skip
    marked: set[tuple[int, int]] = set()
    for rank, (p, e, k) in enumerate(sorted(every)):
        if p * (len(every) - rank) > CHANCE:
            break
        if abs(np.log(found[e].levels[k].ratio.value)) >= np.log1p(MARGIN):
            marked.add((e, k))
    return Effects(
        tuple(
            replace(effect, levels=tuple(
                replace(level, sure=(e, k) in marked) for k, level in enumerate(effect.levels)
            ))
            for e, effect in enumerate(found)
        ),
        len(every),
    )  # fmt: skip
