"""What is said of service times that depend on the counter, the hour or the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from sim.fitting.effects import CHANCE, MARGIN, Effect, Level
from sim.fitting.fit import Fitted
from sim.fitting.naming import safe
from sim.fitting.paces import said
from sim.report import locale
from sim.report.path_text import BETWEEN
from sim.scenario import quantities as q
from sim.words import say


def sentences(found: Fitted, lang: str) -> Iterator[str]:
    """Yield what surely matters, and how many things were looked at."""
    effects = found.effects
    if not effects.tests:
        yield say("fit.effect.untested", lang)
        return
    for effect in effects.sure:
        yield from _told(effect, found, lang)
    yield say(
        "fit.effect.found" if effects.sure else "fit.effect.none", lang,
        tests=locale.number(effects.tests, lang), margin=locale.percent(MARGIN, lang),
        odds=locale.number(round(1 / CHANCE), lang),
    )  # fmt: skip


def _told(effect: Effect, found: Fitted, lang: str) -> Iterator[str]:
    """Yield a sentence for each level that is told, and what the scenario calls it."""
    long = [level for level in effect.levels if level.sure][-1:]
    levels = long if effect.kind == "line" else effect.told
    for level in levels:
        yield say(f"fit.effect.{effect.kind}", lang, **_values(effect, level, found, lang))
    if effect.kind == "counter" and said(effect, found.counters):
        slowest = max(levels, key=lambda level: level.factor.value)
        speed = round(slowest.speed.value, 2)
        yield say(
            "fit.effect.speed", lang, counter=_counter(slowest, found, lang),
            speed=locale.number(speed, lang, 2), times=locale.number(1 / speed, lang, 2),
        )  # fmt: skip


def _values(effect: Effect, level: Level, found: Fitted, lang: str) -> dict[str, str]:
    number = partial(locale.number, lang=lang, digits=2)
    values = {
        "ratio": number(level.ratio.value), "low": number(level.ratio.low),
        "high": number(level.ratio.high), "said": _said(effect, level, found, lang),
    }  # fmt: skip
    if effect.kind == "hour":
        after = [one.key for one in effect.levels if one.key > level.key]
        end = min([*after, max(found.opening.last, level.key)])
        hours = locale.hours(q.clock(level.key), q.clock(end), lang)
        return values | {"service": _service(effect, found), "hours": hours}
    values["agency"] = _agency(effect, found, lang)
    if effect.kind == "line":
        return values | {"cut": locale.number(effect.cut, lang)}
    return values | {"counter": _counter(level, found, lang)}


def _counter(level: Level, found: Fitted, lang: str) -> str:
    """Return what people call a counter: `Loket 3`, and `counter 3` for a bare number."""
    name = safe(found.tickets.names["counter"][level.key])
    return say("fit.effect.numbered", lang, name=name) if name[:1].isdigit() else name


def _agency(effect: Effect, found: Fitted, lang: str) -> str:
    """Return the agency, with the services where not all of it were compared together."""
    h = found.history
    agency = h.agencies.index(effect.name)
    title = h.agency_title(agency)
    every = {h.full_name(s) for s in range(len(h.services)) if h.agency_of[s] == agency}
    alone = [of for of in found.effects.found
             if (of.kind, of.name) == (effect.kind, effect.name)]  # fmt: skip
    if len(alone) == 1 or set(effect.services) == every:
        return title
    names = [h.title(s) for s in range(len(h.services)) if h.full_name(s) in effect.services]
    return say("fit.effect.of", lang, agency=title, services=locale.join(names, lang))


def _service(effect: Effect, found: Fitted) -> str:
    h = found.history
    s = [h.full_name(s) for s in range(len(h.services))].index(effect.name)
    return f"{h.agency_title(int(h.agency_of[s]))}{BETWEEN}{h.title(s)}"


def _said(effect: Effect, level: Level, found: Fitted, lang: str) -> str:
    if said(effect, found.counters):
        return ""
    if effect.kind == "counter":
        return say("fit.effect.unsaid_counter", lang)
    return say(f"fit.effect.unsaid_{'slower' if level.ratio.value > 1 else 'faster'}", lang)


def plain(found: Fitted) -> dict[str, Any]:
    """Return all that was looked at, for machines."""
    return {
        "tests": found.effects.tests, "chance": CHANCE, "margin": MARGIN,
        "found": [_plain(effect, found) for effect in found.effects.found],
    }  # fmt: skip


def _plain(effect: Effect, found: Fitted) -> dict[str, Any]:
    return {
        "kind": effect.kind, "of": effect.name, "services": list(effect.services),
        "cut": effect.cut, "in_scenario": effect.sure and said(effect, found.counters),
        "levels": [
            {"key": _key(effect, level, found), "n": level.n, "ratio": asdict(level.ratio),
             "factor": asdict(level.factor), "p": level.p, "sure": level.sure}
            for level in effect.levels
        ],
    }  # fmt: skip


def _key(effect: Effect, level: Level, found: Fitted) -> str:
    if effect.kind == "line":
        return "long" if level.key else "short"
    if effect.kind == "hour":
        return q.clock(level.key)
    return safe(found.tickets.names["counter"][level.key])
