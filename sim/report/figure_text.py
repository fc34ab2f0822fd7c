"""The figures of a scenario as a reader sees them: `5,3 menit` for `318 s`, by their source."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from sim.report import locale
from sim.report.path_text import BETWEEN, path_words
from sim.scenario.figures import Figure
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity, read_quantity
from sim.scenario.said import said
from sim.words import say

MOST_VALUES = 6
"""Of a longer list of values, only the first and the last are printed."""
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_ASSUMPTION = re.compile(r"^(assumption|asumsi)\b", re.IGNORECASE)


def figure_text(text: str | Quantity, lang: str) -> str:
    """Write a figure in the reader's locale; what is no quantity stays as it is."""
    parts = str(text).split(", ")
    if len(parts) > MOST_VALUES:
        return f"{_one(parts[0], lang)}, …, {_one(parts[-1], lang)} ({len(parts)})"
    return ", ".join(_one(part, lang) for part in parts)


def source_text(figure: Figure, lang: str) -> str:
    """Return the source of a figure; the word that marks an assumption is the reader's."""
    marked = say("describe.kind.assumption", lang)
    return _ASSUMPTION.sub(marked, said(figure.source, lang)) if figure.source else ""


def _one(text: str, lang: str) -> str:
    if _CLOCK.search(text):
        return _CLOCK.sub(lambda found: locale.clock(found[0], lang), text).replace("-", "–")
    try:
        quantity = read_quantity(text)
    except PydanticCustomError:
        return text
    if quantity.kind == "duration":
        return locale.duration(quantity.value, lang)
    if quantity.kind == "share":
        return locale.short(100 * quantity.value, lang, 2) + "%"
    return locale.short(quantity.value, lang, 3)


@dataclass(frozen=True)
class Sourced:
    """The figures that rest on one source, by the part of the scenario that they belong to.

    parts : name of the part, such as `Bank`, and its figures as (what it is, text, path)
    """

    kind: str
    source: str
    parts: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]


def by_source(figures: Iterable[Figure], scenario: Scenario, lang: str) -> tuple[Sourced, ...]:
    """Gather figures by their source, in the order of the scenario."""
    groups: dict[tuple[str, str], dict[str, list[tuple[str, str, str]]]] = {}
    for figure in figures:
        parts = groups.setdefault((figure.kind, source_text(figure, lang)), {})
        words = path_words(figure.path, scenario, lang)
        of = path_words(_part(figure.path), scenario, lang)
        rest = BETWEEN.join(words[len(of) :])
        parts.setdefault(BETWEEN.join(of), []).append((rest, figure.text, figure.path))
    return tuple(
        Sourced(kind, source, tuple((part, tuple(rows)) for part, rows in parts.items()))
        for (kind, source), parts in groups.items()
    )


def _part(path: str) -> str:
    """Return the part of the scenario to which a path belongs."""
    steps = path.split(".")
    depth = 2 if steps[0] in ("agencies", "journeys", "visitors") else 1
    return ".".join(steps[:depth])
