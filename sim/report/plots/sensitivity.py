"""Picture: how far each assumption moves the measure over its plausible range (a tornado)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiments.sensitivity import Sensitivity
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.sensitivity import answer, figure
from sim.report.style import BAD, DATA, MUTED, clipped, finish, new_figure
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12


def draw(found: Sensitivity, ax: Axes, lang: str) -> Axes:
    """Draw one row a figure: the measure at the low and at the high end, less as assumed."""
    swings = found.swings[:MOST]
    for end, colour in (("at_low", DATA), ("at_high", BAD)):
        changes = [getattr(swing, end) for swing in swings]
        value = [c.value for c in changes]
        spread = [[c.value - c.low for c in changes], [c.high - c.value for c in changes]]
        ax.barh(
            range(len(swings)), value, color=colour, height=0.6, alpha=0.85,
            label=say(f"study.sensitivity.{end}", lang),
        )  # fmt: skip
        ax.errorbar(value, range(len(swings)), xerr=spread, color=MUTED, linestyle="none",
                    elinewidth=1)  # fmt: skip
    ax.axvline(0, color=MUTED, linewidth=0.8)
    labels = [
        f"{clipped(figure(found, s, lang), 190, 8)}\n"
        f"{figure_text(s.low, lang)} – {figure_text(s.high, lang)}"
        for s in swings
    ]
    ax.set_yticks(range(len(swings)), labels, fontsize=8)
    ax.set_ylim(len(swings) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    if found.base.is_share(found.base.position(found.measure)):
        ax.xaxis.set_major_formatter(lambda x, _: locale.short(100 * x, lang))
        ax.set_xlabel(say("study.sensitivity.axis", lang))
    else:
        ax.set_xlabel(say("plots.minutes", lang))
    return ax


def picture(found: Sensitivity, lang: str) -> Figure:
    """Return the picture of the figures that matter most."""
    figure, (ax,) = new_figure(lang, 0.7 + 0.36 * len(found.swings[:MOST]))
    draw(found, ax, lang)
    return finish(figure, answer(found, lang), keys=ax.get_legend_handles_labels()[0], columns=1)
