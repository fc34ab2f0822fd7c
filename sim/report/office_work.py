"""What is said of the work behind the counters: how much is left at closing, and until when."""

from __future__ import annotations

from sim.report import locale
from sim.report.sentences import between, shown
from sim.report.titles import titles
from sim.statistics.results import Results
from sim.words import say


def office_work(results: Results, lang: str) -> list[str]:
    """Say for each agency whose services leave work how long that takes, on average a day."""
    found = []
    for name in results.scenario.leave_work:
        left, after = (
            results.estimate(measure, "agency", name)
            for measure in ("work_left", "work_done_after")
        )
        values = {
            "agency": titles(results.scenario)[name],
            "left": locale.minutes(left.value, lang, 0),
            "left_range": between(shown(left, lang), lang),
            "after": locale.minutes(after.value, lang, 0),
            "after_range": between(shown(after, lang), lang),
        }
        found.append(say("page.office_work.sentence", lang, **values))
    return found
