"""What a sweep says: the headlines of the mall at every point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiments.sweep import Point, Sweep
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.path_text import path_text
from sim.report.provenance import origin
from sim.statistics.intervals import Estimate
from sim.words import catalogue, say

HEADLINES = ("fulfilled", "called_in_time", "wait.mean")
MOST_LINES = 40
"""As many points are printed; all of them stand in the table."""


def described(found: Sweep, lang: str) -> str:
    """Return a sweep as plain text: each headline at every point, as long as these are few."""
    return so_far(found, lang) + "\n" + say("study.sweep.written", lang)


def so_far(found: Sweep, lang: str) -> str:
    """Return what stands in no file: a sweep that was broken off."""
    return "\n".join(_lines(found, lang))


def _lines(found: Sweep, lang: str) -> Iterator[str]:
    head = {"points": len(found.points), "n": found.points[0].results.replications}
    yield say("study.sweep.head", lang, **head)
    yield say("inputs.not_included_sweep", lang)
    for measure in HEADLINES:
        points = [p for p in found.points if _estimate(p, measure).n]
        if points and len(points) * len(HEADLINES) <= 3 * MOST_LINES:
            yield say("study.sweep.measure", lang, name=name_of(measure, lang))
            yield from ("  " + _row(found, point, measure, lang) for point in points)


def name_of(measure: str, lang: str) -> str:
    """Return a measure's name for people; one that has none stays as it is written."""
    return catalogue(lang).get(f"page.measure.{measure}", measure)


def _estimate(point: Point, measure: str) -> Estimate:
    return point.results.estimate(measure)


def axis_text(found: Sweep, axis: str, lang: str) -> str:
    """Return what people call the figure of an axis."""
    return path_text(axis, found.scenario, lang)


def _row(found: Sweep, point: Point, measure: str, lang: str) -> str:
    figures = "; ".join(
        f"{axis_text(found, path, lang)} = {figure_text(str(value), lang)}"
        for path, value in point.figures.items()
    )
    one = _estimate(point, measure)
    write = locale.minutes if measure.startswith("wait") else _percent
    values = {k: write(getattr(one, k), lang) for k in ("value", "low", "high")}
    return say("study.sweep.row", lang, figures=figures, **values)


def _percent(value: float, lang: str) -> str:
    return locale.percent(value, lang, 1)


def plain(found: Sweep, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the sweep as plain data for sweep.json; the figures of each point beside it."""
    return {
        "origin": origin(found.scenario, command),
        "points": [
            {
                "figures": dict(point.figures),
                "measures": {
                    f"{row.scope} {row.name} {row.measure}".replace("  ", " "): {
                        "value": row.mean, "low": row.low, "high": row.high, "n": row.n,
                    }
                    for row in point.results.intervals().itertuples()
                    if row.n
                },
            }
            for point in found.points
        ],
    }  # fmt: skip
