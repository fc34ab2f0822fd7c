"""Picture: a citizen's line while she stood in it, and why she did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.explain import Explanation, Wait
from sim.report import locale
from sim.report.explanation import cause_of, head
from sim.report.style import BAD, DATA, FAINT, INK, finish, new_figure
from sim.scenario import quantities as q
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES = (FAINT, "#c9dbe8", "#f3d9c4", "#d9e6c8", "#e6d3e0", "#f0e6bf", "#d0d0d0", "#bfe0da")
"""One for each cause that occurs, in the order in which they come."""


def draw(found: Explanation, wait: Wait, ax: Axes, lang: str) -> Axes:
    """Draw how many waited and how many of them were ahead of her, over the causes of her wait."""
    line = found.in_line(wait.row)
    shades: dict[str, str] = {}
    for part in wait.parts:
        shade = shades.setdefault(part.cause, SHADES[len(shades) % len(SHADES)])
        label = cause_of(part.cause, lang) if part.cause not in _shown(ax) else None
        ax.axvspan(part.begin / q.MINUTE, part.end / q.MINUTE, color=shade, linewidth=0, zorder=0,
                   label=label, gid=part.cause)  # fmt: skip
    times = np.append(line.times, wait.end) / q.MINUTE
    for numbers, colour, key in ((line.waiting, DATA, "waiting"), (line.ahead, BAD, "ahead")):
        ax.stairs(numbers, times, color=colour, linewidth=1.8, baseline=None,
                  label=say(f"plots.her_line.{key}", lang))  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xlim(wait.begin / q.MINUTE, wait.end / q.MINUTE)
    ax.set_ylim(0, max(1, int(line.waiting.max())) * 1.1)
    ax.xaxis.set_major_formatter(lambda x, _: locale.clock(round(x * q.MINUTE), lang))
    ax.xaxis.get_major_locator().set_params(nbins=5)  # type: ignore[call-arg]
    ax.yaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    ax.set_ylabel(say("plots.her_line.people", lang))
    return ax


def _shown(ax: Axes) -> set[str]:
    return {str(patch.get_gid()) for patch in ax.patches}


def picture(found: Explanation, wait: Wait, lang: str) -> Figure:
    """Return the picture of one wait."""
    figure, (ax,) = new_figure(lang, 2.6)
    draw(found, wait, ax, lang)
    handles, _ = ax.get_legend_handles_labels()
    return finish(figure, head(found, wait, lang), keys=handles, columns=1)
