"""What differs between two malls, as a planner would say it: `Resepsionis › Loket: 2 → 3`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sim.report import locale
from sim.report.figure_text import MOST_VALUES, figure_text
from sim.report.path_text import path_text, path_words
from sim.scenario.figures import NO_FIGURES
from sim.scenario.model import Scenario
from sim.scenario.weekdays import names_weekdays, read_weekdays
from sim.scenario.writing import resolved
from sim.words import catalogue, say

_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def differences(before: Scenario, after: Scenario, lang: str) -> list[str]:
    """Return every difference in words, in the order of the second mall; names do not count."""
    one, other = (
        {key: part for key, part in resolved(of).items() if key not in NO_FIGURES}
        for of in (before, after)
    )
    return list(_between(one, other, "", (before, after), lang))


def _between(
    one: Any, other: Any, path: str, malls: tuple[Scenario, Scenario], lang: str
) -> Iterator[str]:
    if one == other:
        return
    if (
        not (isinstance(one, dict) and isinstance(other, dict))
        or _is_table(one)
        or _is_table(other)
    ):
        what = path_text(path, malls[1], lang)
        values = {
            "before": _value(one, malls[0], lang), "after": _value(other, malls[1], lang)
        }  # fmt: skip
        yield say("compare.differs.figure", lang, what=what, **values)
        return
    for key in [*other, *(key for key in one if key not in other)]:
        inner = f"{path}.{key}" if path else str(key)
        if key == "name" or (key == "description" and not path):
            continue
        if key in one and key in other:
            yield from _between(one[key], other[key], inner, malls, lang)
        elif key in other:
            yield _only(other[key], inner, malls[1], "new", lang)
        else:
            yield _only(one[key], inner, malls[0], "gone", lang)


def _only(value: Any, path: str, mall: Scenario, kind: str, lang: str) -> str:
    """Say what only one of both malls has: a thing by its name, a rule with its figures."""
    what = path_text(path, mall, lang)
    if not isinstance(value, dict) or _is_table(value):
        what = f"{what}: {_value(value, mall, lang)}"
    elif (thing := path.split(".")[-2:][0]) in _THINGS:
        what = f"{say(f'compare.differs.thing.{thing}', lang)} {what}"
    else:
        leaves = ", ".join(_leaves(value, path, mall, lang))
        what = say("compare.differs.rule", lang, what=what, figures=leaves)
    return say(f"compare.differs.{kind}", lang, what=what)


_THINGS = ("agencies", "services", "journeys", "visitors")
"""Below these stands what has a name, and says more than a line can hold."""


def _leaves(value: Any, path: str, mall: Scenario, lang: str) -> Iterator[str]:
    """Yield the figures of a rule, each with the words that tell it from the others."""
    if path.endswith(".needs"):
        for stop, of in value.items():
            values = {"stop": _value(stop, mall, lang), "document": _value(of, mall, lang)}
            yield say("compare.differs.needs", lang, **values)
        return
    for key, inner in value.items():
        below = f"{path}.{key}"
        text = _value(inner, mall, lang)
        if isinstance(inner, dict) and not _is_table(inner):
            text = f"({', '.join(_leaves(inner, below, mall, lang))})"
        yield f"{path_words(below, mall, lang)[-1]} {text}"


def _is_table(value: Any) -> bool:
    """Whether a mapping is a table over the clock: one figure to a reader."""
    return isinstance(value, dict) and all(_CLOCK.fullmatch(str(key)) for key in value)


def _value(value: Any, mall: Scenario, lang: str) -> str:
    if isinstance(value, dict) and (way := _WAYS & value.keys()):
        return _way(way.pop(), value, mall, lang)
    if isinstance(value, dict):
        parts = [_entry(str(key), _value(n, mall, lang), mall, lang) for key, n in value.items()]
        if len(parts) > MOST_VALUES:
            return f"{parts[0]}, …, {parts[-1]} ({len(parts)})"
        return ", ".join(parts)
    if isinstance(value, list):
        return "; ".join(_value(item, mall, lang) for item in value)
    word = catalogue(lang).get(f"compare.differs.word.{value}", "")
    return _named(str(value), mall) or word or figure_text(str(value), lang)


_WAYS = {"choose", "any_order", "repeat"}
"""Steps of a journey that are more than one stop."""


def _way(kind: str, step: dict[str, Any], mall: Scenario, lang: str) -> str:
    """Write a choice, stops in any order, or what is gone through again."""
    stops = step[kind]
    if isinstance(stops, dict):
        stops = [{stop: share} for stop, share in stops.items()]
    listed = [_value(stop, mall, lang) for stop in stops]
    values = {key: _value(of, mall, lang) for key, of in step.items() if key != kind}
    key = f"choose_{step.get('by', 'weights')}" if kind == "choose" else kind
    join = locale.join if kind == "any_order" else locale.either
    if kind == "repeat":
        return say("compare.differs.repeat", lang, stops="; ".join(listed), **values)
    return say(f"compare.differs.{key}", lang, stops=join(listed, lang))


def _entry(key: str, value: str, mall: Scenario, lang: str) -> str:
    if _CLOCK.fullmatch(key):
        return say("study.staff.from_on", lang, time=locale.clock(key, lang), n=value)
    if names_weekdays(key):
        return f"{locale.weekdays(read_weekdays(key), lang)} {value}"
    return f"{_named(key, mall) or key} {value}"


def _named(service: str, mall: Scenario) -> str:
    """Return the title of a service, "" for anything else."""
    return (mall.service(service).name or service) if service in mall.services else ""
