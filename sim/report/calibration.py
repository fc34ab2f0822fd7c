"""What a calibration says: which figures agree with what was counted, and which stay unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.fitting.calibration import Calibration, Learned
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.page import at_hour, environment, program_version
from sim.report.path_text import path_text
from sim.report.titles import titles
from sim.scenario.model import Scenario
from sim.scenario.noted import Quantity
from sim.scenario.observable import cut_of, readings
from sim.statistics.spread import FEWEST
from sim.words import catalogue, say

COLOURS = {"found": "kept", "tied": "cannot_tell", "unknown": "broken", "open": "broken"}


@dataclass(frozen=True)
class Row:
    """A figure or a count as it is shown.

    key : what became of a figure (found, tied, unknown, open), or how a count is met
    bar : where what is left begins, and how wide it is, in percent of the plausible range
    """

    name: str
    before: str
    after: str
    key: str
    other: str = ""
    bar: tuple[float, float] = (0.0, 100.0)


def described(found: Calibration, lang: str, command: str = "") -> str:
    """Return what a calibration says as plain text.

    command : with which a study goes over the whole set; it ends the text
    """
    last = [say("calibrate.run_set", lang), f"  {command}"] if command else []
    return "\n".join([*_lines(found, lang), *last])


def usable(found: Calibration) -> bool:
    """Whether so many malls agree that a study can go over them."""
    return int(found.kept.sum()) >= FEWEST


def head(found: Calibration, lang: str) -> str:
    """Say how many malls agree with everything that was counted, and which count is in the way."""
    kept, tried = int(found.kept.sum()), len(found.kept)
    numbers = {"kept": locale.number(kept, lang), "tried": locale.number(tried, lang)}
    key = "none" if not kept else "head" if learned(found) else "nothing"
    return " ".join([say(f"calibrate.{key}", lang, **numbers), *_out_of_reach(found, lang)])


def learned(found: Calibration) -> bool:
    """Whether any figure was narrowed, by itself or together with another."""
    return any(one.found_out or one.tied_to for one in found.learned)


def _out_of_reach(found: Calibration, lang: str) -> Iterator[str]:
    """Yield each count that no mall comes near, with what all malls tried give."""
    kinds = dict(zip(found.counts, found.kinds, strict=True))
    for name in found.in_the_way():
        o = found.counts.index(name)
        given = found.modelled[np.isfinite(found.modelled[:, o]), o]
        ends = [_count(float(end(given)), kinds[name], lang) if len(given) else locale.ABSENT
                for end in (np.min, np.max)]  # fmt: skip
        yield say(
            "calibrate.never", lang, name=count_text(name, found.scenario, lang),
            counted=_count(float(found.counted[o]), kinds[name], lang),
            modelled=_from_to(ends[0], ends[1], lang),
        )  # fmt: skip


def _lines(found: Calibration, lang: str) -> Iterator[str]:
    yield head(found, lang)
    for row in figures(found, lang):
        yield "  " + say(
            "calibrate.figure", lang, name=row.name, after=row.after, before=row.before,
            says=judged(row, lang),
        )  # fmt: skip
    for row in counts(found, lang):
        yield "  " + say(
            "calibrate.count", lang, name=row.name, counted=row.before, modelled=row.after
        )
    yield from notes(found, lang)


def figures(found: Calibration, lang: str) -> list[Row]:
    """Return a row for each figure that was not known."""
    return [_figure(found, one, lang) for one in found.learned]


def _figure(found: Calibration, one: Learned, lang: str) -> Row:
    name = path_text(one.path, found.scenario, lang)
    before = _span(*one.prior, lang)
    if not found.kept.any():
        return Row(name, before, locale.ABSENT, "open")
    width = one.prior[1].value - one.prior[0].value + one.whole
    begin = (one.low - one.prior[0].value) / width if width else 0.0
    after = _span(_quantity(one, one.low), _quantity(one, one.high), lang)
    other = path_text(one.tied_to, found.scenario, lang) if one.tied_to else ""
    key = "found" if one.found_out else "tied" if other else "unknown"
    bar = round(100 * begin, 1), max(1.0, round(100 * one.left, 1))
    return Row(name, before, after, key, other, bar)


def judged(row: Row, lang: str) -> str:
    """Say what became of a figure."""
    return say(f"calibrate.{row.key}", lang, other=row.other)


def counts(found: Calibration, lang: str) -> list[Row]:
    """Return a row for each count beside what the malls that agree give, or the nearest."""
    rows = np.flatnonzero(found.kept) if found.kept.any() else np.array([found.nearest])
    shown = []
    for o, (name, kind) in enumerate(zip(found.counts, found.kinds, strict=True)):
        given = found.modelled[rows, o]
        ends = [_count(float(end), kind, lang) for end in (given.min(), given.max())]
        key = "never" if name in found.in_the_way() else "met" if found.kept.any() else "apart"
        counted = _count(float(found.counted[o]), kind, lang)
        shown.append(
            Row(
                count_text(name, found.scenario, lang),
                counted,
                _from_to(ends[0], ends[1], lang),
                key,
            )
        )
    return shown


def count_text(path: str, scenario: Scenario, lang: str) -> str:
    """Write what was counted in words: `Dukcapil: mean wait`; its path where it has none."""
    known = catalogue(lang)
    _, interval, weekday = cut_of(path)
    for scope, name, measure in readings(scenario, path):
        if f"page.measure.{measure}" not in known or weekday:
            continue
        named = say("page.counted.in_mall", lang)
        if scope in ("journey", "visitor_class"):
            of = scenario.journeys if scope == "journey" else scenario.visitors
            named = of[name].name or name
        elif scope != "mall":
            named = titles(scenario)[name]
        said = say(f"page.measure.{measure}", lang)
        said = at_hour(said, interval, lang) if interval else said
        return say("page.counted.what_text", lang, name=named, measure=said)
    return path


def notes(found: Calibration, lang: str) -> Iterator[str]:
    """Yield what a reader has to know besides the ranges."""
    for name in found.ignored:
        yield say("calibrate.ignored", lang, name=name)
    if found.kept.any():
        for path in found.left_out():
            yield say("calibrate.left_out", lang, name=path_text(path, found.scenario, lang))
    kept = int(found.kept.sum())
    if 0 < kept < FEWEST:
        yield say("calibrate.few", lang, kept=kept, fewest=FEWEST)
    if kept:
        yield say("calibrate.set", lang)
    off = locale.percent(found.tolerance, lang, 1)
    waves = say(f"calibrate.{'wave' if found.waves == 1 else 'waves'}", lang, n=found.waves)
    yield say("calibrate.method", lang, tried=len(found.kept), waves=waves, off=off)


def render(found: Calibration, lang: str, command: str = "") -> str:
    """Return the page of a calibration as HTML that needs nothing else; command : `described`."""
    page: str = environment(lang).get_template("calibrate.html.j2").render(
        lang=lang, name=found.scenario.name, head=head(found, lang), kept=bool(found.kept.any()),
        learned=learned(found),
        figures=[(row, judged(row, lang), COLOURS[row.key]) for row in figures(found, lang)],
        counts=counts(found, lang), notes=list(notes(found, lang)), command=command,
        run_set=say("calibrate.run_set", lang), version=program_version(),
        c=lambda key, **values: say(f"calibrate.page.{key}", lang, **values),
    )  # fmt: skip
    return page


def _span(low: Quantity, high: Quantity, lang: str) -> str:
    return _from_to(figure_text(low, lang), figure_text(high, lang), lang)


def _from_to(low: str, high: str, lang: str) -> str:
    return low if low == high else say("calibrate.span", lang, low=low, high=high)


def _count(value: float, kind: str, lang: str) -> str:
    if kind == "duration":
        return locale.minutes(value, lang)
    return locale.percent(value, lang, 1) if kind == "share" else locale.short(value, lang, 2)


def _quantity(one: Learned, value: float) -> Quantity:
    """Return a figure to three digits, which never lies outside its plausible range."""
    low, high = one.prior
    return Quantity(min(max(float(f"{value:.3g}"), low.value), high.value), low.kind)


def plain(found: Calibration, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return a calibration as plain data for calibrate.json: its `set` is every mall kept."""
    kept = bool(found.kept.any())
    return {
        "command": list(command),
        "tried": len(found.kept),
        "kept": int(found.kept.sum()),
        "tolerance": found.tolerance,
        "figures": [
            {"path": one.path, "plausible": [str(end) for end in one.prior],
             "low": str(_quantity(one, one.low)) if kept else None,
             "high": str(_quantity(one, one.high)) if kept else None,
             "found_out": kept and one.found_out, "tied_to": one.tied_to}
            for one in found.learned
        ],
        "counts": [
            {"path": name, "counted": float(found.counted[o]),
             "nearest": float(found.modelled[found.nearest, o])}
            for o, name in enumerate(found.counts)
        ],
        "never_met": list(found.in_the_way()),
        "not_in_the_model": list(found.ignored),
        "set": [found.texts[k] for k in np.flatnonzero(found.kept)],
    }  # fmt: skip


def table(found: Calibration) -> str:
    """Return every mall that is kept as CSV: a column for each figure, as a file writes it."""
    paths = [one.path for one in found.learned]
    rows = [[found.texts[k][path] for path in paths] for k in np.flatnonzero(found.kept)]
    return "".join(",".join(row) + "\n" for row in [paths, *rows])
