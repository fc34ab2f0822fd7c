"""Picture: how long each class of visitors waits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import locale
from sim.report.plots.labels import class_label, in_title
from sim.report.plots.shown import Shown
from sim.report.style import DATA, INK, MUTED, clipped, finish, new_figure
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ClassWaits:
    """Waits of one class of visitors (min): the mean, and what nine in ten do not exceed."""

    label: str
    mean: Estimate
    p90: Estimate


def waits_by_class(results: Results) -> tuple[ClassWaits, ...]:
    """Return the classes of which anybody was called, the longest wait first."""
    found = []
    for key in results.scenario.class_shares:
        mean = results.estimate("wait.mean", "visitor_class", key)
        p90 = results.estimate("wait.p90", "visitor_class", key)
        if not math.isnan(mean.value):
            found.append(ClassWaits(class_label(results.scenario, key), mean, p90))
    return tuple(sorted(found, key=lambda c: -c.mean.value))


def draw(data: tuple[ClassWaits, ...], ax: Axes, lang: str) -> Axes:
    """Draw one row a class: mean and 90 % quantile of the waits, each with its interval."""
    rows = range(len(data))
    for what, colour, marker in (("mean", DATA, "o"), ("p90", MUTED, "D")):
        estimates: list[Estimate] = [getattr(c, what) for c in data]
        value = [e.value for e in estimates]
        low = [max(0.0, e.value - max(e.low, 0.0)) for e in estimates]
        high = [e.high - e.value for e in estimates]
        ax.errorbar(
            value, rows, xerr=[low, high], color=colour, marker=marker, linestyle="none",
            markersize=7, elinewidth=2.2, label=say(f"plots.classes.{what}", lang),
        )  # fmt: skip
        for row, estimate in zip(rows, estimates, strict=True):
            ax.annotate(
                locale.number(estimate.value, lang, 1), (estimate.value, row), (0, 9),
                textcoords="offset points", ha="center", fontsize=8.5, color=INK,
            )  # fmt: skip
    ax.set_yticks(rows, [clipped(c.label) for c in data])
    ax.set_ylim(len(data) - 0.4, -0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(left=0)
    ax.margins(x=0.08)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lambda x, _: locale.short(x, lang))
    ax.set_xlabel(say("plots.classes.axis", lang))
    return ax


def title(data: tuple[ClassWaits, ...], lang: str) -> str:
    """Say who waits longest and who shortest, if the intervals let it be said."""
    first, last = data[0], data[-1]
    key = "differ" if first.mean.low > last.mean.high else "alike"
    return say(
        f"plots.classes.title.{key}", lang, longest=in_title(first.label),
        shortest=in_title(last.label), long=locale.minutes(first.mean.value, lang),
        short=locale.minutes(last.mean.value, lang),
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None where there are not two classes to compare."""
    data = waits_by_class(shown.results)
    if len(data) < 2:
        return None
    figure, (ax,) = new_figure(lang, 0.7 + 0.42 * len(data))
    draw(data, ax, lang)
    keys = ax.get_legend_handles_labels()[0]
    return finish(figure, title(data, lang), keys=keys, columns=1)
