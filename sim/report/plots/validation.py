"""Picture: what was counted on the days held out, in bands of what is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.fitting.validation import TRIALS, Band, Checked, Validation
from sim.report import locale
from sim.report.style import DATA, INK, clipped, finish, new_figure
from sim.scenario import quantities as q
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 6
"""So many agencies are shown, those with the most waits."""
_KINDS = ("waits", "line", "spread")


def picture(found: Validation, lang: str) -> Figure | None:
    """Return the picture, None where nothing was checked."""
    shown = sorted((one for one in found.agencies if one.n), key=lambda one: -one.n)[:MOST]
    if not shown:
        return None
    figure, axes = new_figure(lang, 1.75 * len(shown), len(shown), len(_KINDS))
    for k, one in enumerate(shown):
        for kind, ax in zip(_KINDS, axes[3 * k : 3 * k + 3], strict=True):
            draw(one, kind, ax, lang)
    note = say("validated.plot.note", lang, trials=TRIALS)
    keys = axes[0].get_legend_handles_labels()[0]
    return finish(figure, say("validated.plot.title", lang), note, keys)


def draw(one: Checked, kind: str, ax: Axes, lang: str) -> Axes:
    """Draw one comparison of one agency."""
    band: Band = getattr(one, kind)
    by_rank = kind == "spread"
    x = 100 * band.at if by_rank else band.at / q.HOUR + 0.25
    for name, alpha in (("drawn", 0.18), ("again", 0.4)):
        low, high = getattr(band, name)
        ax.fill_between(
            x, low, high, color=DATA, alpha=alpha, linewidth=0,
            label=say(f"validated.plot.{name}", lang),
        )  # fmt: skip
    ax.plot(
        x, band.seen, linestyle="none", marker="o", markersize=2.8, color=INK,
        label=say("validated.plot.seen", lang),
    )  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.grid(axis="y")
    if by_rank:
        ax.set_xlabel(say("validated.plot.shorter", lang))
    else:
        hours = np.arange(np.ceil(x[0]), x[-1] + 1, 2)
        ax.set_xticks(hours, [locale.clock(int(h) * q.HOUR, lang) for h in hours], rotation=45)
    what = say(f"validated.plot.{kind}", lang)
    ax.set_title(clipped(one.agency if kind == "waits" else "", 110), loc="left")
    ax.set_ylabel(what)
    return ax
