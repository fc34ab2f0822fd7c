"""Picture: how much demand each agency's promise bears, the first to break first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiments.capacity import Capacity, Curve
from sim.report import locale
from sim.report.capacity import answer
from sim.report.style import BAD, DATA, FAINT, GOOD, LIMIT, clipped, finish, new_figure
from sim.report.titles import titles
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(found: Capacity, ax: Axes, lang: str) -> Axes:
    """Draw one row an agency: where its promise breaks, with its interval, or that it does not."""
    names = titles(found.scenario)
    first, last = (float(found.curves[0].factors[k]) for k in (0, -1))
    ax.hlines(range(len(found.curves)), first, last, color=FAINT, linewidth=0.6, zorder=0)
    for row, curve in enumerate(found.curves):
        _row(curve, row, ax, first, last, lang)
    ax.axvline(1, color=LIMIT, linewidth=1.2, label=say("study.capacity.today", lang), zorder=0.5)
    ax.set_yticks(range(len(found.curves)), [clipped(names[c.agency]) for c in found.curves])
    ax.set_ylim(len(found.curves) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lambda x, _: locale.short(x, lang, 2))
    ax.set_xlabel(say("study.capacity.axis", lang))
    return ax


def _row(curve: Curve, row: int, ax: Axes, first: float, last: float, lang: str) -> None:
    at = curve.crossing
    if at.state in ("crosses", "several"):
        ax.errorbar(
            [at.factor], [row], xerr=[[at.factor - at.low], [at.high - at.factor]], color=DATA,
            marker="o", markersize=6, elinewidth=2.2, label=say("study.capacity.bears", lang),
        )  # fmt: skip
    elif at.state == "never":
        ax.plot([last], [row], color=GOOD, marker=">", markersize=7, linestyle="none",
                label=say("study.capacity.beyond", lang))  # fmt: skip
    else:
        ax.plot([first], [row], color=BAD, marker="s", markersize=6, linestyle="none",
                label=say("study.capacity.broken", lang))  # fmt: skip


def picture(found: Capacity, lang: str) -> Figure:
    """Return the picture."""
    figure, (ax,) = new_figure(lang, 0.7 + 0.25 * len(found.curves))
    draw(found, ax, lang)
    handles, labels = ax.get_legend_handles_labels()
    keys = dict(zip(labels, handles, strict=True))
    return finish(figure, answer(found, lang), keys=list(keys.values()), columns=1)
