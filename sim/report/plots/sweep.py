"""Picture: a headline over one figure as lines with intervals, over two as a heat map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.sweep import Sweep
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.style import DATA, finish, new_figure
from sim.report.sweep import axis_text, name_of
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Write = Callable[[float], str]


def picture(found: Sweep, measure: str, lang: str) -> Figure | None:
    """Return the picture of a measure of the mall, or None for a design that it cannot show."""
    values = np.array([p.results.estimate(measure).value for p in found.points])
    if np.isnan(values).all() or not 1 <= len(found.axes) <= 2 or not found.factorial:
        return None
    name = name_of(measure, lang)
    if len(found.axes) == 1:
        figure, (ax,) = new_figure(lang, 2.4)
        _line(found, measure, ax, lang)
        title = say(
            "study.sweep.title", lang, name=name, path=axis_text(found, found.axes[0], lang)
        )
    else:
        rows = len(dict.fromkeys(p.figures[found.axes[0]] for p in found.points))
        figure, (ax,) = new_figure(lang, 0.8 + 0.32 * rows)
        _heat(found, values, ax, _writer(measure, lang), lang)
        x, y = (axis_text(found, axis, lang) for axis in found.axes[::-1])
        title = say("study.sweep.title_two", lang, name=name, x=x, y=y)
    return finish(figure, title)


def _writer(measure: str, lang: str) -> Write:
    if measure.startswith("wait"):
        return lambda value: locale.short(value, lang)
    return lambda value: locale.percent(value, lang)


def _line(found: Sweep, measure: str, ax: Axes, lang: str) -> None:
    estimates = [p.results.estimate(measure) for p in found.points]
    value, low, high = (np.array([getattr(e, k) for e in estimates])
                        for k in ("value", "low", "high"))  # fmt: skip
    labels = [figure_text(str(p.figures[found.axes[0]]), lang) for p in found.points]
    ax.errorbar(
        range(len(labels)), value, yerr=[value - low, high - value], color=DATA, marker="o",
        markersize=5, elinewidth=1.6,
    )  # fmt: skip
    ax.set_xticks(range(len(labels)), labels)
    ax.set_xlabel(axis_text(found, found.axes[0], lang))
    if measure.startswith("wait"):
        ax.set_ylabel(say("plots.minutes", lang))
        ax.set_ylim(bottom=0)
    else:
        ax.yaxis.set_major_formatter(lambda x, _: locale.percent(x, lang))
    ax.grid(axis="y")


def _heat(found: Sweep, values: np.ndarray, ax: Axes, write: Write, lang: str) -> None:
    down, across = (list(dict.fromkeys(p.figures[axis] for p in found.points))
                    for axis in found.axes)  # fmt: skip
    grid = values.reshape(len(down), len(across))
    ax.imshow(grid, cmap="cividis", aspect="auto")
    middle = (np.nanmin(grid) + np.nanmax(grid)) / 2
    for row in range(len(down)):
        for column in range(len(across)):
            value = float(grid[row, column])
            colour = "black" if value > middle else "white"  # cividis goes from dark to light
            ax.text(column, row, write(value), ha="center", va="center", color=colour)
    ax.set_xticks(range(len(across)), across)
    ax.set_yticks(range(len(down)), down)
    ax.set_xlabel(axis_text(found, found.axes[1], lang))
    ax.set_ylabel(axis_text(found, found.axes[0], lang))
    ax.tick_params(length=0)
