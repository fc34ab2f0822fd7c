"""What intervals, rules and verdicts claim, and how often that held where the truth is known.

    python -m sim.verification.claims            the table of docs/statistics.md
    python -m sim.verification.claims 400        the same with fewer experiments

Each claim is tried in thousands of experiments, each as many replications as a user would run. How
often it held has an exact interval (Clopper and Pearson 1934). The seed is fixed beforehand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.statistics.intervals import (
    Estimates,
    exact_share,
    mean_intervals,
    paired_ratio_differences,
    quantile_ranks,
    ratio_intervals,
)
from sim.statistics.precision import SHARE, WAIT, Rule, Tolerance, replications_to_precision
from sim.statistics.selection import select_best
from sim.statistics.verdict import together
from sim.verification.even_joins import claims_a_change, joins
from sim.verification.truths import CounterDays, Luck

Held = NDArray[np.bool_]
SEED = 20_261_130
EXPERIMENTS = 4_000
AT_ONCE = 100
"""Experiments that are drawn together, for want of memory for all."""
T_FLOOR = 0.94
"""What intervals for normal means must cover at least, where they say 95 %."""
CALM, UNEVEN, QUICK = CounterDays(), CounterDays(demand_cv=0.2), CounterDays(service=3.6)
MEAN_CAME = CALM.per_minute * CALM.until


@dataclass(frozen=True)
class Claim:
    """Something that is said to hold in so many of 100 experiments.

    what : is claimed; on : what days or numbers; replications : of each experiment, "to" where a
        rule stops it
    stated : the share of experiments in which it should hold at least
    floor : below which it counts as wrong; less than stated where a shortfall is known and said
    held : from the luck of experiments, in which of them the claim held
    """

    what: str
    on: str
    replications: str
    stated: float
    floor: float
    held: Callable[[Luck], Held]


@dataclass(frozen=True)
class Tried:
    """A claim, and in how many of how many experiments it held."""

    claim: Claim
    held: int
    experiments: int

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of the true share (Clopper and Pearson 1934)."""
        share = exact_share(self.held, self.experiments)
        return share.low, share.high

    @property
    def chance(self) -> float:
        """How likely so few are, if it holds exactly as often as its floor says (binomial)."""
        from scipy.special import bdtr

        return float(bdtr(self.held, self.experiments, self.claim.floor))


def tried(claim: Claim, experiments: int = EXPERIMENTS, seed: int = SEED) -> Tried:
    """Return in how many experiments a claim held."""
    held = 0
    for first in range(0, experiments, AT_ONCE):
        luck = Luck(seed, first, min(AT_ONCE, experiments - first))
        held += int(claim.held(luck).sum())
    return Tried(claim, held, experiments)


def hold(found: Estimates, truth: float) -> Held:
    """Return which intervals hold the truth."""
    return (found.low <= truth) & (truth <= found.high)


# --- what is tried ------------------------------------------------------------------------


def mean_of_normal(luck: Luck, n: int) -> Held:
    """Say whether the t interval holds the mean of normal numbers."""
    return hold(mean_intervals(luck.normal("x", n)), 0.0)


def mean_of_exponential(luck: Luck, n: int) -> Held:
    """Say whether the t interval holds the mean of exponential numbers."""
    return hold(mean_intervals(luck.exponential("x", n)), 1.0)


def mean_wait(luck: Luck, n: int, days: CounterDays) -> Held:
    """Say whether the jackknife interval holds the mean wait."""
    total, _, came = days.play(luck, n)
    return hold(ratio_intervals(total, came), days.truth[0])


def share_in_time(luck: Luck, n: int, days: CounterDays) -> Held:
    """Say whether the jackknife interval holds the share called in time."""
    _, in_time, came = days.play(luck, n)
    return hold(ratio_intervals(in_time, came, share=True), days.truth[1])


def difference_of_waits(luck: Luck, n: int, days: CounterDays, faster: CounterDays) -> Held:
    """Say whether the paired interval holds the difference of two counters, citizens the same."""
    total, _, came = days.play(luck, n)
    less, _, also = faster.play(luck, n)
    found = paired_ratio_differences(less, also, total, came)
    return hold(found, faster.truth[0] - days.truth[0])


def all_at_once(luck: Luck, n: int, skewed: bool, number: int = 12) -> Held:
    """Say whether the intervals of twelve correlated means hold together."""
    draw = luck.exponential if skewed else luck.normal
    both = draw("both", n)
    each = [mean_intervals(both + draw(f"own {k}", n), together(number)) for k in range(number)]
    held: Held = np.logical_and.reduce([hold(of, 2.0 * skewed) for of in each])
    return held


def quantile(luck: Luck, n: int, p: float) -> Held:
    """Say whether the order statistics hold a quantile."""
    x = np.sort(luck.exponential("x", n), axis=0)
    ranks = quantile_ranks(n, p)
    held: Held = (x[ranks.lower - 1] <= -np.log1p(-p)) & (-np.log1p(-p) <= x[ranks.upper - 1])
    return held


def stopped(luck: Luck, most: int, days: CounterDays, share: bool) -> Held:
    """Say whether the interval at which the rule stops holds the truth."""
    waits, in_time, came = days.play(luck, most)
    total, truth = (in_time, days.truth[1]) if share else (waits, days.truth[0])
    of: Tolerance = SHARE if share else WAIT
    held = []
    for k in range(luck.experiments):
        x, n = total[:, [k]], came[:, [k]]
        end = replications_to_precision(x, n, [of], Rule(maximum=most)).stop or most
        held.append(hold(ratio_intervals(x[:end], n[:end], share=share), truth)[0])
    return np.array(held)


def best_chosen(luck: Luck, most: int, skewed: bool, number: int = 5) -> Held:
    """Say whether KN chooses the best, which is better than all others by exactly delta.

    skewed : the others have some very good replications, the best some very bad ones
    """
    both, draw = luck.normal("both", most), luck.exponential if skewed else luck.normal
    own = [3 * draw(f"own {k}", most) for k in range(number)]
    if skewed:
        own[-1] = 6 - own[-1]  # of mean 3, as all others are
    x = np.stack([both + of + (k == number - 1) for k, of in enumerate(own)], axis=2)
    best = [select_best(x[:, k], 1.0).best for k in range(luck.experiments)]
    return np.array([of == number - 1 for of in best])


def best_day(luck: Luck, most: int, number: int = 3) -> Held:
    """Say whether KN chooses the counter at which most are called in time, delta being the gap."""
    x = []
    for k in range(number):
        days = CALM if k < number - 1 else QUICK
        _, in_time, came = days.play(Luck(luck.seed + 1 + k, luck.first, luck.experiments), most)
        x.append(in_time / MEAN_CAME - CALM.truth[1] * (came / MEAN_CAME - 1))
    table = np.stack(x, axis=2)
    gap = QUICK.truth[1] - CALM.truth[1]
    best = [select_best(table[:, k], gap).best for k in range(luck.experiments)]
    return np.array([of == number - 1 for of in best])


def no_false_verdict(luck: Luck, n: int, to_precision: bool) -> Held:
    """Say whether a join that changes nothing is not said to break anything."""
    found = (of.as_planned for of in joins(luck, n, to_precision))
    return np.array([answer != "may_not" for answer in found])


def no_false_change(luck: Luck, n: int) -> Held:
    """Say whether of eight agencies none is said to have changed, where nothing has."""
    return np.array([not claims_a_change(of) for of in joins(luck, n)])


# --- the table ----------------------------------------------------------------------------

ONE, UNEVEN_ONE = "one counter", "one counter, demand varies by 20 %"
SHORT = {
    (ONE, 30): 0.90, (UNEVEN_ONE, 30): 0.88, (ONE, 100): 0.93, (UNEVEN_ONE, 100): 0.92,
}  # fmt: skip
"""What intervals of waits cover at least: less than the floor, since waits are skewed. Rounded down
from 10,000 experiments of another seed."""


def all_claims() -> tuple[Claim, ...]:
    """Return every claim that is tried, in the order of the table."""
    return (*_of_means(), *_of_ratios(), *_of_many(), *_of_rules(), *_of_verdicts())


def _of_means() -> Iterator[Claim]:
    what = "interval of a mean (t)"
    for n in (10, 30, 100):
        yield Claim(what, "normal", f"{n}", 0.95, T_FLOOR, partial(mean_of_normal, n=n))
    for n, short in ((30, 0.92), (100, 0.935)):
        yield Claim(what, "exponential", f"{n}", 0.95, short, partial(mean_of_exponential, n=n))


def _of_ratios() -> Iterator[Claim]:
    what = "interval of a ratio (jackknife)"
    for n in (30, 100):
        for days, on in ((CALM, ONE), (UNEVEN, UNEVEN_ONE)):
            wait, share = (partial(f, n=n, days=days) for f in (mean_wait, share_in_time))
            yield Claim(what, f"mean wait, {on}", f"{n}", 0.95, SHORT[on, n], wait)
            yield Claim(what, f"called in time, {on}", f"{n}", 0.95, T_FLOOR, share)
    what, on = "interval of a paired difference", f"mean waits, {ONE}"
    for n, short in ((30, 0.90), (100, 0.93)):
        waits = partial(difference_of_waits, n=n, days=CALM, faster=QUICK)
        yield Claim(what, on, f"{n}", 0.95, short, waits)


def _of_many() -> Iterator[Claim]:
    what = "12 intervals together (Bonferroni)"
    normal, skewed = (partial(all_at_once, skewed=of) for of in (False, True))
    yield Claim(what, "normal, correlated", "30", 0.95, T_FLOOR, partial(normal, n=30))
    yield Claim(what, "exponential, correlated", "100", 0.95, 0.93, partial(skewed, n=100))
    for n, p in ((30, 0.5), (60, 0.9)):
        claimed = quantile_ranks(n, p).coverage
        of = partial(quantile, n=n, p=p)
        what = f"interval of the {p:.0%} quantile (order statistics)"
        yield Claim(what, "exponential", f"{n}", claimed, claimed, of)


def _of_rules() -> Iterator[Claim]:
    what, many = "interval at which a run to a precision stops", "20 to 1,000"
    waits, shares = (partial(stopped, most=1_000, days=CALM, share=of) for of in (False, True))
    yield Claim(what, f"mean wait to 5 %, {ONE}", many, 0.95, T_FLOOR, waits)
    yield Claim(what, f"called in time to 1 point, {ONE}", many, 0.95, T_FLOOR, shares)
    what, most = "KN chooses the best, ahead by delta", 800
    for skewed, on in ((False, "five, normal"), (True, "five, skewed against the best")):
        best = partial(best_chosen, most=most, skewed=skewed)
        yield Claim(what, on, f"20 to {most:,}", 0.95, 0.95, best)
    on = f"three, called in time, {ONE}"
    yield Claim(what, on, f"20 to {most:,}", 0.95, 0.95, partial(best_day, most=most))


def _of_verdicts() -> Iterator[Claim]:
    what, on = "no verdict against a join that changes nothing", "8 agencies, all at their limits"
    fixed, sought = (partial(no_false_verdict, to_precision=of) for of in (False, True))
    yield Claim(what, on, "100", 0.95, 0.95, partial(fixed, n=100))
    yield Claim(what, on, "20 to 400", 0.95, 0.95, partial(sought, n=400))
    what = "no agency said to have changed, where none has"
    yield Claim(what, "8 agencies", "100", 0.95, T_FLOOR, partial(no_false_change, n=100))


HEAD = (
    "| claimed | on | replications | stated | held | 95 % interval of that |",
    "|---|---|---|---|---|---|",
)


def table(experiments: int = EXPERIMENTS) -> Iterator[str]:
    """Yield the lines of the table, as Markdown."""
    yield from HEAD
    for claim in all_claims():
        found = tried(claim, experiments)
        low, high = (f"{100 * bound:.1f}" for bound in found.interval)
        yield (
            f"| {claim.what} | {claim.on} | {claim.replications} | {100 * claim.stated:.1f} "
            f"| {100 * found.held / experiments:.1f} | {low} .. {high} |"
        )


if __name__ == "__main__":
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else EXPERIMENTS):
        print(line, flush=True)
