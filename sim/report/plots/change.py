"""Picture: what a join changes for present citizens, by weekday and hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.compare import Alternative
from sim.report import locale
from sim.report.style import BAD, GOOD, INK, finish, new_figure
from sim.scenario import quantities as q
from sim.statistics.change import difference
from sim.statistics.intervals import PairedDifference
from sim.statistics.slices import hours_of, weekdays_of
from sim.statistics.verdict import together
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST = 5.0
"""Points of 100 at which the colours are full, at the least: small changes look small."""


@dataclass(frozen=True)
class Changes:
    """By weekday (a row each) and hour of the clock: tickets of present citizens called in time.

    cells : the change by the hour in which the ticket was taken; all intervals hold together
    """

    weekdays: tuple[str, ...]
    hours: tuple[int, ...]
    cells: tuple[tuple[PairedDifference, ...], ...]

    @property
    def values(self) -> np.ndarray:
        """The changes in points of 100, NaN where no tickets are taken; (weekdays, hours)."""
        return np.array([[100 * cell.value for cell in row] for row in self.cells])

    @property
    def sure(self) -> np.ndarray:
        """Whether there surely is a change; (weekdays, hours)."""
        return np.array([[cell.low > 0 or cell.high < 0 for cell in row] for row in self.cells])


def changes(of: Alternative) -> Changes | None:
    """Return what changes in each hour of the week; None of a mall that never closes."""
    hours, weekdays = tuple(hours_of(of.base.scenario)), weekdays_of(of.base.scenario)
    if not hours or of.present.estimate("tickets").value == 0:
        return None
    confidence = together(len(hours) * len(weekdays))
    cells = tuple(
        tuple(
            difference(
                of.present, of.present_before, "called_in_time", weekday=weekday,
                interval=f"{hour:02d}:00", confidence=confidence,
            )
            for hour in hours
        )
        for weekday in weekdays
    )  # fmt: skip
    return Changes(weekdays, hours, cells)


def draw(data: Changes, ax: Axes, lang: str) -> Axes:
    """Draw a cell for each hour of each weekday; a frame where the change is sure."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    values = data.values
    most = max(LEAST, float(np.nanmax(np.abs(values), initial=0)))
    colours = LinearSegmentedColormap.from_list("change", [BAD, "white", GOOD])
    ax.imshow(values, cmap=colours, vmin=-most, vmax=most, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if value == value:
            ax.text(column, row, locale.signed(value, lang), ha="center", va="center", fontsize=8.5)
        if data.sure[row, column]:
            frame = Rectangle((column - 0.47, row - 0.45), 0.94, 0.9, fill=False, linewidth=1.6)
            frame.set_edgecolor(INK)
            ax.add_patch(frame)
    ax.set_xticks(
        range(len(data.hours)), [locale.clock(hour * q.HOUR, lang) for hour in data.hours]
    )
    ax.set_yticks(range(len(data.weekdays)), [locale.weekday(d, lang) for d in data.weekdays])
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def title(data: Changes, lang: str) -> str:
    """Say in which hour present citizens surely lose most, and where they may lose more."""
    sure = np.where(data.sure, data.values, 0.0)
    lost = np.where(np.isnan(data.values), 0.0, data.values)
    said = say("plots.change.title.nowhere", lang)
    if sure.min() < 0:
        said = say("plots.change.title.lost", lang, **_hour(data, sure, lang))
    if lost.min() < sure.min():
        said += say("plots.change.title.maybe", lang, **_hour(data, lost, lang))
    return said


def _hour(data: Changes, changed: np.ndarray, lang: str) -> dict[str, str]:
    """Return the hour in which most is lost, in words."""
    row, column = np.unravel_index(int(np.argmin(changed)), changed.shape)
    hour = data.hours[column]
    return {
        "day": locale.weekday(data.weekdays[row], lang),
        "begin": locale.clock(hour * q.HOUR, lang), "end": locale.clock((hour + 1) * q.HOUR, lang),
        "fewer": locale.number(-float(changed[row, column]), lang, 1),
    }  # fmt: skip


def picture(of: Alternative, lang: str) -> Figure | None:
    """Return the picture, or None where there is no clock or no present citizen."""
    data = changes(of)
    if data is None:
        return None
    figure, (ax,) = new_figure(lang, 0.5 + 0.32 * len(data.weekdays))
    draw(data, ax, lang)
    return finish(figure, title(data, lang), say("plots.change.note", lang))
