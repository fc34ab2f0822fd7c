"""Picture: how long people wait, by the hour in which they took their ticket."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report import locale
from sim.report.answer import Answer, Standing
from sim.report.plots.agencies import ORDER
from sim.report.plots.clock import Breaks, breaks_of, clock_axis, shade_breaks
from sim.report.plots.labels import in_title
from sim.report.plots.shown import Shown
from sim.report.style import BAD, DATA, LIMIT, MUTED, clipped, finish, new_figure
from sim.scenario import quantities as q
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.slices import hours_of
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 4


@dataclass(frozen=True)
class WaitsByHour:
    """Mean waits of one agency over the day.

    hours : of the clock; `wait` (min) and `broken` (is the promise broken in that hour beyond
        doubt?) go with them, and so does `mall`, the mean over all agencies (min)
    promise : the longest wait that is promised (min); the shortest of them where services differ
    """

    label: str
    hours: tuple[int, ...]
    wait: tuple[Estimate, ...]
    broken: tuple[bool, ...]
    mall: tuple[float, ...]
    promise: float
    breaks: Breaks

    @property
    def worst(self) -> int:
        """The position of the hour with the longest mean wait."""
        return max(range(len(self.hours)), key=lambda k: (_or_zero(self.wait[k].value), -k))


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def waits_by_hour(
    results: Results, answer: Answer, panels: int = PANELS
) -> tuple[WaitsByHour, ...]:
    """Return the agencies in most trouble, at most so many, with their waits over the day."""
    hours = tuple(hours_of(results.scenario))
    if not hours:
        return ()
    names = [f"{hour:02d}:00" for hour in hours]
    mall = tuple(results.estimate("wait.mean", interval=name).value for name in names)
    breaks = breaks_of(results.scenario)
    found = []
    for agency in [a for a in answer.promised if a.verdict in ORDER][:panels]:
        wait = tuple(results.estimate("wait.mean", "agency", agency.name, n) for n in names)
        broken = tuple(part.verdict == "broken" for part in agency.hours)
        limit = _shortest(agency, results)
        found.append(WaitsByHour(agency.title, hours, wait, broken, mall, limit, breaks))
    return tuple(found)


def _shortest(agency: Standing, results: Results) -> float:
    promises = (results.scenario.promise_of(service.name) for service in agency.services)
    return min(p.wait for p in promises if p) / q.MINUTE


def draw(data: WaitsByHour, ax: Axes, lang: str) -> Axes:
    """Draw mean waits with their interval band, the promise, and the mall's mean beside them."""
    middle = np.array(data.hours) + 0.5
    value = np.array([e.value for e in data.wait])
    low = np.array([max(e.low, 0.0) for e in data.wait])
    high = np.array([e.high for e in data.wait])
    broken = np.array(data.broken)
    shade_breaks(ax, data.breaks)
    ax.axhline(
        data.promise, color=LIMIT, linewidth=1.4, linestyle=(0, (5, 2)),
        label=say("plots.waits_by_hour.promise", lang),
    )  # fmt: skip
    ax.plot(
        middle, data.mall, color=MUTED, linewidth=1.2, linestyle=(0, (1, 1.5)),
        label=say("plots.waits_by_hour.mall", lang),
    )  # fmt: skip
    ax.fill_between(
        middle, low, high, color=DATA, alpha=0.22, linewidth=0,
        label=say("plots.waits_by_hour.band", lang),
    )  # fmt: skip
    ax.plot(
        middle, value, color=DATA, marker="o", markersize=3.5,
        label=say("plots.waits_by_hour.mean", lang),
    )  # fmt: skip
    ax.plot(
        middle[broken], value[broken], color=BAD, marker="s", markersize=6, linestyle="none",
        label=say("plots.waits_by_hour.broken", lang),
    )  # fmt: skip
    clock_axis(ax, data.hours[0], data.hours[-1] + 1, lang, every=2)
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    ax.set_title(clipped(data.label), loc="left")
    ax.set_ylabel(say("plots.minutes", lang))
    return ax


def title(data: tuple[WaitsByHour, ...], lang: str) -> str:
    """Say where and at what hour the wait is longest."""
    worst = max(data, key=lambda d: _or_zero(d.wait[d.worst].value))
    hour = worst.hours[worst.worst]
    long = worst.wait[worst.worst].value
    key = "above" if long > worst.promise else "below"
    return say(
        f"plots.waits_by_hour.title.{key}", lang, agency=in_title(worst.label),
        begin=locale.clock(hour * q.HOUR, lang), end=locale.clock((hour + 1) * q.HOUR, lang),
        wait=locale.minutes(long, lang),
        promise=locale.duration(worst.promise * q.MINUTE, lang),
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None without a promise or a clock (a run that never closes)."""
    data = waits_by_hour(shown.results, shown.answer)
    if not data:
        return None
    columns = min(len(data), 2)
    rows = -(-len(data) // columns)
    figure, axes = new_figure(lang, 1.75 * rows, rows, columns)
    top = max(max([d.promise, *(e.high for e in d.wait if e.high == e.high)]) for d in data)
    for one, ax in zip(data, axes, strict=False):
        draw(one, ax, lang).set_ylim(0, 1.08 * top)
    for ax in axes[len(data) :]:
        ax.set_axis_off()
    for ax in axes[1::columns] if columns > 1 else ():
        ax.set_ylabel("")
    note = say("plots.waits_by_hour.note", lang)
    return finish(figure, title(data, lang), note, axes[0].get_legend_handles_labels()[0])
