"""A scenario written out in words, after STRESS-DES.

Monks, Currie, Onggo, Robinson, Kunc and Taylor 2019, "Strengthening the reporting of empirical
simulation studies: introducing the STRESS guidelines", Journal of Simulation 13(1): its sections
and their numbers. What is said comes from the scenario alone: nothing was run for it, and what
only a run or its author can know is named as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sim.report import locale
from sim.report.figure_text import figure_text, source_text
from sim.report.flows import flow_name, flows
from sim.report.page import environment, program_version
from sim.report.path_text import path_text
from sim.report.titles import law_name, titles
from sim.scenario.figures import Figure, figures
from sim.scenario.model import Promise, Scenario
from sim.scenario.said import said
from sim.scenario.writing import fingerprint, show
from sim.words import say

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """Rows of text below their heads."""

    heads: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Section:
    """A section of STRESS-DES: its number and title, what is said, and its tables.

    map : whether the drawn map belongs here
    """

    title: str
    said: str
    tables: tuple[Table, ...] = field(default=())
    map: bool = False


def sections(scenario: Scenario, lang: str) -> tuple[Section, ...]:
    """Return all sections of STRESS-DES for a scenario, in their order."""
    return tuple(_sections(scenario, lang))


def _sections(scenario: Scenario, lang: str) -> Iterator[Section]:
    def section(key: str, *tables: Table, variant: str = "text", **values: object) -> Section:
        title = say(f"describe.{key}.title", lang)
        return Section(title, say(f"describe.{key}.{variant}", lang, **values), tables)

    known = figures(scenario)
    kinds = {
        k: sum(f.kind == k for f in known) for k in ("source", "assumption", "default", "none")
    }
    own = said(scenario.description, lang) or say("describe.not_said", lang)
    yield section("purpose", name=scenario.name, description=own)
    yield section("outputs", _promises(scenario, lang))
    yield section("aims", n=len(scenario.plausible))
    yield replace(section("overview", _flows(scenario, lang)), map=True)
    yield section("logic")
    yield section("scenarios")
    yield section("algorithms")
    yield section("entities", _journeys(scenario, lang), n=len(scenario.journeys))
    yield section("activities", _services(known, scenario, lang))
    yield section("resources", _agencies(scenario, lang))
    yield section("queues")
    yield section("entry_exit")
    yield section("sources", _figures(known, scenario, lang, "source"), n=kinds["source"])
    yield section("preprocessing")
    yield section("inputs", text=show(scenario).count("\n"))
    assumed = _figures(known, scenario, lang, "assumption", "default", "none")
    yield section("assumptions", assumed, n=len(known) - kinds["source"],
                  source=kinds["source"], assumption=kinds["assumption"],
                  default=kinds["default"], none=kinds["none"])  # fmt: skip
    variant = "continuous" if scenario.calendar.continuous is not None else "text"
    yield section("initialisation", variant=variant, days=len(scenario.before))
    yield section("run_length", variant=variant, days=len(scenario.days))
    yield section("estimation")
    yield section("software", version=program_version())
    yield section("sampling")
    yield section("execution")
    yield section("system")
    yield section("code", version=program_version(), hash=fingerprint(scenario))


def _heads(lang: str, *names: str) -> tuple[str, ...]:
    return tuple(say(f"describe.column.{name}", lang) for name in names)


def _promises(scenario: Scenario, lang: str) -> Table:
    named = titles(scenario)
    rows = [
        (named[name.partition(".")[0]], named[name], _promise(of, lang))
        for name in scenario.services
        if (of := scenario.promise_of(name)) is not None
    ]
    return Table(_heads(lang, "agency", "service", "promise"), tuple(rows))


def _promise(of: Promise, lang: str) -> str:
    return say("describe.promise", lang, wait=locale.duration(of.wait, lang),
               share=locale.percent(of.for_, lang))  # fmt: skip


def _flows(scenario: Scenario, lang: str) -> Table:
    rows = [
        (flow_name(a, scenario, lang), flow_name(b, scenario, lang), locale.short(number, lang))
        for (a, b), number in flows(scenario).items()
    ]
    return Table(_heads(lang, "from", "to", "citizens"), tuple(rows))


def _journeys(scenario: Scenario, lang: str) -> Table:
    named = titles(scenario)
    rows = []
    for name, journey in scenario.journeys.items():
        stops = ", ".join(
            named[stop.service]
            + ("" if stop.share == 1 else f" ({locale.percent(stop.share, lang)})")
            for stop in scenario.stops_of(name)
        )
        rows.append((journey.name or name, locale.short(float(journey.per_day), lang), stops))
    return Table(_heads(lang, "journey", "per_day", "stops"), tuple(rows))


def _services(known: tuple[Figure, ...], scenario: Scenario, lang: str) -> Table:
    """Return the law of each service time with its own figures, as the file states them."""
    rows, named = [], titles(scenario)
    for name in scenario.services:
        agency, _, service = name.partition(".")
        path = f"agencies.{agency}.services.{service}.time"
        parts = [
            f"{path_text(f.path, scenario, lang).rpartition('› ')[2]} {figure_text(f.text, lang)}"
            for f in known
            if f.path == path or f.path.startswith(f"{path}.")
        ]
        law = law_name(scenario.service(name).time, lang)
        rows.append((named[agency], named[name], law, "; ".join(parts)))
    return Table(_heads(lang, "agency", "service", "law", "figures"), tuple(rows))


def _agencies(scenario: Scenario, lang: str) -> Table:
    rows = [
        (agency.name or name, str(len(agency.posts)), ", ".join(label for label, _ in agency.posts))
        for name, agency in scenario.agencies.items()
    ]
    return Table(_heads(lang, "agency", "counters", "names"), tuple(rows))


def _figures(known: tuple[Figure, ...], scenario: Scenario, lang: str, *kinds: str) -> Table:
    rows = [
        (path_text(f.path, scenario, lang), figure_text(f.text, lang),
         source_text(f, lang) or say(f"describe.kind.{f.kind}", lang))
        for f in known
        if f.kind in kinds
    ]  # fmt: skip
    return Table(_heads(lang, "figure", "value", "source"), tuple(rows))


def markdown(scenario: Scenario, lang: str) -> str:
    """Return the description as Markdown; tables as pipe tables."""
    lines = [f"# {_escaped(scenario.name)}", "", say("describe.intro", lang), ""]
    for section in sections(scenario, lang):
        lines += [f"## {section.title}", ""]
        lines += [_escaped(section.said), ""]
        for table in section.tables:
            lines += [*_piped(table), ""]
    return "\n".join(lines)


def _piped(table: Table) -> Iterator[str]:
    for row in (table.heads, ("---",) * len(table.heads), *table.rows):
        yield "| " + " | ".join(_escaped(cell) for cell in row) + " |"


def _escaped(text: str) -> str:
    """Return a text in which nothing is markup, whatever a scenario calls its parts."""
    for mark in "\\|<>[]`*_#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split()) if text.strip("-") else text


def render(scenario: Scenario, lang: str) -> str:
    """Return the description as one page of HTML, with the map."""
    from sim.report.flows import drawn

    page: str = environment(lang).get_template("description.html.j2").render(
        lang=lang, scenario=scenario, sections=sections(scenario, lang),
        intro=say("describe.intro", lang), map=drawn(scenario, lang), version=program_version(),
        map_note=say("describe.map_note", lang),
    )  # fmt: skip
    return page
