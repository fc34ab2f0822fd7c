"""Picture: how many people are in the hall over its fullest day, against its seats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.log import Log
from sim.report import locale
from sim.report.plots.clock import Breaks, breaks_of, clock_axis, shade_breaks
from sim.report.plots.shown import Shown
from sim.report.style import DATA, LIMIT, MUTED, finish, new_figure
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.slices import hours_of
from sim.words import say
from sim.workload import ABSENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HallDay:
    """People in the hall on the weekday that fills it most.

    hours : (H,) of the clock; mean (Estimate), low and high (quantiles 5 % and 95 % of such days)
        are averages over each hour
    peak, bad_peak : the most people at once: mean over such days, and what 1 day in 20 exceeds
    once : (x, y) one such day minute by minute: hours of the clock, people from then on
    seats, capacity : of the hall, or None
    """

    weekday: str
    hours: tuple[int, ...]
    mean: tuple[Estimate, ...]
    low: Floats
    high: Floats
    peak: Estimate
    bad_peak: Estimate
    once: tuple[Floats, Floats]
    seats: int | None
    capacity: int | None
    breaks: Breaks


def hall_day(results: Results, log: Log) -> HallDay | None:
    """Return the fullest weekday, or None for a run without weekdays."""
    scenario = results.scenario
    hours = tuple(hours_of(scenario))
    weekdays = tuple(dict.fromkeys(day.weekday for day in scenario.days if day.weekday))
    if not hours or not weekdays:
        return None
    peaks = {day: results.estimate("in_hall.max", weekday=day) for day in weekdays}
    day = max(weekdays, key=lambda d: peaks[d].value)
    names = [f"{hour:02d}:00" for hour in hours]
    each = np.array([results.per_replication("in_hall.mean", "mall", "", n, day) for n in names])
    low, high = np.quantile(each, (0.05, 0.95), axis=1, method="inverted_cdf")
    return HallDay(
        weekday=day,
        hours=hours,
        mean=tuple(results.estimate("in_hall.mean", "mall", "", n, day) for n in names),
        low=low,
        high=high,
        peak=peaks[day],
        bad_peak=results.bad_day("in_hall.max", 0.95, weekday=day),
        once=_one_day(log, [d.weekday for d in scenario.days].index(day)),
        seats=scenario.hall.seats,
        capacity=scenario.hall.capacity,
        breaks=breaks_of(scenario, day),
    )


def _one_day(log: Log, day: int) -> tuple[Floats, Floats]:
    visits = log.visit_rows
    inside = (visits.day == day) & (visits.entered != ABSENT)
    out = visits.left[inside]
    times = np.concatenate((visits.entered[inside], out[out != ABSENT]))
    steps = np.concatenate((np.ones(inside.sum()), -np.ones((out != ABSENT).sum())))
    order = np.lexsort((steps, times))
    return times[order] / q.HOUR, np.cumsum(steps[order])


def draw(data: HallDay, ax: Axes, lang: str) -> Axes:
    """Draw the day: mean by hour, the spread of such days, one such day, seats and capacity."""
    middle = np.array(data.hours) + 0.5
    shade_breaks(ax, data.breaks)
    ax.fill_between(
        middle, data.low, data.high, color=DATA, alpha=0.22, linewidth=0,
        label=say("plots.hall.band", lang),
    )  # fmt: skip
    ax.step(
        *data.once, where="post", color=MUTED, linewidth=0.7, label=say("plots.hall.once", lang)
    )
    ax.plot(
        middle, [e.value for e in data.mean], color=DATA, marker="o", markersize=4,
        label=say("plots.hall.mean", lang),
    )  # fmt: skip
    top = max(float(np.nanmax(data.high)), float(data.once[1].max(initial=1)))
    for what, dash, reach in (("seats", (5, 2), 4), ("capacity", (1, 1.5), 1.3)):
        limit: int | None = getattr(data, what)
        if limit is not None and limit <= reach * top:
            label = say(f"plots.hall.{what}", lang, number=limit)
            ax.axhline(limit, color=LIMIT, linewidth=1.5, linestyle=(0, dash), label=label)
            top = max(top, limit)
    clock_axis(ax, data.hours[0], data.hours[-1] + 1, lang)
    ax.set_ylim(0, 1.06 * top)
    ax.grid(axis="y")
    ax.yaxis.set_major_formatter(lambda y, _: locale.number(y, lang))
    ax.set_ylabel(say("plots.hall.axis", lang))
    return ax


def title(data: HallDay, lang: str) -> str:
    """Say how full the hall gets, and whether the seats suffice."""
    key = "unseated"
    if data.seats is not None:
        key = "enough" if data.bad_peak.value <= data.seats else "short"
    return say(
        f"plots.hall.title.{key}", lang, weekday=locale.weekday(data.weekday, lang),
        peak=locale.number(data.peak.value, lang), bad=locale.number(data.bad_peak.value, lang),
        seats=data.seats,
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None for a run without weekdays or visitors."""
    data = hall_day(shown.results, shown.log)
    if data is None or not data.peak.value > 0:
        return None
    figure, (ax,) = new_figure(lang, 2.7)
    draw(data, ax, lang)
    note = say("plots.hall.note", lang, **shown.which)
    return finish(figure, title(data, lang), note, ax.get_legend_handles_labels()[0])
