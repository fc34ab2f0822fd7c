"""What a figure is, in words: `Bank › Pembayaran › Lama layanan › Rata-rata` for its path.

The words are the titles of the keys, as in the reference and the editor, and the names that the
scenario gives; a step that has neither stays as it is written.
"""

from __future__ import annotations

from functools import cache

from sim.report import locale
from sim.scenario.figures import steps
from sim.scenario.keys import places
from sim.scenario.model import Scenario
from sim.scenario.weekdays import names_weekdays, read_weekdays
from sim.words import catalogue

BETWEEN = " › "


def path_text(path: str, scenario: Scenario, lang: str) -> str:
    """Write a path in words."""
    return BETWEEN.join(path_words(path, scenario, lang))


def path_words(path: str, scenario: Scenario, lang: str) -> list[str]:
    """Return the words of a path, from the part of the scenario inwards."""
    words: list[str] = []
    names: list[str] = []
    place = ""
    first, *rest = steps(path)
    if first not in Scenario.model_fields:  # `agencies.` and `journeys.` may be left out
        rest = [first, *rest]
        first = "agencies" if rest[0] in scenario.agencies else "journeys"
    for step in (first, *rest):
        model, below = _models().get(place, ""), _join(place, step)
        title = catalogue(lang).get(f"schema.{model}.{step}.title", "") if model else ""
        if title:
            place = below
            if place not in _OF_NAMES:  # their names say enough
                words.append(title)
        elif _join(place, "NAME") in _models():
            place = _join(place, "NAME")
            names.append(step)
            words.append(_name(names, place, scenario) or _plainly(step, lang))
        elif words and step in scenario.agencies and place.endswith(("stops", "entrance")):
            words.append(scenario.agencies[step].name or step)
            names = [step]
        elif names[-1:] == [step] or f"{names[-1] if names else ''}.{step}" in scenario.services:
            words.append(scenario.service(f"{names[-1]}.{step}").name or step)
        else:
            words.append(catalogue(lang).get(f"schema.Law.{step}.title") or _plainly(step, lang))
    return words


_OF_NAMES = ("agencies", "agencies.NAME.services", "journeys", "visitors")


@cache
def _models() -> dict[str, str]:
    """Return the model that stands at each place of a scenario."""
    return {place: model for model, found in places().items() for place in found}


def _join(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step


def _name(names: list[str], place: str, scenario: Scenario) -> str:
    """Return the name for people of what has one."""
    if place == "agencies.NAME.services.NAME":
        found: object = scenario.agencies[names[0]].services.get(names[-1])
    else:
        part = getattr(scenario, place.partition(".")[0], None)
        found = part.get(names[-1]) if isinstance(part, dict) else None
    return str(getattr(found, "name", ""))


def _plainly(step: str, lang: str) -> str:
    if names_weekdays(step):
        return locale.weekdays(read_weekdays(step), lang)
    if step.startswith("["):
        return step.strip("[]")
    return locale.clock(step, lang) if step[:1].isdigit() and ":" in step else step
