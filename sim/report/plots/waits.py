"""Picture: how the waits of one simulated run are spread, within the promise and beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.log import Log
from sim.report import locale
from sim.report.plots.shown import Shown
from sim.report.style import BAD, FAINT, GOOD, INK, MUTED, finish, new_figure
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.statistics.tally.columns import wait_begins
from sim.words import say
from sim.workload import ABSENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Ints = NDArray[np.int64]

_WIDTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)
_BARS = 9
_TOWERING = 4
"""So many times as high as all others, the first bar hides them."""
KINDS = ("in_time", "late", "not_called")


@dataclass(frozen=True)
class Waits:
    """How many tickets of one log waited how long, of the services that promise something.

    edges : (B,) the least minutes of each bar; the last one is open above
    in_time, late, not_called : (B,) tickets called within their promise, called later, and not
        called at all: given up or sent home after so many minutes
    """

    edges: tuple[int, ...]
    in_time: Ints
    late: Ints
    not_called: Ints

    @property
    def all(self) -> Ints:
        """(B,) tickets of every kind."""
        return self.in_time + self.late + self.not_called

    @property
    def tickets(self) -> int:
        """All tickets together."""
        return int(self.all.sum())

    @classmethod
    def of(cls, log: Log, scenario: Scenario) -> Waits | None:
        """Count the tickets of a log; None where no service with a promise gave one."""
        stops = log.stop_rows
        limit = np.array([_limit(scenario, name) for name in log.names.services], dtype=np.int64)
        rows = (stops.ticket != ABSENT) & (limit[stops.service] >= 0)
        until = np.where(stops.called != ABSENT, stops.called, stops.end)
        rows &= until != ABSENT
        if not rows.any():
            return None
        since = wait_begins(log, scenario)
        wait = np.maximum(until - since, 0)[rows]
        called = stops.called[rows] != ABSENT
        in_time = called & (wait <= limit[stops.service][rows])
        edges = _edges(wait)
        bar = np.searchsorted(np.array(edges) * q.MINUTE, wait, side="right") - 1
        kinds = (in_time, called & ~in_time, ~called)
        counts = [np.bincount(bar[kind], minlength=len(edges)) for kind in kinds]
        return cls(edges, *counts)


def _limit(scenario: Scenario, service: str) -> int:
    promise = scenario.promise_of(service)
    return promise.wait if promise else -1


def _edges(wait: Ints) -> tuple[int, ...]:
    """Choose bars of a round width that reach nearly to the longest wait."""
    far = float(np.quantile(wait, 0.99)) / q.MINUTE
    width = next((w for w in _WIDTHS if far <= _BARS * w), _WIDTHS[-1])
    bars = min(max(2, int(far // width) + 1), _BARS)
    return tuple(width * k for k in range(bars))


def draw(data: Waits, ax: Axes, lang: str) -> Axes:
    """Draw stacked bars over the minutes waited, and the long waits once more, enlarged."""
    _bars(data, ax, lang, 0)
    names = _names(data.edges)
    ax.set_xticks(range(len(names)), names, fontsize=8)
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.grid(axis="y")
    ax.yaxis.set_major_formatter(lambda y, _: locale.number(y, lang))
    ax.set_xlabel(say("plots.waits.axis", lang))
    ax.set_ylabel(say("plots.waits.count", lang))
    first, *others = data.all
    if first > _TOWERING * max(others):
        # Drawn to one scale, the long waits, which are the trouble, would hardly be seen.
        inset = ax.inset_axes((0.27, 0.3, 0.72, 0.62))
        _bars(data, inset, lang, 1)
        inset.set_xticks(range(1, len(names)), names[1:], fontsize=7.5)
        inset.set_yticks([])
        inset.spines[:].set_color(FAINT)
        inset.spines[["top", "right"]].set_visible(True)
        inset.set_title(say("plots.waits.enlarged", lang), fontsize=8.5, loc="right")
    return ax


def _names(edges: tuple[int, ...]) -> list[str]:
    width = edges[1] - edges[0]
    return [*(f"{edge}–{edge + width}" for edge in edges[:-1]), f"≥ {edges[-1]}"]


def _bars(data: Waits, ax: Axes, lang: str, first: int) -> None:
    """Draw the bars from number `first` on, each with its count above it."""
    place = np.arange(first, len(data.edges))
    base = np.zeros(len(place), dtype=np.int64)
    for kind, colour in zip(KINDS, (GOOD, BAD, MUTED), strict=True):
        every: Ints = getattr(data, kind)
        label = say(f"plots.waits.{kind}", lang, count=locale.number(int(every.sum()), lang))
        count = every[first:]
        ax.bar(
            place, count, bottom=base, width=0.86, color=colour, edgecolor="white",
            linewidth=0.5, label=label, hatch="///" if kind == "late" else "",
        )  # fmt: skip
        base = base + count
    for x, height in zip(place, base, strict=True):
        ax.annotate(
            locale.number(int(height), lang), (x, height), (0, 2), textcoords="offset points",
            ha="center", fontsize=8, color=INK,
        )  # fmt: skip
    ax.tick_params(axis="x", length=0)
    ax.margins(y=0.12)


def title(data: Waits, lang: str) -> str:
    """Say how many of the tickets were called in time."""
    counts = {kind: locale.number(int(getattr(data, kind).sum()), lang) for kind in KINDS}
    return say("plots.waits.title", lang, tickets=locale.number(data.tickets, lang), **counts)


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None where no ticket came with a promise."""
    data = Waits.of(shown.log, shown.scenario)
    if data is None:
        return None
    figure, (ax,) = new_figure(lang, 2.9)
    draw(data, ax, lang)
    note = say("plots.waits.note", lang, days=len(shown.scenario.days), **shown.which)
    return finish(figure, title(data, lang), note, ax.get_legend_handles_labels()[0], 1)
