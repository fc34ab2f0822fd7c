"""The axis of the day: hours since midnight, written as the reader writes the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import locale
from sim.report.style import FAINT
from sim.scenario import quantities as q
from sim.scenario.model import Scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Breaks = tuple[tuple[float, float], ...]


def clock_axis(ax: Axes, begin: float, end: float, lang: str, every: int = 1) -> None:
    """Make the x axis a clock from `begin` to `end` (hours), ticked every so many hours."""
    first = int(-(-begin // 1))
    ticks = list(range(first, int(end) + 1, every))
    ax.set_xlim(begin, end)
    ax.set_xticks(ticks, [locale.clock(tick * q.HOUR, lang) for tick in ticks])


def shade_breaks(ax: Axes, breaks: Breaks) -> None:
    """Shade the hours in which the mall's counters rest."""
    for begin, end in breaks:
        ax.axvspan(begin, end, color=FAINT, linewidth=0, zorder=0)


def breaks_of(scenario: Scenario, weekday: str = "") -> Breaks:
    """Return the breaks of a weekday, in hours; without one, those that most days have."""
    tables = [day.breaks for day in scenario.days if weekday in ("", day.weekday)]
    usual = max(dict.fromkeys(tables), key=tables.count)
    return tuple((begin / q.HOUR, end / q.HOUR) for begin, end in usual)
