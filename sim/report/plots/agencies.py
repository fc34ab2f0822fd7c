"""Picture: how many each agency calls in time, the agencies in trouble first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import locale
from sim.report.answer import Answer, Standing, Verdict
from sim.report.plots.labels import in_title
from sim.report.plots.shown import Shown
from sim.report.sentences import share
from sim.report.style import BAD, FAINT, GOOD, INK, LIMIT, UNSURE, clipped, finish, new_figure
from sim.statistics.intervals import Estimate
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ORDER: tuple[Verdict, ...] = ("broken", "cannot_tell", "kept")
LOOKS: dict[Verdict, tuple[str, str]] = {
    "broken": (BAD, "s"),
    "cannot_tell": (UNSURE, "D"),
    "kept": (GOOD, "o"),
}


@dataclass(frozen=True)
class AgencyInTime:
    """One agency against its promise.

    in_time : share of tickets called within the promise
    promised : the share that the promise asks for; where services ask for different shares,
        their mean by tickets
    """

    key: str
    label: str
    in_time: Estimate
    promised: float
    verdict: Verdict

    @classmethod
    def of(cls, standing: Standing) -> AgencyInTime:
        """Take what the picture needs from an agency's standing."""
        promised = standing.required
        if math.isnan(promised):
            promised = standing.called_in_time.value - standing.margin.value
        return cls(
            standing.name, standing.title, standing.called_in_time, promised, standing.verdict
        )


def agencies_in_time(answer: Answer) -> tuple[AgencyInTime, ...]:
    """Return the agencies that have a promise and had tickets, the one in most trouble first."""
    return tuple(AgencyInTime.of(a) for a in answer.promised if a.verdict in ORDER)


def draw(data: tuple[AgencyInTime, ...], ax: Axes, lang: str) -> Axes:
    """Draw one row an agency: share called in time with its interval, and the promise."""
    for verdict in ORDER:
        rows = [k for k, a in enumerate(data) if a.verdict == verdict]
        if rows:
            colour, marker = LOOKS[verdict]
            value = [data[k].in_time.value for k in rows]
            below = [data[k].in_time.value - data[k].in_time.low for k in rows]
            above = [data[k].in_time.high - data[k].in_time.value for k in rows]
            label = say(f"plots.agencies.{verdict}", lang)
            ax.errorbar(
                value, rows, xerr=[below, above], color=colour, marker=marker, linestyle="none",
                markersize=6, elinewidth=2.2, label=label,
            )  # fmt: skip
    promised = [a.promised for a in data]
    ax.plot(
        promised, range(len(data)), linestyle="none", marker="|", markersize=13,
        markeredgewidth=2, color=LIMIT, zorder=1.5, label=say("plots.agencies.promised", lang),
    )  # fmt: skip
    ax.set_yticks(range(len(data)), [clipped(a.label) for a in data])
    for tick, agency in zip(ax.get_yticklabels(), data, strict=True):
        tick.set_color(BAD if agency.verdict == "broken" else INK)
    ax.set_ylim(len(data) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.hlines(range(len(data)), 0, 1, color=FAINT, linewidth=0.6, zorder=0)
    ends = [x for a in data for x in (a.in_time.low, a.in_time.value, a.promised)]
    low = min(x for x in ends if not math.isnan(x))  # one replication gives no interval
    ax.set_xlim(max(0.0, math.floor((low - 0.03) * 10) / 10), 1.01)
    ax.xaxis.set_major_formatter(lambda x, _: locale.percent(x, lang))
    ax.set_xlabel(say("plots.agencies.axis", lang))
    return ax


def title(data: tuple[AgencyInTime, ...], lang: str) -> str:
    """Say how many agencies break their promise, and which is furthest off."""
    worst = data[0]
    count = {v: sum(1 for a in data if a.verdict == v) for v in ORDER}
    case = next(v for v in ORDER if count[v])
    unsure = count["cannot_tell"]
    key = "broken_and_unsure" if case == "broken" and unsure else case
    called = share(worst.in_time, lang, worst.promised)
    return say(
        f"plots.agencies.title.{key}", lang,
        broken=count["broken"], unsure=unsure, all=len(data), agency=in_title(worst.label),
        in_time=say("locale.of", lang, part=called.value, whole=100),
        promised=locale.short(100 * worst.promised, lang),
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None where no agency has promised anything."""
    data = agencies_in_time(shown.answer)
    if not data:
        return None
    figure, (ax,) = new_figure(lang, 0.7 + 0.25 * len(data))
    draw(data, ax, lang)
    return finish(figure, title(data, lang), keys=ax.get_legend_handles_labels()[0])
