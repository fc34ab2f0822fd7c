"""Picture: one day as it went, a row for each counter and a bar for each citizen served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.log import STATES, Log
from sim.report import locale
from sim.report.plots.clock import clock_axis
from sim.report.plots.labels import agency_label
from sim.report.plots.shown import Shown
from sim.report.style import BAD, FAINT, GOOD, INK, MUTED, clipped, finish, new_figure
from sim.scenario import quantities as q
from sim.scenario.model import Scenario
from sim.statistics.tally.columns import wait_begins
from sim.words import say
from sim.workload import ABSENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_OFF = {"break": "#bdbdbd", "wrapping": "#969696", "down": "#4d4d4d", "absent": "#4d4d4d"}
"""Colours of a counter's states in which nobody can be called there."""
_HAIR = 0.008
"""Hours, about half a minute."""
_STAFFED = tuple(STATES.index(state) for state in ("idle", "calling", "serving", "wrapping"))


@dataclass(frozen=True, eq=False)
class CounterDay:
    """One counter on one day; all spans are (n, 2) hours of the clock, from and to.

    in_time, late : services whose citizen was called within the promise (or had none), and later
    states : other spans by the counter's state
    """

    agency: str
    label: str
    in_time: Floats
    late: Floats
    states: dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Timeline:
    """The fullest day of one log.

    day : weekday or date of the day
    closes : clock time of closing, in hours
    """

    day: str
    visits: int
    services: int
    late: int
    closes: float
    rows: tuple[CounterDay, ...]

    @property
    def span(self) -> tuple[float, float]:
        """When the first counter opens and the last one stops, in hours."""
        of_rows = [(r.in_time, r.late, *r.states.values()) for r in self.rows]
        spans = np.concatenate([span for row in of_rows for span in row])
        return float(spans[:, 0].min()), float(spans[:, 1].max())

    @classmethod
    def of(cls, log: Log, scenario: Scenario) -> Timeline | None:
        """Take the day with the most visits; None where nobody was served, or no day ends."""
        days, visits = scenario.days, log.visit_rows
        if days[0].continuous or not len(visits):
            return None
        count = np.bincount(visits.day, minlength=len(days))
        day = int(np.argmax(count))
        late, served = _served(log, scenario, day)
        if not served.any():
            return None
        rows = [_row(log, scenario, day, k, served, late) for k in range(len(log.names.counters))]
        return cls(
            day=log.names.dates[day] or days[day].weekday,
            visits=int(count[day]),
            services=int(served.sum()),
            late=int((served & late).sum()),
            closes=days[day].closes / q.HOUR,
            rows=tuple(row for row in rows if row is not None),
        )


def _served(log: Log, scenario: Scenario, day: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which stops were called later than promised, and which were served that day."""
    stops = log.stop_rows
    promises = [scenario.promise_of(name) for name in log.names.services]
    limit = np.array([p.wait if p else np.iinfo(np.int64).max for p in promises], dtype=np.int64)
    since = wait_begins(log, scenario)
    served = (stops.start != ABSENT) & (stops.end != ABSENT)
    served &= log.visit_rows.day[stops.row] == day
    return served & (stops.called - since > limit[stops.service]), served


def _row(
    log: Log, scenario: Scenario, day: int, counter: int, served: NDArray[np.bool_],
    late: NDArray[np.bool_],
) -> CounterDay | None:  # fmt: skip
    stops, shown = log.stop_rows, log.counter_rows
    mine = served & (stops.counter == counter)
    today = (shown.day == day) & (shown.counter == counter)
    if not np.isin(shown.state[today], _STAFFED).any():
        return None  # closed all day
    states = {}
    for name in ("idle", *_OFF):
        rows = today & (shown.state == STATES.index(name))
        states[name] = _spans(shown.begin[rows], shown.end[rows])
    agency, label = log.names.counters[counter]
    return CounterDay(
        agency=agency_label(scenario, agency),
        label=label,
        in_time=_spans(stops.start[mine & ~late], stops.end[mine & ~late]),
        late=_spans(stops.start[mine & late], stops.end[mine & late]),
        states=states,
    )


def _spans(begin: Ints, end: Ints) -> Floats:
    return np.stack((begin, end), axis=1) / q.HOUR


def draw(data: Timeline, ax: Axes, lang: str) -> Axes:
    """Draw the counters as rows, agencies together, and what each did as bars."""
    _bars(ax, [row.states["idle"] for row in data.rows], FAINT, 0.5)
    for state, colour in _OFF.items():
        _bars(ax, [row.states[state] for row in data.rows], colour, 0.18)
    _bars(ax, [row.in_time for row in data.rows], GOOD, 0.6)
    # Taller, so that they are seen on a black and white print too.
    _bars(ax, [row.late for row in data.rows], BAD, 0.9)
    _name_rows(ax, data.rows)
    ax.axvline(data.closes, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    begin, end = data.span
    clock_axis(ax, begin, max(end, data.closes) + 0.05, lang)
    ax.set_ylim(len(data.rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


def _bars(ax: Axes, rows: Sequence[Floats], colour: str, height: float) -> None:
    """Draw the spans of all rows as one path: an element for each would make a page of 1 MB."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    place = np.repeat(np.arange(len(rows)), [len(spans) for spans in rows])
    begin, end = np.concatenate(rows).T if len(place) else np.empty((2, 0))
    low, high = place - height / 2, place + height / 2
    # A hair between bars shows where one service ends; a short one shall not vanish in it.
    end = np.maximum(end - _HAIR, begin + (end - begin) / 2)
    corners = np.stack([begin, low, end, low, end, high, begin, high], axis=1).reshape(-1, 4, 2)
    if len(corners):
        path = Path.make_compound_path(*(Path(box, closed=False) for box in corners))
        ax.add_patch(PathPatch(path, facecolor=colour, linewidth=0))


def _name_rows(ax: Axes, rows: tuple[CounterDay, ...]) -> None:
    """Name each agency once, beside the middle of its counters, and rule it off from the next."""
    agencies = [row.agency for row in rows]
    starts = [k for k in range(len(rows)) if k == 0 or agencies[k] != agencies[k - 1]]
    ends = [*starts[1:], len(rows)]
    middles = [(a + b - 1) / 2 for a, b in zip(starts, ends, strict=True)]
    ax.set_yticks(middles, [clipped(agencies[k]) for k in starts])
    for k in starts[1:]:
        ax.axhline(k - 0.5, color=MUTED, linewidth=0.4)


def title(data: Timeline, lang: str) -> str:
    """Say what happened at the counters that day."""
    return say(
        "plots.timeline.title", lang, day=locale.weekday(data.day, lang),
        visits=locale.number(data.visits, lang), services=locale.number(data.services, lang),
        late=locale.number(data.late, lang),
    )  # fmt: skip


def picture(shown: Shown, lang: str) -> Figure | None:
    """Return the picture, or None where nobody was served, or for a run that never closes."""
    from matplotlib.patches import Patch

    data = Timeline.of(shown.log, shown.scenario)
    if data is None:
        return None
    figure, (ax,) = new_figure(lang, 0.5 + 0.18 * len(data.rows))
    draw(data, ax, lang)
    off = {k: c for k, c in _OFF.items() if any(len(row.states[k]) for row in data.rows)}
    colours = {"in_time": GOOD, "late": BAD, "idle": FAINT, **off}
    handles = [Patch(color=c, label=say(f"plots.timeline.{k}", lang)) for k, c in colours.items()]
    closes = locale.clock(round(data.closes * q.HOUR), lang)
    note = say("plots.timeline.note", lang, closes=closes, **shown.which)
    return finish(figure, title(data, lang), note, handles)
