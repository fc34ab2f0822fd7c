"""Picture: how many counters are staffed and how many are busy over the day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report import locale
from sim.report.plots.clock import Breaks, breaks_of, clock_axis, shade_breaks
from sim.report.plots.labels import agency_label, in_title
from sim.report.plots.shown import Shown
from sim.report.style import DATA, MUTED, clipped, finish, new_figure
from sim.scenario import quantities as q
from sim.statistics.results import Results
from sim.statistics.slices import hours_of
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 6


@dataclass(frozen=True)
class BusyCounters:
    """The counters of one agency over the day, averaged over each hour.

    hours : of the clock; `busy` and `staffed` (counters) go with them, NaN where nobody is there
    utilisation : share of the staffed time that is spent serving
    """

    label: str
    hours: tuple[int, ...]
    busy: tuple[float, ...]
    staffed: tuple[float, ...]
    utilisation: float
    breaks: Breaks

    @property
    def peak(self) -> int:
        """The position of the hour in which most of the staffed time is spent serving."""
        return max(range(len(self.hours)), key=lambda k: (self.share(k), -k))

    def share(self, k: int) -> float:
        """Return the share of an hour's staffed time spent serving; 0 if nobody is there."""
        return self.busy[k] / self.staffed[k] if self.staffed[k] > 0 else 0.0


def busy_counters(results: Results, panels: int = PANELS) -> tuple[BusyCounters, ...]:
    """Return the agencies with the highest utilisation, at most so many, the busiest first."""
    scenario = results.scenario
    hours = tuple(hours_of(scenario))
    if not hours:
        return ()
    used = {a: results.estimate("utilisation", "agency", a).value for a in scenario.agencies}
    order = sorted((a for a in used if not math.isnan(used[a])), key=lambda a: (-used[a], a))
    breaks = breaks_of(scenario)
    return tuple(
        BusyCounters(
            agency_label(scenario, a), hours, _by_hour(results, "busy.mean", a, hours),
            _by_hour(results, "staffed.mean", a, hours), used[a], breaks,
        )
        for a in order[:panels]
    )  # fmt: skip


def _by_hour(
    results: Results, measure: str, agency: str, hours: tuple[int, ...]
) -> tuple[float, ...]:
    return tuple(
        results.estimate(measure, "agency", agency, f"{hour:02d}:00").value for hour in hours
    )


def draw(data: BusyCounters, ax: Axes, lang: str) -> Axes:
    """Draw the hours as bars: staffed counters as an outline, busy ones filled."""
    left = np.array(data.hours, dtype=float)
    shade_breaks(ax, data.breaks)
    ax.bar(
        left, data.busy, width=1, align="edge", color=DATA, edgecolor="white", linewidth=0.8,
        label=say("plots.counters.busy", lang),
    )  # fmt: skip
    ax.stairs(
        data.staffed, np.append(left, left[-1] + 1), color=MUTED, linewidth=1.6, baseline=None,
        label=say("plots.counters.staffed", lang),
    )  # fmt: skip
    clock_axis(ax, left[0], left[-1] + 1, lang, every=2)
    top = max(1, math.ceil(max(*data.staffed, *data.busy) - 1e-9))
    ax.set_ylim(0, top + 0.15)
    ax.set_yticks(range(0, top + 1, max(1, math.ceil(top / 4))))
    ax.grid(axis="y")
    name = clipped(data.label)
    ax.set_title(f"{name}, {locale.percent(data.utilisation, lang)}", loc="left")
    ax.set_ylabel(say("plots.counters.axis", lang))
    return ax


def title(data: tuple[BusyCounters, ...], lang: str) -> str:
    """Say where counters are busiest, and in which hour."""
    first = data[0]
    hour = first.hours[first.peak]
    return say(
        "plots.counters.title", lang, agency=in_title(first.label),
        used=locale.percent(first.utilisation, lang),
        begin=locale.clock(hour * q.HOUR, lang), end=locale.clock((hour + 1) * q.HOUR, lang),
        peak=locale.percent(first.share(first.peak), lang),
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None for a run that never closes."""
    data = busy_counters(shown.results)
    if not data:
        return None
    columns = min(len(data), 2)
    rows = -(-len(data) // columns)
    figure, axes = new_figure(lang, 1.45 * rows, rows, columns)
    for one, ax in zip(data, axes, strict=False):
        draw(one, ax, lang)
    for ax in axes[len(data) :]:
        ax.set_axis_off()
    for ax in axes[1::columns] if columns > 1 else ():
        ax.set_ylabel("")
    note = say("plots.counters.note", lang)
    return finish(figure, title(data, lang), note, axes[0].get_legend_handles_labels()[0])
