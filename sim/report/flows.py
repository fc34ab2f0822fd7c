"""How citizens move between agencies as a scenario states it, as numbers and as a drawn map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from markupsafe import Markup, escape

from sim.report import locale
from sim.report.titles import titles
from sim.scenario.journey import Journey
from sim.scenario.model import Scenario
from sim.words import say

DOOR, EXIT = "", "."
"""Where citizens come from and where they go; no agency can have these names."""
Flows = Mapping[tuple[str, str], float]
_WIDE, _HIGH, _ACROSS, _DOWN = 150, 44, 205, 68


def flows(scenario: Scenario) -> dict[tuple[str, str], float]:
    """Return citizens of an ordinary day by (from, to), agencies by name; nobody leaves on the way.

    Stops that are made in any order, or chosen by the length of lines, count in the order of the
    file: where each goes then is known only when the day is played.
    """
    found: dict[tuple[str, str], float] = defaultdict(float)
    for name, journey in scenario.journeys.items():
        _add(found, scenario, name, journey)
    return dict(sorted(found.items()))


def _add(
    found: dict[tuple[str, str], float], scenario: Scenario, name: str, journey: Journey
) -> None:
    at: dict[str, float] = {DOOR: float(journey.per_day)}
    for step in scenario.steps_of(name):
        one_of = len(step.stops) > 1 and abs(sum(stop.share for stop in step.stops) - 1) < 1e-9
        before, stays = dict(at), dict(at)
        for stop in step.stops:
            share = stop.share
            if not one_of:
                before, stays = dict(at), dict(at)
            for place, number in before.items():
                if number * share:
                    found[place, stop.agency] += number * share
                    stays[place] = stays.get(place, 0.0) - number * share
                    stays[stop.agency] = stays.get(stop.agency, 0.0) + number * share
            at = {place: number for place, number in stays.items() if number > 1e-9}
    for place, number in at.items():
        found[place, EXIT] += number


def flow_name(place: str, scenario: Scenario, lang: str) -> str:
    """Return the name of an agency, of the door or of the exit."""
    if place in (DOOR, EXIT):
        return say("describe.door" if place == DOOR else "describe.exit", lang)
    return titles(scenario)[place]


def drawn(scenario: Scenario, lang: str) -> Markup:
    """Draw agencies with their counters, and who goes from one to the next, as SVG.

    An agency stands in the column after the last from which most of its citizens come; an arrow
    is the wider the more go that way.
    """
    found = flows(scenario)
    places = _places(found)
    columns = max(column for column, _ in places.values()) + 1
    rows = max(row for _, row in places.values()) + 1
    most = max(found.values(), default=1.0)
    arrows = [
        _arrow(places[a], places[b], number / most, locale.short(number, lang))
        for (a, b), number in found.items()
    ]
    boxes = [
        _box(at, flow_name(place, scenario, lang), _counters(place, scenario, lang))
        for place, at in places.items()
    ]
    size = f"0 0 {columns * _ACROSS} {rows * _DOWN + 30}"
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img" font-size="12" '
        'font-family="sans-serif"><title>{}</title>'
    ).format(size, say("describe.map", lang))
    return head + Markup().join([*arrows, *boxes]) + Markup("</svg>")


def _places(found: Flows) -> dict[str, tuple[int, int]]:
    """Return the column and row of each place: after whoever sends it the most."""
    names = sorted({place for pair in found for place in pair} - {DOOR, EXIT})
    column = {DOOR: 0}
    for name in sorted(names, key=lambda name: -found.get((DOOR, name), 0.0)):
        column[name] = 1
    for _ in names:  # so often at most: a longer way would be a circle
        for name in names:
            came = {a: n for (a, b), n in found.items() if b == name and a in column and a != b}
            main = max(came, key=lambda place: came[place], default=DOOR)
            column[name] = min(column[main] + 1, len(names))
    column[EXIT] = max(column.values()) + 1
    rows: dict[int, int] = defaultdict(int)
    places = {}
    for name, k in sorted(column.items(), key=lambda item: (item[1], item[0])):
        places[name] = k, rows[k]
        rows[k] += 1
    return places


def _counters(place: str, scenario: Scenario, lang: str) -> str:
    if place in (DOOR, EXIT):
        return ""
    return say("describe.counters", lang, n=len(scenario.agencies[place].posts))


def _box(at: tuple[int, int], name: str, below: str) -> Markup:
    x, y = at[0] * _ACROSS + 10, at[1] * _DOWN + 15
    short = name if len(name) <= 22 else name[:21] + "…"
    return Markup(
        '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="4" fill="#fff" '
        'stroke="#1a1a1a"/><text x="{}" y="{}">{}</text><text x="{}" y="{}" fill="#4d4d4d">{}'
        "</text></g>"
    ).format(name, x, y, _WIDE, _HIGH, x + 8, y + 18, short, x + 8, y + 35, below)


def _arrow(one: tuple[int, int], other: tuple[int, int], share: float, number: str) -> Markup:
    x, y = one[0] * _ACROSS + 10 + _WIDE, one[1] * _DOWN + 15 + _HIGH / 2
    to_x, to_y = other[0] * _ACROSS + 10, other[1] * _DOWN + 15 + _HIGH / 2
    if other[0] <= one[0]:  # back, or to another service of the same agency: around below
        middle = f"C {x + 40} {y + 50}, {to_x - 40} {to_y + 50}, {to_x} {to_y}"
    else:
        middle = f"C {x + 30} {y}, {to_x - 30} {to_y}, {to_x} {to_y}"
    return Markup(
        '<g><path d="M {} {} {}" fill="none" stroke="#00518a" stroke-opacity="0.45" '
        'stroke-width="{:.1f}"><title>{}</title></path></g>'
    ).format(x, y, Markup(escape(middle)), 1 + 9 * share, number)
