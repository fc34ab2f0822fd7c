"""How much of what is unsure the data are to blame for, and what to measure next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sim.experiments.compare import Comparison
from sim.experiments.decision import promising
from sim.report import locale
from sim.report.sentences import shown
from sim.report.titles import titles
from sim.statistics.intervals import Estimate
from sim.statistics.results import Results
from sim.statistics.spread import InputPart
from sim.statistics.verdict import promise_of, together
from sim.words import say

LEAST = 0.1
"""Below this part of the simulation's own range, what the inputs leave open is hardly anything."""

Of = tuple[str] | tuple[str, str, str]
"""Measure; or measure, scope, name."""


@dataclass(frozen=True)
class Row:
    """One measure: what more runs would narrow, what only more data would, and both."""

    what: str
    value: str
    chance: str
    data: str
    both: str
    first: str


def statement(results: Results, lang: str, compared: bool = False) -> str:
    """Say whether input uncertainty is included."""
    after = "_compare" if compared else ""
    if results.spread is None:
        return say(f"inputs.not_included{after}", lang)
    draws, runs, _ = results.spread.total.shape
    return say(f"inputs.included{after}", lang, draws=draws, runs=runs)


def rows(results: Results, lang: str) -> list[Row]:
    """Return the headline and the agencies with counters; nothing where no inputs were drawn."""
    if results.spread is None:
        return []
    title_of = titles(results.scenario)
    promised = promising(results.scenario)
    done = say("inputs.what.fulfilled" if promised else "inputs.what.done", lang)
    found = [_row(results, done, ("fulfilled",), lang)]
    for key, agency in results.scenario.agencies.items():
        if agency.machines is None:
            name = {"agency": title_of[key]}
            what = say("inputs.what.wait", lang, **name)
            found.append(_row(results, what, ("wait.mean", "agency", key), lang))
            if key in promised:
                what = say("inputs.what.called", lang, **name)
                found.append(_row(results, what, ("called_in_time", "agency", key), lang))
    return [row for row in found if row is not None]


def _row(results: Results, what: str, of: Of, lang: str) -> Row | None:
    inputs = results.inputs_of(*of)
    if inputs is None:
        return None
    scale = 1 if of[0] == "wait.mean" else 100
    chance, both = results.bare.estimate(*of), results.estimate(*of)
    value = shown(both, lang, 1, scale)
    return Row(
        what, value.value, _range(chance, lang, scale),
        _range(Estimate(both.value, inputs.low, inputs.high, 0, "", 0.95), lang, scale),
        _range(both, lang, scale), _first(results, inputs, lang),
    )  # fmt: skip


def _range(one: Estimate, lang: str, scale: float) -> str:
    text = shown(one, lang, 1, scale)
    return f"{text.low}–{text.high}"


def _first(results: Results, inputs: InputPart, lang: str) -> str:
    whole = sum(share.sd**2 for share in inputs.shares)
    if not whole or math.isnan(whole):
        return ""
    first = inputs.shares[0]
    share = locale.percent(first.sd**2 / whole, lang)
    return f"{input_name(results, first.name, lang)} ({share})"


def input_name(results: Results, name: str, lang: str) -> str:
    """Return what people call an input."""
    if name in ("arrivals", "patience", "all"):
        return say(f"inputs.name.{name}", lang)
    title_of = titles(results.scenario)
    agency, _, service = name.partition(".")
    title = title_of.get(agency, agency)
    both = f"{title}: {title_of.get(name, service)}" if service else title
    return say("inputs.name.service", lang, name=both)


def measure_next(results: Results, lang: str) -> str:
    """Say which input to measure next, and for how many days; "" where no inputs were drawn."""
    if results.spread is None:
        return ""
    inputs = results.inputs_of("wait.mean")
    if inputs is None or inputs.sd < LEAST * results.bare.estimate("wait.mean").half_width:
        return say("inputs.nothing", lang)
    if not inputs.shares:
        return say("inputs.measure_set", lang)
    name = input_name(results, inputs.shares[0].name, lang)
    if not inputs.days:
        return say("inputs.measure", lang, name=name)
    days = inputs.days_to_halve
    if days is None:
        return say("inputs.measure_all", lang, name=name, days=4 * inputs.days)
    return say("inputs.measure_days", lang, name=name, days=days, had=inputs.days)


def lines(results: Results, lang: str) -> Iterator[str]:
    """Yield whether inputs are included and, if so, what would make the answer surer."""
    yield statement(results, lang)
    if results.spread is not None:
        yield say("inputs.explain", lang)
    for row in rows(results, lang):
        label = say("inputs.column.first", lang).lower()
        first = row.first and say("inputs.first", lang, label=label, name=row.first)
        values = asdict(row) | {"first": first}
        yield "  " + say("inputs.line", lang, **values)
    if results.spread is not None:
        yield measure_next(results, lang)


def promises(results: Results, lang: str) -> Iterator[str]:
    """Yield what becomes of each promise of a plan, with input uncertainty."""
    yield say("inputs.plan", lang)
    yield "  " + statement(results, lang)
    agencies = promising(results.scenario)
    for name in agencies:
        share, margin, holds = promise_of(results, "agency", name, together(len(agencies)))
        text = shown(share, lang, 1, 100)
        yield "  " + say(
            "inputs.promise", lang, agency=titles(results.scenario)[name], value=text.value,
            low=text.low, high=text.high, state=say(f"page.verdict.{holds}", lang),
            limit=locale.short(100 * (share.value - margin.value), lang),
        )  # fmt: skip
    yield "  " + measure_next(results, lang)


def compared(found: Comparison, lang: str) -> Iterator[str]:
    """Yield the same of a comparison: how sure each change is."""
    yield statement(found.base, lang, compared=True)
    if found.base.spread is None:
        return
    yield say("inputs.explain", lang)
    for of in found.alternatives:
        done = of.carried_out
        bare, both = done.bare.difference("fulfilled"), done.difference("fulfilled")
        what = say("inputs.what.change", lang, name=of.scenario.name)
        if done is not of:
            what = say("compare.with_condition", lang, heading=what)
        yield "  " + say(
            "inputs.line", lang, what=what, value=_signed(both.value, lang),
            chance=_ends(bare, lang), data=_ends(done.inputs_of("fulfilled") or bare, lang),
            both=_ends(both, lang), first="",
        )  # fmt: skip
    yield measure_next(found.base, lang)


def _signed(value: float, lang: str) -> str:
    text = locale.number(abs(100 * value), lang, 1)
    return text if value == 0 else f"{'+' if value > 0 else '−'}{text}"


def _ends(one: Estimate | InputPart, lang: str) -> str:
    return f"{_signed(one.low, lang)} … {_signed(one.high, lang)}"


def plain(results: Results) -> dict[str, Any] | None:
    """Return what the inputs leave open of the headline measures, for machines."""
    if results.spread is None:
        return None
    found = {}
    mall: list[Of] = [("fulfilled",), ("wait.mean",)]
    for of in mall + [("wait.mean", "agency", key) for key in results.scenario.agencies]:
        inputs, bare = results.inputs_of(*of), results.bare.estimate(*of)
        if inputs is not None:
            found[".".join(reversed(of))] = {
                "value": bare.value, "runs": [bare.low, bare.high],
                "data": [inputs.low, inputs.high],
                "sd_by_input": {share.name: share.sd for share in inputs.shares},
            }  # fmt: skip
    return {"days": results.spread.days, "draws": len(results.spread.total), "measures": found}
