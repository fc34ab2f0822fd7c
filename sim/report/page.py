"""The page that answers: one self-contained HTML file, without network and without scripts.

`page.html.j2` is the order of the page, `page.css` its looks, `page.toml` its words; here the
numbers are put in their hands. Whatever comes from a scenario is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.log import Log
from sim.report import figure_text, inputs, locale, sentences
from sim.report.answer import FEWEST_TICKETS, Answer, Standing
from sim.report.five_lines import five_lines, several_days
from sim.report.observed import Counted
from sim.report.office_work import office_work
from sim.report.outside import outside
from sim.report.path_text import path_text
from sim.report.returning import returning
from sim.report.titles import titles
from sim.scenario.model import Scenario
from sim.scenario.said import said
from sim.statistics.results import Results
from sim.words import say

__all__ = ["five_lines", "render_page"]

GLOSSARY = (
    "ticket", "wait", "promise", "called", "verdict", "left", "refused", "fulfilled", "ordinary",
    "p90", "busy", "range", "run",
)  # fmt: skip
MARKS = {"kept": "✓", "broken": "✕", "cannot_tell": "?", "nobody": "–", "no_promise": "–"}
"""A verdict's mark, so that it never rests on colour alone."""


def render_page(
    results: Results,
    log: Log | None,
    lang: str = "id",
    plots: Mapping[str, str] | None = None,
    *,
    answer: Answer | None = None,
    made: date | None = None,
) -> str:
    """Return the page of a run as HTML.

    log : of one replication, which the page names; may be missing
    plots : inline SVG by name, in the order of the page; they are trusted and not escaped
    answer : of the same results, where it is at hand already
    made : the date to print, if any; without it the same run gives the same bytes
    """
    answer = answer or Answer.of(results)
    say_here = partial(_say, lang)
    page = environment(lang).get_template("page.html.j2")
    text: str = page.render(
        lang=lang,
        answer=answer,
        results=results,
        scenario=results.scenario,
        plots=dict(plots or {}),
        t=say_here,
        overloads=sentences.overloads(answer.overloads, lang, titles(results.scenario)),
        title_of=titles(results.scenario),
        elsewhere=[a for a in answer.agencies if a.verdict != "broken" and _has_trouble(a)],
        assumptions=figure_text.by_source(answer.assumed, results.scenario, lang),
        sourced=figure_text.by_source(
            (f for f in answer.figures if f.kind == "source"), results.scenario, lang
        ),
        path_text=lambda path: path_text(path, results.scenario, lang),
        done=sentences.done(answer),
        office_work=office_work(results, lang),
        returning=returning(results),
        outside=outside(results.scenario, lang),
        **_inputs(results, lang),
        value_of={figure.path: figure.text for figure in answer.figures},
        glossary=GLOSSARY,
        fewest=FEWEST_TICKETS,
        marks=MARKS,
        origin=_origin(results, log, lang, made),
    )
    return text


def _inputs(results: Results, lang: str) -> dict[str, Any]:
    """Return what the page says of how well the figures are known."""
    return {
        "inputs": inputs.rows(results, lang),
        "inputs_included": inputs.statement(results, lang),
        "measure_next": inputs.measure_next(results, lang),
        "i": lambda key: say(f"inputs.{key}", lang),
    }


def _has_trouble(standing: Standing) -> bool:
    return bool(standing.trouble or standing.bad_weekdays or standing.bad_hours)


def _say(lang: str, key: str, /, **values: object) -> str:
    return say(f"page.{key}", lang, **values)


def environment(lang: str) -> Any:
    """Return jinja2's environment: undefined names are errors, everything is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sim.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    bound = {
        "number": locale.number, "short": locale.short, "minutes": locale.minutes,
        "duration": locale.duration, "percent": locale.percent, "of_hundred": locale.of_hundred,
        "count": locale.people, "weekday": locale.weekday, "shown": sentences.shown,
        "share": sentences.share, "people": sentences.people, "between": sentences.between,
        "promise": sentences.promise, "required": sentences.required, "times": sentences.times,
        "verdict": sentences.verdict, "yes_or_no": sentences.yes_or_no, "when": sentences.when,
        "runs": sentences.runs, "compared": sentences.compared, "assumed": sentences.assumed,
        "figure": figure_text.figure_text, "counted": _counted, "modelled": _modelled,
        "what": _what, "broken_services": sentences.broken_services,
        "service_of": _service_of, "said": said, "several_days": several_days,
    }  # fmt: skip
    for name, function in bound.items():
        environment.filters[name] = partial(_last, function, lang)
    return environment


def _last(function: Any, lang: str, value: Any, *rest: Any) -> Any:
    """Call a function of (value, lang, ...) as a filter of the template."""
    return function(value, lang, *rest)


def _service_of(pair: tuple[Standing, Standing], lang: str) -> str:
    return sentences.service_of(*pair, lang)


def _what(row: Counted, lang: str, scenario: Scenario) -> str:
    """Say what a row of counts is about: `Disdukcapil: wait, average`."""
    if row.modelled is None:
        return row.path
    name = _named(row, lang, scenario)
    measure = say(f"page.measure.{row.measure}", lang)
    if row.interval:
        measure = at_hour(measure, row.interval, lang)
    if row.weekday:
        day = locale.weekday(row.weekday, lang)
        return say("page.counted.what_on", lang, name=name, measure=measure, weekday=day)
    return say("page.counted.what_text", lang, name=name, measure=measure)


def at_hour(measure: str, hour: str, lang: str) -> str:
    """Write a measure with its hour: `people in the hall, average, 09:00–10:00`."""
    until = f"{int(hour[:2]) + 1:02d}:00"
    span = locale.hours(hour, until, lang)
    return say("page.counted.at_hour", lang, measure=measure, hours=span)


def _named(row: Counted, lang: str, scenario: Scenario) -> str:
    if row.scope == "mall":
        return say("page.counted.in_mall", lang)
    if row.scope == "journey":
        return scenario.journeys[row.name].name or row.name
    if row.scope == "visitor_class":
        return scenario.visitors[row.name].name or row.name
    title_of = titles(scenario)
    if row.scope == "agency":
        return title_of[row.name]
    agency = title_of[row.name.partition(".")[0]]
    return say("page.service_of", lang, agency=agency, service=title_of[row.name])


def _counted(row: Counted, lang: str) -> str:
    if row.kind == "duration":
        return locale.minutes(row.counted, lang)
    if row.kind == "share":
        return locale.percent(row.counted, lang, 1)
    return locale.short(row.counted, lang, 1)


def _modelled(row: Counted, lang: str) -> str:
    if row.modelled is None:
        return locale.ABSENT
    scale = 100 if row.kind == "share" else 1
    text = sentences.shown(row.modelled, lang, 1, scale).brackets
    if row.kind == "duration":
        return say("locale.minutes", lang, number=text)
    return f"{text} %" if row.kind == "share" else text


def _origin(
    results: Results, log: Log | None, lang: str, made: date | None
) -> list[tuple[str, str]]:
    """Return the rows of how the page came about: label and text."""
    run = results.run
    origin = partial(_say, lang)
    rows = [
        ("program", f"mppsim {program_version()}".strip()),
        ("scenario", results.scenario.name),
        ("runs", locale.number(results.replications, lang)),
        ("seed", str(run.seed)),
        ("engine", run.engine),
        ("precise", precise_text(results, lang)),
    ]
    if log is not None:
        visits, stops = len(log.visit_rows), len(log.stop_rows)
        text = origin(
            "origin.log_is",
            number=log.replication,
            visits=locale.number(visits, lang),
            stops=locale.number(stops, lang),
        )
        rows.append(("log", text))
    if made is not None:
        rows.append(("made", locale.day(made, lang)))
    return [(origin(f"origin.{key}"), text) for key, text in rows]


def precise_text(results: Results, lang: str) -> str:
    """Say whether a run was as precise as asked, and which measure decided it."""
    run = results.run
    if run.precise is None:
        return say("page.origin.precise_fixed", lang)
    key = "precise_yes" if run.precise else "precise_no"
    number = locale.number(results.replications, lang)
    return say(f"page.origin.{key}", lang, measure=run.last_to_settle, replications=number)


def program_version() -> str:
    try:
        return version("mppsim")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return ""
