"""The answer in five lines of plain text, for the command line."""

from __future__ import annotations

import math

from sim.report import locale
from sim.report.answer import Answer
from sim.report.sentences import (
    assumed,
    between,
    compared,
    done,
    required,
    runs,
    share,
    times,
    verdict,
    when,
    yes_or_no,
)  # fmt: skip
from sim.words import say


def five_lines(answer: Answer, lang: str) -> str:
    """Say the answer in five lines of plain text, for the command line."""
    first = " ".join(verdict(answer, lang, 3))
    word = yes_or_no(answer, lang).rstrip(".")
    if word:  # with a colon: "No. 2 of 16" reads like the second of them
        first = f"{word}: {first}"
    lines = [
        say("page.lines.answer", lang, name=answer.scenario, verdict=first),
        _worst_line(answer, lang),
        _people_line(answer, lang),
        *several_days(answer, lang),
        _days_line(answer, lang),
        say("page.lines.rest", lang, counted=compared(answer, lang), assumed=assumed(answer, lang)),
    ]
    return "\n".join(lines)


def _worst_line(answer: Answer, lang: str) -> str:
    broken = answer.with_verdict("broken") or [s for _, s in answer.broken_services]
    if answer.verdict == "no_promise":
        wait = locale.minutes(answer.mall.wait_in_visit.value, lang)
        return say("page.lines.no_promise", lang, wait=wait)
    if not broken:
        return say("page.lines.no_worst", lang)
    worst = broken[0]
    text = share(worst.called_in_time, lang, worst.required)
    line = say(
        "page.lines.worst_mixed" if math.isnan(worst.required) else "page.lines.worst",
        lang,
        agency=worst.title,
        share=say("locale.of", lang, part=text.value, whole="100"),
        range=between(text, lang),
        required=required(worst, lang),
        times=times(worst, lang, 2),
    )
    return line.replace("; .", ".")  # where no single hour or weekday stands out


def _people_line(answer: Answer, lang: str) -> str:
    day = answer.busiest_day or answer.mall
    fulfilled = day.fulfilled.value * day.visits.value
    text = say(
        f"page.lines.people{done(answer)}",
        lang,
        when=when(answer, lang),
        visits=locale.people(day.visits.value, lang),
        fulfilled=locale.people(fulfilled, lang),
        left=locale.people(day.gave_up.value, lang),
        refused=locale.people(day.turned_away.value, lang),
    )
    return text[:1].upper() + text[1:]


def several_days(answer: Answer, lang: str) -> list[str]:
    """Say how many needed several days and how many went home for a paper, where that can be."""
    mall, found, people = answer.mall, [], locale.people
    if mall.several_days and mall.returned and not math.isnan(mall.several_days.value):
        text, n = share(mall.several_days, lang), people(mall.returned.value, lang)
        said = {"share": text.value, "range": between(text, lang), "returned": n}
        found.append(say("page.lines.several_days", lang, **said))
    if mall.incomplete:
        found.append(say("page.lines.incomplete", lang, people=people(mall.incomplete.value, lang)))
    return found


def _days_line(answer: Answer, lang: str) -> str:
    day = answer.busiest_day
    if day is None or math.isnan(day.spread_fulfilled.bad.value):
        text = share(answer.mall.fulfilled, lang)
        fulfilled = say("locale.of", lang, part=text.value, whole="100")
        values = {"fulfilled": fulfilled, "range": between(text, lang)}
        return say(f"page.lines.run{done(answer)}", lang, runs=runs(answer, lang), **values)
    return say(
        f"page.lines.days{done(answer)}",
        lang,
        weekday=locale.weekday(day.weekday, lang),
        bad=locale.of_hundred(day.spread_fulfilled.bad.value, lang),
        ordinary=locale.of_hundred(day.spread_fulfilled.ordinary.value, lang),
    )
