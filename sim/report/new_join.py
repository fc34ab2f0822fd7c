"""What a newcomer has to be asked: an overlay of questions, and the same as a form on paper."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sim.errors import MallError
from sim.report.page import environment
from sim.report.replacing import replace_files
from sim.report.writing import write_text
from sim.scenario.model import Scenario
from sim.scenario.patterns import NAME
from sim.scenario.questions import MARK
from sim.scenario.stops import Stop
from sim.words import say

SHARED = 0.2
"""A desk outside the entrance at which so many of the journeys stop is one that newcomers meet."""
ASKED = (
    "name", "service", "counters", "mean", "sd", "mean_range", "per_day", "per_day_range", "wait",
    "for", "quota", "absence",
)  # fmt: skip
"""The questions of the form, in the order in which an agency can answer them."""


def write_new_join(name: str, mall: Scenario, base: Path, folder: Path, lang: str) -> Path:
    """Write NAME.yaml, which asks what has to be known, and NAME-form.html; return the overlay.

    mall : the scenario of the file `base`; folder : for both files

    Raises MallError for an impossible name, or an overlay that stands there already.
    """
    if not re.fullmatch(NAME, name) or name in mall.agencies or name in mall.journeys:
        raise MallError.of("error.new_join_name", name=name)
    overlay, form = folder / f"{name}.yaml", f"{name}-form.html"
    if overlay.exists():
        raise MallError.of("error.new_join_exists", file=overlay.as_posix())
    extends = Path(os.path.relpath(base.resolve(), folder.resolve())).as_posix()
    text = questions_of(name, mall, extends, form, lang)

    def write(aside: Path) -> None:
        write_text(aside / overlay.name, text)
        write_text(aside / form, form_of(mall, lang))

    replace_files(folder.expanduser().resolve(), write, lang)
    return overlay


def questions_of(name: str, mall: Scenario, extends: str, form: str, lang: str) -> str:
    """Return the overlay of a newcomer, every unknown as a question."""
    title = say("new_join.title", lang, name=name, mall=mall.name)
    comment = say("new_join.comment", lang, title=title, form=form).strip()
    stops = {stop: _ask("share", lang, stop=title) for stop, title in shared_stops(mall).items()}
    asked = {key: _ask(key, lang) for key in (*ASKED, "agency_source", "journey_source")}
    lines = [
        *(f"# {line}" for line in comment.splitlines()), "",
        f"extends: {extends}",
        f"name: {json.dumps(title, ensure_ascii=False)}",
        *_agency(name, asked),
        *_journey(name, asked, *_by_entrance(mall, stops)),
        "sources:",
        f"  agencies.{name}: {asked['agency_source']}",
        f"  journeys.{name}: {asked['journey_source']}",
        "plausible:",
        f"  journeys.{name}.per_day: {asked['per_day_range']}",
        f"  agencies.{name}.services.layanan.time.mean: {asked['mean_range']}",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _ask(key: str, lang: str, **values: str) -> str:
    """Return a question as YAML writes a text."""
    return json.dumps(f"{MARK} {say(f'new_join.ask.{key}', lang, **values)}", ensure_ascii=False)


def _agency(name: str, asked: Mapping[str, str]) -> list[str]:
    return [
        "agencies:",
        f"  {name}:",
        f"    name: {asked['name']}",
        f"    counters: {asked['counters']}",
        "    promise:",
        f"      wait: {asked['wait']}",
        f"      for: {asked['for']}",
        f"    quota: {asked['quota']}",
        f"    absence: {asked['absence']}",
        "    services:",
        "      layanan:",
        f"        name: {asked['service']}",
        "        time:",
        f"          mean: {asked['mean']}",
        f"          sd: {asked['sd']}",
    ]


def _journey(
    name: str, asked: Mapping[str, str], entrance: list[str], others: list[str]
) -> list[str]:
    return [
        "journeys:",
        f"  {name}:",
        f"    name: {asked['service']}",
        f"    per_day: {asked['per_day']}",
        *(["    entrance:", *(f"      - {stop}" for stop in entrance)] if entrance else []),
        "    stops:",
        f"      - {name}.layanan",
        *(f"      - {stop}" for stop in others),
    ]


def form_of(mall: Scenario, lang: str) -> str:
    """Return the form for the agency as HTML, one page of paper."""
    asked = [say(f"new_join.ask.{key}", lang) for key in ASKED]
    asked += [say("new_join.ask.share", lang, stop=stop) for stop in shared_stops(mall).values()]
    text: str = environment(lang).get_template("new_join.html.j2").render(
        lang=lang, questions=asked,
        title=say("new_join.sheet", lang, mall=mall.name),
        n=lambda key: say(f"new_join.{key}", lang),
    )  # fmt: skip
    return text


def shared_stops(mall: Scenario) -> dict[str, str]:
    """Return the services that newcomers meet too, with their titles.

    Those at which only some stop in the entrance, and those at which many journeys stop.
    """
    found = {s.service: mall.service(s.service).name for s in _entrance(mall) if s.share < 1}
    met = Counter(s.service for j in mall.journeys.values() for step in j.stops for s in step.stops)
    for service, number in met.most_common():
        if number >= SHARED * len(mall.journeys):
            found.setdefault(service, mall.service(service).name)
    return {
        service: f"{mall.agencies[service.partition('.')[0]].name or service}: {title or service}"
        for service, title in found.items()
    }


def _by_entrance(mall: Scenario, asked: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the entrance and the further stops as they stand in a file."""
    stops = _entrance(mall)
    of_all = {stop.service for stop in stops}
    entrance = [
        f"{{{s.service}: {asked[s.service]}}}" if s.service in asked else s.service for s in stops
    ]
    return entrance, [f"{{{s}: {q}}}" for s, q in asked.items() if s not in of_all]


def _entrance(mall: Scenario) -> list[Stop]:
    """Return the stops of the entrance; none where it is more than a row of stops."""
    stops = [step for step in mall.entrance if isinstance(step, Stop)]
    return stops if len(stops) == len(mall.entrance) else []
