"""The pictures of the report, one a file.

Each file gathers its numbers from results or a log (a frozen object), draws them on an axes
that is given, `draw(data, ax, lang) -> ax`, and says what is seen in a sentence, `title`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.log import Log
from sim.report.answer import Answer
from sim.report.plots import (
    agencies,
    classes,
    counters,
    dates,
    hall,
    timeline,
    waits,
    waits_by_hour,
)
from sim.report.plots.saving import to_png, to_svg
from sim.report.plots.shown import Shown
from sim.report.style import style
from sim.statistics.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES = {
    "dates": dates.picture,
    "waits_by_hour": waits_by_hour.picture,
    "agencies": agencies.picture,
    "classes": classes.picture,
    "waits": waits.picture,
    "counters": counters.picture,
    "hall": hall.picture,
    "timeline": timeline.picture,
}
"""All pictures by name, in the order of the page."""

__all__ = ["PICTURES", "draw_all", "to_png", "to_svg"]


def draw_all(
    results: Results, log: Log, lang: str = "id", answer: Answer | None = None
) -> dict[str, Figure]:
    """Draw every picture for which there is something to show, in the order of the page.

    log : of one replication; the spread of waits and the timeline show it
    answer : of these results, where it was already made
    """
    shown = Shown(results, log, answer or Answer.of(results))
    figures = {}
    with style():
        for name, picture in PICTURES.items():
            figure = picture(shown, lang)
            if figure is not None:
                figures[name] = figure
    return figures
