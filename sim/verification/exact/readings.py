"""What is read from a log for an exact case: waits of a line, people over time, the day's end.

A reading is a pair (total, n) of one replication, pooled over replications as sum / sum. It comes
straight from the rows, so that the measures of `sim.statistics` can be held against it too.

Two tricks keep the readings free of bias: a quantile is checked as the share of waits at most the
exact quantile, a variance as the mean square distance from the exact mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import STATES, STOP_OUTCOMES, Log
from sim.verification.exact.cases import Case, Pairs, entry_of, expected
from sim.verification.exact.wording import OPENS
from sim.verification.malls import MINUTE
from sim.workload import ABSENT


@dataclass(frozen=True)
class Line:
    """Tickets of a line; times in minutes.

    wait : in line until called or gone; sojourn : from ticket to end, NaN if never served
    """

    ticket: NDArray[Any]
    wait: NDArray[Any]
    sojourn: NDArray[Any]
    served: NDArray[Any]
    reneged: NDArray[Any]

    @classmethod
    def of(cls, log: Log, begin: float = 0, end: float = np.inf, **where: str) -> Line:
        """Return the tickets taken from begin before end (minutes), of a service or class."""
        rows = log.stop_rows
        keep = rows.ticket != ABSENT
        keep &= (rows.ticket >= begin * MINUTE) & (rows.ticket < end * MINUTE)
        if "service" in where:
            keep &= rows.service == log.names.services.index(where["service"])
        if "visitor_class" in where:
            code = log.names.classes.index(where["visitor_class"])
            keep &= log.visit_rows.visitor_class[rows.row] == code
        horizon = max(rows.ticket.max(initial=0), rows.end.max(initial=0))
        outcome = np.array(STOP_OUTCOMES)[rows.outcome[keep]]
        served = outcome == "served"
        called, over = rows.called[keep], rows.end[keep]
        gone = np.where(called != ABSENT, called, np.where(over != ABSENT, over, horizon))
        ticket = rows.ticket[keep] / MINUTE
        return cls(
            ticket=ticket,
            wait=(gone - rows.ticket[keep]) / MINUTE,
            sojourn=np.where(served, over / MINUTE - ticket, np.nan),
            served=served,
            reneged=outcome == "reneged",
        )


def mean(values: NDArray[Any], of: NDArray[Any] | None = None) -> tuple[float, float]:
    """Return the sum and the number of values, or of those chosen."""
    chosen = values if of is None else values[of]
    return float(chosen.sum()), float(len(chosen))


def waits(case: Case, line: Line, suffix: str = "") -> Pairs:
    """Return every measure of a case that one line answers; its name ends in the suffix."""
    found: Pairs = {}
    for name in expected(case):
        if not name.endswith(suffix):
            continue
        what = name.removesuffix(suffix)
        pair = _wait(case, line, what)
        if pair is not None:
            found[name] = pair
    return found


def _wait(case: Case, line: Line, what: str) -> tuple[float, float] | None:
    wait, served = line.wait, line.served
    simple: dict[str, Callable[[], tuple[float, float]]] = {
        "p_wait": lambda: mean(wait > 0),
        "p_abandon": lambda: mean(line.reneged),
        "mean_wait_delayed": lambda: mean(wait, wait > 0),
        "mean_wait_served": lambda: mean(wait, ~line.reneged),
        "mean_wait_abandoned": lambda: mean(wait, line.reneged),
        "mean_sojourn": lambda: mean(line.sojourn, served),
        "var_wait": lambda: mean((wait - entry_of(case, "mean_wait")["value"]) ** 2),
    }
    simple |= dict.fromkeys(
        ("mean_wait", "mean_wait_all", "mean_wait_accepted", "day_mean_wait", "mean_wait_overall",
         "mean_wait_per_show", "day_mean_wait_accepted"),
        lambda: mean(wait),
    )  # fmt: skip
    simple["p_wait_accepted"] = simple["p_wait_per_show"] = simple["p_wait"]
    if what in simple:
        return simple[what]()
    if match := re.fullmatch(r"(?:day_)?p_wait_gt_([\d.]+)(?:_per_show)?", what):
        return mean(wait > _limit(match[1]))
    if match := re.fullmatch(r"p_served_within_([\d.]+)", what):
        return mean(~line.reneged & (wait <= _limit(match[1])))
    if what.startswith("wait_quantile_"):
        return mean(wait <= entry_of(case, what)["value"])
    return None


def _limit(text: str) -> float:
    return 1 / 3 if text == "0.333333" else float(text)


def over_time(
    log: Log, begin: float, end: float, what: str, service: str | None = None
) -> tuple[float, float]:
    """Return person-minutes (or counter-minutes) within a window, and its minutes.

    what : waiting, inside (from ticket to end), in_mall (from door to exit), serving or down
    """
    rows, visits, at = log.stop_rows, log.visit_rows, log.counter_rows
    last = int(end * MINUTE)
    if what in ("serving", "down"):
        keep = at.state == STATES.index(what)
        first, until = at.begin[keep], at.end[keep]
    elif what == "in_mall":
        keep = visits.entered != ABSENT
        first, until = visits.entered[keep], visits.left[keep]
    else:
        keep = rows.ticket != ABSENT
        if service:
            keep &= rows.service == log.names.services.index(service)
        called, over = rows.called[keep], rows.end[keep]
        stops_waiting = np.where(called != ABSENT, called, over)
        first, until = rows.ticket[keep], stops_waiting if what == "waiting" else over
    until = np.where(until == ABSENT, last, until)
    overlap = np.minimum(until, last) - np.maximum(first, int(begin * MINUTE))
    return float(np.maximum(overlap, 0).sum() / MINUTE), end - begin


def present(log: Log, at: float, what: str, service: str | None = None) -> NDArray[Any]:
    """Return on each day how many wait, or are at the line or counter, at a minute; (days,)."""
    rows = log.stop_rows
    time = int((OPENS + at) * MINUTE)
    keep = rows.ticket != ABSENT
    if service:
        keep &= rows.service == log.names.services.index(service)
    waiting_until = np.where(rows.called != ABSENT, rows.called, rows.end)
    until = waiting_until if what == "Q" else rows.end
    here = keep & (rows.ticket <= time) & (until > time)
    day = log.visit_rows.day[rows.row[here]]
    return np.bincount(day, minlength=len(log.names.days))


def visits_inside(log: Log, at: float) -> NDArray[Any]:
    """Return on each day how many people are between door and exit at a minute; (days,)."""
    visits, time = log.visit_rows, int((OPENS + at) * MINUTE)
    here = (visits.entered != ABSENT) & (visits.entered <= time) & (visits.left > time)
    return np.bincount(visits.day[here], minlength=len(log.names.days))


def overtime(log: Log, close: float) -> NDArray[Any]:
    """Return on each day the minutes from closing to the last departure; (days,)."""
    visits = log.visit_rows
    over = np.zeros(len(log.names.days))
    here = visits.left != ABSENT
    np.maximum.at(over, visits.day[here], visits.left[here] / MINUTE - OPENS - close)
    return over


def longest_line(log: Log) -> NDArray[Any]:
    """Return on each day the most people who wait at one time; (days,).

    Who is called as she comes does not wait; who is called as another comes no longer waits.
    """
    rows = log.stop_rows
    gone = np.where(rows.called != ABSENT, rows.called, rows.end)
    waited = (rows.ticket != ABSENT) & (gone > rows.ticket)
    day = log.visit_rows.day[rows.row[waited]]
    time = np.concatenate((rows.ticket[waited], gone[waited]))
    step = np.repeat([1, -1], waited.sum())
    order = np.lexsort((step, time, np.tile(day, 2)))
    length, of = np.cumsum(step[order]), np.tile(day, 2)[order]
    longest = np.zeros(len(log.names.days), dtype=np.int64)
    np.maximum.at(longest, of, length)
    return longest
