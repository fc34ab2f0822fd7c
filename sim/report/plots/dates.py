"""Picture: a run of dates as a calendar, each day by how many go home with promises kept."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.report import locale
from sim.report.plots.shown import Shown
from sim.report.style import BAD, FAINT, GOOD, INK, MUTED, finish, new_figure
from sim.scenario.calendar import weekday_of
from sim.statistics.results import Results
from sim.statistics.slices import weekdays_of
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 20
"""Days of which a calendar is more than a row."""
WORST = 5
PANELS = 6
"""Half-years that are drawn: three years."""
EDGES = (0.5, 0.7, 0.8, 0.9, 0.95)
COLOURS = ("#7a2e00", BAD, "#f2a96b", "#f5e6c8", "#8fd3bf", GOOD)
"""Colours of the classes between the edges, the worst first; dark ones carry white numbers."""
_DARK = (0, 1, 5)


@dataclass(frozen=True)
class HalfYear:
    """The days of one half-year.

    fulfilled : share of the visits of each open day that were fulfilled, over all replications;
        NaN where nobody came
    closed : dates of the run on which the mall is closed although it is one of its weekdays:
        holidays and special days
    """

    year: int
    half: int
    fulfilled: dict[date, float]
    closed: tuple[date, ...]

    @property
    def first(self) -> date:
        """The first date of the half-year."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last(self) -> date:
        """The last date of the half-year."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)


@dataclass(frozen=True)
class Calendar:
    """A run of dates: half-years in order, and the days with fewest visits fulfilled.

    weekdays : the rows; worst : (date, share), the worst first
    mean : share of all visits fulfilled; low : days below 80 of 100
    """

    halves: tuple[HalfYear, ...]
    weekdays: tuple[str, ...]
    worst: tuple[tuple[date, float], ...]
    mean: float
    low: int
    days: int


def calendar(results: Results) -> Calendar | None:
    """Return the days of a run of dates, or None where these are too few to be a calendar."""
    scenario = results.scenario
    days = [day.date for day in scenario.days if day.date is not None]
    if len(days) <= FEWEST:
        return None
    columns = [results.position("fulfilled", weekday=day.isoformat()) for day in days]
    total, n = results.total[:, columns].sum(axis=0), results.n[:, columns].sum(axis=0)
    share = {
        day: float(part / whole) if whole else math.nan
        for day, part, whole in zip(days, total, n, strict=True)
    }
    if all(math.isnan(value) for value in share.values()):
        return None
    of = scenario.calendar
    span = [d for d in of.dates or () if of.only is None or d in of.only]
    closed = [d for d in span if d not in share and weekday_of(d) in of.ordinary]
    halves: dict[tuple[int, int], tuple[dict[date, float], list[date]]] = {}
    for day in sorted([*share, *closed]):
        opened, shut = halves.setdefault((day.year, 1 if day.month < 7 else 2), ({}, []))
        if day in share:
            opened[day] = share[day]
        else:
            shut.append(day)
    known = sorted((value, day) for day, value in share.items() if not math.isnan(value))
    return Calendar(
        halves=tuple(HalfYear(*key, opened, tuple(shut)) for key, (opened, shut) in halves.items()),
        weekdays=weekdays_of(scenario),
        worst=tuple((day, value) for value, day in known[:WORST]),
        mean=results.estimate("fulfilled").value,
        low=sum(value < 0.8 for value, _ in known),
        days=len(days),
    )


def draw(data: HalfYear, whole: Calendar, ax: Axes, lang: str) -> Axes:
    """Draw a half-year as weeks side by side, and number the worst days of the whole run."""
    from matplotlib.patches import Rectangle

    start = data.first - timedelta(data.first.weekday())
    rank = {day: number for number, (day, _) in enumerate(whole.worst, start=1)}

    def place(day: date) -> tuple[float, float]:
        return float((day - start).days // 7), float(whole.weekdays.index(weekday_of(day)))

    for day in data.closed:
        if weekday_of(day) in whole.weekdays:
            x, y = place(day)
            ax.plot(
                [x - 0.22, x + 0.22], [y - 0.22, y + 0.22], color=MUTED, linewidth=0.9,
                solid_capstyle="butt",
            )  # fmt: skip
    for day, value in data.fulfilled.items():
        x, y = place(day)
        colour = FAINT if math.isnan(value) else COLOURS[class_of(value)]
        ax.add_patch(Rectangle((x - 0.45, y - 0.45), 0.9, 0.9, facecolor=colour, linewidth=0))
        if day in rank:
            white = not math.isnan(value) and class_of(value) in _DARK
            ax.text(
                x, y, str(rank[day]), ha="center", va="center_baseline", fontsize=8,
                weight="bold", color="white" if white else INK,
            )  # fmt: skip
    months = [date(data.year, month, 1) for month in range(data.first.month, data.first.month + 6)]
    weeks = [((month - start).days + 6) // 7 for month in months]
    names = [say(f"locale.month.{month.month}", lang)[:3] for month in months]
    ax.set_xticks([week - 0.45 for week in weeks], names, ha="left")
    ax.set_yticks(
        range(len(whole.weekdays)), [locale.weekday(day, lang)[:3] for day in whole.weekdays]
    )
    ax.set_xlim(-0.6, (data.last - start).days // 7 + 0.6)
    ax.set_ylim(len(whole.weekdays) - 0.4, -0.6)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_title(str(data.year), loc="left")
    return ax


def class_of(share: float) -> int:
    """Return the place of a share among the classes, the worst first."""
    return bisect_right(EDGES, share + 1e-9)


def _keys(lang: str) -> list[Any]:
    """Return what the colours mean, the best first."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    edges = [locale.number(100 * edge, lang) for edge in EDGES]
    texts = [say("plots.dates.below", lang, high=edges[0])]
    texts += [say("plots.dates.between", lang, low=low, high=high) for low, high in pairwise(edges)]
    texts.append(say("plots.dates.above", lang, low=edges[-1]))
    keys: list[Any] = [
        Patch(facecolor=colour, label=text) for colour, text in zip(COLOURS, texts, strict=True)
    ][::-1]
    closed = say("plots.dates.closed", lang)
    return [*keys, Line2D([], [], color=MUTED, linewidth=0.9, label=closed)]


def title(data: Calendar, lang: str) -> str:
    """Say which day is the worst, and on how many days it is bad."""
    day, share = data.worst[0]
    return say(
        "plots.dates.title.low" if data.low else "plots.dates.title.fine", lang,
        day=locale.weekday_of(day, lang), share=locale.of_hundred(share, lang),
        low=locale.number(data.low, lang), days=locale.number(data.days, lang),
        mean=locale.of_hundred(data.mean, lang),
    )  # fmt: skip


def note(data: Calendar, replications: int, lang: str) -> str:
    """Name the worst days, and say how to read them."""
    worst = [
        say(
            "plots.dates.one",
            lang,
            number=number,
            day=locale.day(day, lang),
            share=locale.number(100 * share, lang),
        )
        for number, (day, share) in enumerate(data.worst, start=1)
    ]
    key = "plots.dates.note_one" if replications == 1 else "plots.dates.note"
    text = say(key, lang, worst="; ".join(worst), count=locale.number(replications, lang))
    if len(data.halves) > PANELS:
        text += " " + say("plots.dates.cut", lang, years=PANELS // 2)
    return text


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None for a run of a week, of few dates, or without visitors."""
    data = calendar(shown.results)
    if data is None:
        return None
    panels = data.halves[:PANELS]
    figure, axes = new_figure(lang, (0.5 + 0.185 * len(data.weekdays)) * len(panels), len(panels))
    for half, ax in zip(panels, axes, strict=True):
        draw(half, data, ax, lang)
    text = note(data, shown.results.replications, lang)
    return finish(figure, title(data, lang), text, _keys(lang))
