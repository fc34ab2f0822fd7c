"""Picture: each agency's share called in time today and after a join, beside its promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.experiments.compare import Alternative
from sim.experiments.decision import promising
from sim.report import locale
from sim.report.plots.agencies import LOOKS
from sim.report.plots.labels import agency_label, in_title
from sim.report.style import FAINT, LIMIT, MUTED, clipped, finish, new_figure
from sim.statistics.intervals import Estimate
from sim.statistics.verdict import State, promise_of
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Row:
    """An agency; shares of its tickets called in time, of 1.

    today : the share, None for an agency that is new; before : what followed today
    after : with an interval at the confidence of the decision; state : what follows
    promised : the share promised
    blamed : whether what is not kept speaks against the join
    """

    label: str
    today: float | None
    before: State | None
    after: Estimate
    state: State
    promised: float
    blamed: bool = True

    @property
    def falls(self) -> bool:
        """Whether the join surely breaks the promise, which was not broken today."""
        return self.blamed and self.state == "broken" and self.before not in ("broken", None)

    @property
    def rises(self) -> bool:
        """Whether the promise is surely kept now and was not today."""
        return self.state == "kept" and self.before not in ("kept", None)


def rows(of: Alternative) -> tuple[Row, ...]:
    """Return the agencies that promise something, those that lose most first, new ones last."""
    present = promising(of.base.scenario)
    not_blamed = {one.name for one in of.conditions if not one.blamed}
    found = []
    for name in promising(of.scenario):
        after, margin, state = promise_of(of.results, "agency", name, of.confidence)
        if after.value != after.value:
            continue
        today, before = None, None
        if name in present:
            share, _, before = promise_of(of.base, "agency", name, of.confidence)
            today = share.value
        label = agency_label(of.scenario, name)
        promised = after.value - margin.value
        found.append(Row(label, today, before, after, state, promised, name not in not_blamed))
    return tuple(sorted(found, key=lambda r: 1.0 if r.today is None else r.after.value - r.today))


def draw(data: tuple[Row, ...], ax: Axes, lang: str) -> Axes:
    """Draw one row an agency: from today to after, and the promise."""
    ax.hlines(range(len(data)), 0, 100, color=FAINT, linewidth=0.6, zorder=0)
    for place, row in enumerate(data):
        _row(row, place, ax, lang)
    ax.set_yticks(range(len(data)), [clipped(row.label) for row in data])
    ax.set_ylim(len(data) - 0.4, -0.6)
    lowest = min(
        min(100 * row.promised, 100 * row.after.low, 100 * (row.today or 1.0)) for row in data
    )
    ax.set_xlim(max(0, lowest - 4), 101)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_xlabel(say("plots.crossing.axis", lang))
    return ax


def _row(row: Row, place: int, ax: Axes, lang: str) -> None:
    colour, marker = LOOKS[row.state]
    value, low, high = (100 * x for x in (row.after.value, row.after.low, row.after.high))
    if row.today is not None:
        ax.plot([100 * row.today, value], [place, place], color=MUTED, linewidth=1, zorder=1)
        ax.plot(
            [100 * row.today], [place], marker="o", markersize=6, markerfacecolor="white",
            color=MUTED, linestyle="none", label=say("plots.crossing.today", lang),
        )  # fmt: skip
    ax.plot(
        [100 * row.promised], [place], marker="|", markersize=13, markeredgewidth=2, color=LIMIT,
        linestyle="none", label=say("plots.agencies.promised", lang),
    )  # fmt: skip
    around = None if low != low else [[value - low], [high - value]]
    ax.errorbar(
        [value], [place], xerr=around, color=colour, marker=marker, markersize=6, elinewidth=2,
        linestyle="none", label=say(f"plots.crossing.{row.state}", lang),
    )  # fmt: skip


def title(data: tuple[Row, ...], lang: str) -> str:
    """Name who crosses the promise: who falls below it, else who rises above it."""
    for key in ("falls", "rises"):
        crossing = [row for row in data if getattr(row, key)]
        if crossing:
            first = crossing[0]
            assert first.today is not None
            return say(
                f"plots.crossing.title.{key}", lang, agency=in_title(first.label),
                n=len(crossing), today=locale.number(100 * first.today, lang, 1),
                after=locale.number(100 * first.after.value, lang, 1),
            )  # fmt: skip
    return say("plots.crossing.title.nobody", lang)


def picture(of: Alternative, lang: str) -> Figure | None:
    """Return the picture, or None where nobody promises anything."""
    data = rows(of)
    if not data:
        return None
    figure, (ax,) = new_figure(lang, 0.7 + 0.25 * len(data))
    draw(data, ax, lang)
    handles, labels = ax.get_legend_handles_labels()
    keys = dict(zip(labels, handles, strict=True))
    return finish(figure, title(data, lang), say("plots.crossing.note", lang), list(keys.values()))
