"""Is the fitted scenario like the mall? Played on days that the fit has not seen.

The last quarter of the days is held out, the rest fitted, and the days held out are played again
and again: with the log's own citizens, which tries the counters, the services and the rules of
the hall, and with drawn ones, which tries the arrivals too. Waits are compared by equivalence:
the question is whether the difference is surely too small to matter (`statistics.equivalence`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.errors import ScenarioError
from sim.fitting.draft import Draft
from sim.fitting.fit import Fitted, estimate
from sim.fitting.history import History, Ints, history
from sim.fitting.likelihood import Floats
from sim.fitting.replaying import Replay, replays
from sim.fitting.routes import routes
from sim.fitting.seen import HALF_HOUR, RANKS, Seen
from sim.scenario.loading import load_text
from sim.statistics.equivalence import CONFIDENCE, Equivalence, equivalence
from sim.statistics.intervals import Estimate, paired_difference, welch_difference

Use = Literal["usable", "with_care", "not_usable", "unchecked"]
Skipped = Literal["few_days", "no_calls", "gaps"]
HELD, FEWEST_HELD, MOST_HELD, FEWEST_FITTED = 0.25, 5, 40, 10
"""The share of the days that is held out; with fewer days nothing is checked."""
TRIALS, OUTSIDE = 40, 0.025
"""So often the days are played; a band leaves out this share of the trials on either side."""
MARGIN, MARGIN_SHARE = 2.0, 0.10
"""A difference of so many minutes does not matter, nor of so much of the wait itself."""
FEWEST_WAITS = 50


@dataclass(frozen=True)
class Band:
    """Something by half hour or rank: as the log shows it, and between which values trials lie.

    at : µs since midnight, or ranks; seen : (K,) of the log
    again, drawn : (2, K) lower and upper ends over the trials
    """

    at: Floats
    seen: Floats
    again: Floats
    drawn: Floats

    def inside(self) -> tuple[int, int]:
        """Return how many points of the log lie in the band of its own citizens, of how many."""
        known = ~np.isnan(self.seen) & ~np.isnan(self.again).any(axis=0)
        low, high = self.again
        return int(((self.seen >= low) & (self.seen <= high))[known].sum()), int(known.sum())


@dataclass(frozen=True)
class Checked:
    """One agency on the days held out.

    agency : as the log calls it, else its key
    wait, served : minutes, and calls a day, of the log; n : waits behind them
    again, drawn : simulated less observed mean wait, in minutes, with their 90 % intervals
    margin : what such a difference may be; as_again, as_drawn : what follows
    throughput : simulated less observed calls a day, as a share, with drawn citizens
    waits, line, spread : by half hour, people in line by half hour, quantiles of waits
    """

    agency: str
    n: int
    wait: float
    served: float
    again: Estimate
    drawn: Estimate
    margin: float
    as_again: Equivalence
    as_drawn: Equivalence
    throughput: float
    waits: Band
    line: Band
    spread: Band

    @property
    def use(self) -> Use:
        """What the scenario may be used for, as far as this agency goes."""
        if self.n < FEWEST_WAITS:
            return "unchecked"
        both = {self.as_again, self.as_drawn}
        if "different" in both:
            return "not_usable"
        return "usable" if both == {"equivalent"} else "with_care"

    @property
    def why(self) -> str:
        """The key of the sentence that says why."""
        if self.use in ("unchecked", "usable"):
            return self.use
        if self.as_again == "different":
            return "rules_differ"
        if self.as_drawn == "different":
            return "arrivals_differ"
        which = "again" if self.as_again == "undecided" else "drawn"
        return f"{which}_{_way(self.again if which == 'again' else self.drawn)}"


def _way(difference: Estimate) -> str:
    """Say of a difference that may not matter whether it is surely there, and which way."""
    if difference.low > 0:
        return "longer"
    return "shorter" if difference.high < 0 else "undecided"


@dataclass(frozen=True)
class Validation:
    """What the days held out say.

    skipped : why nothing could be checked, "" if it was; days : held out; fitted : the others
    period : the first and the last day held out; missing : visits that the scenario cannot play
    demand : of the days held out over that of the others, as months and closures make it; NaN
        where months do not surely differ
    """

    skipped: Skipped | Literal[""]
    days: int = 0
    fitted: int = 0
    period: tuple[str, str] = ("", "")
    missing: int = 0
    agencies: tuple[Checked, ...] = ()
    demand: float = math.nan


def validate(found: Fitted, trials: int = TRIALS) -> Validation:
    """Fit the first days of a log, play the last ones, and compare."""
    every = found.history.days
    number = min(max(round(HELD * len(every)), FEWEST_HELD), MOST_HELD)
    if len(every) - number < FEWEST_FITTED:
        return Validation("few_days")
    if not found.history.waits.any():
        return Validation("no_calls")
    late = found.tickets.day >= every[-number]
    fitted = estimate(found.tickets, found.ledger.without(late), found.like)
    held = history(found.tickets, found.ledger.without(~late))
    try:
        scenario = load_text(Draft(fitted, "en").text())
    except ScenarioError:
        return Validation("gaps")
    names = _names(fitted.history)
    replay = Replay(
        scenario, held, routes(held),
        tuple(names.get(pair, "") for pair in _pairs(held)),
        tuple(_agencies(fitted.history).get(name, "") for name in held.agency_names),
    )  # fmt: skip
    days = held.days.astype("datetime64[D]")
    return Validation(
        "", len(days), len(fitted.history.days), (str(days[0]), str(days[-1])), replay.missing,
        _compared(replay, trials), _demand_of(found, number),
    )  # fmt: skip


def _demand_of(found: Fitted, held: int) -> float:
    """Return the demand of the last days over that of those before, where months differ."""
    year = found.arrivals.year
    if not year.differ:
        return math.nan
    return float(year.factor[-held:].mean() / year.factor[:-held].mean())


def _pairs(of: History) -> list[tuple[str, str]]:
    """Return what the log calls each service and its agency."""
    agencies = [of.agency_names[a] for a in of.agency_of]
    return list(zip(agencies, of.service_names, strict=True))


def _names(of: History) -> dict[tuple[str, str], str]:
    return {pair: of.full_name(s) for s, pair in enumerate(_pairs(of))}


def _agencies(of: History) -> dict[str, str]:
    return dict(zip(of.agency_names, of.agencies, strict=True))


def _compared(replay: Replay, trials: int) -> tuple[Checked, ...]:
    seen = replay.observed()
    both = list(replays(replay, trials))
    opens = min(day.opens for day in replay.scenario.played)
    closes = max(day.closes for day in replay.scenario.played)
    slots = np.arange(opens // HALF_HOUR * HALF_HOUR, closes, HALF_HOUR)
    keys = sorted(replay.scenario.agencies)
    names = [replay.scenario.agencies[key].name or key for key in keys]
    return tuple(
        _checked(name, seen.of(a), [(x.of(a), y.of(a)) for x, y in both], slots)
        for a, name in enumerate(names)
    )


def _checked(
    agency: str, seen: Seen, trials: list[tuple[Seen, Seen]], slots: Ints
) -> Checked:  # fmt: skip
    observed = seen.by_day()
    again = _middle(np.array([x.by_day() for x, _ in trials]))
    drawn = np.concatenate([y.by_day() for _, y in trials])
    wait, served = float(_middle(observed[:, None])[0]), float(seen.counts().mean())
    margin = MARGIN if math.isnan(wait) else max(MARGIN, MARGIN_SHARE * wait)
    same = paired_difference(again, observed, CONFIDENCE)
    other = welch_difference(drawn, observed, CONFIDENCE)
    played = float(np.mean([y.counts().mean() for _, y in trials]))

    def band(at: Floats, of: Callable[[Seen], Floats]) -> Band:
        ends = [_ends(np.array([of(trial[k]) for trial in trials])) for k in (0, 1)]
        return Band(at, of(seen), ends[0], ends[1])

    clock = slots.astype(np.float64)
    return Checked(
        agency, len(seen.called), wait, served, same, other, margin,
        equivalence(same, margin), equivalence(other, margin),
        played / served - 1 if served else math.nan,
        band(clock, lambda of: of.by_slot(slots)), band(clock, lambda of: of.in_line(slots)),
        band(RANKS, lambda of: of.quantiles()),
    )  # fmt: skip


def _middle(values: Floats) -> Floats:
    """Return the mean of each column over the trials, NaN where no trial knows it."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    n = known.sum(axis=0)
    return np.asarray(np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0))


def _ends(values: Floats) -> Floats:
    """Return (2, K) the ends between which all trials but the outermost on either side lie.

    values : (T, K); a column that some trial does not know has no band
    """
    ordered = np.sort(values, axis=0)  # NaN last
    cut = int(OUTSIDE * len(values))
    ends: Floats = np.stack([ordered[cut], ordered[-1 - cut]])
    ends[:, np.isnan(values).any(axis=0)] = np.nan
    return ends
