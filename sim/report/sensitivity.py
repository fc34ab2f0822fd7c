"""What a sensitivity says: which assumption matters most, and which decides a promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.experiments.sensitivity import BreakEven, Sensitivity, Swing
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.path_text import path_text
from sim.report.provenance import provenance
from sim.report.sweep import name_of
from sim.report.titles import titles
from sim.scenario.noted import Quantity
from sim.statistics.intervals import PairedDifference
from sim.words import say


def described(found: Sensitivity, lang: str) -> str:
    """Return a sensitivity as plain text, the figure that matters most first."""
    return "\n".join(_lines(found, lang))


def _lines(found: Sensitivity, lang: str) -> Iterator[str]:
    yield answer(found, lang)
    for swing in found.swings:
        yield "  " + say(
            "study.sensitivity.row", lang, path=figure(found, swing, lang),
            low=figure_text(swing.low, lang), high=figure_text(swing.high, lang),
            at_low=_change(found, swing.at_low, lang), at_high=_change(found, swing.at_high, lang),
        )  # fmt: skip
        yield from ("    " + _break_even(found, swing, one, lang) for one in swing.breaks)
    yield say("study.sensitivity.only", lang, n=len(found.swings))
    yield say("study.sensitivity.method", lang, n=found.base.replications)
    yield say("inputs.not_included_sensitivity", lang)


def answer(found: Sensitivity, lang: str) -> str:
    """Say what matters most for the measure."""
    first = found.swings[0]
    wide = max(first.at_low, first.at_high, key=lambda d: abs(d.value))
    return say(
        "study.sensitivity.head", lang, name=name_of(found.measure, lang),
        path=figure(found, first, lang),
        low=figure_text(first.low, lang), high=figure_text(first.high, lang),
        change=_change(found, wide, lang),
    )  # fmt: skip


def _change(found: Sensitivity, change: PairedDifference, lang: str) -> str:
    share = found.base.is_share(found.base.position(found.measure))
    text = locale.signed(100 * change.value if share else change.value, lang)
    return say("study.sensitivity.points", lang, number=text) if share else text


def figure(found: Sensitivity, swing: Swing, lang: str) -> str:
    """Name a figure in words: what it belongs to, and what it is."""
    return path_text(swing.path, found.base.scenario, lang)


def _break_even(found: Sensitivity, swing: Swing, one: BreakEven, lang: str) -> str:
    low, high = swing.low.value, swing.high.value
    near = Quantity(min(max(one.value.value, low), high), one.value.kind)
    return say(
        "study.sensitivity.break_even", lang, agency=titles(found.base.scenario)[one.agency],
        value=figure_text(near, lang),
    )  # fmt: skip


def plain(found: Sensitivity, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return the sensitivity as plain data for sensitivity.json."""
    return {
        "origin": provenance(found.base, command),
        "measure": found.measure,
        "figures": [
            {
                "path": swing.path, "low": str(swing.low), "high": str(swing.high),
                "at_low": asdict(swing.at_low), "at_high": asdict(swing.at_high),
                "decides": [
                    {"agency": b.agency, "near": b.value.value, "at_low": b.at_low,
                     "at_high": b.at_high}
                    for b in swing.breaks
                ],
            }
            for swing in found.swings
        ],
    }  # fmt: skip
