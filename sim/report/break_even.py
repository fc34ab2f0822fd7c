"""Up to where a verdict holds, and on which assumptions it hangs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.experiments.compare import Alternative
from sim.experiments.decision import BreakEven
from sim.report import locale
from sim.report.figure_text import figure_text
from sim.report.path_text import path_text
from sim.scenario.noted import Quantity
from sim.words import say


def break_evens(of: Alternative, lang: str) -> Iterator[str]:
    """Yield how far each figure of the newcomers may move, and others that turn the verdict."""
    if not of.break_evens:
        return
    if of.judged is not of:
        yield say("compare.break_even.mended", lang)
    yield hangs(of, lang)
    for one in of.break_evens:
        if one.turns or not one.shared:
            yield _said(one, of, lang)
    if any(one.shared and one.below and one.above for one in of.break_evens):
        yield say("compare.break_even.today_too", lang)


def hangs(of: Alternative, lang: str) -> str:
    """Name the assumptions on which the verdict hangs."""
    named = [path_text(one.path, of.scenario, lang) for one in of.hangs_on]
    if not named:
        return say("compare.break_even.hangs_nothing", lang)
    return say("compare.break_even.hangs", lang, figures=locale.join(named, lang))


def until(of: Alternative, lang: str) -> list[str]:
    """Name what the newcomers have to state before a verdict can be given, a sentence each."""
    keys = {one.path: "until" if one.holds and (one.below or one.above) else "" for one in of.until}
    return [_said(one, of, lang, keys[one.path]) for one in of.until]


def of_the_mall(of: Alternative, lang: str) -> str:
    """Name the figures of the mall of today of which a plausible value turns the verdict."""
    return locale.join([path_text(one.path, of.scenario, lang) for one in of.until_known], lang)


def _said(one: BreakEven, of: Alternative, lang: str, form: str = "") -> str:
    """Say where the verdict turns as the figure moves, both sides of what is assumed."""
    values = {
        "what": path_text(one.path, of.scenario, lang),
        "assumed": _text(one.assumed, lang),
        "low": _text(one.low, lang),
        "high": _text(one.high, lang),
    }
    key = f"{form or ('holds' if one.holds else 'fails')}_{_sides(one)}"
    for side, edge in (("below", one.below), ("above", one.above)):
        if edge is not None:
            values |= {side: _text(edge.holds, lang), f"{side}_fails": _text(edge.fails, lang)}
    said = say(f"compare.break_even.{key}", lang, **values)
    if one.stated and one.shared and (one.below or one.above):
        ends = {end: values[end] for end in ("low", "high")}
        said += " " + say("compare.break_even.possible", lang, **ends)
    return said


def _sides(one: BreakEven) -> str:
    if one.below and one.above:
        return "between"
    if one.below:
        return "below"
    return "above" if one.above else "throughout"


def _text(value: Quantity, lang: str) -> str:
    return figure_text(value, lang)


def plain(of: Alternative) -> list[dict[str, Any]]:
    """Return the break-evens as plain data, the figure that turns the verdict most easily first."""
    return [
        {
            "path": one.path, "assumed": str(one.assumed), "low": str(one.low),
            "high": str(one.high), "plausible": one.stated, "holds_as_assumed": one.holds,
            "newcomers_own": not one.shared, "nearness": one.nearness,
            **{
                side: None if edge is None else {"holds": str(edge.holds), "fails": str(edge.fails)}
                for side, edge in (("below", one.below), ("above", one.above))
            },
        }
        for one in of.break_evens
    ]  # fmt: skip
